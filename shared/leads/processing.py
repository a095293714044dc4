"""The processor's use case: rows of a batch become Leads, notes on known people, or typed rejections.

    load ▶ lock ▶ load again ▶ prepare ▶ look up ▶ plan ▶ write ▶ settle

Every step can be repeated: a Lead is upserted under its submission's id, a Task is looked for before it is
written, a row is settled by a conditional write, and a dead letter is sent before its row says `rejected`.
So a crash between any two steps costs a repeat and nothing else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from shared.aws.lead_queue import submission_id_in
from shared.errors import FormToLeadError, PermanentError, TransientError
from shared.leads.candidates import Prepared
from shared.leads.carrying_out import carry_out
from shared.leads.dependencies import Dependencies
from shared.leads.finishing import Delays, ends_in_rejection, failed, finish_all
from shared.leads.held_keys import HeldKeys
from shared.leads.keys_today import with_keys, with_keys_of_today
from shared.leads.planning import prepare
from shared.leads.results import Result
from shared.leads.retrying import MAX_ATTEMPTS, SAME_PERSON_IN_DOUBT, busy_wait, in_doubt_until, wait
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

    Raises TransientError or ConfigurationError only when the ledger, or the secret of the person keys, can't be read:
    then nothing was done.
    """
    ids = {message.message_id: submission_id_in(message.body) for message in messages}
    rows = dependencies.ledger.get_many(filter(None, ids.values()))
    for submission_id in ids.values():
        if submission_id not in rows:
            # Erased, or not a message of ours: nothing to do, and nothing that could be kept.
            log("message_without_row", level="warning")
            count("MessagesWithoutRow")
    in_order = [rows[one] for one in dict.fromkeys(ids.values()) if one in rows]
    waiting = [
        with_keys_of_today(row, dependencies.forms, dependencies.secret())
        for row in in_order
        if row.state is State.RECEIVED
    ]
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
    try:
        with HeldKeys(dependencies.locks, run_id) as held:
            locked, busy = _locked(rows, held)
            read = _as_they_are_now(locked, dependencies)
            results = _results(read, dependencies)
            delays, untold = finish_all(read.ready, results, deliveries, dependencies)
            held.know(in_doubt=_in_doubt(read, results, dependencies.now()), untold=untold)
    except FormToLeadError as error:
        failed("locks_failed", error)
        return {row.submission_id: wait(deliveries[row.submission_id]) for row in rows}
    return {one: busy_wait(deliveries[one]) for one in busy} | read.too_early | delays


def _locked(rows: Sequence[Submission], held: HeldKeys) -> tuple[list[Submission], list[str]]:
    """Those that this run may work on, and the ids of the others: nobody overtakes an earlier one of their person."""
    locked: list[Submission] = []
    busy: list[str] = []
    theirs: set[str] = set()
    for row in rows:
        if theirs.isdisjoint(row.person_keys) and held.take(row):
            locked.append(row)
        else:
            busy.append(row.submission_id)
            theirs.update(row.person_keys)
    return locked, busy


@dataclass(frozen=True, slots=True)
class _Read:
    """Rows as they are once their person is locked. `in_doubt` are not tried now (settled meanwhile, erased, or too
    early), but a write of theirs may still land; `too_early` has the seconds to wait of those that are tried again."""

    ready: list[Submission] = field(default_factory=list)
    in_doubt: list[Submission] = field(default_factory=list)
    too_early: Delays = field(default_factory=dict)


def _as_they_are_now(locked: Sequence[Submission], dependencies: Dependencies) -> _Read:
    """Who had the person in hand until now may have settled or tried the row: what was read before the lock is old."""
    read = _Read()
    rows = dependencies.ledger.get_many([row.submission_id for row in locked]) if locked else {}
    now = dependencies.now()
    for seen in locked:
        row = rows.get(seen.submission_id)
        if row is None:
            continue
        row = with_keys(row, seen.person_keys)
        if (row.state, row.replay_count) != (State.RECEIVED, seen.replay_count):
            read.in_doubt.extend([row] if row.is_in_doubt(now) else [])
        elif row.no_try_before and row.no_try_before > now:
            read.in_doubt.append(row)
            read.too_early[row.submission_id] = int((row.no_try_before - now).total_seconds()) + 1
        else:
            read.ready.append(row)
    return read


def _in_doubt(read: _Read, results: Mapping[str, Result], now: datetime) -> dict[str, datetime]:
    """By submission id, until when. Settled ones, too: a first write may land after the second one was answered, and
    would undo what came since."""
    tried = {row.submission_id: in_doubt_until(row, results[row.submission_id], now) for row in read.ready}
    others = {row.submission_id: max(filter(None, (row.in_doubt_until, row.no_try_before))) for row in read.in_doubt}
    return others | {one: until for one, until in tried.items() if until}


def _results(read: _Read, dependencies: Dependencies) -> dict[str, Result]:
    results: dict[str, Result] = {}
    ready: list[Prepared] = []
    refused: list[Submission] = []
    now = dependencies.now()
    for row in read.ready:
        match prepare(row, dependencies.forms, now):
            case Prepared() as prepared if row.attempts < MAX_ATTEMPTS:
                ready.append(prepared)
            case Prepared():
                # Its last try got no answer: now it is only looked for.
                results[row.submission_id] = PermanentError(Reason.RETRIES_EXHAUSTED, detail=row.last_error)
                refused.append(row)
            case error:
                results[row.submission_id] = error
                refused.append(row)
    in_doubt = read.in_doubt + [row for row in refused if row.is_in_doubt(now)]
    ready, kept_back = _apart_from(in_doubt, ready)
    results |= kept_back
    if ready:
        results |= carry_out(ready, dependencies.crm)
    ending = [row for row in read.ready if ends_in_rejection(row, results[row.submission_id])]
    if ending:
        results |= written_before(ending, dependencies.crm)
    return results


def _apart_from(in_doubt: Sequence[Submission], ready: Sequence[Prepared]) -> tuple[list[Prepared], dict[str, Result]]:
    """Of one person, nobody is looked up while another's write may still land, but who comes again with that write."""
    keys = {key for row in in_doubt for key in row.person_keys}
    apart: list[Prepared] = []
    waits: dict[str, Result] = {}
    for one in ready:
        row = one.submission
        if is_kept := not keys.isdisjoint(row.person_keys):
            waits[one.id] = TransientError(SAME_PERSON_IN_DOUBT)
        else:
            apart.append(one)
        if is_kept or one.is_in_doubt:
            keys.update(row.person_keys)
    return apart, waits
