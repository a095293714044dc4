"""Rows that everybody forgot are queued again; rows in somebody's hands are left alone."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from shared.errors import ConfigurationError, TransientError
from shared.operations.requeueing import FIRST_PAUSE, LONGEST_PAUSE, MOST_AT_ONCE, Swept, requeue_forgotten
from shared.submission import State, Submission, Summary
from tests.builders import NOW, a_submission
from tests.fakes.stores import FakeLedger, FakeQueue

MINUTE = timedelta(minutes=1)


class Sweeper:
    def __init__(self) -> None:
        self.ledger, self.queue, self.now = FakeLedger(), FakeQueue(), NOW

    def holds(self, *, due: timedelta | None = -MINUTE, age: timedelta = 3 * MINUTE, **about: Any) -> Submission:
        """A row received `age` ago that is due `due` from now; `about` overrides any attribute."""
        due_at = None if due is None else NOW + due
        row = a_submission().model_copy(update={"received_at": NOW - age, "due_at": due_at, **about})
        self.ledger.rows[row.submission_id] = row
        return row

    def sweep(self) -> Swept:
        return requeue_forgotten(ledger=self.ledger, queue=self.queue, now=self.now)

    def due_at(self, row: Submission) -> datetime:
        due_at = self.ledger.rows[row.submission_id].due_at
        assert due_at is not None
        return due_at


def test_a_forgotten_row_is_queued_again_behind_its_person() -> None:
    sweeper = Sweeper()
    row = sweeper.holds()
    assert sweeper.sweep() == Swept(waiting=1, requeued=1, oldest=3 * MINUTE)
    assert sweeper.queue.sent == [(row.submission_id, row.person_keys[0], 0)]
    assert sweeper.ledger.rows[row.submission_id].requeue_count == 1


@pytest.mark.parametrize("due", [MINUTE, timedelta(seconds=1), timedelta(hours=1)])
def test_a_row_that_is_not_due_is_counted_and_left_alone(due: timedelta) -> None:
    sweeper = Sweeper()
    sweeper.holds(due=due)
    assert sweeper.sweep() == Swept(waiting=1, requeued=0, oldest=3 * MINUTE)
    assert not sweeper.queue.sent


@pytest.mark.parametrize("due", [timedelta(0), None])
def test_a_row_is_due_at_its_very_time_and_without_one_at_once(due: timedelta | None) -> None:
    sweeper = Sweeper()
    sweeper.holds(due=due)
    assert sweeper.sweep().requeued == 1


@pytest.mark.parametrize("state", [state for state in State if state is not State.RECEIVED])
def test_only_received_rows_are_looked_at(state: State) -> None:
    """A quarantined submission must never be queued by way of the sweeper."""
    sweeper = Sweeper()
    sweeper.holds(state=state)
    assert sweeper.sweep() == Swept(0, 0, timedelta(0))
    assert not sweeper.queue.sent


def test_an_empty_ledger_has_nothing_waiting() -> None:
    assert Sweeper().sweep() == Swept(0, 0, timedelta(0))


def test_the_age_is_that_of_the_oldest_which_may_have_been_picked_up() -> None:
    sweeper = Sweeper()
    sweeper.holds(age=timedelta(hours=7), due=MINUTE)
    sweeper.holds(age=5 * MINUTE)
    assert sweeper.sweep() == Swept(waiting=2, requeued=1, oldest=timedelta(hours=7))


def test_a_row_is_not_queued_again_in_the_next_minute() -> None:
    sweeper = Sweeper()
    sweeper.holds()
    assert sweeper.sweep().requeued == 1
    sweeper.now += MINUTE
    assert sweeper.sweep().requeued == 0


def test_the_pause_doubles_and_ends_at_an_hour() -> None:
    """A long backlog must not be doubled every minute."""
    sweeper = Sweeper()
    row = sweeper.holds()
    pauses = []
    for _ in range(12):
        assert sweeper.sweep().requeued == 1
        pauses.append(sweeper.due_at(row) - sweeper.now)
        sweeper.now = sweeper.due_at(row)
    assert pauses[:3] == [FIRST_PAUSE, 2 * FIRST_PAUSE, 4 * FIRST_PAUSE]
    assert pauses[-1] == LONGEST_PAUSE == timedelta(hours=1)
    assert pauses == sorted(pauses)


def test_a_row_that_was_queued_very_often_does_not_overflow_the_pause() -> None:
    sweeper = Sweeper()
    row = sweeper.holds(requeue_count=100_000)
    sweeper.sweep()
    assert sweeper.due_at(row) == NOW + LONGEST_PAUSE


def test_a_replayed_row_keeps_its_replay_number_on_the_queue() -> None:
    """SQS drops a copy with the id of an earlier message for five minutes."""
    sweeper = Sweeper()
    row = sweeper.holds(replay_count=2)
    sweeper.sweep()
    assert sweeper.queue.sent == [(row.submission_id, row.person_keys[0], 2)]


class Moving(FakeLedger):
    """The index shows a row as it was; somebody changes it before the claim."""

    def __init__(self, **change: Any) -> None:
        super().__init__()
        self.change = change

    def by_state(self, state: State, *, newest_first: bool = False) -> Iterator[Summary]:
        for summary in list(super().by_state(state, newest_first=newest_first)):
            row = self.rows[summary.submission_id]
            self.rows[summary.submission_id] = row.model_copy(update=self.change)
            yield summary


@pytest.mark.parametrize(
    "change",
    [{"state": State.CREATED}, {"state": State.REJECTED}, {"due_at": NOW + MINUTE}, {"replay_count": 1}],
)
def test_a_row_that_was_taken_in_hand_meanwhile_is_not_queued(change: dict[str, Any]) -> None:
    sweeper = Sweeper()
    sweeper.ledger = Moving(**change)
    sweeper.holds()
    assert sweeper.sweep() == Swept(waiting=1, requeued=0, oldest=3 * MINUTE)
    assert not sweeper.queue.sent


def test_two_sweeps_at_once_queue_a_row_once() -> None:
    sweeper = Sweeper()
    sweeper.holds()
    seen = list(sweeper.ledger.by_state(State.RECEIVED))
    sweeper.sweep()
    assert not sweeper.ledger.note_requeue(seen[0], due_at=NOW)


@pytest.mark.parametrize("error", [TransientError("dynamodb:x"), ConfigurationError("dynamodb:AccessDenied")])
def test_a_ledger_that_can_not_be_read_is_an_error(error: Exception) -> None:
    """The alarm on the function's errors is for it."""
    sweeper = Sweeper()
    sweeper.ledger.fails_next = error  # type: ignore[assignment]  # one of ours
    with pytest.raises(type(error)):
        sweeper.sweep()


def test_a_row_whose_message_could_not_be_sent_is_due_again_after_the_pause() -> None:
    """It is claimed first: the other way round, a claim that fails would leave two messages."""
    sweeper = Sweeper()
    row = sweeper.holds()
    sweeper.queue.down = True
    assert sweeper.sweep() == Swept(waiting=1, requeued=0, oldest=3 * MINUTE, failure="sqs:down")
    sweeper.queue.down = False
    sweeper.now = sweeper.due_at(row)
    assert sweeper.sweep().requeued == 1
    assert [sent[0] for sent in sweeper.queue.sent] == [row.submission_id]


def test_a_queue_that_fails_is_tried_once_and_the_others_stay_due() -> None:
    """The figures go on: an outage is when people look at them."""
    sweeper = Sweeper()
    for minutes in (3, 4, 5):
        sweeper.holds(age=minutes * MINUTE)
    sweeper.queue.down = True
    assert sweeper.sweep() == Swept(waiting=3, requeued=0, oldest=5 * MINUTE, failure="sqs:down")
    sweeper.queue.down = False
    assert sweeper.sweep().requeued == 2


def test_one_run_queues_so_many_and_the_next_run_the_rest() -> None:
    sweeper = Sweeper()
    template = a_submission()
    for number in range(MOST_AT_ONCE + 5):
        row = template.model_copy(
            update={"submission_id": f"id-{number}", "received_at": NOW - MINUTE, "due_at": NOW - MINUTE}
        )
        sweeper.ledger.rows[row.submission_id] = row
    assert sweeper.sweep() == Swept(MOST_AT_ONCE + 5, MOST_AT_ONCE, MINUTE)
    assert sweeper.sweep() == Swept(MOST_AT_ONCE + 5, 5, MINUTE)
    assert len(sweeper.queue.sent) == MOST_AT_ONCE + 5
