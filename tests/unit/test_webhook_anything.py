"""Whatever a source sends, proved or not, the answer is a 2xx or a 4xx in JSON, and each receipt has its row."""

import json
import time
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local.intake_keys import WEBHOOKS
from shared.form.definition import forms
from shared.submission import Submission
from shared.webhooks.proving import proof
from shared.webhooks.verifying import usable_keys
from tests.builders import NOW
from tests.unit.intake_desk import JSON, MULTIPART, URLENCODED, Answered, Intake, multipart
from tests.unit.webhook_desk import keyed, post

SOURCES = forms()["contact"].sources
TEXT = st.text(alphabet=st.characters(), max_size=30)
NAMES = sorted({name for source in SOURCES.values() for name in source.fields} | {"rawRequest", "submissionID", "data"})
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.sampled_from(NAMES) | TEXT, inside, max_size=3),
    max_leaves=12,
)
FIELDS = st.dictionaries(st.sampled_from(NAMES) | TEXT, VALUES, max_size=8)


def proved(intake: Intake, name: str, body: bytes, content_type: str, message_id: str = "1") -> Answered:
    scheme = SOURCES[name].scheme
    key = usable_keys(scheme, WEBHOOKS[name])[0]
    headers, query = proof(scheme, name, key, message_id=message_id, body=body, now=NOW)
    return post(intake, body, headers, query=dict(parse_qsl(query)), content_type=content_type)


def sound(answered: Answered, intake: Intake) -> None:
    assert 200 <= answered.status < 500
    assert "json" in answered.headers["Content-Type"]
    json.dumps(answered.reply).encode()
    assert answered.status != 401
    assert len(intake.ledger.rows) == (1 if answered.status == 202 else 0)
    for row in intake.ledger.rows.values():
        assert Submission.model_validate_json(row.model_dump_json()) == row


@pytest.mark.parametrize("name", sorted(SOURCES))
@settings(max_examples=150)
@given(sent=FIELDS, wrapped=st.sampled_from(["", "typeform", "webflow", "jotform"]))
def test_any_json_of_a_source_that_has_proved_itself(name: str, sent: dict[str, Any], wrapped: str) -> None:
    answers = [{"type": "text", "text": value, "field": {"ref": key}} for key, value in sent.items()]
    content = {
        "": sent,
        "typeform": {"event_type": "form_response", "form_response": {"answers": answers, "hidden": sent}},
        "webflow": {"triggerType": "form_submission", "payload": {"data": sent}},
        "jotform": {"rawRequest": json.dumps(sent)},
    }[wrapped]
    intake = keyed()
    sound(proved(intake, name, json.dumps(content).encode(), JSON), intake)


@settings(max_examples=150)
@given(
    name=st.sampled_from(sorted(SOURCES)),
    body=st.binary(max_size=200) | FIELDS.map(lambda sent: urlencode(sent, errors="replace").encode()),
    content_type=st.sampled_from([JSON, URLENCODED, MULTIPART, "multipart/form-data", "text/xml", ""]) | TEXT,
)
def test_any_bytes_of_a_source_that_has_proved_itself(name: str, body: bytes, content_type: str) -> None:
    intake = keyed()
    sound(proved(intake, name, body, content_type), intake)


@settings(max_examples=200)
@given(
    headers=st.dictionaries(
        st.sampled_from(["webhook-source", "webhook-id", "webhook-timestamp", "webhook-signature"]),
        st.sampled_from([*sorted(SOURCES), "", "1"]) | TEXT,
        min_size=1,
    ),
    query=st.dictionaries(
        st.sampled_from(["webhook-source", "webhook-token"]), st.sampled_from(sorted(SOURCES)) | TEXT
    ),
    body=st.binary(max_size=50),
)
def test_anything_that_is_not_proved_is_401(headers: dict[str, str], query: dict[str, str], body: bytes) -> None:
    intake = keyed()
    assert post(intake, body, headers, query=query).status == 401
    assert not intake.ledger.rows


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_the_largest_body_is_read_in_no_time(name: str) -> None:
    """256 KiB of what costs a reader most; a visitor's post may wait behind it on the same function."""
    many = {f"q{number}_x": {"first": "a", "last": "b"} for number in range(5000)}
    answers = [{"type": "text", "text": "x", "field": {"id": str(number)}} for number in range(3500)]
    bodies = [
        (json.dumps({"rawRequest": json.dumps(many)}).encode(), JSON),
        (multipart({"rawRequest": json.dumps(many)}), MULTIPART),
        (json.dumps({"event_type": "form_response", "form_response": {"answers": answers}}).encode(), JSON),
        (urlencode({f"fields[{number}][value]": "x" for number in range(1900)}).encode(), URLENCODED),
        (urlencode({f"q{number}": "x" for number in range(30_000)}).encode(), URLENCODED),
        (b"[" * 130_000 + b"]" * 130_000, JSON),
        (json.dumps({"4": "a," * 120_000}).encode(), JSON),
    ]
    for body, content_type in bodies:
        assert len(body) <= 256 * 1024
        intake = keyed()
        started = time.process_time()
        assert proved(intake, name, body, content_type).status < 500
        assert time.process_time() - started < 1
