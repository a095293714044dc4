"""Signs of a machine; a slow, odd or silent browser is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.form.definition import forms
from shared.intake.spam import HONEYPOT, TOO_FAST, suspicions
from shared.submission import FieldValue
from tests.builders import NOW

FORM = forms()["contact"]
SECONDS = int(NOW.timestamp())


def reasons(**sent: FieldValue) -> tuple[str, ...]:
    return suspicions(FORM, sent, NOW)


@pytest.mark.parametrize("value", ["x", "0", " x ", ["", "x"]])
def test_whoever_fills_in_the_field_that_nobody_sees_is_suspect(value: FieldValue) -> None:
    assert reasons(contact_me_by_fax_only=value) == (HONEYPOT,)


@pytest.mark.parametrize("value", ["", "  ", [], ["", " "]])
def test_the_honeypot_left_alone_is_honest(value: FieldValue) -> None:
    assert reasons(contact_me_by_fax_only=value) == ()


def test_the_honeypot_s_name_is_the_form_s() -> None:
    form = FORM.model_copy(update={"spam": FORM.spam.model_copy(update={"honeypot": "website"})})
    assert suspicions(form, {"website": "x"}, NOW) == (HONEYPOT,)
    assert suspicions(form, {"contact_me_by_fax_only": "x"}, NOW) == ()


@pytest.mark.parametrize("started", [SECONDS, SECONDS - 1, SECONDS * 1000, SECONDS * 1000 - 1999])
def test_a_form_sent_within_two_seconds_is_suspect(started: int) -> None:
    assert reasons(form_started_at=str(started)) == (TOO_FAST,)


@pytest.mark.parametrize("started", [SECONDS - 2, SECONDS - 60, SECONDS * 1000 - 2000, SECONDS - 86400 * 30, 0])
def test_two_seconds_are_enough(started: int) -> None:
    assert reasons(form_started_at=str(started)) == ()


@pytest.mark.parametrize("started", [SECONDS + 1, SECONDS + 3600, SECONDS * 1000 + 1])
def test_a_clock_that_is_ahead_is_no_machine(started: int) -> None:
    assert reasons(form_started_at=str(started)) == ()


@pytest.mark.parametrize(
    "started", ["", "now", "-1", "1e9", "9" * 14, "9" * 5000, "٣٤", "²", "2026-11-30T12:00:00Z", ["1", "2"], "1.5"]
)
def test_a_moment_that_can_not_be_read_says_nothing(started: FieldValue) -> None:
    assert reasons(form_started_at=started) == ()


def test_a_form_may_set_its_own_time_or_none() -> None:
    for seconds, expected in ((0, ()), (10, (TOO_FAST,))):
        form = FORM.model_copy(update={"spam": FORM.spam.model_copy(update={"min_seconds": seconds})})
        assert suspicions(form, {"form_started_at": str(SECONDS - 5)}, NOW) == expected


TEXTS = st.text(max_size=15) | st.from_regex(r"[0-9]{1,14}", fullmatch=True)


@given(st.dictionaries(st.sampled_from(["form_started_at", "contact_me_by_fax_only"]), TEXTS | st.lists(TEXTS)))
def test_nothing_that_is_sent_breaks_the_judgement(sent: dict[str, FieldValue]) -> None:
    assert set(suspicions(FORM, sent, NOW)) <= {HONEYPOT, TOO_FAST}
