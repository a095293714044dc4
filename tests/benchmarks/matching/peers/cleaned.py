"""Texts as the packages' manuals ask for them before linking: small letters, no accents, one spelling of a number."""

from dataclasses import dataclass
from functools import lru_cache

from shared.matching import Person
from shared.values.cleaning import folded
from shared.values.email_address import same_mailbox
from shared.values.phone import to_e164


@dataclass(frozen=True, slots=True)
class Cleaned:
    """None or an empty tuple where nothing is known."""

    first: str | None
    last: str | None
    email: str | None
    phones: tuple[str, ...]
    company: str | None
    street: str | None
    city: str | None
    postcode: str | None


@lru_cache(maxsize=200_000)
def cleaned(person: Person, country: str) -> Cleaned:
    emails = [same_mailbox(part) for part in (person.email or "").split(";") if "@" in part]
    phones = {number for part in (person.phone or "").split(";") if (number := to_e164(part.strip(), country))}
    return Cleaned(
        _folded(person.first_name), _folded(person.last_name), emails[0] if emails else None, tuple(sorted(phones)),
        _folded(person.company), _folded(person.street), _folded(person.city),
        (_folded(person.postcode) or "").replace(" ", "") or None,
    )  # fmt: skip


def _folded(text: str | None) -> str | None:
    return folded(text or "") or None
