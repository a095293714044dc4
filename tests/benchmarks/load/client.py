"""The visitors: sends what a plan says, when it says so, and writes down each answer.

`python -m tests.benchmarks.load.client PLAN`, a process of its own: the org stand-in works in the one that started it,
and would make its answers look slow.
"""

import http.client
import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

AT_ONCE: Final = 128
"""Requests in flight at most. One that had to wait for a place counts as slow, from the moment it was planned for."""
SECONDS_TO_ANSWER: Final = 120
_HEADERS: Final = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}


@dataclass(frozen=True, slots=True)
class Request:
    """`at` is in seconds after the start."""

    at: float
    path: str
    body: str


@dataclass(frozen=True, slots=True)
class Answer:
    """`planned` is epoch seconds, `seconds` how long after that the answer was there. `status` 0: none came."""

    number: int
    planned: float
    seconds: float
    status: int
    receipt: str = ""

    @property
    def accepted(self) -> bool:
        return self.status == 202 and bool(self.receipt)


type Post = Callable[[Request], tuple[int, str]]


def drive(
    requests: Iterable[Request],
    post: Post,
    *,
    now: Callable[[], float] = time.time,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[Answer]:
    """One after another as planned, without waiting for answers; yields these in the order of the requests."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        start, sent = now(), list[Future[Answer]]()
        for number, request in enumerate(requests):
            planned = start + request.at
            if (early := planned - now()) > 0:
                sleep(early)
            sent.append(pool.submit(_one, number, planned, request, post, now))
        for future in sent:
            yield future.result()


def _one(number: int, planned: float, request: Request, post: Post, now: Callable[[], float]) -> Answer:
    try:
        status, receipt = post(request)
    except (OSError, http.client.HTTPException):
        return Answer(number, planned, now() - planned, 0)
    return Answer(number, planned, now() - planned, status, receipt)


def poster(url: str) -> Post:
    """Each on a connection of its own, as visitors are."""
    base = urlsplit(url)

    def post(request: Request) -> tuple[int, str]:
        connection = http.client.HTTPConnection(base.netloc, timeout=SECONDS_TO_ANSWER)
        try:
            connection.request("POST", base.path + request.path, request.body.encode(), _HEADERS)
            response = connection.getresponse()
            return response.status, receipt_in(response.read())
        finally:
            connection.close()

    return post


def receipt_in(body: bytes) -> str:
    try:
        content = json.loads(body)
    except ValueError:
        return ""
    return str(content.get("receipt", "")) if isinstance(content, dict) else ""


def main(arguments: list[str]) -> int:
    plan = json.loads(Path(arguments[0]).read_text("utf-8"))
    requests = [Request(**request) for request in plan["requests"]]
    for answer in drive(requests, poster(plan["url"])):
        sys.stdout.write(json.dumps(asdict(answer)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
