"""What a scenario's request is on the wire, and what is read from the answer. No socket is opened."""

import json
from typing import Any
from urllib.parse import parse_qsl

import requests
from requests.adapters import BaseAdapter

from local.scenarios import Request
from local.sending import Answer, describe, send

API = "http://127.0.0.1:1/api"


class Wire(BaseAdapter):
    """Answers every request in the same way and keeps what was sent."""

    def __init__(self, status: int = 202, content: object = None, headers: dict[str, str] | None = None) -> None:
        super().__init__()
        self.sent: list[requests.PreparedRequest] = []
        self._answer = (status, content, headers or {})

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        self.sent.append(request)
        status, content, headers = self._answer
        response = requests.Response()
        response.status_code = status
        response.request = request
        response.headers.update({"Content-Type": "application/json"} if content is not None else {})
        response.headers.update(headers)
        response._content = json.dumps(content).encode() if content is not None else b""
        return response

    def close(self) -> None:
        """Nothing is open."""


def sent_over(wire: Wire, **request: Any) -> Answer:
    session = requests.Session()
    session.trust_env = False
    session.mount("http://", wire)
    return send(session, API, Request.model_validate({"path": "/forms/contact", **request}), {"website": "http://shop"})


def test_json_goes_as_json_with_placeholders_filled_in() -> None:
    wire = Wire()
    sent_over(wire, json={"page_url": "{website}/nl/", "n": 1}, headers={"Origin": "{website}"})
    [request] = wire.sent
    assert json.loads(request.body or b"") == {"page_url": "http://shop/nl/", "n": 1}
    assert request.url == f"{API}/forms/contact"
    assert (request.headers["Content-Type"], request.headers["Origin"]) == ("application/json", "http://shop")


def test_a_form_goes_urlencoded_and_repeats_fields_with_several_values() -> None:
    wire = Wire()
    sent_over(wire, form={"name": "Søren", "extras": ["service", "branding"]})
    assert wire.sent[0].headers["Content-Type"] == "application/x-www-form-urlencoded"
    body = (wire.sent[0].body or b"").decode()  # type: ignore[union-attr]
    assert parse_qsl(body) == [("name", "Søren"), ("extras", "service"), ("extras", "branding")]


def test_multipart_has_fields_and_files() -> None:
    wire = Wire()
    sent_over(
        wire, multipart={"name": "Bos", "cv": {"filename": "cv.pdf", "content_type": "application/pdf", "text": "x"}}
    )
    body = wire.sent[0].body
    assert isinstance(body, bytes)
    assert b'name="name"\r\n\r\nBos' in body
    assert b'name="cv"; filename="cv.pdf"\r\nContent-Type: application/pdf\r\n\r\nx' in body
    assert wire.sent[0].headers["Content-Type"].startswith("multipart/form-data; boundary=")


def test_a_scenario_can_send_any_bytes_and_say_what_they_are() -> None:
    wire = Wire()
    sent_over(wire, base64="/w==", headers={"Content-Type": "application/json"})
    assert wire.sent[0].body == b"\xff"
    assert wire.sent[0].headers["Content-Type"] == "application/json"


def test_a_get_has_no_body() -> None:
    wire = Wire(200, {"status": "ok"})
    answer = sent_over(wire, method="GET")
    assert wire.sent[0].body is None
    assert answer == Answer(200, "", "", "", [])


def test_the_receipt_is_read_from_json_or_from_the_redirect() -> None:
    assert sent_over(Wire(202, {"receipt": "1"}), json={}).receipt == "1"
    redirect = sent_over(Wire(303, None, {"Location": "http://shop/nl/bedankt?receipt=2"}), form={})
    assert (redirect.receipt, redirect.location) == ("2", "/nl/bedankt?receipt=2")


def test_the_codes_of_a_problem_are_read() -> None:
    problem = {"code": "validation_failed", "errors": [{"field": "email", "code": "required", "message": "..."}]}
    answer = sent_over(Wire(422, problem, {"Content-Type": "application/problem+json"}), json={})
    assert (answer.code, answer.errors) == ("validation_failed", ["email.required"])


def test_a_request_is_described_without_what_it_holds() -> None:
    request = Request.model_validate({"path": "/forms/contact", "form": {"email": "sanne@example.com"}})
    assert describe(request) == "POST /forms/contact form"
