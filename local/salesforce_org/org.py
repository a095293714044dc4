"""The org without a network: a Request in, a Response out, one at a time."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Literal, Self
from urllib.parse import quote

from .control import seed
from .control.behaviour import Behaviour
from .control.endpoints import handle_control
from .control.faults import Fault, failure, limit_exceeded, refuser, take
from .duplicates.duplicate_rules import STANDARD_RULES
from .errors import ApiError, Problem
from .login import soap_login
from .login.connected_app import ConnectedApp
from .login.identity import IDENTITY_PREFIX, Identity
from .login.oauth import Logins
from .login.sessions import Sessions, bearer_token
from .messages import JsonObject, JsonValue, Request, Response, Row
from .records.saving import Records
from .records.store import Store
from .rest.api import Api
from .rest.call import NEWEST_VERSION
from .rest.quota import Quota
from .schema.fields import SOBJECTS
from .schema.ids import make_id
from .soap import api as soap
from .web.method_override import effective
from .web.page import page

CLIENT_ID = "3MVG9.form-to-lead.local"
CLIENT_SECRET = "opens-nothing-but-the-local-stand-in"  # noqa: S105 - as it says
_ORGANIZATION_ID = make_id("00D", 1)
_INTEGRATION_USER_ID = make_id("005", 1)


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Org:
    """A Salesforce org in one SQLite database. Its set-up (users, queue) is always there; `seed` adds the people.

    `faults`, `rules`, `duplicate_rules` and `calls` are plain lists for tests; over HTTP they are /_org/faults,
    /_org/validation_rules, /_org/duplicate_rules and /_org/calls. Safe to use from several threads.
    """

    def __init__(
        self,
        database: Path | Literal[":memory:"] = ":memory:",
        *,
        now: Callable[[], datetime] = _utc_now,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.app = ConnectedApp(CLIENT_ID, CLIENT_SECRET)
        self.instance_url = "https://localhost"
        self.calls: list[JsonObject] = []
        self.faults: list[Fault] = []
        self._sleep = sleep
        self._now = now
        self.quota = Quota(now)
        self._lock = threading.RLock()
        self._store = Store(database)
        self.behaviour = Behaviour()
        self._records = Records(self._store, now, _INTEGRATION_USER_ID, behaviour=self.behaviour)
        self.rules = self._records.rules
        self.duplicate_rules = self._records.duplicates.rules
        self.access = self._records.access
        self.sessions = Sessions(_ORGANIZATION_ID, _INTEGRATION_USER_ID, now, self.behaviour)
        self._logins = Logins(self.app, self.sessions, self.behaviour, self._user_named, now)
        self._identity = Identity(self.sessions, self._store)
        self._api = Api(self._records, self.quota, self.behaviour)
        self._soap = soap.SoapApi(self._records, self.quota, self.behaviour)
        self._set_up()

    @property
    def client_id(self) -> str:
        return self.app.client_id

    @property
    def client_secret(self) -> str:
        return self.app.client_secret

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
        self.duplicate_rules[:] = STANDARD_RULES
        with self._lock, self._store.transaction():
            if not self._store.all(SOBJECTS["Organization"]):
                seed.set_up(self._records, _ORGANIZATION_ID)
            self._records.set_assignment_rules([])

    def seed(self) -> None:
        """Adds the people of the FlexFit story; a second time does nothing."""
        with self._lock, self._store.transaction():
            if not self._store.all(SOBJECTS["Account"], deleted=True):
                seed.add_people(self._records)

    def records_as_they_are(self) -> bytes:
        with self._lock:
            return self._store.content()

    def reset(self, records: bytes | None = None) -> None:
        """Back to the seeded start: no other records, no faults, no calls, the default rules and knobs.

        Sessions and the uploaded key stay, so that a client that runs along need not be set up again. With `records`
        of an earlier start, they are put back instead of made again: a fifth of the time, and as old as they were.
        """
        with self._lock:
            if records is None:
                with self._store.transaction():
                    self._store.clear()
            else:
                self._store.put_back(records)
            self._set_up()
            self.seed()
            self.behaviour.reset()
            self.access.clear()
            self.faults.clear()
            self.calls.clear()
            self._api.forget_cursors()
            self._logins.forget()
            self.app.policy.reset()
            self.quota.reset()

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
        """The records, for a change that happens whole or not at all: see control/life.py."""
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
        if request.path.startswith(("/services/", IDENTITY_PREFIX)):
            return self._faulty(effective(request))
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
        response = soap.refusal_as_fault(request, response)
        if fault is not None and fault.kind == "commit_then_slow":
            self._sleep(fault.seconds)
        call["status"] = None if response.drop or response.truncate else response.status
        return response

    def _with_fault(self, request: Request, fault: Fault) -> Response:
        failed = failure(fault, self.quota.daily)
        if failed is not None:
            return failed
        match fault.kind:
            case "unauthorized" | "unauthorized_forever":
                self.sessions.end(_session_of(request))
                return _expired()
            case "commit_then_drop":
                self._answer(request)
                return Response(0, drop=True)
            case "commit_then_truncate":
                return replace(self._answer(request), truncate=True)
            case "upsert_race":
                self._records.racing = True
            case "lock_row" | "record_error":
                self._records.refuse = refuser(fault)
        try:
            return self._answer(request)
        finally:
            self._records.racing = False
            self._records.refuse = _no_refusal

    def _answer(self, request: Request) -> Response:
        match request.path.rstrip("/"):
            case "/services/oauth2/token":
                return self._logins.token(request, self.instance_url)
            case "/services/oauth2/revoke":
                return self._logins.revoke(request)
            case "/services/oauth2/userinfo":
                return self._identity.answer(request, self.instance_url)
            case "/services/data":
                return self._api.route(request)
        if request.path.startswith(IDENTITY_PREFIX):
            return self._identity.answer(request, self.instance_url)
        return soap_login.refusal(request) or self._api_call(request)

    def _api_call(self, request: Request) -> Response:
        """Needs a session, and counts against the daily limit unless that is used up."""
        user_id = self.sessions.user_of(_session_of(request))
        if user_id is None:
            return _expired()
        if self.quota.is_exhausted:
            return replace(limit_exceeded(self.quota.daily), headers=self.quota.header())
        self.quota.count()
        response = self._as_user(user_id, request)
        if request.path.startswith(soap.PREFIX):
            return response  # the usage stands in the message
        return replace(response, headers={**response.headers, **self.quota.header()})

    def _as_user(self, user_id: str, request: Request) -> Response:
        self._records.user_id = user_id
        try:
            return self._soap.route(request) if request.path.startswith(soap.PREFIX) else self._api.route(request)
        finally:
            self._records.user_id = self.sessions.user_id

    def _user_named(self, name: str) -> Row | None:
        """User names are the same in upper and lower case."""
        users = self._store.all(SOBJECTS["User"])
        return next((user for user in users if str(user["Username"]).lower() == name.lower()), None)


def _session_of(request: Request) -> str:
    """SOAP carries it in the message."""
    is_soap = request.path.startswith(soap.PREFIX)
    return soap.session_of(request) if is_soap else bearer_token(request.headers.get("authorization", ""))


def _expired() -> Response:
    error = ApiError(401, "INVALID_SESSION_ID", "Session expired or invalid")
    return Response(401, error.body(), {"WWW-Authenticate": "Token"})


def _no_refusal() -> Problem | None:
    return None
