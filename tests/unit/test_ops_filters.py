"""What an operator types, read; and rows held against it."""

from datetime import timedelta

import pytest

from ops.errors import ExitCode, OpsError
from ops.operations.filters import Filter, parse_age, parse_assignments, parse_ids
from shared.rejection import Reason
from shared.submission import State
from tests.builders import NOW, a_submission

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("45s", timedelta(seconds=45)),
        ("30m", timedelta(minutes=30)),
        ("2h", timedelta(hours=2)),
        (" 3d ", timedelta(days=3)),
        ("1w", timedelta(weeks=1)),
        ("99999w", timedelta(weeks=99_999)),
    ],
)
def test_a_duration_is_a_number_and_a_unit(text: str, age: timedelta) -> None:
    assert parse_age(text) == age
    assert NOW - age < NOW


@pytest.mark.parametrize("text", ["", "2", "h", "-2h", "2.5h", "2 h", "2H", "2y", "123456w", "٢h", "2h3m"])
def test_anything_else_is_no_duration(text: str) -> None:
    with pytest.raises(OpsError, match="is not a duration") as raised:
        parse_age(text)
    assert raised.value.exit_code is ExitCode.USAGE


def test_ids_are_taken_in_any_case_and_each_once() -> None:
    one = "0b2f6f0e-4c1d-4b5e-9d3a-7f1c2d3e4f50"
    assert parse_ids([one.upper(), f" {one} "]) == (one,)


@pytest.mark.parametrize("text", ["", "1", "sanne@example.com", "0b2f6f0e-4c1d-4b5e-9d3a"])
def test_what_is_no_id_is_told_before_anything_is_asked(text: str) -> None:
    with pytest.raises(OpsError, match="is not a submission id"):
        parse_ids([text])


def test_assignments_keep_everything_after_the_first_equals_sign() -> None:
    assert parse_assignments(["a=1=2", " b =", "c=x", "c=y"]) == {"a": "1=2", "b": "", "c": ["x", "y"]}


@pytest.mark.parametrize("text", ["sanne", "=sanne", " =sanne"])
def test_an_assignment_without_a_name_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(OpsError, match="name=value") as raised:
        parse_assignments([text])
    assert "sanne" not in str(raised.value).replace("sanne@example.com", "")


@pytest.mark.parametrize(
    ("wanted", "fits"),
    [
        (Filter(), True),
        (Filter(states=(State.REJECTED, State.CREATED)), True),
        (Filter(states=(State.CREATED,)), False),
        (Filter(reason=Reason.VALIDATION_FAILED), True),
        (Filter(reason=Reason.INTERNAL_ERROR), False),
        (Filter(form_id="contact"), True),
        (Filter(form_id="quote"), False),
        (Filter(older_than=HOUR), True),
        (Filter(older_than=3 * HOUR), False),
        (Filter(newer_than=3 * HOUR), True),
        (Filter(newer_than=HOUR), False),
        (Filter(ids=("another",)), False),
        (Filter(form_id="contact", reason=Reason.INTERNAL_ERROR), False),
    ],
)
def test_every_part_of_a_filter_must_hold(wanted: Filter, fits: bool) -> None:
    row = a_submission(state=State.REJECTED).model_copy(update={"reason": "validation_failed"})
    assert wanted.matches(row, NOW + 2 * HOUR) is fits


def test_a_state_alone_narrows_nothing() -> None:
    assert not Filter(states=(State.REJECTED,)).narrows
    assert Filter(form_id="contact").narrows
