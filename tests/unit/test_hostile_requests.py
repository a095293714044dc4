"""A slice of the hundred thousand hostile requests of `python -m tests.hostile`, and the faults that it has to find."""

import copy
import re
from collections.abc import Callable, Mapping
from typing import Any
from unittest.mock import patch

import pytest

from functions.intake import app, submitting
from functions.intake.pages import published
from functions.intake.pages.openapi import openapi
from functions.intake.reply import Reply
from local.intake_keys import WEBHOOKS
from shared.aws.lead_queue import SubmissionQueue
from shared.aws.ledger import Ledger
from shared.form.definition import Form
from shared.intake import receiving
from shared.observability import log
from shared.submission import Submission
from shared.values.cleaning import storable
from tests.hostile import trial
from tests.hostile.described import WEBHOOK_ADDRESS, hold_to_description
from tests.hostile.requests import ROUTES, Generator
from tests.hostile.trial import run
from tests.unit.intake_desk import Intake

DOCUMENT: dict[str, Any] = Intake().get("/openapi.json").json
OPERATIONS = {
    f"{method.upper()} {path}" for path, item in DOCUMENT["paths"].items() for method in item if method != "parameters"
}


def test_hostile_requests_get_no_5xx_and_each_receipt_is_accounted_for() -> None:
    found = run(2_000, seed=2)
    assert found.faults == []
    assert found.requests == 2_000
    assert {route for route, _, _ in found.counts} == set(ROUTES)
    # Most are refused; were all refused, nothing would be tried behind the first gate.
    assert found.acknowledged > 350
    assert found.compared > 300


def test_what_the_description_lets_people_send_is_answered_as_it_says() -> None:
    described = hold_to_description(examples=6, number=1)
    assert described.faults == []
    assert set(described.requests) == OPERATIONS


def test_what_servers_and_form_tools_are_answered_is_as_it_says_too() -> None:
    described = hold_to_description(examples=200, number=1, only=WEBHOOK_ADDRESS)
    assert described.faults == []
    assert {source for source, _ in described.proved} == set(WEBHOOKS)
    assert {200, 202, 400, 422} <= {status for _, status in described.proved}


@pytest.mark.parametrize(("operation", "untrue"), [
    ("GET /submissions/{receipt}", {"404": None}),
    ("GET /forms/{form_id}/start", {"200": {"description": "", "content": {"application/json": {"schema": {
        "type": "object", "required": ["moment"],
    }}}}}),
    ("GET /embed.js", {"200": {"description": "", "content": {"text/css": {}}}}),
    ("POST /forms/{form_id}", {"422": None}),
    ("POST /forms/{form_id}", {"202": {"description": "", "content": {"application/json": {"schema": {
        "properties": {"state": {"const": "kept"}},
    }}}}}),
    ("OPTIONS /forms/{form_id}", {"204": {"description": "", "headers": {"X-Odd": {"required": True}}}}),
])  # fmt: skip
def test_an_untrue_description_is_found(operation: str, untrue: dict[str, Any]) -> None:
    """Each with one answer that is not, or not so."""
    method, _, path = operation.partition(" ")

    def with_fault(known: Mapping[str, Form]) -> dict[str, Any]:
        document = copy.deepcopy(openapi(known))
        answers = document["paths"][path][method.lower()]["responses"]
        answers |= untrue
        for status in [status for status, answer in answers.items() if answer is None]:
            del answers[status]
        return document

    with patch.object(published, "openapi", with_fault):
        assert hold_to_description(examples=20, number=1, only=operation).faults


def test_the_same_seed_gives_the_same_requests() -> None:
    one, other = Generator(3), Generator(3)
    assert [one.next() for _ in range(50)] == [other.next() for _ in range(50)]


# --- faults of the kinds that it looks for ---------------------------------------------------------------------------


def _raises(text: str) -> str:
    if "ŉ" in text:
        raise UnicodeError
    return storable(text)


def _matches_slowly(text: str) -> str:
    re.fullmatch(r"(\w+\s?)+", text)
    return storable(text)


def _turns_letters(text: str) -> str:
    return storable(text).title()


def _quotes(text: str) -> str:
    log("odd_text", reason=text)
    return storable(text)


def _keeps_nothing(_self: object, _submission: Submission) -> None:
    """A ledger that says yes, and forgets."""


def _sends_nothing(_self: object, _submission_id: str, *, group: str, replay: int = 0) -> None:
    """A queue that says yes, and forgets."""


def _anywhere(*_: object) -> str:
    return "https://evil.example/"


def _fails(_event: dict[str, Any], _context: object) -> Reply:
    return {"statusCode": 502, "headers": {"X-Odd": "é"}, "body": ""}


class _Forgotten:
    def __del__(self) -> None:
        raise KeyError


def _forgets(text: str) -> str:
    _Forgotten()
    return storable(text)


def _breaks(happening: dict[str, Any], context: object, real: Callable[..., Reply] = app.handler) -> Reply:
    if happening["path"] == "/health":
        raise KeyError
    return real(happening, context)


@pytest.mark.parametrize(("place", "name", "planted", "told"), [
    (receiving, "storable", _raises, r"status 500: test_hostile_requests.py:\d+ UnicodeError"),
    (receiving, "storable", _turns_letters, r"field \w+ was altered, or lost"),
    (receiving, "storable", _forgets, "raised where nobody hears it: KeyError"),
    (receiving, "storable", _quotes, "what a visitor typed is in the logs"),
    (Ledger, "add", _keeps_nothing, "a receipt without its row"),
    (SubmissionQueue, "send", _sends_nothing, "a row that nobody will process"),
    (submitting, "_thank_you_page", _anywhere, "a redirect to somewhere else"),
    (app, "handler", _fails, "status 502"),
    (app, "handler", _fails, "header X-Odd"),
    (app, "handler", _breaks, r"raised test_hostile_requests.py:\d+ KeyError"),
])  # fmt: skip
def test_a_fault_is_found(place: object, name: str, planted: Callable[..., Any], told: str) -> None:
    with patch.object(place, name, planted):
        faults = run(300, seed=1).faults
    assert [fault for fault in faults if re.search(told, fault)]


def test_a_pattern_that_runs_wild_is_stopped_and_found() -> None:
    with patch.object(receiving, "storable", _matches_slowly), patch.object(trial, "_STOPPED_AFTER", 0.2):
        faults = run(40, seed=1).faults
    assert [fault for fault in faults if "stopped after" in fault]


def test_a_request_that_takes_too_long_is_found() -> None:
    assert "took" in run(1, seed=1, limit_ms=0.001).faults[0]
