"""Rejections and results in words: nothing that can happen is left without them."""

import re
from pathlib import Path

import pytest

from ops.operations.explaining import (
    FIELD_PROBLEMS,
    REASONS,
    RESULTS,
    SALESFORCE_PROBLEMS,
    cause_of,
    explain,
    is_refused,
    result_in_words,
    wrong_now,
)
from shared.form.definition import forms
from shared.form.texts import FIELD_ERRORS
from shared.operations import replaying
from shared.rejection import Problem, Reason
from shared.salesforce.codes import PERMANENT
from tests.builders import CONTACT


def test_every_reason_and_every_field_error_has_its_words() -> None:
    assert set(REASONS) == set(Reason)
    assert set(FIELD_PROBLEMS) == set(FIELD_ERRORS)


def test_advice_is_only_given_for_what_salesforce_can_reject() -> None:
    assert set(SALESFORCE_PROBLEMS) <= PERMANENT


def test_every_result_of_the_replay_function_has_its_words() -> None:
    """Read off its source, so that a new result can't be forgotten here."""
    source = Path(replaying.__file__).read_text("utf-8")
    results = set(re.findall(r'Done\([^)]*?"([a-z_]+)"', source)) | set(re.findall(r'"([a-z]+)" if changed', source))
    assert {"unchanged", "edited", "replayed", "discarded", "queued_again", "dead_letter_deleted"} <= results
    assert results <= set(RESULTS)


@pytest.mark.parametrize(
    ("problem", "what", "mend"),
    [
        (
            Problem(code="invalid_choice", field="product"),
            "Product (product): it is none of the choices.",
            "Give one of: city-bike, e-bike, cargo-bike, lease.",
        ),
        (Problem(code="too_large", field="number"), "Number (number): the number is too large.", "Give 10000 or less."),
        (Problem(code="too_small", field="number"), "Number (number): the number is too small.", "Give 1 or more."),
        (
            Problem(code="too_long", field="email"),
            "E-mail address (email): it is too long.",
            "Use at most 80 characters.",
        ),
        (Problem(code="consent_needed", field="consent"), "consent: the visitor did not agree.", "Only the visitor"),
        (Problem(code="never_heard_of", field="gone"), "gone: never_heard_of.", "Edit it."),
    ],
)
def test_a_field_s_problem_is_told_with_the_form_s_own_limits(problem: Problem, what: str, mend: str) -> None:
    told = explain(problem, Reason.VALIDATION_FAILED, forms()["quote"])
    assert told.what == what
    assert told.mend.startswith(mend)


def test_a_field_of_a_form_that_is_gone_is_told_by_its_name() -> None:
    told = explain(Problem(code="required", field="email"), Reason.VALIDATION_FAILED, None)
    assert told.what == "email: it is empty, and the form needs it."


def test_a_refusal_of_salesforce_names_the_form_s_own_fields() -> None:
    told = explain(Problem(code="STRING_TOO_LONG", field="Email City"), Reason.SALESFORCE_REJECTED, forms()["quote"])
    assert told.what == "Salesforce said STRING_TOO_LONG about Email, City."
    assert told.mend.endswith("Form fields: email.")


def test_the_detail_of_a_problem_is_never_part_of_its_explanation() -> None:
    """It may quote what the visitor sent; only the masked view repeats it."""
    for reason in Reason:
        told = explain(Problem(code="X", field="y", detail="Kanarievogel"), reason, None)
        assert "Kanarievogel" not in told.what + told.mend


def test_the_last_error_of_used_up_tries_is_told() -> None:
    told = explain(Problem(code="http_503"), Reason.RETRIES_EXHAUSTED, None)
    assert told.what == "The last error was http_503."


def test_the_cause_is_the_reason_with_the_first_problem() -> None:
    problems = (Problem(code="required", field="email"), Problem(code="too_long", field="message"))
    cause = cause_of("validation_failed", problems)
    assert (cause.reason, cause.code, cause.field) == ("validation_failed", "required", "email")
    assert cause_of("internal_error", ()).code == ""


@pytest.mark.parametrize(
    ("result", "words", "refused"),
    [
        ("replayed", "on the queue again", False),
        ("unchanged", "nothing done: the fields hold these values already", False),
        ("is_created", "nothing done: it is created", True),
        ("unknown_field e_mail", "nothing done: the form has no field e_mail", True),
        ("changed_meanwhile", "nothing done: somebody changed it at the same moment; look again", True),
        ("unknown", "there is no such submission", True),
        ("something_new", "something_new", True),
    ],
)
def test_results_are_told_in_words(result: str, words: str, refused: bool) -> None:
    assert result_in_words(result) == words
    assert is_refused(result) is refused


def test_what_is_still_wrong_is_known_before_a_replay() -> None:
    form = forms()["contact"]
    assert wrong_now(form, CONTACT) == ()
    assert [error.code for error in wrong_now(form, {**CONTACT, "email": "x"})] == ["invalid_email"]
    assert wrong_now(None, {}) == ()
