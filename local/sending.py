"""Sends a scenario's request over HTTP, as a browser or a program would."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

import requests

from local.intake_keys import WEBHOOKS
from local.scenarios import Part, Request, fill_in
from shared.form.definition import forms
from shared.webhooks.proving import proof
from shared.webhooks.verifying import usable_keys

SECONDS_TO_ANSWER = 30


@dataclass(frozen=True)
class Answer:
    """`receipt` is '' unless the submission was taken; `location` is without the website's origin."""

    status: int
    receipt: str
    location: str
    code: str
    errors: list[str]


def send(session: requests.Session, api_url: str, request: Request, values: Mapping[str, str]) -> Answer:
    """`values` fill the placeholders. Raises requests.RequestException when nobody answers."""
    filled = Request.model_validate(fill_in(request.model_dump(by_alias=True, exclude_unset=True), dict(values)))
    body, content_type = _body(filled)
    proving, query = _proof(filled, body or b"")
    headers = ({"Content-Type": content_type} if content_type else {}) | proving | filled.headers
    response = session.request(
        filled.method,
        api_url + filled.path + query,
        headers=headers,
        data=body,
        allow_redirects=False,
        timeout=SECONDS_TO_ANSWER,
    )
    return _answer(response)


def describe(request: Request) -> str:
    return " ".join([request.method, request.path, *request.bodies])


def _proof(request: Request, body: bytes) -> tuple[dict[str, str], str]:
    """Headers and query, with its question mark, of a request that a source of the form sends."""
    if request.webhook is None:
        return {}, ""
    name = request.webhook.source
    scheme = forms()[request.path.rpartition("/")[2]].sources[name].scheme
    key = usable_keys(scheme, WEBHOOKS[name])[0]
    headers, query = proof(scheme, name, key, message_id=request.webhook.id, body=body, now=datetime.now(UTC))
    return headers, f"?{query}"


def _body(request: Request) -> tuple[bytes | None, str]:
    """The body's bytes and the content type that goes with them, unless the scenario says another."""
    if "json_body" in request.model_fields_set:
        return json.dumps(request.json_body).encode(), "application/json"
    if request.form is not None:
        return urlencode(request.form, doseq=True).encode(), "application/x-www-form-urlencoded"
    if request.multipart is not None:
        return _multipart(request.multipart)
    if request.text is not None:
        return request.text.encode(), "text/plain; charset=utf-8"
    if request.base64 is not None:
        return base64.b64decode(request.base64), "application/octet-stream"
    return None, ""


def _multipart(parts: Mapping[str, str | list[str] | Part]) -> tuple[bytes, str]:
    files: list[tuple[str, tuple[str | None, bytes, str] | tuple[None, str]]] = []
    for name, value in parts.items():
        if isinstance(value, Part):
            files.append((name, (value.filename, value.content, value.content_type)))
        else:
            files += [(name, (None, text)) for text in ([value] if isinstance(value, str) else value)]
    prepared = requests.Request("POST", "http://localhost", files=files).prepare()
    body = prepared.body or b""
    return body if isinstance(body, bytes) else body.encode(), prepared.headers["Content-Type"]


def _answer(response: requests.Response) -> Answer:
    content = _json(response)
    address = urlsplit(response.headers.get("Location", ""))
    receipt = str(content.get("receipt", "")) or parse_qs(address.query).get("receipt", [""])[0]
    return Answer(
        status=response.status_code,
        receipt=receipt if response.request.method == "POST" else "",
        location=urlunsplit(("", "", *address[2:])),
        code=str(content.get("code", "")),
        errors=[f"{error['field']}.{error['code']}" for error in content.get("errors", [])],
    )


def _json(response: requests.Response) -> dict[str, Any]:
    if "json" not in response.headers.get("Content-Type", ""):
        return {}
    content = response.json()
    return content if isinstance(content, dict) else {}
