"""The same again and again: within one text, and in fields that ask for different things."""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from shared.form.field import FieldType
from shared.spam.signs import Post, Sign
from shared.values.cleaning import folded

_ENOUGH_WORDS: Final = 12
_SAME_LINES: Final = 3
_LINE_LENGTH: Final = 10
_SHORT: Final = 3
"""Letters and digits of an answer that is no more than a wave of the hand: `ja`, `.`, `0`, `n/a`."""
_LONGEST_ANSWER: Final = 300
"""Letters. What is longer is no name."""
_SAID_ANYWHERE: Final = frozenset(
    {
        *("test", "testing", "proef", "asdf"),
        *("geen", "niets", "onbekend", "nietvantoepassing", "geenidee", "idem", "zieboven", "zieonder", "ziebericht"),
        *("none", "nothing", "unknown", "notapplicable", "noidea", "same", "seeabove", "seebelow", "keine", "aucun"),
    }
)
"""As `folded` writes them: of people who try out a form of their own, or have nothing to say in a field."""

# --- mails that are pasted in ----------------------------------------------------------------------------------------

_HEADER: Final = re.compile(r"(?:van|from|von|de|aan|to|an|cc|onderwerp|subject|betreff|datum|date|verzonden|sent)\s?:")
_GREETING: Final = re.compile(r"(?:beste|geachte|hallo|hoi|hi|hello|dear|goede|bonjour|guten|l\.s)\b")
_GREETING_LENGTH: Final = 40
_CLOSING: Final = re.compile(
    r"(?:met |with )?(?:(?:vriendelijke|hartelijke|kind|best|warm) )?(?:groet|regards)|mvg\b|"
    r"mit freundlichen|cordialement"
)
_SIGNATURE_LINES: Final = 4


def repetition(post: Post) -> tuple[Sign, ...]:
    found: list[Sign] = []
    if any(_repeats_itself("\n".join(_own_lines(text))) for text in post.typed(FieldType.TEXTAREA)):
        found.append(Sign("repeated_text"))
    if times := _same_answers(post):
        found.append(Sign("same_answers", times))
    return tuple(found)


def _own_lines(text: str) -> Iterator[str]:
    """Without what each mail of a thread has: quoted and empty lines, headers, greetings, and signatures below a
    closing. A signature ends at a line without letters."""
    in_signature = 0
    for line in map(str.strip, text.casefold().splitlines()):
        if line.startswith(">") or not any(map(str.isalnum, line)) or _HEADER.match(line):
            in_signature = 0
        elif _CLOSING.match(line) and len(line) <= _GREETING_LENGTH:
            in_signature = _SIGNATURE_LINES
        elif in_signature:
            in_signature -= 1
        elif len(line) > _GREETING_LENGTH or not _GREETING.match(line):
            yield line


def _repeats_itself(text: str) -> bool:
    words = text.split()
    if len(words) >= _ENOUGH_WORDS:
        # Three words in a row that come again and again: single words repeat in every language.
        runs = Counter(zip(words, words[1:], words[2:], strict=False))
        if sum(count for count in runs.values() if count > 2) > len(words) // 2:
            return True
        if sum(one == other for one, other in pairwise(words)) > len(words) // 2:
            return True
    lines = Counter(line for line in text.splitlines() if len(line) >= _LINE_LENGTH)
    return any(count >= _SAME_LINES for count in lines.values())


def _same_answers(post: Post) -> int:
    """Ali Ali is a name, and who asks about their company may write its name twice. So the names of a person count as
    one. 2 for a message that stands in two more fields; 1 for one that is a name, and for a name in two more."""
    names, messages = set(_told(post, FieldType.NAME)), set(_told(post, FieldType.TEXTAREA))
    others = Counter(_told(post, FieldType.TEXT))
    fields = {answer: (answer in names) + (answer in messages) + others[answer] for answer in names | messages}
    if any(fields[answer] > 2 for answer in messages):
        return 2
    return int(not names.isdisjoint(messages) or any(number > 2 for number in fields.values()))


def _told(post: Post, kind: FieldType) -> list[str]:
    answers = (folded(text) for text in post.typed(kind) if len(text) <= _LONGEST_ANSWER)
    return [answer for answer in answers if len(answer) > _SHORT and answer not in _SAID_ANYWHERE]
