"""Reads the matcher's word lists from data/."""

from pathlib import Path
from typing import Final

from shared.cleaning import folded

_DATA: Final = Path(__file__).parent / "data"


def lines_of(name: str) -> list[str]:
    return [line for line in (_DATA / name).read_text("utf-8").splitlines() if line and line[0] != "#"]


def keys(entries: list[str]) -> list[str]:
    """`folded` of each. Plain entries need no work, and of the others each letter is folded once: a call for each of
    thousands costs too much for a start."""
    other = [entry for entry in entries if not (entry.isascii() and entry.isalnum())]
    text = "\n".join(other)
    letters = {ord(letter): folded(letter) for letter in set(text) - {"\n"}}
    known = dict(zip(other, text.translate(letters).split("\n"), strict=True)) if other else {}
    return [known[entry] if entry in known else entry.lower() for entry in entries]


def keys_of(*names: str) -> frozenset[str]:
    return frozenset(keys([line for name in names for line in lines_of(name)]))
