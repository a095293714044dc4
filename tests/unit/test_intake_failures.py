"""When something around the intake fails: nothing acknowledged is lost, nothing lost is acknowledged."""

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

import functions.intake.app
from functions.intake.dependencies import Dependencies
from shared.aws.lead_queue import SubmissionQueue
from shared.aws.ledger import Ledger
from shared.aws.secrets import Secret, person_key
from shared.errors import ConfigurationError, FormToLeadError, TransientError
from shared.form.definition import forms
from shared.intake.receiving import FORGOTTEN_AFTER
from shared.submission import State
from tests.builders import CONTACT, NOW
from tests.unit.intake_desk import JSON, ORIGIN, Answered, Intake, event


def test_the_receipt_is_given_when_the_queue_is_down_after_the_row_was_written(said: Callable[[], str]) -> None:
    """The requeue function finds the row two minutes later."""
    intake = Intake()
    intake.queue.down = True
    answered = intake.program()
    assert answered.status == 202
    assert intake.row.state is State.RECEIVED
    assert intake.row.due_at == NOW + FORGOTTEN_AFTER
    assert "enqueue_failed" in said()
    assert "EnqueueFailed" in said()


@pytest.mark.parametrize("error", [TransientError("dynamodb:InternalServerError"), ConfigurationError("dynamodb:x")])
def test_nobody_gets_a_receipt_when_the_row_was_not_written(error: FormToLeadError) -> None:
    intake = Intake()
    intake.ledger.fails_next = error
    answered = intake.program()
    assert (answered.status, answered.code) == (503, "unavailable")
    assert answered.headers["Retry-After"] == "5"
    assert not intake.queue.sent


def test_a_website_s_script_can_read_that_it_should_come_again() -> None:
    """Without the CORS header a browser hides the answer: the script would see a network error."""
    intake = Intake()
    intake.ledger.fails_next = TransientError("dynamodb:x")
    answered = intake.program(headers={"Origin": ORIGIN})
    assert (answered.status, answered.headers.get("Access-Control-Allow-Origin")) == (503, ORIGIN)


def test_a_visitor_is_asked_to_try_again() -> None:
    intake = Intake()
    intake.ledger.fails_next = TransientError("dynamodb:x")
    answered = intake.browser()
    assert (answered.status, answered.headers["Retry-After"]) == (503, "5")
    assert "Probeer het over een minuut opnieuw." in answered.text


def test_the_same_post_goes_through_once_the_ledger_is_back() -> None:
    intake = Intake()
    intake.ledger.fails_next = TransientError("dynamodb:x")
    key = {"Idempotency-Key": "k"}
    assert [intake.program(headers=key).status for _ in range(3)] == [503, 202, 202]
    assert len(intake.ledger.rows) == 1


def test_a_receipt_can_not_be_looked_up_while_the_ledger_is_down() -> None:
    intake = Intake()
    receipt = intake.program().receipt
    intake.ledger.fails_next = TransientError("dynamodb:x")
    assert intake.get(f"/submissions/{receipt}").status == 503
    assert intake.get(f"/submissions/{receipt}").status == 200


# --- bugs --------------------------------------------------------------------------------------------------------


@pytest.fixture
def handled(monkeypatch: pytest.MonkeyPatch) -> Callable[[Intake, dict[str, Any]], Answered]:
    def handle(intake: Intake, happening: dict[str, Any]) -> Answered:
        monkeypatch.setattr(functions.intake.app, "dependencies", intake.dependencies)
        return Answered(functions.intake.app.handler(happening, None))

    return handle


def test_a_bug_gives_500_with_a_generic_body_and_its_text_is_not_logged(
    handled: Callable[[Intake, dict[str, Any]], Answered], said: Callable[[], str]
) -> None:
    """Exception texts quote values; file, line and type are enough to find the bug."""
    intake = Intake()
    intake.ledger.fails_next = KeyError("sanne@example.com")  # type: ignore[assignment]  # no error of ours
    body = json.dumps(CONTACT).encode()
    answered = handled(intake, event(headers={"Content-Type": JSON}, body=body))
    assert (answered.status, answered.code) == (500, "internal_error")
    assert "Traceback" not in answered.text
    [line] = [json.loads(line) for line in said().splitlines() if "intake_bug" in line]
    assert line["level"] == "ERROR"
    assert line["where"].startswith("stores.py:")
    assert line["where"].endswith(" KeyError")
    assert "sanne" not in said() + answered.text
    assert "IntakeErrors" in said()


def test_the_handler_answers_like_the_routes(handled: Callable[[Intake, dict[str, Any]], Answered]) -> None:
    body = json.dumps(CONTACT).encode()
    assert handled(Intake(), event(headers={"Content-Type": JSON}, body=body)).status == 202
    assert handled(Intake(), event("GET", "/health")).status == 200


@pytest.mark.parametrize("happening", [{}, {"headers": [], "path": "/forms/contact", "httpMethod": "POST"}])
def test_what_is_no_request_at_all_raises_nothing(
    happening: dict[str, Any], handled: Callable[[Intake, dict[str, Any]], Answered]
) -> None:
    assert handled(Intake(), happening).status in {404, 415}


# --- how much is asked of AWS ------------------------------------------------------------------------------------


class CountingAws:
    """Three clients in one that count; each call succeeds."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.exceptions = SimpleNamespace()

    def put_item(self, **_: object) -> dict[str, Any]:
        self.calls.append("PutItem")
        return {}

    def send_message(self, **_: object) -> dict[str, Any]:
        self.calls.append("SendMessage")
        return {}

    def get_secret_value(self, **_: object) -> dict[str, Any]:
        self.calls.append("GetSecretValue")
        return {"SecretString": json.dumps({"person_key": "k" * 64})}


def test_a_warm_intake_makes_two_aws_calls_for_an_accepted_submission(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    aws: Any = CountingAws()
    dependencies = Dependencies(
        ledger=Ledger(aws, "table"),
        queue=SubmissionQueue(aws, "queue"),
        secret=person_key(Secret(aws, "arn")),
        intake_secrets=Secret(aws, "intake").values,
        forms=forms(),
        extra_origins=(),
        now=lambda: NOW,
    )
    monkeypatch.setattr(functions.intake.app, "dependencies", lambda: dependencies)
    happening = event(headers={"Content-Type": JSON}, body=json.dumps(CONTACT).encode())
    assert functions.intake.app.handler(happening, None)["statusCode"] == 202
    assert aws.calls == ["GetSecretValue", "PutItem", "SendMessage"]
    aws.calls.clear()
    assert functions.intake.app.handler(happening, None)["statusCode"] == 202
    assert aws.calls == ["PutItem", "SendMessage"]


@pytest.mark.parametrize("wrong", [{"email": ""}, {"contact_me_by_fax_only": "x"}])
def test_what_goes_no_further_costs_fewer_calls(wrong: dict[str, Any]) -> None:
    intake = Intake()
    intake.program(**wrong)
    assert not intake.queue.sent
