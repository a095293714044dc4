"""Canaries: words that stand for a person are put wherever a request has room, and must be nowhere but in the row."""

import json
from collections.abc import Callable
from typing import Any

import pytest

import functions.intake.app
from shared.aws.lead_queue import SubmissionQueue
from shared.aws.secrets import Secret, person_key
from shared.errors import TransientError
from shared.observability import LogFields
from tests.unit.intake_desk import (
    BROWSER,
    JSON,
    MULTIPART,
    URLENCODED,
    Answered,
    Intake,
    event,
    multipart,
    part,
)

CANARY = "kanarie"
PERSON = {
    "first_name": f"{CANARY}-voornaam",
    "last_name": f"{CANARY}-achternaam",
    "email": f"{CANARY}@example.com",
    "phone": "0612345678",
    "company": f"{CANARY} BV",
    "message": f"Ik ben {CANARY}\nen woon in {CANARY}dam",
    "consent": "on",
    "page_url": f"https://www.flexfit-fietsen.example/nl/contact?email={CANARY}@example.com",
    "referrer": f"https://search.example/?q={CANARY}",
    "utm_source": CANARY,
    "gclid": CANARY,
    "form_started_at": "1764500000",
    f"{CANARY}_unknown": CANARY,
    "OwnerId": CANARY,
}
HEADERS = {
    "User-Agent": f"{CANARY}/1.0",
    "X-Forwarded-For": f"{CANARY}, 203.0.113.9",
    "Cookie": f"session={CANARY}",
    "Authorization": f"Bearer {CANARY}",
    "Referer": f"https://www.flexfit-fietsen.example/?{CANARY}",
    "Idempotency-Key": f"{CANARY}-key",
    "Accept-Language": f"nl, {CANARY}",
}
WRONG = {
    "email": f"{CANARY} at example",
    "phone": CANARY,
    "last_name": f"{CANARY}\n{CANARY}",
    "message": "",
    "company": CANARY * 50,
}
SPAM = {"contact_me_by_fax_only": CANARY}


def as_json(**fields: Any) -> dict[str, Any]:
    return event(headers={**HEADERS, "Content-Type": JSON}, body=json.dumps({**PERSON, **fields}).encode())


def as_page(**fields: Any) -> dict[str, Any]:
    return event(headers={**BROWSER, **HEADERS, "Content-Type": MULTIPART}, body=multipart({**PERSON, **fields}))


def raw(body: str | bytes, content_type: str = JSON, **headers: str) -> dict[str, Any]:
    content = body.encode() if isinstance(body, str) else body
    return event(headers={**HEADERS, "Content-Type": content_type, **headers}, body=content)


FILE = part("cv", CANARY, disposition=f'; filename="{CANARY}.pdf"')

SCENARIOS: dict[str, tuple[dict[str, Any], int]] = {
    "accepted, a program": (as_json(), 202),
    "accepted, a browser": (as_page(), 303),
    "field errors, a program": (as_json(**WRONG), 422),
    "field errors, a browser": (as_page(**WRONG), 303),
    "honeypot": (as_json(**SPAM), 202),
    "honeypot, a browser": (as_page(**SPAM), 303),
    "field errors of a bot": (as_json(**SPAM, **WRONG), 422),
    "a return URL of another website": (as_page(return_url=f"https://evil.example/{CANARY}"), 303),
    "a key that is too long": (
        raw(json.dumps(PERSON), **{"Idempotency-Key": CANARY * 99}),
        400,
    ),
    "a foreign origin": (raw(json.dumps(PERSON), Origin=f"https://{CANARY}.example"), 403),
    "broken JSON": (raw(f'{{"last_name": "{CANARY}'), 400),
    "JSON with a name twice": (raw(f'{{"{CANARY}": "{CANARY}", "{CANARY}": ""}}'), 400),
    "nested JSON": (raw(json.dumps({f"{CANARY}@example.com": {"a": CANARY}})), 400),
    "a number that is too long": (raw('{"phone": ' + "06" * 3000 + "}"), 400),
    "a list of JSON": (raw(json.dumps([CANARY])), 400),
    "not UTF-8": (raw(CANARY.encode() + b"\xff", URLENCODED), 400),
    "a broken multipart": (raw(part("last_name", CANARY), MULTIPART), 400),
    "a file": (raw(FILE + multipart(PERSON), MULTIPART), 415),
    "a file of a browser": (
        event(headers={**BROWSER, **HEADERS, "Content-Type": MULTIPART}, body=FILE + multipart(PERSON)),
        415,
    ),
    "another kind of body": (raw(f"<a>{CANARY}</a>", f"text/xml; {CANARY}"), 415),
    "another charset": (raw(CANARY, f"{JSON}; charset={CANARY}"), 415),
    "packed": (raw(CANARY, **{"Content-Encoding": CANARY}), 415),
    "too large": (raw(CANARY * 10000), 413),
    "an unknown form": ({**as_json(), "path": f"/forms/{CANARY}"}, 404),
    "an unknown path": ({**as_json(), "path": f"/{CANARY}"}, 404),
    "an unknown receipt": (event("GET", f"/submissions/{CANARY:x<36}"), 404),
    "another method": (event("PUT", headers=HEADERS), 405),
}


class RecordingSqs:
    def __init__(self) -> None:
        self.messages: list[str] = []

    def send_message(self, **message: object) -> dict[str, Any]:
        self.messages.append(json.dumps(message))
        return {}


class WatchedIntake(Intake):
    """With the real queue adapter, so that whole messages can be seen."""

    def __init__(self) -> None:
        super().__init__()
        self.sqs = RecordingSqs()
        client: Any = self.sqs
        queue: Any = SubmissionQueue(client, "https://sqs.example/submissions.fifo")
        self.queue = queue


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_nothing_about_the_visitor_leaves_the_row(scenario: str, said: Callable[[], str]) -> None:
    happening, status = SCENARIOS[scenario]
    intake = WatchedIntake()
    answered = intake.hears(happening)
    assert answered.status == status
    outside = said() + json.dumps(answered.reply) + "".join(intake.sqs.messages)
    assert CANARY not in outside.lower()
    assert "612345678" not in outside
    assert "203.0.113.9" not in outside
    accepted = status in {202, 303} and bool(intake.ledger.rows)
    assert accepted == (scenario.startswith(("accepted", "honeypot", "a return")))
    assert bool(intake.sqs.messages) == scenario.startswith(("accepted", "a return"))


def test_the_canaries_are_alive() -> None:
    """Each is really in the row: the test above looks for something that is there to be found."""
    intake = WatchedIntake()
    intake.hears(as_json())
    row = intake.row.model_dump_json()
    assert all(value.partition("\n")[0] in row for name, value in PERSON.items()
               if name not in {"OwnerId", f"{CANARY}_unknown", "form_started_at"})  # fmt: skip
    assert "OwnerId" not in row
    assert f"{CANARY}_unknown" not in row


def test_a_message_on_the_queue_is_a_version_and_an_id() -> None:
    intake = WatchedIntake()
    receipt = intake.hears(as_json()).receipt
    [message] = [json.loads(message) for message in intake.sqs.messages]
    assert json.loads(message["MessageBody"]) == {"version": 1, "submission_id": receipt}
    assert message["MessageDeduplicationId"] == receipt
    assert set(message) == {"QueueUrl", "MessageBody", "MessageGroupId", "MessageDeduplicationId"}


def test_a_conflict_says_nothing_about_either_submission(said: Callable[[], str]) -> None:
    intake = WatchedIntake()
    intake.hears(as_json())
    answered = intake.hears(as_json(message=f"anders {CANARY}"))
    assert answered.status == 409
    assert CANARY not in said() + json.dumps(answered.reply)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (TransientError("dynamodb:x", detail=f"Item {CANARY} is too large"), 503),
        (ValueError(f"could not convert {CANARY}@example.com"), 500),
        (UnicodeEncodeError("ascii", CANARY, 0, 1, CANARY), 500),
        (RecursionError(CANARY), 500),
    ],
)
def test_no_failure_quotes_what_was_sent(
    error: Exception, status: int, said: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    intake = WatchedIntake()
    intake.ledger.fails_next = error  # type: ignore[assignment]  # any error that a library may raise
    monkeypatch.setattr(functions.intake.app, "dependencies", intake.dependencies)
    answered = Answered(functions.intake.app.handler(as_json(), None))
    assert answered.status == status
    logged = said()
    assert logged
    assert CANARY not in logged + json.dumps(answered.reply)
    assert "Traceback" not in logged + answered.text


def test_a_queue_that_fails_tells_the_log_its_code_and_no_more(said: Callable[[], str]) -> None:
    intake = Intake()
    intake.queue.down = True
    assert intake.hears(as_json()).status == 202
    assert "sqs:down" in said()
    assert CANARY not in said()


def test_the_secret_is_in_no_log_and_no_error(said: Callable[[], str]) -> None:
    class Secrets:
        def get_secret_value(self, **_: object) -> dict[str, str]:
            return {"SecretString": json.dumps({"person_key": CANARY})}

    client: Any = Secrets()
    secret = Secret(client, "arn")
    intake = Intake()
    dependencies = intake.dependencies()
    assert CANARY not in repr(secret)
    monkey = type(dependencies)(**{**vars(dependencies), "secret": person_key(secret)})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(functions.intake.app, "dependencies", lambda: monkey)
        answered = Answered(functions.intake.app.handler(as_json(), None))
    assert answered.status == 503  # the key is too short to be one
    assert CANARY not in said() + json.dumps(answered.reply)


@pytest.mark.parametrize("value", ['x\n{"level": "ERROR"}', "\r\nERROR forged", "\u2028", "\x1b[31m", '"}, {"a": "'])
def test_nobody_can_write_a_log_line_of_their_own(value: str, said: Callable[[], str]) -> None:
    intake = Intake()
    for happening in (
        as_json(**dict.fromkeys(PERSON, value)),
        as_json(lang=value, submission_key=value, return_url=value),
        event(value, f"/forms/{value}", headers={"Origin": value, "Accept": value, "Content-Type": value}, body=b"x"),
        event("GET", f"/submissions/{value}"),
    ):
        intake.hears(happening)
    lines = said().splitlines()
    assert lines
    assert all(isinstance(json.loads(line), dict) for line in lines)
    assert "forged" not in said()


def test_the_allow_list_of_the_log_names_nothing_about_people() -> None:
    """A new key is a decision: change this test with it."""
    assert set(LogFields.__annotations__) == {
        "submission_id", "form_id", "state", "reason", "error", "where", "number", "delay", "record_id", "source",
    }  # fmt: skip


def test_the_row_itself_is_never_shown_by_a_receipt() -> None:
    intake = Intake()
    receipt = intake.hears(as_json()).receipt
    answered = intake.get(f"/submissions/{receipt}")
    assert set(answered.json) == {"receipt", "state"}
