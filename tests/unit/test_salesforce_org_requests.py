"""How requests may be written: other methods, slashes, bodies off the wire; and SOAP logins, in the stand-in."""

import gzip
import io
import zlib
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from local.salesforce_org import Org, Request, Response
from local.salesforce_org.web import request_body
from local.salesforce_org.web.request_body import Unreadable, read_body

JSON = {"content-type": "application/json"}
FAULTS = "{urn:fault.partner.soap.sforce.com}"
SOAP_LOGIN = b"""<?xml version="1.0"?><env:Envelope xmlns:env="http://schemas.xmlsoap.org/soap/envelope/"><env:Body>
<n1:login xmlns:n1="urn:partner.soap.sforce.com"><n1:username>a</n1:username><n1:password>b</n1:password></n1:login>
</env:Body></env:Envelope>"""


@pytest.fixture
def org() -> Iterator[Org]:
    with Org(":memory:") as org:
        yield org


def send(org: Org, method: str, target: str, body: bytes = b"", **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    authorization = {"authorization": f"Bearer {org.sessions.open()}"}
    return org.handle(Request(method, target, JSON | authorization | named, body))


# --- methods and paths ------------------------------------------------------------------------------------


def test_a_post_can_stand_for_another_method(org: Org) -> None:
    lead = org.add("Lead", {"LastName": "X", "Company": "Y"})
    path = f"/services/data/v62.0/sobjects/Lead/{lead}"
    assert send(org, "POST", f"{path}?_HttpMethod=PATCH", b'{"City": "Zeist"}').status == 204
    assert send(org, "POST", path, b'{"Title": "Chef"}', x_http_method_override="patch").status == 204
    row = org.rows("Lead")[0]
    assert (row["City"], row["Title"]) == ("Zeist", "Chef")
    assert send(org, "POST", f"{path}?_HttpMethod=DELETE").status == 204
    assert org.rows("Lead") == []
    assert [call["method"] for call in org.calls] == ["PATCH", "PATCH", "DELETE"]


def test_only_a_post_of_the_api_stands_for_another_method(org: Org) -> None:
    lead = org.add("Lead", {"LastName": "X", "Company": "Y"})
    path = f"/services/data/v62.0/sobjects/Lead/{lead}"
    assert send(org, "GET", f"{path}?_HttpMethod=DELETE").status == 200
    assert send(org, "POST", f"{path}?_HttpMethod=NOPE").status == 405
    assert send(org, "POST", "/services/oauth2/token?_HttpMethod=GET").status == 400
    assert len(org.rows("Lead")) == 1


@pytest.mark.parametrize(
    "path",
    [
        "/services/data/",
        "/services/data/v62.0/",
        "/services/data/v62.0/limits/",
        "/services/data/v62.0/sobjects/",
        "/services/data/v62.0/sobjects/Lead/",
        "/services/data/v62.0/sobjects/Lead/describe/",
        "/services/data/v62.0/query/?q=SELECT+Id+FROM+Lead",
        "/services/oauth2/userinfo/",
    ],
)
def test_a_slash_at_the_end_changes_nothing(org: Org, path: str) -> None:
    with_slash = send(org, "GET", path)
    assert with_slash.status == 200
    without = "?".join(part.rstrip("/") for part in path.split("?"))
    assert send(org, "GET", without).body == with_slash.body or path.endswith("limits/")


def test_a_token_path_with_a_slash_is_the_token_path(org: Org) -> None:
    form = f"grant_type=client_credentials&client_id={org.client_id}&client_secret={org.client_secret}".encode()
    headers = {"content-type": "application/x-www-form-urlencoded; charset=UTF-8"}
    assert org.handle(Request("POST", "/services/oauth2/token/", headers, form)).status == 200


@pytest.mark.parametrize("content_type", [None, "application/octet-stream", "application/x-www-form-urlencoded", "x"])
def test_a_body_of_an_unknown_type_is_refused(org: Org, content_type: str | None) -> None:
    headers = {"authorization": f"Bearer {org.sessions.open()}"}
    if content_type is not None:
        headers["content-type"] = content_type
    path = "/services/data/v62.0/sobjects/Lead"
    refused: Any = org.handle(Request("POST", path, headers, b'{"LastName": "X", "Company": "Y"}'))
    assert (refused.status, refused.body[0]["errorCode"]) == (415, "UNSUPPORTED_MEDIA_TYPE")


def test_escaped_paths_mean_what_they_spell(org: Org) -> None:
    lead = b'{"LastName": "X", "Company": "Y"}'
    path = "/services/data/v62.0/sobjects/%4Cead/Submission_Id__c/a%2Fb%20c%C3%A9"
    assert send(org, "PATCH", path, lead).status == 201
    assert org.rows("Lead")[0]["Submission_Id__c"] == "a/b cé"


# --- SOAP login -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("version", "words"),
    [(31, "disabled by default"), (64, "disabled by default"), (65, "(65.0)"), (68, "(68.0)")],
)
@pytest.mark.parametrize("kind", ["u", "c"])
def test_a_soap_login_is_refused_with_a_fault(org: Org, version: int, words: str, kind: str) -> None:
    request = Request("POST", f"/services/Soap/{kind}/{version}.0", {"content-type": "text/xml"}, SOAP_LOGIN)
    response: Response = org.handle(request)
    assert response.status == 500
    assert isinstance(response.body, bytes)
    fault = ET.fromstring(response.body)  # noqa: S314 - our own answer
    assert next(fault.iter("faultcode")).text == "sf:INVALID_OPERATION"
    assert next(fault.iter(f"{FAULTS}exceptionCode")).text == "INVALID_OPERATION"
    message = next(fault.iter(f"{FAULTS}exceptionMessage")).text
    assert message is not None
    assert words in message
    assert org.quota.used == 0


def test_other_soap_calls_are_no_logins(org: Org) -> None:
    request = Request("POST", "/services/Soap/u/62.0", {}, SOAP_LOGIN.replace(b"n1:login", b"n1:logout"))
    response = org.handle(request)
    assert response.status == 500
    assert isinstance(response.body, bytes)
    assert b"INVALID_SESSION_ID" in response.body


# --- bodies off the wire ----------------------------------------------------------------------------------


def body_of(content: bytes, **headers: str) -> bytes:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return read_body(io.BytesIO(content), named)


def refused_with(content: bytes, **headers: str) -> int:
    with pytest.raises(Unreadable) as caught:
        body_of(content, **headers)
    assert caught.value.response.headers["Connection"] == "close"
    return caught.value.response.status


def test_a_body_is_as_long_as_it_says() -> None:
    assert body_of(b"abcdef", content_length="4") == b"abcd"
    assert body_of(b"abcdef") == b""
    assert refused_with(b"abc", content_length="4") == 400


@pytest.mark.parametrize("length", ["", "-1", "+4", "4.0", "x", "٤"])
def test_a_length_that_is_no_number_is_refused(length: str) -> None:
    assert refused_with(b"abcd", content_length=length) == 400


def test_chunks_are_put_together() -> None:
    wire = b"4;name=value\r\nabcd\r\n0A\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n"
    assert body_of(wire, transfer_encoding="Chunked") == b"abcd0123456789"


@pytest.mark.parametrize(
    "wire",
    [
        b"",
        b"\r\n",
        b"x\r\n",
        b"-1\r\na\r\n",
        b"4\r\nab",
        b"2\r\nabcd\r\n0\r\n\r\n",
        b"4\r\nabcd\r\n",
        b"0x4\r\nabcd\r\n",
    ],
)
def test_broken_chunks_are_refused(wire: bytes) -> None:
    assert refused_with(wire, transfer_encoding="chunked") == 400


def test_a_body_with_two_lengths_is_refused() -> None:
    """What one program takes for the end of a request must not be another one's middle."""
    assert refused_with(b"0\r\n\r\n", transfer_encoding="chunked", content_length="5") == 400
    assert refused_with(b"abcd", transfer_encoding="gzip, chunked") == 501


def test_a_gzipped_body_is_unpacked() -> None:
    packed = gzip.compress(b'{"a": 1}')
    assert body_of(packed, content_length=str(len(packed)), content_encoding="GZIP") == b'{"a": 1}'
    wire = f"{len(packed):x}\r\n".encode() + packed + b"\r\n0\r\n\r\n"
    assert body_of(wire, transfer_encoding="chunked", content_encoding="gzip") == b'{"a": 1}'


def test_a_deflated_body_is_unpacked() -> None:
    packed = zlib.compress(b'{"a": 1}')
    assert body_of(packed, content_length=str(len(packed)), content_encoding="deflate") == b'{"a": 1}'


@pytest.mark.parametrize(
    ("packed", "encoding", "status"),
    [
        (zlib.compress(b"{}", wbits=-zlib.MAX_WBITS), "deflate", 400),
        (zlib.compress(b"{}")[:-2], "deflate", 400),
        (gzip.compress(b"{}"), "deflate", 400),
        (b"{}", "br", 415),
        (gzip.compress(gzip.compress(b"{}")), "gzip, gzip", 415),
        (b"{}", "gzip", 400),
        (b"", "gzip", 400),
        (gzip.compress(b"{}" * 100)[:-9], "gzip", 400),
        (gzip.compress(b"{}") + b"more", "gzip", 400),
        (zlib.compress(b"{}"), "gzip", 400),
    ],
)
def test_other_packings_are_refused(packed: bytes, encoding: str, status: int) -> None:
    assert refused_with(packed, content_length=str(len(packed)), content_encoding=encoding) == status


def test_a_body_that_is_too_large_is_refused_before_it_fills_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_body, "MAX_BODY", 1_000)
    assert refused_with(b"", content_length="1001") == 413
    assert refused_with(b"3e9\r\n", transfer_encoding="chunked") == 413
    bomb = gzip.compress(bytes(1_001))
    assert refused_with(bomb, content_length=str(len(bomb)), content_encoding="gzip") == 413
    whole = gzip.compress(bytes(1_000))
    assert body_of(whole, content_length=str(len(whole)), content_encoding="gzip") == bytes(1_000)
