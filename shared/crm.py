"""What processing asks of Salesforce, in plain words. shared/salesforce/ is what does it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Literal, Protocol

from shared.errors import FormToLeadError

CALL_ENDS_AFTER: Final = timedelta(seconds=660)
"""Salesforce ends any call after ten minutes, whether or not anybody waits for its answer; one more for clocks."""
CLOCK_SKEW: Final = timedelta(hours=1)
"""By which Salesforce's `CreatedDate` may be before our moment of receipt, though it was created after it."""

type Record = Mapping[str, Any]
"""A record by API names. A value may be a `Named`, whose id is looked up before it is written."""


@dataclass(frozen=True, slots=True)
class Named:
    """Something in the org that a form calls by name, since its id differs from org to org.

    `name` is a developer name (record type, queue), a user name, or a campaign's name.
    """

    kind: Literal["record_type", "queue", "user", "campaign"]
    name: str


GENERIC_AFTER: Final = 200
"""Records that may share a key, such as an e-mail address. A key of more people than that says nothing about any."""

type Spellings = tuple[str, ...]
"""Of one thing: a record has it in one of these ways."""


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
    """Fields that an update needs to see on a Lead, beside those that every look-up returns."""
    full_names: tuple[tuple[Spellings, Spellings], ...] = ()
    """First names with last names."""
    postcodes: tuple[tuple[Spellings, Spellings], ...] = ()
    """First or last names with postcodes."""
    companies: tuple[tuple[Spellings, Spellings], ...] = ()
    """First or last names with beginnings of company names."""
    numbers: tuple[str, ...] = ()
    """The phones in E.164, for match keys."""
    name_keys: tuple[str, ...] = ()


type Key = tuple[str, str]
"""A kind of key with a value, such as a number in E.164; without a value, all that a person has of the kind."""


@dataclass(frozen=True, slots=True)
class Found:
    """Records as Salesforce gives them, newest change first. Own Leads may be deleted or merged into another.

    A converted Lead brings its Contact along, in `ConvertedContact`. `generic_keys` are those that were left out, since
    too many records share them.
    """

    own_leads: tuple[Record, ...] = ()
    own_tasks: tuple[Record, ...] = ()
    open_leads: tuple[Record, ...] = ()
    converted_leads: tuple[Record, ...] = ()
    contacts: tuple[Record, ...] = ()
    generic_keys: tuple[Key, ...] = ()


@dataclass(frozen=True, slots=True)
class NewLead:
    """`assign`: whether the org's assignment rule chooses the owner. `save_duplicate`: whether the Lead is saved
    although a duplicate rule warns; a rule that blocks can't be passed by. `tell_owner`: whether the answer must
    say who owns it now."""

    record: Record
    assign: bool = True
    save_duplicate: bool = False
    tell_owner: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """A record that a duplicate rule of the org found; `confidence` is the org's own, in percent."""

    record_id: str
    confidence: float
    rule: str


@dataclass(frozen=True, slots=True)
class Written:
    """What became of one record: an id, or the error that says what to do about it."""

    record_id: str = ""
    error: FormToLeadError | None = None
    matches: tuple[Match, ...] = ()
    """Whom a duplicate rule found, where the org told."""
    owner_id: str = ""
    """Of a Lead, where it was asked for and the org told."""


@dataclass(frozen=True, slots=True)
class Note:
    """Change a known Lead (`lead_id`, `changes`) and tell sales (`task`); either may be empty."""

    lead_id: str = ""
    changes: Record = field(default_factory=dict)
    task: Record = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Noted:
    """What became of a note's two parts; a part that was empty counts as done."""

    task: Written = Written()
    change: Written = Written()


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who belongs in a campaign: a Lead or a Contact. No `status` leaves the campaign's own default."""

    campaign: str | Named
    record_id: str
    status: str = ""


class Crm(Protocol):
    """All raise TransientError or ConfigurationError for the call as a whole. Lists are answered in order."""

    def has_calls_for_repeats(self) -> bool:
        """False while the org's daily API calls are nearly used up: what is left is for new submissions."""

    def look_up(self, what: LookUp) -> Found:
        """One API call; a few where one submission's keys are shared by thousands of records."""

    def upsert_leads(self, leads: Sequence[NewLead]) -> list[Written]:
        """A repeat writes the same Lead again, never a second one. One API call."""

    def upsert_one_by_one(self, leads: Sequence[NewLead]) -> list[Written]:
        """The same as single writes in one API call: only they tell whom a duplicate rule found. At most 25."""

    def follow(self, record_ids: Sequence[str], lead_fields: Sequence[str]) -> dict[str, Record]:
        """By the ids given, the Lead or Contact that each is today: merged and converted ones are followed, what is
        gone for good is left out. One API call for each step; at most four."""

    def write_notes(self, notes: Sequence[Note]) -> list[Noted]:
        """One API call."""

    def join_campaigns(self, members: Sequence[Member]) -> list[Written]:
        """Who is a member already stays one as it is. One API call."""
