"""Names of people, taken apart for comparing: `Dr. Jan-Willem | van der Berg jr.` and `BERG, VAN DER` meet here."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from shared.cleaning import folded
from shared.matching import word_lists

_SEPARATORS: Final = re.compile(r"[\s\-‐‑–—/.,;_|()\"“”«»]+")
_PLAIN_WORD: Final = re.compile("[a-z0-9]+")
_UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "æ": "ae"})
"""How these are written where the keyboard has none: Müller is Mueller as well as Muller."""


@dataclass(frozen=True, slots=True)
class Name:
    """Folded words. `given` and `family` have no titles, no particles and no generation; either may be empty.

    `spellings` of each part are the whole part in one word, once for each way of writing its umlauts.
    """

    given: tuple[str, ...] = ()
    family: tuple[str, ...] = ()
    generation: str = ""
    given_spellings: frozenset[str] = frozenset()
    family_spellings: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()
    """All of both parts, particles too: in Vietnam, Le is a family."""


def read_name(first: str | None, last: str | None) -> Name:
    """Placeholders such as `n/a` and `test` are no names. A comma in the last name swaps what it parts."""
    given, generation = _words(first or "")
    family, last_generation = _words(_uncommaed(last or ""))
    particles = word_lists.particles()
    core = tuple(word for word in family if word not in particles) or family
    return Name(
        given=given,
        family=core,
        generation=generation or last_generation,
        given_spellings=_spellings(first or "", given),
        family_spellings=_spellings(last or "", family, core),
        words=frozenset(given + family),
    )


def _uncommaed(text: str) -> str:
    """`Berg, van der` is `van der Berg`."""
    before, comma, after = text.partition(",")
    is_swapped = comma and after.strip() and folded(after) not in word_lists.generations()
    return f"{after} {before}" if is_swapped else text


@lru_cache(maxsize=2048)
def _words(text: str) -> tuple[tuple[str, ...], str]:
    """Without titles before and after it and without its generation, unless nothing else is left."""
    words = _split(text)
    if not words or "".join(words) in word_lists.placeholder_names():
        return (), ""
    generation = word_lists.generations().get(words[-1], "") if words[-1] not in word_lists.particles() else ""
    kept = words[:-1] if generation and len(words) > 1 else words
    generation = generation if kept != words else ""
    start, end = 0, len(kept)
    while start < end - 1 and kept[start] in word_lists.titles():
        start += 1
    while end > start + 1 and kept[end - 1] in word_lists.suffix_titles():
        end -= 1
    return kept[start:end], generation


def _split(text: str) -> tuple[str, ...]:
    if text.isascii():
        return tuple(_PLAIN_WORD.findall(text.lower().replace("'", "")))
    return tuple(word for part in _SEPARATORS.split(text) if (word := folded(part)))


def _spellings(text: str, *parts: tuple[str, ...]) -> frozenset[str]:
    """Each part in one word, and again with its umlauts written out where the text has some."""
    plain = {"".join(part) for part in parts if part}
    if text.isascii():
        return frozenset(plain)
    spelt_out = text.casefold().translate(_UMLAUTS)
    if plain and spelt_out != text.casefold():
        words, _ = _words(_uncommaed(spelt_out))
        particles = word_lists.particles()
        plain |= {"".join(words), "".join(word for word in words if word not in particles) or "".join(words)}
    return frozenset(plain)
