"""What the integration user of the Salesforce stand-in may see and write: permission sets, hidden and locked fields."""

from collections.abc import Iterator
from typing import Any

import pytest

from local.salesforce_org import Org
from tests.unit.org_calls import LEAD, control, create, created_id, described_fields, of, refusal, row, update

READ_ONLY = (
    "Unable to create/update fields: Rating. Please check the security settings of this field and verify that it is "
    "read/write for your profile or permission set."
)


@pytest.fixture
def org() -> Iterator[Org]:
    with Org(":memory:") as org:
        org.seed()
        yield org


def set_access(org: Org, **sets: list[str]) -> None:
    assert control(org, "POST", "field_access", sets).status == 200


def test_the_project_s_permission_set_is_assigned_to_the_integration_user(org: Org) -> None:
    found: list[Any] = org.query(
        "SELECT PermissionSet.Name, PermissionSet.PermissionsApiEnabled, Assignee.Username FROM PermissionSetAssignment"
    )
    assert [each["Assignee"]["Username"] for each in found] == ["form.integratie@example.com"]
    granted = found[0]["PermissionSet"]
    assert (granted["Name"], granted["PermissionsApiEnabled"]) == ("Form_To_Lead_Integration", True)
    whole: list[Any] = org.query("SELECT Label, PermissionsEditTask, PermissionsViewAllData FROM PermissionSet")
    assert [(each["Label"], each["PermissionsEditTask"], each["PermissionsViewAllData"]) for each in whole] == [
        ("Form To Lead Integration", True, False)
    ]


def test_field_permissions_are_those_of_the_metadata(org: Org) -> None:
    found: list[Any] = org.query(
        "SELECT PermissionsRead, PermissionsEdit FROM FieldPermissions"
        " WHERE SobjectType = 'Contact' AND Field = 'Contact.Email'"
        " AND Parent.Name = 'Form_To_Lead_Integration'"
    )
    assert [(each["PermissionsRead"], each["PermissionsEdit"]) for each in found] == [(True, False)]


def test_what_the_permission_set_grants_on_a_lead_is_there_to_be_written(org: Org) -> None:
    """Where a field of a form would meet INVALID_FIELD although the admin did all that we ask."""
    granted = {
        str(each["Field"]).partition(".")[2]
        for each in org.rows("FieldPermissions")
        if each["PermissionsEdit"] and each["SobjectType"] == "Lead"
    }
    fields = described_fields(org)
    assert {name for name in granted if name not in fields} == set()
    assert {name for name in granted if not fields[name]["updateable"]} == {"Address"}


def test_a_hidden_field_is_as_good_as_absent(org: Org) -> None:
    record_id = created_id(org, **LEAD, Rating="Hot")
    set_access(org, hidden=["Lead.Rating"])
    assert "Rating" not in described_fields(org)
    unknown = ("INVALID_FIELD", "No such column 'Rating' on sobject of type Lead", None)
    assert refusal(create(org, **LEAD, Rating="Hot")) == unknown
    assert refusal(update(org, record_id, Rating="Cold")) == unknown
    assert refusal(org.call("GET", f"sobjects/Lead/{record_id}?fields=Rating")) == unknown
    assert refusal(org.call("GET", f"composite/sobjects/Lead?ids={record_id}&fields=Rating")) == unknown
    shown: Any = org.call("GET", f"sobjects/Lead/{record_id}").body
    assert "Rating" not in shown
    for soql in ("SELECT Rating FROM Lead", "SELECT Id FROM Lead WHERE Rating = 'Hot'"):
        with pytest.raises(ValueError, match="No such column 'Rating' on entity 'Lead'"):
            org.query(soql)
    assert update(org, record_id, Title="x").status == 204
    assert row(org, "Lead", record_id)["Rating"] == "Hot"


def test_a_hidden_field_is_hidden_behind_a_relationship_too(org: Org) -> None:
    set_access(org, hidden=["Account.Phone"])
    with pytest.raises(ValueError, match="No such column 'Phone' on entity 'Account'"):
        org.query("SELECT Account.Phone FROM Contact")
    assert org.query("SELECT Account.Name, Phone FROM Contact")


def test_a_hidden_external_id_finds_nothing(org: Org) -> None:
    set_access(org, hidden=["Lead.Submission_Id__c"])
    for path in ("sobjects/Lead/Submission_Id__c/k", "composite/sobjects/Lead/Submission_Id__c"):
        response = org.call("PATCH", path, {"records": [{"attributes": {"type": "Lead"}, **LEAD}]})
        assert response.status == 404
        assert refusal(response)[0] == "NOT_FOUND"


def test_a_hidden_default_is_still_set(org: Org) -> None:
    set_access(org, hidden=["Lead.DoNotCall"])
    assert row(org, "Lead", created_id(org, **LEAD))["DoNotCall"] is False


def test_a_read_only_field_can_be_read_and_not_written(org: Org) -> None:
    record_id = created_id(org, **LEAD, Rating="Hot")
    set_access(org, read_only=["lead.rating"])
    field = described_fields(org)["Rating"]
    assert (field["createable"], field["updateable"], field["filterable"]) == (False, False, True)
    refused = ("INVALID_FIELD_FOR_INSERT_UPDATE", READ_ONLY, ["Rating"])
    assert refusal(create(org, **LEAD, Rating="Hot")) == refused
    assert refusal(update(org, record_id, Rating="Cold")) == refused
    assert org.query("SELECT Rating FROM Lead WHERE Rating = 'Hot'")


def test_access_is_replaced_as_a_whole_and_ends_with_a_reset(org: Org) -> None:
    set_access(org, hidden=["Lead.Rating"], read_only=["Lead.City"])
    set_access(org, hidden=["Lead.Phone"])
    assert control(org, "GET", "field_access").body == {"hidden": ["Lead.Phone"], "read_only": []}
    org.reset()
    assert control(org, "GET", "field_access").body == {"hidden": [], "read_only": []}
    assert create(org, **LEAD, Phone="1").status == 201


@pytest.mark.parametrize("given", [[], {"hidden": "Lead.Rating"}, {"hidden": ["Lead.Nope"]}, {"secret": []}])
def test_misspelt_access_is_refused_and_changes_nothing(org: Org, given: object) -> None:
    set_access(org, hidden=["Lead.Rating"])
    assert control(org, "POST", "field_access", given).status == 400
    assert control(org, "GET", "field_access").body == {"hidden": ["Lead.Rating"], "read_only": []}


def test_users_are_no_owners_of_what_they_left(org: Org) -> None:
    noor = of(org, "User", "Noor Vertrokken")
    assert refusal(create(org, **LEAD, OwnerId=noor))[0] == "INACTIVE_OWNER_OR_USER"
