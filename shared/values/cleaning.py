"""Text as people type it, made safe without losing a letter of anybody's name."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

_INVISIBLE: Final = re.compile(
    "[\x00\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufff9-\ufffb]"
)
"""NUL, zero-width and bidirectional controls. U+200C and U+200D stay: Persian and Indic names need them."""
_CONTROL: Final = re.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_LINE_OR_CONTROL: Final = re.compile("[\x01-\x1f\x7f-\x9f\u2028\u2029]")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_UNSEEN: Final = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf", "Mn", "Mc", "Me"})
_PARTICLES: Final = frozenset(
    {
        *("van", "de", "der", "den", "ten", "ter", "het", "op", "in", "te", "'t", "'n"),
        *(
            "von",
            "zu",
            "zum",
            "zur",
            "di",
            "da",
            "do",
            "dos",
            "das",
            "del",
            "della",
            "la",
            "le",
            "du",
            "y",
            "i",
            "af",
            "av",
        ),
    }
)


def storable(text: str) -> str:
    """NFC, without what no display shows and no store takes (lone surrogates become U+FFFD)."""
    if text.isascii() and text.isprintable():
        return text.strip()
    text = _SURROGATE.sub("\ufffd", text)
    text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text))
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def has_line_or_control(text: str) -> bool:
    """For one-line fields, after `storable`: a line break in a name or an e-mail address is an attack or a mistake."""
    return _LINE_OR_CONTROL.search(text) is not None


def without_control(text: str) -> str:
    """For fields of several lines: line breaks and tabs stay."""
    return _CONTROL.sub("", text)


def is_blank(text: str) -> bool:
    """Nothing to see: only spaces, joiners, control characters or accents without a letter."""
    return all(unicodedata.category(letter) in _UNSEEN for letter in text)


def one_line(text: str) -> str:
    return " ".join(text.split())


def cut(text: str, room: int) -> str:
    """At most `room` UTF-16 units, no letter in halves. Whether Salesforce counts these or code points isn't public;
    these are never fewer."""
    return text.encode("utf-16-le")[: room * 2].decode("utf-16-le", "ignore")


def tidy_name(name: str) -> str:
    """Gives a name typed in one case its capitals; a name with both cases is as its owner wants it."""
    name = one_line(name)
    letters = [letter for letter in name if letter.isalpha()]
    if len(letters) < 3 or not (name.islower() or name.isupper()):
        return name
    words = name.lower().split()
    # Turkish İ does not come back from lower case; a name of particles alone (VAN, LE VAN) is no Dutch one.
    if name.lower().upper() != name.upper() or all(_is_particle(word) for word in words):
        return name
    return " ".join(word if _is_particle(word) else _capitalised(word) for word in words)


def without_particles(name: str) -> str:
    """Of `van den Berg` what a list is sorted by. A name of particles alone stays whole."""
    words = name.replace("-", " ").split()
    return " ".join(word for word in words if not _is_particle(word.lower())) or name


def _is_particle(word: str) -> bool:
    return word.replace("’", "'") in _PARTICLES


def _capitalised(word: str) -> str:
    """Of a double name, `berg-de` becomes `Berg-de`."""
    first, *others = word.split("-")
    return "-".join([_initials(first), *(part if _is_particle(part) else _initials(part) for part in others)])


def _initials(part: str) -> str:
    """Capitals at the start, after the dot of an initial and after an apostrophe, but not in `'s` and `'t`."""
    return re.sub(r"(^|\.|(?<=\w)['’])(ij|\w)", lambda found: found[1] + _capital(found[2]), part)


def _capital(letter: str) -> str:
    """Title case, not upper case: Georgian has capitals that no name is written with."""
    capital = "IJ" if letter == "ij" else letter.title()
    return capital if len(capital) == len(letter) else letter


@lru_cache(maxsize=4096)
def folded(text: str) -> str:
    """For comparing, never for storing: no case, no accents, letters and digits only."""
    if text.isascii():
        return _NOT_PLAIN.sub("", text.lower())
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    plain = _ACCENT.sub("", decomposed)
    return "".join(letter for letter in plain if letter.isalnum() or unicodedata.category(letter)[0] == "M")


_NOT_PLAIN: Final = re.compile("[^a-z0-9]+")
_ACCENT: Final = re.compile("[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670\ufe00-\ufe0f]")
"""Accents, the optional vowel points of Hebrew and Arabic, and variation selectors. All other marks tell names
apart: vowels in Hindi and Thai, ka from ga in Japanese."""
_LETTERS: Final = str.maketrans({"ø": "o", "ł": "l", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "đ": "d", "ı": "i"})
"""Letters that Unicode does not take apart; casefold has already made ß into ss."""
