"""What is written down of a person: true facts first (`Facts`), then the texts of a record or a form (`Person`)."""

from dataclasses import dataclass
from random import Random
from typing import Final, Literal

from shared.matching import Person
from tests.benchmarks.matching.simulation import spelling
from tests.benchmarks.matching.simulation.people import Human
from tests.benchmarks.matching.simulation.places import Address, Phone

type Context = Literal["private", "work"]

PRIVATE_COMPANIES: Final = ("particulier", "-", "n.v.t.", "privé", "Privat", "none")
"""What stands in Lead.Company, which is required, when there is none."""


@dataclass(frozen=True, slots=True)
class Completeness:
    """How often a field is filled in."""

    email: float
    phone: float
    address: float
    company: float


RECORD: Final = Completeness(email=0.93, phone=0.80, address=0.65, company=0.97)
"""A CRM's usual gaps: an address is asked for by some forms only, a phone number is often optional."""
SUBMISSION: Final = Completeness(email=0.96, phone=0.75, address=0.50, company=0.90)


@dataclass(frozen=True, slots=True)
class Facts:
    """Nothing misspelled yet. `placeholder` is a text that stands where a company doesn't."""

    iso: str
    first: str | None
    last: str | None
    emails: tuple[str, ...] = ()
    phones: tuple[Phone, ...] = ()
    company: str | None = None
    address: Address | None = None
    placeholder: str | None = None
    typed_phone: str | None = None


def context_of(human: Human, rng: Random) -> Context:
    return "work" if human.firm and rng.random() < 0.8 else "private"


def facts_of(human: Human, context: Context, often: Completeness, rng: Random) -> Facts:
    last = f"{human.name.last} {human.mark}" if human.mark and rng.random() < 0.85 else human.name.last
    firm = human.firm if context == "work" else None
    email = (human.work_mailbox if firm else None) or human.mailbox
    fixed = firm.address.landline if firm else human.address.landline
    shares = [45, 40, 15] if firm else [72, 18, 10]
    phones = rng.choices([(human.mobile,), (fixed,), (human.mobile, fixed)], shares)[0]
    return Facts(
        human.iso,
        human.name.first,
        last,
        emails=(email,) if rng.random() < often.email else (),
        phones=phones if rng.random() < often.phone else (),
        company=firm.name if firm and rng.random() < often.company else None,
        address=(firm.address if firm else human.address) if rng.random() < often.address else None,
        placeholder=None if firm or rng.random() < 0.6 else rng.choice(PRIVATE_COMPANIES),
    )


def shares_a_contact_point(one: Facts, other: Facts) -> bool:
    return bool(set(one.emails) & set(other.emails)) or bool(set(one.phones) & set(other.phones))


def recognisable(one: Facts, other: Facts) -> bool:
    """Whether they have more in common than a name: else nobody could tell the person from a namesake."""
    same_address = one.address is not None and one.address == other.address
    same_company = one.company is not None and one.company == other.company
    return shares_a_contact_point(one, other) or same_address or same_company


def written(facts: Facts, record_id: str, rng: Random, *, mess: float = 0.0) -> Person:
    """`mess` is how often each field gets another spelling than the plain one; no fact is changed by it."""

    def messy() -> bool:
        return rng.random() < mess

    phones = [spelling.phone(one, rng) if messy() else one.national for one in facts.phones]
    address = facts.address
    company = facts.company or facts.placeholder
    return Person(
        id=record_id,
        first_name=spelling.name(facts.first, rng) if facts.first and messy() else facts.first,
        last_name=spelling.name(facts.last, rng) if facts.last and messy() else facts.last,
        email=";".join(spelling.email(one, rng) if messy() else one for one in facts.emails) or None,
        phone=facts.typed_phone or ";".join(phones) or None,
        company=spelling.company(company, rng) if company and messy() else company,
        street=(spelling.street(address.street, rng) if messy() else address.street) if address else None,
        city=(spelling.name(address.city, rng) if messy() else address.city) if address else None,
        postcode=(spelling.postcode(address.postcode, rng) if messy() else address.postcode) if address else None,
        country=rng.choice([facts.iso, facts.iso, None]),
    )
