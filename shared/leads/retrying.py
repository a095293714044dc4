"""How long until the next try of what did not succeed, and after how many there is none any more."""

from datetime import datetime
from typing import Final

from shared.crm import CALL_ENDS_AFTER
from shared.errors import BudgetError, FormToLeadError, TransientError, UnknownOutcomeError
from shared.leads.results import Result
from shared.submission import Submission

FIRST_WAIT: Final = 30
LONGEST_WAIT: Final = 60 * 60
"""Seconds. Hourly at the longest: after an outage of days everything is settled within the hour."""
BUSY_WAIT: Final = 5
LONGEST_BUSY_WAIT: Final = 60
"""Seconds, where another worker has the same person in hand, or the Lead that was to be updated is not there yet."""
MAX_ATTEMPTS: Final = 400
"""Hourly tries for more than 16 days: more than any message lives, and than any outage we want to sleep through."""
_PASSING: Final = frozenset(
    {
        "candidate_not_written_yet",
        "lead_of_same_batch_failed",
        "record_gone",
        "UNABLE_TO_LOCK_ROW",
        "INACTIVE_OWNER_OR_USER",
    }
)
"""Errors that the next try, a moment later, probably does not meet."""
SHORT_LIVED: Final = frozenset(
    {
        "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
        "CANNOT_UPDATE_CONVERTED_LEAD",
        "DUPLICATE_VALUE",
        "ENTITY_IS_DELETED",
        "INACTIVE_OWNER_OR_USER",
        "NOT_FOUND",
    }
)
"""Errors that a new look-up mends, if they are what they seem; after some tries they are a rejection by the org."""
MOST_SHORT_LIVED: Final = 6
SAME_PERSON_IN_DOUBT: Final = "same_person_in_doubt"
"""The code of who was not tried, since a write of another submission of theirs may still land."""
OWN_WRITE_IN_DOUBT: Final = "own_write_in_doubt"
"""The code of whom somebody else was found for, while the own Lead that nobody was found for before may still land."""
KEPT_WAITING: Final = frozenset({SAME_PERSON_IN_DOUBT, OWN_WRITE_IN_DOUBT})
"""No error, and no try: somebody is in the way, for minutes."""


def wait(times: int) -> int:
    """Seconds before the next try, after so many."""
    return min(FIRST_WAIT << min(times - 1, 10), LONGEST_WAIT)


def is_counted(error: FormToLeadError) -> bool:
    """Whether this try is one of the MAX_ATTEMPTS. Who was kept waiting was not tried; what the admin has to mend, or
    the budget holds back, may take as long as it takes."""
    is_a_try = not isinstance(error, BudgetError) and error.code not in KEPT_WAITING
    return isinstance(error, TransientError) and is_a_try


def times_tried(row: Submission, error: FormToLeadError, deliveries: int) -> int:
    """With this time, by which waits grow. What is not counted grows with the deliveries: else SQS would run out of
    them. What is counted can't; then how often the message came for nothing before says nothing."""
    return min(deliveries, row.attempts + 1) if is_counted(error) else deliveries


def busy_wait(deliveries: int) -> int:
    return min(BUSY_WAIT << min(deliveries - 1, 10), LONGEST_BUSY_WAIT)


def delay_of(row: Submission, error: FormToLeadError, times: int) -> int:
    """Seconds. After a Task without an answer only a look-up tells, once the write has certainly ended."""
    if error.code in KEPT_WAITING:
        return busy_wait(times)
    delay = BUSY_WAIT if error.code in _PASSING and row.attempts == 0 else wait(times)
    is_in_doubt = isinstance(error, UnknownOutcomeError) and not error.repeatable
    return max(delay, int(CALL_ENDS_AFTER.total_seconds())) if is_in_doubt else delay


def no_try_before(error: FormToLeadError, now: datetime) -> datetime | None:
    """When a repeat can't write a second time what may still land; None where it never does."""
    is_in_doubt = isinstance(error, UnknownOutcomeError) and not error.repeatable
    return now + CALL_ENDS_AFTER if is_in_doubt else None


def in_doubt_until(row: Submission, result: Result, now: datetime) -> datetime | None:
    """When a write of this submission has certainly ended; None when none is under way.

    A later try says nothing about the write that got no answer, also where it fails in another way, or settles the row.
    """
    if isinstance(result, UnknownOutcomeError):
        return now + CALL_ENDS_AFTER
    return row.in_doubt_until if row.is_in_doubt(now) else None
