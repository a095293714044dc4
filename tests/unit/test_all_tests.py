"""`make test` leaves no folder of tests out."""

import tomllib
from pathlib import Path

from scripts.all_tests import ALL_ELSE, DEPLOYED

ROOT = Path(__file__).parents[2]


def test_make_test_runs_what_pytest_alone_would() -> None:
    told = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["pytest"]["ini_options"]["testpaths"]
    assert sorted(told) == sorted([*DEPLOYED, *ALL_ELSE])


def test_every_folder_with_tests_is_a_test_path() -> None:
    there = {path.parent.relative_to(ROOT).as_posix() for path in (ROOT / "tests").rglob("test_*.py")}
    assert there == {*DEPLOYED, *ALL_ELSE}
