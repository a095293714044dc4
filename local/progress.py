"""What a person sees while the stack comes up, and how a failing step says why."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.status import Status

LINES_OF_LOG = 12


class StepFailedError(Exception):
    """`step` is what was being done, `why` one sentence, `log` where the rest stands."""

    def __init__(self, step: str, why: str, log: Path | None = None) -> None:
        super().__init__(f"{step}: {why}")
        self.step = step
        self.why = why
        self.log = log


class Progress:
    """One line for each step: what it is, while it lasts, and how long it took."""

    def __init__(self, console: Console) -> None:
        self.console = console

    @contextmanager
    def step(self, text: str) -> Iterator[Status]:
        """The status can be given another text while the step lasts."""
        started = time.monotonic()
        with self.console.status(escape(text)) as status:
            yield status
        self.console.print(f"[green]✓[/] {escape(text)} [dim]{time.monotonic() - started:.1f} s[/]")

    def say(self, text: str) -> None:
        self.console.print(escape(text), soft_wrap=True)

    def failed(self, error: StepFailedError) -> None:
        self.console.print(f"[red]✗ {escape(error.step)}[/]: {escape(error.why)}", soft_wrap=True)
        if error.log is None:
            return
        for line in last_lines(error.log, LINES_OF_LOG):
            self.console.print(f"  [dim]{escape(line)}[/]", soft_wrap=True)
        self.console.print(f"  The whole log: {escape(str(error.log))}", soft_wrap=True)


def last_lines(log: Path, count: int) -> list[str]:
    if not log.exists():
        return []
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return [line for line in lines if line.strip()][-count:]
