"""The intake, given requests one after the other: no 5xx, nothing uncaught or slow, every receipt accounted for."""

import io
import itertools
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from typing import Any, Final, Never
from unittest.mock import patch

from aws_lambda_powertools import Logger

from functions.intake import app
from shared import observability
from shared.submission import State
from tests.hostile.checks import faults, receipt_in
from tests.hostile.requests import Generator, Hostile
from tests.hostile.setting import Setting
from tests.unit.intake_desk import event

WORST: Final = 5
_TRIED_AGAIN: Final = 20
LIMIT_MS: Final = 500.0
"""CPU time of one request, beyond which it is a fault. What is usual is a hundredth of it."""
_STOPPED_AFTER: Final = 5.0
"""Seconds of CPU time, after which a request is stopped: a pattern that runs wild would take years."""
_COLD: Final = 2_000
"""Requests of a process, until all that is loaded late and kept is there."""
_ROWS_KEPT: Final = 500
"""Requests on one table, so that repeats find what they repeat."""

_done_by_process = itertools.count()
_loggers = itertools.count()


class Stopped(BaseException):
    """No handler of the product may catch it."""


@dataclass
class Found:
    """`worst` and `worst_cold` are the slowest requests: milliseconds of CPU time, and which.

    Other work on the machine makes any request look slow, so what looked slow is tried again, and the fastest of five
    counts. A cold request can't be tried again.
    """

    requests: int = 0
    counts: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    """By route, encoding and status."""
    transports: Counter[str] = field(default_factory=Counter)
    sources: Counter[tuple[str, int]] = field(default_factory=Counter)
    """Of servers' posts that prove who sent them: by source and status."""
    acknowledged: int = 0
    quarantined: int = 0
    compared: int = 0
    """Acknowledged, with answers that were held against what was sent."""
    faults: list[str] = field(default_factory=list)
    worst: list[tuple[float, str]] = field(default_factory=list)
    worst_cold: list[tuple[float, str]] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        return not self.faults and self.requests > 0

    def add(self, other: "Found") -> None:
        self.requests += other.requests
        self.counts += other.counts
        self.transports += other.transports
        self.sources += other.sources
        self.acknowledged += other.acknowledged
        self.quarantined += other.quarantined
        self.compared += other.compared
        self.faults += other.faults
        self.worst = _slowest(self.worst + other.worst)
        self.worst_cold = _slowest(self.worst_cold + other.worst_cold)


@dataclass
class Described:
    """How many requests Schemathesis made of each operation, and what of the description was untrue."""

    requests: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    proved: Counter[tuple[str, int]] = field(default_factory=Counter)
    """Of posts that a source has signed: by source and status."""
    faults: list[str] = field(default_factory=list)


def run(
    requests: int, seed: int, told: Callable[[int], None] = lambda _done: None, *, limit_ms: float = LIMIT_MS
) -> Found:
    """Through the function's own handler, whose last resort turns a bug into a 500: that is what counts as a fault."""
    with listening() as said, _stopping():
        trial = _Trial(said, limit_ms)
        generator = Generator(seed, trial.receipt)
        for number in range(requests):
            if number % _ROWS_KEPT == _ROWS_KEPT - 1:
                trial.start_anew()
            made = generator.next()
            which = f"seed {seed}, request {number}, {made.kind}"
            trial.found.faults += [f"{which}: {fault}" for fault in trial.hear(made, which)]
            told(number + 1)
        trial.found.worst = trial.timed_again()
    trial.found.worst_cold = _slowest(trial.found.worst_cold)
    return trial.found


def first_submission() -> str:
    """Its receipt, which is always the same."""
    body = b'{"last_name": "Kuipers", "email": "kuipers@example.com", "message": "Hallo", "consent": true}'
    headers = {"Content-Type": "application/json", "Idempotency-Key": "the first"}
    return str(receipt_in(app.handler(event(path="/forms/contact", headers=headers, body=body), None)))


class _Trial:
    def __init__(self, said: "_Said", limit_ms: float) -> None:
        self.found = Found()
        self._said = said
        self._limit_ms = limit_ms
        self._slow: list[tuple[float, str, Hostile]] = []
        self.receipt = self.start_anew()

    def start_anew(self) -> str:
        """On stores with one submission, whose receipt this is."""
        self._setting = Setting()
        with patch.object(app, "dependencies", self._setting.dependencies):
            return first_submission()

    def hear(self, made: Hostile, which: str) -> list[str]:
        """The faults."""
        setting = self._setting
        self._said.clear()
        setting.table.is_down, setting.sqs.is_down = made.trouble == "table", made.trouble == "queue"
        before = frozenset(setting.table.items)
        self.found.requests += 1
        started = time.thread_time()
        try:
            reply = self._answer(made)
        except Stopped:
            return [f"stopped after {_STOPPED_AFTER:.0f} s"]
        except Exception as error:  # noqa: BLE001 (whatever comes out is the fault that is looked for)
            return [f"raised {observability.where(error)}"]
        milliseconds = 1000 * (time.thread_time() - started)
        self._note(made, reply, milliseconds, which)
        wrong = [*self._said.unheard, *faults(made, reply, setting, before, self._said.text())]
        return [*wrong, f"took {milliseconds:.0f} ms"] if milliseconds > self._limit_ms else wrong

    def _answer(self, made: Hostile) -> dict[str, Any]:
        with patch.object(app, "dependencies", self._setting.dependencies):
            # And again: what is raised while an object is taken away is lost.
            signal.setitimer(signal.ITIMER_PROF, _STOPPED_AFTER, _STOPPED_AFTER)
            try:
                return app.handler(made.event, None)
            finally:
                signal.setitimer(signal.ITIMER_PROF, 0)

    def _note(self, made: Hostile, reply: dict[str, Any], milliseconds: float, which: str) -> None:
        found = self.found
        found.counts[made.route, made.encoding, int(reply["statusCode"])] += 1
        found.transports[made.transport] += 1
        if made.source and made.may_be_kept:
            found.sources[made.source, int(reply["statusCode"])] += 1
        if next(_done_by_process) < _COLD:
            found.worst_cold.append((milliseconds, which))
        else:
            self._slow.append((milliseconds, which, made))
            if len(self._slow) > 100 * _TRIED_AGAIN:
                self._slow = self._slowest()
        if receipt := receipt_in(reply):
            found.acknowledged += 1
            found.compared += made.kept is not None
            row = self._setting.row(receipt)
            found.quarantined += row is not None and row.state is State.QUARANTINED

    def _slowest(self) -> list[tuple[float, str, Hostile]]:
        return sorted(self._slow, key=lambda slow: -slow[0])[:_TRIED_AGAIN]

    def timed_again(self) -> list[tuple[float, str]]:
        """On fresh stores each time, or a repeat would be told what the first was told."""
        return _slowest(
            [(min(milliseconds, *self._times(made)), which) for milliseconds, which, made in self._slowest()]
        )

    def _times(self, made: Hostile) -> Iterator[float]:
        for _ in range(4):
            self.start_anew()
            started = time.thread_time()
            self._answer(made)
            yield 1000 * (time.thread_time() - started)


def _slowest(slow: list[tuple[float, str]]) -> list[tuple[float, str]]:
    return sorted(slow, reverse=True)[:WORST]


class _Said:
    """Logs and metrics of one request, as they would be written; and errors that Python only prints."""

    def __init__(self) -> None:
        self.lines = io.StringIO()
        self.unheard: list[str] = []

    def hear(self, ignored: "sys.UnraisableHookArgs") -> None:
        self.unheard.append(f"raised where nobody hears it: {ignored.exc_type.__name__} in {ignored.object!r}")

    def text(self) -> str:
        return self.lines.getvalue()

    def clear(self) -> None:
        self.lines.seek(0)
        self.lines.truncate()
        self.unheard.clear()


@contextmanager
def listening() -> Iterator[_Said]:
    said = _Said()
    logger = Logger(service=f"hostile-{next(_loggers)}", stream=said.lines)
    with (
        redirect_stdout(said.lines),
        patch.object(sys, "unraisablehook", said.hear),
        patch.object(observability, "_logger", lambda: logger),
        patch.object(observability, "_service", lambda: {"service": "hostile"}),
    ):
        yield said


@contextmanager
def _stopping() -> Iterator[None]:
    def stop(*_: object) -> Never:
        raise Stopped

    before = signal.signal(signal.SIGPROF, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGPROF, before)
