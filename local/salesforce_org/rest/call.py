"""One API call: what its path, headers and body say, with the refusals that are the same for all resources."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn
from urllib.parse import parse_qs

from local.salesforce_org.errors import ApiError, not_found
from local.salesforce_org.messages import JsonObject, JsonValue, Request
from local.salesforce_org.schema.fields import SObject, sobject_named

OLDEST_VERSION, NEWEST_VERSION = 31, 68
LARGEST_PAGE, SMALLEST_PAGE = 2_000, 200  # rows
_VERSION = re.compile(r"v(\d+)\.0")
_BATCH_SIZE = re.compile(r"batchSize\s*=\s*(\d+)", re.IGNORECASE)


@dataclass(frozen=True)
class Call:
    """One request within one API version."""

    request: Request
    version: int

    @property
    def base(self) -> str:
        return f"/services/data/v{self.version}.0"

    def allow(self, *methods: str) -> None:
        allow(self.request, *methods)

    def parameter(self, name: str, default: str) -> str:
        values = parse_qs(self.request.query_string, keep_blank_values=True).get(name)
        return values[0] if values else default

    def page_size(self) -> int:
        found = _BATCH_SIZE.search(self.request.headers.get("sforce-query-options", ""))
        return max(SMALLEST_PAGE, min(LARGEST_PAGE, int(found[1]))) if found else LARGEST_PAGE

    def json(self) -> JsonValue:
        content_type = self.request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if content_type != "application/json":
            message = f"Content-Type header specified in HTTP request is not supported: {content_type}"
            raise ApiError(415, "UNSUPPORTED_MEDIA_TYPE", message)
        return parse_json(self.request.body)

    def record_body(self, forbidden: Sequence[str]) -> JsonObject:
        """The fields of one record. The id fields belong in the URL: in the body they are an error."""
        body = self.json()
        if not isinstance(body, dict):
            raise ApiError(400, "JSON_PARSER_ERROR", "Cannot deserialize instance of sobject at [line:1, column:1]")
        for name in body:
            if name.lower() in {each.lower() for each in forbidden}:
                message = f"The {name} field should not be specified in the sobject data."
                raise ApiError(400, "INVALID_FIELD", message)
        return body


def _refuse_constant(text: str) -> NoReturn:
    raise ValueError(text)


def parse_json(body: bytes) -> JsonValue:
    """Raises the org's JSON_PARSER_ERROR."""
    try:
        parsed: JsonValue = json.loads(body, parse_constant=_refuse_constant)
        # Half a surrogate pair parses, but is no text that could be stored.
        json.dumps(parsed, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        where = f"at [line:{error.lineno}, column:{error.colno}]"
        raise ApiError(400, "JSON_PARSER_ERROR", f"{error.msg} {where}") from None
    except (ValueError, RecursionError):
        raise ApiError(400, "JSON_PARSER_ERROR", "Unexpected character at [line:1, column:1]") from None
    return parsed


def allow(request: Request, *methods: str) -> None:
    if request.method not in methods:
        # Real orgs name HEAD before GET.
        allowed = sorted(methods, key=lambda name: name != "HEAD")
        message = f"HTTP Method '{request.method}' not allowed. Allowed are {','.join(allowed)}"
        raise ApiError(405, "METHOD_NOT_ALLOWED", message)


def api_version(text: str) -> int:
    match = _VERSION.fullmatch(text)
    version = int(match[1]) if match else 0
    if match and version < OLDEST_VERSION:
        raise ApiError(410, "GONE", "The requested API version has been retired.")
    if not match or version > NEWEST_VERSION:
        raise not_found()
    return version


def named(name: str) -> SObject:
    sobject = sobject_named(name)
    if sobject is None:
        raise not_found()
    return sobject


def must_be_writable(sobject: SObject) -> None:
    if not sobject.writable:
        message = f"entity type {sobject.name} does not support this operation"
        raise ApiError(400, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", message)
