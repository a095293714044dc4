"""The description at /openapi.json, held against the intake by Schemathesis: what it lets people send is sent, and what
it forbids too, and each answer has to be one that it describes.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from http import HTTPStatus
from typing import Any, Final, cast
from unittest.mock import patch
from urllib.parse import parse_qsl, unquote, urlencode

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
from functions.intake.pages.openapi_webhooks import PARAMETERS, SECURITY_SCHEMES
from local.intake_keys import WEBHOOKS
from shared.webhooks.proving import proof
from shared.webhooks.verifying import usable_keys
from tests.builders import NOW
from tests.hostile.checks import receipt_in
from tests.hostile.posts import right_payload
from tests.hostile.setting import OIDS, Setting, hostile_forms
from tests.hostile.trial import Described, first_submission, listening
from tests.unit.intake_desk import body_text, event

CHECKS: Final = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
)
_OF_SERVERS: Final = frozenset(each["name"] for each in (*PARAMETERS, *SECURITY_SCHEMES.values()))
_ANYBODY: Final = "anybody"
"""Whoever says that he is a server, and can't prove it."""
_NO_SUBMISSION: Final = {"event_type": "form_response_partial", "triggerType": "ecomm_new_order"}
"""Makes an event of another kind of a tool's payload."""
_PROVING: Final = "X-To-Be-Proved-As"
"""Asks the gateway for the proof: a signature is over the bytes that are sent, which only it sees."""
WEBHOOK_ADDRESS: Final = "POST /forms/{form_id}"
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
    @given(
        case=operation.as_strategy(generation_mode=mode),
        sender=st.sampled_from(["", "", "", _ANYBODY, *WEBHOOKS]),
        draw=st.integers(0, 1_000),
    )
    def holds(case: Case[Any], sender: str, draw: int) -> None:
        if sender != _ANYBODY:
            # With any of these it has to be signed, and comes no further than 401.
            for name in _OF_SERVERS:
                case.headers.pop(name, None)
                case.query.pop(name, None)
        if sender in WEBHOOKS and operation.label == WEBHOOK_ADDRESS:
            case.path_parameters["form_id"] = "contact"
            case.query["webhook-source"] = case.headers[_PROVING] = sender
            if mode is GenerationMode.POSITIVE and case.media_type == "application/json" and draw % 3:
                # The description only says that it is an object: what a tool does send comes further.
                case.body = right_payload(sender, draw) | (_NO_SUBMISSION if draw % 3 == 1 else {})
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
        happening = _event(environ)
        reply = app.handler(happening, None)
        found.statuses[reply["statusCode"]] += 1
        if source := environ.get(_environ_name(_PROVING)):
            found.proved[source, reply["statusCode"]] += 1
        status = HTTPStatus(reply["statusCode"])
        receipt = receipt_in(reply)
        if receipt is not None and setting.row(receipt) is None:
            found.faults.append(f"{environ['PATH_INFO']}: a receipt without its row")
        start_response(f"{status.value} {status.phrase}", list(reply["headers"].items()))
        yield body_text(reply).encode()  # unpacked: this client asks for gzip without knowing it

    return answer


def _environ_name(header: str) -> str:
    return "HTTP_" + header.upper().replace("-", "_")


def _proof(name: str, body: bytes) -> tuple[dict[str, str], str]:
    """Headers and a query, as the source makes them. The same body has the same id."""
    source = hostile_forms()["contact"].sources[name]
    [key, *_] = usable_keys(source.scheme, WEBHOOKS[name])
    message_id = hashlib.sha256(body).hexdigest()
    return proof(source.scheme, name, key, message_id=message_id, body=body, now=NOW)


def _event(environ: dict[str, Any]) -> dict[str, Any]:
    """Its path is split before it is decoded, as API Gateway does: an encoded slash is part of a name."""
    path, _, query = environ["REQUEST_URI"].partition("?")
    headers = {
        name.removeprefix("HTTP_").replace("_", "-"): text
        for name, text in environ.items()
        if name.startswith("HTTP_") or name in {"CONTENT_TYPE", "CONTENT_LENGTH"}
    }
    if source := environ.get(_environ_name(_PROVING)):
        proved, asked = _proof(source, environ["wsgi.input"].getvalue())
        headers, query = (
            headers | proved,
            asked
            + "&"
            + urlencode(
                [(name, text) for name, text in parse_qsl(query, keep_blank_values=True) if name != "webhook-source"]
            ),
        )
    names = path.strip("/").split("/")
    parameters = {f"p{place}": unquote(name) for place, name in enumerate(names)}
    made = event(environ["REQUEST_METHOD"], path, headers=headers, body=environ["wsgi.input"].read())
    return {
        **made,
        "resource": "".join(f"/{{p{place}}}" for place in range(len(names))),
        "pathParameters": parameters,
        "queryStringParameters": dict(parse_qsl(query, keep_blank_values=True)) or None,
    }
