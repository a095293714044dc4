"""Serves the demo website on loopback, in a thread."""

import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Final, Self
from urllib.parse import parse_qs, urlsplit

from local.processes import LOOPBACK
from local.website.pages import Site
from shared.form.definition import load_forms
from shared.form.texts import LANGUAGES, choose_language

FOLDER: Final = Path(__file__).parent
STATIC: Final = {
    "/style.css": ("style.css", "text/css; charset=utf-8"),
    "/bike.svg": ("bike.svg", "image/svg+xml"),
    "/wheel.svg": ("wheel.svg", "image/svg+xml"),
}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    site: Site


class Website:
    """Takes its port at once, since the API must know the origin, and serves after `start`."""

    def __init__(self) -> None:
        self._server = _Server((LOOPBACK, 0), _Handler)
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self._server.server_port}"

    def start(self, api_url: str) -> None:
        self._server.site = Site(self.url, api_url, load_forms())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._thread is not None:
            self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    server_version = "flexfit"
    sys_version = ""
    timeout = 30

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        if address.path in STATIC:
            self._send_file(*STATIC[address.path])
        elif address.path == "/":
            language = choose_language("", self.headers.get("Accept-Language", ""), LANGUAGES)
            self._send(HTTPStatus.FOUND, "text/plain", b"", {"Location": f"/{language}/", "Vary": "Accept-Language"})
        else:
            page = self.server.site.page(address.path, _query(address.query))
            self._send(HTTPStatus(page.status), "text/html; charset=utf-8", page.html.encode())

    def do_HEAD(self) -> None:
        self.do_GET()

    def _send_file(self, name: str, content_type: str) -> None:
        self._send(HTTPStatus.OK, content_type, (FOLDER / name).read_bytes())

    def _send(self, status: HTTPStatus, kind: str, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in (self._security_headers() | (headers or {})).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _security_headers(self) -> dict[str, str]:
        """A form's answer sends the visitor back here, so `form-action` names this website and the API."""
        api = urlsplit(self.server.site.api_url)
        policy = (
            "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
            f"form-action 'self' {api.scheme}://{api.netloc}"
        )
        return {
            "Content-Security-Policy": policy,
            "Cache-Control": "no-cache",  # not no-store: Back must show what was typed
            "Referrer-Policy": "strict-origin-when-cross-origin",
            "X-Content-Type-Options": "nosniff",
        }

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the base class calls it so
        """Says nothing: the terminal belongs to the launcher."""


def _query(text: str) -> dict[str, list[str]]:
    """An absurd query is read as none: every page can be shown without."""
    try:
        return parse_qs(text, max_num_fields=200)
    except ValueError:
        return {}
