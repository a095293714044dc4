"""Whom a batch may be about: what to look for, and which of those found each submission means. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from shared.crm import Found, Key, LookUp, Record
from shared.form.definition import Form
from shared.intake.validation import CleanValue
from shared.leads.generic_keys import without_generic
from shared.leads.lead import consent_fields, visitor_fields
from shared.leads.match_keys import name_key
from shared.matching import Decision, Person, decide
from shared.submission import Submission
from shared.values.email_address import same_mailbox
from shared.values.email_address import spellings as email_spellings
from shared.values.phone import spellings
from shared.values.spellings import company_starts, name_spellings, postcode_spellings

_PHONE_FIELDS: Final = ("Phone", "MobilePhone", "HomePhone", "OtherPhone")
"""The last two are a Contact's."""
CONTACT_PREFIX: Final = "003"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A submission that its form finds right. `is_in_doubt`: a write of its own may still land."""

    submission: Submission
    form: Form
    values: Mapping[str, CleanValue]
    is_in_doubt: bool = False

    @property
    def id(self) -> str:
        return self.submission.submission_id

    @property
    def is_repeat(self) -> bool:
        """It was tried before, or an operator replays it."""
        return self.submission.attempts > 0 or self.submission.replay_count > 0


def look_up_for(batch: Sequence[Prepared]) -> LookUp:
    """One question for the whole batch."""
    people = [person_of(one.id, visitor_fields(one.form, one.values)) for one in batch]
    emails = [person.email for person in people if person.email]
    numbers = [number for person in people for number in phones_of(person)]
    full_names, postcodes, companies = [], [], []
    for person in people:
        first, last = name_spellings(person.first_name or ""), name_spellings(person.last_name or "")
        if first and last:
            # People fill in the wrong box.
            full_names += [(first, last), (last, first)]
        # Either name will do: the other may be mistyped.
        names = _distinct([*first, *last])
        if names and (codes := postcode_spellings(person.postcode or "")):
            postcodes.append((names, codes))
        if names and (starts := company_starts(person.company or "")):
            companies.append((names, starts))
    return LookUp(
        submission_ids=tuple(one.id for one in batch),
        emails=_distinct([spelling for email in emails for spelling in email_spellings(email)]),
        mailboxes=_distinct([mailbox for email in emails for mailbox in email_spellings(same_mailbox(email))]),
        phones=_distinct([spelling for number in numbers for spelling in spellings(number)]),
        oldest=min(one.submission.received_at for one in batch),
        lead_fields=fields_to_see(batch),
        full_names=_distinct(full_names),
        postcodes=_distinct(postcodes),
        companies=_distinct(companies),
        numbers=_distinct(numbers),
        name_keys=_distinct([key for one in people if (key := name_key(one.first_name or "", one.last_name or ""))]),
    )


def fields_to_see(batch: Sequence[Prepared]) -> tuple[str, ...]:
    """Lead fields that decide what an update changes."""
    seen = {name for one in batch for name in visitor_fields(one.form, one.values)}
    seen |= {name for one in batch for name in consent_fields(one.form, one.submission)}
    return tuple(sorted(seen))


@dataclass(slots=True)
class Known:
    """The people found, and as planning goes on the Leads that are about to be created, by id.

    `former` are converted Leads as they stood, each with the id of the Contact that it became: by their address the
    Contact may be found whose own says something else.
    """

    leads: dict[str, dict[str, Any]]
    contacts: dict[str, dict[str, Any]]
    former: tuple[tuple[str, Record], ...] = ()
    generic_keys: frozenset[Key] = frozenset()
    planned: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, found: Found) -> "Known":
        contacts = {str(contact["Id"]): dict(contact) for contact in found.contacts}
        former: list[tuple[str, Record]] = []
        for lead in found.converted_leads:
            contact = lead.get("ConvertedContact")
            if not contact or contact.get("IsDeleted"):
                # Nobody can be told about it, and a converted Lead can't be changed.
                continue
            contacts.setdefault(str(contact["Id"]), dict(contact))
            # The Contact's names are the newer ones.
            names = {name: contact.get(name) for name in ("FirstName", "LastName")}
            former.append((str(contact["Id"]), {**lead, **names}))
        leads = {str(lead["Id"]): dict(lead) for lead in found.open_leads}
        return cls(leads, contacts, tuple(former), frozenset(found.generic_keys))

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
        country = one.form.country
        customers = (*self.contacts.items(), *self.former) if one.form.existing.contact != "lead" else ()
        candidates = [person_of(record_id, record) for record_id, record in (*customers, *self.leads.items())]
        person = person_of(one.id, visitor_fields(one.form, one.values))
        person, candidates, generic = without_generic(person, candidates, self.generic_keys, country=country)
        decision = decide(person, candidates, country=country)
        if not generic:
            return decision
        return replace(decision, evidence=replace(decision.evidence, generic_keys=generic))


def person_of(record_id: str, record: Record) -> Person:
    """A Lead, a Contact, or what a visitor filled in."""
    account = record.get("Account") or {}
    return Person(
        id=record_id,
        first_name=record.get("FirstName"),
        last_name=record.get("LastName"),
        email=record.get("Email"),
        phone=";".join(str(record[name]) for name in _PHONE_FIELDS if record.get(name)) or None,
        company=record.get("Company") or account.get("Name"),
        street=record.get("Street") or record.get("MailingStreet"),
        city=record.get("City") or record.get("MailingCity"),
        postcode=record.get("PostalCode") or record.get("MailingPostalCode"),
        country=record.get("Country") or record.get("CountryCode") or record.get("MailingCountry"),
    )


def phones_of(person: Person) -> list[str]:
    return [number for number in (person.phone or "").split(";") if number]


def _distinct[T](things: Sequence[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(things))
