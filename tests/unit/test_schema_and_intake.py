"""A form's schema against the intake itself: what the one takes, the other takes, as docs/http.md promises."""

import json
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, Final

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from shared.form.definition import META_FIELDS, Form, forms
from shared.intake.json_schema import json_schema
from tests.every_kind import EVERYTHING
from tests.unit.captcha_forms import with_captcha
from tests.unit.intake_desk import JSON, Answered, Intake

RIGHT: Final = {"last_name": "x", "bike": "city", "topics": ["price"], "consent": True}
TOKEN: Final = {"turnstile": "cf-turnstile-response", "hcaptcha": "h-captcha-response"}

type Members = dict[str, Any]

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=90)
"""Halves of letters among them."""
UNSEEN = st.text(st.characters(categories=["Mn", "Mc", "Me", "Cf", "Zs", "Zl", "Zp", "Cc"]), min_size=1, max_size=3)
GROWING = st.text(st.sampled_from("\u0958\ufb2a\u0344"), min_size=1).map(lambda text: text * (80 // len(text)))
"""Letters that NFC writes as two or three."""
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
CENTS = st.decimals(places=2, allow_nan=False, allow_infinity=False).map(float)
SCALARS = st.none() | st.booleans() | st.integers() | FLOATS | ANY_TEXT
NESTED = st.recursive(
    SCALARS, lambda inside: st.lists(inside, max_size=2) | st.dictionaries(ANY_TEXT, inside), max_leaves=4
)
WRITTEN = st.dates(date(1, 1, 1)).map(date.isoformat)
LIKE_A_DATE = st.from_regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", fullmatch=True)
LONG = st.sampled_from([255, 256, 1_000, 1_001, 8_192, 8_193, 70_000]).map(lambda length: "x" * length)
CAPTCHAS: Final = ("turnstile", "hcaptcha", "recaptcha_v2", "recaptcha_v3")


def put(name: str, answers: st.SearchStrategy[Any]) -> st.SearchStrategy[Members]:
    return answers.map(lambda answer: {name: answer})


CHANGES: Final[Mapping[str, st.SearchStrategy[Members]]] = {
    "a required text": put("last_name", ANY_TEXT | st.integers() | st.sampled_from(["x" * 80, "x" * 81, ""])),
    "a text of which nothing is seen": put("last_name", UNSEEN),
    "a text that grows": put("last_name", GROWING),
    "a text of many lines": put("message", ANY_TEXT | UNSEEN | st.sampled_from(["x" * 4_001, "a\r\n" * 2_000])),
    "a choice": put("bike", st.sampled_from(["city", "cargo", "tank", "", " city", None])),
    "several choices": put("topics", st.lists(st.sampled_from(["price", "lease", "x", ""]), max_size=3)),
    "a number": put("seats", st.integers(-2, 6) | st.floats(-2, 6) | st.sampled_from([3.0, 1e3, 1e300, "3", True])),
    "a number with decimals": put("budget", st.integers() | FLOATS | CENTS | st.text(max_size=3)),
    "a date": put("day", WRITTEN | LIKE_A_DATE | ANY_TEXT | st.sampled_from(["2027-02-29", "0000-01-01", "2026W481"])),
    "a yes or no": put("newsletter", SCALARS),
    "the consent": put("consent", SCALARS),
    "what the form does not ask": st.dictionaries(ANY_TEXT, NESTED, max_size=3),
    "a list that is long": put("other", st.integers(198, 202).map(lambda number: ["x"] * number)),
    "many members": st.integers(194, 202).map(lambda number: {f"x{each}": "y" for each in range(number)}),
    "a long name": st.integers(98, 103).map(lambda length: {"é" * length: "y"}),
    "a field that every form has": st.dictionaries(st.sampled_from(sorted(META_FIELDS)), LONG | NESTED, max_size=2),
}  # fmt: skip
"""By what they change of a right answer. Some of each are wrong."""


@pytest.mark.parametrize("change", CHANGES)
def test_what_the_schema_takes_the_intake_takes(change: str) -> None:
    @given(CHANGES[change])
    def holds(changed: Members) -> None:
        expect_taken(EVERYTHING, {**RIGHT, **changed})

    holds()


@pytest.mark.parametrize("provider", CAPTCHAS)
@pytest.mark.parametrize("on_failure", ["answer", "quarantine"])
@pytest.mark.parametrize("on_field_error", ["answer", "accept"])
def test_what_the_schema_of_a_form_with_a_captcha_takes_the_intake_takes(
    provider: str, on_failure: str, on_field_error: str
) -> None:
    guarded = with_captcha(EVERYTHING, provider, on_failure=on_failure)
    form = guarded.model_copy(update={"on_field_error": on_field_error})
    name = TOKEN.get(provider, "g-recaptcha-response")
    tokens = st.text(st.characters(codec="ascii"), max_size=4) | ANY_TEXT | LONG | NESTED
    assert valid(form, {**RIGHT, name: "0.a-token"})
    # Where a bot is put aside without a word, it is not told what is missing either.
    assert valid(form, RIGHT) == (on_failure == "quarantine" or on_field_error == "accept")

    @given(st.fixed_dictionaries({}, optional={name: tokens}))
    def holds(changed: Members) -> None:
        expect_taken(form, {**RIGHT, **changed})

    holds()


def expect_taken(form: Form, answers: Members) -> None:
    """Sent as JSON, through the same reading as any post. `answers` may be valid or not."""
    if not valid(form, answers):
        return
    body = json.dumps(answers).encode()
    answered = Intake(forms={form.id: form}).post(body, JSON, form=form.id)
    assert answered.status == 202 or is_said_in_the_docs(answers, len(body), answered), answered.text


def valid(form: Form, answers: Members) -> bool:
    return bool(_validator(json.dumps(json_schema(form, "nl"))).is_valid(answers))


@cache
def _validator(schema: str) -> Draft202012Validator:
    return Draft202012Validator(json.loads(schema))


# --- what docs/http.md says that no schema tells -----------------------------------------------------------------


def is_said_in_the_docs(answers: Members, size: int, answered: Answered) -> bool:
    """Each refusal must have a reason that stands there, and the post must be so."""
    if answered.status == 413:
        return size > 64 * 1024
    if answered.status == 400:
        return grows(answers.get("submission_key", "")) or any(map(has_too_many_digits, answers.values()))
    return answered.status == 422 and all(
        EXCEPTIONS.get(error["code"], never)(answers[error["field"]]) for error in answered.json["errors"]
    )


def never(_: object) -> bool:
    return False


def grows(text: str) -> bool:
    return len(unicodedata.normalize("NFC", text)) > len(text)


def has_too_many_digits(answer: Any) -> bool:
    if isinstance(answer, list):
        return any(map(has_too_many_digits, answer))
    return isinstance(answer, float) and answer != 0 and abs(Decimal(repr(answer)).adjusted()) > 300


def is_no_day(text: str) -> bool:
    """Of a text that looks like one."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return text[4] == text[7] == "-" and text.replace("-", "").isdecimal()
    return False


def has_controls(text: str) -> bool:
    return any(unicodedata.category(letter) in {"Cc", "Zl", "Zp"} for letter in text)


def is_marks_alone(text: str) -> bool:
    """Beyond the accents of Latin, which the pattern knows."""
    odd = [letter for letter in text if unicodedata.category(letter)[0] == "M" or ord(letter) > 0xFFFF]
    return any(not "\u0300" <= letter <= "\u036f" for letter in odd)


def has_decimals(number: float) -> bool:
    return Decimal(repr(number)) % Decimal("0.01") != 0


EXCEPTIONS: Final[Mapping[str, Callable[[Any], bool]]] = {
    "control_characters": has_controls,
    "required": is_marks_alone,
    "too_long": lambda answer: grows(answer) if isinstance(answer, str) else has_decimals(answer),
    "invalid_date": is_no_day,
    "invalid_decimal": has_decimals,
}


# --- one by one --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ('{"seats": 3.0}', ""),
        ('{"seats": 3e0}', ""),
        ('{"seats": 0.03e2}', ""),
        ('{"seats": 3.5}', "invalid_number"),
        ('{"seats": 1e3}', "too_large"),
        ('{"seats": 1.234}', "invalid_number"),
        ('{"budget": 1.234}', "invalid_decimal"),
        ('{"budget": 12.50}', ""),
        ('{"budget": 9999999999998.99}', ""),
        ('{"budget": 1e12}', ""),
    ],
)
def test_a_json_number_means_the_same_however_it_is_written(sent: str, code: str) -> None:
    """1.234 is a thousand and something when a Dutch visitor types it, and never when a program sends it."""
    intake = Intake(forms={"everything": EVERYTHING})
    right = '"last_name": "x", "bike": "city", "topics": ["price"], "consent": true'
    answered = intake.post(sent.replace("{", "{" + right + ", ").encode(), "application/json", form="everything")
    assert [error["code"] for error in answered.json.get("errors", [])] == ([code] if code else [])
    if not code:
        exact = Decimal(json.loads(sent, parse_float=str).popitem()[1])
        [row] = intake.ledger.rows.values()
        assert [Decimal(str(row.fields[name])) for name in ("seats", "budget") if name in row.fields] == [exact]


@pytest.mark.parametrize("number", ["1e400", "1e-500", "1e9999999999999999999", "-1e9999999999999999999", "NaN"])
def test_a_json_number_beyond_all_reason_is_refused(number: str) -> None:
    for form in ("everything", "contact"):
        intake = Intake(forms={"everything": EVERYTHING, "contact": forms()["contact"]})
        answered = intake.post(f'{{"budget": {number}}}'.encode(), "application/json", form=form)
        assert (answered.status, answered.code) == (400, "malformed_payload")


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"last_name": ""}, "required"),
        ({"last_name": "  "}, "required"),
        ({"last_name": "\u200b\u200d"}, "required"),
        ({"last_name": "\u0301"}, "required"),
        ({"last_name": "x" * 81}, "too_long"),
        ({"bike": "tank"}, "invalid_choice"),
        ({"topics": []}, "required"),
        ({"topics": ["x"]}, "invalid_choice"),
        ({"seats": 5}, "too_large"),
        ({"seats": 0}, "too_small"),
        ({"seats": 3.5}, "invalid_number"),
        ({"budget": 10**13}, "too_large"),
        ({"budget": -(10**13)}, "too_small"),
        ({"budget": "dear"}, "invalid_decimal"),
        ({"day": "2026-13-01"}, "invalid_date"),
        ({"day": "30-11-2026"}, "invalid_date"),
        ({"message": "x" * 4001}, "too_long"),
        ({"consent": False}, "consent_needed"),
        ({"other": {"a": 1}}, "malformed_payload"),
        ({"other": [["a"]]}, "malformed_payload"),
        ({"other": ["a"] * 201}, "malformed_payload"),
        ({"x" * 101: "y"}, "malformed_payload"),
        ({f"x{number}": "y" for number in range(197)}, "malformed_payload"),
        ({"submission_key": "x" * 256}, "malformed_payload"),
        ({"page_url": "x" * 70_000}, "too_large"),
    ],
)
def test_what_the_intake_refuses_the_schema_refuses(wrong: Members, code: str) -> None:
    assert refused(EVERYTHING, {}) == []
    assert refused(EVERYTHING, wrong) == [code]
    assert valid(EVERYTHING, RIGHT)
    assert not valid(EVERYTHING, {**RIGHT, **wrong})


@pytest.mark.parametrize("provider", CAPTCHAS)
@pytest.mark.parametrize("token", [{}, {"": " "}, {"": "x" * 8193}, {"": "\u20ac"}])
def test_a_token_that_the_intake_misses_the_schema_misses(provider: str, token: Members) -> None:
    form = with_captcha(EVERYTHING, provider, on_failure="answer")
    sent = {TOKEN.get(provider, "g-recaptcha-response"): text for text in token.values()}
    assert refused(form, sent) == ["captcha_failed"]
    assert not valid(form, {**RIGHT, **sent})


def refused(form: Form, changed: Members) -> list[str]:
    """The codes."""
    answered = Intake(forms={form.id: form}).post(json.dumps({**RIGHT, **changed}).encode(), JSON, form=form.id)
    if answered.status == 202:
        return []
    return [error["code"] for error in answered.json.get("errors", [{"code": answered.code}])]


@pytest.mark.parametrize("text", ["Š", "ж", "李", "नि", "👍", "O'Neill", "7", "ا", "\ufffd", "a\u0301"])
def test_whatever_can_be_seen_is_an_answer(text: str) -> None:
    """To engines of other languages as well."""
    schema = json_schema(EVERYTHING, "nl")
    assert valid(EVERYTHING, {**RIGHT, "last_name": text})
    assert jsonschema_rs.is_valid(schema, {**RIGHT, "last_name": text, "day": "2026-11-30"})
    assert not jsonschema_rs.is_valid(schema, {**RIGHT, "last_name": "\u200b"})
    assert not jsonschema_rs.is_valid(schema, {**RIGHT, "last_name": text, "day": "soon"})
