"""POST /composite: up to 25 calls in one, each able to use what earlier ones answered.

`@{ref.field}` in a URL, a body or a header stands for a value in the answer of the earlier call `ref`.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from local.salesforce_org.errors import ApiError
from local.salesforce_org.messages import JsonObject, JsonValue, Request, Response

MAX_SUBREQUESTS = 25
MAX_QUERIES = 5  # query and collection calls among them
_REFERENCE = re.compile(r"@\{([A-Za-z][A-Za-z0-9_]*)\.([^}]+)\}")
_REFERENCE_ID = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_COUNTED = re.compile(r"/services/data/v\d+\.0/(?:query|queryAll|composite/sobjects)(?:[/?]|$)")
_METHODS = frozenset({"GET", "POST", "PATCH", "PUT", "DELETE", "HEAD"})
_ROLLED_BACK = "The transaction was rolled back since another operation in the same transaction failed."


@dataclass(frozen=True)
class Subrequest:
    reference_id: str
    method: str
    url: str
    headers: Mapping[str, str]
    body: JsonValue


class _MissingReference(Exception):
    pass


def parse(body: JsonValue) -> tuple[list[Subrequest], bool]:
    """(sub-requests, allOrNone). The texts of the refusals for too many are a guess, the limits are documented."""
    if not isinstance(body, dict) or not isinstance(given := body.get("compositeRequest"), list) or not given:
        raise ApiError(400, "JSON_PARSER_ERROR", "compositeRequest must hold at least one subrequest")
    if len(given) > MAX_SUBREQUESTS:
        message = f"The number of subrequests ({len(given)}) is larger than the limit of {MAX_SUBREQUESTS}"
        raise ApiError(400, "LIMIT_EXCEEDED", message)
    all_or_none = body.get("allOrNone", False)
    if not isinstance(all_or_none, bool):
        raise ApiError(400, "JSON_PARSER_ERROR", "allOrNone must be a boolean")
    subrequests = [_subrequest(each) for each in given]
    if sum(_COUNTED.match(each.url) is not None for each in subrequests) > MAX_QUERIES:
        message = f"No more than {MAX_QUERIES} subrequests may be query or sObject collection operations"
        raise ApiError(400, "LIMIT_EXCEEDED", message)
    ids = [each.reference_id for each in subrequests]
    if len(set(ids)) < len(ids):
        raise ApiError(400, "INVALID_INPUT", "referenceId must be unique within a composite request")
    return subrequests, all_or_none


def _subrequest(value: JsonValue) -> Subrequest:
    if not isinstance(value, dict):
        raise ApiError(400, "JSON_PARSER_ERROR", "a subrequest must be an object")
    method, url, reference_id = value.get("method"), value.get("url"), value.get("referenceId")
    if not (isinstance(method, str) and isinstance(url, str) and isinstance(reference_id, str)):
        raise ApiError(400, "INVALID_INPUT", "a subrequest needs method, url and referenceId")
    if method not in _METHODS or not url.startswith("/services/") or not _REFERENCE_ID.fullmatch(reference_id):
        raise ApiError(400, "INVALID_INPUT", f"Invalid method, url or referenceId in subrequest {reference_id}")
    headers = value.get("httpHeaders") or {}
    if not isinstance(headers, dict):
        raise ApiError(400, "INVALID_INPUT", "httpHeaders must be an object")
    named = {name.lower(): str(each) for name, each in headers.items()}
    return Subrequest(reference_id, method, url, named, value.get("body"))


def run(
    subrequests: Sequence[Subrequest], all_or_none: bool, call: Callable[[Request], Response]
) -> tuple[list[JsonValue], bool]:
    """(compositeResponse, whether the caller must undo everything). `call` answers one sub-request."""
    answers: dict[str, JsonValue] = {}
    results: list[JsonObject] = []
    for subrequest in subrequests:
        try:
            request = _filled(subrequest, answers)
        except _MissingReference as missing:
            message = f"Invalid reference specified. {missing}"
            results.append(_result(subrequest, 400, [{"errorCode": "PROCESSING_HALTED", "message": message}]))
        else:
            response = call(request)
            body = response.body if not isinstance(response.body, bytes) else None
            location = response.headers.get("Location")
            headers: JsonObject = {"Location": location} if location else {}
            results.append(_result(subrequest, response.status, body, headers))
            if response.status < 300:
                answers[subrequest.reference_id] = body
        if all_or_none and not _succeeded(results[-1]):
            return _halted(subrequests, results), True
    return list(results), False


def _halted(subrequests: Sequence[Subrequest], results: Sequence[JsonObject]) -> list[JsonValue]:
    culprit = len(results) - 1
    error: JsonValue = [{"errorCode": "PROCESSING_HALTED", "message": _ROLLED_BACK}]
    return [
        results[index] if index == culprit else _result(subrequest, 400, error)
        for index, subrequest in enumerate(subrequests)
    ]


def _succeeded(result: JsonObject) -> bool:
    status = result["httpStatusCode"]
    return isinstance(status, int) and status < 300


def _result(subrequest: Subrequest, status: int, body: JsonValue, headers: JsonObject | None = None) -> JsonObject:
    return {
        "body": body,
        "httpHeaders": headers or {},
        "httpStatusCode": status,
        "referenceId": subrequest.reference_id,
    }


def _filled(subrequest: Subrequest, answers: Mapping[str, JsonValue]) -> Request:
    body = _fill(subrequest.body, answers)
    headers = {name: _fill_text(value, answers) for name, value in subrequest.headers.items()}
    if subrequest.body is not None:
        headers = {"content-type": "application/json", **headers}
    payload = json.dumps(body).encode() if subrequest.body is not None else b""
    return Request(subrequest.method, _fill_text(subrequest.url, answers), headers, payload)


def _fill(value: JsonValue, answers: Mapping[str, JsonValue]) -> JsonValue:
    if isinstance(value, str):
        return _fill_text(value, answers)
    if isinstance(value, list):
        return [_fill(each, answers) for each in value]
    if isinstance(value, dict):
        return {name: _fill(each, answers) for name, each in value.items()}
    return value


def _fill_text(text: str, answers: Mapping[str, JsonValue]) -> str:
    return _REFERENCE.sub(lambda match: _look_up(match[1], match[2], answers), text)


def _look_up(reference: str, path: str, answers: Mapping[str, JsonValue]) -> str:
    """The value at `records[0].Id` in the answer of `reference`."""
    value = answers.get(reference)
    for step in re.findall(r"[^.\[\]]+", path):
        if isinstance(value, dict) and step in value:
            value = value[step]
        elif isinstance(value, list) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            raise _MissingReference(f"No value for {reference}.{path} found in {reference}")
    if value is None or isinstance(value, dict | list):
        raise _MissingReference(f"No value for {reference}.{path} found in {reference}")
    return str(value)
