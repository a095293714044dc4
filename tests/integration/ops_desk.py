"""An operator's terminal against AWS in this process; the replay function answers in this process too."""

import io
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import boto3
import pytest
from boto3.session import Session as SessionClass
from mypy_boto3_dynamodb import DynamoDBClient
from mypy_boto3_sqs import SQSClient
from typer.testing import CliRunner, Result

from functions.replay import app as replay_app
from ops.cli import app
from shared.aws.lead_queue import DeadLetterQueue
from shared.aws.ledger import Ledger
from shared.rejection import Problem, Reason, Rejection
from shared.submission import FieldValue, State, Submission
from tests.builders import SECRET, a_submission

CANARIES = (
    "Wilhelmina",
    "Kanarievogel",
    "wilhelmina.k",
    "kanarie.example",
    "612345678",
    "Geheime vraag",
    "Volièrestraat",
)
PERSON: dict[str, FieldValue] = {
    "first_name": "Wilhelmina",
    "last_name": "Kanarievogel",
    "email": "wilhelmina.k@@kanarie.example",
    "phone": "+31 612345678",
    "company": "Volièrestraat B.V.",
    "message": "Geheime vraag over een bakfiets",
    "consent": "on",
}
_session = cache(SessionClass)
"""A new session for each command would read boto3's service descriptions from disk again and again."""
UNKNOWN_ID = "00000000-0000-4000-8000-000000000000"
TEMPLATE: dict[str, dict[str, Any]] = {
    "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
    "Parameters": {"Dlq": {"Type": "String"}},
    "Outputs": {
        "ApiUrl": {"Value": "http://127.0.0.1:9/live"},
        "SubmissionsTableName": {"Value": "Submissions"},
        "ReplayFunctionName": {"Value": "form-to-lead-replay"},
        "DeadLetterQueueUrl": {"Value": {"Ref": "Dlq"}},
    },
}


@dataclass
class FakeLambda:
    """Runs the real handler; `before` is called at each order."""

    orders: list[dict[str, Any]] = field(default_factory=list)
    before: Callable[[], object] = lambda: None
    fails: str = ""

    def invoke(self, *, FunctionName: str, InvocationType: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803 (boto3's names)
        assert (FunctionName, InvocationType) == ("form-to-lead-replay", "RequestResponse")
        self.orders.append(json.loads(Payload))
        self.before()
        if self.fails:
            return {"FunctionError": self.fails, "Payload": io.BytesIO(b'{"errorMessage": "Kanarievogel"}')}
        return {"Payload": io.BytesIO(json.dumps(replay_app.handler(self.orders[-1], None)).encode())}


@dataclass
class Desk:
    """An operator's terminal, with the stack behind it."""

    ledger: Ledger
    dead_letters: DeadLetterQueue
    function: FakeLambda
    queue: Callable[[], list[str]]

    def run(self, *arguments: str) -> Result:
        return CliRunner().invoke(app, list(arguments), env={"COLUMNS": "200"})

    def json(self, *arguments: str, exit_code: int = 0) -> Any:
        """What stands on standard output, which must be JSON and nothing else."""
        result = self.run(*arguments, "--json")
        assert result.exit_code == exit_code, result.output
        return json.loads(result.stdout)

    def reject(
        self,
        *problems: Problem,
        reason: Reason = Reason.VALIDATION_FAILED,
        form_id: str = "contact",
        age: timedelta = timedelta(minutes=5),
        letter: bool = True,
        fields: Mapping[str, FieldValue] | None = None,
    ) -> str:
        """A rejected row with its dead letter."""
        now = datetime.now(UTC)
        row = with_fields(a_submission(form_id), fields or {}).model_copy(update={"received_at": now - age})
        self.ledger.add(row)
        rejection = Rejection(reason=reason, problems=problems or (Problem(code="invalid_email", field="email"),))
        self.ledger.settle(row, State.REJECTED, by="processor", now=now, why=reason, rejection=rejection)
        if letter:
            self.dead_letters.send(
                row.submission_id, reason=reason, form_id=form_id, group=row.person_keys[0], replay=0, now=now
            )
        return row.submission_id

    def row(self, submission_id: str) -> Submission:
        row = self.ledger.get(submission_id)
        assert row
        return row


def with_fields(row: Submission, fields: Mapping[str, FieldValue]) -> Submission:
    return row.model_copy(update={"fields": {**row.fields, **fields}})


@pytest.fixture
def desk(dynamodb: DynamoDBClient, sqs: SQSClient, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    dlq = sqs.create_queue(QueueName="dead.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    queue = sqs.create_queue(QueueName="submissions.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    secret = boto3.client("secretsmanager").create_secret(
        Name="person-key", SecretString=json.dumps({"person_key": SECRET.decode()})
    )
    boto3.client("cloudformation").create_stack(
        StackName="form-to-lead",
        TemplateBody=json.dumps(TEMPLATE),
        Parameters=[{"ParameterKey": "Dlq", "ParameterValue": dlq}],
    )
    for name, value in {
        "SUBMISSIONS_TABLE": "Submissions",
        "SUBMISSION_QUEUE_URL": queue,
        "DEAD_LETTER_QUEUE_URL": dlq,
        "PERSON_KEY_SECRET_ARN": secret["ARN"],
        "SPAM_MEMORY_TABLE": "SpamMemory",
    }.items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_PROFILE", "AWS_REGION", "FORM_TO_LEAD_STACK"):
        monkeypatch.delenv(name, raising=False)
    # In Lambda this goes to CloudWatch; here it would stand between what the command prints.
    monkeypatch.setattr("shared.operations.replaying.log", lambda *_event, **_fields: None)
    monkeypatch.setattr(boto3, "Session", _session)
    function = FakeLambda()
    answer_for(monkeypatch, "lambda", function)
    replay_app.dependencies.cache_clear()
    replay_app.spam_memory.cache_clear()

    def queued() -> list[str]:
        messages = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, VisibilityTimeout=0).get("Messages", [])
        return [json.loads(message["Body"])["submission_id"] for message in messages]

    yield Desk(Ledger(dynamodb, "Submissions"), DeadLetterQueue(sqs, dlq), function, queued)
    replay_app.dependencies.cache_clear()
    replay_app.spam_memory.cache_clear()


def answer_for(monkeypatch: pytest.MonkeyPatch, service: str, stand_in: object) -> None:
    """The stand-in instead of boto3's client of that service."""
    real: Any = SessionClass.client

    def client(session: SessionClass, name: str, *arguments: Any, **options: Any) -> Any:
        return stand_in if name == service else real(session, name, *arguments, **options)

    monkeypatch.setattr(SessionClass, "client", client)
