"""Login, faults on purpose, odd requests, control endpoints and the page of the Salesforce stand-in."""

import base64
import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

import pytest

from local.salesforce_org import Org, Request, Response
from local.salesforce_org.web.server import is_local_host, origin_form, refusal, takes_gzip

FORM = {"content-type": "application/x-www-form-urlencoded"}
TOKEN = "/services/oauth2/token"


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def org(slept: list[float]) -> Iterator[Org]:
    with Org(":memory:", sleep=slept.append) as org:
        org.seed()
        yield org


def token(org: Org, headers: Mapping[str, str] | None = None, **form: str) -> Any:
    return org.handle(Request("POST", TOKEN, FORM | dict(headers or {}), urlencode(form).encode()))


def log_in(org: Org, **changes: str) -> Any:
    form = {"grant_type": "client_credentials", "client_id": org.client_id, "client_secret": org.client_secret}
    return token(org, None, **form | changes)


def control(org: Org, method: str, path: str, body: object = None) -> Response:
    return org.handle(Request(method, f"/_org/{path}", {}, b"" if body is None else json.dumps(body).encode()))


def faults(org: Org, *given: dict[str, Any]) -> None:
    assert control(org, "POST", "faults", list(given)).status == 200


def test_client_credentials_open_a_session(org: Org) -> None:
    """As documented: no expires_in, no refresh_token, and issued_at is a text of milliseconds."""
    response = log_in(org)
    assert response.status == 200
    assert set(response.body) == {
        "access_token", "signature", "scope", "instance_url", "id", "token_type", "issued_at",
    }  # fmt: skip
    assert response.body["token_type"] == "Bearer"
    assert response.body["issued_at"].isdigit()
    assert response.body["id"].startswith("https://localhost/id/00D")
    headers = {"authorization": f"Bearer {response.body['access_token']}"}
    assert org.handle(Request("GET", "/services/data/v60.0/limits", headers)).status == 200


def test_credentials_may_come_by_http_basic(org: Org) -> None:
    encoded = base64.b64encode(f"{org.client_id}:{org.client_secret}".encode()).decode()
    assert token(org, {"authorization": f"Basic {encoded}"}, grant_type="client_credentials").status == 200
    broken = token(org, {"authorization": "Basic ???"}, grant_type="client_credentials")
    assert (broken.status, broken.body["error"]) == (400, "invalid_client_id")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"client_id": "x"}, ("invalid_client_id", "client identifier invalid")),
        ({"client_secret": "x"}, ("invalid_client", "invalid client credentials")),
        ({"grant_type": "password"}, ("unsupported_grant_type", "grant type not supported")),
        ({"grant_type": ""}, ("unsupported_grant_type", "grant type not supported")),
    ],
)
def test_login_refusals_have_their_own_shape(org: Org, changes: dict[str, str], expected: tuple[str, str]) -> None:
    response = log_in(org, **changes)
    assert response.status == 400
    assert response.body == {"error": expected[0], "error_description": expected[1]}


@pytest.mark.parametrize("authorization", ["", "Bearer ", "Bearer nope", "Basic abc"])
def test_without_a_live_session_the_answer_is_the_exact_401(org: Org, authorization: str) -> None:
    response = org.handle(Request("GET", "/services/data/v60.0/limits", {"authorization": authorization}))
    assert response.status == 401
    assert response.body == [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}]


def test_sessions_can_be_ended(org: Org) -> None:
    headers = {"authorization": f"Bearer {log_in(org).body['access_token']}"}
    control(org, "POST", "expire_tokens")
    assert org.handle(Request("GET", "/services/data/v60.0/limits", headers)).status == 401


def test_a_401_on_purpose_really_ends_the_session(org: Org) -> None:
    """A client that repeats its call without a new login must not get through."""
    headers = {"authorization": f"Bearer {log_in(org).body['access_token']}"}
    faults(org, {"fault": "unauthorized"})
    statuses = [org.handle(Request("GET", "/services/data/v60.0/limits", headers)).status for _ in range(2)]
    assert statuses == [401, 401]
    assert org.call("GET", "limits").status == 200


def test_a_401_for_ever_lasts_until_it_is_cleared(org: Org) -> None:
    faults(org, {"fault": "unauthorized_forever"})
    assert [org.call("GET", "limits").status for _ in range(5)] == [401] * 5
    assert log_in(org).status == 200
    faults(org)
    assert org.call("GET", "limits").status == 200


@pytest.mark.parametrize(
    ("fault", "status", "body"),
    [
        (
            "limit_exceeded",
            403,
            [{"message": "TotalRequests Limit exceeded.", "errorCode": "REQUEST_LIMIT_EXCEEDED"}],
        ),
        ("unavailable_html", 503, None),
    ],
)
def test_refusals_on_purpose_hit_as_often_as_asked(org: Org, fault: str, status: int, body: object) -> None:
    faults(org, {"fault": fault, "times": 2})
    answers = [org.call("GET", "limits") for _ in range(3)]
    assert [answer.status for answer in answers] == [status, status, 200]
    assert isinstance(answers[0].body, bytes) if body is None else answers[0].body == body


def test_faults_can_be_narrowed_to_a_path_and_a_method(org: Org) -> None:
    faults(org, {"fault": "limit_exceeded", "path": "/composite", "method": "POST"})
    assert org.call("GET", "limits").status == 200
    assert org.call("POST", "composite", {"compositeRequest": []}).status == 403
    assert log_in(org).status == 200, "a token request is hit only when its path is named"
    faults(org, {"fault": "unavailable_html", "path": TOKEN})
    assert log_in(org).status == 503


def test_locked_rows_are_told_per_record(org: Org) -> None:
    record = {"attributes": {"type": "Lead"}, "LastName": "X", "Company": "Y"}
    faults(org, {"fault": "lock_row", "record": 1})
    results: Any = org.call("POST", "composite/sobjects", {"records": [record] * 3}).body
    assert [result["success"] for result in results] == [True, False, True]
    assert results[1]["errors"][0]["statusCode"] == "UNABLE_TO_LOCK_ROW"
    faults(org, {"fault": "lock_row"})
    alone: Any = org.call("POST", "sobjects/Lead", {"LastName": "X", "Company": "Y"})
    assert (alone.status, alone.body[0]["errorCode"]) == (400, "UNABLE_TO_LOCK_ROW")
    assert org.call("POST", "sobjects/Lead", {"LastName": "X", "Company": "Y"}).status == 201


def test_any_record_error_can_be_provoked(org: Org) -> None:
    faults(org, {"fault": "record_error", "code": "STORAGE_LIMIT_EXCEEDED", "message": "full", "fields": []})
    response: Any = org.call("POST", "sobjects/Lead", {"LastName": "X", "Company": "Y"})
    assert response.body == [{"message": "full", "errorCode": "STORAGE_LIMIT_EXCEEDED", "fields": []}]


def test_a_raced_upsert_meets_the_other_s_record(org: Org) -> None:
    """Two upserts of one key at the same moment: the real org may answer the later one with DUPLICATE_VALUE."""
    path, lead = "sobjects/Lead/Submission_Id__c/k", {"LastName": "X", "Company": "Y"}
    assert org.call("PATCH", path, lead).status == 201
    faults(org, {"fault": "upsert_race"})
    raced: Any = org.call("PATCH", path, lead)
    assert (raced.status, raced.body[0]["errorCode"]) == (400, "DUPLICATE_VALUE")
    assert org.call("PATCH", path, lead).status == 200


def test_slow_answers_wait_and_then_do_the_work(org: Org, slept: list[float]) -> None:
    faults(org, {"fault": "slow", "seconds": 2.5})
    assert org.call("GET", "limits").status == 200
    assert slept == [2.5]


@pytest.mark.parametrize(("fault", "leads"), [("drop", 0), ("commit_then_drop", 1)])
def test_a_dropped_connection_hides_whether_the_work_was_done(org: Org, fault: str, leads: int) -> None:
    before = len(org.rows("Lead"))
    faults(org, {"fault": fault})
    assert org.call("POST", "sobjects/Lead", {"LastName": "X", "Company": "Y"}).drop
    assert len(org.rows("Lead")) - before == leads
    assert org.calls[-1]["status"] is None


def test_a_late_answer_comes_after_the_work_was_done(org: Org, slept: list[float]) -> None:
    faults(org, {"fault": "commit_then_slow", "seconds": 2.5})
    before = len(org.rows("Lead"))
    org.call("POST", "sobjects/Lead", {"LastName": "Late", "Company": "Late"})
    assert slept == [2.5]
    assert len(org.rows("Lead")) == before + 1


@pytest.mark.parametrize(
    "given", [{}, [{"fault": "nope"}], [{"fault": "slow", "second": 1}], [{"fault": "slow", "times": "x"}], ["x"]]
)
def test_a_misspelt_fault_is_refused(org: Org, given: object) -> None:
    assert control(org, "POST", "faults", given).status == 400
    assert org.faults == []


def test_calls_are_listed_with_logins_apart_by_their_path(org: Org) -> None:
    log_in(org)
    org.call("GET", "limits")
    control(org, "GET", "records/Lead")
    org.handle(Request("GET", "/", {}))
    calls: Any = control(org, "GET", "calls").body
    assert [(call["method"], call["path"], call["status"]) for call in calls] == [
        ("POST", TOKEN, 200),
        ("GET", "/services/data/v68.0/limits", 200),
    ]
    assert all(call["at"] for call in calls)


def test_records_can_be_read_and_put_in_unchecked(org: Org) -> None:
    made: Any = control(org, "POST", "records/Lead", [{"LastName": "X", "Company": "Y", "IsConverted": True}]).body
    rows: Any = control(org, "GET", "records/Lead").body
    assert rows[-1]["Id"] == made[0]
    assert rows[-1]["IsConverted"] is True
    assert control(org, "POST", "records/Lead", [{"Nope": 1}]).status == 400
    assert control(org, "PATCH", f"records/Lead/{made[0]}", {"IsConverted": False}).status == 200
    assert org.rows("Lead")[-1]["IsConverted"] is False


def test_validation_rules_can_be_set_from_outside(org: Org) -> None:
    rule = {"sobject": "Lead", "field": "city", "equals": "Atlantis", "message": "No such city."}
    assert control(org, "POST", "validation_rules", [rule]).status == 200
    response: Any = org.call("POST", "sobjects/Lead", {"LastName": "X", "Company": "Y", "City": "Atlantis"})
    assert response.body[0]["message"] == "No such city."
    assert response.body[0]["fields"] == ["City"]
    assert control(org, "POST", "validation_rules", [{"sobject": "Lead"}]).status == 400


@pytest.mark.parametrize(
    ("method", "target", "status"),
    [
        ("GET", "/services/data/v60.0/nope", 404),
        ("GET", "/services/data/v69.0/limits", 404),
        ("GET", "/services/data/v30.0/limits", 410),
        ("GET", "/services/data/60/limits", 404),
        ("PUT", "/services/data/v60.0/sobjects/Lead/00QFx0000000001MAA", 405),
        ("POST", "/services/data/v60.0/query?q=SELECT+Id+FROM+Lead", 405),
        ("GET", "/services/data/v60.0/query", 400),
        ("GET", "/services/data/v60.0/sobjects/Lead/describe/", 200),
        ("GET", "/services/data/v31.0/", 200),
        ("GET", "/services/data/v60.0/sobjects/Lead/00Q%ZZ", 400),
        ("GET", "/services/nope", 404),
    ],
)
def test_odd_requests_get_the_org_s_status(org: Org, method: str, target: str, status: int) -> None:
    headers = {"authorization": f"Bearer {org.sessions.open()}", "content-type": "application/json"}
    assert org.handle(Request(method, target, headers, b"{}")).status == status


@pytest.mark.parametrize(
    ("content_type", "body", "status", "code"),
    [
        ("text/plain", b"{}", 415, "UNSUPPORTED_MEDIA_TYPE"),
        ("application/json", b"{", 400, "JSON_PARSER_ERROR"),
        ("application/json", b"", 400, "JSON_PARSER_ERROR"),
        ("application/json", b"[]", 400, "JSON_PARSER_ERROR"),
        ("application/json", b'{"LastName": NaN}', 400, "JSON_PARSER_ERROR"),
        ("application/json", b"\xff", 400, "JSON_PARSER_ERROR"),
        ("application/json", b"[" * 100_000, 400, "JSON_PARSER_ERROR"),
        ("application/json", b'{"LastName": "\\ud800", "Company": "x"}', 400, "JSON_PARSER_ERROR"),
    ],
)
def test_bodies_that_are_no_json_object_are_refused(
    org: Org, content_type: str, body: bytes, status: int, code: str
) -> None:
    headers = {"authorization": f"Bearer {org.sessions.open()}", "content-type": content_type}
    response: Any = org.handle(Request("POST", "/services/data/v60.0/sobjects/Lead", headers, body))
    assert (response.status, response.body[0]["errorCode"]) == (status, code)


def test_the_list_of_versions_needs_no_login(org: Org) -> None:
    versions: Any = org.handle(Request("GET", "/services/data", {})).body
    assert versions[0] == {"label": "API 31.0", "url": "/services/data/v31.0", "version": "31.0"}
    assert versions[-1]["version"] == "68.0"


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("localhost", True),
        ("localhost:8443", True),
        ("127.0.0.1:8443", True),
        ("[::1]:8443", True),
        ("evil.example:8443", False),
        ("localhost.evil.example", False),
        ("", False),
        ("192.168.1.2", False),
    ],
)
def test_only_this_machine_s_names_are_served(host: str, local: bool) -> None:
    """A website whose name points at 127.0.0.1 must not read the org through a visitor's browser."""
    assert is_local_host(host) is local
    assert (refusal("/_org/calls", {"host": host}) is None) is local


def test_other_websites_cannot_post_to_the_control_endpoints() -> None:
    ours = {"host": "localhost:8443", "origin": "https://localhost:8443"}
    assert refusal("/_org/reset", ours) is None
    blocked = refusal("/_org/reset", ours | {"origin": "https://evil.example"})
    assert blocked is not None
    assert blocked.status == 403


def test_the_page_shows_the_newest_first_and_escapes_everything(org: Org) -> None:
    nasty = {"LastName": "<script>alert('x')</script>", "Company": 'A & B "C"', "Description": "<b>Hi</b>"}
    lead = org.add("Lead", {**nasty, "Status": "Open - Not Contacted", "Submission_Id__c": "s-1"})
    org.add("Task", {"Subject": "<i>Call</i>", "WhoId": lead, "Status": "Not Started"})
    response = org.handle(Request("GET", "/", {}))
    assert isinstance(response.body, bytes)
    html = response.body.decode()
    assert '<html lang="en">' in html
    assert "<script" not in html
    assert "<b>Hi" not in html
    assert "&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt;" in html
    assert "A &amp; B &quot;C&quot;" in html
    assert html.index("&lt;script") < html.index("Sanne de Vries")
    assert "s-1" in html
    assert html.count("alert(") == 2, "the task names the lead that it is about"


def test_the_page_forbids_scripts_and_foreign_parts(org: Org) -> None:
    policy = org.handle(Request("GET", "/", {})).headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")


def test_the_page_refreshes_unless_paused(org: Org) -> None:
    refreshing, paused = (org.handle(Request("GET", target, {})).body for target in ("/", "/?pause"))
    assert isinstance(refreshing, bytes)
    assert isinstance(paused, bytes)
    assert b'http-equiv="refresh"' in refreshing
    assert b'http-equiv="refresh"' not in paused


def test_an_empty_org_still_has_a_page() -> None:
    with Org(":memory:") as org:
        body = org.handle(Request("GET", "/", {})).body
    assert isinstance(body, bytes)
    assert body.count(b"None yet.") == 3


@pytest.mark.parametrize(
    ("accepted", "wanted"),
    [
        ("gzip, deflate", True),
        ("br;q=1.0, GZIP;q=0.5", True),
        ("", False),
        ("identity", False),
        ("gzip;q=0", False),
        ("deflate, gzip; q=0.0", False),
        ("notgzip", False),
    ],
)
def test_an_answer_is_packed_only_for_who_takes_that(accepted: str, wanted: bool) -> None:
    assert takes_gzip(accepted) is wanted


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("/services/data", "/services/data"),
        ("//services/data?q=https://x/", "//services/data?q=https://x/"),
        ("https://localhost:8443/services/data?q=a%20b", "/services/data?q=a%20b"),
        ("HTTPS://localhost", "/"),
    ],
)
def test_a_request_may_name_the_whole_url(target: str, path: str) -> None:
    assert origin_form(target) == path
