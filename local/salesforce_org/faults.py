"""Things that go wrong on purpose, for the next N calls that match.

| fault | what the caller sees |
|---|---|
| unauthorized | 401 INVALID_SESSION_ID; the session used is really ended |
| unauthorized_forever | the same for every call until faults are cleared |
| limit_exceeded | 403 REQUEST_LIMIT_EXCEEDED |
| unavailable_html | 503 with an HTML page |
| lock_row | UNABLE_TO_LOCK_ROW for each record written (or only for the one at position `record`, from 0) |
| record_error | the same with `code`, `message` and `fields` of your own |
| upsert_race | upserts do not see existing records, as if another call were about to commit: DUPLICATE_VALUE |
| slow | the call is taken up, and answered, after `seconds` |
| commit_then_slow | the work is done at once, the answer comes after `seconds` |
| drop | the connection closes, nothing was done |
| commit_then_drop | the work is done, then the connection closes without an answer |

`path` (a part of the raw path and query) and `method` narrow a fault down. A fault without a path never hits token
requests; name `/services/oauth2/token` to hit those.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from .errors import ApiError, Problem
from .messages import JsonValue, Request
from .oauth import TOKEN_PATH

KINDS = frozenset(
    {
        "unauthorized",
        "unauthorized_forever",
        "limit_exceeded",
        "unavailable_html",
        "lock_row",
        "record_error",
        "upsert_race",
        "slow",
        "commit_then_slow",
        "drop",
        "commit_then_drop",
    }
)
_KEYS = frozenset({"fault", "times", "path", "method", "seconds", "record", "code", "message", "fields"})
LOCKED = Problem(
    "UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record or 1 records: 001Fx0000000001AAA"
)


@dataclass
class Fault:
    """`times` counts down; `seconds` is for the slow ones, `record` and `problem` for lock_row and record_error."""

    kind: str
    times: int = 1
    path: str = ""
    method: str = ""
    seconds: float = 0.0
    record: int | None = None
    problem: Problem = LOCKED

    def hits(self, request: Request) -> bool:
        if self.times < 1 or (self.method and self.method.upper() != request.method):
            return False
        if not self.path:
            return request.path != TOKEN_PATH
        return self.path in request.target


def take(faults: Sequence[Fault], request: Request) -> list[Fault]:
    """The faults that hit this request: any `slow` ones and the first of the others. Uses each of them up once."""
    hitting = [fault for fault in faults if fault.hits(request)]
    slow = [fault for fault in hitting if fault.kind == "slow"][:1]
    other = [fault for fault in hitting if fault.kind != "slow"][:1]
    for fault in (*slow, *other):
        if fault.kind != "unauthorized_forever":
            fault.times -= 1
    return [*slow, *other]


def parse_faults(body: JsonValue) -> list[Fault]:
    """The body of POST /_org/faults. Raises ApiError 400 that says what is wrong with it."""
    if not isinstance(body, list):
        raise ApiError(400, "BAD_FAULT", "a JSON list of faults is wanted; [] clears")
    return [parse_fault(each) for each in body]


def parse_fault(value: JsonValue) -> Fault:
    if not isinstance(value, dict) or value.get("fault") not in KINDS:
        raise ApiError(400, "BAD_FAULT", f"each fault is an object whose `fault` is one of {sorted(KINDS)}")
    if unknown := value.keys() - _KEYS:
        raise ApiError(400, "BAD_FAULT", f"unknown keys {sorted(unknown)}; known are {sorted(_KEYS)}")
    times, seconds, record = value.get("times", 1), value.get("seconds", 1.0), value.get("record")
    if not isinstance(times, int) or not isinstance(seconds, int | float) or not isinstance(record, int | None):
        raise ApiError(400, "BAD_FAULT", "times and record are whole numbers, seconds is a number")
    problem = LOCKED
    if value["fault"] == "record_error":
        fields = value.get("fields", [])
        names = tuple(str(name) for name in fields) if isinstance(fields, list) else ()
        problem = Problem(str(value.get("code", "UNKNOWN_EXCEPTION")), str(value.get("message", "")), names)
    return Fault(
        kind=str(value["fault"]),
        times=times,
        path=str(value.get("path", "")),
        method=str(value.get("method", "")),
        seconds=float(seconds),
        record=record,
        problem=problem,
    )
