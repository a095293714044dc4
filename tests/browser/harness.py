"""The API under a stage's path and a website on another origin, both on loopback, with the stores in memory.

The API is the intake's own code, handed the events that API Gateway would; only the network is small.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import parse_qs, parse_qsl, urlsplit

from shared.form.definition import Form, forms
from tests.every_kind import EVERYTHING
from tests.unit.intake_desk import Intake, body_bytes, event

LOOPBACK: Final = "127.0.0.1"
STAGE: Final = "/live"


@dataclass
class Api:
    """`lose` many answers are lost on the way back; `refuse` many requests never arrive."""

    intake: Intake
    posts: list[dict[str, str]] = field(default_factory=list)
    lose: int = 0
    refuse: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> dict[str, Any] | None:
        """None where the visitor gets none."""
        with self._lock:
            is_post = method == "POST"
            if is_post:
                self.posts.append(dict(parse_qsl(body.decode(), keep_blank_values=True)))
            if is_post and self.refuse:
                self.refuse -= 1
                return None
            address = urlsplit(target)
            happening = event(method, address.path.removeprefix(STAGE), headers=headers, body=body)
            happening["queryStringParameters"] = {name: texts[-1] for name, texts in parse_qs(address.query).items()}
            # People take their time: no test has to wait for the time trap.
            self.intake.now += timedelta(seconds=10)
            reply = self.intake.hears(happening).reply
            if is_post and self.lose:
                self.lose -= 1
                return None
            return reply


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    answers: Callable[[str, str, Mapping[str, str], bytes], dict[str, Any] | None]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Browsers drop connections as they like."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = 30

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        reply = self.server.answers(self.command, self.path, dict(self.headers), body)
        if reply is None:
            self.close_connection = True
            return
        content = body_bytes(reply)
        self.send_response(int(reply["statusCode"]))
        for name, value in reply["headers"].items():
            self.send_header(name, value)
        if reply["statusCode"] not in {204, 304}:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def do_POST(self) -> None:
        self.do_GET()

    def do_OPTIONS(self) -> None:
        self.do_GET()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the base class calls it so
        """Says nothing: the terminal belongs to the tests."""


class Served:
    """Any answering function on a port of its own."""

    def __init__(self, answers: Callable[[str, str, Mapping[str, str], bytes], dict[str, Any] | None]) -> None:
        self._server = _Server((LOOPBACK, 0), _Handler)
        self._server.answers = answers
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@dataclass
class Site:
    """A customer's website with the strictest policy that still lets our script in."""

    api_url: str = ""
    pages: dict[str, str] = field(default_factory=dict)
    allowed: Mapping[str, str] = field(default_factory=dict)
    """What its policy lets in beside our script, by directive."""

    def answer(self, _method: str, target: str, _headers: Mapping[str, str], _body: bytes) -> dict[str, Any]:
        origin = f"{urlsplit(self.api_url).scheme}://{urlsplit(self.api_url).netloc}"
        fetched = {"script-src": origin, "connect-src": origin}
        for directive, sources in self.allowed.items():
            fetched[directive] = f"{fetched.get(directive, '')} {sources}".strip()
        policy = (
            f"default-src 'none'; {'; '.join(map(' '.join, fetched.items()))}; form-action 'self' {origin}; "
            "img-src data:; base-uri 'none'; require-trusted-types-for 'script'"
        )
        text = self.pages.get(urlsplit(target).path)
        kind = {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy}
        return {"statusCode": 200 if text is not None else 404, "headers": kind, "body": text or "<title>none</title>"}

    def has(self, path: str, markup: str, *, script: str, language: str = "nl") -> None:
        """A page of which `script` are the attributes of our script's tag."""
        self.pages[path] = (
            f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>Shop</title>'
            '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">'
            f'</head><body><main><h1>FlexFit</h1>{markup}<script src="{self.api_url}/embed.js" {script} defer></script>'
            "</main></body></html>"
        )


def new_intake(website_url: str) -> Intake:
    """The demo shop's forms as if the website were theirs, and a form with no website's pages."""
    theirs = {**forms(), EVERYTHING.id: EVERYTHING}
    return Intake(forms={name: _moved(form, website_url) for name, form in theirs.items()})


def _moved(form: Form, website_url: str) -> Form:
    website = form.website.model_copy(update={"origins": (website_url,)})
    return form.model_copy(update={"website": website})
