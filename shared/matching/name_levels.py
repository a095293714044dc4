"""How alike two people's names are. Symmetric."""

from functools import lru_cache
from typing import Final

from shared.matching import word_lists
from shared.matching.config import DIFFERENT, UNKNOWN, MatchConfig
from shared.matching.edits import are_alike, is_one_letter_off
from shared.matching.names import First, Last, Name

_VOWELS: Final = frozenset("aeiouy")


def name_levels(one: Name, other: Name, config: MatchConfig) -> tuple[str, str]:
    """Of the first and of the last names."""
    first = _first_level(one.first, other.first, config.similarity["first_name"])
    last = _last_level(one.last, other.last, config.similarity["last_name"])
    if first in {UNKNOWN, DIFFERENT} or last in {UNKNOWN, DIFFERENT}:
        swapped = _swapped(one, other, config)
        return (swapped, swapped) if swapped else (first, last)
    return first, last


def _swapped(one: Name, other: Name, config: MatchConfig) -> str:
    """First and last name in each other's place, or both in one field; `swapped_alike` with an error in one of them."""
    if _have_same_words(one, other):
        return "swapped"
    to = not one.first.spellings.isdisjoint(other.last.spellings)
    back = not one.last.spellings.isdisjoint(other.first.spellings)
    if to == back:
        return "swapped" if to else ""
    a, b = (one.family, other.given) if to else (one.given, other.family)
    return "swapped_alike" if are_alike("".join(a), "".join(b), config.similarity["last_name"]) else ""


def _have_same_words(one: Name, other: Name) -> bool:
    word = (one.first.words or one.last.words or ("",))[0]
    if word not in other.first.words and word not in other.last.words:
        return False
    return len(one.words) > 1 and one.words == other.words


# --- first names -------------------------------------------------------------------------------------------------


# Candidates were found by one name, and so most have the other in common with nobody: Jansens of all first names.
@lru_cache(maxsize=8192)
def _first_level(one: First, other: First, similarity: float) -> str:
    if not one.words or not other.words:
        return UNKNOWN
    if _are_initials(one.words) or _are_initials(other.words):
        return "initial" if _initials_fit(one.words, other.words) else DIFFERENT
    if not one.spellings.isdisjoint(other.spellings):
        return "exact"
    if _rest_fits(one.words, other.words) and _are_linked(one.words[0], other.words[0]):
        return "nickname"
    is_part = _is_part(one.words, other.words) or _is_part(other.words, one.words)
    return "subset" if is_part else _likeness(one.words, other.words, similarity)


def _likeness(one: tuple[str, ...], other: tuple[str, ...], similarity: float) -> str:
    """Of first names that nothing else links. `alike` are one wrong letter, and two names that one would mistake for
    each other: a human must look."""
    a, b = "".join(one), "".join(other)
    if not are_alike(a, b, similarity):
        return "alike" if is_one_letter_off(a, b) else DIFFERENT
    return "similar" if _is_typo_of_given(one, other) else "alike"


def _are_initials(words: tuple[str, ...]) -> bool:
    return max(map(len, words)) == 1


def _initials_fit(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Letter by letter, as far as both go. B. is Bill, and may be Robert, whom one calls Bob."""
    first, other_first = ({word[0], *(root[0] for root in _roots(word))} for word in (one[0], other[0]))
    return bool(first & other_first) and all(a[0] == b[0] for a, b in zip(one[1:], other[1:], strict=False))


@lru_cache(maxsize=4096)
def _roots(word: str) -> frozenset[str]:
    return word_lists.nickname_groups().get(word, frozenset())


def _are_linked(one: str, other: str) -> bool:
    return one == other or not _roots(one).isdisjoint(_roots(other))


def _rest_fits(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Of Jan Willem and Jan Peter, one is not the other; Jan W. may be Jan Willem."""
    if len(one) == 1 or len(other) == 1:
        return True
    return all(a == b or (a[0] == b[0] and 1 in (len(a), len(b))) for a, b in zip(one[1:], other[1:], strict=False))


def _is_part(part: tuple[str, ...], whole: tuple[str, ...]) -> bool:
    """Jan of Jan Willem, and Maria of Anna Maria: many are called by their second name."""
    return len(part) < len(whole) and all(word in whole for word in part)


def _is_typo_of_given(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Two names that both exist are two people, however alike: Marie is not Maria. So are two that nobody knows."""
    if len(one) > 1 or len(other) > 1:
        return False
    names = word_lists.given_names()
    if one[0][0] != other[0][0]:
        return False  # Jayden is not Kayden: few people mistype their first letter
    return (one[0] in names) != (other[0] in names) and not _other_ending(one[0], other[0])


def _other_ending(one: str, other: str) -> bool:
    """Martin and Martina, Zdenek and Zdenka: in most languages the end of a name tells him from her."""
    start = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    endings = one[start:], other[start:]
    return max(map(len, endings)) <= 2 and (not all(endings) or bool(set(endings[0] + endings[1]) & _VOWELS))


# --- last names --------------------------------------------------------------------------------------------------


@lru_cache(maxsize=8192)
def _last_level(one: Last, other: Last, similarity: float) -> str:
    if not one.core or not other.core:
        return UNKNOWN
    if not one.spellings.isdisjoint(other.spellings):
        return "exact"
    if len(one.core) == len(other.core) == 1:
        return "similar" if _is_typo_of_family(one.core[0], other.core[0], similarity) else DIFFERENT
    if set(one.core) < set(other.core) or set(other.core) < set(one.core):
        return "subset"
    if len(one.core) == len(other.core):
        pairs = [(a, b) for a, b in zip(one.core, other.core, strict=True) if a != b]
    else:
        pairs = [("".join(one.core), "".join(other.core))]
    return "similar" if all(_is_typo_of_family(a, b, similarity) for a, b in pairs) else DIFFERENT


def _is_typo_of_family(one: str, other: str, similarity: float) -> bool:
    """García López is not García Pérez: word by word."""
    return are_alike(one, other, similarity) or (is_one_letter_off(one, other) and one[0] == other[0])
