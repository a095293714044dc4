"""CPU of one warm request, against a handler that only makes the same two AWS calls.

AWS answers from memory, below botocore's serialising and signing, so what is left is our own work.
"""

import base64
import contextlib
import io
import json
import os
import time
from collections.abc import Callable
from typing import Any

import boto3
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders

from functions.intake import app
from shared.aws.lead_queue import SubmissionQueue
from shared.aws.ledger import Ledger
from tests.benchmarks.paired import Ratio, compare
from tests.builders import a_submission

_REQUESTS = 200
_HEADERS = HTTPHeaders.from_dict({"content-type": "application/x-amz-json-1.0"})
_FORM = b"first_name=Joris&last_name=Kuipers&email=joris%40example.com&phone=06-12345678&message=Hallo&consent=on"
_EVENT = {
    "httpMethod": "POST",
    "path": "/forms/contact",
    "headers": {"Content-Type": "application/x-www-form-urlencoded"},
    "body": base64.b64encode(_FORM).decode(),
    "isBase64Encoded": True,
}
_ANSWERS = {
    "dynamodb": {},
    "sqs": {"MessageId": "m", "MD5OfMessageBody": "d41d8cd98f00b204e9800998ecf8427e"},
    "secretsmanager": {"SecretString": json.dumps({"person_key": "k" * 64})},
}


def measure(rounds: int = 9) -> Ratio:
    os.environ |= {
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "SUBMISSIONS_TABLE": "Submissions",
        "SUBMISSION_QUEUE_URL": "https://sqs.eu-west-1.amazonaws.com/123456789012/leads.fifo",
        "PERSON_KEY_SECRET_ARN": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:key",
        "INTAKE_SECRET_ARN": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:intake",
        "SPAM_MEMORY_TABLE": "SpamMemory",
    }
    real_client = boto3.client
    boto3.client = _answering(real_client)  # botocore's own hook is per client
    try:
        app.dependencies.cache_clear()
        dependencies = app.dependencies()
    finally:
        boto3.client = real_client
    ledger, queue = dependencies.ledger, dependencies.queue
    assert isinstance(ledger, Ledger)
    assert isinstance(queue, SubmissionQueue)
    row = a_submission()
    assert app.handler(_EVENT, None)["statusCode"] == 303

    def only_the_calls() -> None:
        ledger.add(row)
        queue.send(row.submission_id, group=row.person_keys[0])

    return compare(
        "warm request, CPU",
        lambda: _cpu(lambda: app.handler(_EVENT, None)),
        "only the two AWS calls, CPU",
        lambda: _cpu(only_the_calls),
        rounds=rounds,
    )


def _cpu(work: Callable[[], object]) -> float:
    """CPU seconds for one piece of work; log lines go to memory, as Lambda's do to a pipe."""
    with contextlib.redirect_stdout(io.StringIO()):
        started = time.process_time()
        for _ in range(_REQUESTS):
            work()
        return (time.process_time() - started) / _REQUESTS


def _answering(real_client: Callable[..., Any]) -> Callable[..., Any]:
    def client(service: str, **options: Any) -> Any:
        made = real_client(service, **options)
        body = json.dumps(_ANSWERS[service]).encode()

        def answer(**_: Any) -> AWSResponse:
            return AWSResponse("https://aws", 200, _HEADERS, _Raw(body))

        made.meta.events.register(f"before-send.{service}.*", answer)
        return made

    return client


class _Raw(io.BytesIO):
    """As much of an HTTP body as botocore reads."""

    def stream(self, **_: Any) -> list[bytes]:
        return [self.getvalue()]
