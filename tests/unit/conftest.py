"""Unit tests open no socket; what goes to logs and metrics can be read; Hypothesis gives the same answer each time."""

import io
import itertools
from collections.abc import Callable

import pytest
from aws_lambda_powertools import Logger
from hypothesis import settings
from pytest_socket import disable_socket

from shared import observability

# The same examples in each run, so that a red build is red again; no time limit an example, since CI machines stall.
settings.register_profile("steady", derandomize=True, deadline=None, database=None)
settings.load_profile("steady")

_numbers = itertools.count()


def pytest_runtest_setup() -> None:
    disable_socket(allow_unix_socket=True)


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[[], str]:
    """All log lines and metrics of the test so far, as text. Powertools keeps a logger's stream for its name, so each
    test gets a name of its own."""
    lines = io.StringIO()
    logger = Logger(service=f"test-{next(_numbers)}", stream=lines)
    monkeypatch.setattr(observability, "_logger", lambda: logger)
    monkeypatch.setattr(observability, "_service", lambda: {"service": "test"})
    printed: list[str] = []

    def read() -> str:
        printed.append(capsys.readouterr().out)
        return lines.getvalue() + "".join(printed)

    return read
