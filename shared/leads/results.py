"""What became of a submission, as processing is told it."""

from dataclasses import dataclass
from typing import Final

from shared.errors import FormToLeadError, PermanentError, RefusedCallError
from shared.submission import Outcome, State

MOVED: Final = frozenset({"CANNOT_UPDATE_CONVERTED_LEAD", "ENTITY_IS_DELETED", "NOT_FOUND"})
"""The record that the look-up saw a moment ago was converted, merged or deleted since."""
_CONTACT_PREFIX: Final = "003"


@dataclass(frozen=True, slots=True)
class Settled:
    """What stands in Salesforce now."""

    state: State
    outcome: Outcome


type Result = Settled | FormToLeadError
type Results = dict[str, Result]
"""By submission id."""


def settled(state: State, record_id: str, evidence: dict[str, str], task_id: str = "") -> Settled:
    kind = "Contact" if record_id.startswith(_CONTACT_PREFIX) else "Lead"
    return Settled(state, Outcome(record_id=record_id, record_type=kind, task_id=task_id, evidence=evidence))


def of_one(error: RefusedCallError) -> FormToLeadError:
    """Of a call that was about one submission alone."""
    return PermanentError(error.code, detail=error.detail) if error.permanent else error
