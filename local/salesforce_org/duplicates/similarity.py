"""How much two texts are alike, from 0 to 100: the algorithms that Salesforce's matching rules name.

Salesforce documents the names of its algorithms, with an example or two, and not their code. Metaphone 3 and its table
of name variants are proprietary besides. What stands here is an approximation that gives the documented examples (in
the tests): `sounds` reduces a word about as double metaphone does, and `NAME_VARIANTS` holds a few first names.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

SAME = 100.0
DIFFERENT = 0.0

_WORD = re.compile(r"[^\W_]+")
_KEYBOARD = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_MISTYPED = 0.5  # what a neighbouring key costs, where any other letter costs 1

NAME_VARIANTS = tuple(
    frozenset(group.split())
    for group in (
        "anthony tony",
        "antonius anton ton toon",
        "catherine katherine kate kathy katie",
        "charles charlie chuck",
        "christopher chris",
        "cornelis cor kees",
        "daniel dan danny",
        "edward ed eddie ted",
        "elizabeth beth betty lisa liz",
        "hendrik henk",
        "james jim jimmy",
        "johannes hans jan johan",
        "john jack johnny",
        "joseph joe",
        "margaret maggie peggy",
        "michael mike",
        "richard dick rick",
        "robert bob bobby rob",
        "thomas tom",
        "wilhelmina mina willy",
        "willem wim",
        "william bill billy will",
    )
)


@lru_cache(maxsize=65_536)
def fold(text: str) -> str:
    """Lower case, no accents, and one space for whatever is no letter or digit."""
    plain = "".join(each for each in unicodedata.normalize("NFKD", text) if not unicodedata.combining(each))
    return " ".join(_WORD.findall(plain.lower()))


def exact(one: str, other: str) -> float:
    return SAME if one == other else DIFFERENT


def edit_distance(one: Sequence[str], other: Sequence[str]) -> int:
    """Insertions, deletions and replacements that turn one into the other."""
    row = list(range(len(other) + 1))
    for down, mine in enumerate(one, start=1):
        diagonal, row[0] = row[0], down
        for across, theirs in enumerate(other, start=1):
            diagonal, row[across] = (
                row[across],
                min(row[across] + 1, row[across - 1] + 1, diagonal + (mine != theirs)),
            )
    return row[-1]


def edited(one: Sequence[str], other: Sequence[str]) -> float:
    longest = max(len(one), len(other))
    return SAME * (1 - edit_distance(one, other) / longest) if longest else SAME


def mistyped(one: str, other: str) -> float:
    """Keyboard distance: letters in the wrong place cost less when their keys are neighbours."""
    if len(one) != len(other):
        return edited(one, other)
    cost = sum(_key_distance(mine, theirs) for mine, theirs in zip(one, other, strict=True))
    return SAME * (1 - cost / len(one)) if one else SAME


def _key_distance(one: str, other: str) -> float:
    if one == other:
        return 0
    return _MISTYPED if other in _NEIGHBOURS.get(one, "") else 1


def _neighbours() -> dict[str, str]:
    """Each key with those left, right, above and below it; a row stands half a key right of the one above."""
    places = {key: (row, column) for row, keys in enumerate(_KEYBOARD) for column, key in enumerate(keys)}
    return {
        key: "".join(
            other
            for other, (their_row, their_column) in places.items()
            if (their_row == row and abs(their_column - column) == 1)
            or (their_row == row - 1 and their_column - column in {0, 1})
            or (their_row == row + 1 and their_column - column in {0, -1})
        )
        for key, (row, column) in places.items()
    }


_NEIGHBOURS = _neighbours()


def jaro_winkler(one: str, other: str) -> float:
    if not one or not other:
        return DIFFERENT
    reach = max(len(one), len(other)) // 2 - 1
    taken = [False] * len(other)
    mine: list[str] = []
    for place, letter in enumerate(one):
        for there in range(max(0, place - reach), min(len(other), place + reach + 1)):
            if not taken[there] and other[there] == letter:
                taken[there] = True
                mine.append(letter)
                break
    if not mine:
        return DIFFERENT
    theirs = [letter for letter, is_taken in zip(other, taken, strict=True) if is_taken]
    swapped = sum(a != b for a, b in zip(mine, theirs, strict=True)) / 2
    common = len(mine)
    jaro = (common / len(one) + common / len(other) + (common - swapped) / common) / 3
    prefix = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return SAME * (jaro + min(prefix, 4) * 0.1 * (1 - jaro))


# In this order; each sound is one letter, with x for "sh" and 0 for the English "th".
_SOUNDS = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"^(?:kn|gn|pn)", "n"),
        (r"^wr", "r"),
        (r"^ps", "s"),
        (r"^x", "s"),
        (r"x", "ks"),
        (r"ij", "y"),
        (r"ph", "f"),
        (r"^gh", "k"),
        (r"gh", ""),
        (r"tch|sch|ch|sh", "x"),
        (r"th", "0"),
        (r"[cst]i(?=on)", "x"),
        (r"dg(?=[eiy])", "j"),
        (r"c(?=[eiy])", "s"),
        (r"ck|c|q", "k"),
        (r"g(?=[eiy])", "j"),
        (r"g", "k"),
        (r"z", "s"),
        (r"v", "f"),
        (r"b", "p"),
        (r"d", "t"),
        (r"^[aeiouy]", "a"),
        (r"(?<!^)[aeiouy]", ""),
        (r"[hw]", ""),
        (r"(.)\1+", r"\1"),
    )
)


@lru_cache(maxsize=65_536)
def sounds(word: str) -> str:
    """The consonants of a folded word as they sound, and an `a` for a vowel in front: `pnf` for benioff."""
    code = word.replace(" ", "")
    for pattern, sound in _SOUNDS:
        code = pattern.sub(sound, code)
    return code


def sounds_alike(one: str, other: str) -> float:
    return SAME if (code := sounds(one)) and code == sounds(other) else DIFFERENT


def initials(one: str, other: str) -> float:
    """Whether one first name is the initials of the other: J, or J.P., for Jan Peter."""
    if not (_is_initials(one) or _is_initials(other)):
        return DIFFERENT
    first, second = _first_letters(one), _first_letters(other)
    return SAME if first and second and (first.startswith(second) or second.startswith(first)) else DIFFERENT


def _is_initials(name: str) -> bool:
    return all(len(word) == 1 for word in name.split())


def _first_letters(name: str) -> str:
    return "".join(word[0] for word in name.split())


def name_variant(one: str, other: str) -> float:
    return SAME if any({one, other} <= group for group in NAME_VARIANTS) else DIFFERENT


def acronym(one: str, other: str) -> float:
    """Whether one is the first letters of the other's words: AMD for Advanced Micro Devices."""
    return SAME if _abbreviates(one, other) or _abbreviates(other, one) else DIFFERENT


def _abbreviates(short: str, long: str) -> bool:
    return " " not in short and " " in long and short == _first_letters(long)


_SYLLABLE = re.compile(r"[^aeiouy]*[aeiouy]+(?:[^aeiouy]*$|[^aeiouy](?=[^aeiouy]))?|[^aeiouy]+$")


@lru_cache(maxsize=65_536)
def _syllables(text: str) -> tuple[str, ...]:
    return tuple(sounds(syllable) for word in text.split() for syllable in _SYLLABLE.findall(word))


def syllables_alike(one: str, other: str) -> float:
    """Syllable alignment: the edit distance between the two as lists of syllables, each by its sound."""
    return edited(_syllables(one), _syllables(other))
