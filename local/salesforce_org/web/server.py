"""The org on HTTPS, on the loopback address only, with a throw-away certificate authority."""

import gzip
import ipaddress
import json
import re
import socket
import ssl
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import trustme

from local.salesforce_org.messages import Request, Response
from local.salesforce_org.org import Org

from .request_body import Unreadable, read_body

MAX_URL = 16_384  # bytes of the request line's target, as in the real org: long SOQL belongs in a composite body
_HANDSHAKE_SECONDS = 10
_IDLE_SECONDS = 120
_GZIP_FROM = 1_024  # bytes; smaller answers are sent plain


def certificates(directory: Path) -> tuple[Path, Path]:
    """(CA file, server certificate with its key), made once per directory so that a restart stays trusted."""
    directory.mkdir(parents=True, exist_ok=True)
    ca_file, server_file = directory / "ca.pem", directory / "server.pem"
    if not (ca_file.exists() and server_file.exists()):
        authority = trustme.CA(organization_name="form-to-lead local stand-in")
        certificate = authority.issue_cert("localhost", "127.0.0.1")
        server_file.touch(mode=0o600)
        certificate.private_key_and_cert_chain_pem.write_to_path(str(server_file))
        authority.cert_pem.write_to_path(str(ca_file))
    return ca_file, server_file


def is_local_host(host: str) -> bool:
    """Whether a Host header names this machine. Anything else is a page elsewhere whose name was pointed here."""
    name = urlsplit(f"//{host}").hostname or ""
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def refusal(path: str, headers: Mapping[str, str]) -> Response | None:
    """Turns away what a browser was tricked into sending. Header names are lower case."""
    host = headers.get("host", "")
    if not is_local_host(host):
        return Response(403, b"Only for this machine: use localhost.", {"Content-Type": "text/plain"})
    origin = headers.get("origin")
    if path.startswith("/_org/") and origin is not None and origin != f"https://{host}":
        return Response(403, b"Not for other websites.", {"Content-Type": "text/plain"})
    return None


def takes_gzip(accepted: str) -> bool:
    """What an Accept-Encoding header says: `gzip;q=0` is a way to say no."""
    for each in accepted.lower().split(","):
        name, _, parameters = each.partition(";")
        if name.strip() in {"gzip", "x-gzip"}:
            return not re.fullmatch(r"\s*q\s*=\s*0(\.0*)?\s*", parameters)
    return False


def origin_form(target: str) -> str:
    """The path and query of a request line's target: clients that think of proxies send the whole URL."""
    parts = urlsplit(target)
    if parts.scheme not in {"http", "https"}:
        return target
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, org: Org, context: ssl.SSLContext, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.org = org
        # The handshake happens in the connection's own thread: a slow client must not keep others waiting.
        self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Connections break off all the time in tests, that is the client's to tell; anything else is a bug here."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "form-to-lead-stand-in"
    sys_version = ""
    timeout = _IDLE_SECONDS
    disable_nagle_algorithm = True  # headers and body are two writes: without it each answer waits 40 ms for an ack
    server: _Server

    def setup(self) -> None:
        connection = self.request
        connection.settimeout(_HANDSHAKE_SECONDS)
        connection.do_handshake()
        super().setup()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Says nothing: URLs hold personal data."""

    def _answer(self) -> None:
        if len(self.path) > MAX_URL:
            self._send(Response(414, b"<h1>URI Too Long</h1>", {"Content-Type": "text/html", "Connection": "close"}))
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            body = read_body(self.rfile, headers)
        except Unreadable as unreadable:
            self._send(unreadable.response)
            return
        request = Request(self.command, origin_form(self.path), headers, body)
        self._send(refusal(request.path, headers) or self.server.org.handle(request))

    do_GET = do_HEAD = do_POST = do_PATCH = do_PUT = do_DELETE = _answer  # noqa: N815 - http.server's own names

    def _send(self, response: Response) -> None:
        if response.drop:
            self._hang_up()
            return
        plain = isinstance(response.body, bytes)
        payload = b"" if response.body is None else response.body
        content = payload if isinstance(payload, bytes) else json.dumps(payload, ensure_ascii=False).encode()
        headers = {} if plain or not content else {"Content-Type": "application/json;charset=UTF-8"}
        headers |= response.headers
        if len(content) >= _GZIP_FROM and takes_gzip(self.headers.get("Accept-Encoding", "")):
            content = gzip.compress(content, compresslevel=1)
            headers["Content-Encoding"] = "gzip"
        if response.truncate and (not content or self.command == "HEAD"):
            self._hang_up()  # nothing to cut off
            return
        self.send_response(response.status)
        for name, value in headers.items():
            self.send_header(name, value)
        if response.status != 204:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if response.truncate:
            self.wfile.write(content[: len(content) // 2])
            self._hang_up()
        elif self.command != "HEAD" and response.status != 204:
            self.wfile.write(content)

    def _hang_up(self) -> None:
        self.close_connection = True
        # Closing alone would wait for the files opened on the socket.
        self.connection.shutdown(socket.SHUT_RDWR)


@dataclass(frozen=True)
class RunningOrg:
    """A served org; `close` (or leaving the `with` block) frees the port. The Org itself stays open."""

    org: Org
    url: str
    ca_file: Path
    client_id: str
    client_secret: str
    _server: _Server
    _thread: threading.Thread

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def serve(org: Org, certs_dir: Path, port: int = 0) -> RunningOrg:
    """Serves the org at https://localhost:<port> (0: any free port) from a thread of its own."""
    ca_file, server_file = certificates(certs_dir)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(server_file)
    server = _Server(org, context, port)
    url = f"https://localhost:{server.server_address[1]}"
    org.instance_url = url
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.05}, name="salesforce-org", daemon=True
    )
    thread.start()
    return RunningOrg(org, url, ca_file, org.client_id, org.client_secret, server, thread)
