"""Who may be known already, against the org stand-in over TLS: what stands in the org, and what it costs in calls."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.crm import CALL_ENDS_AFTER, Written
from shared.errors import PermanentError, RefusedCallError, TransientError
from shared.submission import State, Submission
from tests.builders import a_submission, contact_form
from tests.integration.real_desk import RealDesk
from tests.integration.salesforce_desk import OrgControl, a_lead
from tests.verdicts import in_doubt

COMPOSITE, COLLECTION = "/composite", "composite/sobjects/Lead"


@pytest.fixture(autouse=True)
def _doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    in_doubt(monkeypatch, "Twijfel")


def sent(**fields: Any) -> Submission:
    """Just now, by the org's clock; somebody about whom the matcher is in doubt."""
    fields = {"last_name": "Twijfel", "email": "twijfel@example.com"} | fields
    return a_submission(**fields).model_copy(update={"received_at": datetime.now(UTC)})


def candidate(org: OrgControl, **fields: Any) -> str:
    known = {"FirstName": "Sanne", "LastName": "Twijfel", "Company": "Elders", "Email": "twijfel@example.com"}
    return org.add("Lead", **(known | fields))


def user(org: OrgControl) -> str:
    """Not the API user, who owns what nobody else does."""
    return str([one["Id"] for one in org.records("User") if one["IsActive"]][-1])


def queue(org: OrgControl) -> str:
    return next(str(one["Id"]) for one in org.records("Group") if one["Type"] == "Queue" and "Lead" in one["Name"])


def assign_to(org: OrgControl, owner: str) -> None:
    org.ask("POST", "assignment_rules", [{"name": "All", "active": True, "entries": [], "default": owner}])


def test_a_held_lead_names_its_candidate_and_its_owner_gets_the_task_in_three_calls(
    desk: RealDesk, org: OrgControl
) -> None:
    there = candidate(org)
    assign_to(org, user(org))
    desk.logged_in()
    submission = sent()
    assert desk.process(submission) == []
    assert org.api_calls() == 3
    lead = desk.lead_of(submission)
    assert lead["Possible_Duplicate_Of__c"] == there
    assert "de voornamen verschillen" in lead["Match_Evidence__c"]
    [task] = desk.tasks_of(submission)
    assert (task["WhoId"], task["OwnerId"]) == (lead["Id"], user(org))
    assert task["Subject"] == "Mogelijk dubbel: Website: contactformulier"
    assert desk.state(submission) is State.HELD
    assert desk.outcome(submission).record_id == lead["Id"]


def test_a_batch_with_everything_in_it_costs_three_calls(desk: RealDesk, org: OrgControl) -> None:
    """New people, a held one, a Contact; Leads are written in two ways, and travel in one composite."""
    there = candidate(org)
    desk.logged_in()
    held = sent()
    new = [sent(last_name=f"Nieuw {n}", email=f"nieuw{n}@example.com") for n in range(6)]
    contact = sent(first_name="Anna", last_name="de Boer", email="anna.deboer@example.com")
    again = sent(last_name="Nieuw 0", email="nieuw0@example.com")
    joins = sent(last_name="Twijfel", email="nieuw1@example.com")
    assert desk.process(held, *new, contact, again, joins) == []
    assert org.api_calls() == 3
    assert [desk.state(one) for one in new] == [State.CREATED] * 6
    assert (desk.state(contact), desk.state(again)) == (State.ATTACHED, State.UPDATED)
    assert desk.lead_of(held)["Possible_Duplicate_Of__c"] == there
    assert desk.lead_of(joins)["Possible_Duplicate_Of__c"] == desk.lead_of(new[1])["Id"]


def test_a_queue_s_lead_has_its_task_with_the_owner_of_the_other_record(desk: RealDesk, org: OrgControl) -> None:
    candidate(org, OwnerId=user(org))
    assign_to(org, queue(org))
    submission = sent()
    assert desk.process(submission) == []
    assert desk.lead_of(submission)["OwnerId"] == queue(org)
    [task] = desk.tasks_of(submission)
    assert task["OwnerId"] == user(org)


@pytest.mark.parametrize("spared", [1, 2], ids=["the Leads", "the Tasks"])
def test_written_without_an_answer_there_is_one_lead_and_one_task(desk: RealDesk, org: OrgControl, spared: int) -> None:
    candidate(org)
    desk.logged_in()
    org.faults({"fault": "commit_then_drop", "path": COMPOSITE, "after": spared, "times": 1})
    submission = sent()
    assert len(desk.process(submission)) == 1
    assert desk.state(submission) is State.RECEIVED
    org.faults()
    desk.now += CALL_ENDS_AFTER + timedelta(seconds=1)
    desk.new_instance()
    assert desk.process(submission) == []
    assert desk.state(submission) is State.HELD
    assert len(desk.leads()) == len(desk.tasks_of(submission)) == 1


def test_a_candidate_of_the_same_batch_is_named_though_the_first_run_was_cut_off(
    desk: RealDesk, org: OrgControl
) -> None:
    first, second = sent(), sent(first_name="Lotte")
    desk.logged_in()
    org.faults({"fault": "unavailable_html", "path": COMPOSITE, "after": 2, "times": 1})
    assert len(desk.process(first, second)) == 1
    assert desk.lead_of(second)["Possible_Duplicate_Of__c"] is None
    desk.now += CALL_ENDS_AFTER + timedelta(seconds=1)
    assert desk.process(second) == []
    assert desk.lead_of(second)["Possible_Duplicate_Of__c"] == desk.lead_of(first)["Id"]
    assert len(desk.tasks_of(second)) == 1
    assert desk.state(second) is State.HELD


def test_a_held_lead_that_sales_merged_before_its_task_is_settled_without_one(desk: RealDesk, org: OrgControl) -> None:
    there = candidate(org)
    submission = sent()
    desk.logged_in()
    org.faults({"fault": "unavailable_html", "path": COMPOSITE, "after": 2, "times": 1})
    desk.process(submission)
    org.ask("POST", "merge", {"master": there, "loser": desk.lead_of(submission)["Id"]})
    desk.now += CALL_ENDS_AFTER + timedelta(seconds=1)
    assert desk.process(submission) == []
    assert (desk.state(submission), desk.outcome(submission).record_id) == (State.HELD, there)
    assert desk.tasks_of(submission) == []


@pytest.mark.parametrize(
    ("on_create", "setting", "state"),
    [
        ("alert", "update", State.HELD),
        ("alert", "save", State.HELD),
        ("alert", "hold", State.REJECTED),
        ("block", "update", State.UPDATED),
        ("block", "save", State.UPDATED),
        ("block", "hold", State.REJECTED),
    ],
)
def test_a_held_lead_and_a_rule_of_the_org(
    desk: RealDesk, org: OrgControl, on_create: str, setting: str, state: State
) -> None:
    """What may be a duplicate is what the rule would stop: it passes where the rule only warns."""
    there = candidate(org, FirstName="Sanne", Phone=None)
    org.ask(
        "POST", "duplicate_rules", [{"name": "Standard_Lead_Duplicate_Rule", "active": True, "on_create": on_create}]
    )
    desk.forms = contact_form(existing={"duplicate_rule": setting})
    submission = sent(phone="0612345678")
    assert desk.process(submission) == []
    assert desk.state(submission) is state
    [lead] = [one for one in org.records("Lead") if one["Id"] == there]
    assert lead["Phone"] is None, "nobody was sure, so nothing is filled in"
    assert len(desk.tasks_of(submission)) == (0 if state is State.REJECTED else 1)


# --- the adapter --------------------------------------------------------------------------------------------------


def test_leads_that_are_written_in_four_ways_are_one_call_and_who_asks_hears_the_owner(org: OrgControl) -> None:
    assign_to(org, user(org))
    leads = [
        a_lead(f"s-{assign}-{save}", LastName=f"{assign} {save}", assign=assign, save_duplicate=save, tell_owner=save)
        for assign in (True, False)
        for save in (True, False)
    ]
    org.crm.upsert_leads([a_lead("warm")])
    before = org.api_calls()
    written = org.crm.upsert_leads(leads)
    assert org.api_calls() - before == 1
    by_id = {one["Id"]: one for one in org.records("Lead")}
    assert [by_id[one.record_id]["LastName"] for one in written] == [lead.record["LastName"] for lead in leads]
    assert [one.owner_id for one in written] == [
        by_id[one.record_id]["OwnerId"] if lead.tell_owner else "" for one, lead in zip(written, leads, strict=True)
    ]
    assert written[0].owner_id == user(org) != written[2].owner_id


def test_one_bad_record_of_one_way_is_that_record_s_own(org: OrgControl) -> None:
    leads = [a_lead("s-1"), a_lead("s-2", Company=""), a_lead("s-3", save_duplicate=True, tell_owner=True)]
    good, bad, held = org.crm.upsert_leads(leads)
    assert good.record_id
    assert held.record_id
    assert isinstance(bad.error, PermanentError)


def test_a_refused_query_for_owners_costs_nobody_the_lead(org: OrgControl, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.salesforce.queries.owners", lambda _ids: "SELECT Nowhere__c FROM Lead")
    [written] = org.crm.upsert_leads([a_lead("s-1", tell_owner=True)])
    assert (bool(written.record_id), written.owner_id, written.error) == (True, "", None)


def test_an_org_without_the_fields_of_held_leads_rejects_nobody(org: OrgControl, desk: RealDesk) -> None:
    """Deployed too late: everybody waits, and the alarm says what for."""
    org.running.org.access.change({"hidden": ["Lead.Match_Evidence__c"]})
    submission = sent()
    assert len(desk.process(submission)) == 1
    assert (desk.state(submission), desk.row(submission).last_error) == (State.RECEIVED, "INVALID_FIELD")
    assert desk.row(submission).attempts == 0


def answer_for_the_second_way(
    org: OrgControl, monkeypatch: pytest.MonkeyPatch, status: int, code: str
) -> Callable[[], list[Written]]:
    plain = org.crm._composite

    def changed(subrequests: Any) -> Any:
        first, second, *others = plain(subrequests)
        return [first, {**second, "httpStatusCode": status, "body": [{"errorCode": code}]}, *others]

    monkeypatch.setattr(org.crm, "_composite", changed)
    return lambda: org.crm.upsert_leads([a_lead("s-1"), a_lead("s-2", save_duplicate=True)])


def test_errors_of_a_whole_way_are_its_leads_own(org: OrgControl, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = answer_for_the_second_way(org, monkeypatch, 503, "SERVER_UNAVAILABLE")()
    assert first.error is None
    assert isinstance(second.error, TransientError)


def test_a_way_that_is_refused_for_one_of_its_records_is_looked_for_one_by_one(
    org: OrgControl, monkeypatch: pytest.MonkeyPatch
) -> None:
    upsert = answer_for_the_second_way(org, monkeypatch, 400, "JSON_PARSER_ERROR")
    with pytest.raises(RefusedCallError):
        upsert()
