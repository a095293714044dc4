"""Faults by share and seed, answers of proxies, and answers that break off, in the Salesforce stand-in."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from local.salesforce_org import Org, Request, Response

LEAD = {"LastName": "X", "Company": "Y"}
USERINFO = "/services/oauth2/userinfo"


@pytest.fixture
def org() -> Iterator[Org]:
    with Org(":memory:") as org:
        yield org


def faults(org: Org, *given: object) -> Any:
    return org.handle(Request("POST", "/_org/faults", {}, json.dumps(list(given)).encode()))


def statuses(org: Org, count: int = 60) -> list[int]:
    return [org.call("GET", "sobjects").status for _ in range(count)]


def test_a_share_of_the_calls_is_hit_for_ever(org: Org) -> None:
    faults(org, {"fault": "unavailable_html", "rate": 0.25, "seed": 7})
    hits = statuses(org, 2_000).count(503)
    assert 400 < hits < 600


def test_the_same_seed_hits_the_same_calls(org: Org) -> None:
    def drawn(seed: int) -> list[int]:
        assert faults(org, {"fault": "unavailable_html", "rate": 0.5, "seed": seed}).status == 200
        return statuses(org)

    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2)


def test_the_draw_does_not_depend_on_calls_that_do_not_match(org: Org) -> None:
    fault = {"fault": "unavailable_html", "rate": 0.5, "seed": 1, "path": "/sobjects"}
    faults(org, fault)
    alone = statuses(org)
    faults(org, fault)
    among_others = []
    for _ in alone:
        org.call("GET", "limits")
        among_others.append(org.call("GET", "sobjects").status)
    assert among_others == alone


def test_the_draw_does_not_depend_on_other_faults(org: Org) -> None:
    share = {"fault": "unavailable_html", "rate": 0.5, "seed": 1}
    faults(org, share)
    alone = statuses(org)
    faults(org, {"fault": "limit_exceeded", "times": 20}, share)
    assert statuses(org)[20:] == alone[20:]


def test_a_slow_fault_and_another_hit_the_same_call() -> None:
    slept: list[float] = []
    with Org(":memory:", sleep=slept.append) as org:
        faults(org, {"fault": "slow", "seconds": 2}, {"fault": "limit_exceeded"})
        assert statuses(org, 2) == [403, 200]
    assert slept == [2]


def test_a_rate_of_one_hits_always(org: Org) -> None:
    faults(org, {"fault": "lock_row", "rate": 1, "record": 0})
    for _ in range(3):
        refused: Any = org.call("POST", "sobjects/Lead", LEAD)
        assert refused.body[0]["errorCode"] == "UNABLE_TO_LOCK_ROW"


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_proxy_s_answer_comes_with_any_body(org: Org, status: int) -> None:
    def answer(**more: object) -> Response:
        assert faults(org, {"fault": "status", "status": status, **more}).status == 200
        response = org.call("POST", "sobjects/Lead", LEAD)
        assert response.status == status
        return response

    assert isinstance(html := answer().body, bytes)
    assert str(status).encode() in html
    assert answer(body="html").headers["Content-Type"].startswith("text/html")
    told: Any = answer(body="json").body
    assert set(told[0]) == {"message", "errorCode"}
    assert answer(body="empty").body is None
    assert org.rows("Lead") == [], "nothing was done"
    assert org.call("POST", "sobjects/Lead", LEAD).status == 201


def test_a_truncated_answer_hides_work_that_was_done(org: Org) -> None:
    faults(org, {"fault": "commit_then_truncate"})
    response = org.call("POST", "sobjects/Lead", LEAD)
    assert response.truncate
    assert len(org.rows("Lead")) == 1
    assert org.calls[-1]["status"] is None


def test_logins_of_every_kind_are_spared_unless_named(org: Org) -> None:
    faults(org, {"fault": "limit_exceeded", "times": 9})
    headers = {"authorization": f"Bearer {org.sessions.open()}"}
    identity = f"/id/{org.sessions.organization_id}/{org.sessions.user_id}"
    for path in (USERINFO, identity):
        assert org.handle(Request("GET", path, headers)).status == 200
    faults(org, {"fault": "limit_exceeded", "path": USERINFO})
    assert org.handle(Request("GET", USERINFO, headers)).status == 403


def test_a_limit_on_purpose_tells_the_usage_of_a_day_used_up(org: Org) -> None:
    org.quota.change({"daily": 5_000, "used": 10})
    faults(org, {"fault": "limit_exceeded"})
    assert org.call("GET", "limits").headers["Sforce-Limit-Info"] == "api-usage=5000/5000"
    assert org.call("GET", "limits").headers["Sforce-Limit-Info"] == "api-usage=11/5000"


def test_faults_are_shown_with_what_is_left_of_them(org: Org) -> None:
    faults(org, {"fault": "drop", "times": 2, "path": "/limits"}, {"fault": "slow", "seconds": 0, "rate": 0.5})
    org.call("GET", "limits")
    assert org.handle(Request("GET", "/_org/faults", {})).body == [
        {"fault": "drop", "times": 1, "path": "/limits", "method": ""},
        {"fault": "slow", "rate": 0.5, "seed": 0, "path": "", "method": ""},
    ]


def test_a_fault_may_spare_the_first_calls(org: Org) -> None:
    faults(org, {"fault": "status", "status": 502, "after": 2})
    assert [org.call("GET", "limits").status for _ in range(4)] == [200, 200, 502, 200]


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"fault": "dorp"}, "fault must be one of"),
        ({"fault": ["drop"]}, "fault must be one of"),
        ({"times": 1}, "`fault` must be given"),
        ({"fault": "drop", "time": 1}, "unknown keys ['time']"),
        ({"fault": "drop", "seconds": 1}, "drop takes no seconds"),
        ({"fault": "slow", "record": 1}, "slow takes no record"),
        ({"fault": "lock_row", "code": "X"}, "lock_row takes no code"),
        ({"fault": "unauthorized_forever", "times": 2}, "unauthorized_forever takes no times"),
        ({"fault": "drop", "times": 0}, "times must be"),
        ({"fault": "drop", "times": True}, "times must be"),
        ({"fault": "drop", "rate": 0}, "rate must be"),
        ({"fault": "drop", "rate": 1.01}, "rate must be"),
        ({"fault": "drop", "rate": "0.5"}, "rate must be"),
        ({"fault": "drop", "rate": 0.5, "times": 1}, "either times or rate"),
        ({"fault": "drop", "seed": 1}, "seed is for a fault with a rate"),
        ({"fault": "drop", "rate": 0.5, "seed": "x"}, "seed must be"),
        ({"fault": "status"}, "status must be one of"),
        ({"fault": "status", "status": 200}, "status must be a whole number from 400 to 599"),
        ({"fault": "status", "status": 418}, "status must be one of"),
        ({"fault": "api_error", "body": "html"}, "api_error takes no body"),
        ({"fault": "status", "status": 500, "body": "xml"}, "body must be one of"),
        ({"fault": "slow", "seconds": -1}, "seconds must be"),
        ({"fault": "drop", "path": 1}, "path must be"),
        ({"fault": "record_error", "fields": "Email"}, "fields must be"),
        ("drop", "a JSON object"),
    ],
)
def test_a_fault_that_means_nothing_is_refused_with_a_reason(org: Org, given: object, named: str) -> None:
    kept = {"fault": "drop"}
    faults(org, kept)
    refused = faults(org, given)
    assert refused.status == 400
    assert named in refused.body[0]["message"]
    assert [fault.kind for fault in org.faults] == ["drop"], "the earlier ones stay"
