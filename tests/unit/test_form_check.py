"""Each way in which an org, or what forms call by name, can be wrong; and how it is told."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from shared.form.check import Wanted, check_forms, errors_among, wanted_by
from shared.form.definition import Form, forms
from shared.form.fit import nearest
from shared.form.org_shape import OrgField, OrgObject, OrgShape
from shared.leads.match_keys import MATCH_KEY_LENGTHS
from tests.unit.checked_forms import (
    CAMPAIGN,
    CODES,
    CONTACT,
    DAAN,
    LEAD,
    NOOR,
    ORG,
    TASK,
    a_form,
    an_object,
    field,
    org,
    problems,
    the_one,
    told,
)


def test_a_form_that_fits_has_no_problems() -> None:
    form = a_form(
        field("mail", type="email", max_length=80, lead_field="Email"),
        field("phone", type="phone", lead_field="Phone"),
        field("bike", type="choice", choices=("City", "Electric"), lead_field="Bike__c"),
        field("interests", type="choices", choices=("Lease", "Service"), lead_field="Interests__c"),
        field("number", type="integer", maximum=100, lead_field="NumberOfEmployees"),
        field("date", type="date", lead_field="Ride_On__c"),
        field("country", type="country", lead_field="Country"),
        field("no_calls", type="boolean", lead_field="DoNotCall"),
        field("note", max_length=200, lead_length=40, too_long="cut", lead_field="Note__c"),
        field("question", type="textarea", max_length=4000),
        lead="""fixed = { LeadSource = "Web", Status = "Working - Contacted", DoNotCall = true }
sources = { utm_source = "UTM_Source__c", received_at = "Sent_At__c" }
record_type = "Website"
owner = "queue:Web_Leads"
campaign = { name = "Spring", status = "Responded" }""".replace(", DoNotCall = true", ""),
        consent='lead_field = "Consent__c"',
    )
    assert problems(form) == []


def test_the_forms_of_this_release_are_asked_for_by_name() -> None:
    form = a_form(lead='owner = "user:daan@example.com"\ncampaign = { name = "Spring" }\nfixed = { }')
    by_id = a_form(lead=f'campaign = {{ id = "{CAMPAIGN}" }}\nfixed = {{ OwnerId = "{NOOR}" }}')
    assert wanted_by([form, by_id]) == Wanted(
        usernames=frozenset({"daan@example.com"}),
        user_ids=frozenset({NOOR}),
        campaign_names=frozenset({"Spring"}),
        campaign_ids=frozenset({CAMPAIGN}),
    )


def test_all_problems_are_told_at_once_and_those_of_the_org_come_first_and_once() -> None:
    there = org(without="Description", permission_set="missing")
    found = check_forms(forms().values(), there)
    assert [one.form_id for one in found if one.code == "permission_set_missing"] == [""]
    assert found[0].code == "permission_set_missing"
    assert {one.form_id for one in found} == {"", *forms()}
    assert len(found) > 30


def test_warnings_are_no_errors() -> None:
    found = problems(a_form(lead='campaign = { name = "Autumn" }\nfixed = { Status = "Nonsense", LeadSource = "Web" }'))
    assert [one.severity for one in found] == ["warning", "warning"]
    assert errors_among(found) == []


# --- names -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lead", "where", "code", "right"),
    [
        ('record_type = "Websit"', "lead.record_type", "record_type_unknown", "Website"),
        ('record_type = "Fair"', "lead.record_type", "record_type_inactive", "activate"),
        ('record_type = "Showroom"', "lead.record_type", "record_type_unavailable", "grant it"),
        (
            'fixed = { RecordTypeId = "012000000000009AAC" }',
            "lead.fixed.RecordTypeId",
            "record_type_unknown",
            "one of: Website",
        ),
        ('owner = "queue:Web_Lead"', "lead.owner", "queue_unknown", "queue:Web_Leads"),
        ('owner = "queue:Workshop"', "lead.owner", "queue_not_for_leads", "add Lead"),
        ('owner = "user:daam@example.com"', "lead.owner", "user_unknown", "the user name"),
        ('owner = "user:noor@example.com"', "lead.owner", "user_inactive", "somebody"),
        (f'fixed = {{ OwnerId = "{NOOR}" }}', "lead.fixed.OwnerId", "user_inactive", "somebody"),
        ('fixed = { OwnerId = "00G000000000002AAC" }', "lead.fixed.OwnerId", "queue_not_for_leads", "add Lead"),
        ('fixed = { OwnerId = "005000000000009AAC" }', "lead.fixed.OwnerId", "owner_unknown", "lead.owner"),
        ('campaign = { name = "Sprin" }', "lead.campaign", "campaign_unknown", "its exact name"),
        ('campaign = { name = "Twice" }', "lead.campaign", "campaign_not_unique", 'id = "701000000000003AAC"'),
        (
            'campaign = { name = "Spring", status = "Respond" }',
            "lead.campaign.status",
            "member_status_unknown",
            "Responded",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and "_" in value and " " not in value else "",
)
def test_a_name_that_the_org_does_not_know_as_the_form_means_it_is_an_error(
    lead: str, where: str, code: str, right: str
) -> None:
    found = the_one(a_form(lead=lead))
    assert (found.where, found.severity, found.code) == (where, "error", code)
    assert found.right.startswith(right)


@pytest.mark.parametrize("member", [None, an_object("CampaignMember", [], createable=False)])
def test_a_campaign_whose_members_the_api_user_may_not_make_is_an_error(member: OrgObject | None) -> None:
    """Every submission of the form would wait for it."""
    found = check_forms([a_form(lead='campaign = { name = "Spring" }')], replace(ORG, member=member))
    assert [(one.where, one.code) for one in found] == [("lead.campaign", "members_not_createable")]


@pytest.mark.parametrize(
    "lead",
    [
        'record_type = "website"',
        'fixed = { RecordTypeId = "012000000000001" }',
        'owner = "queue:WEB_LEADS"',
        'owner = "user:Daan@Example.com"',
        f'fixed = {{ OwnerId = "{DAAN[:15]}" }}',
        'campaign = { name = "spring" }',
        f'campaign = {{ id = "{CAMPAIGN[:15]}", status = "Sent" }}',
    ],
)
def test_names_are_compared_without_case_and_ids_by_their_first_15_characters(lead: str) -> None:
    assert problems(a_form(lead=lead)) == []


def test_a_campaign_that_is_not_active_is_a_warning() -> None:
    assert told(a_form(lead='campaign = { name = "Autumn" }')) == [("lead.campaign", "warning", "campaign_inactive")]


PAGES = '[web_to_lead]\norg_id = "00D000000000062"\ncampaigns = [{}]\n'


def with_pages(*campaigns: str, lead: str = "") -> Form:
    listed = ", ".join(f'"{one}"' for one in campaigns)
    return a_form(lead=lead + "\n" + PAGES.format(listed))


def test_each_campaign_that_a_page_may_choose_is_looked_at() -> None:
    form = with_pages(CAMPAIGN[:15], "701000000000009", lead='campaign = { name = "Spring" }')
    assert wanted_by([form]).campaign_ids == {CAMPAIGN[:15], "701000000000009"}
    assert [(one.where, one.code) for one in problems(form)] == [("web_to_lead.campaigns", "campaign_unknown")]
    found = check_forms([with_pages(CAMPAIGN)], replace(ORG, member=None))
    assert [(one.where, one.code) for one in found] == [("web_to_lead.campaigns", "members_not_createable")]


def test_the_form_s_member_status_must_do_for_each_of_them() -> None:
    form = with_pages("701000000000002", lead='campaign = { name = "Spring", status = "Responded" }')
    assert ("lead.campaign.status", "error", "member_status_unknown") in told(form)


# --- the org itself --------------------------------------------------------------------------------------


def key(name: str, **changes: Any) -> OrgObject:
    """Lead or Task with another Submission_Id__c, or none."""
    fields = [one for one in (LEAD if name == "Lead" else TASK) if one.name != "Submission_Id__c"]
    kept = {"external_id": True, "unique": True, **changes} if name == "Lead" else changes
    return an_object(name, fields if changes == {"length": 0} else [*fields, _key(**kept)])


def changed(name: str, **changes: Any) -> OrgObject:
    return an_object("Lead", [replace(one, **changes) if one.name == name else one for one in LEAD])


def without(name: str) -> OrgObject:
    return an_object("Lead", [one for one in LEAD if one.name != name])


def _key(**changes: Any) -> OrgField:
    return replace(OrgField("Submission_Id__c", "string", 36), **changes)


@pytest.mark.parametrize(
    ("change", "where", "code"),
    [
        ({"permission_set": "missing"}, "permission set", "permission_set_missing"),
        ({"lead": None}, "Lead", "object_unseen"),
        ({"task": None}, "Task", "object_unseen"),
        ({"task": an_object("Task", TASK, createable=False)}, "Task", "object_not_createable"),
        ({"lead": an_object("Lead", LEAD, updateable=False)}, "Lead", "object_not_updateable"),
        ({"contact": None}, "Contact", "object_unseen"),
        ({"contact": an_object("Contact", CONTACT[:-1])}, "Contact.OwnerId", "field_unseen"),
        ({"lead": an_object("Lead", LEAD[:1] + LEAD[2:])}, "Lead.MobilePhone", "field_unseen"),
        ({"lead": key("Lead", length=0)}, "Lead.Submission_Id__c", "submission_id_missing"),
        ({"lead": key("Lead", external_id=False)}, "Lead.Submission_Id__c", "submission_id_not_external"),
        ({"lead": key("Lead", unique=False)}, "Lead.Submission_Id__c", "submission_id_not_unique"),
        ({"lead": key("Lead", length=35)}, "Lead.Submission_Id__c", "submission_id_too_short"),
        ({"lead": key("Lead", createable=False)}, "Lead.Submission_Id__c", "field_not_createable"),
        ({"lead": without("Match_Evidence__c")}, "Lead.Match_Evidence__c", "held_field_missing"),
        ({"lead": without("Possible_Duplicate_Of__c")}, "Lead.Possible_Duplicate_Of__c", "held_field_missing"),
        ({"lead": changed("Match_Evidence__c", length=255)}, "Lead.Match_Evidence__c", "held_field_too_short"),
        (
            {"lead": changed("Possible_Duplicate_Of__c", type="reference")},
            "Lead.Possible_Duplicate_Of__c",
            "held_field_too_short",
        ),
        ({"lead": changed("Match_Evidence__c", createable=False)}, "Lead.Match_Evidence__c", "field_not_createable"),
        ({"lead": changed("Match_Evidence__c", updateable=False)}, "Lead.Match_Evidence__c", "field_not_createable"),
        ({"task": key("Task", length=0)}, "Task.Submission_Id__c", "submission_id_missing"),
        ({"task": key("Task", createable=False)}, "Task.Submission_Id__c", "field_not_createable"),
        ({"task": an_object("Task", TASK[1:])}, "Task.Subject", "field_not_createable"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_wrong_with_the_org_itself_is_told_for_every_form(
    change: dict[str, Any], where: str, code: str
) -> None:
    [found] = check_forms([a_form(), a_form()], replace(ORG, **change))
    assert (found.form_id, found.where, found.severity, found.code) == ("", where, "error", code)


MATCH_KEYS = [OrgField(name, "string", length) for name, length in MATCH_KEY_LENGTHS.items()]


def with_keys(lead: Sequence[OrgField] = MATCH_KEYS, contact: Sequence[OrgField] = MATCH_KEYS) -> OrgShape:
    return replace(ORG, lead=an_object("Lead", [*LEAD, *lead]), contact=an_object("Contact", [*CONTACT, *contact]))


def test_an_org_without_match_keys_fits_a_stack_that_uses_none() -> None:
    assert check_forms([a_form()], ORG) == []
    assert check_forms([a_form()], with_keys(), match_keys=True) == []


def test_a_match_key_that_is_missing_is_an_error_where_the_stack_uses_them() -> None:
    found = check_forms([a_form()], with_keys(lead=MATCH_KEYS[1:], contact=MATCH_KEYS[:-1]), match_keys=True)
    assert [(one.where, one.severity, one.code) for one in found] == [
        ("Lead.Match_Email__c", "error", "match_key_missing"),
        ("Contact.Match_Keys__c", "error", "match_key_missing"),
    ]


def test_a_match_key_that_is_too_short_or_closed_is_told() -> None:
    """The backfill alone writes on Contacts, so there it is no more than a warning."""
    short = [replace(MATCH_KEYS[0], length=79), *MATCH_KEYS[1:]]
    closed = [*MATCH_KEYS[:-1], replace(MATCH_KEYS[-1], updateable=False)]
    first = check_forms([a_form()], with_keys(lead=short, contact=closed), match_keys=True)
    second = check_forms([a_form()], with_keys(lead=closed), match_keys=True)
    assert [(one.where, one.severity, one.code) for one in [*first, *second]] == [
        ("Lead.Match_Email__c", "error", "match_key_too_short"),
        ("Contact.Match_Keys__c", "warning", "match_key_not_updateable"),
        ("Lead.Match_Keys__c", "error", "match_key_not_updateable"),
    ]


def test_permission_sets_that_can_t_be_seen_are_a_warning() -> None:
    [found] = check_forms([a_form()], replace(ORG, permission_set="unknown"))
    assert (found.severity, found.code) == ("warning", "permission_set_unseen")


def test_every_problem_says_what_is_wrong_and_what_would_be_right() -> None:
    there = org(*CODES, without="FirstName", permission_set="missing", record_types=(), queues=())
    for found in check_forms(forms().values(), there):
        assert found.what, found
        assert found.right, found


@pytest.mark.parametrize(
    ("wanted", "there", "found"),
    [("electric", ("City", "Electric"), "Electric"), ("Quantum", ("City",), ""), ("x", (), "")],
)
def test_the_nearest_is_what_was_probably_meant(wanted: str, there: tuple[str, ...], found: str) -> None:
    assert nearest(wanted, there) == found
