"""The same again and again: within one text, and in fields that ask for different things."""

from collections import Counter
from itertools import pairwise
from typing import Final

from shared.form.field import FieldType
from shared.spam.signs import Post, Sign

_ENOUGH_WORDS: Final = 12
_SAME_LINES: Final = 3
_LINE_LENGTH: Final = 10
_TRIED_OUT: Final = frozenset({"test", "testing", "proef", "asdf", "x", "xx", "-"})
"""What people write everywhere who try out a form of their own."""


def repetition(post: Post) -> tuple[Sign, ...]:
    found: list[Sign] = []
    if any(_repeats_itself(text) for text in post.typed(FieldType.TEXTAREA)):
        found.append(Sign("repeated_text"))
    if times := _same_answers(post):
        found.append(Sign("same_answers", times))
    return tuple(found)


def _repeats_itself(text: str) -> bool:
    words = text.casefold().split()
    if len(words) >= _ENOUGH_WORDS:
        # Three words in a row that come again and again: single words repeat in every language.
        runs = Counter(zip(words, words[1:], words[2:], strict=False))
        if sum(count for count in runs.values() if count > 2) > len(words) // 2:
            return True
        if sum(one == other for one, other in pairwise(words)) > len(words) // 2:
            return True
    lines = Counter(line.strip().casefold() for line in text.splitlines() if len(line.strip()) >= _LINE_LENGTH)
    return any(count >= _SAME_LINES for count in lines.values())


def _same_answers(post: Post) -> int:
    """Ali Ali is a name, and who asks about their company may write its name twice: 0 for two short fields alike."""
    names = _told(post, FieldType.NAME)
    messages = _told(post, FieldType.TEXTAREA)
    most = max(Counter(names + messages + _told(post, FieldType.TEXT)).values(), default=0)
    if most > 2:
        return 2
    return int(any(message in names for message in messages))


def _told(post: Post, kind: FieldType) -> list[str]:
    plain = (" ".join(text.casefold().split()) for text in post.typed(kind))
    return [text for text in plain if text not in _TRIED_OUT]
