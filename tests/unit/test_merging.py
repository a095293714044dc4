"""What wins when a held Lead is merged into the one that was there."""

from typing import Any

import pytest

from shared.form.org_shape import OrgField
from shared.review.held_pairs import POSSIBLE, Records, Seen, _finding
from shared.review.merging import Choice, Side, UnknownFieldError, changes_of, choose
from shared.salesforce.soap import merge_message

TEXTS = (
    "FirstName", "LastName", "Salutation", "Company", "Email", "Phone", "Street", "City", "PostalCode", "Title",
    "LeadSource", "Form__c", "UTM_Source__c", "UTM_Term__c", "Status", "OwnerId", "Description",
)  # fmt: skip
FIELDS = [
    *(OrgField(name, "string") for name in TEXTS),
    OrgField("Submission_Id__c", "string", external_id=True, unique=True),
    OrgField("Their_Key__c", "string", external_id=True),
    OrgField("IsConverted", "boolean", updateable=False),
    OrgField("HasOptedOutOfEmail", "boolean"),
    OrgField("Email_Consent__c", "boolean"),
    OrgField("Consent_Given_At__c", "datetime"),
    OrgField("Possible_Duplicate_Of__c", "string"),
]


def chosen(held: dict[str, Any], other: dict[str, Any], **take: Side) -> dict[str, Choice]:
    return {one.field: one for one in choose(FIELDS, held, other, take)}


def test_the_lead_that_stays_keeps_its_values_and_its_blanks_are_filled() -> None:
    found = chosen({"Phone": "+31 6", "Title": "Chef"}, {"Phone": None, "Title": "Eigenaar", "Email": "a@example.com"})
    assert (found["Phone"].wins, found["Phone"].why) == ("held", "filled")
    assert (found["Title"].wins, found["Title"].why, found["Title"].is_conflict) == ("other", "kept", True)
    assert (found["Email"].wins, found["Email"].is_conflict) == ("other", False)
    assert changes_of(found.values()) == {"Phone": "+31 6"}


def test_case_and_outer_space_make_no_conflict() -> None:
    found = chosen({"City": " utrecht "}, {"City": "Utrecht"})
    assert (found["City"].why, changes_of(found.values())) == ("same", {})


@pytest.mark.parametrize("blank", [None, "", "  "])
def test_nothing_is_not_taken_over(blank: Any) -> None:
    assert changes_of(choose(FIELDS, {"Title": blank}, {"Title": "Chef"}, {})) == {}
    assert choose(FIELDS, {"Title": blank}, {"Title": None}, {}) == []


def test_an_address_is_completed_but_never_mixed() -> None:
    street = {"Street": "Dorpsstraat 1", "City": "Zeist"}
    assert changes_of(choose(FIELDS, street, {"City": "zeist"}, {})) == {"Street": "Dorpsstraat 1"}
    other_town = chosen(street, {"City": "Utrecht"})
    assert changes_of(other_town.values()) == {}
    assert (other_town["Street"].why, other_town["Street"].is_conflict) == ("kept_together", True)


def test_a_salutation_does_not_move_to_another_first_name() -> None:
    found = choose(FIELDS, {"Salutation": "Mrs.", "FirstName": "Janneke"}, {"FirstName": "Jan"}, {})
    assert changes_of(found) == {}


def test_where_a_lead_came_from_stays_one_story() -> None:
    held = {"LeadSource": "Web", "Form__c": "contact", "UTM_Source__c": "news", "UTM_Term__c": "bakfiets"}
    assert changes_of(choose(FIELDS, held, {"LeadSource": "Phone Inquiry"}, {})) == {}
    assert changes_of(choose(FIELDS, held, {"LeadSource": "Web"}, {})).keys() == held.keys() - {"LeadSource"}


def test_who_said_no_on_either_lead_has_said_no() -> None:
    name = "HasOptedOutOfEmail"
    assert changes_of(choose(FIELDS, {name: True}, {name: False}, {})) == {name: True}
    assert changes_of(choose(FIELDS, {name: False}, {name: True}, {})) == {}


def test_a_consent_is_not_given_for_the_other_lead_unless_somebody_says_so() -> None:
    name = "Email_Consent__c"
    assert changes_of(choose(FIELDS, {name: True}, {name: False}, {})) == {}
    assert changes_of(choose(FIELDS, {name: True}, {name: False}, {name: "held"})) == {name: True}


def test_the_proof_of_a_consent_does_not_move_without_its_box() -> None:
    name = "Consent_Given_At__c"
    proof = {name: "2026-11-30T12:00:00.000+0000"}
    assert changes_of(choose(FIELDS, proof, {}, {})) == {}
    assert changes_of(choose(FIELDS, proof, {}, {name: "held"})) == proof


def test_a_moment_of_rest_is_sent_as_xml_knows_it() -> None:
    sent = merge_message("s", "00Q1", "00Q2", {"Submitted_At__c": "2026-11-30T12:00:00.000+0000", "Title": "+0000"})
    assert b"<s:Submitted_At__c>2026-11-30T12:00:00.000Z</s:Submitted_At__c>" in sent
    assert b"<s:Title>+0000</s:Title>" in sent


def test_a_lead_that_nobody_can_see_is_deleted_only_if_a_person_says_so() -> None:
    """It may be hidden from the API user and live on, or be gone from the bin: then the row must not wait for ever."""
    assert POSSIBLE["held_not_seen"] == {"deleted"}
    assert _finding(Seen("00Q1", "unknown"), Seen("00Q2", "there"), Records, ()) == "held_not_seen"  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["Status", "OwnerId", "Submission_Id__c", "Their_Key__c", "Possible_Duplicate_Of__c"])
def test_owner_status_keys_and_flags_are_the_record_s_own(name: str) -> None:
    assert choose(FIELDS, {name: "x"}, {name: None}, {}) == []
    with pytest.raises(UnknownFieldError, match=name):
        choose(FIELDS, {}, {}, {name: "held"})


def test_somebody_can_want_it_otherwise_for_each_field_in_any_case() -> None:
    held, other = {"Title": "Chef", "Phone": "1", "Company": ""}, {"Title": "Eigenaar", "Phone": None, "Company": "x"}
    found = chosen(held, other, title="held", Phone="other", company="held")
    assert {name: (one.wins, one.why) for name, one in found.items()} == {
        "Title": ("held", "asked"),
        "Phone": ("other", "asked"),
        "Company": ("held", "asked"),
    }
    assert changes_of(found.values()) == {"Title": "Chef", "Company": None}


def test_what_was_to_win_anyway_is_no_wish() -> None:
    assert chosen({"Title": "Chef"}, {"Title": "Eigenaar"}, Title="other")["Title"].why == "kept"


def test_names_and_contact_come_first_then_the_alphabet() -> None:
    record = dict.fromkeys(("Description", "Title", "Email", "LastName", "Company", "Form__c"), "x")
    assert [one.field for one in choose(FIELDS, record, {}, {})] == [
        "LastName", "Title", "Company", "Email", "Description", "Form__c",
    ]  # fmt: skip
