"""Requeue: every minute, queues rows again that were forgotten, and measures what is waiting."""

from datetime import UTC, datetime
from functools import cache
from typing import Any

import boto3
from aws_lambda_powertools.metrics import MetricUnit

from shared.aws.clients import CONFIG
from shared.aws.lead_queue import SubmissionQueue
from shared.aws.ledger import Ledger
from shared.observability import count, log, redacting
from shared.operations.requeueing import requeue_forgotten
from shared.settings import RequeueSettings


@cache
def dependencies() -> tuple[Ledger, SubmissionQueue]:
    settings = RequeueSettings.load()
    return (
        Ledger(boto3.client("dynamodb", config=CONFIG), settings.submissions_table),
        SubmissionQueue(boto3.client("sqs", config=CONFIG), settings.submission_queue_url),
    )


@redacting
def handler(_event: dict[str, Any], _context: object) -> dict[str, int]:
    """A schedule's event in, counts out. Raises when the ledger fails: the alarm on missing figures is for that."""
    ledger, queue = dependencies()
    swept = requeue_forgotten(ledger=ledger, queue=queue, now=datetime.now(UTC))
    age = int(swept.oldest.total_seconds())
    count("Waiting", swept.waiting)
    count("OldestUnsettledAge", age, unit=MetricUnit.Seconds)
    if swept.requeued:
        count("Requeued", swept.requeued)
        log("requeued", level="warning", number=swept.requeued)
    if swept.failure:
        log("enqueue_failed", level="error", error=swept.failure)
        count("EnqueueFailed")
    return {"waiting": swept.waiting, "requeued": swept.requeued, "oldest_seconds": age}
