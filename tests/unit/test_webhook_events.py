"""The example events of webhooks, sent as the local stack's player sends them, to the intake in memory."""

import time
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from requests.adapters import BaseAdapter

from local.scenarios import Scenario, load_scenarios
from local.sending import Answer, send
from shared.form.definition import forms
from shared.form.sources import Kind
from tests.unit.intake_desk import Intake, event
from tests.unit.webhook_desk import keyed

API = "http://127.0.0.1:1"
EVENTS = [scenario for scenario in load_scenarios() if scenario.name.startswith("request_webhook_")]


class Gateway(BaseAdapter):
    """What API Gateway does: a request becomes an event, an answer a response."""

    def __init__(self, intake: Intake) -> None:
        super().__init__()
        self._intake = intake

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        parts = urlsplit(str(request.url))
        body = request.body or b""
        happening = event(
            str(request.method),
            parts.path,
            headers={str(name): str(value) for name, value in request.headers.items()},
            body=body if isinstance(body, bytes) else body.encode(),
        )
        answered = self._intake.hears({**happening, "queryStringParameters": dict(parse_qsl(parts.query)) or None})
        response = requests.Response()
        response.status_code = answered.status
        response.request = request
        response.headers.update(answered.headers)
        response._content = answered.text.encode()
        return response

    def close(self) -> None:
        """Nothing is open."""


def played(scenario: Scenario, intake: Intake) -> list[Answer]:
    session = requests.Session()
    session.trust_env = False
    session.mount("http://", Gateway(intake))
    values = {"unique": "4f1c", "now": str(int(time.time()))}
    return [send(session, API, step.request, values) for step in scenario.steps if step.request]


@pytest.mark.parametrize("scenario", EVENTS, ids=lambda scenario: str(scenario.name))
def test_each_example_is_answered_as_it_says_and_fills_the_form(scenario: Scenario) -> None:
    intake = keyed(now=datetime.now(UTC))
    receipt = ""
    for step, answer in zip(scenario.steps, played(scenario, intake), strict=True):
        assert (answer.status, answer.code) == (step.expect.status, step.expect.code or ""), answer
        assert answer.errors == (step.expect.errors or [])
        assert bool(answer.receipt) == (step.expect.outcome is not None)
        if step.expect.same_receipt:
            assert answer.receipt == receipt
        receipt = answer.receipt or receipt
    assert len(intake.ledger.rows) == (1 if receipt else 0)
    for row in intake.ledger.rows.values():
        assert {"first_name", "last_name", "email", "message", "consent"} <= row.fields.keys()
        assert row.sources.channel == scenario.steps[0].request.webhook.source  # type: ignore[union-attr]
        assert row.sources.consent
        assert row.sources.consent.given


def test_there_is_an_example_of_each_kind_of_source() -> None:
    sources = forms()["contact"].sources
    shown = {
        step.request.webhook.source for one in EVENTS for step in one.steps if step.request and step.request.webhook
    }
    assert {sources[name].kind for name in shown} == set(Kind)


def test_several_typeform_answers_become_one_text() -> None:
    [typeform] = [scenario for scenario in EVENTS if scenario.name == "request_webhook_typeform"]
    intake = keyed(now=datetime.now(UTC))
    played(typeform, intake)
    assert intake.row.fields["message"] == "Bakfiets\nE-bike\nTandem"
    assert intake.row.sources.utm == {"utm_source": "voorjaar"}
