"""What a real org does besides saying yes and no: duplicate rules, conversions, merges, names, campaigns, picklists."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.crm import CALL_ENDS_AFTER
from shared.form.definition import Campaign, Form, parse_form
from shared.form.field import FormField
from shared.rejection import Reason
from shared.submission import Consent, State, Submission
from tests.builders import NOW, a_submission, contact_form
from tests.integration.real_desk import RealDesk
from tests.integration.salesforce_desk import OrgControl, a_lead

LEAD_RULE, CONTACT_RULE = "Standard_Lead_Duplicate_Rule", "Standard_Rule_for_Leads_with_Duplicate_Contacts"


def sent(**fields: Any) -> Submission:
    """Just now, by the org's clock."""
    return a_submission(**fields).model_copy(update={"received_at": datetime.now(UTC)})


def rule(org: OrgControl, name: str = LEAD_RULE, on_create: str = "block") -> None:
    org.ask("POST", "duplicate_rules", [{"name": name, "active": True, "on_create": on_create}])


MADE_UP = "+31612345678"
"""A number that somebody counted: it tells us nothing, and the org's rules that two people are one."""


def a_namesake(org: OrgControl, **fields: Any) -> str:
    """Whom the standard rule finds and we do not."""
    names: dict[str, Any] = {
        "FirstName": "Sanne",
        "LastName": "de Vries",
        "Company": "Elders",
        "Email": "elders@example.org",
    }
    return org.add("Lead", **(names | {"Phone": MADE_UP} | fields))


# --- duplicate rules ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["duplicateResut", "duplicateResult"])
@pytest.mark.parametrize("on_create", ["block", "alert"])
def test_whom_the_org_s_rule_finds_gets_a_task_and_no_second_lead(
    desk: RealDesk, org: OrgControl, on_create: str, key: str
) -> None:
    there = a_namesake(org)
    rule(org, on_create=on_create)
    org.ask("POST", "behaviour", {"duplicate_result_key": key})
    desk.logged_in()
    submission = sent(phone=MADE_UP)
    assert desk.process(submission) == []
    assert (desk.state(submission), desk.outcome(submission).record_id) == (State.UPDATED, there)
    assert desk.outcome(submission).evidence["duplicate_rule"] == LEAD_RULE
    [task] = desk.tasks_of(submission)
    assert task["WhoId"] == there
    assert desk.leads() == []
    # Look-up, upsert; then who it is, what they are like, and the Task.
    assert org.api_calls() == 5


def test_a_contact_that_the_org_s_rule_finds_is_attached_to(desk: RealDesk, org: OrgControl) -> None:
    there = org.add("Contact", FirstName="Sanne", LastName="de Vries", Email="elders@example.org", Phone=MADE_UP)
    rule(org, CONTACT_RULE)
    submission = sent(phone=MADE_UP)
    desk.process(submission)
    assert (desk.state(submission), desk.outcome(submission).record_id) == (State.ATTACHED, there)


def test_hold_names_the_record_in_the_dead_letter_s_row(desk: RealDesk, org: OrgControl) -> None:
    desk.forms = contact_form(existing={"duplicate_rule": "hold"})
    there = a_namesake(org)
    rule(org)
    submission = sent(phone=MADE_UP)
    desk.process(submission)
    rejection = desk.row(submission).rejection
    assert rejection is not None
    assert rejection.reason is Reason.POSSIBLE_DUPLICATE
    assert there in rejection.problems[0].detail
    assert desk.tasks_of(submission) == []


def test_save_passes_a_rule_that_warns_in_the_usual_two_calls(desk: RealDesk, org: OrgControl) -> None:
    desk.forms = contact_form(existing={"duplicate_rule": "save"})
    a_namesake(org)
    rule(org, on_create="alert")
    desk.logged_in()
    submission = sent(phone=MADE_UP)
    desk.process(submission)
    assert desk.state(submission) is State.CREATED
    assert org.api_calls() == 2


def test_save_can_not_pass_a_rule_that_blocks(desk: RealDesk, org: OrgControl) -> None:
    desk.forms = contact_form(existing={"duplicate_rule": "save"})
    there = a_namesake(org)
    rule(org)
    submission = sent(phone=MADE_UP)
    desk.process(submission)
    assert desk.outcome(submission).record_id == there


def test_what_the_form_did_not_say_is_never_saved_past_a_rule_not_even_after_a_new_login(
    desk: RealDesk, org: OrgControl
) -> None:
    """simple-salesforce drops headers on its retry after a login: a Lead to be saved would be stopped by the rule."""
    desk.forms = contact_form(existing={"duplicate_rule": "save"})
    a_namesake(org)
    rule(org, on_create="alert")
    desk.logged_in()
    org.faults({"fault": "unauthorized", "times": 1, "path": "composite/sobjects/Lead"})
    submission = sent(phone=MADE_UP)
    desk.process(submission)
    assert (desk.state(submission), org.logins()) == (State.CREATED, 1)


def test_a_match_that_was_converted_is_followed_to_its_contact(desk: RealDesk, org: OrgControl) -> None:
    there = a_namesake(org)
    rule(org)
    contact = org.ask("POST", "convert", {"lead": there})["contact"]
    found = org.crm.follow([there], ["Phone"])
    assert found[there]["Id"] == contact


def test_one_duplicate_among_ten_costs_the_others_nothing(desk: RealDesk, org: OrgControl) -> None:
    a_namesake(org)
    rule(org)
    desk.logged_in()
    others = [sent(last_name=f"Nieuw {n}", email=f"n{n}@example.com") for n in range(9)]
    submission = sent(phone=MADE_UP)
    assert desk.process(*others, submission) == []
    assert {desk.state(one) for one in others} == {State.CREATED}
    assert desk.state(submission) is State.UPDATED
    assert org.api_calls() == 5


# --- conversions and merges --------------------------------------------------------------------------------------


def between_look_up_and_write(desk: RealDesk, change: Any) -> None:
    """A sales person is quicker than we are."""
    plain, crm = desk.crm.write_notes, desk.crm

    def after_the_change(notes: Any) -> Any:
        crm.write_notes = plain  # type: ignore[method-assign]  # the next call is not disturbed
        change()
        return plain(notes)

    crm.write_notes = after_the_change  # type: ignore[method-assign]


def test_a_lead_converted_between_look_up_and_write_is_followed_to_its_contact(desk: RealDesk, org: OrgControl) -> None:
    there = org.add("Lead", LastName="de Vries", Company="Elders", Email="sanne@example.com")
    submission = sent(phone="0612345678")
    desk.logged_in()
    between_look_up_and_write(desk, lambda: org.ask("POST", "convert", {"lead": there}))
    assert desk.process(submission) == []
    [contact] = [one for one in org.records("Contact") if one["LastName"] == "de Vries"]
    assert (desk.state(submission), desk.outcome(submission).record_id) == (State.ATTACHED, contact["Id"])
    [task] = desk.tasks_of(submission)
    assert task["WhoId"] == contact["Id"]
    assert org.api_calls() == 2 + 2 + 1


def test_a_lead_merged_between_look_up_and_write_is_followed_to_its_master(desk: RealDesk, org: OrgControl) -> None:
    there = org.add("Lead", LastName="de Vries", Company="Elders", Email="sanne@example.com")
    master = org.add("Lead", LastName="de Vries", Company="Elders BV", Email="zakelijk@example.com")
    submission = sent(phone="0612345678")
    desk.logged_in()
    between_look_up_and_write(desk, lambda: org.ask("POST", "merge", {"master": master, "loser": there}))
    assert desk.process(submission) == []
    assert desk.outcome(submission).record_id == master
    [lead] = [one for one in org.records("Lead") if one["Id"] == master]
    assert lead["Phone"] == "+31612345678"


def test_a_lead_deleted_between_look_up_and_write_leads_to_a_new_one(desk: RealDesk, org: OrgControl) -> None:
    there = org.add("Lead", LastName="de Vries", Company="Elders", Email="sanne@example.com")
    submission = sent()
    between_look_up_and_write(desk, lambda: org.ask("PATCH", f"records/Lead/{there}", {"IsDeleted": True}))
    assert len(desk.process(submission)) == 1
    assert desk.process(submission) == []
    assert desk.state(submission) is State.CREATED
    assert desk.lead_of(submission)["Id"] != there


def test_a_lead_of_ours_that_was_merged_before_the_redelivery_is_found_again(desk: RealDesk, org: OrgControl) -> None:
    """Cut off after the write; meanwhile sales merged the Lead into another. No second Lead, no dead letter."""
    submission = sent()
    [written] = org.crm.upsert_leads([a_lead(submission.submission_id, Email="sanne@example.com")])
    master = org.add("Lead", LastName="Vries", Company="Elders", Email="elders@example.org")
    org.ask("POST", "merge", {"master": master, "loser": written.record_id})
    desk.process(submission)
    assert desk.state(submission) is State.CREATED
    assert desk.outcome(submission).record_id == master
    assert desk.leads() == []


def test_a_chain_of_merges_and_a_conversion_is_followed_to_its_end(org: OrgControl) -> None:
    first, second, third = (org.add("Lead", LastName="Vries", Company="X") for _ in range(3))
    org.ask("POST", "merge", {"master": second, "loser": first})
    org.ask("POST", "merge", {"master": third, "loser": second})
    contact = org.ask("POST", "convert", {"lead": third})["contact"]
    before = org.api_calls()
    found = org.crm.follow([first, "00Q000000000000EAA"], [])
    assert {one: record["Id"] for one, record in found.items()} == {first: contact}
    assert org.api_calls() - before == 4


# --- names instead of ids ----------------------------------------------------------------------------------------


def by_name(org: OrgControl, sobject: str, field: str, value: str) -> str:
    [record] = [one for one in org.records(sobject) if one[field] == value]
    return str(record["Id"])


def test_record_type_and_queue_are_given_by_name(desk: RealDesk, org: OrgControl) -> None:
    queue = next(one for one in org.records("Group") if one["Type"] == "Queue" and "Lead" in one["Name"])
    desk.forms = contact_form(lead={"record_type": "Website", "owner": f"queue:{queue['DeveloperName']}"})
    desk.logged_in()
    submission = sent()
    assert desk.process(submission) == []
    lead = desk.lead_of(submission)
    assert lead["RecordTypeId"] == by_name(org, "RecordType", "DeveloperName", "Website")
    assert lead["OwnerId"] == queue["Id"]
    assert org.api_calls() == 3
    desk.process(sent(email="second@example.com"))
    assert org.api_calls() == 5, "the names are remembered"


def test_a_user_is_given_by_user_name_in_any_case(desk: RealDesk, org: OrgControl) -> None:
    user = next(one for one in org.records("User") if one["IsActive"] and "integratie" not in one["Username"])
    desk.forms = contact_form(lead={"owner": f"user:{user['Username'].upper()}"})
    submission = sent()
    desk.process(submission)
    assert desk.lead_of(submission)["OwnerId"] == user["Id"]


@pytest.mark.parametrize(
    ("lead", "code"),
    [
        ({"record_type": "Nowhere"}, "record_type_not_found"),
        ({"record_type": "Beurs"}, "record_type_not_found"),
        ({"owner": "queue:Nowhere"}, "queue_not_found"),
        ({"owner": "user:nobody@example.com"}, "user_not_found"),
        ({"campaign": Campaign(name="Nowhere")}, "campaign_not_found"),
    ],
)
def test_a_name_that_the_org_does_not_have_rejects_nobody_and_waits_for_the_admin(
    desk: RealDesk, org: OrgControl, lead: dict[str, Any], code: str
) -> None:
    desk.forms = contact_form(lead=lead)
    submission = sent()
    assert len(desk.process(submission)) == 1
    assert (desk.state(submission), desk.row(submission).last_error) == (State.RECEIVED, code)
    assert desk.row(submission).attempts == 0
    desk.forms = contact_form()
    desk.process(submission)
    assert len(desk.leads()) == 1


def test_the_assignment_rule_runs_unless_the_form_says_otherwise(desk: RealDesk, org: OrgControl) -> None:
    users = [one["Id"] for one in org.records("User") if one["IsActive"]]
    org.ask("POST", "assignment_rules", [{"name": "All", "active": True, "entries": [], "default": users[-1]}])
    by_rule = sent()
    desk.process(by_rule)
    assert desk.lead_of(by_rule)["OwnerId"] == users[-1]
    desk.forms = contact_form(lead={"assignment_rule": False})
    without = sent(email="second@example.com")
    desk.process(without)
    assert desk.lead_of(without)["OwnerId"] != users[-1]
    again = sent(email="second@example.com", phone="0612345678")
    desk.forms = contact_form()
    desk.process(again)
    assert desk.lead_of(without)["OwnerId"] != users[-1], "who is known keeps their owner"


# --- campaigns ---------------------------------------------------------------------------------------------------


def test_new_and_known_people_join_the_campaign_once(desk: RealDesk, org: OrgControl) -> None:
    desk.forms = contact_form(lead={"campaign": Campaign(name="Fietsbeurs 2026", status="Responded")})
    [contact] = [one for one in org.records("Contact") if one["Email"] == "anna.deboer@example.com"]
    desk.logged_in()
    new = sent()
    known = sent(email="anna.deboer@example.com", first_name="Anna", last_name="de Boer")
    assert desk.process(new, known) == []
    # Look-up, Leads, Tasks; the campaign's name, the members.
    assert org.api_calls() == 5
    again = sent(message="Nog iets")
    assert desk.process(again) == []
    members = org.records("CampaignMember")
    assert {(one["LeadId"], one["ContactId"], one["Status"]) for one in members} == {
        (desk.outcome(new).record_id, None, "Responded"),
        (None, contact["Id"], "Responded"),
    }
    assert len(members) == 2


def test_cut_off_before_the_membership_the_redelivery_makes_it(desk: RealDesk, org: OrgControl) -> None:
    desk.forms = contact_form(lead={"campaign": Campaign(name="Fietsbeurs 2026")})
    submission = sent()
    [written] = org.crm.upsert_leads([a_lead(submission.submission_id, Email="sanne@example.com")])
    assert desk.process(submission) == []
    assert [one["LeadId"] for one in org.records("CampaignMember")] == [written.record_id]
    assert desk.state(submission) is State.CREATED


# --- picklists, lengths, consent ---------------------------------------------------------------------------------

PICKLISTS = """
id = "contact"
version = "1"
title = { nl = "Klein" }
languages = ["nl"]
country = "NL"
[website]
origins = ["https://www.example.com"]
thank_you_page = { nl = "/bedankt" }
[consent]
text_version = "1"
required = false
lead_field = "Email_Consent__c"
text = { nl = "Ja" }
[lead]
defaults = { Company = "Particulier" }
[existing]
task_subject = "Website"
[[fields]]
name = "last_name"
label = { nl = "Naam" }
required = true
max_length = 80
lead_field = "LastName"
[[fields]]
name = "email"
type = "email"
max_length = 80
label = { nl = "E-mail" }
lead_field = "Email"
[[fields]]
name = "interests"
type = "choices"
label = { nl = "Interesse" }
lead_field = "Interests__c"
on_existing = "add"
choices = [
  { value = "bike", label = { nl = "E-bike" }, lead_value = "E-bikes" },
  { value = "lease", label = { nl = "Lease" }, lead_value = "Lease" },
  { value = "odd", label = { nl = "Anders" }, lead_value = "Not in the org" },
]
[[fields]]
name = "note"
label = { nl = "Notitie" }
lead_field = "Short_Note__c"
lead_length = 40
max_length = 200
too_long = "cut"
on_existing = "replace"
"""


def picklist_form() -> dict[str, Form]:
    return {"contact": parse_form(PICKLISTS, name="contact.toml")}


def test_several_choices_are_added_to_those_that_a_known_lead_has(desk: RealDesk, org: OrgControl) -> None:
    desk.forms = picklist_form()
    first = sent(interests=["bike", "lease"])
    second = sent(interests=["lease"])
    third = sent(interests="bike", email="third@example.com")
    desk.process(first)
    desk.process(second)
    desk.process(third)
    assert set(desk.lead_of(first)["Interests__c"].split(";")) == {"E-bikes", "Lease"}
    desk.process(sent(interests=["lease"], email="third@example.com"))
    assert set(desk.lead_of(third)["Interests__c"].split(";")) == {"E-bikes", "Lease"}


def test_a_choice_that_the_org_s_picklist_does_not_have_is_a_named_rejection(desk: RealDesk) -> None:
    desk.forms = picklist_form()
    submission = sent(interests=["odd"])
    desk.process(submission)
    rejection = desk.row(submission).rejection
    assert rejection is not None
    assert (rejection.problems[0].code, rejection.problems[0].field) == (
        "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
        "Interests__c",
    )


@pytest.mark.parametrize("letter", ["x", "Ø", "李", "🚲"])
def test_what_is_too_long_for_its_field_is_cut_there_and_whole_in_the_description(desk: RealDesk, letter: str) -> None:
    desk.forms = picklist_form()
    submission = sent(note=letter * 100)
    assert desk.process(submission) == []
    lead = desk.lead_of(submission)
    assert lead["Short_Note__c"] == letter * (20 if letter == "🚲" else 40)
    assert letter * 100 in lead["Description"]


def test_a_later_answer_replaces_and_a_late_one_does_not(desk: RealDesk, org: OrgControl) -> None:
    """The row says when it was received; the Lead says when it was changed."""
    desk.forms = picklist_form()
    first = sent(note="first")
    desk.process(first)
    future = desk.now.replace(year=desk.now.year + 1)
    later = sent(note="later").model_copy(update={"received_at": future})
    desk.process(later)
    assert desk.lead_of(first)["Short_Note__c"] == "later"
    replayed = sent(note="old").model_copy(update={"received_at": NOW.replace(year=2020)})
    desk.process(replayed)
    assert desk.lead_of(first)["Short_Note__c"] == "later"
    assert "old" in desk.tasks_of(replayed)[0]["Description"]


def test_an_answer_is_appended_to_the_description_once_however_often_it_is_tried(
    desk: RealDesk, org: OrgControl
) -> None:
    person = {"FirstName": "Sanne", "LastName": "de Vries", "Company": "X", "Email": "sanne@example.com"}
    there = org.add("Lead", **person, Description="Note of sales")
    forms = contact_form()
    fields = tuple(
        field.model_copy(update={"on_existing": "append"}) if field.name == "message" else field
        for field in forms["contact"].fields
    )
    desk.forms = {"contact": forms["contact"].model_copy(update={"fields": fields})}
    desk.logged_in()
    # The change lands, and nobody hears of it.
    org.faults({"fault": "commit_then_drop", "path": "/composite", "after": 1, "times": 1})
    submission = sent()
    assert len(desk.process(submission)) == 1
    org.faults()
    desk.new_instance()
    desk.now += CALL_ENDS_AFTER + timedelta(seconds=1)
    assert desk.process(submission) == []
    [lead] = [one for one in org.records("Lead") if one["Id"] == there]
    assert lead["Description"].startswith("Note of sales\n\n— ")
    assert lead["Description"].count("bakfietsen") == 1
    assert len(desk.tasks_of(submission)) == 1


def test_consent_ticks_its_box_and_no_consent_leaves_it_alone(desk: RealDesk) -> None:
    desk.forms = picklist_form()
    given = Consent(given=True, text_version="1", language="nl", at=NOW)
    agreed, silent = sent(), sent(email="silent@example.com")
    agreed = agreed.model_copy(update={"sources": agreed.sources.model_copy(update={"consent": given})})
    desk.process(agreed, silent)
    assert desk.lead_of(agreed)["Email_Consent__c"] is True
    assert desk.lead_of(silent)["Email_Consent__c"] is False


def test_with_state_and_country_picklists_the_codes_are_written(desk: RealDesk, org: OrgControl) -> None:
    org.ask("POST", "behaviour", {"state_country_picklists": True})
    label = {"nl": "Land", "en": "Country"}
    country = {"name": "country", "type": "country", "lead_field": "CountryCode", "required": True, "max_length": 80}
    states = [{"value": "NY", "label": label}, {"value": "CA", "label": label}]
    state = {"name": "region", "type": "choice", "lead_field": "StateCode", "choices": states}
    form = contact_form()["contact"]
    more = tuple(FormField.model_validate({"label": label, **one}) for one in (country, state))
    desk.forms = {"contact": form.model_copy(update={"fields": (*form.fields, *more)})}
    submission = sent(country="Verenigde Staten", region="NY")
    assert desk.process(submission) == []
    lead = desk.lead_of(submission)
    assert (lead["CountryCode"], lead["StateCode"], lead["Country"]) == ("US", "NY", "United States")


# --- the connection drops after the work was done ----------------------------------------------------------------


CALLS = {"new": 2, "known lead": 2, "contact": 2, "org rule": 5, "campaign": 4}
"""API calls of a first delivery, by what it meets."""


@pytest.mark.parametrize("fault", ["commit_then_drop", "commit_then_truncate", "drop"])
@pytest.mark.parametrize(
    ("story", "nth"), [(story, nth) for story, calls in CALLS.items() for nth in range(1, calls + 1)]
)
def test_whichever_call_loses_its_answer_there_is_one_lead_one_task_one_member_and_no_rejection(
    desk: RealDesk, org: OrgControl, story: str, nth: int, fault: str
) -> None:
    """The connection breaks at the nth API call of the first delivery."""
    if story == "known lead":
        org.add("Lead", LastName="de Vries", Company="Elders", Email="sanne@example.com")
    elif story == "contact":
        org.add("Contact", LastName="de Vries", Email="sanne@example.com")
    elif story == "org rule":
        a_namesake(org)
        rule(org)
    elif story == "campaign":
        desk.forms = contact_form(lead={"campaign": Campaign(name="Fietsbeurs 2026")})
    leads_before = len(org.records("Lead"))
    submission = sent(phone=MADE_UP)
    desk.logged_in()
    org.faults({"fault": fault, "after": nth - 1, "path": "/services/data"})
    assert len(desk.process(submission)) == 1, "that call was made, and the submission waits"
    assert org.api_calls() == nth
    desk.now += CALL_ENDS_AFTER + timedelta(seconds=1)
    desk.process(submission)
    assert desk.state(submission) in {State.CREATED, State.UPDATED, State.ATTACHED}
    assert desk.dead_letters.letters == []
    is_new = story in {"new", "campaign"}
    assert len(org.records("Lead")) - leads_before == int(is_new)
    assert len(desk.tasks_of(submission)) == int(not is_new)
    assert len(org.records("CampaignMember")) == int(story == "campaign")


def test_a_second_delivery_while_the_first_is_in_doubt_finds_the_lead(desk: RealDesk, org: OrgControl) -> None:
    submission = sent()
    desk.logged_in()
    org.faults({"fault": "commit_then_drop", "times": 1, "path": "composite/sobjects/Lead"})
    desk.process(submission)
    assert desk.row(submission).last_error == "ConnectionError"
    desk.new_instance()
    desk.process(submission)
    assert desk.state(submission) is State.CREATED
    assert desk.outcome(submission).evidence["rule"] == "own_lead"
