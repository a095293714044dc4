"""A person in every place, the function that finds and erases, and the operator's terminal: moto and the stand-in."""

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any

import boto3
import pytest
from boto3.session import Session as SessionClass
from mypy_boto3_dynamodb import DynamoDBClient
from mypy_boto3_secretsmanager import SecretsManagerClient
from mypy_boto3_sqs import SQSClient
from typer.testing import CliRunner, Result

from functions.privacy import app as privacy_app
from ops.cli import app
from ops.operations import privacy_function
from shared.aws.lead_queue import DeadLetterQueue
from shared.aws.ledger import Ledger
from shared.aws.person_locks import PersonLocks
from shared.form.definition import forms
from shared.leads.dependencies import Dependencies
from shared.leads.processing import process
from shared.rejection import Problem, Reason, Rejection
from shared.submission import Change, Consent, FieldValue, Outcome, Sources, State, Submission
from tests.builders import SECRET, a_submission, message_for
from tests.integration.salesforce_desk import OrgControl

EMAIL = "wilhelmina.k@kanarie.example"
PERSON: dict[str, FieldValue] = {
    "first_name": "Wilhelmina",
    "last_name": "Kanarievogel",
    "email": EMAIL,
    "phone": "+31612345678",
    "company": "Kanarie B.V.",
    "message": "Kanarievraag over een bakfiets",
}
SOMEBODY_ELSE: dict[str, FieldValue] = {
    "first_name": "Eva",
    "last_name": "Bakker",
    "email": "bakker@example.com",
    "phone": "",
    "company": "Brood",
    "message": "Hallo",
}
CANARIES = ("wilhelmina", "kanarie", "612345678")
_session = cache(SessionClass)
"""A new session for each command would read boto3's service descriptions from disk again and again."""
TEMPLATE: dict[str, Any] = {
    "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
    "Outputs": {
        "SubmissionsTableName": {"Value": "Submissions"},
        "PrivacyFunctionName": {"Value": "form-to-lead-privacy"},
    },
}


class Context:
    def get_remaining_time_in_millis(self) -> int:
        return 120_000


@dataclass
class FakeLambda:
    """Runs the real handler; `before` is called with each order first."""

    orders: list[dict[str, Any]] = field(default_factory=list)
    before: Callable[[dict[str, Any]], None] = lambda _order: None

    def invoke(self, *, FunctionName: str, InvocationType: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803 (boto3's names)
        assert (FunctionName, InvocationType) == ("form-to-lead-privacy", "RequestResponse")
        order = json.loads(Payload)
        self.before(order)
        self.orders.append(order)
        return {"Payload": io.BytesIO(json.dumps(privacy_app.handler(order, Context())).encode())}


@dataclass
class PrivacyDesk:
    client: DynamoDBClient
    sqs: SQSClient
    dead_letter_url: str
    queue_url: str
    org: OrgControl
    function: FakeLambda

    @property
    def ledger(self) -> Ledger:
        return Ledger(self.client, "Submissions")

    @property
    def dead_letters(self) -> DeadLetterQueue:
        return DeadLetterQueue(self.sqs, self.dead_letter_url)

    # --- the operator

    def run(self, *arguments: str, stdin: str | None = None) -> Result:
        return CliRunner().invoke(app, list(arguments), env={"COLUMNS": "200"}, input=stdin)

    def json(self, *arguments: str, exit_code: int = 0) -> Any:
        result = self.run(*arguments, "--json")
        assert result.exit_code == exit_code, result.output
        return json.loads(result.stdout)

    def erase(self, *arguments: str, exit_code: int = 0) -> Any:
        return self.json("privacy", "erase", "--email", EMAIL, "--yes", *arguments, exit_code=exit_code)

    def ask(self, command: str, **content: Any) -> dict[str, Any]:
        """The function itself, as over the wire."""
        event = json.loads(json.dumps({"command": command, **content}))
        answer: dict[str, Any] = json.loads(json.dumps(privacy_app.handler(event, Context())))
        return answer

    # --- rows

    def add(self, state: State = State.CREATED, form_id: str = "contact", **fields: FieldValue) -> Submission:
        """Of Wilhelmina, unless the fields say otherwise."""
        row = a_submission(form_id, state=state, **{**PERSON, **fields})
        consent = Consent(given=True, text_version="2026-01", language="nl", at=datetime.now(UTC))
        sources = Sources(
            language="nl",
            page_url=f"https://www.example.com/?email={row.fields['email']}",
            utm={"utm_source": str(row.fields["last_name"])},
            consent=consent,
        )
        now = datetime.now(UTC)
        history = (Change(at=now, from_state="", to_state=state, by="intake"),)
        row = row.model_copy(
            update={"sources": sources, "received_at": now, "history": history, "fingerprint": "f" * 64}
        )
        assert self.ledger.add(row) is None
        return row

    def settled(self, **fields: FieldValue) -> tuple[Submission, str]:
        """With its Lead."""
        row = a_submission("contact", state=State.CREATED, **{**PERSON, **fields})
        sent = row.fields
        lead = self.org.add(
            "Lead",
            LastName=sent["last_name"],
            Company=sent["company"],
            Email=sent["email"],
            Submission_Id__c=row.submission_id,
            CreatedDate="2026-11-30T12:00:00.000+0000",
        )
        row = row.model_copy(update={"outcome": Outcome(record_id=lead, record_type="Lead")})
        assert self.ledger.add(row) is None
        return row, lead

    def task(self, submission: Submission, who_id: str) -> str:
        return self.org.add(
            "Task",
            WhoId=who_id,
            Subject="Website: Kanarievogel",
            Description="Kanarievraag",
            Submission_Id__c=submission.submission_id,
            CreatedDate="2026-11-30T12:00:00.000+0000",
        )

    def rejected(self, **fields: FieldValue) -> Submission:
        row = self.add(State.RECEIVED, "contact", **fields)
        problem = Problem(code="invalid_email", field="email", detail=f"{row.fields['email']} is not good")
        rejection = Rejection(reason=Reason.VALIDATION_FAILED, problems=(problem,))
        now = datetime.now(UTC)
        self.dead_letters.send(
            row.submission_id,
            reason="validation_failed",
            form_id=row.form_id,
            group=row.person_keys[0],
            replay=0,
            now=now,
        )
        self.ledger.settle(row, State.REJECTED, by="processor", now=now, why="validation_failed", rejection=rejection)
        return self.row(row)

    def row(self, row: Submission) -> Submission:
        found = self.ledger.get(row.submission_id)
        assert found
        return found

    def items(self) -> list[dict[str, Any]]:
        return self.client.scan(TableName="Submissions")["Items"]

    def letters(self) -> list[str]:
        """Ids on the dead-letter queue."""
        letters = list(self.dead_letters.messages())
        for letter in letters:
            self.dead_letters.release(letter)
        return [letter.submission_id for letter in letters]

    def live(self, sobject: str) -> set[str]:
        return {str(one["Id"]) for one in self.org.records(sobject)}

    def process(self, *rows: Submission) -> int:
        """One delivery to the processor with the real adapters; gives how many messages must come back."""
        outside = Dependencies(
            self.ledger,
            self.dead_letters,
            PersonLocks(self.client, "PersonLocks"),
            self.org.crm,
            forms(),
            lambda: datetime.now(UTC),
            lambda: SECRET,
        )
        return len(process([message_for(row) for row in rows], outside, run_id="run-1"))


@pytest.fixture
def privacy_desk(
    dynamodb: DynamoDBClient,
    sqs: SQSClient,
    secretsmanager: SecretsManagerClient,
    org: OrgControl,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[PrivacyDesk]:
    dead = sqs.create_queue(QueueName="dead.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    queue = sqs.create_queue(QueueName="submissions.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    salesforce = secretsmanager.create_secret(Name="salesforce", SecretString=json.dumps(org.secret.values()))["ARN"]
    key = secretsmanager.create_secret(Name="key", SecretString=json.dumps({"person_key": SECRET.decode()}))["ARN"]
    outputs = {"Outputs": TEMPLATE["Outputs"] | {"DeadLetterQueueUrl": {"Value": dead}}}
    boto3.client("cloudformation").create_stack(StackName="form-to-lead", TemplateBody=json.dumps(TEMPLATE | outputs))
    settings = {
        "SUBMISSIONS_TABLE": "Submissions",
        "PERSON_LOCKS_TABLE": "PersonLocks",
        "DEAD_LETTER_QUEUE_URL": dead,
        "PERSON_KEY_SECRET_ARN": key,
        "SALESFORCE_SECRET_ARN": salesforce,
        "SPAM_MEMORY_TABLE": "SpamMemory",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_PROFILE", "AWS_REGION", "FORM_TO_LEAD_STACK"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(boto3, "Session", _session)
    monkeypatch.setattr(privacy_function, "_BUSY_WAITS", (0,))
    function = FakeLambda()
    real: Any = SessionClass.client

    def client(session: SessionClass, name: str, *arguments: Any, **options: Any) -> Any:
        return function if name == "lambda" else real(session, name, *arguments, **options)

    monkeypatch.setattr(SessionClass, "client", client)
    privacy_app.dependencies.cache_clear()
    yield PrivacyDesk(dynamodb, sqs, dead, queue, org, function)
    privacy_app.dependencies.cache_clear()


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """In Lambda logs and metrics go to CloudWatch; here they would stand between what the command prints."""
    for module in ("shared.privacy.erasing", "shared.privacy.in_org", "shared.privacy.retention"):
        for name in ("log", "count"):
            monkeypatch.setattr(f"{module}.{name}", lambda *_event, **_fields: None)
    for place in (
        "functions.privacy.app.log",
        "functions.privacy.carrying_out.count",
        "shared.salesforce.connection.count",
        "shared.salesforce.login.count",
        "shared.leads.processing.count",
        "shared.leads.processing.log",
        "shared.leads.carrying_out.count",
    ):
        monkeypatch.setattr(place, lambda *_event, **_fields: None)


def nothing_of(person_words: tuple[str, ...], *texts: object) -> list[str]:
    """Which of the words stand in the texts."""
    said = " ".join(json.dumps(text, default=str, ensure_ascii=False).lower() for text in texts)
    return [word for word in person_words if word in said]
