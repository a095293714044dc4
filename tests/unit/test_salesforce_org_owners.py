# ruff: noqa: S608 - SOQL pasted together on purpose
"""Who may own a record in the Salesforce stand-in: users, queues, assignment rules; and record types."""

from collections.abc import Iterator
from typing import Any

import pytest

from local.salesforce_org import Org, Response
from tests.unit.org_calls import LEAD, control, create, created_id, error, of, refusal, row, update


@pytest.fixture
def org() -> Iterator[Org]:
    with Org(":memory:") as org:
        org.seed()
        yield org


def owner(org: Org, record_id: str) -> str:
    return str(row(org, "Lead", record_id)["OwnerId"])


def rule(org: Org, *entries: tuple[str, str, str], default: str | None = None, **more: Any) -> str:
    """The id of the only assignment rule."""
    listed = [{"field": field, "equals": equals, "ownerId": owner_id} for field, equals, owner_id in entries]
    response = control(org, "POST", "assignment_rules", [{"entries": listed, "default": default} | more])
    assert response.status == 200, response.body
    answered: Any = response.body
    return str(answered[0]["id"])


def created_with(org: Org, header: str | None, **fields: Any) -> Response:
    headers = {} if header is None else {"sforce-auto-assign": header}
    return org.call("POST", "sobjects/Lead", LEAD | fields, headers)


def owner_with(org: Org, header: str | None, **fields: Any) -> str:
    response: Any = created_with(org, header, **fields)
    assert response.status == 201, response.body
    return owner(org, response.body["id"])


def test_queues_and_users_are_found_by_what_an_admin_knows(org: Org) -> None:
    queues: list[Any] = org.query("SELECT Id, Name FROM Group WHERE Type = 'Queue' AND DeveloperName = 'Website_Leads'")
    assert [each["Name"] for each in queues] == ["Website Leads"]
    served: list[Any] = org.query(f"SELECT SobjectType FROM QueueSobject WHERE QueueId = '{queues[0]['Id']}'")
    assert [each["SobjectType"] for each in served] == ["Lead"]
    users: list[Any] = org.query(
        "SELECT Name FROM User WHERE Username = 'daan.verkoop@example.com' AND IsActive = true"
    )
    assert [each["Name"] for each in users] == ["Daan Verkoop"]
    assert org.query("SELECT Id FROM User WHERE Username = 'noor.vertrokken@example.com' AND IsActive = true") == []
    assert org.call("GET", "sobjects/User/Username/daan.verkoop@example.com").status == 200


def test_a_queue_owns_only_what_it_serves(org: Org) -> None:
    leads, tasks = of(org, "Group", "Website Leads"), of(org, "Group", "Werkplaats")
    assert create(org, **LEAD, OwnerId=leads).status == 201
    assert create(org, "Task", Subject="x", OwnerId=tasks).status == 201
    wrong = ("FIELD_INTEGRITY_EXCEPTION", "Queue not associated with this SObject type", ["OwnerId"])
    assert refusal(create(org, **LEAD, OwnerId=tasks)) == wrong
    assert refusal(create(org, "Task", Subject="x", OwnerId=leads)) == wrong


def test_a_public_group_owns_nothing(org: Org) -> None:
    group = org.add("Group", {"Name": "Everybody", "DeveloperName": "Everybody", "Type": "Regular"})
    org.add("QueueSobject", {"QueueId": group, "SobjectType": "Lead"})
    assert refusal(create(org, **LEAD, OwnerId=group))[0] == "FIELD_INTEGRITY_EXCEPTION"


def test_without_a_rule_a_lead_belongs_to_whoever_made_it(org: Org) -> None:
    assert control(org, "GET", "assignment_rules").body == []
    assert owner_with(org, None) == of(org, "User", "Form Integratie")
    assert owner_with(org, "TRUE") == of(org, "User", "Form Integratie")


@pytest.mark.parametrize(("header", "assigned"), [(None, True), ("TRUE", True), ("true", True), ("FALSE", False)])
def test_the_header_decides_whether_the_active_rule_works(org: Org, header: str | None, assigned: bool) -> None:
    eva = of(org, "User", "Eva Sales")
    rule(org, default=eva)
    assert (owner_with(org, header) == eva) is assigned


def test_the_first_entry_that_fits_wins_and_else_the_default(org: Org) -> None:
    eva, daan, queue = of(org, "User", "Eva Sales"), of(org, "User", "Daan Verkoop"), of(org, "Group", "Website Leads")
    rule(org, ("City", "Utrecht", eva), ("city", "utrecht", daan), ("Email_Consent__c", "true", daan), default=queue)
    assert owner_with(org, None, City="UTRECHT") == eva
    assert owner_with(org, None, Email_Consent__c=True) == daan
    assert owner_with(org, None) == queue
    rule(org, ("City", "Utrecht", eva))
    assert owner_with(org, None) == of(org, "User", "Form Integratie")


def test_a_named_owner_gives_way_to_the_rule_s(org: Org) -> None:
    eva, daan = of(org, "User", "Eva Sales"), of(org, "User", "Daan Verkoop")
    rule(org, default=eva)
    assert owner_with(org, "TRUE", OwnerId=daan) == eva
    assert owner_with(org, "FALSE", OwnerId=daan) == daan


def test_an_update_assigns_again_unless_the_header_says_no(org: Org) -> None:
    """As documented: the header counts for created and updated Leads, and is TRUE when it is absent."""
    eva, daan = of(org, "User", "Eva Sales"), of(org, "User", "Daan Verkoop")
    record_id = created_id(org, **LEAD, OwnerId=daan)
    rule(org, ("City", "Zeist", eva))
    path = f"sobjects/Lead/{record_id}"
    org.call("PATCH", path, {"City": "Zeist"}, {"sforce-auto-assign": "FALSE"})
    assert owner(org, record_id) == daan
    org.call("PATCH", path, {"Title": "x"}, {"sforce-auto-assign": "TRUE"})
    assert owner(org, record_id) == eva
    org.change("Lead", record_id, {"OwnerId": daan})
    assert update(org, record_id, Title="y").status == 204
    assert owner(org, record_id) == eva


def test_a_rule_can_be_named_active_or_not_for_new_leads_alone(org: Org) -> None:
    eva, daan = of(org, "User", "Eva Sales"), of(org, "User", "Daan Verkoop")
    rule_id = rule(org, default=eva, active=False)
    assert owner_with(org, None, OwnerId=daan) == daan
    assert owner_with(org, rule_id, OwnerId=daan) == eva
    record_id = created_id(org, **LEAD, OwnerId=daan)
    org.call("PATCH", f"sobjects/Lead/{record_id}", {"Title": "x"}, {"sforce-auto-assign": rule_id})
    assert owner(org, record_id) == daan
    assert created_with(org, "01QFx0000099999").status == 400
    assert created_with(org, "perhaps").status == 400


def test_every_way_to_write_a_lead_obeys_the_header(org: Org) -> None:
    eva, form = of(org, "User", "Eva Sales"), of(org, "User", "Form Integratie")
    rule(org, default=eva)
    record = {"attributes": {"type": "Lead"}, **LEAD}
    for header, expected in (("TRUE", eva), ("FALSE", form)):
        headers = {"sforce-auto-assign": header}
        by_key = f"sobjects/Lead/Submission_Id__c/{header}"
        single: Any = org.call("PATCH", by_key, LEAD, headers).body
        many: Any = org.call("POST", "composite/sobjects", {"records": [record]}, headers).body
        keyed = {"records": [record | {"Submission_Id__c": f"many {header}"}]}
        upserted: Any = org.call("PATCH", "composite/sobjects/Lead/Submission_Id__c", keyed, headers).body
        made = {"records": [{"attributes": {"type": "Lead", "referenceId": "a"}, **LEAD}]}
        tree: Any = org.call("POST", "composite/tree/Lead", made, headers).body
        ids = [single["id"], many[0]["id"], upserted[0]["id"], tree["results"][0]["id"]]
        assert {owner(org, each) for each in ids} == {expected}


def test_a_part_of_a_composite_call_has_its_own_header_or_else_the_call_s(org: Org) -> None:
    eva, form = of(org, "User", "Eva Sales"), of(org, "User", "Form Integratie")
    rule(org, default=eva)
    part = {"method": "POST", "url": "/services/data/v68.0/sobjects/Lead", "body": LEAD}
    parts = [
        part | {"referenceId": "no", "httpHeaders": {"Sforce-Auto-Assign": "FALSE"}},
        part | {"referenceId": "yes", "httpHeaders": {"Sforce-Auto-Assign": "TRUE"}},
        part | {"referenceId": "unsaid"},
    ]

    def owners(headers: dict[str, str]) -> list[str]:
        answer: Any = org.call("POST", "composite", {"compositeRequest": parts}, headers).body
        return [owner(org, each["body"]["id"]) for each in answer["compositeResponse"]]

    assert owners({}) == [form, eva, eva]
    assert owners({"sforce-auto-assign": "FALSE"}) == [form, eva, form]
    assert owner_with(org, None) == eva, "the header of one call does not reach the next"


def test_a_rule_that_names_an_inactive_user_refuses_the_lead(org: Org) -> None:
    rule(org, default=of(org, "User", "Noor Vertrokken"))
    assert error(created_with(org, None))["errorCode"] == "INACTIVE_OWNER_OR_USER"
    assert created_with(org, "FALSE").status == 201


def test_rules_can_be_queried_by_name_and_end_with_a_reset(org: Org) -> None:
    rule_id = rule(org, name="Websites", default=of(org, "User", "Eva Sales"))
    found: list[Any] = org.query("SELECT Id, Name, SobjectType FROM AssignmentRule WHERE Active = true")
    assert [(each["Id"], each["Name"], each["SobjectType"]) for each in found] == [(rule_id, "Websites", "Lead")]
    assert rule_id.startswith("01Q")
    org.reset()
    assert org.query("SELECT Id FROM AssignmentRule") == []
    assert owner_with(org, None) == of(org, "User", "Form Integratie")


@pytest.mark.parametrize(
    "rules",
    [
        {},
        [{"entries": [{"field": "Nope", "equals": "x", "ownerId": "005Fx0000000001"}]}],
        [{"entries": [{"field": "City", "equals": "x"}]}],
        [{"default": "00QFx0000000001"}],
        [{"owner": "005Fx0000000001"}],
        [{}, {}],
    ],
)
def test_a_misspelt_assignment_rule_is_refused(org: Org, rules: object) -> None:
    """An unknown field, a missing owner, a Lead as owner, an unknown key, two active rules."""
    assert control(org, "POST", "assignment_rules", rules).status == 400
    assert control(org, "GET", "assignment_rules").body == []


def test_a_lead_takes_an_active_record_type_of_its_own(org: Org) -> None:
    website = of(org, "RecordType", "Website")
    record_id = created_id(org, **LEAD, RecordTypeId=website[:15])
    assert row(org, "Lead", record_id)["RecordTypeId"] == website
    found: list[Any] = org.query(f"SELECT RecordType.DeveloperName FROM Lead WHERE Id = '{record_id}'")
    assert found[0]["RecordType"]["DeveloperName"] == "Website"
    active: list[Any] = org.query("SELECT Name FROM RecordType WHERE SobjectType = 'Lead' AND IsActive = true")
    assert [each["Name"] for each in active] == ["Website", "Showroom"]


def test_any_other_record_type_is_refused(org: Org) -> None:
    other = org.add("RecordType", {"Name": "B2B", "DeveloperName": "B2B", "SobjectType": "Account", "IsActive": True})
    for wrong in (other, of(org, "RecordType", "Beurs"), "012000000000000AAA", of(org, "User", "Eva Sales")):
        assert refusal(create(org, **LEAD, RecordTypeId=wrong)) == (
            "INVALID_CROSS_REFERENCE_KEY",
            f"Record Type ID: this ID value isn't valid for the user: {wrong}",
            ["RecordTypeId"],
        )
    record_id = created_id(org, **LEAD)
    assert refusal(update(org, record_id, RecordTypeId=other))[0] == "INVALID_CROSS_REFERENCE_KEY"
