"""Reads the matcher's word lists: all of them, folded, in the one file that `make word-lists` makes of them."""

from functools import cache
from pathlib import Path
from typing import Final

from shared.values.cleaning import folded

FOLDED: Final = Path(__file__).parent / "data" / "word_lists.folded"


def lines_of(name: str) -> list[str]:
    """Of the list in data/ of that name, with or without its ending. Raises KeyError where there is none."""
    return _lists()[name.partition(".")[0]].split("\n")


def keys_of(*names: str) -> frozenset[str]:
    return frozenset[str]().union(*map(lines_of, names))


def values_of(name: str) -> dict[str, str]:
    """Of a list with lines `key:value`."""
    words = _lists()[name].replace("\n", ":").split(":")
    return dict(zip(words[::2], words[1::2], strict=True))


def keys(entries: list[str]) -> list[str]:
    """`folded` of each."""
    return [folded(entry) for entry in entries]


@cache
def _lists() -> dict[str, str]:
    _, *lists = FOLDED.read_text("utf-8").removesuffix("\n").split("\n\n[")
    return {name: lines for name, _, lines in (one.partition("]\n") for one in lists)}
