"""A street and house number as people type it, made comparable."""

import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from shared.matching.word_files import keys, keys_of, lines_of
from shared.values.cleaning import folded

_FLOORS = frozenset({"ii", "iii", "iv", "hs", "huis", "bg", "boven", "beneden"})
_ADDITIONS = frozenset({"bis", "ter", "quater"})
_ORDINALS = frozenset({"st", "nd", "rd", "th", "e", "er", "ere", "eme", "ste", "de", "º", "ª"})
_NUMBER_SIGNS = frozenset({"n", "no", "nr", "num", "numero", "nro", "nummer", "hausnummer", "huisnummer"})
_NO_NUMBER = frozenset({"sn", "zn"})
_PLAIN = re.compile(r"([a-z]{4,}(?: [a-z]{4,})*) ([1-9][0-9]*[a-z]?)")
"""How most people write it: read without looking for everything else that a line may hold. No short words, which may be
a floor or a number sign."""
_LINES = str.maketrans({",": "\n", ";": "\n", "\r": "\n", "\t": " "})


def street_key(street: str) -> tuple[str, str]:
    """The street's name and the house number with its addition (`("kerkstraat", "12a")`), each empty where there is
    none. The number may stand first or last. Flat, floor and door are left out; a postal box is ("postbox", number)."""
    if found := _PLAIN.fullmatch(street.casefold()):
        words = found[1].split(" ")
        if not any(word in _dwellings() for word in words) and "".join(words) not in _postboxes():
            return _name(words), found[2]
    lines = [words for line in street.translate(_LINES).split("\n") if (words := _words(line))]
    for words in lines:
        if box := _postbox(words):
            return "postbox", box
    words = _without_dwelling(_street_line(lines))
    name, number = _number_first(words) or _number_last(words) or (words, "")
    return _name(name), number


def _words(line: str) -> list[str]:
    words = [word for word in line.casefold().split() if folded(word) or word[0] == "#"]
    kept = [
        word
        for word, following in zip(words, [*words[1:], ""], strict=False)
        if not (folded(word) in _NUMBER_SIGNS and following[:1].isdigit())
    ]
    return kept[:-1] if len(kept) > 1 and folded(kept[-1]) in _NO_NUMBER else kept


def _postbox(words: list[str]) -> str:
    at = next((at for at, word in enumerate(words) if word[0].isdigit()), 0)
    digits = "".join(words[at:])
    return digits if folded("".join(words[:at])) in _postboxes() and digits.isdigit() else ""


def _street_line(lines: list[list[str]]) -> list[str]:
    """The line with street and number; a number on a line of its own belongs to the line before it or after it."""
    lines = [words for words in lines if not _is_dwelling(words)] or lines
    for at, words in enumerate(lines):
        if len(words) == 1 and words[0][0].isdigit():
            for beside in (at - 1, at + 1):
                if 0 <= beside < len(lines) and not any(word[0].isdigit() for word in lines[beside]):
                    return [*lines[beside], *words]
        elif any(word[0].isdigit() for word in words) and any(_is_name(word) for word in words):
            return words
    return lines[0] if lines else []


def _is_name(word: str) -> bool:
    return not word[0].isdigit() and len(folded(word)) > 1


def _is_dwelling(words: list[str]) -> bool:
    first = folded(words[0])
    return (first in _dwellings() and len(words) == 2) or (
        words[0][0].isdigit() and len(words) > 1 and all(_is_door(word) for word in words[1:])
    )


def _is_door(word: str) -> bool:
    plain = folded(word)
    return plain in _dwellings() or plain in _FLOORS or len(plain) == 1


def _without_dwelling(words: list[str]) -> list[str]:
    """`Flat 3 12 High Street` and `Kerkstraat 12 bus 3` without flat and box."""
    if len(words) > 3 and folded(words[0]) in _dwellings() and words[2][0].isdigit():
        words = words[2:]
    for at in range(2, len(words)):
        numbered = any(word[0].isdigit() for word in words[:at])
        named = any(_is_name(word) for word in words[:at])
        if numbered and named and (words[at][0] == "#" or _starts_dwelling(words, at)):
            before = words[:at]
            # `Storgatan 5 2 hg`: the floor's number stands in front of its word.
            return before[:-1] if at == len(words) - 1 and _numbers(before) > 1 and before[-1][0].isdigit() else before
    return words


def _starts_dwelling(words: list[str], at: int) -> bool:
    plain = folded(words[at])
    if len(plain) == 1 and words[at][-1] != ".":
        return False
    following = words[at + 1] if at + 1 < len(words) else ""
    return plain in _dwellings() and (not following or following[0].isdigit() or len(folded(following)) == 1)


def _numbers(words: list[str]) -> int:
    return sum(word[0].isdigit() for word in words)


def _number_first(words: list[str]) -> tuple[list[str], str] | None:
    if len(words) < 2 or not words[0][0].isdigit() or _is_ordinal(words[0]) or not any(map(_is_name, words[1:])):
        return None
    if len(words) > 2 and _is_addition(words[1]) and folded(words[1]) not in _words_anywhere():
        return words[2:], _number([words[0], words[1]])
    return words[1:], _number(words[:1])


def _number_last(words: list[str]) -> tuple[list[str], str] | None:
    """The last run of numbers, at most one word from the end."""
    last = next((at for at in range(len(words) - 1, 0, -1) if words[at][0].isdigit()), 0)
    first = last
    while first > 1 and words[first - 1][0].isdigit():
        first -= 1
    end = last + 1
    if end < len(words) and (_is_addition(words[end]) or folded(words[end]) in _FLOORS):
        end += 1
    if not last or len(words) - end > 1 or (end < len(words) and words[last][-1] == "."):
        return None
    return words[:first], _number(words[first:end])


def _is_ordinal(word: str) -> bool:
    return word.lstrip("0123456789") in _ORDINALS


def _is_addition(word: str) -> bool:
    plain = folded(word)
    return plain in _ADDITIONS or (len(plain) == 1 and plain.isalpha() and word[-1] not in "./")


def _number(words: list[str]) -> str:
    """`12-A`, `12 a` and `12a` are 12a; `12-3` and `12 3` are 12-3; a floor in Roman numbers is left out."""
    number = ""
    for piece in "-".join(words).replace("/", "-").split("-"):
        plain = folded(piece)
        if plain and not (number and plain in _FLOORS):
            number += f"-{plain}" if number and plain[0].isdigit() else plain
    return number


def _name(words: list[str]) -> str:
    return "".join(_street_word(folded(word), is_last=at == len(words)) for at, word in enumerate(words, 1))


def _street_word(word: str, *, is_last: bool) -> str:
    if is_last and word in _last_words():
        return _last_words()[word]
    if word in _words_anywhere():
        return _words_anywhere()[word]
    endings = _endings()
    cut = next((at for at in range(3, len(word) - 1) if word[at:] in endings), 0)
    return word[:cut] + endings[word[cut:]] if cut else word


# --- lists ---


def _street_rows(*places: str) -> dict[str, str]:
    rows = [line.split(",") for line in lines_of("street_words.csv")]
    rows = [row for row in rows if row[2] in places]
    return dict(zip(keys([row[0] for row in rows]), keys([row[1] for row in rows]), strict=True))


@cache
def street_words() -> Mapping[str, str]:
    """Street words, abbreviated and in full, to the form that they are compared by. `st` and a few others mean this
    only at the end of a street's name (`_last_words`)."""
    return MappingProxyType(_last_words() | _words_anywhere())


@cache
def _words_anywhere() -> dict[str, str]:
    return _street_rows("word")


@cache
def _last_words() -> dict[str, str]:
    return _street_rows("last")


@cache
def _endings() -> dict[str, str]:
    """Ends of longer words: `kerkstr` is `kerkstraat`."""
    return _street_rows("suffix")


@cache
def _dwellings() -> frozenset[str]:
    return keys_of("dwelling_words.txt")


@cache
def _postboxes() -> frozenset[str]:
    return keys_of("postbox_words.txt")
