"""How alike two people are, field by field: the levels that the configuration gives bits for. Symmetric."""

from collections.abc import Callable, Mapping
from itertools import product
from typing import Final

from jellyfish import damerau_levenshtein_distance, jaro_winkler_similarity

from shared.cleaning import folded
from shared.matching import word_lists
from shared.matching.config import MatchConfig
from shared.matching.facts import Facts, Mailbox, Number
from shared.matching.names import Name

_VOWELS: Final = frozenset("aeiouy")
UNKNOWN: Final = "unknown"
DIFFERENT: Final = "different"
FIELDS: Final = ("first_name", "last_name", "email", "phone", "company", "street", "city", "postcode")
_WORK_AND_PLACE: Final = FIELDS[4:]
_TAIL: Final = 7
"""Digits at the end that two spellings of a number share, with and without country and area code."""
_WORD: Final = 4
"""Letters from which on one wrong letter is a typing error and not another word."""
_LOCAL: Final = 5
_LONG_LOCAL: Final = 10
"""Characters of an address from which on two wrong ones are still an error."""


class Levels(dict[str, str]):
    """A level for each of FIELDS, `unknown` where either lacks it.

    Ask by field: all but the names is compared when first asked for, since of most candidates the names say enough.

    Unless `in_full`, work and place of somebody whose first and last name differ are left unknown: where those two
    are guards, nothing could come of it.
    """

    def __init__(self, one: Facts, other: Facts, config: MatchConfig, *, in_full: bool = True) -> None:
        first, last = name_levels(one.name, other.name, config)
        super().__init__(first_name=first, last_name=last)
        if first == last == DIFFERENT and not in_full:
            self.update(dict.fromkeys(_WORK_AND_PLACE, UNKNOWN))
        self._asked = one, other, config

    def __missing__(self, field: str) -> str:
        level = self[field] = _LEVELS[field](*self._asked)
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


# --- names ------------------------------------------------------------------------------------------------------


def name_levels(one: Name, other: Name, config: MatchConfig) -> tuple[str, str]:
    """Of the first and of the last names."""
    first = _given_level(one, other, config)
    last = _family_level(one, other, config)
    if (first in {UNKNOWN, DIFFERENT} or last in {UNKNOWN, DIFFERENT}) and _is_swapped(one, other):
        return "swapped", "swapped"
    return first, last


def _is_swapped(one: Name, other: Name) -> bool:
    """First and last name in each other's place, or both in one field. Never by likeness: Tim Jansen is not Tom."""
    if len(one.words) > 1 and one.words == other.words:
        return True
    return bool(one.given_spellings & other.family_spellings) and bool(one.family_spellings & other.given_spellings)


def _given_level(one: Name, other: Name, config: MatchConfig) -> str:
    if not one.given or not other.given:
        return UNKNOWN
    if _are_initials(one.given) or _are_initials(other.given):
        return "initial" if _initials_fit(one.given, other.given) else DIFFERENT
    if one.given_spellings & other.given_spellings:
        return "exact"
    if _rest_fits(one.given, other.given) and _are_linked(one.given[0], other.given[0]):
        return "nickname"
    if _is_part(one.given, other.given) or _is_part(other.given, one.given):
        return "subset"
    return _likeness(one, other, config)


def _likeness(one: Name, other: Name, config: MatchConfig) -> str:
    """Of first names that nothing else links."""
    if _is_typo_of_given(one, other, config.similarity["first_name"]):
        return "similar"
    return "alike" if nearly_same_given(one, other, config) else DIFFERENT


def _are_initials(given: tuple[str, ...]) -> bool:
    return all(len(word) == 1 for word in given)


def _initials_fit(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Letter by letter, as far as both go. B. is Bill, and may be Robert, whom one calls Bob."""
    first, other_first = ({word[0], *(root[0] for root in _roots(word))} for word in (one[0], other[0]))
    return bool(first & other_first) and all(a[0] == b[0] for a, b in zip(one[1:], other[1:], strict=False))


def _roots(word: str) -> frozenset[str]:
    return word_lists.nickname_groups().get(word, frozenset())


def _are_linked(one: str, other: str) -> bool:
    return one == other or bool(_roots(one) & _roots(other))


def _rest_fits(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Of Jan Willem and Jan Peter, one is not the other; Jan W. may be Jan Willem."""
    rest, other_rest = one[1:], other[1:]
    if not rest or not other_rest:
        return True
    return all(a == b or (a[0] == b[0] and 1 in (len(a), len(b))) for a, b in zip(rest, other_rest, strict=False))


def _is_part(part: tuple[str, ...], whole: tuple[str, ...]) -> bool:
    """Jan of Jan Willem, and Maria of Anna Maria: many are called by their second name."""
    return set(part) < set(whole)


def _is_typo_of_given(one: Name, other: Name, similarity: float) -> bool:
    """Two names that both exist are two people, however alike: Marie is not Maria. So are two that nobody knows."""
    if len(one.given) > 1 or len(other.given) > 1:
        return False
    a, b = one.given[0], other.given[0]
    known = {word in word_lists.given_names() for word in (a, b)}
    return known == {True, False} and are_alike(a, b, similarity) and not _other_ending(a, b)


def _other_ending(one: str, other: str) -> bool:
    """Martin and Martina, Zdenek and Zdenka: in most languages the end of a name tells him from her."""
    start = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    endings = one[start:], other[start:]
    return max(map(len, endings)) <= 2 and (not all(endings) or bool(set(endings[0] + endings[1]) & _VOWELS))


def are_alike(one: str, other: str, similarity: float) -> bool:
    if min(len(one), len(other)) < _WORD:
        return False
    return one == other or _is_one_edit_off(one, other) or jaro_winkler_similarity(one, other) >= similarity


def _is_one_edit_off(one: str, other: str) -> bool:
    """Of words of three letters or more. One letter wrong, missing or in its neighbour's place leaves the first or the
    last letter as it is (where each character is a letter): most words differ in both, and need no counting."""
    is_far = abs(len(one) - len(other)) > 1 or (one[0] != other[0] and one[-1] != other[-1])
    if is_far and one.isascii() and other.isascii():
        return False
    return damerau_levenshtein_distance(one, other) == 1


def nearly_same_given(one: Name, other: Name, config: MatchConfig) -> bool:
    """One wrong letter, or two names that one would mistake for each other: a human must look."""
    a, b = "".join(one.given), "".join(other.given)
    return are_alike(a, b, config.similarity["first_name"]) or _is_one_letter_off(a, b)


def _is_one_letter_off(one: str, other: str) -> bool:
    """Of words too short to say it of without a second look."""
    return min(len(one), len(other)) == _WORD - 1 and _is_one_edit_off(one, other)


def _family_level(one: Name, other: Name, config: MatchConfig) -> str:
    if not one.family or not other.family:
        return UNKNOWN
    if one.family_spellings & other.family_spellings:
        return "exact"
    if set(one.family) < set(other.family) or set(other.family) < set(one.family):
        return "subset"
    if len(one.family) == len(other.family):
        pairs = [(a, b) for a, b in zip(one.family, other.family, strict=True) if a != b]
    else:
        pairs = [("".join(one.family), "".join(other.family))]
    return "similar" if all(_is_typo_of_family(a, b, config) for a, b in pairs) else DIFFERENT


def _is_typo_of_family(one: str, other: str, config: MatchConfig) -> bool:
    """García López is not García Pérez: word by word."""
    return are_alike(one, other, config.similarity["last_name"]) or (
        _is_one_letter_off(one, other) and one[0] == other[0]
    )


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
    if _is_typo_of_address(one, other):
        return "typo"
    is_same = one.local == other.local and len(one.local) >= _LOCAL and not one.local.isdigit()
    return "same_local" if is_same else ""


def _is_typo_of_address(one: Mailbox, other: Mailbox) -> bool:
    """A wrong digit or first letter is another person more often than an error, and so is a dot more or less."""
    if one.domain == other.domain:
        a, b = one.local, other.local
    elif folded(one.local) == folded(other.local) and not (one.is_free and other.is_free):
        a, b = one.domain, other.domain
    else:
        return False
    if min(len(a), len(b)) < _LOCAL or a[0] != b[0] or _digits(a) != _digits(b) or folded(a) == folded(b):
        return False
    return damerau_levenshtein_distance(a, b) <= (2 if min(len(a), len(b)) >= _LONG_LOCAL else 1)


def _digits(text: str) -> str:
    return "".join(letter for letter in text if letter.isdigit())


def _number_level(one: Number, other: Number) -> str:
    tail, other_tail = one.digits[-_TAIL:], other.digits[-_TAIL:]
    if tail == other_tail:
        # Only numbers that end alike are worth libphonenumber's time.
        if not _is_same_number(one, other):
            return DIFFERENT
        return "landline" if one.is_landline or other.is_landline else "exact"
    return "close" if _is_one_edit_off(one.digits[-_TAIL - 1 :], other.digits[-_TAIL - 1 :]) else DIFFERENT


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


def _street_level(one: tuple[str, str], other: tuple[str, str], config: MatchConfig) -> str:
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
    "street": lambda one, other, config: _street_level(one.street, other.street, config),
    "city": lambda one, other, config: _city_level(one.city, other.city, config),
    "postcode": lambda one, other, _: _postcode_level(one.postcode, other.postcode),
}
