"""Finds rows that everybody forgot and queues them again; measures how long the oldest has waited.

A row is forgotten when the intake wrote it and its message never reached the queue, when a message outlived
the queue's retention, or when it was dead-lettered by SQS itself. Each claim is a conditional write on the row as
it was seen, so a row that is in hand is left alone, and a copy on the queue finds a settled row and ends there.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from shared.errors import FormToLeadError
from shared.submission import State, Summary

FIRST_PAUSE: Final = timedelta(minutes=5)
LONGEST_PAUSE: Final = timedelta(hours=1)
"""Between two times that one row is queued again: a long backlog must not be doubled every minute. No longer than the
processor's longest wait, since a row may be queued again often for nothing (its message comes back behind an earlier
one of its group, which the row does not know) and then lose its last message."""
MOST_AT_ONCE: Final = 1000
"""Rows queued in one run: about 20 s of SQS calls, well within the function's 60."""


class Ledger(Protocol):
    def by_state(self, state: State) -> Iterator[Summary]: ...
    def note_requeue(self, summary: Summary, *, due_at: datetime) -> bool: ...


class Queue(Protocol):
    def send(self, submission_id: str, *, group: str, replay: int) -> None: ...


@dataclass(frozen=True, slots=True)
class Swept:
    """`oldest` is the age of the oldest submission that is not settled; `failure` the code that stopped the sending."""

    waiting: int
    requeued: int
    oldest: timedelta
    failure: str = ""


def requeue_forgotten(*, ledger: Ledger, queue: Queue, now: datetime) -> Swept:
    """Goes on measuring when the queue fails: that is when people need the figures. What was not sent is due again.

    Raises TransientError or ConfigurationError when the ledger can't be read or written.
    """
    waiting = requeued = 0
    oldest, failure = timedelta(0), ""
    for summary in ledger.by_state(State.RECEIVED):
        waiting += 1
        oldest = max(oldest, now - summary.received_at)
        may_send = not failure and requeued < MOST_AT_ONCE
        if may_send and _is_forgotten(summary, now) and _claimed(ledger, summary, now):
            try:
                queue.send(summary.submission_id, group=summary.person_keys[0], replay=summary.replay_count)
                requeued += 1
            except FormToLeadError as error:
                failure = error.code
    return Swept(waiting, requeued, oldest, failure)


def _is_forgotten(summary: Summary, now: datetime) -> bool:
    return summary.due_at is None or summary.due_at <= now


def _claimed(ledger: Ledger, summary: Summary, now: datetime) -> bool:
    """Claimed before it is sent: when the send fails, the row is due again after the pause."""
    pause = min(FIRST_PAUSE * 2 ** min(summary.requeue_count, 10), LONGEST_PAUSE)
    return ledger.note_requeue(summary, due_at=now + pause)
