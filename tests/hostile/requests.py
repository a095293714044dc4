"""Requests from one seed: most are nearly right, since a request that is wrong from its first byte is refused there."""

import base64
import json
from collections.abc import Callable
from random import Random
from typing import Any
from urllib.parse import quote, urlencode

from shared.form.definition import Form, forms
from tests.builders import CONTACT
from tests.hostile.texts import CHARSETS, HEADERS, NAMES, ODD

_METHODS = ("POST",) * 14 + ("GET", "OPTIONS", "PUT", "HEAD", "", "post", "\x00")
_FOLDERS = (
    "forms",
    "forms",
    "forms",
    "forms",
    "submissions",
    "servlet",
    "embed.js",
    "openapi.json",
    "health",
    "",
    "FORMS",
    "..",
)
type Happening = dict[str, Any]


class Generator:
    """Events of API Gateway; the same seed gives the same ones."""

    def __init__(self, seed: int) -> None:
        self._rng = Random(seed)  # noqa: S311 (it has to be the same each time)
        self._forms = list(forms().values())
        self._bodies: tuple[Callable[[Form], tuple[str, bytes]], ...] = (self._json, self._urlencoded, self._multipart)

    def next(self) -> Happening:
        rng = self._rng
        form = rng.choice(self._forms)
        content_type, body = rng.choice(self._bodies)(form)
        if rng.random() < 0.1:
            body = self._broken(body)
        if rng.random() < 0.08:
            content_type = rng.choice([content_type + rng.choice(CHARSETS), rng.choice(ODD)[:200], "text/xml", ""])
        event: Happening = {
            "httpMethod": rng.choice(_METHODS) if rng.random() < 0.15 else "POST",
            "path": self._path(form),
            "headers": {"Content-Type": content_type, **self._headers()},
            "body": base64.b64encode(body).decode(),
            "isBase64Encoded": True,
        }
        if rng.random() < 0.03:
            event |= rng.choice(
                [{"body": None}, {"headers": None}, {"body": "%%%"}, {"isBase64Encoded": False}, {"pathParameters": {}}]
            )
        if rng.random() < 0.1:
            event["queryStringParameters"] = {rng.choice(NAMES): rng.choice(ODD)[:300]}
        return event

    def _path(self, form: Form) -> str:
        rng = self._rng
        if rng.random() < 0.9:
            return f"/forms/{form.id}"
        parts = [rng.choice(_FOLDERS), rng.choice([form.id, "schema", "WebToLead", *ODD])[:200]]
        return "/" + "/".join(parts[: rng.randint(0, 2)] + ["schema"] * (rng.random() < 0.2))

    def _headers(self) -> dict[str, str]:
        rng = self._rng
        if rng.random() < 0.6:
            return {"Accept": rng.choice(["application/json", "text/html", "*/*"])}
        return {rng.choice(HEADERS): rng.choice(ODD)[:300] for _ in range(rng.randint(1, 4))}

    def _answers(self, form: Form) -> list[tuple[str, str]]:
        """Good answers, of which some are made odd, doubled, dropped or followed by others."""
        rng = self._rng
        sent = [(field.name, self._good(field.choices[0].value if field.choices else "")) for field in form.fields]
        sent += [(name, str(value)) for name, value in CONTACT.items() if form.field(name) or name == "consent"]
        sent = [(name, rng.choice(ODD) if rng.random() < 0.15 else text) for name, text in sent if rng.random() > 0.1]
        meta = sorted(form.input_names)
        sent += [(rng.choice([*meta, *NAMES]), rng.choice(ODD)) for _ in range(rng.choice([0, 0, 0, 1, 3, 12]))]
        if rng.random() < 0.002:
            sent += [(f"x{number}", "y") for number in range(5_000)]
        return sent

    def _good(self, choice: str) -> str:
        return choice or self._rng.choice(["Sanne", "2", "2026-12-01", "NL", "sanne@example.com", "030-2345679", "on"])

    def _json(self, form: Form) -> tuple[str, bytes]:
        rng = self._rng
        sent: dict[str, Any] = dict(self._answers(form))
        for name in list(sent):
            if rng.random() < 0.05:
                sent[name] = rng.choice([None, True, 1, 1e308, [], {}, [sent[name]], [[sent[name]]], {"a": sent[name]}])
        text = json.dumps(sent, ensure_ascii=rng.random() < 0.5)
        if rng.random() < 0.03:
            text = rng.choice(
                [text + text, f"[{text}]", "[" * 3_000, text.replace(":", ":NaN,", 1), f'{{"a":{"9" * 5_000}}}', "null"]
            )
        return "application/json", text.encode("utf-8", "surrogatepass")

    def _urlencoded(self, form: Form) -> tuple[str, bytes]:
        encoding = self._rng.choice(["utf-8", "utf-8", "utf-8", "utf-16", "cp1252"])
        return "application/x-www-form-urlencoded", urlencode(
            self._answers(form), encoding=encoding, errors="replace"
        ).encode()

    def _multipart(self, form: Form) -> tuple[str, bytes]:
        rng = self._rng
        boundary = rng.choice(["AaB03x", "-" * 60, "x'y", "AaB03x"])
        parts = []
        for name, text in self._answers(form):
            extra = (
                rng.choice(['; filename="x.exe"', '; filename=""', "; filename*=UTF-8''x"])
                if rng.random() < 0.01
                else ""
            )
            kind = (
                f"Content-Type: {rng.choice(['text/plain', 'text/html', 'image/png'])}\r\n"
                if rng.random() < 0.02
                else ""
            )
            head = (
                f'--{boundary}\r\nContent-Disposition: form-data; name="{quote(name, safe=" ")}"{extra}\r\n{kind}\r\n'
            )
            parts.append(head.encode() + text.encode("utf-8", "surrogatepass") + b"\r\n")
        end = f"--{boundary}--\r\n".encode() if rng.random() > 0.03 else b""
        return f"multipart/form-data; boundary={boundary}", b"".join(parts) + end

    def _broken(self, body: bytes) -> bytes:
        rng = self._rng
        at = rng.randint(0, len(body))
        return rng.choice(
            [body[:at], body[at:], body[:at] + rng.randbytes(5) + body[at:], body[::-1], body + b"\x00", b""]
        )
