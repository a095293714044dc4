"""docs/security.md names the tests that hold each line; they must be there."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text("utf-8")
LINES = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith(("| What", "|--"))]
NAMED = re.compile(r"`(test_\w+)::(test_\w+)`")


def those_there() -> set[tuple[str, str]]:
    return {
        (path.stem, node.name)
        for path in (ROOT / "tests").rglob("test_*.py")
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef)
    }


def test_every_line_names_a_test() -> None:
    assert len(LINES) >= 25
    assert [line for line in LINES if not NAMED.search(line)] == []


def test_every_test_that_is_named_is_there() -> None:
    named = set(NAMED.findall(PAGE))
    assert named - those_there() == set()
    assert PAGE.count("`test_") == len(NAMED.findall(PAGE)), "a name that is not of the form `file::test`"
