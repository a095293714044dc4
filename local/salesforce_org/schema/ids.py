"""Record ids as Salesforce writes them: 15 case-sensitive characters plus a three-character checksum.

An id is `<3 key prefix><3 pod><9 counter in base 62>`; the last three characters of the 18-character form say
which of the first fifteen are upper case, so that programs that ignore case still tell two ids apart.
"""

import re

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_CHECKSUM_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_POD = "Fx0"
_SHAPE = re.compile(r"[0-9A-Za-z]{15}(?:[0-9A-Za-z]{3})?")


def checksum(id15: str) -> str:
    """Three characters, one for each five of the id: bit n is set where character n is an upper-case letter."""
    chunks = (id15[start : start + 5] for start in (0, 5, 10))
    return "".join(
        _CHECKSUM_ALPHABET[sum(1 << position for position, char in enumerate(chunk) if "A" <= char <= "Z")]
        for chunk in chunks
    )


def make_id(prefix: str, number: int) -> str:
    """An 18-character id; `number` is unique within its key prefix."""
    digits = ""
    while number:
        number, rest = divmod(number, 62)
        digits = _BASE62[rest] + digits
    id15 = prefix + _POD + digits.rjust(9, "0")
    return id15 + checksum(id15)


def normal_id(text: str) -> str | None:
    """The 18-character form of an id given with 15 or 18 characters; None when it is no id at all."""
    if not _SHAPE.fullmatch(text):
        return None
    full = text[:15] + checksum(text[:15])
    return full if len(text) == 15 or text == full else None
