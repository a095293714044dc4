"""Suspected spam in an operator's hands: what it becomes, and what the lists learn."""

import pytest

from shared.errors import TransientError
from shared.operations.quarantine import Teaching, discard_spam, release
from shared.operations.replaying import Dependencies, Done
from shared.spam.lists import Subject, taught_key
from shared.submission import State, Submission
from tests.builders import NOW, SECRET, a_submission
from tests.fakes.stores import FakeDeadLetters, FakeLedger, FakeQueue, FakeSpamMemory
from tests.unit.spam_posts import form_with

BY = "operator"


class Desk:
    def __init__(self) -> None:
        self.ledger, self.queue, self.memory = FakeLedger(), FakeQueue(), FakeSpamMemory()
        self.with_ = Dependencies(
            self.ledger, self.queue, FakeDeadLetters(), {"contact": form_with()}, lambda: SECRET, lambda: NOW
        )

    def holds(self, state: State = State.QUARANTINED, **fields: str) -> Submission:
        row = a_submission(state=state, **fields)
        self.ledger.add(row)
        return row

    def release(self, *rows: Submission, teach: Subject | None = "address") -> list[Done]:
        return release([row.submission_id for row in rows], BY, self.with_, Teaching(self.memory, teach))

    def discard(self, *rows: Submission, block: Subject | None = None) -> list[Done]:
        return discard_spam([row.submission_id for row in rows], "spam", BY, self.with_, Teaching(self.memory, block))

    def state(self, row: Submission) -> State:
        return self.ledger.rows[row.submission_id].state


def test_a_release_sends_it_on_and_lets_its_mailbox_through_from_now_on() -> None:
    desk = Desk()
    row = desk.holds(email="Sanne+News@Example.com")
    assert desk.release(row) == [Done(row.submission_id, "released", changed=True)]
    assert desk.state(row) is State.RECEIVED
    assert [one[0] for one in desk.queue.sent] == [row.submission_id]
    assert desk.memory.rulings == {taught_key(SECRET, "address", "sanne@example.com"): "allow"}


def test_a_release_may_teach_the_domain_or_nothing() -> None:
    desk = Desk()
    desk.release(desk.holds(email="a@mail.partner.example"), teach="domain")
    desk.release(desk.holds(email="b@other.example"), teach=None)
    assert desk.memory.rulings == {taught_key(SECRET, "domain", "mail.partner.example"): "allow"}


def test_a_discard_blocks_only_when_asked_and_the_latest_word_counts() -> None:
    desk = Desk()
    one, other = desk.holds(email="a@spam.example"), desk.holds(email="a@spam.example")
    assert desk.discard(one) == [Done(one.submission_id, "discarded", changed=True)]
    assert (desk.state(one), desk.memory.rulings) == (State.DISCARDED, {})
    desk.release(other)
    again = desk.holds(email="a@spam.example")
    desk.discard(again, block="address")
    assert desk.memory.rulings == {taught_key(SECRET, "address", "a@spam.example"): "block"}


@pytest.mark.parametrize("address", ["a@gmail.com", "a@hotmail.nl"])
def test_the_domain_of_everybody_s_mailboxes_is_not_taught_and_nothing_is_done(address: str) -> None:
    desk = Desk()
    row = desk.holds(email=address)
    assert desk.release(row, teach="domain") == [Done(row.submission_id, "free_mail_domain")]
    assert desk.discard(row, block="domain") == [Done(row.submission_id, "free_mail_domain")]
    assert (desk.state(row), desk.memory.rulings) == (State.QUARANTINED, {})


@pytest.mark.parametrize("state", [state for state in State if state is not State.QUARANTINED])
def test_what_is_not_in_quarantine_is_left_alone_and_teaches_nothing(state: State) -> None:
    desk = Desk()
    row = desk.holds(state)
    for done in (desk.release(row), desk.discard(row, block="address")):
        assert done == [Done(row.submission_id, f"is_{state}")]
    assert (desk.state(row), desk.memory.rulings) == (state, {})


def test_a_release_twice_changes_nothing_the_second_time() -> None:
    desk = Desk()
    row = desk.holds()
    desk.release(row)
    assert desk.release(row) == [Done(row.submission_id, "is_received")]
    assert len(desk.queue.sent) == 1


def test_the_lists_learn_before_anything_moves_so_a_broken_order_can_be_given_again() -> None:
    desk = Desk()
    row = desk.holds()
    desk.memory.down = True
    with pytest.raises(TransientError):
        desk.release(row)
    assert desk.state(row) is State.QUARANTINED
    desk.memory.down = False
    assert desk.release(row)[0].result == "released"


def test_one_that_can_not_be_released_stops_no_other() -> None:
    desk = Desk()
    good, free = desk.holds(email="a@partner.example"), desk.holds(email="a@gmail.com")
    results = {one.submission_id: one.result for one in desk.release(free, good, teach="domain")}
    assert results == {free.submission_id: "free_mail_domain", good.submission_id: "released"}


def test_a_submission_without_an_address_or_of_an_unknown_form_is_released_and_teaches_nothing() -> None:
    desk = Desk()
    without, unknown = desk.holds(email=""), desk.holds()
    desk.ledger.rows[unknown.submission_id] = unknown.model_copy(update={"form_id": "gone"})
    assert [one.result for one in desk.release(without, unknown)] == ["released", "released"]
    assert desk.memory.rulings == {}


def test_an_id_that_nobody_has_is_told() -> None:
    desk = Desk()
    assert release(["nobody"], BY, desk.with_, Teaching(desk.memory, None)) == [Done("nobody", "unknown")]
