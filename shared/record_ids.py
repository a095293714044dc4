"""Salesforce's record ids: 15 characters that tell upper from lower case, and 3 more that say which are upper. Pure."""

import re
from typing import Final

_SHAPE: Final = re.compile(r"[0-9A-Za-z]{15}(?:[0-9A-Za-z]{3})?", re.ASCII)
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def full_id(text: str) -> str | None:
    """The 18 characters that the API answers with; None for what is no id, a wrong checksum included."""
    if not _SHAPE.fullmatch(text):
        return None
    full = text[:15] + "".join(_letter(text[start : start + 5]) for start in (0, 5, 10))
    return full if text in {full, full[:15]} else None


def _letter(five: str) -> str:
    """One bit for each character, the first the lowest, set where it is upper case."""
    return _LETTERS[sum(1 << place for place, letter in enumerate(five) if "A" <= letter <= "Z")]
