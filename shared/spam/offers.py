"""Phrases of those who sell by contact form: search engine ranking, crypto, casinos, pills, loans, leads.

Phrases that a seller uses and a customer hardly does: `guest post`, not `Google`. One is never enough.
"""

import re
from functools import cache
from pathlib import Path
from typing import Final

from shared.form.field import FieldType
from shared.spam.signs import Post, Sign

_LIST: Final = Path(__file__).parent / "data" / "offers.txt"


def offers(post: Post) -> tuple[Sign, ...]:
    """As many times as there are different phrases."""
    text = " ".join(" ".join(post.typed(FieldType.NAME, FieldType.TEXT, FieldType.TEXTAREA)).casefold().split())
    found = set(_phrases().findall(text))
    return (Sign("offer", len(found)),) if found else ()


@cache
def _phrases() -> re.Pattern[str]:
    lines = [line.strip() for line in _LIST.read_text("utf-8").splitlines()]
    phrases = sorted((line for line in lines if line and not line.startswith("#")), key=len, reverse=True)
    either = "|".join(re.escape(phrase) for phrase in phrases)
    return re.compile(rf"(?<!\w)(?:{either})(?!\w)")
