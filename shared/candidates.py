"""Whom a batch may be about: what to look for, and which of those found each submission means. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from shared.crm import Found, LookUp, Record
from shared.email_address import same_mailbox
from shared.email_address import spellings as email_spellings
from shared.form import Form
from shared.lead import consent_fields, visitor_fields
from shared.matching import Decision, Person, decide
from shared.phone import spellings
from shared.submission import Submission
from shared.validation import CleanValue

_PHONE_FIELDS: Final = ("Phone", "MobilePhone")
CONTACT_PREFIX: Final = "003"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A submission that its form finds right."""

    submission: Submission
    form: Form
    values: Mapping[str, CleanValue]

    @property
    def id(self) -> str:
        return self.submission.submission_id

    @property
    def is_repeat(self) -> bool:
        """It was tried before, or an operator replays it."""
        return self.submission.attempts > 0 or self.submission.replay_count > 0


def look_up_for(batch: Sequence[Prepared]) -> LookUp:
    """One question for the whole batch."""
    records = [visitor_fields(one.form, one.values) for one in batch]
    emails = [str(record["Email"]) for record in records if record.get("Email")]
    numbers = [str(record[name]) for record in records for name in _PHONE_FIELDS if record.get(name)]
    return LookUp(
        submission_ids=tuple(one.id for one in batch),
        emails=_distinct([spelling for email in emails for spelling in email_spellings(email)]),
        mailboxes=_distinct([mailbox for email in emails for mailbox in email_spellings(same_mailbox(email))]),
        phones=_distinct([spelling for number in numbers for spelling in spellings(number)]),
        oldest=min(one.submission.received_at for one in batch),
        lead_fields=fields_to_see(batch),
    )


def fields_to_see(batch: Sequence[Prepared]) -> tuple[str, ...]:
    """Lead fields that decide what an update changes."""
    seen = {name for one in batch for name in visitor_fields(one.form, one.values)}
    seen |= {name for one in batch for name in consent_fields(one.form, one.submission)}
    return tuple(sorted(seen))


@dataclass(slots=True)
class Known:
    """The people found, and as planning goes on the Leads that are about to be created, by id."""

    leads: dict[str, dict[str, Any]]
    contacts: dict[str, dict[str, Any]]
    planned: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, found: Found) -> "Known":
        return cls(
            leads={str(lead["Id"]): dict(lead) for lead in found.open_leads},
            contacts={str(contact["Id"]): dict(contact) for contact in found.contacts},
        )

    def __contains__(self, record_id: str) -> bool:
        return record_id in self.leads or record_id in self.contacts

    def record(self, record_id: str) -> dict[str, Any]:
        """To be changed as the plans change it. Raises KeyError."""
        return self.contacts[record_id] if record_id in self.contacts else self.leads[record_id]

    def add_planned(self, submission_id: str, lead: Record) -> None:
        """A Lead that is about to be created counts for the next of the batch, by its submission's id."""
        self.leads[submission_id] = {**lead, "Id": submission_id}
        self.planned.add(submission_id)

    def decide(self, one: Prepared) -> Decision:
        """Contacts stand first: of two that match equally well, the customer is better known than the Lead."""
        contacts = self.contacts if one.form.existing.contact != "lead" else {}
        candidates = [person_of(record_id, record) for record_id, record in (*contacts.items(), *self.leads.items())]
        return decide(person_of(one.id, visitor_fields(one.form, one.values)), candidates, country=one.form.country)


def person_of(record_id: str, record: Record) -> Person:
    """A Lead, or what a visitor filled in."""
    return Person(
        id=record_id,
        first_name=record.get("FirstName"),
        last_name=record.get("LastName"),
        email=record.get("Email"),
        phone=";".join(str(record[name]) for name in _PHONE_FIELDS if record.get(name)) or None,
        company=record.get("Company"),
    )


def _distinct(texts: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))
