"""A pytest plugin: `pytest -p tests.simulation.planting --planted "nobody is locked" FILES` plants a fault first."""

from contextlib import ExitStack

import pytest

from tests.simulation.mutants import MUTANTS


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--planted", choices=sorted(MUTANTS), help="a fault of tests/simulation/mutants.py")


def pytest_configure(config: pytest.Config) -> None:
    if name := config.getoption("--planted"):
        stack = ExitStack()
        stack.enter_context(MUTANTS[name].plant())
        config.add_cleanup(stack.close)
