"""What operators do with dead letters: each thing twice changes nothing, and nothing is lost on the way."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from shared.errors import ConfigurationError, TransientError
from shared.form.definition import Form, forms
from shared.intake.person_keys import person_keys
from shared.intake.receiving import FORGOTTEN_AFTER
from shared.intake.validation import check
from shared.operations.replaying import Dependencies, Done, discard, edit, reconcile, replay
from shared.rejection import Reason, Rejection
from shared.submission import State, Submission
from tests.builders import NOW, SECRET, Desk, a_submission, message_for
from tests.fakes.stores import FakeDeadLetters, FakeLedger, FakeQueue

BY = "operator"
REJECTION = Rejection(reason=Reason.VALIDATION_FAILED)
FINAL = [state for state in State if state not in {State.REJECTED, State.QUARANTINED}]


@dataclass
class Bench:
    ledger: FakeLedger = field(default_factory=FakeLedger)
    queue: FakeQueue = field(default_factory=FakeQueue)
    dead_letters: FakeDeadLetters = field(default_factory=FakeDeadLetters)
    forms: Mapping[str, Form] = field(default_factory=forms)

    @property
    def with_(self) -> Dependencies:
        return Dependencies(self.ledger, self.queue, self.dead_letters, self.forms, lambda: SECRET, lambda: NOW)

    def holds(self, state: State = State.REJECTED, **fields: Any) -> Submission:
        """A row in that state, with its dead letter where it has one."""
        row = a_submission(state=state, **fields)
        if state is State.REJECTED:
            row = row.model_copy(update={"rejection": REJECTION, "reason": REJECTION.reason, "attempts": 4})
            self.dead_letter(row)
        self.ledger.rows[row.submission_id] = row
        return row

    def dead_letter(self, row: Submission) -> None:
        self.dead_letters.send(
            row.submission_id, reason="validation_failed", form_id=row.form_id, group="g", replay=0, now=NOW
        )

    def now(self, row: Submission) -> Submission:
        return self.ledger.rows[row.submission_id]

    @property
    def letters(self) -> list[str]:
        return [letter["submission_id"] for letter in self.dead_letters.letters]


# --- replay ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [State.REJECTED, State.QUARANTINED])
def test_a_replay_brings_a_submission_back_to_the_queue_under_its_own_id(state: State) -> None:
    bench = Bench()
    row = bench.holds(state)
    assert Done(row.submission_id, "replayed", changed=True) in replay([row.submission_id], BY, bench.with_)
    now = bench.now(row)
    assert (now.state, now.replay_count, now.attempts, now.reason) == (State.RECEIVED, 1, 0, "")
    assert (now.received_at, now.due_at) == (row.received_at, NOW + FORGOTTEN_AFTER)
    assert bench.queue.sent == [(row.submission_id, row.person_keys[0], 1)]
    assert bench.letters == []


def test_a_replay_is_in_the_row_s_history() -> None:
    bench = Bench()
    row = bench.holds()
    replay([row.submission_id], BY, bench.with_)
    last = bench.now(row).history[-1]
    assert (last.from_state, last.to_state, last.by, last.why) == ("rejected", "received", BY, "replay")


def test_a_replay_twice_changes_nothing_the_second_time() -> None:
    bench = Bench()
    row = bench.holds()
    replay([row.submission_id], BY, bench.with_)
    after_first = bench.now(row)
    assert replay([row.submission_id], BY, bench.with_) == [Done(row.submission_id, "is_received")]
    assert bench.now(row) == after_first
    assert len(bench.queue.sent) == 1


def test_the_same_id_given_twice_is_replayed_once() -> None:
    bench = Bench()
    row = bench.holds()
    done = replay([row.submission_id, row.submission_id], BY, bench.with_)
    assert [one.result for one in done if one.submission_id == row.submission_id and one.result == "replayed"] == [
        "replayed"
    ]
    assert len(bench.queue.sent) == 1


def test_a_second_rejection_and_replay_count_on() -> None:
    """The queue's deduplication id holds the replay number: SQS would drop a second copy of the first."""
    bench = Bench()
    row = bench.holds()
    replay([row.submission_id], BY, bench.with_)
    bench.ledger.settle(bench.now(row), State.REJECTED, by="processor", now=NOW, rejection=REJECTION)
    replay([row.submission_id], BY, bench.with_)
    assert [sent[2] for sent in bench.queue.sent] == [1, 2]
    assert bench.now(row).replay_count == 2


@pytest.mark.parametrize("state", FINAL)
def test_what_is_settled_is_not_replayed(state: State) -> None:
    """A Lead would be written again over what sales has changed since, or an erased person would come back."""
    bench = Bench()
    row = bench.holds(state)
    assert replay([row.submission_id], BY, bench.with_) == [Done(row.submission_id, f"is_{state}")]
    assert bench.now(row) == row
    assert not bench.queue.sent


def test_an_unknown_id_is_said_to_be_unknown() -> None:
    assert replay(["no such id"], BY, Bench().with_) == [Done("no such id", "unknown")]


def test_nothing_to_replay_leaves_the_dead_letters_alone() -> None:
    bench = Bench()
    bench.dead_letter(a_submission())
    assert replay([], BY, bench.with_) == []
    assert len(bench.letters) == 1


def test_a_replay_whose_message_fails_is_left_to_the_sweeper() -> None:
    """The row says `received` and is due: nothing is lost, and the dead letter is done with."""
    bench = Bench()
    row = bench.holds()
    bench.queue.down = True
    assert replay([row.submission_id], BY, bench.with_)[0] == Done(row.submission_id, "replayed", changed=True)
    assert (bench.now(row).state, bench.now(row).due_at) == (State.RECEIVED, NOW + FORGOTTEN_AFTER)


def test_one_that_can_not_be_replayed_holds_up_no_other() -> None:
    bench = Bench()
    settled, rejected = bench.holds(State.CREATED), bench.holds()
    done = replay([settled.submission_id, "unknown", rejected.submission_id], BY, bench.with_)
    assert [one.result for one in done[:3]] == ["is_created", "unknown", "replayed"]


def test_the_letters_of_others_that_are_rejected_stay() -> None:
    bench = Bench()
    one, other = bench.holds(), bench.holds()
    replay([one.submission_id], BY, bench.with_)
    assert bench.letters == [other.submission_id]
    assert bench.now(other).state is State.REJECTED


def test_a_row_that_changed_under_the_operator_s_eyes_is_left_alone() -> None:
    class Racing(FakeLedger):
        def get(self, submission_id: str) -> Submission | None:
            seen = super().get(submission_id)
            assert seen is not None
            self.rows[submission_id] = seen.model_copy(update={"state": State.DISCARDED})
            return seen

    bench = Bench(ledger=Racing())
    row = bench.holds()
    assert replay([row.submission_id], BY, bench.with_)[0] == Done(row.submission_id, "changed_meanwhile")
    assert bench.now(row).state is State.DISCARDED
    assert not bench.queue.sent


def test_a_mended_address_queues_behind_its_new_person() -> None:
    bench = Bench()
    row = bench.holds(email="sanne at example")
    edit(row.submission_id, {"email": "sanne@example.com"}, BY, bench.with_)
    replay([row.submission_id], BY, bench.with_)
    form = forms()["contact"]
    expected = person_keys(SECRET, form, check(form, bench.now(row).fields).values, row.submission_id)
    assert bench.now(row).person_keys == expected != row.person_keys
    assert bench.queue.sent[0][1] == expected[0]


def test_a_submission_to_a_form_that_is_gone_keeps_its_keys() -> None:
    bench = Bench(forms={})
    row = bench.holds()
    replay([row.submission_id], BY, bench.with_)
    assert bench.now(row).person_keys == row.person_keys


def test_a_released_suspect_does_not_expire_any_more() -> None:
    bench = Bench()
    row = bench.holds(State.QUARANTINED)
    bench.ledger.rows[row.submission_id] = row.model_copy(update={"expires_at": 1, "spam_reasons": ("honeypot",)})
    replay([row.submission_id], BY, bench.with_)
    assert bench.now(row).expires_at is None
    assert bench.now(row).spam_reasons == ("honeypot",)


def test_a_dead_letter_edited_and_replayed_becomes_one_lead_and_again_changes_nothing() -> None:
    desk = Desk()
    row = a_submission(email="no address")
    desk.process(row)
    assert desk.state(row) is State.REJECTED
    bench = Bench(desk.ledger, dead_letters=desk.dead_letters)
    edit(row.submission_id, {"email": "sanne@example.com"}, BY, bench.with_)
    for _ in range(2):
        replay([row.submission_id], BY, bench.with_)
        desk.deliver(message_for(desk.row(row)))
    assert desk.state(row) is State.CREATED
    assert [lead["Email"] for lead in desk.crm.leads.values()] == ["sanne@example.com"]
    assert bench.letters == []


# --- edit --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [State.REJECTED, State.QUARANTINED])
def test_an_edit_mends_answers_and_keeps_what_arrived(state: State) -> None:
    bench = Bench()
    row = bench.holds(state, email="sanne at example")
    assert edit(row.submission_id, {"email": "a@example.com"}, BY, bench.with_) == Done(
        row.submission_id, "edited", changed=True
    )
    edit(row.submission_id, {"email": "b@example.com", "phone": "0612345678"}, BY, bench.with_)
    now = bench.now(row)
    assert (now.fields["email"], now.fields["phone"], now.state) == ("b@example.com", "0612345678", state)
    assert now.original_fields == row.fields
    assert [change.by for change in now.history] == ["intake", BY, BY]


def test_an_edit_that_says_the_same_is_none() -> None:
    bench = Bench()
    row = bench.holds()
    assert edit(row.submission_id, {"email": "sanne@example.com"}, BY, bench.with_) == Done(
        row.submission_id, "unchanged"
    )
    assert bench.now(row) == row


@pytest.mark.parametrize("name", ["OwnerId", "Email", "e_mail", ""])
def test_an_edit_of_a_field_that_the_form_does_not_know_is_refused(name: str) -> None:
    bench = Bench()
    row = bench.holds()
    done = edit(row.submission_id, {"email": "a@example.com", name: "x"}, BY, bench.with_)
    assert (done.result, done.changed) == (f"unknown_field {name}", False)
    assert bench.now(row) == row


@pytest.mark.parametrize("state", FINAL)
def test_what_is_settled_is_not_edited(state: State) -> None:
    bench = Bench()
    row = bench.holds(state)
    assert edit(row.submission_id, {"email": "a@example.com"}, BY, bench.with_) == Done(
        row.submission_id, f"is_{state}"
    )
    assert bench.now(row) == row


def test_an_unknown_submission_can_not_be_edited() -> None:
    assert edit("no such id", {"email": "x"}, BY, Bench().with_) == Done("no such id", "unknown")


# --- discard -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [State.REJECTED, State.QUARANTINED])
def test_a_discarded_submission_is_done_with_and_goes_after_thirty_days(state: State) -> None:
    bench = Bench()
    row = bench.holds(state)
    assert discard([row.submission_id], "spam", BY, bench.with_)[0] == Done(
        row.submission_id, "discarded", changed=True
    )
    now = bench.now(row)
    assert (now.state, now.expires_at) == (State.DISCARDED, int((NOW + timedelta(days=30)).timestamp()))
    assert (now.history[-1].by, now.history[-1].why) == (BY, "spam")
    assert bench.letters == []
    assert not bench.queue.sent


def test_a_discard_twice_changes_nothing_the_second_time() -> None:
    bench = Bench()
    row = bench.holds()
    discard([row.submission_id], "spam", BY, bench.with_)
    after_first = bench.now(row)
    assert discard([row.submission_id], "other", BY, bench.with_) == [Done(row.submission_id, "is_discarded")]
    assert bench.now(row) == after_first


@pytest.mark.parametrize("state", FINAL)
def test_what_is_settled_or_under_way_is_not_discarded(state: State) -> None:
    bench = Bench()
    row = bench.holds(state)
    assert discard([row.submission_id], "spam", BY, bench.with_) == [Done(row.submission_id, f"is_{state}")]
    assert bench.now(row) == row


# --- reconcile ---------------------------------------------------------------------------------------------------


def test_what_sqs_itself_dead_lettered_goes_back_to_the_queue() -> None:
    bench = Bench()
    row = bench.holds(State.RECEIVED).model_copy(update={"replay_count": 2})
    bench.ledger.rows[row.submission_id] = row
    bench.dead_letters.redrive(row.submission_id)
    assert reconcile(bench.with_) == [Done(row.submission_id, "queued_again", changed=True)]
    assert bench.queue.sent == [(row.submission_id, row.person_keys[0], 2)]
    assert (bench.letters, bench.now(row)) == ([], row)
    assert reconcile(bench.with_) == []


def test_what_can_not_be_queued_again_keeps_its_dead_letter() -> None:
    bench = Bench()
    row = bench.holds(State.RECEIVED)
    bench.dead_letters.redrive(row.submission_id)
    bench.queue.down = True
    with pytest.raises(TransientError):
        reconcile(bench.with_)
    assert bench.letters == [row.submission_id]


@pytest.mark.parametrize("state", [State.CREATED, State.DISCARDED, State.ERASED])
def test_a_dead_letter_of_something_settled_is_deleted(state: State) -> None:
    bench = Bench()
    row = bench.holds(state)
    bench.dead_letter(row)
    assert reconcile(bench.with_) == [Done(row.submission_id, "dead_letter_deleted", changed=True)]
    assert bench.letters == []
    assert bench.now(row) == row


def test_a_letter_of_before_a_replay_rejects_nothing() -> None:
    """A replay that was cut off before it swept left it behind; the submission is on its way again."""
    bench = Bench()
    row = bench.holds(State.RECEIVED).model_copy(update={"replay_count": 1})
    bench.ledger.rows[row.submission_id] = row
    bench.dead_letter(row)
    assert reconcile(bench.with_) == [Done(row.submission_id, "dead_letter_deleted", changed=True)]
    assert bench.now(row) == row


def test_a_letter_of_this_round_stays_while_the_row_is_being_rejected() -> None:
    """The processor sends the letter, then writes `rejected`; a sweep in between must not silence the alarm."""
    bench = Bench()
    row = bench.holds(State.RECEIVED)
    bench.dead_letter(row)
    assert reconcile(bench.with_) == []
    assert bench.letters == [row.submission_id]


def test_a_replay_leaves_alone_what_sqs_itself_dead_lettered() -> None:
    """It rings the alarm until somebody reconciles."""
    bench = Bench()
    stuck, rejected = bench.holds(State.RECEIVED), bench.holds(State.REJECTED)
    bench.dead_letters.redrive(stuck.submission_id)
    replay([rejected.submission_id], BY, bench.with_)
    assert bench.letters == [stuck.submission_id]


def test_a_replay_is_told_even_when_the_sweep_after_it_fails() -> None:
    bench = Bench()
    row = bench.holds(State.REJECTED)
    bench.dead_letters.down = True
    assert replay([row.submission_id], BY, bench.with_) == [Done(row.submission_id, "replayed", changed=True)]


@pytest.mark.parametrize("name", ["lang", "submission_key", "utm_source", "contact_me_by_fax_only", "OwnerId"])
def test_only_answers_can_be_edited(name: str) -> None:
    bench = Bench()
    row = bench.holds(State.REJECTED)
    assert edit(row.submission_id, {name: "x"}, BY, bench.with_) == Done(row.submission_id, f"unknown_field {name}")


def test_a_dead_letter_without_a_row_is_deleted() -> None:
    """Its submission was erased: there is nothing left to mend."""
    bench = Bench()
    bench.dead_letter(a_submission())
    reconcile(bench.with_)
    assert bench.letters == []


class PartlyReadable(FakeLedger):
    """As the real one: a row of another release is left out of many, and asked for alone it is an error."""

    def __init__(self) -> None:
        super().__init__()
        self.unreadable: set[str] = set()

    def get(self, submission_id: str) -> Submission | None:
        if submission_id in self.unreadable:
            raise ConfigurationError("row_unreadable", "a row of the ledger can't be read by this release")
        return super().get(submission_id)

    def get_many(self, submission_ids: Iterable[str]) -> dict[str, Submission]:
        return super().get_many(one for one in submission_ids if one not in self.unreadable)


@pytest.mark.parametrize(
    "order",
    [
        lambda row, bench: replay([row.submission_id], BY, bench.with_),
        lambda row, bench: discard([row.submission_id], "x", BY, bench.with_),
        lambda _, bench: reconcile(bench.with_),
    ],
)
def test_the_letter_of_a_row_that_this_release_cannot_read_stays(order: Callable[[Submission, Bench], object]) -> None:
    """Its row is there, and rejected: without its letter no alarm would ring for it any more."""
    ledger = PartlyReadable()
    bench = Bench(ledger)
    odd, other, erased = bench.holds(), bench.holds(), a_submission()
    bench.dead_letters.redrive(odd.submission_id)
    bench.dead_letter(erased)
    ledger.unreadable = {odd.submission_id}
    order(other, bench)
    assert bench.letters.count(odd.submission_id) == 2
    assert bench.dead_letters.released.count(odd.submission_id) == 2
    assert erased.submission_id not in bench.letters


def test_a_row_that_came_between_two_looks_keeps_its_letter() -> None:
    class Late(FakeLedger):
        def get_many(self, submission_ids: Iterable[str]) -> dict[str, Submission]:
            super().get_many(submission_ids)
            return {}

    bench = Bench(Late())
    row = bench.holds()
    assert reconcile(bench.with_) == []
    assert bench.letters == [row.submission_id]


def test_a_letter_that_names_no_submission_is_deleted_and_nothing_is_asked() -> None:
    """DynamoDB refuses an empty key."""

    class Exacting(FakeLedger):
        def get(self, submission_id: str) -> Submission | None:
            assert submission_id
            return super().get(submission_id)

    bench = Bench(Exacting())
    bench.dead_letters.redrive("")
    assert reconcile(bench.with_) == [Done("", "dead_letter_deleted", changed=True)]
    assert bench.letters == []


def test_a_sweep_that_cannot_ask_for_a_missing_row_deletes_nothing() -> None:
    class Failing(FakeLedger):
        def get(self, submission_id: str) -> Submission | None:
            self.fails_next = TransientError("dynamodb:x")
            return super().get(submission_id)

    bench = Bench(Failing())
    settled, missing = bench.holds(State.CREATED), a_submission()
    bench.dead_letter(settled)
    bench.dead_letter(missing)
    with pytest.raises(TransientError):
        reconcile(bench.with_)
    assert bench.letters == [settled.submission_id, missing.submission_id]


def test_more_dead_letters_than_one_read_of_the_ledger_takes() -> None:
    bench = Bench()
    rows = [bench.holds(State.RECEIVED) for _ in range(205)]
    for row in rows:
        bench.dead_letters.redrive(row.submission_id)
    assert [done.result for done in reconcile(bench.with_)] == ["queued_again"] * 205


@pytest.mark.parametrize(
    "order",
    [
        lambda row, bench: replay([row.submission_id], BY, bench.with_),
        lambda row, bench: edit(row.submission_id, {"phone": "1"}, BY, bench.with_),
        lambda row, bench: discard([row.submission_id], "x", BY, bench.with_),
        lambda _, bench: reconcile(bench.with_),
    ],
)
def test_a_ledger_that_can_not_be_read_changes_nothing(order: Callable[[Submission, Bench], object]) -> None:
    bench = Bench()
    row = bench.holds()
    bench.ledger.fails_next = TransientError("dynamodb:x")
    with pytest.raises(TransientError):
        order(row, bench)
    assert bench.now(row) == row
    assert bench.letters == [row.submission_id]
