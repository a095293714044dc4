# ruff: noqa: S608 - SOQL pasted together on purpose
"""Campaigns of the Salesforce stand-in: who can be a member, with which status, and only once."""

from collections.abc import Iterator
from typing import Any

import pytest

from local.salesforce_org import Org
from tests.unit.org_calls import create, created_id, error, of, refusal, row


@pytest.fixture
def org() -> Iterator[Org]:
    with Org(":memory:") as org:
        org.seed()
        yield org


@pytest.fixture
def campaign(org: Org) -> str:
    return of(org, "Campaign", "Fietsbeurs 2026")


@pytest.fixture
def sanne(org: Org) -> str:
    return of(org, "Lead", "Sanne de Vries")


def test_campaigns_and_their_statuses_can_be_looked_up(org: Org, campaign: str) -> None:
    active: list[Any] = org.query("SELECT Id, Name FROM Campaign WHERE IsActive = true")
    assert [(each["Id"], each["Name"]) for each in active] == [(campaign, "Fietsbeurs 2026")]
    statuses: list[Any] = org.query(
        "SELECT Label, IsDefault, HasResponded FROM CampaignMemberStatus"
        f" WHERE CampaignId = '{campaign}' ORDER BY SortOrder"
    )
    assert [(each["Label"], each["IsDefault"], each["HasResponded"]) for each in statuses] == [
        ("Sent", True, False),
        ("Responded", False, True),
    ]


def test_a_new_campaign_starts_with_the_two_usual_statuses(org: Org) -> None:
    record_id = created_id(org, "Campaign", Name="Winter")
    found = [each["Label"] for each in org.rows("CampaignMemberStatus") if each["CampaignId"] == record_id]
    assert found == ["Sent", "Responded"]


def test_a_lead_becomes_a_member_with_the_default_status(org: Org, campaign: str, sanne: str) -> None:
    member = row(org, "CampaignMember", created_id(org, "CampaignMember", CampaignId=campaign, LeadId=sanne))
    assert member["Id"].startswith("00v")
    assert (member["Status"], member["HasResponded"], member["FirstRespondedDate"]) == ("Sent", False, None)
    assert (member["LeadOrContactId"], member["Type"]) == (sanne, "Lead")


def test_a_contact_becomes_a_member_of_an_inactive_campaign_too(org: Org) -> None:
    """That a campaign is not active hides it from people; the API does not mind."""
    anna, old = of(org, "Contact", "Anna de Boer"), of(org, "Campaign", "Zomeractie 2025")
    member = row(org, "CampaignMember", created_id(org, "CampaignMember", CampaignId=old, ContactId=anna))
    assert (member["LeadOrContactId"], member["Type"]) == (anna, "Contact")


def test_a_response_is_derived_from_the_status(org: Org, campaign: str, sanne: str) -> None:
    record_id = created_id(org, "CampaignMember", CampaignId=campaign, LeadId=sanne)
    path = f"sobjects/CampaignMember/{record_id}"
    assert org.call("PATCH", path, {"Status": "Responded"}).status == 204
    first = row(org, "CampaignMember", record_id)
    assert first["HasResponded"] is True
    assert first["FirstRespondedDate"] is not None
    assert org.call("PATCH", path, {"Status": "Sent"}).status == 204
    again = row(org, "CampaignMember", record_id)
    assert (again["HasResponded"], again["FirstRespondedDate"]) == (False, first["FirstRespondedDate"])
    assert error(org.call("PATCH", path, {"HasResponded": True}))["errorCode"] == "INVALID_FIELD_FOR_INSERT_UPDATE"
    assert error(org.call("PATCH", path, {"CampaignId": campaign}))["errorCode"] == "INVALID_FIELD_FOR_INSERT_UPDATE"


def test_nobody_is_a_member_twice(org: Org, campaign: str, sanne: str) -> None:
    first = created_id(org, "CampaignMember", CampaignId=campaign, LeadId=sanne)
    again = create(org, "CampaignMember", CampaignId=campaign, LeadId=sanne[:15])
    assert refusal(again) == ("DUPLICATE_VALUE", "Already a campaign member.", [])
    assert create(org, "CampaignMember", CampaignId=of(org, "Campaign", "Zomeractie 2025"), LeadId=sanne).status == 201
    assert create(org, "CampaignMember", CampaignId=campaign, LeadId=of(org, "Lead", "Thomas Bakker")).status == 201
    assert org.call("DELETE", f"sobjects/CampaignMember/{first}").status == 204
    assert create(org, "CampaignMember", CampaignId=campaign, LeadId=sanne).status == 201


def test_many_members_in_one_call_get_their_own_results(org: Org, campaign: str, sanne: str) -> None:
    member = {"attributes": {"type": "CampaignMember"}, "CampaignId": campaign, "LeadId": sanne}
    results: Any = org.call("POST", "composite/sobjects", {"records": [member, member]}).body
    assert [result["success"] for result in results] == [True, False]
    assert results[1]["errors"] == [
        {"statusCode": "DUPLICATE_VALUE", "message": "Already a campaign member.", "fields": []}
    ]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"CampaignId": "701Fx0000099999"}, "INVALID_CROSS_REFERENCE_KEY"),
        ({"CampaignId": "00QFx0000000001"}, "FIELD_INTEGRITY_EXCEPTION"),
        ({"CampaignId": None}, "REQUIRED_FIELD_MISSING"),
        ({"LeadId": None}, "REQUIRED_FIELD_MISSING"),
        ({"LeadId": "00QFx0000099999"}, "INVALID_CROSS_REFERENCE_KEY"),
        ({"ContactId": "Anna de Boer"}, "FIELD_INTEGRITY_EXCEPTION"),
        ({"Status": "Curious"}, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"),
        ({"LeadId": "Lotte Visser"}, "CANNOT_UPDATE_CONVERTED_LEAD"),
    ],
)
def test_what_makes_no_member_is_refused(
    org: Org, campaign: str, sanne: str, changes: dict[str, str | None], code: str
) -> None:
    """No or the wrong campaign, no person, both a Lead and a Contact, an unknown status, a converted Lead."""
    named = {
        name: of(org, name.removesuffix("Id"), value) if value and " " in value else value
        for name, value in changes.items()
    }
    response = create(org, "CampaignMember", **{"CampaignId": campaign, "LeadId": sanne} | named)
    assert error(response)["errorCode"] == code
    assert org.rows("CampaignMember") == []


def test_a_deleted_campaign_takes_no_members(org: Org, campaign: str, sanne: str) -> None:
    org.call("DELETE", f"sobjects/Campaign/{campaign}")
    assert error(create(org, "CampaignMember", CampaignId=campaign, LeadId=sanne))["errorCode"] == "ENTITY_IS_DELETED"
