"""The switchable answers of the Salesforce stand-in."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from local.salesforce_org import Org, Request, Response
from local.salesforce_org.control.behaviour import Behaviour

DEFAULTS = {
    "duplicate_result_key": "duplicateResut",
    "upsert_update_status": 200,
    "state_country_picklists": False,
    "session_seconds": None,
    "logins_per_hour": 3_600,
    "may_merge_leads": True,
    "search_lag_seconds": 0,
}


@pytest.fixture
def org() -> Iterator[Org]:
    with Org(":memory:") as org:
        yield org


def behaviour(org: Org, given: object = None) -> Response:
    body = b"" if given is None else json.dumps(given).encode()
    return org.handle(Request("GET" if given is None else "POST", "/_org/behaviour", {}, body))


def test_the_behaviour_is_shown_with_its_defaults(org: Org) -> None:
    assert behaviour(org).body == DEFAULTS


def test_a_change_touches_only_the_given_keys(org: Org) -> None:
    assert behaviour(org, {"upsert_update_status": 204, "session_seconds": 2.5}).status == 200
    changed = DEFAULTS | {"upsert_update_status": 204, "session_seconds": 2.5}
    assert behaviour(org, {"duplicate_result_key": "duplicateResult"}).body == changed | {
        "duplicate_result_key": "duplicateResult"
    }


def test_every_key_can_be_changed(org: Org) -> None:
    others = {
        "duplicate_result_key": "duplicateResult",
        "upsert_update_status": 204,
        "state_country_picklists": True,
        "session_seconds": 60,
        "logins_per_hour": 5,
        "may_merge_leads": False,
        "search_lag_seconds": 30,
    }
    assert others.keys() == DEFAULTS.keys()
    assert behaviour(org, others).body == others


@pytest.mark.parametrize(
    "given",
    [
        [],
        "x",
        {"nope": 1},
        {"duplicate_result_key": "duplicate"},
        {"upsert_update_status": 201},
        {"upsert_update_status": "204"},
        {"state_country_picklists": 1},
        {"session_seconds": 0},
        {"session_seconds": True},
        {"logins_per_hour": 0},
        {"logins_per_hour": 1.5},
        {"logins_per_hour": None},
        {"may_merge_leads": 1},
        {"search_lag_seconds": -1},
        {"search_lag_seconds": False},
        {"search_lag_seconds": None},
        {"state_country_picklists": True, "logins_per_hour": -1},
    ],
)
def test_a_wrong_change_is_refused_as_a_whole(org: Org, given: object) -> None:
    refused: Any = behaviour(org, given)
    assert (refused.status, refused.body[0]["errorCode"]) == (400, "BAD_REQUEST")
    assert behaviour(org).body == DEFAULTS


def test_a_refusal_names_the_key_and_what_it_takes(org: Org) -> None:
    unknown: Any = behaviour(org, {"upsert_status": 204}).body
    assert "upsert_status" in unknown[0]["message"]
    assert "upsert_update_status" in unknown[0]["message"]
    wrong: Any = behaviour(org, {"upsert_update_status": 201}).body
    assert wrong[0]["message"] == "upsert_update_status must be 200 or 204"


def test_a_reset_restores_the_defaults_in_the_object_that_others_hold(org: Org) -> None:
    held = org.behaviour
    held.change({"state_country_picklists": True})
    org.reset()
    assert org.behaviour is held
    assert held == Behaviour()


def test_an_upsert_that_changed_a_record_can_answer_204_without_a_body(org: Org) -> None:
    path, lead = "sobjects/Lead/Submission_Id__c/k", {"LastName": "X", "Company": "Y"}
    assert org.call("PATCH", path, lead).status == 201
    modern = org.call("PATCH", path, lead)
    assert modern.status == 200
    assert isinstance(modern.body, dict)
    assert modern.body["created"] is False
    org.behaviour.change({"upsert_update_status": 204})
    old = org.call("PATCH", path, lead)
    assert (old.status, old.body) == (204, None)
    assert org.call("PATCH", "sobjects/Lead/Submission_Id__c/new", lead).status == 201, "a new record is told as ever"
