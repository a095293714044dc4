"""Match keys in the org: written with each Lead, and found by where no other spelling would find."""

from typing import Any

import pytest

from shared.crm import Found, NewLead, Note
from shared.errors import ConfigurationError
from shared.leads.candidates import look_up_for
from shared.leads.match_keys import MATCH_KEY_LENGTHS
from shared.salesforce.crm import SalesforceCrm
from tests.integration.salesforce_desk import OrgControl, a_lead
from tests.unit.test_look_up_queries import with_values

KEYS = {
    "Match_Email__c": "sanne@gmail.com",
    "Match_Phone__c": "+31301234567",
    "Match_Mobile__c": None,
    "Match_Name__c": "sanne tuinstra",
    "Match_Keys__c": "k1",
}


def sanne(submission_id: str = "s-1") -> NewLead:
    return a_lead(submission_id, FirstName="Sanne", LastName="Tuinstra", Email="s.anne@gmail.com", Phone="+31301234567")


@pytest.fixture
def crm(org: OrgControl) -> SalesforceCrm:
    return org.another_instance(match_keys=True)


def keys_of(org: OrgControl, record_id: str) -> dict[str, Any]:
    [row] = [row for row in org.records("Lead") if row["Id"] == record_id]
    return {name: row[name] for name in MATCH_KEY_LENGTHS}


def find(crm: SalesforceCrm, **values: str) -> Found:
    return crm.look_up(look_up_for([with_values(**values)]))


def test_a_new_lead_gets_its_keys_however_it_is_written(org: OrgControl, crm: SalesforceCrm) -> None:
    [together], [single] = crm.upsert_leads([sanne("s-1")]), crm.upsert_one_by_one([sanne("s-2")])
    assert keys_of(org, together.record_id) == keys_of(org, single.record_id) == KEYS


def test_without_the_setting_no_key_is_written(org: OrgControl) -> None:
    [written] = org.crm.upsert_leads([sanne()])
    assert set(keys_of(org, written.record_id).values()) == {None}


def test_a_change_to_a_known_lead_changes_its_keys(org: OrgControl, crm: SalesforceCrm) -> None:
    [written] = crm.upsert_leads([sanne()])
    crm.write_notes([Note(lead_id=written.record_id, changes={"Email": "new@example.com", "City": "Zeist"})])
    assert keys_of(org, written.record_id) == {**KEYS, "Match_Email__c": "new@example.com"}
    crm.write_notes([Note(lead_id=written.record_id, changes={"FirstName": "Anne"})])
    assert keys_of(org, written.record_id)["Match_Keys__c"] is None


@pytest.mark.parametrize(
    ("key", "sent"),
    [
        ({"Match_Email__c": "sanne@gmail.com"}, {"LastName": "X", "Email": "sa.nn.e@gmail.com"}),
        ({"Match_Phone__c": "+31301234567"}, {"LastName": "X", "Phone": "+31301234567"}),
        ({"Match_Mobile__c": "+31612345678"}, {"LastName": "X", "Phone": "+31612345678"}),
        ({"Match_Name__c": "de sanne vries"}, {"FirstName": "Sanne de", "LastName": "Vries"}),
    ],
    ids=["e-mail", "phone", "mobile", "name"],
)
def test_a_key_finds_a_lead_and_a_contact(
    org: OrgControl, crm: SalesforceCrm, key: dict[str, str], sent: dict[str, str]
) -> None:
    lead = org.add("Lead", LastName="Anders", Company="Onbekend", **key)
    contact = org.add("Contact", LastName="Anders", **key)
    found = find(crm, **sent)
    assert [row["Id"] for row in found.open_leads] == [lead]
    assert [row["Id"] for row in found.contacts] == [contact]
    assert not find(org.crm, **sent).open_leads


def test_who_has_no_keys_yet_is_found_as_our_own_forms_write_them(org: OrgControl, crm: SalesforceCrm) -> None:
    lead = org.add("Lead", LastName="Anders", Company="Onbekend", MobilePhone="+31612345678")
    assert [row["Id"] for row in find(crm, LastName="X", Phone="+31612345678").open_leads] == [lead]


@pytest.mark.parametrize("hidden", ["Lead.Match_Email__c", "Contact.Match_Name__c"])
def test_a_key_that_the_org_lacks_is_a_configuration_error_and_rejects_nobody(
    org: OrgControl, crm: SalesforceCrm, hidden: str
) -> None:
    org.ask("POST", "field_access", {"hidden": [hidden]})
    with pytest.raises(ConfigurationError, match="INVALID_FIELD"):
        find(crm, FirstName="Sanne", LastName="Tuinstra", Email="sanne@example.com")
    org.crm.look_up(look_up_for([with_values(FirstName="Sanne", LastName="Tuinstra", Email="sanne@example.com")]))


def test_a_key_that_the_org_lacks_when_a_lead_is_written_is_a_configuration_error(
    org: OrgControl, crm: SalesforceCrm
) -> None:
    org.ask("POST", "field_access", {"hidden": ["Lead.Match_Keys__c"]})
    try:
        [written] = crm.upsert_leads([sanne()])
        error: Exception | None = written.error
    except ConfigurationError as refused:
        error = refused
    assert isinstance(error, ConfigurationError)
