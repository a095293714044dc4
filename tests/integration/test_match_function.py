"""Decisions about held pairs, from the order to the ledger and the org stand-in over TLS, and every way between."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.match import app as match_app
from functions.match.order import read_order
from shared.aws.ledger import Ledger
from shared.errors import TransientError
from shared.form.definition import Retention
from shared.submission import State
from tests.builders import contact_form
from tests.integration.match_desk import CANDIDATE, HELD, MatchDesk, match_desk

__all__ = ["match_desk"]


def last_change(desk: MatchDesk, row: Any) -> tuple[str, str, str, str]:
    change = desk.row(row).history[-1]
    return change.from_state, change.to_state, change.by, change.why


# --- looking -----------------------------------------------------------------------------------------------------


def test_records_are_read_as_they_are_today_and_a_contact_as_a_lead_would_say_it(match_desk: MatchDesk) -> None:
    org = match_desk.org
    account = org.add("Account", Name="Volière B.V.")
    contact = org.add("Contact", LastName="Vogel", Email="v@x.example", AccountId=account, MailingCity="Zeist")
    lead, gone = org.add("Lead", **HELD), org.add("Lead", **HELD)
    org.ask("POST", "merge", {"master": lead, "loser": gone})
    unknown = "00Q000000000001EAA"
    seen = match_desk.ask("look", record_ids=[contact, lead, gone, unknown])["seen"]
    assert [(one["record_id"], one["fate"], one["moved_to"]) for one in seen] == [
        (contact, "there", ""), (lead, "there", ""), (gone, "merged", lead), (unknown, "unknown", ""),
    ]  # fmt: skip
    person = {name: seen[0]["record"][name] for name in ("LastName", "Email", "City", "Company", "FirstName")}
    assert person == {
        "LastName": "Vogel", "Email": "v@x.example", "City": "Zeist", "Company": "Volière B.V.", "FirstName": None,
    }  # fmt: skip
    assert seen[1]["record"]["Street"] == "Dorpsstraat 1"
    assert len(match_desk.api_calls()) == 1


def test_a_pair_is_shown_with_what_would_win_and_nothing_is_done(match_desk: MatchDesk) -> None:
    row, held, candidate = match_desk.hold_a_pair()
    pair = match_desk.review(row)["pair"]
    assert (pair["finding"], pair["held"]["record_id"], pair["candidate"]["record_id"]) == (
        "two_leads",
        held,
        candidate,
    )
    won = {one["field"]: (one["wins"], one["why"]) for one in pair["choices"]}
    assert won["Phone"] == ("held", "filled")
    assert won["FirstName"] == ("other", "kept")
    assert won["Street"] == ("other", "kept_together")
    assert won["LastName"] == ("other", "same")
    assert "Submission_Id__c" not in won
    assert [match_desk.lead(one)["IsDeleted"] for one in (held, candidate)] == [False, False]
    assert match_desk.row(row).state is State.HELD
    assert len(match_desk.api_calls()) == 2


def test_a_field_that_there_is_not_is_refused_before_anything_is_done(match_desk: MatchDesk) -> None:
    row, held, _ = match_desk.hold_a_pair()
    assert match_desk.review(row, take={"Shoe__c": "held"}) == {"refused": "unknown_field"}
    assert match_desk.decide(row, "merge", take={"OwnerId": "held"}) == {"refused": "unknown_field"}
    assert match_desk.lead(held)["IsDeleted"] is False


@pytest.mark.parametrize(
    "order",
    [
        {},
        {"command": "look", "record_ids": []},
        {"command": "look", "record_ids": ["001000000000001AAA"]},
        {"command": "look", "record_ids": ["00Q0' OR Id != '"]},
        {"command": "decide", "submission_id": "x", "decision": "forget", "by": "eva"},
        {"command": "decide", "submission_id": "x", "decision": "merge", "by": ""},
        {"command": "decide", "submission_id": "x", "decision": "merge", "by": "eva", "why": "w" * 201},
        {"command": "review", "submission_id": "x", "take": {"City": "mine"}},
    ],
)
def test_orders_that_make_no_sense_are_refused_without_quoting_them(match_desk: MatchDesk, order: Any) -> None:
    with pytest.raises(ValueError, match="this order can't be read"):
        read_order(order)
    answer = match_app.handler(order, None)
    assert list(answer) == ["error"]
    assert "forget" not in answer["error"].replace("'merge', 'separate' or 'deleted'", "")
    assert match_desk.api_calls() == []


def test_a_submission_that_is_not_held_has_no_pair(match_desk: MatchDesk) -> None:
    row, *_ = match_desk.hold_a_pair()
    match_desk.decide(row, "separate")
    assert match_desk.review(row) == {"refused": "is_created"}
    assert match_desk.ask("review", submission_id="nobody") == {"refused": "unknown"}
    assert match_desk.ask("decide", submission_id="nobody", decision="merge", by="eva")["done"]["result"] == "unknown"


# --- separate ----------------------------------------------------------------------------------------------------


def test_two_people_stay_two_and_the_mark_goes(match_desk: MatchDesk) -> None:
    row, held, candidate = match_desk.hold_a_pair()
    before = match_desk.lead(candidate)
    done = match_desk.decide(row, "separate", why="brothers")["done"]
    assert (done["result"], done["changed"], done["record_id"]) == ("separate", True, held)
    assert match_desk.lead(held)["Possible_Duplicate_Of__c"] is None
    assert match_desk.lead(held)["Email"] == HELD["Email"]
    assert match_desk.lead(candidate) == before
    assert match_desk.row(row).state is State.CREATED
    assert last_change(match_desk, row) == ("held", "created", "eva", "separate: brothers")
    outcome = match_desk.outcome(row)
    assert (outcome.record_id, outcome.task_id) == (held, "00T000000000001AAA")
    assert outcome.evidence["guards"] == "first_names_differ"


def test_the_same_decision_again_changes_nothing_and_another_one_is_refused(match_desk: MatchDesk) -> None:
    row, *_ = match_desk.hold_a_pair()
    match_desk.decide(row, "separate")
    calls = len(match_desk.api_calls())
    again = match_desk.decide(row, "separate")["done"]
    assert (again["result"], again["changed"]) == ("already_separate", False)
    assert match_desk.decide(row, "merge")["done"]["result"] == "is_created"
    assert len(match_desk.row(row).history) == 3
    assert len(match_desk.api_calls()) == calls


def test_in_an_org_without_the_mark_there_is_none_to_take_away(match_desk: MatchDesk) -> None:
    row, *_ = match_desk.hold_a_pair()
    match_desk.org.ask("POST", "field_access", {"hidden": ["Lead.Possible_Duplicate_Of__c"], "read_only": []})
    assert match_desk.decide(row, "separate")["done"]["result"] == "separate"


def test_taking_the_mark_off_hands_the_lead_to_nobody_else(match_desk: MatchDesk) -> None:
    row, held, _ = match_desk.hold_a_pair()
    owner = match_desk.lead(held)["OwnerId"]
    [other, *_] = [one["Id"] for one in match_desk.org.records("User") if one["Id"] != owner and one["IsActive"]]
    match_desk.org.ask("POST", "assignment_rules", [{"default": other}])
    match_desk.decide(row, "separate")
    assert match_desk.lead(held)["OwnerId"] == owner


def test_a_mark_that_can_not_be_taken_off_leaves_the_pair_held(match_desk: MatchDesk) -> None:
    row, *_ = match_desk.hold_a_pair()
    match_desk.review(row)
    # The second composite of the order; the first one reads.
    match_desk.org.faults({"fault": "lock_row", "path": "composite", "after": 1})
    assert "UNABLE_TO_LOCK_ROW: not done" in match_desk.decide(row, "separate")["error"]
    assert match_desk.row(row).state is State.HELD


# --- merge -------------------------------------------------------------------------------------------------------


def test_two_leads_become_one_with_the_values_that_win(match_desk: MatchDesk) -> None:
    row, held, candidate = match_desk.hold_a_pair()
    task = match_desk.org.add("Task", Subject="Bel terug", WhoId=held)
    owner = match_desk.lead(candidate)["OwnerId"]
    done = match_desk.decide(row, "merge", take={"FirstName": "held"})["done"]
    assert (done["result"], done["changed"], done["record_id"]) == ("merge", True, candidate)
    assert sorted(done["fields"]) == ["FirstName", "Phone"]
    after = match_desk.lead(candidate)
    assert (after["FirstName"], after["Phone"], after["City"], after["Street"]) == (
        "Wilhelmina", "+31612345678", "Utrecht", None,
    )  # fmt: skip
    assert after["OwnerId"] == owner
    assert (match_desk.lead(held)["IsDeleted"], match_desk.lead(held)["MasterRecordId"]) == (True, candidate)
    [moved] = [one for one in match_desk.org.records("Task") if one["Id"] == task]
    assert moved["WhoId"] == candidate
    assert match_desk.row(row).state is State.UPDATED
    outcome = match_desk.outcome(row)
    assert (outcome.record_id, outcome.record_type, outcome.evidence["held_lead"]) == (candidate, "Lead", held)
    assert last_change(match_desk, row) == ("held", "updated", "eva", "merge")
    assert len(match_desk.api_calls()) == 3


def test_values_travel_through_xml_as_they_are(match_desk: MatchDesk) -> None:
    text = "a < b & \"c\" ]]> 'd' é 李 😀\r\nline\ttab\x0b"
    row = match_desk.hold(match_desk.org.add("Lead", LastName="x", Company="y"), {**HELD, "Description": text})
    match_desk.decide(row, "merge")
    [after] = [one for one in match_desk.org.records("Lead") if one["Company"] == "y"]
    assert after["Description"] == text.replace("\x0b", "")


def test_who_opted_out_stays_out_and_numbers_stay_numbers(match_desk: MatchDesk) -> None:
    held = {**HELD, "NumberOfEmployees": 12, "AnnualRevenue": 1000.5, "Email_Consent__c": True}
    candidate = match_desk.org.add("Lead", LastName="x", Company="y")
    row = match_desk.hold(candidate, held)
    match_desk.decide(row, "merge", take={"Email_Consent__c": "held"})
    after = match_desk.lead(candidate)
    assert (after["NumberOfEmployees"], after["AnnualRevenue"], after["Email_Consent__c"]) == (12, 1000.5, True)


def test_the_api_user_needs_the_right_to_delete_leads(match_desk: MatchDesk) -> None:
    row, held, _ = match_desk.hold_a_pair()
    match_desk.org.ask("POST", "behaviour", {"may_merge_leads": False})
    done = match_desk.decide(row, "merge")["done"]
    assert (done["result"], done["changed"]) == ("refused_by_salesforce INSUFFICIENT_ACCESS_OR_READONLY", False)
    assert match_desk.row(row).state is State.HELD
    assert match_desk.lead(held)["IsDeleted"] is False


@pytest.mark.parametrize("code", ["MERGE_FAILED", "FIELD_CUSTOM_VALIDATION_EXCEPTION"])
def test_what_salesforce_refuses_is_told_by_its_code_alone(
    match_desk: MatchDesk, code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    row, *_ = match_desk.hold_a_pair()
    match_desk.org.faults({"fault": "record_error", "path": "/Soap/", "code": code, "message": "no Kanarievogel"})
    assert match_desk.decide(row, "merge")["done"]["result"] == f"refused_by_salesforce {code}"
    assert match_desk.row(row).state is State.HELD
    assert "Kanarievogel" not in capsys.readouterr().out


@pytest.mark.parametrize("fault", ["lock_row", "limit_exceeded", "unavailable_html", "unauthorized_forever"])
def test_what_passes_is_told_as_not_done_and_the_same_order_does_it_later(match_desk: MatchDesk, fault: str) -> None:
    row, *_ = match_desk.hold_a_pair()
    match_desk.org.faults({"fault": fault, "path": "/Soap/"})
    assert list(match_desk.decide(row, "merge")) == ["error"]
    assert match_desk.row(row).state is State.HELD
    match_desk.org.faults()
    match_app.dependencies.cache_clear()
    assert match_desk.decide(row, "merge")["done"]["result"] == "merge"


def test_a_session_that_has_ended_is_renewed_for_a_merge_too(match_desk: MatchDesk) -> None:
    row, *_ = match_desk.hold_a_pair()
    match_desk.review(row)
    match_desk.org.faults({"fault": "unauthorized", "path": "/Soap/"})
    assert match_desk.decide(row, "merge")["done"]["result"] == "merge"
    assert match_desk.org.logins() == 2


def test_an_active_duplicate_rule_does_not_stop_what_a_person_decided(match_desk: MatchDesk) -> None:
    row, held, _ = match_desk.hold_a_pair()
    third = {**HELD, "Email": "third@kanarie.example"}
    match_desk.org.add("Lead", **third)
    rule = {"name": "Standard_Lead_Duplicate_Rule", "active": True, "on_create": "alert", "on_update": "alert"}
    match_desk.org.ask("POST", "duplicate_rules", [rule])
    assert match_desk.decide(row, "merge", take={"FirstName": "held"})["done"]["result"] == "merge"
    assert match_desk.lead(held)["IsDeleted"] is True


def test_a_gateway_that_gives_up_may_have_let_the_merge_through(match_desk: MatchDesk) -> None:
    row, *_ = match_desk.hold_a_pair()
    match_desk.org.faults({"fault": "unavailable_html", "path": "/Soap/"})
    assert "http_503: nobody knows" in match_desk.decide(row, "merge")["error"]


@pytest.mark.parametrize("fault", ["commit_then_drop", "commit_then_truncate"])
def test_a_merge_without_an_answer_is_found_done_by_the_same_order(match_desk: MatchDesk, fault: str) -> None:
    row, _, candidate = match_desk.hold_a_pair()
    match_desk.org.faults({"fault": fault, "path": "/Soap/"})
    assert "nobody knows" in match_desk.decide(row, "merge")["error"]
    assert match_desk.row(row).state is State.HELD
    done = match_desk.decide(row, "merge")["done"]
    assert (done["result"], done["record_id"]) == ("merge", candidate)
    assert match_desk.row(row).state is State.UPDATED
    assert len([path for path in match_desk.api_calls() if "/Soap/" in path]) == 1


@pytest.mark.parametrize("decision", ["merge", "separate"])
def test_a_run_that_dies_before_the_ledger_is_only_settled_by_the_next(
    match_desk: MatchDesk, decision: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    row, held, candidate = match_desk.hold_a_pair()

    def dies(*_arguments: object, **_more: object) -> bool:
        raise TransientError("dynamodb:killed")

    with monkeypatch.context() as patched:
        patched.setattr(Ledger, "settle", dies)
        assert "error" in match_desk.decide(row, decision)
    assert match_desk.row(row).state is State.HELD
    match_desk.org.ask("DELETE", "calls")
    assert match_desk.decide(row, decision)["done"]["result"] == decision
    expected = {"merge": (State.UPDATED, candidate), "separate": (State.CREATED, held)}[decision]
    assert (match_desk.row(row).state, match_desk.outcome(row).record_id) == expected
    assert [path for path in match_desk.api_calls() if "/Soap/" in path] == []
    assert len([one for one in match_desk.row(row).history if one.by == "eva"]) == 1


def test_somebody_quicker_wins_and_nobody_overrules_them(
    match_desk: MatchDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    row, *_ = match_desk.hold_a_pair()
    stale = match_desk.row(row)
    match_desk.decide(row, "separate")
    monkeypatch.setattr(Ledger, "get", lambda *_: stale)
    assert match_desk.decide(row, "separate")["done"]["result"] == "changed_meanwhile"
    monkeypatch.undo()


# --- what people did by hand meanwhile ---------------------------------------------------------------------------


def test_a_merge_by_hand_is_recorded_wherever_it_went(match_desk: MatchDesk) -> None:
    row, held, candidate = match_desk.hold_a_pair()
    third = match_desk.org.add("Lead", LastName="x", Company="y")
    match_desk.org.ask("POST", "merge", {"master": third, "loser": held})
    pair = match_desk.review(row)["pair"]
    assert (pair["finding"], pair["held"]["moved_to"], pair["candidate"]["record_id"]) == ("merged", third, candidate)
    assert match_desk.decide(row, "separate")["done"]["result"] == "merged"
    done = match_desk.decide(row, "merge")["done"]
    assert (done["result"], done["record_id"]) == ("merge", third)
    assert match_desk.row(row).state is State.UPDATED


def test_a_merge_the_other_way_round_is_recorded_and_the_mark_goes(match_desk: MatchDesk) -> None:
    row, held, candidate = match_desk.hold_a_pair()
    match_desk.org.ask("POST", "merge", {"master": held, "loser": candidate})
    assert match_desk.review(row)["pair"]["finding"] == "merged_into_held"
    assert match_desk.decide(row, "merge")["done"]["record_id"] == held
    assert match_desk.lead(held)["Possible_Duplicate_Of__c"] is None
    assert match_desk.row(row).state is State.UPDATED


def test_a_candidate_that_lives_on_in_another_lead_is_followed(match_desk: MatchDesk) -> None:
    row, held, candidate = match_desk.hold_a_pair()
    third = match_desk.org.add("Lead", **CANDIDATE)
    match_desk.org.ask("POST", "merge", {"master": third, "loser": candidate})
    pair = match_desk.review(row)["pair"]
    assert (pair["finding"], pair["candidate"]["record_id"], pair["was"]) == ("two_leads", third, candidate)
    match_desk.decide(row, "merge")
    assert match_desk.lead(held)["MasterRecordId"] == third


def test_a_contact_cannot_be_merged_and_after_the_conversion_it_is_recorded(match_desk: MatchDesk) -> None:
    contact = match_desk.org.add("Contact", LastName="Kanarievogel", Email="w@kanarie.example")
    row = match_desk.hold(contact)
    assert match_desk.review(row)["pair"]["finding"] == "lead_and_contact"
    assert match_desk.decide(row, "merge")["done"] == {
        "submission_id": row.submission_id,
        "result": "lead_and_contact",
        "changed": False,
        "record_id": "",
        "fields": [],
    }
    match_desk.org.ask("POST", "convert", {"lead": match_desk.held(row), "contact": contact})
    assert match_desk.review(row)["pair"]["finding"] == "converted"
    assert match_desk.decide(row, "separate")["done"]["result"] == "converted"
    assert match_desk.decide(row, "merge")["done"]["record_id"] == contact
    outcome = match_desk.outcome(row)
    assert (match_desk.row(row).state, outcome.record_type) == (State.ATTACHED, "Contact")


def test_a_lead_converted_into_somebody_else_is_another_person(match_desk: MatchDesk) -> None:
    row, held, _ = match_desk.hold_a_pair()
    match_desk.org.ask("POST", "convert", {"lead": held})
    assert match_desk.review(row)["pair"]["finding"] == "converted_elsewhere"
    assert match_desk.decide(row, "merge")["done"]["result"] == "converted_elsewhere"
    assert match_desk.decide(row, "separate")["done"]["result"] == "separate"
    assert match_desk.row(row).state is State.CREATED


def test_both_converted_to_one_contact_are_one(match_desk: MatchDesk) -> None:
    row, held, candidate = match_desk.hold_a_pair()
    contact = match_desk.org.ask("POST", "convert", {"lead": candidate})["contact"]
    assert match_desk.review(row)["pair"]["finding"] == "lead_and_contact"
    match_desk.org.ask("POST", "convert", {"lead": held, "contact": contact})
    assert match_desk.decide(row, "merge")["done"]["record_id"] == contact
    assert match_desk.row(row).state is State.ATTACHED


def test_a_deleted_lead_can_only_be_recorded_as_deleted_and_goes_like_what_is_discarded(match_desk: MatchDesk) -> None:
    row, held, _ = match_desk.hold_a_pair()
    assert match_desk.decide(row, "deleted")["done"]["result"] == "two_leads"
    match_desk.org.ask("PATCH", f"records/Lead/{held}", {"IsDeleted": True})
    assert match_desk.review(row)["pair"]["finding"] == "held_deleted"
    for decision in ("merge", "separate"):
        assert match_desk.decide(row, decision)["done"]["result"] == "held_deleted"
    assert match_desk.decide(row, "deleted", why="spam")["done"]["result"] == "deleted"
    assert match_desk.row(row).state is State.DISCARDED


@pytest.mark.parametrize("gone", ["deleted", "wiped"])
def test_without_a_candidate_there_is_nothing_left_to_merge_with(match_desk: MatchDesk, gone: str) -> None:
    candidate = match_desk.org.add("Lead", **CANDIDATE)
    row = match_desk.hold(candidate if gone == "deleted" else "00Q000000000001EAA")
    match_desk.org.ask("PATCH", f"records/Lead/{candidate}", {"IsDeleted": True})
    assert match_desk.review(row)["pair"]["finding"] == "candidate_gone"
    assert match_desk.decide(row, "merge")["done"]["result"] == "candidate_gone"
    assert match_desk.decide(row, "separate")["done"]["result"] == "separate"


def test_a_candidate_of_the_same_batch_goes_by_its_submission(match_desk: MatchDesk) -> None:
    first, first_lead, _ = match_desk.hold_a_pair()
    row = match_desk.hold(first.submission_id)
    assert match_desk.review(row)["pair"]["candidate"]["record_id"] == first_lead
    unknown = match_desk.hold("00000000-0000-4000-8000-000000000000")
    assert match_desk.review(unknown)["pair"]["finding"] == "candidate_gone"


def test_a_row_without_a_candidate_can_still_be_ended(match_desk: MatchDesk) -> None:
    """A repeat found its own held Lead, and nobody else any more."""
    row = match_desk.hold("", rule="own_lead")
    assert match_desk.review(row)["pair"]["finding"] == "candidate_gone"
    assert match_desk.decide(row, "separate")["done"]["result"] == "separate"


@pytest.mark.parametrize("named", [True, False])
def test_a_row_that_names_the_lead_that_stayed_is_recorded_as_merged(match_desk: MatchDesk, named: bool) -> None:
    """A repeat found its own Lead merged into another."""
    candidate = match_desk.org.add("Lead", **CANDIDATE) if named else ""
    row = match_desk.hold(candidate, None, rule="own_lead_merged")
    assert match_desk.review(row)["pair"]["finding"] == "merged_into_held"
    assert match_desk.decide(row, "merge")["done"]["record_id"] == match_desk.held(row)
    assert match_desk.row(row).state is State.UPDATED


def test_a_lead_that_moves_between_the_look_and_the_merge_is_left_alone(match_desk: MatchDesk) -> None:
    row, held, _ = match_desk.hold_a_pair()
    match_desk.org.faults({"fault": "record_error", "path": "/Soap/", "code": "ENTITY_IS_DELETED", "message": "x"})
    assert match_desk.decide(row, "merge")["done"]["result"] == "moved_meanwhile"
    assert match_desk.row(row).state is State.HELD
    assert match_desk.lead(held)["IsDeleted"] is False


# --- how long it is kept ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("decision", "form_id", "days"),
    [
        ("merge", "contact", 40),
        ("separate", "contact", 40),
        ("separate", "a-form-that-is-gone", 365),
        ("deleted", "contact", 30),
    ],
)
def test_a_row_is_kept_from_the_decision_on_as_its_form_says(
    match_desk: MatchDesk, decision: str, form_id: str, days: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was discarded goes as what operators discard elsewhere."""
    found = contact_form(retention=Retention(settled_days=40))
    monkeypatch.setattr(match_app, "forms", lambda: found)
    row, held, _ = match_desk.hold_a_pair(form_id=form_id)
    if decision == "deleted":
        match_desk.org.ask("PATCH", f"records/Lead/{held}", {"IsDeleted": True})
    before = datetime.now(UTC)
    assert match_desk.decide(row, decision)["done"]["result"] == decision
    expires_at = match_desk.row(row).expires_at
    assert expires_at is not None
    kept = datetime.fromtimestamp(expires_at, UTC) - before
    assert timedelta(days=days, seconds=-1) <= kept <= timedelta(days=days, seconds=60)


# --- people ------------------------------------------------------------------------------------------------------


def test_nothing_of_the_people_is_logged_or_kept_in_the_history(
    match_desk: MatchDesk, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    row, *_ = match_desk.hold_a_pair()
    match_desk.decide(row, "merge")
    said = capsys.readouterr()
    kept = json.dumps([one.model_dump(mode="json") for one in match_desk.row(row).history])
    kept += match_desk.outcome(row).model_dump_json()
    for canary in ("Kanarievogel", "kanarie.example", "612345678", "Volière", "Wilhelmina", "Dorpsstraat"):
        assert canary not in said.out + said.err + kept + caplog.text
    assert '"Reviewed"' in said.out
    assert "reviewed" in caplog.text
