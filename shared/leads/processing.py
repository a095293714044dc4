"""The processor's use case: rows of a batch become Leads, notes on known people, or typed rejections.

    load ▶ lock ▶ load again ▶ prepare ▶ look up ▶ plan ▶ write ▶ settle

Every step can be repeated: a Lead is upserted under its submission's id, a Task is looked for before it is
written, a row is settled by a conditional write, and a dead letter is sent before its row says `rejected`.
So a crash between any two steps costs a repeat and nothing else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.aws.lead_queue import submission_id_in
from shared.errors import FormToLeadError, PermanentError, TransientError
from shared.intake.person_keys import keys_to_lock
from shared.leads.candidates import Prepared
from shared.leads.carrying_out import carry_out
from shared.leads.dependencies import Dependencies, Locks
from shared.leads.finishing import Delays, ends_in_rejection, failed, finish_all
from shared.leads.planning import prepare
from shared.leads.results import Result
from shared.leads.retrying import MAX_ATTEMPTS, busy_wait, in_doubt_until, wait
from shared.leads.written_before import written_before
from shared.observability import count, log
from shared.rejection import Reason
from shared.submission import State, Submission


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the queue, as it was delivered; `deliveries` counts this one too."""

    message_id: str
    receipt_handle: str
    group: str
    body: str
    deliveries: int = 1


@dataclass(frozen=True, slots=True)
class Retry:
    """This message is not done: it must come back after so many seconds."""

    message: Message
    delay: int


def process(messages: Sequence[Message], dependencies: Dependencies, *, run_id: str) -> list[Retry]:
    """The messages that must be delivered again; all others are done. `run_id` is unique to this run.

    Raises TransientError or ConfigurationError only when the ledger can't be read: then nothing was done.
    """
    ids = {message.message_id: submission_id_in(message.body) for message in messages}
    rows = dependencies.ledger.get_many(filter(None, ids.values()))
    for submission_id in ids.values():
        if submission_id not in rows:
            # Erased, or not a message of ours: nothing to do, and nothing that could be kept.
            log("message_without_row", level="warning")
            count("MessagesWithoutRow")
    in_order = [rows[one] for one in dict.fromkeys(ids.values()) if one in rows]
    waiting = [row for row in in_order if row.state is State.RECEIVED]
    deliveries = {ids[message.message_id]: message.deliveries for message in messages}
    delays = _process_locked(waiting, deliveries, dependencies, run_id) if waiting else {}
    return _with_their_groups(messages, ids, delays)


def _with_their_groups(messages: Sequence[Message], ids: Mapping[str, str], delays: Delays) -> list[Retry]:
    """FIFO: when one message comes back, the later ones of its group must come back behind it, never sooner."""
    retries: list[Retry] = []
    group_delays: dict[str, int] = {}
    for message in messages:
        delay = delays.get(ids[message.message_id])
        if delay is not None:
            group_delays[message.group] = max(delay, group_delays.get(message.group, 0))
        if message.group in group_delays:
            retries.append(Retry(message, group_delays[message.group]))
    return retries


def _process_locked(
    rows: Sequence[Submission], deliveries: Mapping[str, int], dependencies: Dependencies, run_id: str
) -> Delays:
    delays: Delays = {}
    free: list[Submission] = []
    # Whatever ends this run before it knows better, an earlier one may have left any of them in doubt, or this one: the
    # keys are for the next try and nobody else.
    in_doubt = free
    untold: list[Submission] = []
    try:
        for row in rows:
            if dependencies.locks.take(keys_to_lock(row.person_keys), holder=run_id, heir=row.submission_id):
                free.append(row)
            else:
                delays[row.submission_id] = busy_wait(deliveries[row.submission_id])
        ready, too_early = _as_they_are_now(free, dependencies)
        delays |= too_early
        results = _results(ready, dependencies)
        in_doubt = [row for row in free if row.submission_id in too_early] + [
            row for row in ready if in_doubt_until(row, results[row.submission_id], dependencies.now())
        ]
        settled_later, untold = finish_all(ready, results, deliveries, dependencies)
        delays |= settled_later
    except FormToLeadError as error:
        failed("locks_failed", error)
        return {row.submission_id: wait(deliveries[row.submission_id]) for row in rows}
    finally:
        _give_back(dependencies.locks, free, in_doubt, untold, run_id)
    return delays


def _as_they_are_now(locked: Sequence[Submission], dependencies: Dependencies) -> tuple[list[Submission], Delays]:
    """Who had the person in hand until now may have settled or tried the row: what was read before the lock is old.

    With the seconds to wait for those that must not be tried yet.
    """
    if not locked:
        return [], {}
    rows = dependencies.ledger.get_many([row.submission_id for row in locked])
    now = dependencies.now()
    ready: list[Submission] = []
    too_early: Delays = {}
    for seen in locked:
        row = rows.get(seen.submission_id)
        if row is None or (row.state, row.replay_count) != (State.RECEIVED, seen.replay_count):
            continue
        if row.no_try_before and row.no_try_before > now:
            too_early[row.submission_id] = int((row.no_try_before - now).total_seconds()) + 1
        else:
            ready.append(row)
    return ready, too_early


def _give_back(
    locks: Locks, held: Sequence[Submission], in_doubt: Sequence[Submission], untold: Sequence[Submission], run_id: str
) -> None:
    """A write without an answer may still land: its submission keeps the keys, for its next try and nobody else.

    Where that try itself must wait and the row could not be told so, this run keeps them until their lease ends.
    """
    try:
        kept = {key for row in untold for key in keys_to_lock(row.person_keys)}
        for row in in_doubt:
            keys = [key for key in keys_to_lock(row.person_keys) if key not in kept]
            kept.update(keys)
            locks.hand_over(keys, holder=run_id, heir=row.submission_id)
        released = [key for row in held for key in keys_to_lock(row.person_keys) if key not in kept]
        locks.release(dict.fromkeys(released), holder=run_id)
    except FormToLeadError as error:
        # The lease ends by itself; until then that person's next submission waits.
        log("locks_not_released", level="warning", error=error.code)


def _results(rows: Sequence[Submission], dependencies: Dependencies) -> dict[str, Result]:
    results: dict[str, Result] = {}
    ready: list[Prepared] = []
    refused: list[Submission] = []
    for row in rows:
        match prepare(row, dependencies.forms):
            case Prepared() as prepared if row.attempts < MAX_ATTEMPTS:
                ready.append(prepared)
            case Prepared():
                # Its last try got no answer: now it is only looked for.
                results[row.submission_id] = PermanentError(Reason.RETRIES_EXHAUSTED, detail=row.last_error)
                refused.append(row)
            case error:
                results[row.submission_id] = error
                refused.append(row)
    ready, kept_back = _apart_from(refused, ready, dependencies.now())
    results |= kept_back
    if ready:
        results |= carry_out(ready, dependencies.crm)
    ending = [row for row in rows if ends_in_rejection(row, results[row.submission_id])]
    if ending:
        results |= written_before(ending, dependencies.crm)
    return results


def _apart_from(
    refused: Sequence[Submission], ready: Sequence[Prepared], now: datetime
) -> tuple[list[Prepared], dict[str, Result]]:
    """Of one person, nobody is looked up while another's write may still land that this batch does not repeat."""
    in_doubt = [row for row in refused if row.in_doubt_until and row.in_doubt_until > now]
    keys = {key for row in in_doubt for key in row.person_keys}
    waits = {one.id for one in ready if keys & set(one.submission.person_keys)}
    error = TransientError("same_person_in_doubt")
    return [one for one in ready if one.id not in waits], dict.fromkeys(waits, error)
