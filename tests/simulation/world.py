"""Time, tasks and what goes between them: one thread, one clock, one source of chance. A seed gives one run.

A task is product code. It runs until it waits for something outside itself: a call to AWS or to the org. Only there can
anything else happen, and only there can it die, so the order of all that happens is ours to choose.
"""

import hashlib
import heapq
import itertools
import json
import uuid
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from random import Random
from typing import Any, Final

import greenlet

START: Final = datetime(2026, 11, 30, 8, 0, tzinfo=UTC).timestamp()
HOUR: Final = 3600.0
DAY: Final = 24 * HOUR


class KilledError(BaseException):
    """The process is gone: nothing of the product can catch this, and nothing that it still tries takes effect."""


class Task:
    """One flow of control, such as an invocation. `result` is what it gave, unless it died."""

    def __init__(self, world: "World", name: str, run: Callable[[], Any]) -> None:
        self.name = name
        self.is_dead = False
        self.is_over = False
        self.result: Any = None
        self.error: BaseException | None = None
        self.at_end: list[Callable[[], None]] = []
        self._world = world
        self._run = run
        self._inside = greenlet.greenlet(self._live, parent=world.hub)

    def _live(self) -> None:
        try:
            self.result = self._run()
        except KilledError:
            self.is_dead = True
        except Exception as error:  # noqa: BLE001 (a crash of the code under test; whoever started it looks)
            self.error = error
        self._ends()

    def _ends(self) -> None:
        self.is_over = True
        for one in self.at_end:
            self._world.later(0, one)

    def go_on(self) -> None:
        """From the hub."""
        if not self.is_over:
            self._world.current, before = self, self._world.current
            self._inside.switch()
            self._world.current = before

    def kill(self) -> None:
        """From the hub. What it had asked for before may still land."""
        if self.is_over:
            return
        self.is_dead = True
        if not self._inside:  # It has not begun: nothing of it can be told.
            self._ends()
        else:
            self._world.current, before = self, self._world.current
            self._inside.throw(KilledError)
            self._world.current = before


class World:
    def __init__(self, seed: int | str) -> None:
        self.random = Random(seed)  # noqa: S311 (it must be repeatable, not secret)
        self.now = START
        self.current: Task | None = None
        self.steps = 0
        self.hub = greenlet.getcurrent()
        self._agenda: list[tuple[float, int, Task | Callable[[], None]]] = []
        self._numbers = itertools.count()
        self._names: dict[str, int] = {}
        self._trace = hashlib.blake2b(digest_size=8)
        self.story: list[str] = []
        self.tells = False

    # --- time

    def utc_now(self) -> datetime:
        return datetime.fromtimestamp(self.now, UTC)

    def clock(self) -> float:
        return self.now

    def later(self, seconds: float, what: Task | Callable[[], None]) -> None:
        heapq.heappush(self._agenda, (self.now + seconds, next(self._numbers), what))

    def sleep(self, seconds: float) -> None:
        """From a task: everything else goes on meanwhile."""
        task = self.here()
        self.later(seconds, task)
        self.hub.switch()
        self.here()

    def run(self, until: float) -> None:
        """From the hub: all that is on the agenda up to a moment."""
        while self._agenda and self._agenda[0][0] <= until:
            self.now, _, what = heapq.heappop(self._agenda)
            self.steps += 1
            if isinstance(what, Task):
                what.go_on()
            else:
                what()
        self.now = max(self.now, until)

    # --- tasks

    def here(self) -> Task:
        """Who asks for something. What the product does on its way out of a killed process asks in vain."""
        assert self.current, "only a task can wait"
        if self.current.is_dead:
            raise KilledError
        return self.current

    def spawn(self, name: str, run: Callable[[], Any], *, after: float = 0) -> Task:
        task = Task(self, f"{name}#{self.number(name)}", run)
        self.later(after, task)
        return task

    def wait_for(self, task: Task) -> Any:
        """From a task. Raises what the other raised; gives None where it died."""
        if not task.is_over:
            waiting = self.here()
            task.at_end.append(waiting.go_on)
            self.hub.switch()
            self.here()
        if task.error:
            raise task.error
        return task.result

    def die(self) -> None:
        """From a task: as if its process were killed at this very call."""
        self.here().is_dead = True
        raise KilledError

    def number(self, of: str) -> int:
        """Counts from 1 for each name, so that names are the same in each run of a seed."""
        self._names[of] = self._names.get(of, 0) + 1
        return self._names[of]

    # --- what happened

    def note(self, what: str) -> None:
        line = f"{self.now - START:.3f} {self.current.name if self.current else '-'} {what}"
        self._trace.update(line.encode())
        if self.tells:
            self.story.append(line)

    def note_contents(self, parts: Iterable[Any]) -> None:
        """What there is, once all is over, for the trace alone: calls have the same names whatever is in them."""
        for one in parts:
            self._trace.update(json.dumps(one, sort_keys=True, default=_as_text).encode())

    @property
    def trace(self) -> str:
        """Of all that happened so far: two runs with the same one are the same, bit for bit."""
        return self._trace.hexdigest()


def _as_text(value: Any) -> str:
    """Of what JSON has no form for. Sets have no order of their own."""
    return repr(sorted(value)) if isinstance(value, set | frozenset) else repr(value)


def uuid_from(random: Random) -> Callable[[], uuid.UUID]:
    """In place of `uuid.uuid4`."""
    return lambda: uuid.UUID(int=random.getrandbits(128), version=4)
