"""Phrases of those who sell by contact form: search engine ranking, crypto, casinos, pills, loans, leads.

Phrases that a seller uses and a customer hardly does: `guest post`, not `Google`. One is never enough.
"""

import re
from functools import cache
from pathlib import Path
from typing import Final

from shared.form.field import FieldType
from shared.spam.signs import Post, Sign
from shared.values.looks import plain

_LIST: Final = Path(__file__).parent / "data" / "offers.txt"
_WORD: Final = re.compile(r"[\w%]+")


def offers(post: Post) -> tuple[Sign, ...]:
    """As many times as there are different phrases; of two that share a word only the first, longer one."""
    words = _words("\n".join(post.typed(FieldType.NAME, FieldType.TEXT, FieldType.TEXTAREA)))
    phrases, found, place = _phrases(), set[tuple[str, ...]](), 0
    while place < len(words):
        here = next((one for one in phrases.get(words[place], ()) if words[place : place + len(one)] == one), None)
        if here:
            found.add(here)
        place += len(here or " ")
    return (Sign("offer", len(found)),) if found else ()


def _words(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(plain(text)))


@cache
def _phrases() -> dict[str, list[tuple[str, ...]]]:
    """By their first word, the longest first."""
    phrases: dict[str, list[tuple[str, ...]]] = {}
    for line in _LIST.read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            words = _words(line)
            phrases.setdefault(words[0], []).append(words)
    return {first: sorted(group, key=len, reverse=True) for first, group in phrases.items()}
