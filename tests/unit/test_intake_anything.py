"""Whatever arrives, the answer is a 2xx, 3xx or 4xx: never a 5xx, never a traceback."""

import base64
import json
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from shared.form.definition import forms
from shared.submission import Submission
from tests.unit.intake_desk import JSON, MULTIPART, ORIGIN, URLENCODED, Answered, Intake, event, multipart, part

NAMES = sorted({name for form in forms().values() for name in form.input_names} | {"", "OwnerId"})
CONTENT_TYPES = [
    JSON, URLENCODED, MULTIPART, f"{JSON}; charset=utf-8", f"{URLENCODED};charset=", "multipart/form-data", "text/xml",
    "", ';="', 'multipart/form-data; boundary="', "multipart/form-data; boundary=\x00", "application/ld+json",
]  # fmt: skip
TEXT = st.text(alphabet=st.characters(), max_size=30)
HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "Origin": st.sampled_from(["", ORIGIN]) | TEXT,
        "Referer": TEXT | st.just(f"{ORIGIN}/x"),
        "Accept": st.sampled_from(["", "*/*", "text/html", JSON]) | TEXT,
        "Accept-Language": TEXT | st.sampled_from(["en", "nl;q=", ";q=;"]),
        "Idempotency-Key": TEXT,
        "Content-Encoding": st.sampled_from(["", "gzip"]) | TEXT,
    },
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | TEXT
VALUES = SCALARS | st.lists(SCALARS, max_size=3) | st.dictionaries(TEXT, SCALARS, max_size=2)


def answered(happening: dict[str, Any]) -> Answered:
    intake = Intake()
    reply = intake.hears(happening)
    assert 200 <= reply.status < 500
    whole_and_harmless(reply)
    for row in intake.ledger.rows.values():
        kept(row)
    return reply


def whole_and_harmless(reply: Answered) -> None:
    """What API Gateway takes, with headers that nobody can break out of."""
    json.dumps(reply.reply).encode()
    reply.text.encode()
    for name, value in reply.headers.items():
        assert f"{name}{value}".isascii()
        assert f"{name}{value}".isprintable()
        assert len(value) < 8000


def kept(row: Submission) -> None:
    """What the ledger writes can be written, and comes back the same."""
    text = row.model_dump_json()
    text.encode()
    assert Submission.model_validate_json(text) == row


@settings(max_examples=300)
@given(body=st.binary(max_size=300), content_type=st.sampled_from(CONTENT_TYPES) | TEXT, headers=HEADERS)
@example(body=b"--AaB03x", content_type=MULTIPART, headers={})
@example(body=b"{}", content_type=JSON, headers={"Idempotency-Key": "\ud800"})
def test_any_bytes_of_any_kind(body: bytes, content_type: str, headers: dict[str, str]) -> None:
    answered(event(headers={**headers, "Content-Type": content_type}, body=body))


@settings(max_examples=200)
@given(pieces=st.lists(st.sampled_from([
    b"--AaB03x", b"--AaB03x--", b"\r\n", b"\n", b'Content-Disposition: form-data; name="last_name"', b"; filename=",
    b'; filename=""', b"Content-Type: text/plain; charset=", b"utf-7", b"utf-8", b"Content-Length: ", b"9" * 5000,
    b'"', b"\xff", b": ", b" ", b"value", b"Content-Transfer-Encoding: base64", b"\x00", b"x" * 5000,
]), max_size=25))  # fmt: skip
def test_any_rubble_of_a_multipart_body(pieces: list[bytes]) -> None:
    answered(event(headers={"Content-Type": MULTIPART}, body=b"".join(pieces)))


@settings(max_examples=200)
@given(pieces=st.lists(st.sampled_from([
    b"{", b"}", b"[", b"]", b'"last_name"', b":", b",", b"NaN", b"-Infinity", b"1e999", b"9" * 5000, b'"\\ud800"',
    b"null", b"\x00", b"[" * 5000, b'"email": "a@example.com"', b"true", b"\xff", b" ", b'{"a":' * 3000,
]), max_size=20))  # fmt: skip
def test_any_rubble_of_json(pieces: list[bytes]) -> None:
    answered(event(headers={"Content-Type": JSON}, body=b"".join(pieces)))


@settings(max_examples=300)
@given(
    form=st.sampled_from([*sorted(forms()), "unknown"]),
    sent=st.dictionaries(st.sampled_from(NAMES) | TEXT, VALUES, max_size=12),
    headers=HEADERS,
)
def test_any_values_of_the_form_s_own_fields(form: str, sent: dict[str, Any], headers: dict[str, str]) -> None:
    body = json.dumps(sent).encode()
    answered(event(path=f"/forms/{form}", headers={**headers, "Content-Type": JSON}, body=body))


@given(
    sent=st.dictionaries(st.sampled_from(NAMES), st.text(max_size=30), max_size=12),
    form=st.sampled_from(sorted(forms())),
)
def test_the_same_fields_get_the_same_answer_from_all_kinds_of_body(sent: dict[str, str], form: str) -> None:
    """Whether somebody is told of field errors must not hang on how the website posts."""
    sent = {name: value.replace("\r", "").replace("\n", "") for name, value in sent.items()}
    names = {name for name in sent if name} - {"submission_key"}
    sent = {name: sent[name] for name in names}
    statuses = {
        answered(event(path=f"/forms/{form}", headers={"Content-Type": kind, "Accept": JSON}, body=body)).status
        for kind, body in (
            (JSON, json.dumps(sent).encode()),
            (MULTIPART, multipart(sent)),
            (MULTIPART, part("cv", "", disposition='; filename=""') + multipart(sent)),
        )
    }
    assert len(statuses) == 1


@given(
    method=st.sampled_from(["GET", "POST", "OPTIONS", "HEAD"]) | TEXT,
    path=st.text(alphabet=st.characters(), max_size=60),
    encoded=TEXT,
)
def test_any_method_path_and_body_that_says_it_is_base64(method: str, path: str, encoded: str) -> None:
    for where in (path, f"/forms/{path}", "/forms/contact", f"/submissions/{path}"):
        answered({**event(method, where, headers={"Content-Type": JSON}), "body": encoded, "isBase64Encoded": True})


@given(st.binary(max_size=100))
def test_a_body_in_base64_and_one_in_text_are_both_taken(body: bytes) -> None:
    text = base64.b64encode(body).decode()
    answered({**event(headers={"Content-Type": URLENCODED}), "body": text, "isBase64Encoded": False})
