"""POST /composite/batch: up to 25 calls in one that know nothing of each other."""

import json
from collections.abc import Callable, Sequence

from local.salesforce_org.errors import ApiError
from local.salesforce_org.messages import JsonObject, JsonValue, Request, Response

MAX_PARTS = 25
_METHODS = frozenset({"GET", "POST", "PATCH", "PUT", "DELETE"})
_HALTED: JsonValue = [
    {"errorCode": "BATCH_PROCESSING_HALTED", "message": "Batch processing halted per request"},
]


def parse(body: JsonValue) -> tuple[list[Request], bool]:
    """(calls, haltOnError). The texts of the refusals are guesses."""
    if not isinstance(body, dict) or not isinstance(given := body.get("batchRequests"), list) or not given:
        raise ApiError(400, "JSON_PARSER_ERROR", "batchRequests must hold at least one subrequest")
    if len(given) > MAX_PARTS:
        message = f"The number of subrequests ({len(given)}) is larger than the limit of {MAX_PARTS}"
        raise ApiError(400, "LIMIT_EXCEEDED", message)
    halt_on_error = body.get("haltOnError", False)
    if not isinstance(halt_on_error, bool):
        raise ApiError(400, "JSON_PARSER_ERROR", "haltOnError must be a boolean")
    return [_part(each) for each in given], halt_on_error


def _part(value: JsonValue) -> Request:
    """A URL is relative to /services/data (`v62.0/limits`); the body stands in `richInput`."""
    if not isinstance(value, dict):
        raise ApiError(400, "JSON_PARSER_ERROR", "a subrequest must be an object")
    method, url = value.get("method"), value.get("url")
    if not isinstance(method, str) or method not in _METHODS or not isinstance(url, str):
        raise ApiError(400, "INVALID_INPUT", "a subrequest needs method and url")
    target = url if url.startswith("/services/data/") else f"/services/data/{url.removeprefix('/')}"
    body = json.dumps(value["richInput"]).encode() if "richInput" in value else b""
    return Request(method, target.replace(" ", "%20"), {"content-type": "application/json"}, body)


def run(parts: Sequence[Request], halt_on_error: bool, call: Callable[[Request], Response]) -> JsonObject:
    """Each part is its own transaction: what an earlier one did stays done."""
    results: list[JsonValue] = []
    failed = False
    for part in parts:
        if failed and halt_on_error:
            results.append({"statusCode": 412, "result": _HALTED})
            continue
        response = call(part)
        failed = failed or response.status >= 400
        body = None if isinstance(response.body, bytes) else response.body
        results.append({"statusCode": response.status, "result": body})
    return {"hasErrors": failed, "results": results}
