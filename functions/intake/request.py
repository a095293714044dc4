"""An API Gateway event, read as an HTTP request; its body, read as the fields of a form.

Whatever the bytes are, the result is fields or a Refusal: nothing in here may raise anything else.
"""

import base64
import binascii
import io
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, Final, NoReturn
from urllib.parse import parse_qsl

from multipart import MultipartError, MultipartParser, ParserLimitReached, parse_options_header

from shared.intake.limits import MAX_FIELDS, MAX_NAME
from shared.submission import FieldValue
from shared.values.numbers import exact_text

MAX_BODY: Final = 64 * 1024
"""Bytes. A row of the ledger holds 400 KB at most; no form that a person fills in comes near this."""
MAX_TOOL_BODY: Final = 256 * 1024
"""A form tool sends each answer twice, or a drawn signature beside them."""
MAX_TOOL_FIELDS: Final = 2000
"""Form tools send several fields for each answer, under labels as long as a sentence; the body's limit holds anyway."""
MAX_TOOL_NAME: Final = 1000
_FIELD_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
"""What the name of a form's field looks like; anything else is not repeated to anybody."""
_LOOPBACK: Final = re.compile(r"(localhost|127\.0\.0\.1)(:[0-9]{1,5})?")
_WEBHOOK_HEADERS: Final = ("webhook-source", "webhook-id", "webhook-timestamp", "webhook-signature")
URLENCODED: Final = "application/x-www-form-urlencoded"
_TAKES: Final = f"application/json, {URLENCODED}, multipart/form-data"

type Pairs[Text] = list[tuple[Text, Text]]
"""Names and values of a form in their order."""
type InTheirEncoding = Callable[[Pairs[bytes]], Pairs[str]]
"""Reads what a form holds that may be in another encoding than UTF-8."""


class Refusal(Exception):
    """A request that can never become a Lead. `code` names what is wrong, `detail` says what would be right."""

    def __init__(self, status: int, code: str, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.detail = detail
        self.headers = dict(headers or {})


@dataclass(frozen=True, slots=True)
class Request:
    """Header names are in lower case. `path` is split at its slashes.

    Of a name that is twice in the query, one counts. `query` may hold a token: never log it.
    """

    method: str
    path: tuple[str, ...]
    headers: Mapping[str, str]
    body: bytes
    query: Mapping[str, str] = field(default_factory=dict, repr=False)
    sender_ip: str = ""
    """As API Gateway saw the connection: a forwarded-for header is whatever the sender likes it to be."""
    host: str = ""
    """The API's own name, under which it was called."""

    def header(self, name: str) -> str:
        return self.headers.get(name, "")

    @property
    def own_origins(self) -> tuple[str, ...]:
        """What browsers send as Origin from a page of this API itself. Plain HTTP only on one's own machine."""
        host = self.header("host").lower()
        schemes = ("https", "http") if _LOOPBACK.fullmatch(host) else ("https",)
        return tuple(f"{scheme}://{host}" for scheme in schemes) if host else ()

    @property
    def media_type(self) -> str:
        return self.header("content-type").partition(";")[0].strip().lower()

    @property
    def is_webhook(self) -> bool:
        """A server's post: the headers of Standard Webhooks, or a source in the address."""
        return "webhook-source" in self.query or any(name in self.headers for name in _WEBHOOK_HEADERS)

    @property
    def wants_json(self) -> bool:
        """Programs say so by what they send or accept; browsers posting a plain form do neither."""
        if self.is_webhook:
            return True
        accepts = self.header("accept").lower()
        return _is_json(self.media_type) or "application/json" in accepts or "application/problem+json" in accepts


def read_request(event: Mapping[str, Any]) -> Request:
    """Never raises: what is wrong with the body is told when its fields are read."""
    headers = {str(name).lower(): str(value) for name, value in (event.get("headers") or {}).items()}
    context = event.get("requestContext") or {}
    return Request(
        method=str(event.get("httpMethod", "")).upper(),
        path=_path(event),
        headers=headers,
        body=_body(event),
        query={str(name): str(value) for name, value in (event.get("queryStringParameters") or {}).items()},
        sender_ip=str((context.get("identity") or {}).get("sourceIp") or ""),
        host=str(context.get("domainName") or "").lower(),
    )


def _path(event: Mapping[str, Any]) -> tuple[str, ...]:
    """Of the resource where API Gateway names it: `path` starts with the base path of a custom domain."""
    parameters = event.get("pathParameters") or {}
    parts = str(event.get("resource") or event.get("path") or "").split("/")
    return tuple(str(parameters.get(part.strip("{}"), part)) for part in parts if part)


def _body(event: Mapping[str, Any]) -> bytes:
    text = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return str(text).encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode(text)
    except (binascii.Error, ValueError):
        return b"\xff"  # no form at all; the parsers refuse it with their own words


def read_fields(request: Request, reading: InTheirEncoding | None = None) -> dict[str, FieldValue]:
    """The fields by name. Raises Refusal 400 (malformed), 413 (too large) or 415 (not a kind that we read)."""
    content = _read(request, MAX_FIELDS, MAX_BODY, reading)
    fields = content.by_name if isinstance(content, _Fields) else _from_json(content)
    _expect_short_names(fields, MAX_NAME)
    return fields


def read_content(request: Request) -> object:
    """The parsed JSON, whatever it is, or the fields of a form by name. Raises as `read_fields` does.

    Only for who has proved to be a source: it takes more.
    """
    content = _read(request, MAX_TOOL_FIELDS, MAX_TOOL_BODY)
    if not isinstance(content, _Fields):
        return content
    _expect_short_names(content.by_name, MAX_TOOL_NAME)
    return content.by_name


@dataclass(frozen=True, slots=True)
class _Fields:
    """What a form held, to be told from what JSON held."""

    by_name: dict[str, FieldValue]


def expect_small(request: Request, largest: int) -> None:
    if len(request.body) > largest:
        raise Refusal(413, "too_large", f"The body has {len(request.body)} bytes; at most {largest} are taken.")


def _expect_short_names(fields: Mapping[str, FieldValue], longest: int) -> None:
    if any(len(name) > longest for name in fields):
        _malformed(f"A field's name is longer than {longest} characters.")


def _read(request: Request, most: int, largest: int, reading: InTheirEncoding | None = None) -> object:
    expect_small(request, largest)
    if request.header("content-encoding").strip().lower() not in {"", "identity"}:
        raise Refusal(415, "unsupported_encoding", "Send the body as it is, without Content-Encoding.")
    media_type = request.media_type
    if reading and media_type == URLENCODED:
        return _Fields(_gathered(reading(_undecoded(request.body, most))))
    _, options = parse_options_header(request.header("content-type"))
    _expect_utf8(options.get("charset"))
    if _is_json(media_type):
        return _parsed(request.body)
    if media_type == URLENCODED:
        return _Fields(_from_urlencoded(request.body, most))
    if media_type == "multipart/form-data":
        return _Fields(_from_multipart(request.body, options.get("boundary", ""), most, largest))
    raise Refusal(415, "unsupported_media_type", f"Send the form as one of: {_TAKES}.", {"Accept-Post": _TAKES})


def _is_json(media_type: str) -> bool:
    return media_type == "application/json" or (media_type.startswith("application/") and media_type.endswith("+json"))


def _malformed(detail: str) -> NoReturn:
    raise Refusal(400, "malformed_payload", detail)


def _expect_utf8(charset: str | None) -> None:
    """Of the whole body or of one part. Python would know a hundred more, some of them slow or with side effects."""
    if charset and charset.lower().replace("_", "-") not in {"utf-8", "utf8", "us-ascii"}:
        raise Refusal(415, "unsupported_charset", "Send the form in UTF-8.")


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return _malformed(f"Byte {error.start} of the body is not UTF-8.")


def _parsed(body: bytes) -> object:
    try:
        return json.loads(_text(body), object_pairs_hook=_no_duplicates, parse_float=_exactly)
    except RecursionError:
        _malformed("The JSON is nested too deeply; send one object with the fields.")
    except json.JSONDecodeError as error:
        _malformed(f"This is not JSON: {error.msg} at line {error.lineno}, column {error.colno}.")
    except ValueError:
        _malformed("The JSON holds a number that is too long.")


def _exactly(text: str) -> Decimal:
    """Raises ValueError where the exponent is beyond all reason."""
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ValueError(text) from None


def _from_json(content: object) -> dict[str, FieldValue]:
    if not isinstance(content, dict):
        _malformed("The JSON must be one object with the fields by name.")
    if len(content) > MAX_FIELDS:
        _malformed(f"There are more than {MAX_FIELDS} fields.")
    return {name: _json_value(name, value) for name, value in content.items()}


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) < len(pairs):
        _malformed("A name stands twice in one JSON object.")
    return content


def _json_value(name: str, value: Any) -> FieldValue:
    if isinstance(value, list) and len(value) <= MAX_FIELDS:
        return [_scalar(name, item) for item in value]
    return _scalar(name, value)


def _scalar(name: str, value: Any) -> str:
    match value:
        case str():
            return value
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float() | Decimal():
            # Of floats, only NaN and Infinity get here.
            text = exact_text(value) if isinstance(value, Decimal) else None
            return text or _malformed("The JSON holds NaN, Infinity or a number that is too large.")
        case _:
            which = f"Field {name}" if _FIELD_NAME.fullmatch(name) else "A field"
            return _malformed(f"{which} must be a text, a number, true, false, or a list of these.")


def _from_urlencoded(body: bytes, most: int) -> dict[str, FieldValue]:
    try:
        pairs = parse_qsl(_text(body), keep_blank_values=True, encoding="utf-8", errors="strict", max_num_fields=most)
    except UnicodeDecodeError:
        _malformed("The form is not encoded in UTF-8.")
    except ValueError:
        _malformed(f"There are more than {most} fields.")
    return _gathered(pairs)


def _undecoded(body: bytes, most: int) -> Pairs[bytes]:
    """Latin-1 has a letter for each byte and no others, so nothing is lost on the way."""
    try:
        pairs = parse_qsl(body.decode("latin-1"), keep_blank_values=True, encoding="latin-1", max_num_fields=most)
    except ValueError:
        _malformed(f"There are more than {most} fields.")
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in pairs]


def _from_multipart(body: bytes, boundary: str, most: int, largest: int) -> dict[str, FieldValue]:
    if not boundary:
        _malformed("The Content-Type has no boundary.")
    pairs: list[tuple[str, str]] = []
    try:
        parser = MultipartParser(
            io.BytesIO(body),
            boundary,
            part_limit=most,
            memory_limit=2 * largest,
            spool_limit=largest,
            disk_limit=0,
        )
        for part in parser:
            if part.filename:
                raise Refusal(415, "files_not_taken", "This form takes no files.")
            _expect_utf8(part.charset)
            pairs.append((part.name or "", part.value))
    except ParserLimitReached:
        _malformed(f"There are more than {most} parts, or a part has too many headers.")
    except (MultipartError, ValueError):
        _malformed("The multipart body is broken: a boundary, a header or the end is missing.")
    return _gathered(pairs)


def _gathered(pairs: list[tuple[str, str]]) -> dict[str, FieldValue]:
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return {name: texts[0] if len(texts) == 1 else texts for name, texts in values.items()}
