"""Who is found in the org: by each key, whether a Lead, a Contact or a Lead that became one."""

from typing import Any

import pytest

from local.salesforce_org.schema.fields import SOBJECTS
from shared.crm import GENERIC_AFTER, Found, Record
from shared.errors import RefusedCallError
from shared.leads.candidates import Known, look_up_for
from shared.salesforce import queries
from tests.integration.salesforce_desk import OrgControl
from tests.unit.test_look_up_queries import HOSTILE, prepared, with_values

SANNE = {
    "FirstName": "Sanne",
    "LastName": "Tuinstra",
    "Email": "sanne.tuinstra@example.com",
    "Phone": "+31612345699",
    "Company": "FlexFit B.V.",
    "PostalCode": "1234 AB",
}


def find(org: OrgControl, **values: Any) -> Found:
    return org.crm.look_up(look_up_for([with_values(**values)]))


def ids(records: tuple[Record, ...]) -> list[str]:
    return [str(record["Id"]) for record in records]


def add_contact(org: OrgControl, **values: Any) -> str:
    account = org.add("Account", Name=values.pop("Company", "Onbekend"))
    if "PostalCode" in values:
        values["MailingPostalCode"] = values.pop("PostalCode")
    return org.add("Contact", AccountId=account, **values)


def add_lead(org: OrgControl, **values: Any) -> str:
    return org.add("Lead", **{"Company": "Onbekend", **values})


@pytest.mark.parametrize(
    "there",
    [
        {"LastName": "X", "Email": "Sanne.Tuinstra+bikes@example.com"},
        {"LastName": "X", "MobilePhone": "06 12 34 56 99"},
        {"FirstName": "SANNE", "LastName": "tuinstra"},
        {"FirstName": "Tuinstra", "LastName": "Sanne"},
        {"LastName": "Tuinstra", "PostalCode": "1234ab"},
        {"FirstName": "Sanne", "LastName": "Tuintsra", "PostalCode": "1234ab"},
        {"LastName": "Tuinstra", "Company": "FlexFit Fietsen"},
        {"FirstName": "Sanne", "LastName": "Tuintsra", "Company": "FlexFit Fietsen"},
    ],
    ids=[
        "e-mail",
        "phone",
        "names",
        "names swapped",
        "last name and postcode",
        "first name and postcode",
        "last name and company",
        "first name and company",
    ],
)
def test_each_key_finds_a_lead_and_a_contact_and_nobody_else(org: OrgControl, there: dict[str, str]) -> None:
    add_lead(org, FirstName="Sanne", LastName="Anders", PostalCode="9876 ZX", Company="Anders B.V.")
    add_lead(org, FirstName="Anders", LastName="Anders", PostalCode="1234 AB", Company="FlexFit B.V.")
    lead, contact = add_lead(org, **there), add_contact(org, **there)
    found = find(org, **SANNE)
    assert (ids(found.open_leads), ids(found.contacts)) == ([lead], [contact])


@pytest.mark.parametrize("field", ["HomePhone", "OtherPhone"])
def test_a_contact_is_found_by_its_other_numbers_too(org: OrgControl, field: str) -> None:
    contact = add_contact(org, LastName="X", **{field: "06-12345699"})
    assert ids(find(org, **SANNE).contacts) == [contact]


@pytest.mark.parametrize("stored", ["Müller", "Muller", "Mueller"])
def test_accents_hide_nobody(org: OrgControl, stored: str) -> None:
    lead = add_lead(org, FirstName="Jörg", LastName=stored)
    assert ids(find(org, FirstName="Jörg", LastName="Müller").open_leads) == [lead]


def test_hostile_text_is_looked_for_as_it_is(org: OrgControl) -> None:
    lead = add_lead(org, FirstName=HOSTILE, LastName=HOSTILE)
    add_lead(org, FirstName="O'Brien and more", LastName="O'Brien and more")
    found = find(org, FirstName=HOSTILE, LastName=HOSTILE, Company="%%%%%", PostalCode=HOSTILE)
    assert ids(found.open_leads) == [lead]


def test_an_address_and_a_company_come_with_who_is_found(org: OrgControl) -> None:
    add_lead(org, **SANNE, Street="Kade 1", City="Utrecht", Country="Netherlands")
    add_contact(org, **SANNE, MailingStreet="Plein 2", MailingCity="Zeist", MailingCountry="Belgium")
    found = find(org, **SANNE)
    known = Known.of(found)
    [lead] = known.leads.values()
    [contact] = known.contacts.values()
    assert (lead["Street"], lead["City"], lead["Country"], lead["PostalCode"]) == (
        "Kade 1", "Utrecht", "Netherlands", "1234 AB",
    )  # fmt: skip
    assert (contact["MailingStreet"], contact["Account"]["Name"]) == ("Plein 2", "FlexFit B.V.")


# --- converted Leads ---------------------------------------------------------------------------------------------


def add_converted(org: OrgControl, contact: str, **values: Any) -> str:
    return add_lead(org, **values, IsConverted=True, ConvertedContactId=contact)


def test_a_converted_lead_leads_to_its_contact(org: OrgControl) -> None:
    contact = add_contact(org, FirstName="Sanne", LastName="Bakker", Email="new@example.com", Company="Elders")
    add_converted(org, contact, LastName="Tuinstra", Email="sanne.tuinstra@example.com", Company="FlexFit")
    found = find(org, **SANNE)
    assert (found.open_leads, found.contacts) == ((), ())
    known = Known.of(found)
    assert known.record(contact)["Account"]["Name"] == "Elders"
    assert [(one, view["LastName"], view["Email"]) for one, view in known.former] == [
        (contact, "Bakker", "sanne.tuinstra@example.com")
    ]


def test_a_converted_lead_whose_contact_was_deleted_is_nobody(org: OrgControl) -> None:
    contact = add_contact(org, LastName="Bakker", IsDeleted=True)
    add_converted(org, contact, **SANNE)
    known = Known.of(find(org, **SANNE))
    assert (known.leads, known.contacts, known.former) == ({}, {}, ())


def test_a_lead_that_sales_closed_without_converting_it_is_a_candidate(org: OrgControl) -> None:
    lead = add_lead(org, **SANNE, Status="Closed - Not Converted")
    assert ids(find(org, **SANNE).open_leads) == [lead]


# --- keys that too many share ------------------------------------------------------------------------------------


def crowd(org: OrgControl, count: int, **values: Any) -> None:
    rows = [{"LastName": f"L{number}", "Company": "Onbekend", **values} for number in range(count)]
    org.ask("POST", "records/Lead", rows)


def test_more_records_than_an_answer_holds_are_asked_for_key_by_key(org: OrgControl) -> None:
    crowd(org, queries.ROWS, Email="sanne.tuinstra@example.com")
    lead = add_lead(org, FirstName="Sanne", LastName="Tuinstra", Email="sanne.tuinstra@example.com")
    org.ask("DELETE", "calls")
    found = find(org, **SANNE)
    assert found.generic_keys == (("email", ""),)
    assert (ids(found.open_leads), found.contacts) == ([lead], ())
    assert org.api_calls() == 3


def test_beside_a_generic_number_somebody_is_found_by_their_own(org: OrgControl) -> None:
    """The whole look-up is too wide for an answer, and only the switchboard's number is to blame."""
    numbers = {"Phone": "+31301234567", "MobilePhone": "+31612345678"}
    crowd(org, queries.ROWS, Phone="030-1234567")
    lead = add_lead(org, FirstName="S.", LastName="Tuinstra", Phone="030-1234567", MobilePhone="06-12345678")
    one = with_values(FirstName="Sanne", LastName="Tuinstra", **numbers)
    found = org.crm.look_up(look_up_for([one]))
    assert found.generic_keys == (("phone", "+31301234567"),)
    assert ids(found.open_leads) == [lead]
    decision = Known.of(found).decide(one)
    assert (decision.candidate_id, decision.evidence.generic_keys) == (lead, ("phone",))
    assert "phone" in decision.evidence.keys
    assert "301234567" not in str(decision.as_texts())


def test_nobody_of_a_generic_key_is_updated(org: OrgControl) -> None:
    one = prepared(email="info@example.com")
    crowd(org, queries.ROWS, Email="info@example.com")
    add_lead(org, FirstName="Sanne", LastName="de Vries", Email="info@example.com")
    decision = Known.of(org.crm.look_up(look_up_for([one]))).decide(one)
    assert decision.outcome != "update"
    assert decision.evidence.generic_keys == ("email",)


def test_own_leads_and_tasks_are_still_known_when_it_goes_key_by_key(org: OrgControl) -> None:
    one = prepared(email="info@example.com")
    crowd(org, queries.ROWS, Email="info@example.com")
    own = add_lead(org, LastName="de Vries", Submission_Id__c=one.id)
    assert ids(org.crm.look_up(look_up_for([one])).own_leads) == [own]


def test_of_a_batch_the_others_are_not_looked_up_beside_a_generic_key(org: OrgControl) -> None:
    crowd(org, queries.ROWS, Email="info@example.com")
    batch = [prepared(email="info@example.com"), prepared(email="jan@example.com", last_name="Bakker")]
    with pytest.raises(RefusedCallError, match="look_up_too_wide"):
        org.crm.look_up(look_up_for(batch))


def test_a_key_of_some_hundreds_is_one_api_call(org: OrgControl) -> None:
    crowd(org, GENERIC_AFTER + 1, Email="sanne@example.com")
    one = prepared()
    org.ask("DELETE", "calls")
    found = org.crm.look_up(look_up_for([one]))
    assert org.api_calls() == 1
    decision = Known.of(found).decide(one)
    assert (decision.outcome, decision.evidence.generic_keys) == ("create", ("email",))


# --- the org -----------------------------------------------------------------------------------------------------


OF_OWN_LEADS = {"Submission_Id__c", "Possible_Duplicate_Of__c", "Match_Evidence__c"}
"""What every org needs, as the forms' check says: whose Lead it is, and whether it was held."""


def test_people_are_found_without_any_custom_field() -> None:
    asked = queries.look_up(look_up_for([with_values(**SANNE)]))
    custom = {name: {word.strip(",()") for word in soql.split() if "__c" in word} for name, (_, soql) in asked.items()}
    assert custom == {
        "own_leads": OF_OWN_LEADS, "own_tasks": {"Submission_Id__c"}, "leads": set(), "contacts": set(),
    }  # fmt: skip


def test_an_org_without_any_other_custom_field_of_ours_is_looked_through_all_the_same(org: OrgControl) -> None:
    ours = [
        f"{sobject}.{name}"
        for sobject in ("Lead", "Contact")
        for name in SOBJECTS[sobject].fields
        if name.endswith("__c") and name not in OF_OWN_LEADS
    ]
    org.ask("POST", "field_access", {"hidden": ours})
    lead, contact = add_lead(org, **SANNE), add_contact(org, **SANNE)
    found = find(org, **SANNE)
    assert (ids(found.open_leads), ids(found.contacts)) == ([lead], [contact])


def test_ten_people_are_one_api_call(org: OrgControl) -> None:
    org.crm.look_up(look_up_for([with_values(**SANNE)]))
    org.ask("DELETE", "calls")
    org.crm.look_up(look_up_for([with_values(**{**SANNE, "Email": f"p{number}@example.com"}) for number in range(10)]))
    assert org.api_calls() == 1
