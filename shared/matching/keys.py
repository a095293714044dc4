"""Blocking keys: what two people must have in common to be compared at all, since nobody compares with a whole org."""

import re
from dataclasses import replace
from typing import Final

from shared.matching.person import Person
from shared.values.cleaning import folded
from shared.values.countries import country_code
from shared.values.email_address import same_mailbox
from shared.values.phone import to_e164
from shared.values.spellings import COMPANY_START, name_spellings

KINDS: Final = ("email", "phone", "full_name", "name_and_postcode", "name_and_company")
_DIGRAPH: Final = re.compile("[aou]e", re.IGNORECASE)
"""What a name without accents may be written with: Mueller is Müller as well."""
_TAIL: Final = 6
"""Digits at the end that all spellings of a number share, and a few numbers more."""
type Keys = frozenset[tuple[str, str]]
"""Kinds with values."""


def keys_of(person: Person, country: str) -> Keys:
    """What a look-up finds this person by. `country` reads phone numbers without a country code."""
    keys = [("email", same_mailbox(address)) for address in several(person.email)]
    region = country_code(person.country) or country if person.country else country
    keys += [("phone", number) for text in several(person.phone) if (number := to_e164(text, region))]
    firsts, lasts = _folded_spellings(person.first_name), _folded_spellings(person.last_name)
    pairs = [sorted((first, last)) for first in firsts for last in lasts]
    keys += [("full_name", " ".join(pair)) for pair in pairs]
    # Either name will do: the other may be mistyped, or in the wrong box.
    if postcode := folded(person.postcode or ""):
        keys += [("name_and_postcode", f"{name} {postcode}") for name in firsts | lasts]
    if company := folded(person.company or "")[:COMPANY_START]:
        keys += [("name_and_company", f"{name} {company}") for name in firsts | lasts]
    return frozenset(keys)


def _end_alike(one: str | None, other: str | None) -> bool:
    ends = ({_digits(text)[-_TAIL:] for text in several(phones)} for phones in (one, other))
    return not next(ends).isdisjoint(next(ends))


def _digits(text: str) -> str:
    return "".join(letter for letter in text if letter.isdigit())


def several(text: str | None) -> list[str]:
    """At most five, of the first 500 characters: as many as are compared."""
    return [part.strip() for part in (text or "")[:500].replace("\n", ";").split(";") if part.strip()][:5]


def _folded_spellings(name: str | None) -> set[str]:
    text = (name or "")[:200]
    if text.isascii() and not _DIGRAPH.search(text):
        return {spelling} if (spelling := folded(text)) else set()
    return {spelling for one in name_spellings(text) if (spelling := folded(one))}


def shared_keys(one: Person, other: Person, *, country: str = "NL") -> tuple[str, ...]:
    """The kinds of the keys that both have. `country` (ISO) reads phone numbers without a country code."""
    if not _end_alike(one.phone, other.phone):
        one, other = replace(one, phone=None), replace(other, phone=None)  # reading them takes longer than all else
    in_common = {kind for kind, _ in keys_of(one, country) & keys_of(other, country)}
    return tuple(kind for kind in KINDS if kind in in_common)
