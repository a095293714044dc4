"""What everybody may read and keep for a while: schemas, the script for websites, the description of the API."""

import base64
import gzip
import hashlib
import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from functions.intake.pages.openapi import openapi
from functions.intake.reply import Reply, public_reply
from functions.intake.request import Request
from shared.form.definition import Form
from shared.form.texts import choose_language
from shared.intake.json_schema import json_schema

SCHEMA_AGE: Final = 300
"""Seconds that a cache may keep it: a changed form is seen everywhere within five minutes."""
SCRIPT_AGE: Final = 3600
SCRIPT_PARTS: Final = Path(__file__).with_name("embed")
_PARTS_IN_ORDER: Final = ("texts.js", "basics.js", "captcha.js", "building.js", "sending.js", "page.js")
_NEVER: Final = re.compile(r"q=0(\.0{0,3})?")


def schema(request: Request, form: Form) -> Reply:
    language = choose_language(request.query.get("lang", ""), request.header("accept-language"), form.languages)
    content = json.dumps(json_schema(form, language), ensure_ascii=False)
    headers = {"Content-Language": language, "Vary": "Accept-Language"}
    return _published(request, content, "application/schema+json", SCHEMA_AGE, headers)


def description(request: Request, forms: Mapping[str, Form]) -> Reply:
    content = json.dumps(openapi(forms), ensure_ascii=False)
    return _published(request, content, "application/json", SCHEMA_AGE, {})


def script(request: Request) -> Reply:
    return _published(request, embed_script(), "text/javascript; charset=utf-8", SCRIPT_AGE, {})


@cache
def embed_script() -> str:
    """One function of all parts, which leaves the names on the page alone."""
    looks = lean((SCRIPT_PARTS / "looks.css").read_text("utf-8"))
    parts = (lean((SCRIPT_PARTS / name).read_text("utf-8")) for name in _PARTS_IN_ORDER)
    return "\n".join(("(() => {", '"use strict";', f"const LOOKS = {json.dumps(looks)};", *parts, "})();", ""))


def lean(source: str) -> str:
    """Without indentation, empty lines and lines of nothing but a comment; the other line ends mean something.

    Nothing in `source` may span lines: no text, no comment.
    """
    lines = (line.strip() for line in source.split("\n"))
    return "\n".join(line for line in lines if line and not line.startswith(("//", "/*")))


def _published(request: Request, content: str, kind: str, age: int, headers: Mapping[str, str]) -> Reply:
    is_packed = _takes_gzip(request)
    digest = hashlib.sha256(content.encode()).hexdigest()[:32]
    tag = f'"{digest}-gzip"' if is_packed else f'"{digest}"'
    vary = ", ".join(filter(None, (headers.get("Vary"), "Accept-Encoding")))
    kept = {"ETag": tag, "Cache-Control": f"public, max-age={age}", **headers, "Vary": vary}
    if _has_it(request.header("if-none-match"), tag):
        return public_reply(304, "", None, kept)
    reply = public_reply(200, content, kind, kept)
    return _packed(reply) if is_packed else reply


def _takes_gzip(request: Request) -> bool:
    """RFC 9110, 12.5.3. To a request without Accept, API Gateway gives base64 as it is, not the bytes."""
    said = (each.partition(";") for each in request.header("accept-encoding").lower().split(","))
    weights = {name.strip(): weight.replace(" ", "") for name, _, weight in said}
    weight = weights.get("gzip", weights.get("*"))
    return weight is not None and not _NEVER.fullmatch(weight) and "/" in request.header("accept").partition(",")[0]


def _packed(reply: Reply) -> Reply:
    """Not by API Gateway's MinimumCompressionSize: that unpacks what is posted, too, before our limits."""
    body = base64.b64encode(gzip.compress(reply["body"].encode(), mtime=0)).decode()
    return {**reply, "headers": {**reply["headers"], "Content-Encoding": "gzip"}, "body": body, "isBase64Encoded": True}


def _has_it(asked: str, tag: str) -> bool:
    """RFC 9110, 13.1.2: compared weakly, since a cache on the way may have packed the body."""
    tags = {each.strip().removeprefix("W/") for each in asked.split(",")}
    return bool(tags & {tag, "*"})
