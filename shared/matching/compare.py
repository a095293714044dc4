"""How alike two people are, field by field: the levels that the configuration gives bits for. Symmetric."""

import re
from collections.abc import Callable, Mapping
from itertools import product
from typing import Final

from jellyfish import damerau_levenshtein_distance

from shared.matching.config import DIFFERENT, UNKNOWN, MatchConfig
from shared.matching.edits import are_alike, is_one_edit_off
from shared.matching.facts import Facts, Mailbox, Number
from shared.matching.name_levels import name_levels
from shared.values.cleaning import folded

FIELDS: Final = ("first_name", "last_name", "email", "phone", "company", "street", "city", "postcode")
NAMES_DIFFER: Final = frozenset({"first_names_differ", "last_names_differ"})
"""Both switched on, nothing could come of whoever has another first name and another last name."""
_WORK_AND_PLACE: Final = FIELDS[4:]
_SIGNS: Final = re.compile("[._-]")
_TAIL: Final = 7
"""Digits at the end that two spellings of a number share, with and without country and area code."""
_LOCAL: Final = 5
_LONG_LOCAL: Final = 10
"""Characters of an address from which on two wrong ones are still an error."""


class Levels(dict[str, str]):
    """A level for each of FIELDS, `unknown` where either lacks it.

    Ask by field: all but the names is compared when first asked for, since of most candidates the names say enough.

    Unless `in_full`, work and place of somebody whose first and last name differ are left unknown: where those two
    are guards, nothing could come of it.
    """

    __slots__ = ("_asked", "_is_over")

    def __init__(self, one: Facts, other: Facts, config: MatchConfig, *, in_full: bool = True) -> None:
        super().__init__(one.untold)
        self["first_name"], self["last_name"] = first, last = name_levels(one.name, other.name, config)
        self._asked = one, other, config
        self._is_over = first == last == DIFFERENT and not in_full and config.guards >= NAMES_DIFFER

    def __missing__(self, field: str) -> str:
        if self._is_over and field in _WORK_AND_PLACE:
            return UNKNOWN
        one, other, config = self._asked
        level = self[field] = _LEVELS[field](one, other, config) if getattr(other.person, field) else UNKNOWN
        return level


def _best[T](
    ones: tuple[T, ...], others: tuple[T, ...], level: Callable[[T, T], str], field: str, config: MatchConfig
) -> str:
    """Who has several is known by the one that agrees best."""
    if not ones or not others:
        return UNKNOWN
    if len(ones) == len(others) == 1:
        return level(ones[0], others[0])
    bits = config.bits[field]
    return max((level(one, other) for one, other in product(ones, others)), key=bits.__getitem__)


def _city_level(one: str, other: str, config: MatchConfig) -> str:
    if not one or not other:
        return UNKNOWN
    if one == other:
        return "exact"
    return "close" if are_alike(one, other, config.similarity["city"]) else DIFFERENT


def _postcode_level(one: str, other: str) -> str:
    if not one or not other:
        return UNKNOWN
    if one == other:
        return "exact"
    return "close" if damerau_levenshtein_distance(one, other) == 1 else DIFFERENT


# --- e-mail and phone -------------------------------------------------------------------------------------------


def _mailbox_level(one: Mailbox, other: Mailbox) -> str:
    if one.local == other.local and one.domain == other.domain:
        return "exact" if one.is_personal else "role"
    alike = _alike_address(one, other)
    # Whose a mailbox is takes longer to say than all the rest.
    if alike and one.is_personal and other.is_personal:
        return alike
    if one.domain == other.domain and not one.is_free:
        return "company_domain"
    return DIFFERENT


def _alike_address(one: Mailbox, other: Mailbox) -> str:
    """`typo` where an error is likelier than another person, `close` where it isn't."""
    if one.domain == other.domain and _is_misspelt(one.local, other.local):
        return "close" if _differ_by_design(one.local, other.local) else "typo"
    if folded(one.local) == folded(other.local) and _is_misspelt(one.domain, other.domain):
        # Everybody knows how gmail.com is written, but not which of fda.gov and fha.gov was meant.
        if one.is_free != other.is_free:
            return "typo"
        return "" if one.is_free else "close"
    is_same = one.local == other.local and len(one.local) >= _LOCAL and not one.local.isdigit()
    return "same_local" if is_same else ""


def _is_misspelt(one: str, other: str) -> bool:
    """A wrong digit or first letter is another person more often than an error, and so is a dot more or less."""
    shorter = min(len(one), len(other))
    if shorter < _LOCAL or one[0] != other[0] or _digits(one) != _digits(other) or folded(one) == folded(other):
        return False
    return damerau_levenshtein_distance(one, other) <= (2 if shorter >= _LONG_LOCAL else 1)


def _differ_by_design(one: str, other: str) -> bool:
    """maria.p.garcia@ and maria.l.garcia@, r.smit@ and rob.smit@, jansena@ and jansenb@ may be two people."""
    if abs(len(one) - len(other)) > 1 or (len(one) == len(other) and one[:-1] == other[:-1]):
        return True
    parts = zip(_SIGNS.split(one), _SIGNS.split(other), strict=False)
    return any(a != b and 1 in (len(a), len(b)) for a, b in parts)


def _digits(text: str) -> str:
    return "".join(letter for letter in text if letter.isdigit())


def _number_level(one: Number, other: Number) -> str:
    tail, other_tail = one.digits[-_TAIL:], other.digits[-_TAIL:]
    if tail == other_tail:
        # Only numbers that end alike are worth libphonenumber's time.
        if not _is_same_number(one, other):
            return DIFFERENT
        return "landline" if one.is_landline or other.is_landline else "exact"
    return "close" if is_one_edit_off(one.digits[-_TAIL - 1 :], other.digits[-_TAIL - 1 :]) else DIFFERENT


def _is_same_number(one: Number, other: Number) -> bool:
    if one.digits == other.digits and one.region == other.region:
        return True
    return one.e164 is not None and one.e164 == other.e164


# --- work and place ---------------------------------------------------------------------------------------------


def _company_level(one: tuple[str, ...], other: tuple[str, ...], config: MatchConfig) -> str:
    if not one or not other:
        return UNKNOWN
    a, b = "".join(one), "".join(other)
    if a == b or set(one) == set(other):
        return "exact"
    is_part = set(one) < set(other) or set(other) < set(one)
    return "close" if is_part or are_alike(a, b, config.similarity["company"]) else DIFFERENT


def _street_level(one: Facts, other: Facts, config: MatchConfig) -> str:
    if not one.person.street or not other.person.street:
        return UNKNOWN
    if _postcode_level(one.postcode, other.postcode) == _city_level(one.city, other.city, config) == DIFFERENT:
        return DIFFERENT  # a Dorpsstraat 1 is in every town
    return _street_key_level(one.street, other.street, config)


def _street_key_level(one: tuple[str, str], other: tuple[str, str], config: MatchConfig) -> str:
    if not one[0] or not other[0]:
        return UNKNOWN
    is_same = one[0] == other[0]
    if not is_same and not are_alike(one[0], other[0], config.similarity["street"]):
        return DIFFERENT
    if one[1] == other[1]:
        return "exact" if is_same else "close"
    return "same_street" if one[1] and other[1] else "close"


_LEVELS: Final[Mapping[str, Callable[[Facts, Facts, MatchConfig], str]]] = {
    "email": lambda one, other, config: _best(one.mailboxes, other.mailboxes, _mailbox_level, "email", config),
    "phone": lambda one, other, config: _best(one.numbers, other.numbers, _number_level, "phone", config),
    "company": lambda one, other, config: _company_level(one.company, other.company, config),
    "street": _street_level,
    "city": lambda one, other, config: _city_level(one.city, other.city, config),
    "postcode": lambda one, other, _: _postcode_level(one.postcode, other.postcode),
}
