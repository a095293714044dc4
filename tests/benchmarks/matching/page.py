"""Writes the tables into the marked sections of docs/matching.md; what people wrote between the sections stays."""

import re
from pathlib import Path
from typing import Final

from tests.benchmarks.matching.tables import Rows

DOCS: Final = Path(__file__).parents[3] / "docs"
PAGE: Final = DOCS / "matching.md"
PLOT: Final = DOCS / "matching.svg"


def with_tables(page: str, tables: dict[str, Rows]) -> str:
    """Raises KeyError for a table that has no section."""
    for name, rows in tables.items():
        begin, end = f"<!-- bench:{name} -->", f"<!-- /bench:{name} -->"
        section = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
        if not section.search(page):
            raise KeyError(f"the page has no section for {name}: {begin} … {end}")
        before, after = section.split(page, maxsplit=1)
        page = f"{before}{begin}\n{_markdown(rows)}\n{end}{after}"
    return page


def _markdown(rows: Rows) -> str:
    lines = [rows.columns, tuple("---" for _ in rows.columns), *rows.rows]
    return "\n".join(f"| {' | '.join(_cell(text) for text in line)} |" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
