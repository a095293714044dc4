"""What a person's raw text says, made comparable once. Values that say nothing are left out."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from shared.matching import word_lists
from shared.matching.config import UNKNOWN
from shared.matching.names import read_name
from shared.matching.person import Person
from shared.values import phone
from shared.values.cleaning import folded
from shared.values.countries import country_code
from shared.values.email_address import same_mailbox

_NO_DIGIT: Final = re.compile(r"\D+")
_COMPARED: Final = ("email", "phone", "company", "street", "city", "postcode")
_MOST: Final = 5
"""E-mail addresses or numbers of one field that are compared."""
_REMARK: Final = re.compile(r"\([^\d()]*\)|[^\W\d_]+\.?")
"""`(privé)` or `M` beside a number."""
_LEAST_DIGITS: Final = 7
"""Fewer is no number of the public network, or one without its area."""
_COUNTING: Final = "012345678901234567890 098765432109876543210"
_LONGEST: Final = 500
"""Characters of one field that are read: hostile texts must not cost time."""


class Mailbox(NamedTuple):
    """`is_free`: anybody can have an address in this domain."""

    local: str
    domain: str
    is_free: bool

    @property
    def is_personal(self) -> bool:
        """Neither a team's nor a family's."""
        return _is_personal(self.local)


class Number(NamedTuple):
    """A phone number as it was written, in digits, and the region in which it was (ISO)."""

    text: str
    digits: str
    region: str

    @property
    def e164(self) -> str | None:
        return _e164(self.text, self.region)

    @property
    def is_landline(self) -> bool:
        """A household's or a company's, not one person's; so may be what no phone plan knows."""
        return _is_landline(self.e164) if self.e164 else True


class Facts:
    """Empty where unknown. Read when first asked for, but for the name: of somebody with quite another name, most is
    never asked. What records have in common is read once for all of them."""

    __slots__ = ("_untold", "country", "id", "name", "person")

    def __init__(self, person: Person, country: str) -> None:
        """`country` (ISO) is where numbers without a country code are, unless the person's own is known."""
        self.person = person
        self.country = country
        self.id = person.id
        self.name = read_name(_cut(person.first_name), _cut(person.last_name))
        self._untold: dict[str, str] | None = None

    @property
    def untold(self) -> Mapping[str, str]:
        """The level of each field that the person left out, whoever it is compared with."""
        if self._untold is None:
            self._untold = {field: UNKNOWN for field in _COMPARED if not getattr(self.person, field)}
        return self._untold

    @property
    def mailboxes(self) -> tuple[Mailbox, ...]:
        return _mailboxes(self.person.email) if self.person.email else ()

    @property
    def numbers(self) -> tuple[Number, ...]:
        if not self.person.phone:
            return ()
        own = _country(_cut(self.person.country)) if self.person.country else None
        return _numbers(self.person.phone, own or self.country)

    @property
    def company(self) -> tuple[str, ...]:
        return _company(self.person.company) if self.person.company else ()

    @property
    def street(self) -> tuple[str, str]:
        """Its name and the house number."""
        return _street(self.person.street) if self.person.street else ("", "")

    @property
    def city(self) -> str:
        return folded(_cut(self.person.city))

    @property
    def postcode(self) -> str:
        return folded(_cut(self.person.postcode))


@lru_cache(maxsize=2048)
def _mailboxes(text: str) -> tuple[Mailbox, ...]:
    return tuple([box for part in _several(text) if (box := _mailbox(part))])


@lru_cache(maxsize=2048)
def _numbers(text: str, region: str) -> tuple[Number, ...]:
    return tuple([number for part in _several(text) if (number := _number(part, region))])


@lru_cache(maxsize=2048)
def _company(text: str) -> tuple[str, ...]:
    plain = folded(_cut(text))
    says_nothing = not plain or plain in word_lists.placeholder_companies()
    return () if says_nothing else word_lists.company_core(_cut(text))


@lru_cache(maxsize=2048)
def _street(text: str) -> tuple[str, str]:
    return word_lists.street_key(_cut(text))


def _cut(text: str | None) -> str:
    return (text or "")[:_LONGEST]


def _several(text: str) -> list[str]:
    return [part.strip() for part in text[:_LONGEST].replace("\n", ";").split(";") if part.strip()][:_MOST]


def _mailbox(text: str) -> Mailbox | None:
    local, at, domain = same_mailbox(text).rpartition("@")
    if not at or not local or not domain:
        return None
    if local in word_lists.placeholder_mailboxes() or domain in word_lists.placeholder_domains():
        return None
    return Mailbox(local, domain, is_free=domain in word_lists.free_mail_domains())


def _number(text: str, region: str) -> Number | None:
    text = _REMARK.sub("", text).strip()
    digits = _NO_DIGIT.sub("", text)
    if len(digits) < _LEAST_DIGITS or _is_made_up(digits[-_LEAST_DIGITS - 1 :]):
        return None
    return Number(text, digits, region)


def _is_made_up(end: str) -> bool:
    """Of the last eight digits: 11111111, 11112222, 11223344, 12121212, 12312312, 87654321 and 12341234, seven of them
    at least; real numbers are so one time in two thousand."""
    first, last = end[:_LEAST_DIGITS], end[-_LEAST_DIGITS:]
    if len(set(end)) <= 2 or end[0::2] == end[1::2]:
        return True
    if end[3:] == end[:-3] or first[2:] == first[:-2] or last[2:] == last[:-2]:
        return True
    return _is_counted(first) or _is_counted(last)


def _is_counted(digits: str) -> bool:
    """Up or down, three digits or more at a time; after 9 comes 0."""
    while digits:
        if len(digits) < 3 or digits[:3] not in _COUNTING:
            return False
        run = next(size for size in range(len(digits), 2, -1) if digits[:size] in _COUNTING)
        digits = digits[run:]
    return True


@lru_cache(maxsize=512)
def _country(text: str) -> str | None:
    return country_code(text)


@lru_cache(maxsize=2048)
def _is_personal(local: str) -> bool:
    return not (word_lists.is_role_mailbox(local) or word_lists.is_household_mailbox(local))


@lru_cache(maxsize=2048)
def _e164(text: str, region: str) -> str | None:
    return phone.to_e164(text, region)


@lru_cache(maxsize=2048)
def _is_landline(e164: str) -> bool:
    return phone.may_be_landline(e164)
