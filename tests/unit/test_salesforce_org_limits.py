"""The daily API limit of the Salesforce stand-in: a rolling count over the org's own clock."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from local.salesforce_org import Org, Request
from local.salesforce_org.rest.quota import Quota

EXHAUSTED = [{"message": "TotalRequests Limit exceeded.", "errorCode": "REQUEST_LIMIT_EXCEEDED"}]


class Clock:
    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 22, 12, 0, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def org(clock: Clock) -> Iterator[Org]:
    with Org(":memory:", now=clock) as org:
        yield org


def limits(org: Org, given: object = None) -> Any:
    body = b"" if given is None else json.dumps(given).encode()
    return org.handle(Request("GET" if given is None else "POST", "/_org/limits", {}, body))


def test_every_api_answer_tells_the_usage(org: Org) -> None:
    assert limits(org).body == {"daily": 100_000, "used": 0}
    assert limits(org, {"daily": 1_000, "used": 17}).body == {"daily": 1_000, "used": 17}
    assert org.call("GET", "limits").headers["Sforce-Limit-Info"] == "api-usage=18/1000"
    assert org.call("GET", "nope").headers["Sforce-Limit-Info"] == "api-usage=19/1000"
    assert limits(org, {"daily": 500}).body == {"daily": 500, "used": 19}


def test_an_exhausted_limit_refuses_every_call_and_counts_no_further(org: Org) -> None:
    limits(org, {"daily": 2})
    before = len(org.rows("Lead"))
    lead = {"LastName": "X", "Company": "Y"}
    statuses = [org.call("POST", "sobjects/Lead", lead).status for _ in range(4)]
    assert statuses == [201, 201, 403, 403]
    assert len(org.rows("Lead")) == before + 2
    refused = org.call("GET", "limits")
    assert refused.body == EXHAUSTED
    assert refused.headers["Sforce-Limit-Info"] == "api-usage=2/2"
    assert limits(org, {"used": 0}).status == 200
    assert org.call("GET", "limits").status == 200


def test_a_dead_session_is_told_before_the_limit(org: Org) -> None:
    limits(org, {"daily": 1, "used": 1})
    headers = {"authorization": "Bearer nope"}
    assert org.handle(Request("GET", "/services/data/v62.0/limits", headers)).status == 401


def test_logins_go_on_while_the_limit_is_exhausted(org: Org) -> None:
    limits(org, {"daily": 1, "used": 1})
    form = f"grant_type=client_credentials&client_id={org.client_id}&client_secret={org.client_secret}"
    headers = {"content-type": "application/x-www-form-urlencoded"}
    assert org.handle(Request("POST", "/services/oauth2/token", headers, form.encode())).status == 200


def test_calls_roll_off_after_a_day_minute_by_minute(clock: Clock) -> None:
    quota = Quota(clock, daily=10)
    start = clock.moment = clock.moment.replace(second=0)
    for minutes in (0, 0, 1, 60):
        clock.moment = start + timedelta(minutes=minutes)
        quota.count()
    assert quota.used == 4
    for later, left in (
        (timedelta(hours=23, minutes=59), 4),
        (timedelta(hours=24), 2),
        (timedelta(hours=24, minutes=1), 1),
        (timedelta(hours=25), 0),
    ):
        clock.moment = start + later
        assert quota.used == left


def test_what_is_set_as_used_rolls_off_like_calls(org: Org, clock: Clock) -> None:
    limits(org, {"daily": 1_000, "used": 1_000})
    assert org.call("GET", "limits").status == 403
    clock.moment += timedelta(hours=24)
    assert org.call("GET", "limits").status == 200


def test_a_reset_starts_the_count_anew(org: Org) -> None:
    limits(org, {"daily": 5, "used": 5})
    org.reset()
    assert limits(org).body == {"daily": 100_000, "used": 0}


@pytest.mark.parametrize(
    "given", [{"daily": 0}, {"daily": "5"}, {"used": -1}, {"used": True}, {"limit": 5}, [], {"daily": 5, "used": 0.5}]
)
def test_a_wrong_limit_is_refused(org: Org, given: object) -> None:
    assert limits(org, given).status == 400
    assert limits(org).body == {"daily": 100_000, "used": 0}


def test_the_limits_resource_has_the_usual_shape(org: Org) -> None:
    limits(org, {"daily": 50, "used": 70})
    org.quota.change({"daily": 100})
    body: Any = org.call("GET", "limits").body
    assert body["DailyApiRequests"] == {"Max": 100, "Remaining": 29}
    assert {"DailyBulkApiBatches", "DataStorageMB", "FileStorageMB", "SingleEmail"} <= body.keys()
    assert all(set(each) == {"Max", "Remaining"} for each in body.values())
    assert list(body) == sorted(body)
