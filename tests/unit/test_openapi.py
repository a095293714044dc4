"""/openapi.json is true: to the template's routes, to the codes in the source, and to what the routes answer."""

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from functions.intake import web_to_lead
from functions.intake.pages.problems import ABOUT, STATUSES
from functions.intake.request import _TAKES, _WEBHOOK_HEADERS
from local.intake_keys import WEBHOOKS
from shared.errors import TransientError
from shared.form.sources import Scheme
from shared.webhooks.proving import proof
from tests.builders import NOW
from tests.hostile.posts import right_payload
from tests.unit.intake_desk import BROWSER, JSON, ORIGIN, URLENCODED, Answered, Intake, event
from tests.unit.template_loading import only, properties

SOURCES = sorted((Path(__file__).parents[2] / "functions" / "intake").rglob("*.py"))
DOCUMENT: dict[str, Any] = Intake().get("/openapi.json").json


def test_it_is_valid_openapi() -> None:
    assert [error.message for error in OpenAPIV31SpecValidator(DOCUMENT).iter_errors()] == []


def test_it_has_every_route_of_the_template_and_no_other() -> None:
    paths = only("AWS::ApiGateway::RestApi")["Properties"]["Body"]["paths"]
    deployed = {(path, method) for path, methods in paths.items() for method in methods if method != "parameters"}
    assert routes() == deployed


def routes() -> set[tuple[str, str]]:
    return {(path, key) for path, item in DOCUMENT["paths"].items() for key in item if key != "parameters"}


def codes_in_source() -> set[tuple[Any, Any]]:
    """Of every Refusal(status, code) and problem(status, code) that is written out; `_malformed` is one of them."""
    return {
        (call.args[0].value, call.args[1].value)
        for path in SOURCES
        for call in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(call, ast.Call) and ast.unparse(call.func) in {"Refusal", "problem"} and len(call.args) >= 2
        if isinstance(call.args[0], ast.Constant) and isinstance(call.args[1], ast.Constant)
    }


def test_every_code_of_the_source_is_described_with_its_status_and_no_other() -> None:
    of_pages = {(404, code) for code in web_to_lead._WHY_UNKNOWN}
    assert codes_in_source() | of_pages == {(status, code) for code, status in STATUSES.items()}
    assert set(ABOUT) == set(STATUSES)


def test_every_code_but_that_of_an_unknown_path_belongs_to_a_route() -> None:
    described = {code for item in DOCUMENT["paths"].values() for one in operations(item) for code in codes(one)}
    assert set(STATUSES) - described == {"not_found"}


def operations(item: dict[str, Any]) -> list[dict[str, Any]]:
    return [operation for key, operation in item.items() if key != "parameters"]


def codes(operation: dict[str, Any]) -> list[str]:
    contents = [answer.get("content", {}) for answer in operation["responses"].values()]
    problems = [content["application/problem+json"] for content in contents if "application/problem+json" in content]
    return [code for each in problems for code in each["schema"]["allOf"][1]["properties"]["code"]["enum"]]


def test_every_way_to_prove_who_one_is_can_be_read_from_it() -> None:
    post = DOCUMENT["paths"]["/forms/{form_id}"]["post"]
    schemes = DOCUMENT["components"]["securitySchemes"]
    assert post["security"] == [{}, *({name: []} for name in schemes)]
    told = {(each["in"], each["name"].lower()) for each in (*post["parameters"], *schemes.values())}
    for scheme in Scheme:
        headers, query = proof(scheme, "shop", b"k" * 32, message_id="1", body=b"", now=NOW)
        assert {("header", name.lower()) for name in headers} | {
            ("query", name) for name, _ in parse_qsl(query)
        } <= told
    assert {("header", name) for name in _WEBHOOK_HEADERS} <= told


@pytest.mark.parametrize("path", ["/forms/{form_id}", "/servlet/servlet.WebToLead"])
def test_every_kind_of_body_that_is_read_is_described(path: str) -> None:
    kinds = set(DOCUMENT["paths"][path]["post"]["requestBody"]["content"])
    assert kinds == {*_TAKES.split(", "), "application/*+json"}
    for kind in kinds:
        whole = kind.replace("*", "vnd.example") + ("; boundary=x" if "multipart" in kind else "")
        assert Intake().post(b"{}", whole).status != 415


def test_whatever_a_form_tool_sends_is_allowed() -> None:
    for kind, taken in DOCUMENT["paths"]["/forms/{form_id}"]["post"]["requestBody"]["content"].items():
        validator = Draft202012Validator({"components": DOCUMENT["components"], **taken["schema"]})
        for name in WEBHOOKS:
            payload = right_payload(name, 1)
            if "json" in kind or all(isinstance(value, str) for value in payload.values()):
                assert validator.is_valid(payload), (kind, name)
        assert not validator.is_valid([])


def test_whoever_has_to_come_again_is_told_when() -> None:
    throttled = DOCUMENT["components"]["responses"]["Throttled"]
    seconds = {"required": True, "schema": {"type": "integer"}}
    assert throttled["headers"]["Retry-After"] == seconds
    for item in DOCUMENT["paths"].values():
        for operation in operations(item):
            assert operation["responses"]["429"] == {"$ref": "#/components/responses/Throttled"}
            assert operation["responses"].get("503", throttled)["headers"]["Retry-After"] == seconds


def test_what_api_gateway_and_the_firewall_say_is_described() -> None:
    answers = only("AWS::ApiGateway::RestApi")["Properties"]["Body"]["x-amazon-apigateway-gateway-responses"]
    blocked = properties("Firewall")["CustomResponseBodies"]["TooManyRequests"]["Content"]
    throttled = Draft202012Validator(DOCUMENT["components"]["schemas"]["Throttled"])
    for said in (answers["THROTTLED"]["responseTemplates"]["application/json"], blocked):
        assert throttled.is_valid(json.loads(said))
    assert not throttled.is_valid({})


def test_the_page_about_http_tells_every_route_and_code() -> None:
    told = (Path(__file__).parents[2] / "docs" / "http.md").read_text("utf-8")
    assert [code for code in STATUSES if f"`{code}`" not in told] == []
    assert [path for path in DOCUMENT["paths"] if path not in told] == []


# --- what the routes answer --------------------------------------------------------------------------------------

BODIES = [
    (JSON, b'{"last_name": "x", "email": "x@example.com", "message": "x", "consent": true}'),
    (JSON, b"{}"),
    (JSON, b"{"),
    (JSON, b'"' + b"x" * 70_000 + b'"'),
    (f"{JSON}; charset=latin1", b"{}"),
    (URLENCODED, b"last_name=x&email=x%40example.com&message=x&consent=on"),
    (URLENCODED, b"hosted_page=1"),
    (URLENCODED, b"oid=unknown&last_name=x"),
    (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="a"; filename="b"\r\n\r\nc\r\n--x--\r\n',
    ),
    ("text/xml", b"<a/>"),
    ("", b""),
]
HEADERS: list[dict[str, str]] = [
    {},
    {"Accept": JSON},
    BROWSER,
    {"Origin": "https://evil.example"},
    {"Origin": ORIGIN, "Accept": JSON},
    {"Content-Encoding": "gzip"},
    {"Idempotency-Key": "x" * 300},
    {"Idempotency-Key": "used"},
    {"If-None-Match": "*"},
    {"webhook-source": "x"},
    {"webhook-signature": "v1,x"},
    {"Accept": "text/html", "Host": "api.example"},
    {"Accept": "text/html", "Host": "api.example", "Origin": "https://api.example"},
]


def requests(method: str) -> Iterator[tuple[dict[str, str], bytes]]:
    for headers in HEADERS:
        for kind, body in BODIES if method == "post" else [("", b"")]:
            yield {**headers, **({"Content-Type": kind} if kind else {})}, body


@pytest.mark.parametrize(("path", "method"), sorted(routes()))
@pytest.mark.parametrize("filled", [{"form_id": "contact"}, {"form_id": "nothing"}])
@pytest.mark.parametrize("fails", [False, True])
def test_every_answer_is_described(path: str, method: str, filled: dict[str, str], fails: bool) -> None:
    described = DOCUMENT["paths"][path][method]
    intake = Intake()
    receipt = intake.program(headers={"Idempotency-Key": "used"}).receipt
    for headers, body in requests(method):
        if fails:
            intake.ledger.fails_next = TransientError("ledger", "no")
        for known in (receipt, "unknown"):
            target = path.format(receipt=known, **filled) if "{receipt}" in path else path.format(**filled)
            expect_described(intake.hears(event(method.upper(), target, headers=headers, body=body)), described)


def expect_described(answered: Answered, described: dict[str, Any]) -> None:
    assert str(answered.status) in described["responses"], (answered.status, answered.text)
    answer = described["responses"][str(answered.status)]
    kind = answered.headers.get("Content-Type", "").partition(";")[0]
    if not answered.text:
        assert "content" not in answer or kind == ""
        return
    assert kind in answer["content"]
    for name, header in answer.get("headers", {}).items():
        assert name in answered.headers or not header.get("required")
    if kind == "application/problem+json":
        listed = answer["content"][kind]["schema"]["allOf"][1]["properties"]["code"]["enum"]
        assert answered.code in listed


def test_every_form_is_described() -> None:
    assert {f"form-{name}" for name in Intake().forms} <= set(DOCUMENT["components"]["schemas"])
    assert DOCUMENT["paths"]["/forms/{form_id}"]["parameters"][0]["schema"]["enum"] == sorted(Intake().forms)


def test_the_server_is_where_the_document_was_read() -> None:
    assert DOCUMENT["servers"] == [{"url": "."}]
