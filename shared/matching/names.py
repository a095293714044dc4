"""Names of people, taken apart for comparing: `Dr. Jan-Willem | van der Berg jr.` and `BERG, VAN DER` meet here."""

import re
from functools import lru_cache
from typing import Final, NamedTuple

from shared.matching import word_lists
from shared.values.cleaning import folded

_SEPARATORS: Final = re.compile(r"[\s\-‐‑–—/.,;_|()\"“”«»]+")
_SEVERAL_PEOPLE: Final = re.compile(r"[&+/]")
_AND: Final = frozenset({"en", "und", "et", "y", "e", "and", "og", "och", "ja", "i"})
"""Between two first names, in the languages of the word lists."""
_FOR: Final = frozenset({"namens", "ouders", "ouder", "familie", "fam", "family", "parents", "eltern", "parent"})
"""Before the name of somebody else than who writes."""
_ANYWHERE: Final = frozenset({"jr", "jnr", "junior", "sr", "snr", "senior"})
"""Signs of a generation that are seldom anything else, wherever they stand."""
_GLUED: Final = 5
"""Letters of a word that `jr` may be written to."""
_PLAIN_WORD: Final = re.compile("[a-z0-9]+")
_UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "æ": "ae"})
"""How these are written where the keyboard has none: Müller is Mueller as well as Muller."""


class First(NamedTuple):
    """Folded words without titles, or none. `spellings` are all of them in one word, once for each way of writing its
    umlauts."""

    words: tuple[str, ...] = ()
    generation: str = ""
    spellings: frozenset[str] = frozenset()


class Last(NamedTuple):
    """As `First`; `core` are the words that aren't particles."""

    words: tuple[str, ...] = ()
    core: tuple[str, ...] = ()
    generation: str = ""
    spellings: frozenset[str] = frozenset()


class Name(NamedTuple):
    first: First = First()
    last: Last = Last()

    @property
    def given(self) -> tuple[str, ...]:
        return self.first.words

    @property
    def family(self) -> tuple[str, ...]:
        """Without particles."""
        return self.last.core

    @property
    def generation(self) -> str:
        return self.first.generation or self.last.generation

    @property
    def words(self) -> frozenset[str]:
        """All of both parts, particles too: in Vietnam, Le is a family."""
        return frozenset(self.first.words + self.last.words)


def read_name(first: str | None, last: str | None) -> Name:
    """Placeholders such as `n/a` and `test` are no names. A comma in the last name swaps what it parts."""
    name = Name(_first_name(first or ""), _last_name(last or ""))
    return Name() if "".join((*name.first.words, *name.last.words)) in word_lists.placeholder_names() else name


# Most candidates have one of their names in common: what is kept here is read once for all of them.
@lru_cache(maxsize=4096)
def _first_name(text: str) -> First:
    """A couple, or `Mevr.` alone, names nobody."""
    given, generation = _words(text)
    if len(given) == 1 and text.isalpha() and text.isascii():
        is_nobody = given[0] in word_lists.titles() or given[0] in _FOR
        return First() if is_nobody else First(given, generation, frozenset(given))
    if _SEVERAL_PEOPLE.search(text) or _AND.intersection(_split(text)[1:-1]) or _FOR.intersection(given[:1]):
        return First()
    if all(word in word_lists.titles() for word in given):
        given = ()
    return First(given, generation, _spellings(text, given))


@lru_cache(maxsize=4096)
def _last_name(text: str) -> Last:
    family, generation = _words(_uncommaed(text))
    if len(family) == 1 and text.isalpha() and text.isascii():
        return Last(family, family, generation, frozenset(family))
    core = _without_particles(family)
    return Last(family, core, generation, _spellings(text, family, core))


def _without_particles(words: tuple[str, ...]) -> tuple[str, ...]:
    particles = word_lists.particles()
    return tuple(word for word in words if word not in particles) or words


def _uncommaed(text: str) -> str:
    """`Berg, van der` is `van der Berg`."""
    before, comma, after = text.partition(",")
    is_swapped = comma and after.strip() and folded(after) not in word_lists.generations()
    return f"{after} {before}" if is_swapped else text


def _words(text: str) -> tuple[tuple[str, ...], str]:
    """Without titles before and after it and without its generation, unless nothing else is left."""
    words = _split(text)
    if not words or "".join(words) in word_lists.placeholder_names():
        return (), ""
    if len(words) == 1 and not words[0].endswith(("jr", "sr")):
        return words, ""
    start, end = 0, len(words)
    while start < end - 1 and words[start] in word_lists.titles():
        start += 1
    while end > start + 1 and words[end - 1] in word_lists.suffix_titles():
        end -= 1
    return _without_generation(words[start:end])


def _without_generation(words: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
    """`Jansen jr.`, `Jansen d. J.` and `Jansenjr`; `Jr. Jansen` as well, where the sign can mean nothing else."""
    generations = word_lists.generations()
    for size in (2, 1):
        sign = "".join(words[-size:])
        if len(words) > size and sign in generations and (size > 1 or sign not in word_lists.particles()):
            return words[:-size], generations[sign]
    if sign := next((word for word in words if word in _ANYWHERE), ""):
        rest = tuple(word for word in words if word != sign)
        return (rest, generations[sign]) if rest else (words, "")
    glued = words[-1]
    if len(glued) > _GLUED and glued.endswith(("jr", "sr")):
        return (*words[:-1], glued[:-2]), generations[glued[-2:]]
    return words, ""


def _split(text: str) -> tuple[str, ...]:
    if text.isascii():
        if text.isalpha():
            return (text.lower(),)
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
        plain |= {"".join(words), "".join(_without_particles(words))}
    return frozenset(plain)
