"""The description at /openapi.json, held against the intake by Schemathesis: what it lets people send is sent, and what
it forbids too, and each answer has to be one that it describes.
"""

from collections.abc import Callable, Iterable, Iterator
from http import HTTPStatus
from typing import Any, Final, cast
from unittest.mock import patch
from urllib.parse import parse_qsl, unquote

import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from functions.intake import app
from functions.intake.pages.openapi import SIGNED
from tests.hostile.checks import receipt_in
from tests.hostile.setting import OIDS, Setting
from tests.hostile.trial import Described, first_submission, listening
from tests.unit.intake_desk import body_text, event

CHECKS: Final = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
)
type StartResponse = Callable[[str, list[tuple[str, str]]], object]


def hold_to_description(examples: int, number: int, *, only: str = "") -> Described:
    """`examples` of each operation, half of them right and half wrong; the same `number` gives the same ones. `only`
    one operation: `GET /health`."""
    found = Described()
    setting = Setting()
    with listening(), patch.object(app, "dependencies", setting.dependencies):
        first_submission()
        document = schemathesis.openapi.from_wsgi("/openapi.json", gateway(setting, found))
        found.statuses.clear()
        for result in document.get_all_operations():
            operation = cast("Any", result).ok()
            for mode in GenerationMode if only in ("", operation.label) else ():
                found.faults += _faults(operation, mode, max(1, examples // 2), number, found)
    return found


def _faults(operation: Any, mode: GenerationMode, examples: int, number: int, found: Described) -> Iterable[str]:
    @seed(number)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(case=operation.as_strategy(generation_mode=mode), is_server=st.integers(0, 4).map(lambda draw: draw == 0))
    def holds(case: Case[Any], is_server: bool) -> None:
        if not is_server:
            # With any of these it has to be signed, and comes no further than 401.
            for name in SIGNED:
                case.headers.pop(name, None)
        if isinstance(case.body, dict) and "oid" in case.body and mode is GenerationMode.POSITIVE:
            case.body["oid"] = OIDS["contact"]  # any other is unknown, and comes no further than 404
        found.requests[operation.label] += 1
        case.validate_response(case.call(), checks=list(CHECKS))

    try:
        holds()
    except Unsatisfiable:
        return  # nothing of this operation can be wrong: it takes no parameter
    except FailureGroup as group:
        for failure in group.exceptions:
            yield f"{operation.label}, {mode.value}: {failure}"


def gateway(setting: Setting, found: Described) -> Callable[[dict[str, Any], StartResponse], Iterator[bytes]]:
    """API Gateway as WSGI: a request becomes an event, the reply an answer."""

    def answer(environ: dict[str, Any], start_response: StartResponse) -> Iterator[bytes]:
        reply = app.handler(_event(environ), None)
        found.statuses[reply["statusCode"]] += 1
        status = HTTPStatus(reply["statusCode"])
        receipt = receipt_in(reply)
        if receipt is not None and setting.row(receipt) is None:
            found.faults.append(f"{environ['PATH_INFO']}: a receipt without its row")
        start_response(f"{status.value} {status.phrase}", list(reply["headers"].items()))
        yield body_text(reply).encode()  # unpacked: this client asks for gzip without knowing it

    return answer


def _event(environ: dict[str, Any]) -> dict[str, Any]:
    """Its path is split before it is decoded, as API Gateway does: an encoded slash is part of a name."""
    path, _, query = environ["REQUEST_URI"].partition("?")
    headers = {
        name.removeprefix("HTTP_").replace("_", "-"): text
        for name, text in environ.items()
        if name.startswith("HTTP_") or name in {"CONTENT_TYPE", "CONTENT_LENGTH"}
    }
    names = path.strip("/").split("/")
    parameters = {f"p{place}": unquote(name) for place, name in enumerate(names)}
    made = event(environ["REQUEST_METHOD"], path, headers=headers, body=environ["wsgi.input"].read())
    return {
        **made,
        "resource": "".join(f"/{{p{place}}}" for place in range(len(names))),
        "pathParameters": parameters,
        "queryStringParameters": dict(parse_qsl(query, keep_blank_values=True)) or None,
    }
