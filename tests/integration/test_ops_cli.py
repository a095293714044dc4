"""The operators' command line against AWS in this process; the replay function answers in this process too."""

import csv
import io
import json
import os
import signal
import socket
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import boto3
import pytest
from boto3.session import Session as SessionClass
from botocore.exceptions import ClientError, NoCredentialsError
from mypy_boto3_dynamodb import DynamoDBClient
from mypy_boto3_sqs import SQSClient
from typer.testing import CliRunner, Result

from functions.replay import app as replay_app
from ops.cli import app
from ops.operations import orders
from shared.aws.lead_queue import DeadLetterQueue, SubmissionQueue
from shared.aws.ledger import Ledger
from shared.rejection import Problem, Reason, Rejection
from shared.submission import FieldValue, Sources, State, Submission
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
        row = _with_fields(a_submission(form_id), fields or {}).model_copy(update={"received_at": now - age})
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


def _with_fields(row: Submission, fields: Mapping[str, FieldValue]) -> Submission:
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
    _answer_for(monkeypatch, "lambda", function)
    replay_app.dependencies.cache_clear()
    replay_app.spam_memory.cache_clear()

    def queued() -> list[str]:
        messages = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, VisibilityTimeout=0).get("Messages", [])
        return [json.loads(message["Body"])["submission_id"] for message in messages]

    yield Desk(Ledger(dynamodb, "Submissions"), DeadLetterQueue(sqs, dlq), function, queued)
    replay_app.dependencies.cache_clear()
    replay_app.spam_memory.cache_clear()


def _answer_for(monkeypatch: pytest.MonkeyPatch, service: str, stand_in: object) -> None:
    """The stand-in instead of boto3's client of that service."""
    real = SessionClass.client

    def client(session: SessionClass, name: str, *arguments: Any, **options: Any) -> Any:
        return stand_in if name == service else real(session, name, *arguments, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(SessionClass, "client", client)


# --- a dead letter's way to the queue --------------------------------------------------------------------


def test_a_dead_letter_is_listed_shown_mended_and_replayed_once(desk: Desk) -> None:
    """The whole way of an operator's work; the second replay changes nothing."""
    one = desk.reject(fields=PERSON)

    listed = desk.json("dlq", "list")
    assert [row["submission_id"] for row in listed["submissions"]] == [one]
    assert (listed["messages"], listed["rejected"]) == (1, 1)

    shown = desk.json("dlq", "show", one)
    assert shown["rejection"]["problems"][0]["what"] == "E-mail address (email): it is not an e-mail address."

    assert desk.json("dlq", "edit", one, "--set", "email=mended@example.com")["done"][0]["result"] == "edited"
    assert desk.row(one).fields["email"] == "mended@example.com"
    assert desk.row(one).original_fields == PERSON

    assert desk.json("dlq", "replay", one, "--yes")["done"][0]["result"] == "replayed"
    assert desk.queue() == [one]
    replayed = desk.row(one)
    assert (replayed.state, replayed.replay_count) == (State.RECEIVED, 1)
    assert desk.json("dlq", "list") == {
        "messages": 0, "rejected": 0, "groups": [], "submissions": [], "more": False,
    }  # fmt: skip

    again = desk.json("dlq", "replay", one, "--yes", exit_code=1)
    assert again["done"][0]["result"] == "is_received"
    assert desk.row(one) == replayed
    assert desk.queue() == [one]


@pytest.mark.parametrize("command", [("replay",), ("discard", "--why", "a test of our own")])
def test_without_yes_nothing_is_done(desk: Desk, command: tuple[str, ...]) -> None:
    one = desk.reject()
    before = desk.row(one)
    result = desk.run("dlq", *command, one)
    assert result.exit_code == 0
    assert one in result.stdout
    assert "Nothing was done" in result.stderr
    assert desk.function.orders == []
    assert desk.row(one) == before


def test_the_dry_run_says_what_would_be_refused_and_what_is_still_wrong(desk: Desk) -> None:
    wrong, right = desk.reject(fields={"email": "no address"}), desk.reject()
    settled = a_submission(state=State.CREATED)
    desk.ledger.add(settled)
    result = desk.json("dlq", "replay", wrong, right, settled.submission_id, UNKNOWN_ID, exit_code=1)
    assert [(one["refusal"], one["still_wrong"]) for one in result["plan"]] == [
        ("", ["email"]),
        ("", []),
        ("is_created", []),
        ("unknown", []),
    ]
    assert result["count"] == 2
    table = desk.run("dlq", "replay", wrong, settled.submission_id).stdout
    assert "still wrong: email" in table
    assert "it is created" in table


def test_filters_choose_what_is_replayed(desk: Desk) -> None:
    """By filter only rejected rows are meant, never quarantined ones."""
    wanted = desk.reject(reason=Reason.SALESFORCE_REJECTED)
    desk.reject(reason=Reason.VALIDATION_FAILED)
    desk.reject(reason=Reason.SALESFORCE_REJECTED, age=timedelta(days=3))
    desk.ledger.add(a_submission(state=State.QUARANTINED).model_copy(update={"reason": "salesforce_rejected"}))
    done = desk.json("dlq", "replay", "--reason", "salesforce_rejected", "--newer-than", "1d", "--yes")["done"]
    assert [(one["submission_id"], one["result"]) for one in done] == [(wanted, "replayed")]


def test_the_same_filter_twice_finds_nothing_the_second_time(desk: Desk) -> None:
    desk.reject()
    assert len(desk.json("dlq", "replay", "--all", "--yes")["done"]) == 1
    assert desk.json("dlq", "replay", "--all", "--yes")["done"] == []


def test_filters_also_hold_for_ids_that_are_given(desk: Desk) -> None:
    kept, sent = desk.reject(reason=Reason.INTERNAL_ERROR), desk.reject()
    done = desk.json("dlq", "replay", kept, sent, "--reason", "validation_failed", "--yes")["done"]
    assert [one["submission_id"] for one in done] == [sent]


def test_a_quarantined_submission_can_be_released(desk: Desk) -> None:
    row = a_submission(state=State.QUARANTINED)
    desk.ledger.add(row)
    assert desk.json("dlq", "replay", "--quarantined", "--form", "contact", "--yes")["done"][0]["changed"]
    assert desk.row(row.submission_id).state is State.RECEIVED


def test_a_discard_keeps_its_reason_in_the_history(desk: Desk) -> None:
    one = desk.reject()
    assert desk.run("dlq", "discard", one, "--why", "a test of our own", "--yes").exit_code == 0
    row = desk.row(one)
    assert (row.state, row.history[-1].why) == (State.DISCARDED, "a test of our own")
    assert desk.run("dlq", "discard", one, "--why", "a test of our own", "--yes").exit_code == 1
    assert desk.row(one) == row


@pytest.mark.parametrize("why", ["", " ", "x" * 201, "sanne@example.com asked"])
def test_a_reason_that_would_not_do_is_not_taken(desk: Desk, why: str) -> None:
    assert desk.run("dlq", "discard", "--all", "--why", why, "--yes").exit_code == 2


@pytest.mark.parametrize("command", [("replay",), ("discard", "--why", "spam")])
def test_all_of_them_must_be_asked_for_aloud(desk: Desk, command: tuple[str, ...]) -> None:
    result = desk.run("dlq", *command, "--yes")
    assert result.exit_code == 2
    assert desk.function.orders == []


def test_orders_go_in_batches_and_name_the_caller(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orders, "BATCH", 2)
    for _ in range(5):
        desk.reject()
    assert len(desk.json("dlq", "replay", "--all", "--yes")["done"]) == 5
    assert [len(order["submission_ids"]) for order in desk.function.orders] == [2, 2, 1]
    arn = boto3.client("sts").get_caller_identity()["Arn"]
    assert {order["by"] for order in desk.function.orders} == {arn.rpartition("/")[2]}


def test_ctrl_c_stops_after_the_batch_under_way(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was begun is finished and told; the rest is untouched."""
    monkeypatch.setattr(orders, "BATCH", 2)
    ids = [desk.reject(age=timedelta(hours=5 - number)) for number in range(5)]
    desk.function.before = lambda: os.kill(os.getpid(), signal.SIGINT)
    result = desk.run("dlq", "replay", "--all", "--yes")
    assert result.exit_code == 1
    assert "2 of 5" in result.stderr
    assert [desk.row(one).state for one in ids] == [State.RECEIVED] * 2 + [State.REJECTED] * 3


def test_a_second_ctrl_c_stops_at_once_and_still_tells_how_far_it_got(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(orders, "BATCH", 1)
    for _ in range(3):
        desk.reject()

    def press_twice() -> None:
        if len(desk.function.orders) == 2:
            os.kill(os.getpid(), signal.SIGINT)
            os.kill(os.getpid(), signal.SIGINT)

    desk.function.before = press_twice
    result = desk.run("dlq", "replay", "--all", "--yes")
    assert result.exit_code == 1
    assert "1 of 3" in result.stderr
    assert "Stopped at once" in result.stderr


def test_a_failing_function_is_told_without_its_words(desk: Desk) -> None:
    """A traceback of the function may quote what it was working on."""
    one = desk.reject()
    desk.function.fails = "Unhandled"
    result = desk.run("dlq", "replay", one, "--yes")
    assert result.exit_code == 1
    assert "The replay function failed" in result.stderr
    assert "Kanarievogel" not in result.output


# --- queue and ledger ------------------------------------------------------------------------------------


def test_more_messages_than_rejected_rows_are_told_and_reconciled(desk: Desk) -> None:
    left_over = a_submission()
    desk.ledger.add(left_over)
    url = os.environ["DEAD_LETTER_QUEUE_URL"]
    SubmissionQueue(boto3.client("sqs"), url).send(left_over.submission_id, group="g")  # as SQS itself moves it
    listed = desk.run("dlq", "list")
    assert listed.exit_code == 0
    assert "dlq reconcile" in listed.stderr
    assert desk.json("dlq", "reconcile")["done"][0]["result"] == "rejected"
    assert "dlq reconcile" not in desk.run("dlq", "list").stderr
    assert desk.json("dlq", "reconcile")["done"] == []


def test_dead_letters_that_went_after_14_days_are_explained(desk: Desk) -> None:
    desk.reject(letter=False)
    result = desk.run("dlq", "list")
    assert "Messages go after 14 days" in result.stderr
    assert "reconcile" not in result.stderr


def test_dead_letters_are_grouped_by_cause(desk: Desk) -> None:
    for _ in range(3):
        desk.reject()
    desk.reject(Problem(code="STRING_TOO_LONG", field="City"), reason=Reason.SALESFORCE_REJECTED, form_id="quote")
    groups = desk.json("dlq", "list", "--limit", "1")
    assert [(one["count"], one["reason"], one["code"], one["field"], one["forms"]) for one in groups["groups"]] == [
        (3, "validation_failed", "invalid_email", "email", ["contact"]),
        (1, "salesforce_rejected", "STRING_TOO_LONG", "City", ["quote"]),
    ]
    assert (len(groups["submissions"]), groups["more"]) == (1, True)
    table = desk.run("dlq", "list").stdout
    assert "invalid_email" in table
    assert "STRING_TOO_LONG" in table


# --- lists and exports -----------------------------------------------------------------------------------


def test_the_list_is_newest_first_across_states_and_says_when_there_is_more(desk: Desk) -> None:
    old, middle, new = (desk.reject(age=timedelta(hours=hours)) for hours in (9, 5, 1))
    received = a_submission().model_copy(update={"received_at": datetime.now(UTC) - timedelta(hours=3)})
    desk.ledger.add(received)
    everything = desk.json("submissions", "list")
    assert [row["submission_id"] for row in everything["submissions"]] == [new, received.submission_id, middle, old]
    assert not everything["more"]
    two = desk.json("submissions", "list", "--limit", "2")
    assert (len(two["submissions"]), two["more"]) == (2, True)
    assert len(desk.json("submissions", "list", "--older-than", "2h", "--newer-than", "6h")["submissions"]) == 2
    assert len(desk.json("submissions", "list", "--state", "received", "--state", "created")["submissions"]) == 1


def test_ids_are_listed_as_they_were_given(desk: Desk) -> None:
    ids = [desk.reject() for _ in range(3)]
    listed = desk.json("submissions", "list", "--id", ids[2], "--id", ids[0].upper())
    assert [row["submission_id"] for row in listed["submissions"]] == [ids[2], ids[0]]


def test_an_export_cannot_run_formulas_in_a_spreadsheet(desk: Desk) -> None:
    """A visitor's `=cmd|...` is kept as it is; only the export defuses it."""
    attacks = ["=1+1", "+31 6", "-2", "@SUM(A1)", "\tx", 'say "hi", ok']
    for attack in attacks:
        desk.reject(fields={"company": attack})
    desk.reject(fields={"message": "tab\rreturn"})
    result = desk.run("submissions", "list", "--csv", "--reveal", "--limit", "0")
    assert result.exit_code == 0
    rows = list(csv.DictReader(io.StringIO(result.stdout, newline="")))
    companies = {row["company"] for row in rows}
    assert companies == {"", "'=1+1", "'+31 6", "'-2", "'@SUM(A1)", "'\tx", 'say "hi", ok'}
    assert all(line.startswith('"') for line in result.stdout.splitlines() if line and "return" not in line)


def test_an_export_holds_the_fields_only_when_asked(desk: Desk) -> None:
    desk.reject(fields=PERSON)
    plain = desk.run("submissions", "list", "--csv")
    assert plain.stdout.splitlines()[0] == '"submission_id","form_id","state","received_at","reason","replay_count"'
    assert not [canary for canary in CANARIES if canary in plain.output]
    assert "Kanarievogel" in desk.run("submissions", "list", "--csv", "--reveal").stdout
    assert desk.json("submissions", "list", "--reveal")["submissions"][0]["fields"] == PERSON


# --- personal data ---------------------------------------------------------------------------------------


def test_no_masked_output_ever_holds_what_the_visitor_sent(desk: Desk) -> None:
    """Canaries in every place where a row can hold personal data, and every command that shows rows."""
    email = str(PERSON["email"])
    one = desk.reject(
        Problem(code="INVALID_EMAIL_ADDRESS", field="Email", detail=f"invalid email address: {email}"),
        Problem(
            code="STRING_TOO_LONG", field="LastName", detail="Last Name: data value too large: KANARIEVOG (max 80)"
        ),
        reason=Reason.SALESFORCE_REJECTED,
        fields=PERSON,
    )
    row = desk.row(one)
    sources = Sources(
        language="nl",
        page_url="https://www.example.com/voor/Wilhelmina?naam=Kanarievogel#Kanarievogel",
        referrer="https://Kanarievogel:x@mail.example/?q=wilhelmina.k",
        utm={"utm_content": "wilhelmina.k@kanarie.example"},
        click_ids={"gclid": "Kanarievogel"},
    )
    copy = row.model_copy(update={"submission_id": one[:-4] + "beef", "sources": sources})
    desk.ledger.add(copy)
    shown = [
        desk.run(*command, *extra)
        for command in (
            ("submissions", "list"),
            ("submissions", "show", copy.submission_id),
            ("dlq", "list"),
            ("dlq", "show", one),
            ("dlq", "replay", one),
            ("dlq", "discard", one, "--why", "test"),
            ("dlq", "edit", one, "--set", "email=wilhelmina.k@kanarie.example"),
            ("dlq", "show", one),
            ("dlq", "edit", one, "--set", "Kanarievogel"),
            ("dlq", "replay", one, "--yes"),
        )
        for extra in ((), ("--json",))
    ]
    for result in shown:
        # A masked address keeps its domain: that is how an operator tells a typing mistake from a stranger.
        text = result.output.casefold().replace("w•••@kanarie.example", "")
        assert not [canary for canary in CANARIES if canary.casefold() in text], result.output
    revealed = desk.run("submissions", "show", copy.submission_id, "--reveal").stdout
    assert all(canary in revealed for canary in ("Wilhelmina", "Kanarievogel", "612345678", "Geheime vraag"))


def test_what_a_visitor_typed_cannot_steer_the_terminal(desk: Desk) -> None:
    one = desk.reject(fields={"company": "[red]x[/] \x1b[2J\u202e", "message": "[/nonsense]"})
    result = desk.run("submissions", "show", one, "--reveal")
    assert result.exit_code == 0
    assert "\x1b[2J" not in result.stdout
    assert "\u202e" not in result.stdout
    assert "[red]x[/]" in result.stdout
    assert "[/nonsense]" in result.stdout


# --- test submissions ------------------------------------------------------------------------------------


@dataclass
class Api:
    """An API that gives one and the same answer, and keeps what it was sent."""

    status: int = 202
    body: bytes = b"{}"
    paths: list[str] = field(default_factory=list)
    sent: list[dict[str, Any]] = field(default_factory=list)


@pytest.fixture
def api(desk: Desk) -> Iterator[Api]:
    """Behind the ApiUrl of the stack `with-api`."""
    said = Api()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            said.paths.append(self.path)
            said.sent.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(said.status)
            self.send_header("Content-Length", str(len(said.body)))
            self.end_headers()
            self.wfile.write(said.body)

        def log_message(self, *_arguments: object) -> None:
            """Nothing between what the command prints."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        url = f"http://127.0.0.1:{server.server_address[1]}/live"
        outputs = {**TEMPLATE["Outputs"], "ApiUrl": {"Value": url}, "DeadLetterQueueUrl": {"Value": "unused"}}
        template = {"Resources": TEMPLATE["Resources"], "Outputs": outputs}
        boto3.client("cloudformation").create_stack(StackName="with-api", TemplateBody=json.dumps(template))
        yield said
        server.shutdown()
        thread.join()


def test_a_test_submission_is_sent_and_its_outcome_awaited(desk: Desk, api: Api) -> None:
    row = _with_fields(a_submission(state=State.CREATED), PERSON)
    desk.ledger.add(row)
    api.body = json.dumps({"receipt": row.submission_id, "state": "received"}).encode()
    arguments = ["submit", "contact", "--field", "last_name=Test", "--field", "extras=a", "--field", "extras=b"]
    said = desk.json(*arguments, "--wait", "--stack", "with-api")
    assert api.paths == ["/live/forms/contact"]
    assert api.sent == [{"last_name": "Test", "extras": ["a", "b"]}]
    assert said["answer"] == {"receipt": row.submission_id, "state": "received"}
    assert said["outcome"]["state"] == "created"
    shown = desk.run(*arguments, "--wait", "--stack", "with-api")
    assert row.submission_id in shown.stdout
    assert "Kanarievogel" not in shown.output


def test_a_submission_without_an_outcome_in_time_is_said_to_be_safe(desk: Desk, api: Api) -> None:
    row = a_submission()
    desk.ledger.add(row)
    api.body = json.dumps({"receipt": row.submission_id, "state": "received"}).encode()
    result = desk.run("submit", "contact", "--wait", "--timeout", "1", "--stack", "with-api")
    assert result.exit_code == 1
    assert "Nothing is lost" in result.stderr


def test_a_refused_submission_says_what_was_wrong(desk: Desk, api: Api) -> None:
    api.status = 422
    api.body = json.dumps(
        {"code": "validation_failed", "detail": "One.", "errors": [{"field": "email", "message": "Not an address."}]}
    ).encode()
    result = desk.run("submit", "contact", "--stack", "with-api")
    assert result.exit_code == 1
    assert "email: Not an address." in result.stdout


@pytest.mark.parametrize("body", [b"<html>Bad gateway</html>", b"[]", b"", b"\xff"])
def test_an_answer_that_is_not_ours_is_told(desk: Desk, api: Api, body: bytes) -> None:
    api.status, api.body = 502, body
    result = desk.run("submit", "contact", "--stack", "with-api")
    assert result.exit_code == 1
    assert "The API answered 502" in result.stderr


# --- errors ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "exit_code", "says"),
    [
        (["submissions", "show", UNKNOWN_ID], 1, "There is no submission"),
        (["submissions", "list", "--id", UNKNOWN_ID], 1, "There is no submission"),
        (["dlq", "list", "--id", UNKNOWN_ID], 1, "There is no submission"),
        (["dlq", "edit", UNKNOWN_ID, "--set", "email=a@example.com"], 1, "there is no such submission"),
        (["submissions", "show", "something"], 2, "is not a submission id"),
        (["submissions", "list", "--older-than", "2x"], 2, "is not a duration"),
        (["submissions", "list", "--state", "gone"], 2, "gone"),
        (["submissions", "list", "--csv", "--json"], 2, "not both"),
        (["submissions", "list", "--reveal"], 2, "--reveal"),
        (["dlq", "edit", UNKNOWN_ID, "--set", "email"], 2, "name=value"),
        (["dlq", "edit", UNKNOWN_ID], 2, "--set"),
        (["submissions", "list", "--stack", "other"], 3, "There is no stack 'other' in eu-west-1"),
        (["submissions", "list", "--profile", "nobody"], 3, "no such AWS profile"),
        (["submit", "contact", "--field", "x=y"], 3, "The API can't be reached"),
    ],
)
def test_errors_are_one_line_and_an_exit_code(desk: Desk, arguments: list[str], exit_code: int, says: str) -> None:
    """0 done, 1 refused or failed, 2 usage, 3 stack or credentials can't be reached."""
    result = desk.run(*arguments)
    assert result.exit_code == exit_code, result.output
    assert says in result.output
    assert "Traceback" not in result.output
    own_lines = [line for line in result.stderr.splitlines() if line.startswith("error: ")]
    assert len(own_lines) <= 1


def test_an_unknown_field_is_refused_and_the_known_ones_are_named(desk: Desk) -> None:
    one = desk.reject()
    result = desk.run("dlq", "edit", one, "--set", "e_mail=a@example.com")
    assert result.exit_code == 1
    assert "the form has no field e_mail" in result.stdout
    assert "first_name" in result.stderr


def test_a_stack_without_the_output_is_named_as_such(desk: Desk) -> None:
    boto3.client("cloudformation").create_stack(
        StackName="bare", TemplateBody=json.dumps({"Resources": TEMPLATE["Resources"]})
    )
    result = desk.run("submissions", "list", "--stack", "bare")
    assert result.exit_code == 3
    assert "no output SubmissionsTableName" in result.stderr


def test_the_stack_s_name_can_come_from_the_environment(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORM_TO_LEAD_STACK", "elsewhere")
    assert "'elsewhere'" in desk.run("dlq", "list").stderr


class Failing:
    """A client whose every call fails in the same way."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def fail(**_arguments: Any) -> Any:
            raise self._error

        return fail


@pytest.mark.parametrize(
    ("service", "error", "says"),
    [
        ("cloudformation", NoCredentialsError(), "There are no AWS credentials"),
        ("cloudformation", ClientError({"Error": {"Code": "AccessDenied"}}, "DescribeStacks"), "Access denied"),
        ("cloudformation", ClientError({"Error": {"Code": "ExpiredToken"}}, "DescribeStacks"), "Log in again"),
        ("sqs", ClientError({"Error": {"Code": "AccessDenied"}}, "GetQueueAttributes"), "Access denied"),
        ("dynamodb", ClientError({"Error": {"Code": "AccessDeniedException"}}, "Query"), "Access denied"),
    ],
)
def test_what_can_t_be_reached_is_told_in_one_line(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, service: str, error: Exception, says: str
) -> None:
    _answer_for(monkeypatch, service, _paginating(error) if service == "dynamodb" else Failing(error))
    result = desk.run("dlq", "list")
    assert result.exit_code == 3
    assert says in result.stderr
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1


def _paginating(error: Exception) -> Any:
    client = Failing(error)
    client.get_paginator = lambda _operation: Failing(error)  # type: ignore[attr-defined]
    return client


def test_access_denied_to_the_function_is_told_and_nothing_is_claimed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = desk.reject()
    _answer_for(monkeypatch, "lambda", Failing(ClientError({"Error": {"Code": "AccessDeniedException"}}, "Invoke")))
    result = desk.run("dlq", "replay", one, "--yes", "--json")
    assert result.exit_code == 3
    assert json.loads(result.stdout)["done"] == []
    assert "0 of 1" in result.stderr


def test_a_local_stack_that_is_gone_is_told_in_one_line(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A killed `make run` leaves its file behind."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    addresses = {
        "stack_name": "form-to-lead",
        "aws_endpoint_url": f"http://127.0.0.1:{port}",
        "region": "eu-west-1",
        "api_url": "http://127.0.0.1:9",
    }
    (tmp_path / ".local").mkdir()
    (tmp_path / ".local" / "stack.json").write_text(json.dumps(addresses))
    monkeypatch.chdir(tmp_path)
    result = desk.run("dlq", "list", "--local")
    assert result.exit_code == 3
    assert "is `make run` still running?" in result.stderr


def test_the_local_stack_needs_make_run(desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    result = desk.run("dlq", "list", "--local")
    assert result.exit_code == 3
    assert "make run" in result.stderr


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"stack_name": "x"}'])
def test_a_broken_file_of_the_local_stack_is_told(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: str
) -> None:
    (tmp_path / ".local").mkdir()
    (tmp_path / ".local" / "stack.json").write_text(content)
    monkeypatch.chdir(tmp_path)
    result = desk.run("dlq", "list", "--local")
    assert result.exit_code == 3
    assert "can't be read" in result.stderr


@pytest.mark.parametrize(
    "command",
    [
        [],
        ["submissions"],
        ["submissions", "list"],
        ["submissions", "show"],
        ["dlq"],
        ["dlq", "list"],
        ["dlq", "show"],
        ["dlq", "edit"],
        ["dlq", "replay"],
        ["dlq", "discard"],
        ["dlq", "reconcile"],
        ["forms"],
        ["forms", "check"],
        ["match"],
        ["match", "explain"],
        ["match", "review"],
        ["submit"],
    ],
)
def test_every_command_explains_itself(command: list[str]) -> None:
    result = CliRunner().invoke(app, [*command, "--help"])
    assert result.exit_code == 0
    assert "Example" in result.stdout or (len(command) < 2 and command != ["submit"])
