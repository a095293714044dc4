"""Honeypot and time trap: a slow, odd or silent browser is no machine."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.form.definition import forms
from shared.intake.form_start import signed_start, started_at
from shared.submission import FieldValue
from tests.builders import NOW, SECRET
from tests.unit.spam_posts import form_with, judged, reasons

SECONDS = int(NOW.timestamp())


@pytest.mark.parametrize("value", ["x", "1", " x ", ["", "x"], "falsehood"])
def test_whoever_fills_in_the_field_that_nobody_sees_is_suspect(value: FieldValue) -> None:
    assert reasons(contact_me_by_fax_only=value) == ("honeypot",)
    assert judged(contact_me_by_fax_only=value).suspect


@pytest.mark.parametrize("value", ["", "  ", [], ["", " "], "false", "0", " 0 ", "null", ["False"]])
def test_the_honeypot_left_alone_is_honest(value: FieldValue) -> None:
    assert reasons(contact_me_by_fax_only=value) == ()


def test_the_honeypot_s_name_is_the_form_s() -> None:
    form = form_with(honeypot="website")
    assert reasons(form, website="x") == ("honeypot",)
    assert reasons(form, contact_me_by_fax_only="x") == ()


AUTOFILLED = {"name", "email", "tel", "phone", "mobile", "fax", "url", "website", "company", "organization",
              "address", "street", "city", "zip", "postal", "country", "birthday", "username", "password"}  # fmt: skip


def test_the_default_honeypot_has_no_name_that_browsers_fill_in() -> None:
    """A single word that autofill knows would fill it in for honest people; the whole name is none of them."""
    assert {form.spam.honeypot for form in forms().values()}.isdisjoint(AUTOFILLED)


@pytest.mark.parametrize("started", [SECONDS, SECONDS - 1, SECONDS * 1000, SECONDS * 1000 - 1999])
def test_a_plain_moment_of_less_than_two_seconds_ago_is_a_sign_and_no_verdict(started: int) -> None:
    """It may be the visitor's own clock, and ahead by as long as the form was open."""
    found = judged(form_started_at=str(started))
    assert (found.reasons, found.score, found.suspect) == (("too_fast_unsigned",), 60, False)
    assert judged(form_started_at=str(started), message="Guest post?").suspect


@pytest.mark.parametrize("started", [SECONDS - 2, SECONDS - 60, SECONDS * 1000 - 2000, SECONDS - 86400 * 30, 0])
def test_two_seconds_are_enough(started: int) -> None:
    assert reasons(form_started_at=str(started)) == ()


@pytest.mark.parametrize("started", [SECONDS + 1, SECONDS + 3600, SECONDS * 1000 + 1])
def test_a_clock_that_is_ahead_is_no_machine(started: int) -> None:
    assert reasons(form_started_at=str(started)) == ()


@pytest.mark.parametrize(
    "started",
    ["now", "-1", "1e9", "9" * 14, "9" * 5000, "٣٤", "²", "2026-11-30T12:00:00Z", "1.5", ["1", "2"], [str(SECONDS)] * 2,
     [signed_start(SECRET, "contact", NOW)] * 2, "1700000000." + "A" * 32],
)  # fmt: skip
def test_a_moment_that_no_page_writes_is_made_up_and_holds_with_any_other_sign(started: FieldValue) -> None:
    found = judged(form_started_at=started)
    assert (found.reasons, found.suspect) == (("form_start_forged",), False)
    assert judged(form_started_at=started, message="https://a.example").suspect


@pytest.mark.parametrize("started", ["", "  ", [], ["", " "]])
def test_no_moment_says_nothing(started: FieldValue) -> None:
    assert reasons(form_started_at=started) == ()


@pytest.mark.parametrize("started", ["", [], str(SECONDS - 60), "0"])
def test_a_form_may_ask_for_a_signed_moment(started: FieldValue) -> None:
    form = form_with(form_start="required")
    assert reasons(form, form_started_at=started) == ("form_start_missing",)
    assert not judged(form, form_started_at=started).suspect
    assert judged(form, form_started_at=started, message="https://a.example").suspect
    assert reasons(form, form_started_at=signed_start(SECRET, "contact", NOW - timedelta(minutes=1))) == ()


def test_a_form_may_set_its_own_time_or_none() -> None:
    for seconds, expected in ((0, ()), (10, ("too_fast_unsigned",))):
        assert reasons(form_with(min_seconds=seconds), form_started_at=str(SECONDS - 5)) == expected


# --- the signed moment -------------------------------------------------------------------------------------------


def test_a_signed_moment_is_read_back_as_it_was_to_the_second() -> None:
    text = signed_start(SECRET, "contact", NOW)
    assert text.startswith(f"{SECONDS}.")
    assert len(text.partition(".")[2]) == 32
    assert started_at(SECRET, "contact", text) == NOW


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (timedelta(seconds=1), ("too_fast",)),
        (timedelta(seconds=3), ()),
        (timedelta(hours=24), ()),
        (timedelta(hours=25), ("form_start_old",)),
        (timedelta(days=30), ("form_start_old",)),
        (timedelta(days=31), ("form_start_expired",)),
        (timedelta(days=700), ("form_start_expired",)),
    ],
)
def test_a_signed_moment_counts_as_a_plain_one_does_and_ages(age: timedelta, expected: tuple[str, ...]) -> None:
    assert reasons(form_started_at=signed_start(SECRET, "contact", NOW - age)) == expected


def test_a_tab_that_was_open_for_a_week_is_no_reason_to_put_aside() -> None:
    week = judged(form_started_at=signed_start(SECRET, "contact", NOW - timedelta(days=7)))
    assert (week.suspect, week.score) == (False, 10)


def test_a_signed_moment_of_years_ago_holds_with_any_other_sign() -> None:
    old = signed_start(SECRET, "contact", NOW - timedelta(days=700))
    assert not judged(form_started_at=old).suspect
    assert judged(form_started_at=old, message="https://a.example").suspect


def test_a_signed_moment_of_less_than_two_seconds_ago_holds_alone() -> None:
    assert judged(form_started_at=signed_start(SECRET, "contact", NOW)).suspect


@pytest.mark.parametrize(
    "text",
    [
        signed_start(b"another secret", "contact", NOW - timedelta(seconds=9)),
        signed_start(SECRET, "quote", NOW - timedelta(seconds=9)),
        f"{SECONDS - 9}.{'0' * 32}",
        signed_start(SECRET, "contact", NOW).replace(str(SECONDS), str(SECONDS - 60)),
    ],
)
def test_a_signature_that_is_not_ours_for_this_form_is_a_sign_of_its_own(text: str) -> None:
    found = judged(form_started_at=text)
    assert (found.reasons, found.suspect) == (("form_start_forged",), False)
    assert started_at(SECRET, "contact", text) is None


@given(st.text(max_size=60) | st.from_regex(r"[0-9]{1,12}\.[0-9a-f]{0,34}", fullmatch=True))
def test_no_text_is_taken_for_our_signature_or_breaks_anything(text: str) -> None:
    assert started_at(SECRET, "contact", text) is None
    assert set(reasons(form_started_at=text)) <= {"form_start_forged", "too_fast_unsigned"}
