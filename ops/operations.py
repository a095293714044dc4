"""What operators do, without a screen: read the ledger, and give orders to the replay function.

Nothing here writes to a table or a queue: the function does, so that people need no right to.
"""

import getpass
import heapq
import http.client
import itertools
import json
import time
import urllib.error
import urllib.request
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Final, TypedDict
from urllib.parse import quote, urlsplit

from botocore.exceptions import BotoCoreError, ClientError

from ops.errors import FAILURES, OpsError, in_words, unreachable
from ops.explaining import Cause, cause_of, is_refused, wrong_now
from ops.filters import Filter
from ops.stack import DeployedStack, output
from shared.aws.ledger import Ledger
from shared.form.definition import Form
from shared.spam.lists import Subject
from shared.submission import REPLAYABLE, FieldValue, State, Submission, Summary

BATCH: Final = 50
"""Submissions in one order: well within what the function takes (100) and what its time allows."""
_READ: Final = 100
"""Rows that the ledger reads at once."""
_BY_LENGTH: Final = 100
_SECONDS_TO_ANSWER: Final = 35
"""A little more than API Gateway itself waits."""
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


class Done(TypedDict):
    """What the replay function says it did with one submission; `result` is one word."""

    submission_id: str
    result: str
    changed: bool


# --- orders to the replay function -----------------------------------------------------------------------


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
        answer = self._stack.client("lambda").invoke(
            FunctionName=output(self._stack, "ReplayFunctionName"),
            InvocationType="RequestResponse",
            Payload=json.dumps({"command": command, "by": self.name, **content}).encode(),
        )
        # A failed function's payload quotes what it was working on: only its log says more.
        payload = b"" if answer.get("FunctionError") else answer["Payload"].read()
        return _done_in(payload)


def _done_in(payload: bytes) -> list[Done]:
    try:
        content = json.loads(payload)
    except ValueError:
        content = None
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


# --- reading ---------------------------------------------------------------------------------------------


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


# --- plans: what a replay or discard would do ------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Planned:
    """`refusal` says why the function would do nothing; `wrong` names the fields that the form would still refuse."""

    submission_id: str
    row: Submission | None
    refusal: str = ""
    wrong: tuple[str, ...] = ()


def plan(ledger: Ledger, wanted: Filter, forms: Mapping[str, Form], *, now: datetime, limit: int) -> list[Planned]:
    """Oldest first, or the ids in the order that they were given. A `limit` of 0 is none."""
    if wanted.ids:
        ids: Iterable[str] = wanted.ids
    else:
        in_states = [ledger.by_state(state) for state in wanted.states]
        merged = heapq.merge(*in_states, key=lambda row: row.received_at)
        ids = (row.submission_id for row in merged if wanted.matches(row, now))
    chosen = list(itertools.islice(ids, limit or None))
    rows = get_rows(ledger, chosen)
    return [_planned(one, rows.get(one), wanted, forms, now) for one in chosen]


def _planned(
    submission_id: str, row: Submission | None, wanted: Filter, forms: Mapping[str, Form], now: datetime
) -> Planned:
    if row is None:
        return Planned(submission_id, row, refusal="unknown")
    if row.state not in REPLAYABLE:
        return Planned(submission_id, row, refusal=f"is_{row.state}")
    if not wanted.matches(row, now):
        return Planned(submission_id, row, refusal="not_asked_for")
    wrong = wrong_now(forms.get(row.form_id), row.fields)
    return Planned(submission_id, row, wrong=tuple(error.field for error in wrong))


# --- test submissions ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Answer:
    """What the API said: a receipt, or a problem (RFC 9457)."""

    status: int
    body: dict[str, Any]

    @property
    def receipt(self) -> str:
        return str(self.body.get("receipt", ""))


def submit(api_url: str, form_id: str, fields: Mapping[str, FieldValue]) -> Answer:
    """Raises OpsError when there is no answer, or none of ours."""
    if urlsplit(api_url).scheme not in {"http", "https"}:
        raise unreachable("The stack has no ApiUrl: is it form-to-lead, of this release or a newer one?")
    request = urllib.request.Request(  # noqa: S310 (the scheme is checked above)
        f"{api_url.rstrip('/')}/forms/{quote(form_id, safe='')}",
        data=json.dumps(fields).encode(),
        headers={
            "Content-Type": "application/json",
            "Accept": "application/json",
            "Accept-Language": "en",  # the operator reads what is wrong; the field `lang` still decides
            "Idempotency-Key": str(uuid.uuid4()),
            "User-Agent": "form-to-lead",
        },
        method="POST",
    )
    # A company proxy must not be asked for what listens on this machine.
    direct = [urllib.request.ProxyHandler({})] if urlsplit(api_url).hostname in _LOOPBACK else []
    try:
        with urllib.request.build_opener(*direct).open(request, timeout=_SECONDS_TO_ANSWER) as response:
            return _answer(response.status, response.read())
    except urllib.error.HTTPError as error:
        with error:
            return _answer(error.code, error.read())
    except (OSError, http.client.HTTPException) as error:  # URLError and time-outs are OSErrors
        raise unreachable(f"The API can't be reached ({type(error).__name__}).") from None


def _answer(status: int, body: bytes) -> Answer:
    try:
        content = json.loads(body)
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise OpsError(f"The API answered {status}, with something that is not ours.")
    return Answer(status, content)


def wait_until_settled(
    ledger: Ledger,
    submission_id: str,
    *,
    seconds: float,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Submission:
    """The row as soon as it is not `received` any more, or as it is when the time is up. Raises OpsError."""
    end = clock() + seconds
    while True:
        row = get_row(ledger, submission_id)
        if row.state is not State.RECEIVED or clock() >= end:
            return row
        sleep(1)
