"""What is printed: cells of exports, ages, and texts that can't steer a terminal."""

import csv
import io
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops.output.cells import age, plain
from ops.output.match_words import result_words
from ops.output.views import as_csv, revealed_view, row_view, spreadsheet_safe, summary_view
from shared.form.definition import forms
from shared.rejection import Problem, Reason, Rejection
from shared.submission import Change, State
from tests.builders import NOW, a_submission


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_a_cell_that_would_be_a_formula_gets_an_apostrophe(first: str) -> None:
    assert spreadsheet_safe(f"{first}1") == f"'{first}1"


@pytest.mark.parametrize("text", ["", "a=1", "1+1", "sanne@example.com", "'=1"])
def test_other_cells_stay_as_they_are(text: str) -> None:
    assert spreadsheet_safe(text) == text


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_every_cell_comes_back_as_it_was_but_for_the_apostrophe(value: str) -> None:
    text = as_csv([revealed_view(a_submission(company=value))])
    [row] = csv.DictReader(io.StringIO(text, newline=""))
    assert row["company"] == spreadsheet_safe(value)


def test_lists_without_fields_have_no_columns_for_them() -> None:
    header = as_csv([summary_view(a_submission())]).splitlines()[0]
    assert header == '"submission_id","form_id","state","received_at","reason","replay_count"'


@pytest.mark.parametrize(
    ("passed", "text"),
    [
        (timedelta(seconds=-5), "0 s"),
        (timedelta(seconds=59), "59 s"),
        (timedelta(minutes=59), "59 min"),
        (timedelta(hours=23), "23 h"),
        (timedelta(days=40), "40 d"),
    ],
)
def test_an_age_is_told_in_its_largest_unit(passed: timedelta, text: str) -> None:
    assert age(NOW, NOW + passed) == text


def test_control_characters_are_shown_as_codes() -> None:
    assert plain("a\x1b[2Jb\u202ec\x9b") == "a\\x1b[2Jb\\u202ec\\x9b"
    assert plain("één\n\tregel 😀 \u200d") == "één\n\tregel 😀 \u200d"


def test_a_row_s_view_has_no_keys_of_the_person_and_says_that_it_is_masked() -> None:
    """Hashes of a person's data are that person's data too."""
    row = a_submission(state=State.REJECTED)
    for reveal in (False, True):
        view = row_view(row, forms()["contact"], reveal=reveal)
        assert {"person_keys", "fingerprint"}.isdisjoint(view)
        assert view["masked"] is not reveal


def test_what_arrived_before_an_edit_is_masked_too_and_so_is_every_detail_that_quotes_it() -> None:
    rejection = Rejection(
        reason=Reason.SALESFORCE_REJECTED,
        problems=(Problem(code="STRING_TOO_LONG", field="LastName", detail="too large: Kanarievogel"),),
    )
    row = a_submission(last_name="Mended").model_copy(
        update={
            "original_fields": {"last_name": "Kanarievogel"},
            "rejection": rejection,
            "history": (Change(at=NOW, from_state="", to_state="x", by="sanne", why="asked by k@vogel.example"),),
        }
    )
    masked = row_view(row, forms()["contact"], reveal=False)
    assert masked["original_fields"] == {"last_name": "K•••"}
    assert masked["rejection"]["problems"][0]["detail"] == "too large: •••"
    assert masked["history"][0]["why"] == "asked by k•••@vogel.example"
    revealed = row_view(row, forms()["contact"], reveal=True)
    assert revealed["rejection"]["problems"][0]["detail"] == "too large: Kanarievogel"


def test_who_decides_while_a_write_may_still_land_reads_until_when_to_wait() -> None:
    """A minute later than it is: seconds are not shown, and an order within them would be refused again."""
    words = result_words("being_written 2026-11-30T23:59:30.000Z")
    assert words.startswith("Not done. ")
    assert "after 00:00 UTC" in words
    assert "2026" not in words
