"""The intake with everything around it in memory, spoken to as API Gateway does."""

import base64
import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from functions.intake.dependencies import Dependencies
from functions.intake.reply import Reply
from functions.intake.request import read_request
from functions.intake.routes import answer
from shared.form.definition import Form, forms
from shared.submission import Submission
from tests.builders import CONTACT, NOW, SECRET
from tests.fakes.stores import FakeLedger, FakeQueue, FakeSpamMemory

ORIGIN = "https://www.flexfit-fietsen.example"
JSON = "application/json"
URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=AaB03x"
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "Origin": ORIGIN}


def event(
    method: str = "POST", path: str = "/forms/contact", *, headers: Mapping[str, str] | None = None, body: bytes = b""
) -> dict[str, Any]:
    """As API Gateway hands it over with binary media types `*/*`."""
    return {
        "httpMethod": method,
        "path": path,
        "headers": dict(headers or {}),
        "body": base64.b64encode(body).decode() if body else None,
        "isBase64Encoded": bool(body),
    }


def part(name: str, value: str | bytes, *, disposition: str = "", headers: str = "") -> bytes:
    """One part of a multipart body with the boundary of MULTIPART; `headers` end with CRLF."""
    content = value if isinstance(value, bytes) else value.encode()
    head = f'--AaB03x\r\nContent-Disposition: form-data; name="{name}"{disposition}\r\n{headers}\r\n'
    return head.encode() + content + b"\r\n"


END = b"--AaB03x--\r\n"


def multipart(fields: Mapping[str, Any]) -> bytes:
    return b"".join(part(name, str(value)) for name, value in fields.items()) + END


def body_bytes(reply: Mapping[str, Any]) -> bytes:
    """What API Gateway sends on."""
    return base64.b64decode(reply["body"]) if reply.get("isBase64Encoded") else str(reply["body"]).encode()


def body_text(reply: Mapping[str, Any]) -> str:
    """What whoever asked reads."""
    body = body_bytes(reply)
    return (gzip.decompress(body) if reply["headers"].get("Content-Encoding") == "gzip" else body).decode()


@dataclass(frozen=True)
class Answered:
    reply: Reply

    @property
    def status(self) -> int:
        return int(self.reply["statusCode"])

    @property
    def headers(self) -> dict[str, str]:
        headers: dict[str, str] = self.reply["headers"]
        return headers

    @property
    def text(self) -> str:
        return body_text(self.reply)

    @cached_property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def code(self) -> str:
        return str(self.json["code"])

    @property
    def page(self) -> str:
        """The Location without its query."""
        return self.headers["Location"].partition("?")[0]

    @property
    def query(self) -> list[tuple[str, str]]:
        return parse_qsl(urlsplit(self.headers["Location"]).query)

    @property
    def receipt(self) -> str:
        return str(dict(self.query)["receipt"] if self.status == 303 else self.json["receipt"])


@dataclass
class Intake:
    ledger: FakeLedger = field(default_factory=FakeLedger)
    queue: FakeQueue = field(default_factory=FakeQueue)
    forms: Mapping[str, Form] = field(default_factory=forms)
    extra_origins: tuple[str, ...] = ()
    now: datetime = NOW
    secrets: Mapping[str, Any] = field(default_factory=dict)
    newer_secrets: Mapping[str, Any] | None = None
    """What is there when `secrets` did not serve."""
    memory: FakeSpamMemory = field(default_factory=FakeSpamMemory)
    captcha_endpoints: Mapping[str, str] = field(default_factory=dict)

    def dependencies(self) -> Dependencies:
        return Dependencies(
            ledger=self.ledger,
            queue=self.queue,
            secret=lambda: SECRET,
            intake_secrets=lambda: self.secrets,
            newer_intake_secrets=lambda: self.newer_secrets,
            forms=self.forms,
            extra_origins=self.extra_origins,
            now=lambda: self.now,
            spam_memory=self.memory,
            captcha_endpoints=self.captcha_endpoints,
        )

    def hears(self, happening: Mapping[str, Any]) -> Answered:
        return Answered(answer(read_request(happening), self.dependencies()))

    def post(
        self, body: bytes, content_type: str, *, form: str = "contact", headers: Mapping[str, str] | None = None
    ) -> Answered:
        sent = {**({"Content-Type": content_type} if content_type else {}), **(headers or {})}
        return self.hears(event(path=f"/forms/{form}", headers=sent, body=body))

    def program(self, *, form: str = "contact", headers: Mapping[str, str] | None = None, **fields: Any) -> Answered:
        """An honest submission as JSON; `fields` override those of CONTACT."""
        body = json.dumps({**CONTACT, **fields}).encode()
        return self.post(body, JSON, form=form, headers=headers)

    def browser(self, *, form: str = "contact", headers: Mapping[str, str] | None = None, **fields: Any) -> Answered:
        """The same from a plain HTML form."""
        body = urlencode({**CONTACT, **fields}, doseq=True).encode()
        return self.post(body, URLENCODED, form=form, headers={**BROWSER, **(headers or {})})

    def get(self, path: str, method: str = "GET") -> Answered:
        return self.hears(event(method, path))

    @property
    def row(self) -> Submission:
        [row] = self.ledger.rows.values()
        return row
