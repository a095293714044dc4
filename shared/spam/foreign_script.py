"""A message in a script that none of the form's languages is written in. Names are never looked at."""

from typing import Final

from shared.form.field import FieldType
from shared.spam.signs import Post, Sign

_LATIN: Final = frozenset({"nl", "en"})
"""Languages in Latin letters. A form that also speaks another has no foreign script that we would know of."""
_ENOUGH: Final = 20
"""Letters: a greeting, a name or an address in the writer's own script is nobody's spam."""


def foreign_script(post: Post) -> tuple[Sign, ...]:
    if not _LATIN.issuperset(post.form.languages):
        return ()
    letters = [letter for text in post.typed(FieldType.TEXTAREA) for letter in text if letter.isalpha()]
    foreign = sum(not _is_latin(ord(letter)) for letter in letters)
    return (Sign("foreign_script"),) if foreign >= _ENOUGH and foreign > len(letters) // 2 else ()


def _is_latin(code: int) -> bool:
    """By Unicode's blocks: up to Latin Extended-B with its phonetic letters, then the later extensions."""
    return code < 0x370 or 0x1D00 <= code < 0x1F00 or 0x2C60 <= code < 0x2C80 or 0xA720 <= code < 0xA800
