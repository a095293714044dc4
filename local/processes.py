"""Child processes that never outlive the launcher, and ports that are free."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from local.progress import StepFailedError

LOOPBACK = "127.0.0.1"
SECONDS_TO_STOP = 2.0  # nothing that is lost here is worth more


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True)
class Child:
    """A running command in a process group of its own, under the guard. Use it as a context manager."""

    step: str
    process: subprocess.Popen[bytes]
    log: Path

    @classmethod
    def start(cls, step: str, command: Sequence[str], *, env: Mapping[str, str], cwd: Path, log: Path) -> Self:
        """Output goes to `log`, which is started anew. `step` names the command when it fails."""
        log.parent.mkdir(parents=True, exist_ok=True)
        guard = Path(__file__).with_name("guard.py")
        with log.open("wb") as output:
            process = subprocess.Popen(  # noqa: S603 fixed commands of this project
                [sys.executable, "-I", str(guard), *command],
                env=dict(env),
                cwd=cwd,
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return cls(step, process, log)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def wait(self, seconds: float) -> None:
        """Raises StepFailedError when the command fails or takes longer than `seconds`."""
        try:
            status = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise StepFailedError(self.step, f"not done after {seconds:.0f} s", self.log) from None
        if status != 0:
            raise StepFailedError(self.step, f"ended with status {status}", self.log)

    def wait_until(self, ready: Callable[[], bool], seconds: float) -> None:
        """Raises StepFailedError when the command ends, or isn't `ready` after `seconds`."""
        deadline = time.monotonic() + seconds
        while not ready():
            if (status := self.process.poll()) is not None:
                raise StepFailedError(self.step, f"ended at once, with status {status}", self.log)
            if time.monotonic() > deadline:
                raise StepFailedError(self.step, f"does not answer after {seconds:.0f} s", self.log)
            time.sleep(0.05)

    def stop(self) -> None:
        """Asks the whole group to end, then makes it; returns when no process of it is left."""
        self._signal_group(signal.SIGTERM)
        try:
            self.process.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            self._signal_group(signal.SIGKILL)
            self.process.wait()
        deadline = time.monotonic() + SECONDS_TO_STOP
        while self._signal_group(signal.SIGKILL) and time.monotonic() < deadline:
            time.sleep(0.02)
        if self.process.stdin is not None:
            self.process.stdin.close()

    def _signal_group(self, number: signal.Signals) -> bool:
        """Whether there was anybody left to hear it."""
        try:
            os.killpg(self.process.pid, number)
        except (ProcessLookupError, PermissionError):  # macOS says PermissionError of a group of zombies
            return False
        return True
