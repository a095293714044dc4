"""The org without a network: a Request in, a Response out, one at a time."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Literal, Self
from urllib.parse import quote

from . import seed
from .api import DAILY_LIMIT, NEWEST_VERSION, Api
from .behaviour import Behaviour
from .control import handle_control
from .errors import ApiError, OAuthError, Problem
from .faults import Fault, take
from .fields import SOBJECTS
from .ids import make_id
from .messages import JsonObject, JsonValue, Request, Response, Row
from .oauth import TOKEN_PATH, Sessions
from .page import page
from .records import Records
from .store import Store

CLIENT_ID = "3MVG9.form-to-lead.local"
CLIENT_SECRET = "opens-nothing-but-the-local-stand-in"  # noqa: S105 - as it says
_ORGANIZATION_ID = make_id("00D", 1)
_INTEGRATION_USER_ID = make_id("005", 1)
_UNAVAILABLE_PAGE = b"<html><head><title>Service Unavailable</title></head><body><h1>503</h1></body></html>"


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Org:
    """A Salesforce org in one SQLite database. Its set-up (users, queue) is always there; `seed` adds the people.

    `faults`, `rules` and `calls` are plain lists for tests; over HTTP they are /_org/faults, /_org/validation_rules
    and /_org/calls. Safe to use from several threads.
    """

    def __init__(
        self,
        database: Path | Literal[":memory:"] = ":memory:",
        *,
        now: Callable[[], datetime] = _utc_now,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.client_id = CLIENT_ID
        self.client_secret = CLIENT_SECRET
        self.instance_url = "https://localhost"
        self.calls: list[JsonObject] = []
        self.faults: list[Fault] = []
        self._sleep = sleep
        self._now = now
        self._used = 0
        self._lock = threading.RLock()
        self._store = Store(database)
        self.behaviour = Behaviour()
        self._records = Records(self._store, now, _INTEGRATION_USER_ID, behaviour=self.behaviour)
        self.rules = self._records.rules
        self.access = self._records.access
        self.sessions = Sessions(self.client_id, self.client_secret, _ORGANIZATION_ID, _INTEGRATION_USER_ID, now)
        self._api = Api(self._records, lambda: self._used, self.behaviour)
        self._set_up()

    def close(self) -> None:
        with self._lock:
            self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _set_up(self) -> None:
        self.rules[:] = seed.DEFAULT_RULES
        with self._lock, self._store.transaction():
            if not self._store.all(SOBJECTS["Organization"]):
                seed.set_up(self._records, _ORGANIZATION_ID)
            self._records.set_assignment_rules([])

    def seed(self) -> None:
        """Adds the people of the FlexFit story; a second time does nothing."""
        with self._lock, self._store.transaction():
            if not self._store.all(SOBJECTS["Account"], deleted=True):
                seed.add_people(self._records)

    def reset(self) -> None:
        """Back to the seeded start: no other records, no faults, no calls, the default rules and behaviour."""
        with self._lock:
            with self._store.transaction():
                self._store.clear()
            self._set_up()
            self.seed()
            self.behaviour.reset()
            self.access.clear()
            self.faults.clear()
            self.calls.clear()
            self._api.forget_cursors()
            self._used = 0

    def rows(self, sobject: str, *, deleted: bool = False) -> list[Row]:
        """All records of an object with all stored fields, oldest first."""
        with self._lock:
            return self._store.all(SOBJECTS[sobject], deleted=deleted)

    def add(self, sobject: str, values: Row) -> str:
        """Stores a record unchecked, read-only fields too, and returns its id: for tests that need a past."""
        with self._lock, self._store.transaction():
            return self._records.insert_as_system(SOBJECTS[sobject], values)

    def change(self, sobject: str, record_id: str, values: Row) -> None:
        """Overwrites fields of a record unchecked, read-only ones too."""
        with self._lock, self._store.transaction():
            self._store.update(SOBJECTS[sobject], record_id, values)

    @contextmanager
    def work(self) -> Iterator[Records]:
        """The records, for a change that happens whole or not at all: see life.py."""
        with self._lock, self._store.transaction():
            yield self._records

    def call(
        self, method: str, resource: str, body: object = None, headers: Mapping[str, str] | None = None
    ) -> Response:
        """An API call without a network, logged in: `call("GET", "sobjects/Lead/describe")`."""
        every = {"authorization": f"Bearer {self.sessions.open()}", **(headers or {})}
        if body is not None:
            every.setdefault("content-type", "application/json")
        content = b"" if body is None else json.dumps(body).encode()
        return self.handle(Request(method, f"/services/data/v{NEWEST_VERSION}.0/{resource}", every, content))

    def query(self, soql: str) -> list[JsonValue]:
        """The first page of a query's records. Raises ValueError with the org's answer when it is refused."""
        response = self.call("GET", f"query?q={quote(soql)}")
        if response.status != 200 or not isinstance(response.body, dict):
            raise ValueError(response.body)
        records = response.body["records"]
        return records if isinstance(records, list) else []

    def handle(self, request: Request) -> Response:
        """Answers the API, the control endpoints and the page."""
        if request.path.startswith("/_org/"):
            return handle_control(self, request)
        if request.path == "/" and request.method in {"GET", "HEAD"}:
            return page(self.rows, paused="pause" in request.query_string)
        if request.path == TOKEN_PATH or request.path.startswith("/services/"):
            return self._faulty(request)
        gone = b"<html><body><h1>URL No Longer Exists</h1></body></html>"
        return Response(404, gone, {"Content-Type": "text/html"})

    def _faulty(self, request: Request) -> Response:
        call: JsonObject = {"method": request.method, "path": request.path, "at": self._now().isoformat()}
        with self._lock:
            self.calls.append(call)
            hitting = take(self.faults, request)
        for each in hitting:
            if each.kind == "slow":
                self._sleep(each.seconds)
        fault = next((each for each in hitting if each.kind != "slow"), None)
        with self._lock:
            response = self._with_fault(request, fault) if fault is not None else self._answer(request)
        if fault is not None and fault.kind == "commit_then_slow":
            self._sleep(fault.seconds)
        call["status"] = None if response.drop else response.status
        return response

    def _with_fault(self, request: Request, fault: Fault) -> Response:
        match fault.kind:
            case "unauthorized" | "unauthorized_forever":
                self.sessions.end(request.headers.get("authorization", ""))
                return _expired()
            case "limit_exceeded":
                error = ApiError(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
                return Response(403, error.body())
            case "unavailable_html":
                return Response(503, _UNAVAILABLE_PAGE, {"Content-Type": "text/html; charset=UTF-8"})
            case "drop":
                return Response(0, drop=True)
            case "commit_then_drop":
                self._answer(request)
                return Response(0, drop=True)
            case "upsert_race":
                self._records.racing = True
            case "lock_row" | "record_error":
                self._records.refuse = _refuser(fault)
        try:
            return self._answer(request)
        finally:
            self._records.racing = False
            self._records.refuse = _no_refusal

    def _answer(self, request: Request) -> Response:
        if request.path == TOKEN_PATH:
            return self._token(request)
        is_version_list = request.path.strip("/") == "services/data"
        if not is_version_list:
            if not self.sessions.knows(request.headers.get("authorization", "")):
                return _expired()
            self._used += 1
        response = self._api.route(request)
        usage = {} if is_version_list else {"Sforce-Limit-Info": f"api-usage={self._used}/{DAILY_LIMIT}"}
        return Response(response.status, response.body, {**response.headers, **usage})

    def _token(self, request: Request) -> Response:
        headers = {"Cache-Control": "no-cache, no-store"}
        if request.method != "POST":
            return Response(405, {"error": "invalid_request", "error_description": "must use HTTP POST"}, headers)
        try:
            return Response(200, self.sessions.token_for(request, self.instance_url), headers)
        except OAuthError as error:
            return Response(400, {"error": error.error, "error_description": error.description}, headers)


def _expired() -> Response:
    error = ApiError(401, "INVALID_SESSION_ID", "Session expired or invalid")
    return Response(401, error.body(), {"WWW-Authenticate": "Token"})


def _no_refusal() -> None:
    return None


def _refuser(fault: Fault) -> Callable[[], Problem | None]:
    """Refuses each write of a request, or only the one at the fault's position."""
    written = 0

    def refuse() -> Problem | None:
        nonlocal written
        written += 1
        return fault.problem if fault.record in {None, written - 1} else None

    return refuse
