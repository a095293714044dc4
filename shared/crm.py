"""What processing asks of Salesforce, in plain words. shared/salesforce.py is the one that does it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from shared.errors import FormToLeadError

type Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class LookUp:
    """What to look for, for a whole batch at once."""

    submission_ids: tuple[str, ...]
    emails: tuple[str, ...]
    mailboxes: tuple[str, ...]
    """Addresses whose sub-addresses (`name+anything@...`) are the same person."""
    phones: tuple[str, ...]
    oldest: datetime
    """When the oldest submission of the batch was received: nothing of ours is older."""
    lead_fields: tuple[str, ...]
    """Fields that a fill-blanks update needs to see on a Lead, beside those that every look-up returns."""


@dataclass(frozen=True, slots=True)
class Found:
    """Records as Salesforce gives them, newest change first."""

    own_leads: tuple[Record, ...] = ()
    own_tasks: tuple[Record, ...] = ()
    open_leads: tuple[Record, ...] = ()
    contacts: tuple[Record, ...] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """What became of one record: an id, or the error that says what to do about it."""

    record_id: str = ""
    error: FormToLeadError | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """Fill blanks of a known Lead (`lead_id`, `blanks`) and tell sales (`task`); either may be empty."""

    lead_id: str = ""
    blanks: Record = field(default_factory=dict)
    task: Record = field(default_factory=dict)


class Crm(Protocol):
    """Each method is one API call. All raise TransientError or ConfigurationError for the call as a whole."""

    def look_up(self, what: LookUp) -> Found: ...

    def upsert_leads(self, leads: Sequence[Record]) -> list[Written]:
        """In order. A repeat writes the same Lead again, never a second one."""

    def write_notes(self, notes: Sequence[Note]) -> list[Written]:
        """In order. The id is that of the Task; an error of either part is the note's error."""
