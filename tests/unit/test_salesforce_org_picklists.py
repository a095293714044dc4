"""Picklists of the Salesforce stand-in: restricted, with several values, and those of countries and states."""

import base64
from collections.abc import Iterator
from typing import Any

import pytest

from local.salesforce_org import Org
from tests.unit.org_calls import LEAD, create, created_id, described_fields, error, refusal, row, update

WRONG_COUNTRY = (
    "There's a problem with this country, even though it may appear correct. Please select a country/territory from "
    "the list of valid countries."
)
WRONG_STATE = (
    "There's a problem with this state, even though it may appear correct. Please select a state from the list of "
    "valid states."
)


@pytest.fixture
def org() -> Iterator[Org]:
    with Org(":memory:") as org:
        org.seed()
        yield org


@pytest.fixture
def strict(org: Org) -> Org:
    """An org with State and Country/Territory picklists."""
    org.behaviour.state_country_picklists = True
    return org


def address(org: Org, record_id: str) -> tuple[Any, ...]:
    lead = row(org, "Lead", record_id)
    return lead["Country"], lead["CountryCode"], lead["State"], lead["StateCode"]


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("Service", "Service"),
        ("Accessories;E-bikes", "E-bikes;Accessories"),
        (" Lease ; Service;Lease;", "Service;Lease"),
        (";", None),
        ("", None),
        (None, None),
    ],
)
def test_several_values_are_kept_once_each_in_the_picklist_s_order(
    org: Org, given: str | None, stored: str | None
) -> None:
    record_id = created_id(org, **LEAD, Interests__c=given)
    answered: Any = org.call("GET", f"sobjects/Lead/{record_id}?fields=Interests__c").body
    assert answered["Interests__c"] == stored


@pytest.mark.parametrize(
    ("fields", "name", "label", "wrong"),
    [
        ({"Interests__c": "Service;Scooters"}, "Interests__c", "Interests", "Scooters"),
        ({"Interests__c": "Trailers"}, "Interests__c", "Interests", "Trailers"),
        ({"Interests__c": "service"}, "Interests__c", "Interests", "service"),
        ({"Product_Interest__c": "E-bike;Service"}, "Product_Interest__c", "Product Interest", "E-bike;Service"),
    ],
)
def test_a_restricted_picklist_takes_its_active_values_only(
    org: Org, fields: dict[str, Any], name: str, label: str, wrong: str
) -> None:
    assert refusal(create(org, **LEAD, **fields)) == (
        "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
        f"{label}: bad value for restricted picklist field: {wrong}",
        [name],
    )


def test_many_values_that_are_too_long_together_are_refused(org: Org) -> None:
    wrong = ";".join(f"value {number}" for number in range(600))
    assert refusal(create(org, **LEAD, Interests__c=wrong))[0] == "STRING_TOO_LONG"


def test_a_multi_select_picklist_is_no_list_in_json(org: Org) -> None:
    assert error(create(org, **LEAD, Interests__c=["Service"]))["errorCode"] == "JSON_PARSER_ERROR"


def test_a_multi_select_picklist_is_described_with_its_inactive_values(org: Org) -> None:
    field = described_fields(org)["Interests__c"]
    assert (field["type"], field["length"], field["restrictedPicklist"]) == ("multipicklist", 4099, True)
    assert (field["sortable"], field["groupable"], field["filterable"]) == (False, False, True)
    assert (field["precision"], field["soapType"]) == (4, "xsd:string")
    assert [(value["value"], value["active"]) for value in field["picklistValues"]][-2:] == [
        ("Accessories", True),
        ("Trailers", False),
    ]


def test_custom_fields_of_other_types_keep_their_own_rules(org: Org) -> None:
    fields = described_fields(org)
    assert (fields["Email_Consent__c"]["type"], fields["Email_Consent__c"]["nillable"]) == ("boolean", False)
    lead = row(org, "Lead", created_id(org, **LEAD, Email_Consent__c=True, Short_Note__c="x" * 40))
    assert lead["Email_Consent__c"] is True
    assert refusal(create(org, **LEAD, Short_Note__c="x" * 41))[0] == "STRING_TOO_LONG"
    assert error(create(org, **LEAD, Email_Consent__c="yes"))["errorCode"] == "JSON_PARSER_ERROR"


def test_without_country_picklists_the_codes_are_unknown_and_any_country_will_do(org: Org) -> None:
    assert refusal(create(org, **LEAD, CountryCode="NL")) == (
        "INVALID_FIELD",
        "No such column 'CountryCode' on sobject of type Lead",
        None,
    )
    assert not {"CountryCode", "StateCode"} & described_fields(org).keys()
    assert create(org, **LEAD, Country="Nederland", State="Utrecht").status == 201
    with pytest.raises(ValueError, match="No such column 'CountryCode'"):
        org.query("SELECT CountryCode FROM Lead")


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ({"Country": "Netherlands"}, ("Netherlands", "NL", None, None)),
        ({"CountryCode": "BE"}, ("Belgium", "BE", None, None)),
        ({"Country": "Canada", "StateCode": "QC"}, ("Canada", "CA", "Quebec", "QC")),
        ({"CountryCode": "US", "State": "Washington"}, ("United States", "US", "Washington", "WA")),
        ({"CountryCode": "AU", "StateCode": "WA"}, ("Australia", "AU", "Western Australia", "WA")),
        ({"Country": "Germany", "CountryCode": "DE"}, ("Germany", "DE", None, None)),
    ],
)
def test_a_label_sets_its_code_and_a_code_its_label(
    strict: Org, given: dict[str, str], stored: tuple[str | None, ...]
) -> None:
    assert address(strict, created_id(strict, **LEAD, **given)) == stored


@pytest.mark.parametrize(
    ("given", "message", "field"),
    [
        ({"Country": "Nederland"}, f"{WRONG_COUNTRY}: Country", "Country"),
        ({"Country": "NL"}, f"{WRONG_COUNTRY}: Country", "Country"),
        ({"CountryCode": "XX"}, f"{WRONG_COUNTRY}: Country Code", "CountryCode"),
        ({"CountryCode": "Belgium"}, f"{WRONG_COUNTRY}: Country Code", "CountryCode"),
        ({"Country": "Netherlands", "State": "Utrecht"}, f"{WRONG_STATE}: State/Province", "State"),
        ({"Country": "Canada", "StateCode": "NY"}, f"{WRONG_STATE}: State/Province Code", "StateCode"),
        (
            {"State": "Quebec"},
            "A country/territory must be specified before specifying a state value for field: State/Province",
            "State",
        ),
        (
            {"Country": "Belgium", "CountryCode": "NL"},
            "Mismatched integration value and ISO code for field: Country",
            "Country",
        ),
        (
            {"Country": "Canada", "State": "Quebec", "StateCode": "ON"},
            "Mismatched integration value and ISO code for field: State/Province",
            "State",
        ),
    ],
)
def test_a_country_or_state_off_the_list_is_refused(
    strict: Org, given: dict[str, str], message: str, field: str
) -> None:
    assert refusal(create(strict, **LEAD, **given)) == ("FIELD_INTEGRITY_EXCEPTION", message, [field])


def test_an_update_keeps_country_and_state_together(strict: Org) -> None:
    record_id = created_id(strict, **LEAD, CountryCode="CA", StateCode="ON")
    assert update(strict, record_id, State="Quebec").status == 204
    assert address(strict, record_id) == ("Canada", "CA", "Quebec", "QC")
    assert refusal(update(strict, record_id, Country="Belgium")) == (
        "FIELD_INTEGRITY_EXCEPTION",
        "The existing country/territory doesn't recognize the state value for field: State/Province Code",
        ["StateCode"],
    )
    assert update(strict, record_id, Title="x").status == 204
    assert address(strict, record_id) == ("Canada", "CA", "Quebec", "QC")
    assert update(strict, record_id, CountryCode=None, StateCode=None).status == 204
    assert address(strict, record_id) == (None, None, None, None)


def test_states_are_described_as_dependent_on_their_country(strict: Org) -> None:
    fields = described_fields(strict)
    country, state = fields["CountryCode"], fields["StateCode"]
    assert (country["type"], country["length"], country["dependentPicklist"]) == ("picklist", 10, False)
    assert (state["controllerName"], state["dependentPicklist"]) == ("CountryCode", True)
    assert (state["compoundFieldName"], country["compoundFieldName"]) == ("Address", "Address")
    codes = [value["value"] for value in country["picklistValues"]]
    quebec = next(value for value in state["picklistValues"] if value["value"] == "QC")
    bits = "".join(f"{byte:08b}" for byte in base64.b64decode(quebec["validFor"]))
    assert [codes[place] for place, bit in enumerate(bits) if bit == "1"] == ["CA"]
    assert quebec["label"] == "Quebec"
