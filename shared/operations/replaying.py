"""What operators do with dead letters and quarantined submissions: edit, replay, discard, reconcile.

Each is a conditional write on the row as it was seen, so doing it twice changes nothing. A replay keeps the
submission's id, so however often it is replayed there is one Lead.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from shared.aws.lead_queue import DeadLetter
from shared.errors import ConfigurationError, FormToLeadError
from shared.form.definition import Form
from shared.intake.person_keys import person_keys
from shared.intake.receiving import FORGOTTEN_AFTER
from shared.intake.validation import check
from shared.observability import log
from shared.submission import REPLAYABLE, FieldValue, State, Submission

_DISCARDED_KEPT: Final = timedelta(days=30)
"""Long enough to notice a mistake; the row then goes by itself."""


class Ledger(Protocol):
    def get(self, submission_id: str) -> Submission | None: ...
    def get_many(self, submission_ids: Iterable[str]) -> dict[str, Submission]: ...
    def edit(self, submission: Submission, fields: Mapping[str, FieldValue], *, by: str, now: datetime) -> bool: ...
    def reopen(
        self,
        submission: Submission,
        *,
        person_keys: tuple[str, ...],
        due_at: datetime,
        by: str,
        now: datetime,
        why: str,
    ) -> bool: ...
    def settle(
        self,
        submission: Submission,
        state: State,
        *,
        by: str,
        now: datetime,
        why: str = "",
        expires_at: int | None = None,
    ) -> bool: ...


class Queue(Protocol):
    def send(self, submission_id: str, *, group: str, replay: int) -> None: ...


class DeadLetters(Protocol):
    def messages(self) -> Iterator[DeadLetter]: ...
    def delete(self, letter: DeadLetter) -> None: ...
    def release(self, letter: DeadLetter) -> None: ...


@dataclass(frozen=True)
class Dependencies:
    ledger: Ledger
    queue: Queue
    dead_letters: DeadLetters
    forms: Mapping[str, Form]
    secret: Callable[[], bytes]
    now: Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Done:
    """`result` is one word; `changed` says whether anything is different now."""

    submission_id: str
    result: str
    changed: bool = False


def edit(submission_id: str, changes: Mapping[str, FieldValue], by: str, dependencies: Dependencies) -> Done:
    """Mends answers of a rejected or quarantined submission; what arrived stays in `original_fields`."""
    row = dependencies.ledger.get(submission_id)
    if row is None or row.state not in REPLAYABLE:
        return _refused(submission_id, row)
    form = dependencies.forms.get(row.form_id)
    unknown = sorted(set(changes) - form.answer_names) if form else []
    if unknown:
        return Done(submission_id, f"unknown_field {unknown[0]}")
    fields = {**row.fields, **changes}
    if fields == row.fields:
        return Done(submission_id, "unchanged")
    changed = dependencies.ledger.edit(row, fields, by=by, now=dependencies.now())
    return Done(submission_id, "edited" if changed else "changed_meanwhile", changed)


def replay(submission_ids: Iterable[str], by: str, dependencies: Dependencies) -> list[Done]:
    """Send, then delete: the dead letter goes only after its submission stands on the queue again."""
    done = [_replay_one(one, by, dependencies) for one in dict.fromkeys(submission_ids)]
    _sweep(done, dependencies)
    return done


def _replay_one(submission_id: str, by: str, dependencies: Dependencies) -> Done:
    row = dependencies.ledger.get(submission_id)
    if row is None or row.state not in REPLAYABLE:
        return _refused(submission_id, row)
    now = dependencies.now()
    keys = _keys(row, dependencies)
    reopened = dependencies.ledger.reopen(
        row, person_keys=keys, due_at=now + FORGOTTEN_AFTER, by=by, now=now, why="replay"
    )
    if not reopened:
        return Done(submission_id, "changed_meanwhile")
    try:
        dependencies.queue.send(submission_id, group=keys[0], replay=row.replay_count + 1)
    except FormToLeadError as error:
        # The row says `received`, so the requeue function sends it in a moment.
        log("enqueue_failed", level="warning", submission_id=submission_id, error=error.code)
    log("replayed", submission_id=submission_id, number=row.replay_count + 1)
    return Done(submission_id, "replayed", changed=True)


def _keys(row: Submission, dependencies: Dependencies) -> tuple[str, ...]:
    """An edit may have mended the e-mail address, and with it whom the submission must queue behind."""
    form = dependencies.forms.get(row.form_id)
    if form is None:
        return row.person_keys
    return person_keys(
        dependencies.secret(), form, check(form, row.fields, row.sources.language).values, row.submission_id
    )


def discard(submission_ids: Iterable[str], why: str, by: str, dependencies: Dependencies) -> list[Done]:
    """Ends submissions that will never be Leads. `why` is the operator's; it must hold no personal data."""
    done = [_discard_one(one, why, by, dependencies) for one in dict.fromkeys(submission_ids)]
    _sweep(done, dependencies)
    return done


def _discard_one(submission_id: str, why: str, by: str, dependencies: Dependencies) -> Done:
    row = dependencies.ledger.get(submission_id)
    if row is None or row.state not in REPLAYABLE:
        return _refused(submission_id, row)
    now = dependencies.now()
    changed = dependencies.ledger.settle(
        row, State.DISCARDED, by=by, now=now, why=why, expires_at=int((now + _DISCARDED_KEPT).timestamp())
    )
    return Done(submission_id, "discarded" if changed else "changed_meanwhile", changed)


def reconcile(dependencies: Dependencies) -> list[Done]:
    """Makes queue and ledger agree: what SQS itself dead-lettered goes back to the queue it came from."""
    return _clear(dependencies, queues_again=True)


def _sweep(done: list[Done], dependencies: Dependencies) -> None:
    """After the rows were changed. What fails here is swept next time; the operator must still hear what was done."""
    try:
        if done:
            _clear(dependencies)
    except FormToLeadError as error:
        log("dead_letters_not_swept", level="warning", error=error.code)


def _clear(dependencies: Dependencies, *, queues_again: bool = False) -> list[Done]:
    """Deletes the dead letters whose submissions are not rejected any more; leaves all others.

    A letter that SQS itself moved, of a row that is still `received`, stays too: it rings the alarm until an
    operator reconciles. A letter of ours goes when it is of before the row's latest replay; one of this round
    stays, since the processor sends it a moment before it writes `rejected`. Any letter stays of a row that this
    release can't read: it may be rejected, and nothing else would ring for it.
    """
    letters = list(dependencies.dead_letters.messages())
    rows, unreadable = _rows(dependencies.ledger, [letter.submission_id for letter in letters])
    done: list[Done] = []
    for letter in letters:
        row = rows.get(letter.submission_id)
        if queues_again and row and row.state is State.RECEIVED and letter.replay is None:
            done.append(_queue_again(row, dependencies))
            dependencies.dead_letters.delete(letter)
        elif letter.submission_id in unreadable or (row and _still_counts(letter, row)):
            dependencies.dead_letters.release(letter)
        else:
            dependencies.dead_letters.delete(letter)
            done.append(Done(letter.submission_id, "dead_letter_deleted", changed=True))
    return done


def _still_counts(letter: DeadLetter, row: Submission) -> bool:
    of_this_round = letter.replay is None or letter.replay >= row.replay_count
    return row.state in {State.RECEIVED, State.REJECTED} and of_this_round


def _rows(ledger: Ledger, submission_ids: list[str]) -> tuple[dict[str, Submission], set[str]]:
    """By id; and the ids of those that can't be read, which the ledger leaves out of many as if they were gone."""
    rows: dict[str, Submission] = {}
    for start in range(0, len(submission_ids), 100):
        rows |= ledger.get_many(filter(None, submission_ids[start : start + 100]))
    unreadable: set[str] = set()
    for one in dict.fromkeys(filter(None, submission_ids)):
        if one in rows:
            continue
        try:
            row = ledger.get(one)
        except ConfigurationError:
            unreadable.add(one)
        else:
            rows |= {one: row} if row else {}
    return rows, unreadable


def _queue_again(row: Submission, dependencies: Dependencies) -> Done:
    """Not rejected here: only the processor can see whether an earlier try wrote something, or still may."""
    dependencies.queue.send(row.submission_id, group=row.person_keys[0], replay=row.replay_count)
    log("queued_again", submission_id=row.submission_id)
    return Done(row.submission_id, "queued_again", changed=True)


def _refused(submission_id: str, row: Submission | None) -> Done:
    return Done(submission_id, f"is_{row.state}" if row else "unknown")
