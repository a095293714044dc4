"""`make test` leaves no folder of tests out, and is green only if all are."""

import sys
import tomllib
from itertools import chain
from pathlib import Path

import pytest

from scripts.all_tests import RUNS, main, pytest_of

ROOT = Path(__file__).parents[2]


def test_make_test_runs_what_pytest_alone_would() -> None:
    told = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["pytest"]["ini_options"]["testpaths"]
    assert sorted(told) == sorted(chain(*RUNS))


def test_every_folder_with_tests_is_a_test_path() -> None:
    there = {path.parent.relative_to(ROOT).as_posix() for path in (ROOT / "tests").rglob("test_*.py")}
    assert there == set(chain(*RUNS))


def test_a_run_is_pytest_on_its_folders_and_nothing_is_deselected() -> None:
    assert pytest_of(("tests/unit", "tests/contract"))[1:] == ["-m", "pytest", "tests/unit", "tests/contract"]


def ends_with(run: tuple[str, ...]) -> list[str]:
    """A command that says its name and ends with the code it is called after."""
    return [sys.executable, "-c", f"import sys; print('report of', {run[0]!r}); sys.exit({run[0]})"]


@pytest.mark.parametrize("codes", [("0", "1", "0", "0"), ("0", "0", "0", "1"), ("1", "0", "0", "0")])
def test_one_red_run_makes_all_red_and_each_report_is_printed(
    codes: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([(code,) for code in codes], ends_with) == 1
    printed = capsys.readouterr().out
    assert (printed.count("report of 0"), printed.count("report of 1")) == (3, 1)


def test_a_run_that_is_killed_makes_all_red() -> None:
    killed = [sys.executable, "-c", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"]
    assert main([("0",), ("killed",)], lambda run: killed if run == ("killed",) else ends_with(run)) != 0


def test_green_runs_are_green_together() -> None:
    assert main([("0",)] * 3, ends_with) == 0
