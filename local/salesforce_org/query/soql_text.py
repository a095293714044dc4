"""The text side of SOQL: how the org points at a mistake, and what the escapes in a string mean."""

import re
from functools import lru_cache

from local.salesforce_org.errors import ApiError

_SHOWN_BEFORE = 34  # characters of a long line shown on either side of the caret
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", '"': '"', "'": "'", "\\": "\\"}
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|.)", re.DOTALL)


def at_caret(text: str, position: int, message: str) -> str:
    """The message as the org writes it: a piece of the statement, a caret under the culprit, row and column.

    How much of the line the real org shows is not documented; recorded answers cut a long line at a word, some
    thirty characters before the caret, and so does this.
    """
    line_start = text.rfind("\n", 0, position) + 1
    line_end = text.find("\n", position)
    line = text[line_start : line_end if line_end >= 0 else len(text)]
    column = position - line_start
    shown_from = 0
    if column > _SHOWN_BEFORE:
        shown_from = next(
            (match.end() for match in re.finditer(r"[ ,]+", line) if match.end() >= column - _SHOWN_BEFORE),
            column,
        )
        shown_from = min(shown_from, column)
    shown = line[shown_from : column + _SHOWN_BEFORE]
    row = text.count("\n", 0, position) + 1
    return f"\n{shown}\n{' ' * (column - shown_from)}^\nERROR at Row:{row}:Column:{column + 1}\n{message}"


def malformed(text: str, position: int, message: str) -> ApiError:
    return ApiError(400, "MALFORMED_QUERY", at_caret(text, position, message))


def invalid_field(text: str, position: int, message: str) -> ApiError:
    return ApiError(400, "INVALID_FIELD", at_caret(text, position, message))


def stand_in_limit(what: str) -> ApiError:
    """Valid in a real org, not built here. Saying so beats an error that the real org would not give."""
    return ApiError(501, "STAND_IN_LIMIT", f"This stand-in for Salesforce does not do {what}.")


def unescape(text: str) -> str:
    """A string literal's characters. Raises ValueError with the offending sequence on a backslash that escapes
    nothing."""
    if "\\" not in text:
        return text

    def one(match: re.Match[str]) -> str:
        code = match[1]
        if len(code) == 5:
            return chr(int(code[1:], 16))
        if code.lower() in _ESCAPES:
            return _ESCAPES[code.lower()]
        raise ValueError(match[0])

    return _ESCAPE.sub(one, text)


@lru_cache(maxsize=1_024)
def like_regex(text: str) -> str:
    """A LIKE pattern (still escaped) as a regular expression over lower-case text."""
    pieces: list[str] = []
    for match in re.finditer(r"\\u[0-9A-Fa-f]{4}|\\.|.", text, re.DOTALL):
        piece = match[0]
        if piece == "%":
            pieces.append(".*")
        elif piece == "_":
            pieces.append(".")
        elif piece in {r"\%", r"\_"}:
            pieces.append(re.escape(piece[1]))
        else:
            pieces.append(re.escape(unescape(piece).lower()))
    return "".join(pieces)
