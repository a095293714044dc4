"""Nothing that the launcher starts outlives it, however it ends."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from local.processes import Child, free_port
from local.progress import StepFailedError

# A child that ignores the polite signal and has a child of its own, whose id it writes down.
STUBBORN = """
import pathlib, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
pathlib.Path(sys.argv[1]).write_text(str(child.pid))
time.sleep(600)
"""
LAUNCHER = """
import os, sys, time
from pathlib import Path
from local.processes import Child
folder = Path(sys.argv[1])
child = Child.start("stubborn", [sys.executable, "-c", sys.argv[2], str(folder / "pid")], env=os.environ, cwd=folder,
                    log=folder / "log")
time.sleep(600)
"""


def start(folder: Path, code: str, *arguments: str) -> Child:
    command = [sys.executable, "-c", code, *arguments]
    return Child.start("a step", command, env=os.environ, cwd=folder, log=folder / "log")


def within_seconds(condition: Callable[[], bool], seconds: float = 15) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def grandchild(folder: Path) -> int:
    file = folder / "pid"
    assert within_seconds(lambda: file.exists() and file.read_text() != "")
    return int(file.read_text())


def test_stopping_ends_the_whole_family_even_a_stubborn_one(tmp_path: Path) -> None:
    with start(tmp_path, STUBBORN, str(tmp_path / "pid")):
        pid = grandchild(tmp_path)
        assert runs(pid)
    assert within_seconds(lambda: not runs(pid))


def test_a_launcher_that_is_killed_leaves_nothing_behind(tmp_path: Path) -> None:
    """kill -9 leaves no chance to tidy up; the guard sees its pipe close."""
    launcher = subprocess.Popen([sys.executable, "-c", LAUNCHER, str(tmp_path), STUBBORN])  # noqa: S603 (ours)
    pid = grandchild(tmp_path)
    launcher.send_signal(signal.SIGKILL)
    launcher.wait()
    assert within_seconds(lambda: not runs(pid))


def test_a_command_that_fails_says_its_status_and_its_log(tmp_path: Path) -> None:
    with start(tmp_path, "import sys; print('the reason'); sys.exit(3)") as child:
        with pytest.raises(StepFailedError, match="a step: ended with status 3") as caught:
            child.wait(20)
        assert caught.value.log == tmp_path / "log"
    assert (tmp_path / "log").read_text() == "the reason\n"


def test_a_command_that_hangs_is_given_up(tmp_path: Path) -> None:
    with (
        start(tmp_path, "import time; time.sleep(600)") as child,
        pytest.raises(StepFailedError, match="not done after"),
    ):
        child.wait(0.1)


def test_a_server_that_ends_at_once_is_not_waited_for(tmp_path: Path) -> None:
    with start(tmp_path, "import sys; sys.exit(1)") as child, pytest.raises(StepFailedError, match="with status 1"):
        child.wait_until(lambda: False, 20)


def test_a_server_that_never_answers_is_given_up(tmp_path: Path) -> None:
    with start(tmp_path, "import time; time.sleep(600)") as child, pytest.raises(StepFailedError, match="not answer"):
        child.wait_until(lambda: False, 0.1)


def test_ports_are_free_and_differ() -> None:
    assert len({free_port() for _ in range(5)}) > 1
