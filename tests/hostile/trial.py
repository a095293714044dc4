"""The intake, given requests one after the other: no 5xx, nothing uncaught, every receipt accounted for."""

import json
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any, Final
from unittest.mock import patch
from urllib.parse import parse_qs, urlsplit

from functions.intake import app, refusing
from shared.intake import receiving
from shared.submission import State
from tests.fakes.stores import FakeLedger, FakeQueue
from tests.hostile.requests import Generator, Happening
from tests.unit.intake_desk import Intake

WORST: Final = 5
_NOISE: Final = (
    (app, "log"),
    (app, "count"),
    (refusing, "log"),
    (refusing, "count"),
    (receiving, "log"),
    (receiving, "count"),
)
"""Each request logs and counts; a hundred thousand lines tell nobody anything."""


@dataclass
class Found:
    """`worst` are the slowest requests in milliseconds of CPU time, with their number in the row."""

    requests: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    acknowledged: int = 0
    quarantined: int = 0
    faults: list[str] = field(default_factory=list)
    worst: list[tuple[float, int]] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        return not self.faults and self.requests > 0


def run(requests: int, seed: int, told: Callable[[int], None] = lambda _done: None) -> Found:
    """Through the function's own handler, whose last resort turns a bug into a 500: that is what counts as a fault."""
    found, generator, intake = Found(), Generator(seed), Intake()
    quiet = (patch.object(place, name, lambda *_args, **_more: None) for place, name in _NOISE)
    with patch.object(app, "dependencies", intake.dependencies), ExitStack() as stack:
        for one in quiet:
            stack.enter_context(one)
        for number in range(requests):
            _one(number, generator.next(), intake, found)
            told(number + 1)
    found.worst = sorted(found.worst, reverse=True)[:WORST]
    return found


def _one(number: int, happening: Happening, intake: Intake, found: Found) -> None:
    intake.ledger, intake.queue = FakeLedger(), FakeQueue()
    started = time.thread_time()
    reply = app.handler(happening, None)
    found.worst.append((1000 * (time.thread_time() - started), number))
    if len(found.worst) > 100 * WORST:
        found.worst = sorted(found.worst, reverse=True)[:WORST]
    found.requests += 1
    found.statuses[int(reply["statusCode"])] += 1
    found.faults += [f"request {number}: {fault}" for fault in _faults(reply, intake.ledger, intake.queue, found)]


def _faults(reply: dict[str, Any], ledger: FakeLedger, queue: FakeQueue, found: Found) -> list[str]:
    faults = []
    if not 200 <= reply["statusCode"] < 500:
        faults.append(f"status {reply['statusCode']}")
    for name, value in reply["headers"].items():
        if not (f"{name}{value}".isascii() and f"{name}{value}".isprintable()) or len(value) > 8_000:
            faults.append(f"header {name}")
    receipt = _receipt(reply)
    rows = list(ledger.rows.values())
    if receipt is None:
        return [*faults, "a row without a receipt"] if rows else faults
    found.acknowledged += 1
    if [row.submission_id for row in rows] != [receipt]:
        return [*faults, "a receipt without its row"]
    found.quarantined += rows[0].state is State.QUARANTINED
    if (rows[0].state is State.RECEIVED) != (len(queue.sent) == 1):
        faults.append("a row that is not on the queue, or spam that is")
    if type(rows[0]).model_validate_json(rows[0].model_dump_json()) != rows[0]:
        faults.append("a row that does not come back as it was written")
    return faults


def _receipt(reply: dict[str, Any]) -> str | None:
    if reply["statusCode"] == 202:
        return str(json.loads(reply["body"])["receipt"])
    location = reply["headers"].get("Location", "")
    return parse_qs(urlsplit(location).query).get("receipt", [None])[0] if reply["statusCode"] == 303 else None
