"""What the ledger and the dead-letter queue hold of the submissions that an operator means."""

import heapq
import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from ops.errors import OpsError
from ops.operations.explaining import Cause, cause_of
from ops.operations.filters import Filter
from ops.stack import DeployedStack, output
from shared.submission import State, Submission, Summary

_READ: Final = 100
"""Rows that the ledger reads at once."""


class Ledger(Protocol):
    """What operators read of it."""

    def get(self, submission_id: str) -> Submission | None: ...
    def get_many(self, submission_ids: Iterable[str]) -> dict[str, Submission]: ...
    def by_state(self, state: State, *, newest_first: bool = False) -> Iterator[Summary]: ...


@dataclass(frozen=True, slots=True)
class Listed:
    """`more` says that there are rows beyond the limit."""

    rows: list[Summary]
    more: bool


def list_rows(ledger: Ledger, wanted: Filter, *, now: datetime, limit: int) -> Listed:
    """Newest first; the ids in the order that they were given. A `limit` of 0 is none. Raises OpsError."""
    if wanted.ids:
        rows = get_rows(ledger, wanted.ids)
        _expect_all(wanted.ids, rows)
        found: Iterable[Summary] = (Summary.model_validate(rows[one].model_dump()) for one in wanted.ids)
    else:
        in_states = [ledger.by_state(state, newest_first=True) for state in wanted.states or State]
        found = heapq.merge(*in_states, key=lambda row: row.received_at, reverse=True)
        # Behind the first that is too old there are only older ones.
        found = itertools.takewhile(lambda row: not wanted.is_too_old(row, now), found)
    matching = (row for row in found if wanted.matches(row, now))
    listed = list(itertools.islice(matching, limit + 1 if limit else None))
    more = bool(limit) and len(listed) > limit
    return Listed(listed[:limit] if limit else listed, more)


def get_rows(ledger: Ledger, submission_ids: Iterable[str]) -> dict[str, Submission]:
    """By id; ids without a row are left out."""
    rows: dict[str, Submission] = {}
    for batch in itertools.batched(submission_ids, _READ, strict=False):
        rows |= ledger.get_many(batch)
    return rows


def get_row(ledger: Ledger, submission_id: str) -> Submission:
    """Raises OpsError."""
    row = ledger.get(submission_id)
    if row is None:
        raise OpsError(f"There is no submission {submission_id}.")
    return row


def _expect_all(submission_ids: Sequence[str], rows: Mapping[str, Submission]) -> None:
    missing = [one for one in submission_ids if one not in rows]
    if missing:
        others = f" (and {len(missing) - 1} more)" if len(missing) > 1 else ""
        raise OpsError(f"There is no submission {missing[0]}{others}.")


@dataclass(frozen=True, slots=True)
class Group:
    """Dead letters with the same cause."""

    cause: Cause
    count: int
    forms: tuple[str, ...]
    oldest: datetime
    newest: datetime


@dataclass(frozen=True, slots=True)
class DeadLetters:
    """`rows` are the rejected ones that were asked for, oldest first. The two counts are of all there are."""

    rows: list[Submission]
    groups: list[Group]
    messages: int
    rejected: int


def dead_letters(stack: DeployedStack, ledger: Ledger, wanted: Filter, *, now: datetime) -> DeadLetters:
    rejected = list(ledger.by_state(State.REJECTED))
    matching = [row.submission_id for row in rejected if wanted.matches(row, now)]
    if wanted.ids:
        _expect_all(wanted.ids, get_rows(ledger, wanted.ids))
    found = get_rows(ledger, matching)
    # The index lags a little behind: what was replayed a moment ago may still be in it.
    rows = [found[one] for one in matching if one in found and found[one].state is State.REJECTED]
    return DeadLetters(rows, group_by_cause(rows), _message_count(stack), len(rejected))


def group_by_cause(rows: Iterable[Submission]) -> list[Group]:
    """The largest group first."""
    by_cause: defaultdict[Cause, list[Submission]] = defaultdict(list)
    for row in rows:
        by_cause[cause_of(row.reason, row.rejection.problems if row.rejection else ())].append(row)
    groups = [
        Group(
            cause=cause,
            count=len(members),
            forms=tuple(sorted({row.form_id for row in members})),
            oldest=min(row.received_at for row in members),
            newest=max(row.received_at for row in members),
        )
        for cause, members in by_cause.items()
    ]
    return sorted(groups, key=lambda group: (-group.count, group.oldest))


def _message_count(stack: DeployedStack) -> int:
    """Those that somebody has in hand count too. SQS calls it approximate; on a quiet queue it is right."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    answer = stack.client("sqs").get_queue_attributes(
        QueueUrl=output(stack, "DeadLetterQueueUrl"), AttributeNames=names
    )
    return sum(int(answer.get("Attributes", {}).get(name, 0)) for name in names)
