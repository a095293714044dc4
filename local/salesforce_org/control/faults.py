"""Things that go wrong on purpose, for the calls that match.

| fault | what the caller sees |
|---|---|
| unauthorized | 401 INVALID_SESSION_ID; the session used is really ended |
| unauthorized_forever | the same for every call until faults are cleared |
| limit_exceeded | 403 REQUEST_LIMIT_EXCEEDED, with an Sforce-Limit-Info that says so |
| unavailable_html | 503 with an HTML page |
| status | `status` (408, 429, 500, 502, 503 or 504) with a `body` "html", "json" or "empty"; nothing was done |
| api_error | the whole call is refused with a `status` from 400 to 599, and a `code` and `message` of your own |
| lock_row | UNABLE_TO_LOCK_ROW for each record written (or only for the one at position `record`, from 0) |
| record_error | the same with `code`, `message` and `fields` of your own |
| upsert_race | upserts do not see existing records, as if another call were about to commit: DUPLICATE_VALUE |
| slow | the call is taken up, and answered, after `seconds` |
| commit_then_slow | the work is done at once, the answer comes after `seconds` |
| drop | the connection closes, nothing was done |
| commit_then_drop | the work is done, then the connection closes without an answer |
| commit_then_truncate | the work is done, then half of the answer's body comes and the connection closes |

`times` (1 when left out) makes it the next so many calls that match. `rate` (above 0, up to 1) with `seed` (0 when left
out) makes it that share of the calls that match, for ever: the same seed hits the same calls of a sequence.

`after` spares the first so many calls that match.

`path` (a part of the raw path and query) and `method` narrow a fault down. A fault without a path never hits logins
(`/services/oauth2/...`, `/id/...`); name `/services/oauth2/token` to hit those.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from local.salesforce_org.errors import ApiError, Problem
from local.salesforce_org.messages import JsonObject, JsonValue, Request, Response
from local.salesforce_org.rest.quota import LIMIT_INFO, usage

from .knobs import Allowed, checked, is_count, is_number, is_whole

LOGIN_PATHS = ("/services/oauth2/", "/id/")
LOCKED = Problem(
    "UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record or 1 records: 001Fx0000000001AAA"
)
_OWN_KEYS: Mapping[str, frozenset[str]] = {
    "unauthorized": frozenset(),
    "unauthorized_forever": frozenset(),
    "limit_exceeded": frozenset(),
    "unavailable_html": frozenset(),
    "status": frozenset({"status", "body"}),
    "api_error": frozenset({"status", "code", "message"}),
    "lock_row": frozenset({"record"}),
    "record_error": frozenset({"record", "code", "message", "fields"}),
    "upsert_race": frozenset(),
    "slow": frozenset({"seconds"}),
    "commit_then_slow": frozenset({"seconds"}),
    "drop": frozenset(),
    "commit_then_drop": frozenset(),
    "commit_then_truncate": frozenset(),
}
_HOW_OFTEN = frozenset({"times", "rate", "seed", "after"})
_STATUSES = (408, 429, 500, 502, 503, 504)
# The status is what counts: the codes of all but 503 are a guess, and such answers often carry none.
_STATUS_CODES = {500: "UNKNOWN_EXCEPTION", 503: "SERVER_UNAVAILABLE", 429: "REQUEST_LIMIT_EXCEEDED"}
_BODIES = ("html", "json", "empty")


def _is_text(value: JsonValue) -> bool:
    return isinstance(value, str)


def _is_share(value: JsonValue) -> bool:
    return is_number(value) and isinstance(value, int | float) and 0 < value <= 1


def _is_wait(value: JsonValue) -> bool:
    return is_number(value) and isinstance(value, int | float) and value >= 0


def _are_texts(value: JsonValue) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


_ALLOWED: Allowed = {
    "fault": (f"one of {', '.join(_OWN_KEYS)}", lambda value: isinstance(value, str) and value in _OWN_KEYS),
    "times": ("a whole number above 0", is_count),
    "after": ("a whole number, 0 or above", is_whole),
    "rate": ("a number above 0, up to 1", _is_share),
    "seed": ("a whole number, 0 or above", is_whole),
    "path": ("a text", _is_text),
    "method": ("a text", _is_text),
    "seconds": ("a number, 0 or above", _is_wait),
    "record": ("a whole number, 0 or above, or null", lambda value: value is None or is_whole(value)),
    "code": ("a text", _is_text),
    "message": ("a text", _is_text),
    "fields": ("a list of texts", _are_texts),
    "status": ("a whole number from 400 to 599", lambda value: type(value) is int and 400 <= value <= 599),
    "body": (f"one of {', '.join(_BODIES)}", lambda value: value in _BODIES),
}


@dataclass
class Fault:
    """`times` counts down, None means for ever; `draw` decides with a `rate`. The rest as in the table above."""

    kind: str
    times: int | None = 1
    after: int = 0
    rate: float | None = None
    seed: int = 0
    path: str = ""
    method: str = ""
    seconds: float = 1.0
    record: int | None = None
    problem: Problem = LOCKED
    status: int = 400
    body: str = "html"
    _random: Random = field(init=False)

    def __post_init__(self) -> None:
        self._random = Random(self.seed)  # noqa: S311 - it must be repeatable, not secret

    def hits(self, request: Request) -> bool:
        """Draws, or counts, once for each call that matches."""
        if self.times == 0 or (self.method and self.method.upper() != request.method):
            return False
        if self.path not in request.target or (not self.path and request.path.startswith(LOGIN_PATHS)):
            return False
        if self.after > 0:
            self.after -= 1
            return False
        return self.rate is None or self._random.random() < self.rate

    def use_up(self) -> None:
        if self.times is not None:
            self.times -= 1

    def shown(self) -> JsonObject:
        often: JsonObject = {"times": self.times} if self.rate is None else {"rate": self.rate, "seed": self.seed}
        return {"fault": self.kind, **often, "path": self.path, "method": self.method}


def take(faults: Sequence[Fault], request: Request) -> list[Fault]:
    """The faults that hit this request: any `slow` ones and the first of the others. Uses each of them up once."""
    hitting = [fault for fault in faults if fault.hits(request)]
    slow = [fault for fault in hitting if fault.kind == "slow"][:1]
    other = [fault for fault in hitting if fault.kind != "slow"][:1]
    for fault in (*slow, *other):
        fault.use_up()
    return [*slow, *other]


def failure(fault: Fault, daily_limit: int) -> Response | None:
    """What is answered instead of doing the work; None when the work is done. `daily_limit` is the org's, in calls."""
    match fault.kind:
        case "limit_exceeded":
            return limit_exceeded(daily_limit)
        case "unavailable_html":
            return _failed(503, "html")
        case "status":
            return _failed(fault.status, fault.body)
        case "api_error":
            error = ApiError(fault.status, fault.problem.code, fault.problem.message)
            return Response(fault.status, error.body())
        case "drop":
            return Response(0, drop=True)
    return None


def limit_exceeded(daily_limit: int) -> Response:
    """As when all calls of the day are used up."""
    error = ApiError(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
    return Response(403, error.body(), {LIMIT_INFO: usage(daily_limit, daily_limit)})


def _failed(status: int, body: str) -> Response:
    match body:
        case "html":
            page = f"<html><head><title>Error {status}</title></head><body><h1>{status}</h1></body></html>"
            return Response(status, page.encode(), {"Content-Type": "text/html; charset=UTF-8"})
        case "json":
            code = _STATUS_CODES.get(status, "SERVER_UNAVAILABLE")
            return Response(status, ApiError(status, code, "An unexpected error occurred.").body())
    return Response(status)


def refuser(fault: Fault) -> Callable[[], Problem | None]:
    """Refuses each write of a request, or only the one at the fault's position."""
    written = 0

    def refuse() -> Problem | None:
        nonlocal written
        written += 1
        return fault.problem if fault.record in {None, written - 1} else None

    return refuse


def parse_faults(body: JsonValue) -> list[Fault]:
    """The body of POST /_org/faults. Raises ApiError 400 that says what is wrong with it."""
    if not isinstance(body, list):
        raise ApiError(400, "BAD_FAULT", "a JSON list of faults is wanted; [] clears")
    return [parse_fault(each) for each in body]


def parse_fault(value: JsonValue) -> Fault:
    given = checked(value, _ALLOWED)
    kind = given.get("fault")
    if not isinstance(kind, str):
        raise ApiError(400, "BAD_FAULT", f"`fault` must be given: {_ALLOWED['fault'][0]}")
    own = _OWN_KEYS[kind] | {"fault", "path", "method"}
    if kind != "unauthorized_forever":
        own |= _HOW_OFTEN
    if foreign := given.keys() - own:
        raise ApiError(400, "BAD_FAULT", f"{kind} takes no {', '.join(sorted(foreign))}; it takes {sorted(own)}")
    if "rate" in given and "times" in given:
        raise ApiError(400, "BAD_FAULT", "a fault takes either times or rate")
    if "seed" in given and "rate" not in given:
        raise ApiError(400, "BAD_FAULT", "seed is for a fault with a rate")
    if kind == "status" and given.get("status") not in _STATUSES:
        raise ApiError(400, "BAD_FAULT", f"status must be one of {', '.join(map(str, _STATUSES))}")
    return _fault(kind, given)


def _fault(kind: str, given: JsonObject) -> Fault:
    for_ever = kind == "unauthorized_forever" or "rate" in given
    fault = Fault(kind, times=None if for_ever else 1)
    # Every value was checked above to be of its field's type.
    plain = given.keys() & {"times", "after", "rate", "seed", "path", "method", "seconds", "record", "status", "body"}
    for name in plain:
        setattr(fault, name, given[name])
    fault.__post_init__()
    if kind in {"record_error", "api_error"}:
        names = given.get("fields", [])
        fields = tuple(str(name) for name in names) if isinstance(names, list) else ()
        fault.problem = Problem(
            str(given.get("code", "UNKNOWN_EXCEPTION")), str(given.get("message", "")), fields
        )  # fmt: skip
    return fault
