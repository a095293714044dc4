"""The end of a try: the row is settled, rejected with a dead letter, or waits for the next one."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

from shared.crm import CALL_ENDS_AFTER
from shared.errors import (
    BudgetError,
    ConfigurationError,
    FormToLeadError,
    PermanentError,
    TransientError,
    UnknownOutcomeError,
)
from shared.form.definition import Form, Retention
from shared.intake.receiving import FORGOTTEN_AFTER
from shared.leads.dependencies import Dependencies
from shared.leads.planning import FieldsWrong
from shared.leads.results import Result, Settled
from shared.leads.retrying import (
    KEPT_WAITING,
    MAX_ATTEMPTS,
    MOST_SHORT_LIVED,
    SHORT_LIVED,
    delay_of,
    in_doubt_until,
    is_counted,
    no_try_before,
    times_tried,
    wait,
)
from shared.observability import count, log
from shared.rejection import Problem, Reason, Rejection
from shared.submission import State, Submission
from shared.version import CODE_VERSION

_BY: Final = "processor"

type Delays = dict[str, int]
"""Seconds to wait by submission id; a submission that is not in it is done."""


def finish_all(
    rows: Sequence[Submission], results: Mapping[str, Result], deliveries: Mapping[str, int], dependencies: Dependencies
) -> tuple[Delays, list[Submission]]:
    """The seconds to wait of those that are not settled; and those whose row does not know that it must wait."""
    delays: Delays = {}
    untold: list[Submission] = []
    for row in rows:
        result, times = results[row.submission_id], deliveries[row.submission_id]
        try:
            delay = _finish(row, result, times, dependencies)
        except FormToLeadError as error:
            # Salesforce may have it and the ledger not: the repeat finds the record and settles the row. Nobody counts
            # this try, so the wait grows with the deliveries.
            failed("settling_failed", error)
            delay = delay_of(row, result, times) if isinstance(result, FormToLeadError) else wait(times)
            if isinstance(result, UnknownOutcomeError):
                untold.append(row)
        if delay is not None:
            delays[row.submission_id] = delay
    return delays, untold


def _finish(row: Submission, result: Result, deliveries: int, dependencies: Dependencies) -> int | None:
    """None when the row is settled; else the seconds to wait."""
    match result:
        case Settled():
            _settle(row, result, dependencies)
        case error if in_doubt_until(row, error, dependencies.now()):
            # What may still land is no rejection, however the last try ended.
            return _wait(row, error, deliveries, dependencies)
        case PermanentError():
            _reject(row, _rejection(result, row, dependencies.forms), dependencies)
        case error if ends_in_rejection(row, error):
            reason = Reason.SALESFORCE_REJECTED if error.code in SHORT_LIVED else Reason.RETRIES_EXHAUSTED
            problem = Problem(code=error.code, detail=error.detail)
            _reject(row, _named(reason, (problem,), row, dependencies.forms), dependencies)
        case _:
            return _wait(row, result, deliveries, dependencies)
    return None


def ends_in_rejection(row: Submission, result: Result) -> bool:
    """Unless Salesforce has something of it already, or may still get it."""
    match result:
        case PermanentError():
            return True
        case BudgetError():
            return False
        case TransientError(code=code) if code in SHORT_LIVED and row.tries_with(code) + 1 >= MOST_SHORT_LIVED:
            return True
        case TransientError():
            return row.attempts + 1 >= MAX_ATTEMPTS
        case _:
            return False


def _settle(row: Submission, settled: Settled, dependencies: Dependencies) -> None:
    now = dependencies.now()
    form = dependencies.forms.get(row.form_id)
    # A form may be gone from this release after an earlier try wrote the Lead.
    kept = timedelta(days=(form.retention if form else Retention()).settled_days)
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
    now, delay = dependencies.now(), delay_of(row, error, times_tried(row, error, deliveries))
    # Who was only kept waiting has no new error: what went wrong before is what people look for. In one group with
    # whoever is in the way, their message comes back no sooner than that one's.
    is_kept = error.code in KEPT_WAITING
    longest = max(timedelta(seconds=delay), CALL_ENDS_AFTER if is_kept else timedelta(0))
    due_at = now + longest + FORGOTTEN_AFTER
    dependencies.ledger.note_attempt(
        row,
        error=row.last_error if (is_kept or isinstance(error, PermanentError)) and row.last_error else error.code,
        due_at=due_at,
        counted=is_counted(error),
        in_doubt_until=in_doubt_until(row, error, now),
        no_try_before=no_try_before(error, now),
    )
    count("Retried", reason=_why(error))
    log("will_retry", level="warning", submission_id=row.submission_id, error=error.code, delay=delay)
    return delay


def failed(event: str, error: FormToLeadError) -> None:
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
