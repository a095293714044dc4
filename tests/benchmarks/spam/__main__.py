"""Writes the tables into the marked sections of docs/spam.md."""

import re
from pathlib import Path
from typing import Final

from tests.benchmarks.spam.measuring import TABLES, Rows

PAGE: Final = Path(__file__).parents[3] / "docs" / "spam.md"


def with_tables(page: str) -> str:
    """Raises KeyError for a table that has no section."""
    for name, measure in TABLES.items():
        begin, end = f"<!-- bench:{name} -->", f"<!-- /bench:{name} -->"
        section = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
        if not section.search(page):
            raise KeyError(f"the page has no section for {name}: {begin} … {end}")
        before, after = section.split(page, maxsplit=1)
        page = f"{before}{begin}\n{_markdown(measure())}\n{end}{after}"
    return page


def _markdown(rows: Rows) -> str:
    columns, *lines = rows
    return "\n".join(f"| {' | '.join(line)} |" for line in (columns, tuple("---" for _ in columns), *lines))


def main() -> None:
    PAGE.write_text(with_tables(PAGE.read_text("utf-8")), "utf-8")
    print(f"{PAGE.name} is up to date")


if __name__ == "__main__":
    main()
