"""Orders to the replay function. Nothing here writes to a table or a queue: the function does, so that people need no
right to."""

import getpass
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, TypedDict

from botocore.exceptions import BotoCoreError, ClientError

from ops.errors import FAILURES, OpsError, in_words
from ops.operations.explaining import is_refused
from ops.operations.functions import answer_of
from ops.stack import DeployedStack
from shared.spam.lists import Subject
from shared.submission import FieldValue

BATCH: Final = 50
"""Submissions in one order: well within what the function takes (100) and what its time allows."""
_BY_LENGTH: Final = 100


class Done(TypedDict):
    """What the replay function says it did with one submission; `result` is one word."""

    submission_id: str
    result: str
    changed: bool


class Operator:
    """Methods raise OpsError, ClientError and BotoCoreError. Every order can be given again without harm."""

    def __init__(self, stack: DeployedStack) -> None:
        self._stack = stack

    @cached_property
    def name(self) -> str:
        """Who gives the orders, for the history: the AWS caller, or the user of this machine."""
        try:
            arn = str(self._stack.client("sts").get_caller_identity()["Arn"])
        except (ClientError, BotoCoreError):
            return _local_user()
        return arn.replace(":", "/").rpartition("/")[2][:_BY_LENGTH] or _local_user()

    def edit(self, submission_id: str, fields: Mapping[str, FieldValue]) -> Done:
        return self._order("edit", submission_id=submission_id, fields=dict(fields))[0]

    def replay(self, submission_id: str) -> Done:
        return self._order("replay", submission_ids=[submission_id])[0]

    def discard(self, submission_id: str, why: str) -> Done:
        return self._order("discard", submission_ids=[submission_id], why=why)[0]

    def replay_many(self, submission_ids: Iterable[str]) -> Iterator[list[Done]]:
        """One order a batch, given when the next item is asked for: stop asking, and all is consistent."""
        for batch in itertools.batched(submission_ids, BATCH, strict=False):
            yield self._order("replay", submission_ids=list(batch))

    def discard_many(self, submission_ids: Iterable[str], why: str) -> Iterator[list[Done]]:
        """As `replay_many`."""
        for batch in itertools.batched(submission_ids, BATCH, strict=False):
            yield self._order("discard", submission_ids=list(batch), why=why)

    def release_many(self, submission_ids: Iterable[str], teach: Subject | None) -> Iterator[list[Done]]:
        """Of quarantined ones. As `replay_many`."""
        for batch in itertools.batched(submission_ids, BATCH, strict=False):
            yield self._order("release", submission_ids=list(batch), teach=teach)

    def discard_spam(self, submission_ids: Iterable[str], why: str, block: Subject | None) -> Iterator[list[Done]]:
        """Of quarantined ones. As `replay_many`."""
        for batch in itertools.batched(submission_ids, BATCH, strict=False):
            yield self._order("discard_spam", submission_ids=list(batch), why=why, block=block)

    def reconcile(self) -> list[Done]:
        return self._order("reconcile")

    def _order(self, command: str, **content: Any) -> list[Done]:
        order = {"command": command, "by": self.name, **content}
        return _done_in(answer_of(self._stack, "ReplayFunctionName", order))


def _done_in(content: Any) -> list[Done]:
    match content:
        case {"done": list(done)}:
            return done
        case {"error": str(error)}:
            raise OpsError(f"The replay function says: {error}")
        case _:
            raise OpsError("The replay function failed. Its log says where; the same order can be given again.")


def _local_user() -> str:
    try:
        return getpass.getuser()[:_BY_LENGTH]
    except (OSError, KeyError, ImportError):  # a container may have no name for its user
        return "operator"


@dataclass
class Report:
    """What became of an order in batches. `trouble` says why it ended early, '' when it did not."""

    done: list[Done] = field(default_factory=list)
    trouble: OpsError | None = None

    @property
    def refused(self) -> int:
        return sum(is_refused(one["result"]) for one in self.done)


def carry_out(
    batches: Iterator[list[Done]], total: int, *, stopped: Callable[[], bool], advance: Callable[[int], object]
) -> Report:
    """Batch after batch, until the end, an error, or `stopped`: what was done until then stands in the report."""
    report = Report()
    try:
        for batch in batches:
            report.done += batch
            advance(len(batch))
            if stopped() and len(report.done) < total:
                report.trouble = OpsError("Stopped, as you asked.")
                break
    except FAILURES as error:
        report.trouble = in_words(error)
    except KeyboardInterrupt:
        report.trouble = OpsError("Stopped at once. The batch under way may still be carried out.")
    return report
