"""Loads one target as a scenario says, and waits until all of it is settled."""

import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, replace
from itertools import batched
from pathlib import Path
from typing import Any, Final

import requests

from local.deployment import PROJECT
from local.processes import Child
from local.progress import StepFailedError
from local.stack import Stack
from shared.aws.ledger import Ledger
from shared.errors import FormToLeadError
from shared.submission import State, Submission
from tests.benchmarks.load.checking import Found
from tests.benchmarks.load.client import SECONDS_TO_ANSWER, Answer, Request
from tests.benchmarks.load.crowd import Crowd
from tests.benchmarks.load.measures import Measured, Settling, measured
from tests.benchmarks.load.targets import PRODUCT, Target
from tests.simulation.people import Person

SECONDS_BETWEEN_LOOKS: Final = 1.0


class Load:
    """What was sent so far, by whom. Methods raise StepFailedError when the stack no longer answers."""

    def __init__(self, stack: Stack, folder: Path, crowds: dict[str, Crowd], seconds_to_settle: float) -> None:
        self._stack = stack
        self._folder = folder
        self._crowds = crowds
        self._seconds_to_settle = seconds_to_settle
        self._ledger = Ledger(stack.client("dynamodb"), stack.outputs["SubmissionsTableName"])
        self._sent: dict[str, Person] = {}
        self._http = requests.Session()
        self._http.trust_env = False  # no proxy for what listens on loopback
        self._http.verify = str(stack.ca_file)

    def run(self, round_: int, scenario: str, target: Target, moments: list[float]) -> Measured:
        self._org("DELETE", "calls")
        planned = self._crowds[target.name].requests(moments)
        answers = self._drive(target, [request for _, request in planned])
        found = measured(round_, scenario, target.name, answers)
        if target.name != PRODUCT:
            return found
        receipts = {answer.receipt: planned[answer.number][0] for answer in answers if answer.accepted}
        self._sent |= receipts
        rows = self._settled(list(receipts))
        calls = sum("oauth2" not in str(call["path"]) for call in self._org("GET", "calls"))
        return replace(found, settling=settling(answers, rows.values(), calls))

    def found(self) -> Found:
        """After the last scenario."""
        try:
            rows = self._rows(self._sent)
            listed = [row.submission_id for state in State for row in self._ledger.by_state(state)]
        except FormToLeadError as error:
            raise _unanswered(error) from None
        return Found(self._sent, rows, listed, self._org("GET", "records/Lead"), self._org("GET", "records/Task"))

    def _drive(self, target: Target, requests_: Sequence[Request]) -> list[Answer]:
        plan, log = self._folder / "plan.json", self._folder / "answers.log"
        plan.write_text(json.dumps({"url": target.url, "requests": [asdict(one) for one in requests_]}), "utf-8")
        seconds = requests_[-1].at + 2 * SECONDS_TO_ANSWER
        command = [sys.executable, "-m", "tests.benchmarks.load.client", str(plan)]
        with Child.start(f"requests to {target.name}", command, env=os.environ, cwd=PROJECT, log=log) as child:
            child.wait(seconds)
        return [Answer(**json.loads(line)) for line in log.read_text("utf-8").splitlines()]

    def _settled(self, receipts: Sequence[str]) -> dict[str, Submission]:
        try:
            return until_settled(receipts, self._rows, self._seconds_to_settle)
        except FormToLeadError as error:
            raise _unanswered(error) from None

    def _rows(self, receipts: Iterable[str]) -> dict[str, Submission]:
        rows: dict[str, Submission] = {}
        for some in batched(receipts, 100, strict=False):
            rows |= self._ledger.get_many(some)
        return rows

    def _org(self, method: str, path: str) -> list[dict[str, Any]]:
        address = f"{self._stack.addresses.salesforce_url}/_org/{path}"
        try:
            answer = self._http.request(method, address, timeout=30)
            answer.raise_for_status()
        except requests.RequestException as error:
            raise _unanswered(error) from None
        found: list[dict[str, Any]] = answer.json()
        return found


def until_settled(
    receipts: Sequence[str],
    rows_of: Callable[[Iterable[str]], dict[str, Submission]],
    seconds: float,
    *,
    now: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> dict[str, Submission]:
    """The rows as they are when the last one is settled, or after so many seconds. Looking is load too: seldom."""
    deadline, rows = now() + seconds, dict[str, Submission]()
    while True:
        rows |= rows_of([one for one in receipts if one not in rows or rows[one].state is State.RECEIVED])
        waiting = len(receipts) - sum(row.state is not State.RECEIVED for row in rows.values())
        if not waiting or now() > deadline:
            return rows
        sleep(SECONDS_BETWEEN_LOOKS)


def settling(answers: Iterable[Answer], rows: Iterable[Submission], calls: int) -> Settling:
    """By the rows' own times, which are more exact than our looking."""
    settled = [row for row in rows if row.state is not State.RECEIVED]
    ended = max((row.history[-1].at if row.history else row.received_at for row in settled), default=None)
    last = max((answer.planned + answer.seconds for answer in answers if answer.accepted), default=0.0)
    return Settling(
        states=dict(Counter(row.state.value for row in settled)),
        seconds=max(0.0, ended.timestamp() - last) if ended else 0.0,
        calls=calls,
    )


def _unanswered(error: Exception) -> StepFailedError:
    return StepFailedError("load", f"the stack no longer answers ({type(error).__name__})")
