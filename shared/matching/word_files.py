"""Reads the matcher's word lists from data/."""

from pathlib import Path
from typing import Final

from shared.cleaning import folded

_DATA: Final = Path(__file__).parent / "data"


def lines_of(name: str) -> list[str]:
    return [line for line in (_DATA / name).read_text("utf-8").splitlines() if line and line[0] != "#"]


def keys(entries: list[str]) -> list[str]:
    """`folded` of each."""
    return _folded_each(entries, "\n") if entries else []


def folded_lines(*names: str, signs: str = "") -> list[str]:
    """In no order. `signs` are left in."""
    lines = [line for name in names for line in lines_of(name)]
    # Few lines have accents, and so the many letters with accents are looked for in a short text.
    plain = [line for line in lines if line.isascii()]
    accented = [line for line in lines if not line.isascii()]
    return [line for some in (plain, accented) if some for line in _folded_each(some, f"\n{signs}")]


def _folded_each(lines: list[str], signs: str) -> list[str]:
    """A call for each of thousands of words costs too much for a start: folds letter by letter of the alphabet."""
    text = "\n".join(lines).lower()
    for letter in set(text) - set(signs):
        if not (letter.isascii() and letter.isalnum()):
            text = text.replace(letter, folded(letter))
    return text.split("\n")


def keys_of(*names: str) -> frozenset[str]:
    return frozenset(folded_lines(*names))
