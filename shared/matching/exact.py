"""The first matcher: the same e-mail address, or the same phone with the same last name. Nothing fuzzy."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from shared.cleaning import folded
from shared.email_address import same_mailbox
from shared.phone import to_e164

CONFIG_VERSION: Final = "exact-1"


@dataclass(frozen=True, slots=True)
class Person:
    """Raw text as a record or a form holds it; None where unknown. One record with two phones is two of these."""

    id: str
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    phone: str | None = None
    company: str | None = None
    street: str | None = None
    city: str | None = None
    postcode: str | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """`evidence` names the rule that found the candidate and the rivals it was preferred to: no personal data."""

    outcome: Literal["create", "update"]
    candidate_id: str | None = None
    evidence: dict[str, str] = field(default_factory=dict)


def decide(person: Person, candidates: Sequence[Person], *, country: str = "NL") -> Decision:
    """The best candidate; among equals the first, so callers put the preferred records first.

    `country` (ISO) reads phone numbers that were written without a country code.
    """
    ranked: list[tuple[tuple[bool, bool, bool], Person]] = []
    for candidate in candidates:
        by_email = _same_email(person, candidate)
        same_name = _same_last_name(person, candidate)
        by_phone = same_name and _same_phone(person, candidate, country)
        if by_email or by_phone:
            ranked.append(((by_email, same_name, _same_first_name(person, candidate)), candidate))
    if not ranked:
        return Decision("create", evidence={"config": CONFIG_VERSION})
    (by_email, *_), best = max(ranked, key=lambda entry: entry[0])  # max keeps the first of equals
    rivals = sorted({candidate.id for _, candidate in ranked} - {best.id})
    evidence = {
        "config": CONFIG_VERSION,
        "rule": "same_email" if by_email else "same_phone_and_last_name",
        "rivals": " ".join(rivals),
    }
    return Decision("update", best.id, evidence)


def _same_email(one: Person, other: Person) -> bool:
    return bool(one.email and other.email) and same_mailbox(one.email or "") == same_mailbox(other.email or "")


def _same_phone(one: Person, other: Person, country: str) -> bool:
    number = to_e164(one.phone or "", country)
    return number is not None and number == to_e164(other.phone or "", country)


def _same_last_name(one: Person, other: Person) -> bool:
    name = folded(one.last_name or "")
    return name != "" and name == folded(other.last_name or "")


def _same_first_name(one: Person, other: Person) -> bool:
    return folded(one.first_name or "") == folded(other.first_name or "")
