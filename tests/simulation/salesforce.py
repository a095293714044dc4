"""The org stand-in behind the product's own HTTP client, without a network: answers get lost, late or never come.

The nastiest is a write that lands after its sender gave up: Salesforce ends a call after ten minutes at the latest, so
it may come as late as that.
"""

import io
import json
import re
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter

from local.salesforce_org import Org, Request, Response
from local.salesforce_org.control.faults import Fault
from tests.simulation.calls import Storm
from tests.simulation.world import World

LATEST: Final = 595.0
"""Seconds until a write lands that nobody waits for any more; Salesforce ends it after 600."""
FAULTS: Final = (
    "killed_before",
    "killed_after",
    "killed_meanwhile",
    "sf_unreachable",
    "sf_dropped",
    "sf_unavailable",
    "sf_too_busy",
    "sf_commit_lost",
    "sf_commit_late",
    "sf_commit_cut_off",
    "sf_session_ended",
    "sf_row_locked",
    "sf_race",
    "sf_slow",
)
_OF_WRITES: Final = re.compile(r"(?:POST|PATCH|DELETE) (?:composite/)?sobjects")
_OF_UPSERTS: Final = "PATCH composite/sobjects/"
_OF_AN_OUTAGE: Final = ("killed_before", "sf_unreachable")
"""What can still go wrong then."""
_OF_THE_ORG: Final = {"sf_row_locked": "lock_row", "sf_race": "upsert_race", "sf_session_ended": "unauthorized"}


@cache
def faults_of_call(what: str) -> tuple[str, ...]:
    """Those that can do something to it."""
    cannot = set()
    if "oauth2/" in what:
        cannot.add("sf_session_ended")
    if not _OF_WRITES.search(what):
        cannot.add("sf_row_locked")
    if _OF_UPSERTS not in what:
        cannot.add("sf_race")
    return tuple(one for one in FAULTS if one not in cannot)


@dataclass
class Salesforce:
    """`outages` are (from, until). `tries` counts whatever was sent, `calls` what the org would count, and
    `over_the_limit` what it refused because its day's calls were used up."""

    world: World
    storm: Storm
    org: Org
    outages: list[tuple[float, float]] = field(default_factory=list)
    tries: int = 0
    calls: int = 0
    over_the_limit: int = 0
    logins: int = 0

    def is_out(self) -> bool:
        return any(start <= self.world.now < end for start, end in self.outages)

    def send(self, request: requests.PreparedRequest, patience: float) -> requests.Response:
        parts = urlsplit(str(request.url))
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        body = request.body or b""
        asked = Request(
            str(request.method),
            target,
            {name.lower(): value for name, value in request.headers.items()},
            body.encode() if isinstance(body, str) else bytes(body),
        )
        is_login = parts.path.startswith("/services/oauth2/")
        what = f"salesforce:{_what(asked, parts.path)}"
        fault = self.storm.at(self.world, what, _OF_AN_OUTAGE if self.is_out() else faults_of_call(what))
        self.world.note(f"{what} {fault}".rstrip())
        self.tries += 1
        if fault == "killed_before":
            self.world.die()
        if fault == "killed_meanwhile":
            self._later(asked)
            self.world.die()
        if fault == "sf_unreachable":
            self.world.sleep(3)
            raise requests.ConnectTimeout
        if self.is_out():
            self.world.sleep(1)
            return _answer(request, Response(503, b"<html>Service Unavailable</html>", {"Content-Type": "text/html"}))
        self.logins += is_login
        self.calls += not is_login
        return self._done(request, asked, fault, patience)

    def _done(
        self, request: requests.PreparedRequest, asked: Request, fault: str, patience: float
    ) -> requests.Response:
        world = self.world
        wait = 0.15 + 0.5 * world.random.random()
        match fault:
            case "sf_dropped":
                world.sleep(wait)
                raise requests.ConnectionError
            case "sf_unavailable":
                world.sleep(wait)
                return _answer(request, Response(503, b"<html>busy</html>", {"Content-Type": "text/html"}))
            case "sf_too_busy":
                world.sleep(wait)
                return _answer(request, Response(429, b"", {}))
            case "sf_commit_late":
                self._later(asked)
                world.sleep(patience)
                raise requests.ReadTimeout
            case "sf_slow":
                wait = min(wait + 8 * world.random.random(), patience - 0.1)
        world.sleep(wait)
        self.over_the_limit += self.org.quota.is_exhausted
        answer = self._ask(asked, _OF_THE_ORG.get(fault, ""))
        match fault:
            case "killed_after":
                world.die()
            case "sf_commit_lost":
                world.sleep(patience)
                raise requests.ReadTimeout
            case "sf_commit_cut_off":
                world.sleep(wait)
                raise requests.exceptions.ChunkedEncodingError
        return _answer(request, answer)

    def _later(self, asked: Request) -> None:
        self.world.later(self.world.random.random() * LATEST, lambda: self._lands(asked))

    def _lands(self, asked: Request) -> None:
        self.world.note("salesforce: lands late")
        self._ask(asked, "")

    def _ask(self, asked: Request, fault: str) -> Response:
        if fault:
            self.org.faults.append(Fault(fault))
        try:
            return self.org.handle(asked)
        finally:
            self.org.faults.clear()


_VERSION: Final = re.compile(r".*/services/(?:data/v[\d.]+/)?")
_IDS: Final = re.compile(r"(?<=/Lead/)00Q\w+|(?<=/Submission_Id__c/).+")


def _what(asked: Request, path: str) -> str:
    """Without ids: what kind of call it is. Of a composite all that it is made of."""
    kind = f"{asked.method} {_short(path)}"
    if kind != "POST composite":
        return kind
    parts = json.loads(asked.body)["compositeRequest"]
    return f"{kind} of {', '.join(sorted({f'{one["method"]} {_short(urlsplit(one["url"]).path)}' for one in parts}))}"


def _short(path: str) -> str:
    return _IDS.sub("*", _VERSION.sub("", path))


def _answer(request: requests.PreparedRequest, response: Response) -> requests.Response:
    is_bytes = isinstance(response.body, bytes)
    content = response.body if isinstance(response.body, bytes) else json.dumps(response.body).encode()
    answer = requests.Response()
    answer.status_code = response.status
    answer.headers.update({} if is_bytes else {"Content-Type": "application/json;charset=UTF-8"})
    answer.headers.update(response.headers)
    answer._content = content
    answer.raw = io.BytesIO(content)
    answer.request, answer.url, answer.encoding = request, str(request.url), "utf-8"
    return answer


class Transport(BaseAdapter):
    """What `requests` sends through, for whichever simulation runs now."""

    now: Salesforce | None = None

    def __init__(self, *_: Any, **__: Any) -> None:
        super().__init__()

    def send(self, request: requests.PreparedRequest, *_: Any, **options: Any) -> requests.Response:
        assert Transport.now, "no simulation runs"
        timeout = options.get("timeout")
        patience = float(timeout[1]) if isinstance(timeout, tuple) else 10.0
        return Transport.now.send(request, patience)

    def close(self) -> None:
        """Nothing is open."""
