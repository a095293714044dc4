# ruff: noqa: S608 - SOQL pasted together on purpose
"""Leads that people merge and convert in the Salesforce stand-in."""

from collections.abc import Iterator
from typing import Any

import pytest

from local.salesforce_org import Org
from tests.unit.org_calls import LEAD, control, created_id, error, of, row, update


@pytest.fixture
def org() -> Iterator[Org]:
    with Org(":memory:") as org:
        org.seed()
        yield org


def join(org: Org, lead: str, campaign: str = "Fietsbeurs 2026") -> str:
    return created_id(org, "CampaignMember", CampaignId=of(org, "Campaign", campaign), LeadId=lead)


def test_a_merge_leaves_the_master_with_everything_of_both(org: Org) -> None:
    master, loser = created_id(org, **LEAD), created_id(org, **LEAD)
    task = created_id(org, "Task", Subject="x", WhoId=loser)
    both = (join(org, master), join(org, loser))
    only = join(org, loser, "Zomeractie 2025")
    assert control(org, "POST", "merge", {"master": master, "loser": loser[:15]}).status == 200
    assert row(org, "Lead", loser)["IsDeleted"] is True
    assert row(org, "Lead", loser)["MasterRecordId"] == master
    assert row(org, "Lead", master)["IsDeleted"] is False
    assert row(org, "Task", task)["WhoId"] == master
    members = {each["Id"]: each["LeadId"] for each in org.rows("CampaignMember")}
    assert members == {both[0]: master, only: master}
    assert error(update(org, loser, Title="x"))["errorCode"] == "ENTITY_IS_DELETED"
    assert org.query(f"SELECT Id FROM Lead WHERE Id = '{loser}'") == []


def test_a_conversion_makes_an_account_and_a_contact_and_moves_the_tasks(org: Org) -> None:
    lead = created_id(org, **LEAD, FirstName="Sanne", Email="s@example.com", OwnerId=of(org, "User", "Eva Sales"))
    task, other = created_id(org, "Task", Subject="x", WhoId=lead), created_id(org, "Task", Subject="other")
    member = join(org, lead)
    made: Any = control(org, "POST", "convert", {"lead": lead}).body
    contact, account = row(org, "Contact", made["contact"]), row(org, "Account", made["account"])
    assert (contact["Name"], contact["Email"], contact["AccountId"]) == (
        "Sanne de Vries",
        "s@example.com",
        account["Id"],
    )
    assert (account["Name"], account["OwnerId"]) == ("Catering", of(org, "User", "Eva Sales"))
    converted = row(org, "Lead", lead)
    assert (converted["IsConverted"], converted["Status"]) == (True, "Closed - Converted")
    assert (converted["ConvertedContactId"], converted["ConvertedAccountId"]) == (contact["Id"], account["Id"])
    assert converted["ConvertedDate"] is not None
    assert (row(org, "Task", task)["WhoId"], row(org, "Task", task)["AccountId"]) == (contact["Id"], account["Id"])
    assert row(org, "Task", other)["WhoId"] is None
    assert (row(org, "CampaignMember", member)["LeadId"], row(org, "CampaignMember", member)["ContactId"]) == (
        lead,
        contact["Id"],
    )
    assert error(update(org, lead, Title="x"))["errorCode"] == "CANNOT_UPDATE_CONVERTED_LEAD"


def test_a_lead_can_be_converted_to_a_contact_that_exists(org: Org) -> None:
    anna = of(org, "Contact", "Anna de Boer")
    before = len(org.rows("Contact")), len(org.rows("Account"))
    made: Any = control(org, "POST", "convert", {"lead": created_id(org, **LEAD), "contact": anna}).body
    assert made == {"contact": anna, "account": of(org, "Account", "Gemeente Utrecht")}
    assert (len(org.rows("Contact")), len(org.rows("Account"))) == before


def test_what_a_queue_owned_goes_to_whoever_converts_it(org: Org) -> None:
    made: Any = control(org, "POST", "convert", {"lead": of(org, "Lead", "Sanne de Vries")}).body
    assert row(org, "Contact", made["contact"])["OwnerId"] == of(org, "User", "Form Integratie")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("merge", {"master": "Thomas Bakker", "loser": "Thomas Bakker"}),
        ("merge", {"master": "Thomas Bakker"}),
        ("merge", {"master": "Thomas Bakker", "loser": "nobody"}),
        ("convert", {"lead": "Lotte Visser"}),
        ("convert", {"lead": "Thomas Bakker", "contact": "nobody"}),
        ("convert", {"lead": "Thomas Bakker", "account": "x"}),
        ("convert", []),
    ],
)
def test_what_cannot_be_merged_or_converted_changes_nothing(org: Org, path: str, body: Any) -> None:
    """The same Lead twice, nobody, a Lead that is converted already, a misspelt key."""
    ids = {str(each["Name"]): str(each["Id"]) for each in org.rows("Lead")}
    given = {name: ids.get(value, value) for name, value in body.items()} if isinstance(body, dict) else body
    before = org.rows("Lead"), org.rows("Contact")
    assert control(org, "POST", path, given).status == 400
    assert (org.rows("Lead"), org.rows("Contact")) == before


# --- deletions ---------------------------------------------------------------------------------------------------


def test_what_belongs_to_a_deleted_lead_goes_with_it(org: Org) -> None:
    lead, other = created_id(org, **LEAD), created_id(org, **LEAD)
    task, others_task = (created_id(org, "Task", Subject="x", WhoId=who) for who in (lead, other))
    member, others_member = join(org, lead), join(org, other)
    assert org.call("DELETE", f"sobjects/Lead/{lead}").status == 204
    assert [each["Id"] for each in org.rows("CampaignMember")] == [others_member]
    tasks = {each["Id"] for each in org.rows("Task")}
    assert task not in tasks
    assert others_task in tasks
    assert org.query(f"SELECT Id FROM CampaignMember WHERE LeadId = '{lead}'") == []
    assert error(org.call("PATCH", f"sobjects/CampaignMember/{member}", {"Status": "Responded"}))["errorCode"] == (
        "ENTITY_IS_DELETED"
    )


def test_a_campaign_takes_its_members_along_and_an_account_its_contacts(org: Org) -> None:
    lead, account = created_id(org, **LEAD), created_id(org, "Account", Name="A")
    campaign = of(org, "Campaign", "Fietsbeurs 2026")
    member, contact = join(org, lead), created_id(org, "Contact", LastName="B", AccountId=account)
    for sobject, record_id in (("Campaign", campaign), ("Account", account)):
        assert org.call("DELETE", f"sobjects/{sobject}/{record_id}").status == 204
    assert row(org, "CampaignMember", member)["IsDeleted"] is True
    assert row(org, "Contact", contact)["IsDeleted"] is True
    assert not row(org, "Lead", lead)["IsDeleted"]
