"""Names that a machine drew: `WxYzQkLm`. Only what no language writes; McDonald, VanDenBerg and Krzysztof pass."""

import re
from typing import Final

from shared.form.field import FieldType
from shared.spam.signs import Post, Sign

_WORD: Final = re.compile(r"[A-Za-z]{7,40}")
_HUMP: Final = re.compile(r"[A-Z]+[a-z]*|[a-z]+")
_VOWEL: Final = re.compile(r"[aeiouyAEIOUY]")


def random_letters(post: Post) -> tuple[Sign, ...]:
    """Single words only: of names, of companies, and messages of one word."""
    typed = post.typed(FieldType.NAME, FieldType.TEXT, FieldType.TEXTAREA)
    times = sum(_is_drawn(text.strip()) for text in typed)
    return (Sign("random_letters", times),) if times else ()


def _is_drawn(word: str) -> bool:
    """Three pieces or more that each begin with capitals, and two of them without a vowel or of one letter."""
    if not _WORD.fullmatch(word):
        return False
    pieces = _HUMP.findall(word)
    odd = sum(len(piece) == 1 or not _VOWEL.search(piece) for piece in pieces)
    return len(pieces) >= 3 and odd >= 2
