"""A repeat under the same key is the same submission; the same key for something else is told so."""

from collections.abc import Callable

import pytest

from shared.form.definition import Form, forms
from shared.form.field import FormField
from shared.privacy.tombstone import tombstone
from shared.submission import State
from tests.builders import NOW
from tests.fakes.stores import FakeLedger
from tests.unit.intake_desk import Intake

KEY = {"Idempotency-Key": "4f1c"}


def test_the_same_key_gives_the_same_receipt_and_one_row() -> None:
    intake = Intake()
    first, second = intake.program(headers=KEY), intake.program(headers=KEY)
    assert first.reply == second.reply
    assert len(intake.ledger.rows) == 1


def test_a_hidden_field_does_what_the_header_does() -> None:
    """A plain HTML form can't send headers."""
    intake = Intake()
    first, second = intake.browser(submission_key="4f1c"), intake.browser(submission_key="4f1c")
    assert first.headers["Location"] == second.headers["Location"]
    assert intake.program(headers=KEY).receipt == first.receipt


def test_header_and_field_read_a_key_alike() -> None:
    intake = Intake()
    receipts = {
        intake.program(headers={"Idempotency-Key": " a\tkey "}).receipt,
        intake.program(submission_key=" a\tkey ").receipt,
    }
    assert len(receipts) == 1


def test_without_a_key_two_posts_are_two_submissions() -> None:
    """Two honest submissions with the same text both count."""
    intake = Intake()
    assert intake.program().receipt != intake.program().receipt
    assert intake.program(headers={"Idempotency-Key": " "}, submission_key="").receipt
    assert len(intake.ledger.rows) == len(intake.queue.sent) == 3


@pytest.mark.parametrize("headers", [{}, KEY])
def test_a_post_that_meets_its_own_row_is_acknowledged(headers: dict[str, str]) -> None:
    """Its write got no answer, and was given again: nobody else can have sent that."""
    intake = Intake(ledger=FakeLedger(writes_again=True))
    answered = intake.program(headers=headers)
    assert (answered.status, answered.receipt) == (202, intake.row.submission_id)
    assert [sent[0] for sent in intake.queue.sent] == [answered.receipt]


def test_a_post_without_a_key_that_meets_its_own_row_is_counted(said: Callable[[], str]) -> None:
    Intake(ledger=FakeLedger(writes_again=True)).program()
    lines = said()
    assert (lines.count('"Accepted":'), lines.count("submission_received")) == (1, 1)


def test_the_same_post_to_the_next_version_of_its_form_gives_the_same_receipt() -> None:
    """The answer was lost, and meanwhile the form was given out without one of its questions."""
    intake, fields = Intake(), forms()["contact"].fields
    shop = next(one for one in fields if one.name == "message").model_copy(update={"name": "shop"})
    intake.forms = {"contact": _version("2", (*fields, shop))}
    first = intake.program(headers=KEY, shop="Utrecht")
    intake.forms = {"contact": _version("3", fields)}
    assert intake.program(headers=KEY, shop="Utrecht").receipt == first.receipt
    assert intake.program(headers=KEY, shop="Delft").code == "key_used_before"
    assert intake.ledger.rows.keys() == {first.receipt}


def test_an_answer_that_the_version_before_did_not_ask_is_not_dropped() -> None:
    """It would be acknowledged, and stand nowhere."""
    intake, fields = Intake(), forms()["contact"].fields
    shop = next(one for one in fields if one.name == "message").model_copy(update={"name": "shop"})
    intake.program(headers=KEY, shop="Utrecht")
    intake.forms = {"contact": _version("2", (*fields, shop))}
    assert intake.program(headers=KEY, shop="Utrecht").code == "key_used_before"


def test_what_an_operator_added_does_not_make_a_repeat_a_conflict() -> None:
    """The page sent a shop before the form asked for one; an operator wrote it down, and the form asks no more."""
    intake = Intake()
    first = intake.program(headers=KEY, shop="Utrecht")
    row = intake.row
    mended = {**row.fields, "shop": "Utrecht"}
    edited = row.model_copy(update={"fields": mended, "original_fields": row.fields})
    intake.ledger.rows[first.receipt] = edited
    assert intake.program(headers=KEY, shop="Utrecht").receipt == first.receipt


def _version(version: str, fields: tuple[FormField, ...]) -> Form:
    parts = {name: getattr(forms()["contact"], name) for name in Form.model_fields}
    return Form(**parts | {"version": version, "fields": fields})


def test_the_same_key_with_other_answers_is_a_conflict_and_the_first_stays() -> None:
    intake = Intake()
    first = intake.program(headers=KEY)
    second = intake.program(headers=KEY, message="Iets anders")
    assert (second.status, second.code) == (409, "key_used_before")
    assert intake.ledger.rows.keys() == {first.receipt}
    assert intake.row.fields["message"] == "Hebben jullie bakfietsen?"


def test_a_conflict_tells_a_visitor_what_to_do() -> None:
    intake = Intake()
    intake.browser(submission_key="4f1c")
    answered = intake.browser(submission_key="4f1c", message="Iets anders")
    assert answered.status == 409
    assert "Open de pagina opnieuw" in answered.text
    assert "knop van uw browser" not in answered.text


def test_a_reloaded_page_may_differ_in_its_hidden_fields() -> None:
    intake = Intake()
    first = intake.program(headers=KEY, form_started_at="1764500000", utm_source="a", page_url="b")
    second = intake.program(headers=KEY, form_started_at="1764500009", utm_source="c", page_url="d", lang="en")
    assert first.receipt == second.receipt


def test_a_key_belongs_to_its_form() -> None:
    intake = Intake()
    contact = intake.program(headers=KEY)
    ride = intake.program(form="test-ride", headers=KEY, phone="0612345678", bike="e-bike")
    assert contact.receipt != ride.receipt


@pytest.mark.parametrize("state", [state for state in State if state is not State.RECEIVED])
def test_a_repeat_after_the_end_gives_the_same_receipt_and_is_not_queued_again(state: State) -> None:
    intake = Intake()
    first = intake.program(headers=KEY)
    intake.ledger.rows[first.receipt] = intake.row.model_copy(update={"state": state})
    intake.queue.sent.clear()
    assert intake.program(headers=KEY).reply == first.reply
    assert not intake.queue.sent


def test_a_repeat_queues_again_what_is_still_received() -> None:
    """The first time may have failed to; SQS drops the copy if it had not."""
    intake = Intake()
    intake.queue.down = True
    receipt = intake.program(headers=KEY).receipt
    assert not intake.queue.sent
    intake.queue.down = False
    assert intake.program(headers=KEY).receipt == receipt
    assert [sent[0] for sent in intake.queue.sent] == [receipt]


def test_a_replayed_submission_is_queued_under_its_replay_number() -> None:
    intake = Intake()
    receipt = intake.program(headers=KEY).receipt
    intake.ledger.rows[receipt] = intake.row.model_copy(update={"replay_count": 2})
    intake.program(headers=KEY)
    assert [sent[2] for sent in intake.queue.sent] == [0, 2]


def test_field_errors_use_no_key_up() -> None:
    intake = Intake()
    assert intake.program(headers=KEY, email="wrong").status == 422
    assert intake.program(headers=KEY).status == 202


@pytest.mark.parametrize("where", ["header", "field"])
def test_a_key_has_at_most_255_characters(where: str) -> None:
    def send(key: str) -> int:
        return (Intake().program(headers={"Idempotency-Key": key}) if where == "header"
                else Intake().program(submission_key=key)).status  # fmt: skip

    assert send("k" * 255) == 202
    assert send("k" * 256) == 400
    assert send("k" * 5000) == 400


@pytest.mark.parametrize("key", ["\ud800", "é\x00", "\u202e", "a\nb"])
def test_an_odd_key_is_a_key_like_any_other(key: str) -> None:
    assert Intake().program(headers={"Idempotency-Key": key}).status == 202
    assert Intake().program(submission_key=key).status == 202


def test_a_receipt_tells_nothing_about_its_key() -> None:
    """Else whoever guesses keys could read receipts: the id is a keyed hash."""
    receipts = {Intake().program(headers={"Idempotency-Key": key}).receipt for key in ("1", "2")}
    assert len(receipts) == 2
    assert all(len(receipt) == 36 for receipt in receipts)


@pytest.mark.parametrize("message", ["Hebben jullie bakfietsen?", "Iets anders"])
def test_the_key_of_an_erased_submission_brings_nothing_back_and_acknowledges_nothing(message: str) -> None:
    """What was sent is gone, so nobody can say whether this is the same: with a new key it is a new submission."""
    intake = Intake()
    first = intake.program(headers=KEY)
    item = intake.row.model_dump(mode="json", exclude_none=True)
    erased = tombstone(item, key="", by="eva", now=NOW, why="erasure")
    intake.ledger.rows[first.receipt] = erased
    intake.queue.sent.clear()
    again = intake.program(headers=KEY, message=message)
    assert (again.status, again.code) == (409, "key_used_before")
    assert intake.ledger.rows == {first.receipt: erased}
    assert intake.queue.sent == []
    assert intake.program(headers={"Idempotency-Key": "new"}).status == 202
