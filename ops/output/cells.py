"""What tables are made of. Texts of visitors are never read as markup, and can't steer the terminal."""

import unicodedata
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from rich.table import Table

_NEVER_FOLDED: Final = frozenset({"Submission", "Form", "State", "Age", "Count", "Result"})
"""Columns that must be read or copied whole; a narrow screen folds the others."""
_JOINERS: Final = "\u200c\u200d"
"""Invisible, but Persian, Indic and emoji texts need them."""


def plain(text: object) -> str:
    """Escape sequences and other control characters as visible codes; line breaks and tabs stay."""
    return "".join(letter.encode("unicode_escape").decode() if _steers(letter) else letter for letter in str(text))


def _steers(letter: str) -> bool:
    return letter not in f"\n\t{_JOINERS}" and unicodedata.category(letter) in {"Cc", "Cf", "Cs"}


def age(moment: datetime, now: datetime) -> str:
    """`2 h`, in the largest unit that fits."""
    passed = max(now - moment, timedelta())
    for seconds, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if passed.total_seconds() >= seconds:
            return f"{int(passed.total_seconds() // seconds)} {unit}"
    return f"{int(passed.total_seconds())} s"


def headed(*headings: str, whole: Collection[str] = _NEVER_FOLDED) -> Table:
    """The columns of `whole` are never folded."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold", no_wrap=heading in whole)
    return table


def pairs() -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    return table
