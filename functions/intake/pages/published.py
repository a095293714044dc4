"""What everybody may read and keep for a while: schemas, the script for websites, the description of the API."""

import hashlib
import json
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
    return Path(__file__).with_name("embed.js").read_text("utf-8")


def _published(request: Request, content: str, kind: str, age: int, headers: Mapping[str, str]) -> Reply:
    tag = f'"{hashlib.sha256(content.encode()).hexdigest()[:32]}"'
    kept = {"ETag": tag, "Cache-Control": f"public, max-age={age}", **headers}
    if _has_it(request.header("if-none-match"), tag):
        return public_reply(304, "", None, kept)
    return public_reply(200, content, kind, kept)


def _has_it(asked: str, tag: str) -> bool:
    """RFC 9110, 13.1.2: compared weakly, since a cache on the way may have packed the body."""
    tags = {each.strip().removeprefix("W/") for each in asked.split(",")}
    return bool(tags & {tag, "*"})
