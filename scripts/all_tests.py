"""All tests, in several runs of pytest, two at the same time: those on the deployed stack wait most of their time.

A run's report is printed when it has ended. Exit code: 0 only if all are green.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, Self

ROOT: Final = Path(__file__).parents[1]
RUNS: Final = (("tests/end_to_end",), ("tests/unit", "tests/contract"), ("tests/integration",), ("tests/browser",))
"""The long ones first, so that both processors have work until shortly before the end."""
AT_ONCE: Final = 2
SECONDS_TO_STOP: Final = 60
_SECONDS_BETWEEN_LOOKS: Final = 0.2
_SECONDS_OF_SILENCE: Final = 60

type Run = tuple[str, ...]
"""Folders of tests."""


@dataclass(frozen=True)
class _Started:
    run: Run
    process: "subprocess.Popen[str]"
    report: IO[str]
    since: float

    @classmethod
    def start(cls, run: Run, command: Sequence[str]) -> Self:
        report = tempfile.TemporaryFile("w+")  # noqa: SIM115 (closed by end)
        process = subprocess.Popen(  # noqa: S603 (our own tests)
            command, cwd=ROOT, stdout=report, stderr=subprocess.STDOUT, text=True
        )
        return cls(run, process, report, time.monotonic())

    def __str__(self) -> str:
        return f"{' '.join(self.run)} ({time.monotonic() - self.since:.0f} s)"

    def end(self) -> int:
        """Prints what it has said. Only for one that has ended."""
        with self.report:
            self.report.seek(0)
            _say(f"\n== {self}\n{self.report.read()}")
        return self.process.returncode

    def stop(self) -> None:
        """The terminal has told it as well; the stack's run takes a moment to end its processes."""
        try:
            self.process.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.end()


def pytest_of(run: Run) -> list[str]:
    return [sys.executable, "-m", "pytest", *run]


def main(runs: Sequence[Run] = RUNS, command: Callable[[Run], Sequence[str]] = pytest_of) -> int:
    waiting, running = list(runs), list[_Started]()
    code, said = 0, time.monotonic()
    try:
        while waiting or running:
            while waiting and len(running) < AT_ONCE:
                run = waiting.pop(0)
                running.append(_Started.start(run, command(run)))
            for one in [one for one in running if one.process.poll() is not None]:
                running.remove(one)
                code = one.end() or code
                said = time.monotonic()
            if running and time.monotonic() - said > _SECONDS_OF_SILENCE:
                _say(f"running: {', '.join(map(str, running))}\n")
                said = time.monotonic()
            time.sleep(_SECONDS_BETWEEN_LOOKS if running else 0)
    except KeyboardInterrupt:
        for one in running:
            one.stop()
        return 130
    return code


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
