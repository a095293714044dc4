"""What the command line's architecture promises, read from the source: one direction of imports, and a quick start."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

OPS = Path(__file__).parents[2] / "ops"
FLOORS = ["errors", "stack", "operations", "web_to_lead", "output", "commands", "cli", "__main__"]
"""From the ground up. What does the work stands below what shows it, and that below what reads the command line."""
WITHOUT_SCREEN = FLOORS[: FLOORS.index("output")]
MODULES = sorted(path for path in OPS.rglob("*.py") if path != OPS / "__init__.py")


def floor(path: Path) -> str:
    return path.relative_to(OPS).parts[0].removesuffix(".py")


def imported(path: Path) -> Iterator[str]:
    """Modules by their whole names, wherever in the file the import stands."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_every_module_stands_on_a_floor() -> None:
    assert {floor(path) for path in MODULES} == set(FLOORS)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(OPS).as_posix())
def test_nothing_is_imported_from_a_floor_above(path: Path) -> None:
    below = FLOORS[: FLOORS.index(floor(path)) + 1]
    own = {name.split(".")[1] for name in imported(path) if name.startswith("ops.")}
    assert own <= set(below)


@pytest.mark.parametrize("name", WITHOUT_SCREEN)
def test_what_does_the_work_knows_no_screen(name: str) -> None:
    paths = [path for path in MODULES if floor(path) == name]
    roots = {one.partition(".")[0] for path in paths for one in imported(path)}
    assert roots & {"typer", "rich"} == set()


def test_the_command_line_starts_without_the_libraries_for_aws() -> None:
    """They take a third of a second, which help and a mistyped command must not wait for."""
    code = "import sys, ops.cli; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], cwd=OPS.parent, capture_output=True, text=True, check=True)  # noqa: S603
    assert {"boto3", "botocore.session", "botocore.config"} & set(ran.stdout.split()) == set()
