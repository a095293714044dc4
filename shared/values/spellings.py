"""How else people write a name, a postcode or a company: what a look-up by equality has to ask for. Pure."""

import re
import unicodedata
from typing import Final

MOST_SPELLINGS: Final = 4
"""Of one name: more make a query long and find next to nobody."""
COMPANY_START: Final = 5
"""Letters that a company is looked up by: enough to tell companies apart, too few to reach a typo or `B.V.`."""

_PLAIN: Final = str.maketrans(
    {"ß": "ss", "ø": "o", "ł": "l", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "đ": "d", "ı": "i", "’": "'"}
)
_DIGRAPHS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "ß": "ss"})
_UMLAUTS: Final = (("ae", "ä"), ("oe", "ö"), ("ue", "ü"))
_ACCENT: Final = re.compile("[\u0300-\u036f]")
_SPLIT_POSTCODES: Final = (
    (re.compile(r"[0-9]{4}[a-z]{2}"), 4),
    (re.compile(r"[a-z]{1,2}[0-9][0-9a-z]?[0-9][a-z]{2}"), -3),
    (re.compile(r"[a-z][0-9][a-z][0-9][a-z][0-9]"), 3),
    (re.compile(r"[0-9]{5}"), 3),
)
"""Where people put a space in a postcode: 1234 AB (NL), SW1A 1AA (GB), K1A 0B1 (CA), 123 45 (SE, CZ, GR, SK)."""


def name_spellings(name: str) -> tuple[str, ...]:
    """In lower case, since Salesforce tells no case apart: as typed, Muller and Mueller for Müller, Müller for Mueller,
    Anne Marie for Anne-Marie."""
    typed = unicodedata.normalize("NFC", " ".join(name.lower().split()))
    with_umlauts = typed
    for digraph, umlaut in _UMLAUTS:
        with_umlauts = with_umlauts.replace(digraph, umlaut)
    spelled = (typed, plain(typed), plain(typed.translate(_DIGRAPHS)), with_umlauts, typed.replace("-", " "))
    return tuple(dict.fromkeys(one.strip() for one in spelled if one.strip()))[:MOST_SPELLINGS]


def plain(text: str) -> str:
    """Without accents; spaces and hyphens stay."""
    return _ACCENT.sub("", unicodedata.normalize("NFKD", text.lower().translate(_PLAIN)))


def postcode_spellings(postcode: str) -> tuple[str, ...]:
    typed = " ".join(postcode.lower().split())
    squeezed = typed.replace(" ", "")
    split = [f"{squeezed[:at]} {squeezed[at:]}" for shape, at in _SPLIT_POSTCODES if shape.fullmatch(squeezed)]
    return tuple(dict.fromkeys(one for one in (typed, squeezed, *split) if one))


def company_starts(company: str) -> tuple[str, ...]:
    """Nothing for a single letter, which every second company begins with."""
    start = unicodedata.normalize("NFC", " ".join(company.lower().split()))[:COMPANY_START].rstrip()
    return tuple(one for one in dict.fromkeys((start, plain(start).strip())) if len(one) > 1)
