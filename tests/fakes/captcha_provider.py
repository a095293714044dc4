"""A captcha provider on this machine, over real HTTP: it keeps what it was asked, and answers as it is told."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from urllib.parse import parse_qsl

SECRET = "the provider's secret"
GOOD = "a-good-token"

type Answer = Callable[[BaseHTTPRequestHandler, dict[str, str]], None]


@dataclass
class Provider:
    """Verifies GOOD, and each token that begins so, once, as the providers do.

    `plan` holds other answers for the next calls.
    """

    url: str = ""
    asked: list[dict[str, str]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    plan: list[Answer] = field(default_factory=list)
    success: dict[str, Any] = field(default_factory=lambda: {"hostname": "www.flexfit-fietsen.example"})
    used: set[str] = field(default_factory=set)
    over: Event = field(default_factory=Event)

    def answer(self, request: BaseHTTPRequestHandler, asked: dict[str, str]) -> None:
        self.asked.append(asked)
        self.headers.append({name.lower(): value for name, value in request.headers.items()})
        if self.plan:
            self.plan.pop(0)(request, asked)
        else:
            self.judge(request, asked)

    def judge(self, request: BaseHTTPRequestHandler, asked: dict[str, str]) -> None:
        token = asked.get("response", "")
        if asked.get("secret") != SECRET:
            say(request, {"success": False, "error-codes": ["invalid-input-secret"]})
        elif token in self.used:
            say(request, {"success": False, "error-codes": ["timeout-or-duplicate"]})
        elif not token.startswith(GOOD):
            say(request, {"success": False, "error-codes": ["invalid-input-response"]})
        else:
            self.used.add(token)
            say(request, {"success": True, "challenge_ts": "2026-11-30T12:00:00Z", **self.success})

    def hangs(self, _request: BaseHTTPRequestHandler, _asked: dict[str, str]) -> None:
        """Until the test is over."""
        self.over.wait(30)

    def uses_the_token_and_hangs_up(self, _request: BaseHTTPRequestHandler, asked: dict[str, str]) -> None:
        self.used.add(asked["response"])

    def drips(self, request: BaseHTTPRequestHandler, _asked: dict[str, str]) -> None:
        """One byte after the other, without an end."""
        request.send_response(200)
        request.end_headers()
        while not self.over.wait(0.05):
            try:
                request.wfile.write(b" ")
                request.wfile.flush()
            except OSError:
                return


def say(request: BaseHTTPRequestHandler, content: object, status: int = 200) -> None:
    says(json.dumps(content).encode(), status)(request, {})


def says(body: bytes, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    def answer(request: BaseHTTPRequestHandler, _asked: dict[str, str]) -> None:
        request.send_response(status)
        for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
            request.send_header(name, value)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    return answer


def hangs_up(_request: BaseHTTPRequestHandler, _asked: dict[str, str]) -> None:
    """Without a word: the connection is closed."""


@contextmanager
def running() -> Iterator[Provider]:
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            body = self.rfile.read(length).decode()
            provider.answer(self, dict(parse_qsl(body, keep_blank_values=True)))

        def do_GET(self) -> None:
            provider.answer(self, {"followed": self.path})

        def log_message(self, *_: object) -> None:
            """Nothing on the screen."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        provider.url = f"http://127.0.0.1:{server.server_port}/siteverify"
        try:
            yield provider
        finally:
            provider.over.set()
            server.shutdown()
