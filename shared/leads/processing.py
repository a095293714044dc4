"""The processor's use case: rows of a batch become Leads, notes on known people, or typed rejections.

    load ▶ lock ▶ load again ▶ prepare ▶ look up ▶ plan ▶ write ▶ settle

Every step can be repeated: a Lead is upserted under its submission's id, a Task is looked for before it is
written, a row is settled by a conditional write, and a dead letter is sent before its row says `rejected`.
So a crash between any two steps costs a repeat and nothing else.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from shared.aws.lead_queue import submission_id_in
from shared.crm import Crm
from shared.errors import (
    BudgetError,
    ConfigurationError,
    FormToLeadError,
    PermanentError,
    TransientError,
)
from shared.form.definition import Form
from shared.intake.person_keys import keys_to_lock
from shared.intake.receiving import FORGOTTEN_AFTER
from shared.leads.candidates import Prepared
from shared.leads.carrying_out import carry_out
from shared.leads.planning import FieldsWrong, prepare
from shared.leads.results import Result, Settled
from shared.leads.retrying import (
    MAX_ATTEMPTS,
    MOST_SHORT_LIVED,
    SHORT_LIVED,
    busy_wait,
    delay_of,
    in_doubt_until,
    no_try_before,
    wait,
)
from shared.observability import count, log
from shared.rejection import Problem, Reason, Rejection
from shared.submission import Outcome, State, Submission
from shared.version import CODE_VERSION

_BY: Final = "processor"


class Ledger(Protocol):
    def get_many(self, submission_ids: Iterable[str]) -> dict[str, Submission]: ...
    def settle(
        self,
        submission: Submission,
        state: State,
        *,
        by: str,
        now: datetime,
        why: str = "",
        outcome: Outcome | None = None,
        rejection: Rejection | None = None,
        expires_at: int | None = None,
    ) -> bool: ...
    def note_attempt(
        self,
        submission: Submission,
        *,
        error: str,
        due_at: datetime,
        counted: bool,
        in_doubt_until: datetime | None,
        no_try_before: datetime | None = None,
    ) -> bool: ...


class DeadLetters(Protocol):
    def send(
        self, submission_id: str, *, reason: str, form_id: str, group: str, replay: int, now: datetime
    ) -> None: ...


class Locks(Protocol):
    def take(self, keys: Iterable[str], *, holder: str, heir: str) -> bool: ...
    def hand_over(self, keys: Iterable[str], *, holder: str, heir: str) -> None: ...
    def release(self, keys: Iterable[str], *, holder: str) -> None: ...


@dataclass(frozen=True)
class Dependencies:
    """What processing needs from outside; tests hand in fakes."""

    ledger: Ledger
    dead_letters: DeadLetters
    locks: Locks
    crm: Crm
    forms: Mapping[str, Form]
    now: Callable[[], datetime]


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


type _Delays = dict[str, int]
"""Seconds to wait by submission id; a submission that is not in it is done."""


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


def _with_their_groups(messages: Sequence[Message], ids: Mapping[str, str], delays: _Delays) -> list[Retry]:
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
) -> _Delays:
    delays: _Delays = {}
    free: list[Submission] = []
    in_doubt: list[Submission] = []
    try:
        for row in rows:
            if dependencies.locks.take(keys_to_lock(row.person_keys), holder=run_id, heir=row.submission_id):
                free.append(row)
            else:
                delays[row.submission_id] = busy_wait(deliveries[row.submission_id])
        now = dependencies.now()
        in_doubt = [row for row in free if row.in_doubt_until and row.in_doubt_until > now]
        ready, too_early = _as_they_are_now(free, dependencies)
        delays |= too_early
        results = _results(ready, dependencies)
        in_doubt = [row for row in free if row.submission_id in too_early] + [
            row for row in ready if in_doubt_until(row, results[row.submission_id], dependencies.now())
        ]
        for row in ready:
            delay = _finish(row, results[row.submission_id], deliveries[row.submission_id], dependencies)
            if delay is not None:
                delays[row.submission_id] = delay
    except FormToLeadError as error:
        _failed("locks_failed", error)
        return {row.submission_id: wait(deliveries[row.submission_id]) for row in rows}
    finally:
        _give_back(dependencies.locks, free, in_doubt, run_id)
    return delays


def _as_they_are_now(locked: Sequence[Submission], dependencies: Dependencies) -> tuple[list[Submission], _Delays]:
    """Who had the person in hand until now may have settled or tried the row: what was read before the lock is old.

    With the seconds to wait for those that must not be tried yet.
    """
    if not locked:
        return [], {}
    rows = dependencies.ledger.get_many([row.submission_id for row in locked])
    now = dependencies.now()
    ready: list[Submission] = []
    too_early: _Delays = {}
    for seen in locked:
        row = rows.get(seen.submission_id)
        if row is None or (row.state, row.replay_count) != (State.RECEIVED, seen.replay_count):
            continue
        if row.no_try_before and row.no_try_before > now:
            too_early[row.submission_id] = int((row.no_try_before - now).total_seconds()) + 1
        else:
            ready.append(row)
    return ready, too_early


def _give_back(locks: Locks, held: Sequence[Submission], in_doubt: Sequence[Submission], run_id: str) -> None:
    """A write without an answer may still land: its submission keeps the keys, for its next try and nobody else."""
    try:
        kept: set[str] = set()
        for row in in_doubt:
            keys = keys_to_lock(row.person_keys)
            kept.update(keys)
            locks.hand_over(keys, holder=run_id, heir=row.submission_id)
        released = [key for row in held for key in keys_to_lock(row.person_keys) if key not in kept]
        locks.release(dict.fromkeys(released), holder=run_id)
    except FormToLeadError as error:
        # The lease ends by itself; until then that person's next submission waits.
        log("locks_not_released", level="warning", error=error.code)


def _failed(event: str, error: FormToLeadError) -> None:
    """Counted like any other wait, so that the alarm for configuration errors hears of missing rights too."""
    log(event, level="error", error=error.code)
    count("Retried", reason=_why(error))


def _why(error: FormToLeadError) -> str:
    """For the metric: the alarm about configuration listens to one of these."""
    match error:
        case ConfigurationError():
            return "configuration"
        case BudgetError():
            return "budget"
        case _:
            return "transient"


def _results(rows: Sequence[Submission], dependencies: Dependencies) -> dict[str, Result]:
    results: dict[str, Result] = {}
    ready: list[Prepared] = []
    for row in rows:
        match prepare(row, dependencies.forms):
            case Prepared() as prepared:
                ready.append(prepared)
            case error:
                results[row.submission_id] = error
    if ready:
        results |= carry_out(ready, dependencies.crm)
    return results


# --- the ledger and the dead-letter queue ----------------------------------------------------------------


def _finish(row: Submission, result: Result, deliveries: int, dependencies: Dependencies) -> int | None:
    """None when the row is settled; else the seconds to wait."""
    try:
        match result:
            case Settled():
                _settle(row, result, dependencies)
            case PermanentError():
                _reject(row, _rejection(result, row, dependencies.forms), dependencies)
            case TransientError(code=code) if code in SHORT_LIVED and row.tries_with(code) + 1 >= MOST_SHORT_LIVED:
                refused = Problem(code=code, detail=result.detail)
                _reject(row, _named(Reason.SALESFORCE_REJECTED, (refused,), row, dependencies.forms), dependencies)
            case TransientError() if row.attempts + 1 >= MAX_ATTEMPTS and not isinstance(result, BudgetError):
                exhausted = Problem(code=result.code, detail=result.detail)
                _reject(row, _named(Reason.RETRIES_EXHAUSTED, (exhausted,), row, dependencies.forms), dependencies)
            case _:
                return _wait(row, result, deliveries, dependencies)
    except FormToLeadError as error:
        # Salesforce may have it and the ledger not: the repeat finds the record and settles the row.
        _failed("settling_failed", error)
        return delay_of(row, result, deliveries) if isinstance(result, FormToLeadError) else wait(deliveries)
    return None


def _settle(row: Submission, settled: Settled, dependencies: Dependencies) -> None:
    now = dependencies.now()
    kept = timedelta(days=dependencies.forms[row.form_id].retention.settled_days)
    done = dependencies.ledger.settle(
        row,
        settled.state,
        by=_BY,
        now=now,
        why=settled.outcome.evidence.get("rule", "new_person"),
        outcome=settled.outcome,
        # Whoever waits for a decision must still be found when somebody has time to make it.
        expires_at=None if settled.state is State.HELD else int((now + kept).timestamp()),
    )
    if not done:
        log("settled_elsewhere", submission_id=row.submission_id, state=settled.state)
        return
    count("Settled", outcome=settled.state)
    log("settled", submission_id=row.submission_id, state=settled.state, record_id=settled.outcome.record_id)


def _reject(row: Submission, rejection: Rejection, dependencies: Dependencies) -> None:
    """The dead letter first: a crash in between sends it twice, the other way round it would never be sent."""
    now = dependencies.now()
    dependencies.dead_letters.send(
        row.submission_id,
        reason=rejection.reason,
        form_id=row.form_id,
        group=row.person_keys[0],
        replay=row.replay_count,
        now=now,
    )
    dependencies.ledger.settle(row, State.REJECTED, by=_BY, now=now, why=rejection.reason, rejection=rejection)
    count("Rejected", reason=rejection.reason)
    log("rejected", level="warning", submission_id=row.submission_id, reason=rejection.reason)


def _rejection(error: PermanentError, row: Submission, forms: Mapping[str, Form]) -> Rejection:
    match error:
        case FieldsWrong(problems=problems):
            return _named(Reason.VALIDATION_FAILED, problems, row, forms)
        case PermanentError(code=code) if code in set(Reason):
            return _named(Reason(code), (Problem(code=code, detail=error.detail or str(error)),), row, forms)
        case _:
            problem = Problem(code=error.code, field=" ".join(error.fields), detail=error.detail)
            return _named(Reason.SALESFORCE_REJECTED, (problem,), row, forms)


def _named(reason: Reason, problems: tuple[Problem, ...], row: Submission, forms: Mapping[str, Form]) -> Rejection:
    form = forms.get(row.form_id)
    version = form.version if form else row.form_version
    return Rejection(reason=reason, problems=problems, form_version=version, code_version=CODE_VERSION)


def _wait(row: Submission, error: FormToLeadError, deliveries: int, dependencies: Dependencies) -> int:
    """Longer each time. `due_at` moves along, so that the requeue function lets the waiting row wait."""
    now, delay = dependencies.now(), delay_of(row, error, deliveries)
    due_at = now + timedelta(seconds=delay) + FORGOTTEN_AFTER
    counted = isinstance(error, TransientError) and not isinstance(error, BudgetError)
    dependencies.ledger.note_attempt(
        row,
        error=error.code,
        due_at=due_at,
        counted=counted,
        in_doubt_until=in_doubt_until(row, error, now),
        no_try_before=no_try_before(error, now),
    )
    count("Retried", reason=_why(error))
    log("will_retry", level="warning", submission_id=row.submission_id, error=error.code, delay=delay)
    return delay
