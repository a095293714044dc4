"""Who counts as a candidate: views of one record, and keys that too many records share."""

from dataclasses import replace
from typing import Any

import pytest

from shared.crm import GENERIC_AFTER, Found
from shared.leads.candidates import Known, look_up_for, person_of
from shared.leads.generic_keys import without_generic
from shared.matching import Person
from shared.matching.keys import keys_of
from tests.builders import NOW, contact_form
from tests.unit.test_look_up_queries import prepared, with_values

SANNE = Person("s-1", "Sanne", "de Vries", "sanne@example.com", "+31612345678", "FlexFit B.V.", postcode="1234 AB")


def crowd(count: int = GENERIC_AFTER + 1, **fields: Any) -> list[Person]:
    return [Person(f"00Q{number:015}", f"F{number}", f"L{number}", **fields) for number in range(count)]


@pytest.mark.parametrize(
    ("other", "kinds"),
    [
        (Person("1", email="Sanne+bikes@Example.com"), ("email",)),
        (Person("1", email="a@example.com; sanne@example.com"), ("email",)),
        (Person("1", phone="030-7654321;06 - 12 34 56 78"), ("phone",)),
        (Person("1", "SANNE", "De Vries"), ("full_name",)),
        (Person("1", "de Vries", "Sanne"), ("full_name",)),
        (Person("1", None, "de Vries", postcode="1234ab"), ("name_and_postcode",)),
        (Person("1", "S", "de vriés", company="Flexfit"), ("name_and_company",)),
        (Person("1", "Sanne", "Bakker", postcode="1234AB"), ("name_and_postcode",)),
        (Person("1", "Jan", "Bakker", company="FlexFit", postcode="1234AB"), ()),
        (Person("1"), ()),
    ],
)
def test_the_keys_that_two_records_share_are_named(other: Person, kinds: tuple[str, ...]) -> None:
    assert tuple({kind for kind, _ in keys_of(SANNE, "NL") & keys_of(other, "NL")}) == kinds


def test_umlauts_share_a_key_however_they_are_written() -> None:
    assert keys_of(Person("1", "Jörg", "Müller"), "DE") & keys_of(Person("2", "Joerg", "Mueller"), "DE")


# --- generic keys ------------------------------------------------------------------------------------------------


def test_a_key_that_many_share_is_none_and_is_told() -> None:
    person, left, generic = without_generic(SANNE, crowd(email="sanne@example.com"), (), country="NL")
    assert (left, generic) == ([], ("email",))
    assert person.email is None
    assert person.phone == SANNE.phone


def test_as_many_as_may_share_a_key_are_all_candidates() -> None:
    people = crowd(GENERIC_AFTER, email="sanne@example.com")
    assert without_generic(SANNE, people, (), country="NL") == (SANNE, people, ())


def test_a_candidate_that_something_else_found_as_well_stays() -> None:
    herself = Person("herself", "Sanne", "de Vries", email="sanne@example.com")
    _, left, _ = without_generic(SANNE, [*crowd(email="sanne@example.com"), herself], (), country="NL")
    assert left == [herself]


def test_views_of_one_record_count_once_and_stay_together() -> None:
    views = [Person("003", "X", "Y", email="sanne@example.com")] * (GENERIC_AFTER + 1)
    assert without_generic(SANNE, views, (), country="NL") == (SANNE, views, ())
    by_name = Person("003", "Sanne", "de Vries")
    _, left, _ = without_generic(SANNE, [*crowd(email="sanne@example.com"), by_name, views[0]], (), country="NL")
    assert left == [by_name, views[0]]


def test_beside_a_switchboard_somebody_s_own_number_still_counts() -> None:
    person = Person("s-1", "Sanne", "de Vries", phone="+31301234567;+31612345678")
    herself = Person("herself", "S.", "Vries", phone="06-12345678")
    without, left, generic = without_generic(person, [*crowd(phone="030-1234567"), herself], (), country="NL")
    assert generic == ("phone",)
    assert without.phone == "+31612345678"
    assert left == [herself]


def test_what_the_look_up_left_out_is_left_out_of_the_person_too() -> None:
    namesake = Person("namesake", "Sanne", "de Vries", email="sanne@example.com")
    person, left, generic = without_generic(SANNE, [namesake], (("email", ""), ("phone", "")), country="NL")
    assert (person.email, person.phone, generic) == (None, None, ("email", "phone"))
    assert left == [namesake]


def test_of_two_numbers_only_the_one_that_the_look_up_left_out_is_left_out_of_the_person() -> None:
    person = Person("s-1", "Sanne", "de Vries", phone="+31301234567;+31612345678")
    herself = Person("herself", "S.", "Vries", phone="06-12345678")
    found = without_generic(person, [herself], (("phone", "+31301234567"),), country="NL")
    assert found == (replace(person, phone="+31612345678"), [herself], ("phone",))


def test_somebody_found_for_another_of_the_batch_is_not_counted_as_generic() -> None:
    other = Person("other", "Jan", "Bakker")
    _, left, _ = without_generic(SANNE, [*crowd(email="sanne@example.com"), other], (), country="NL")
    assert left == [other]


def lead(number: int, **fields: Any) -> dict[str, Any]:
    return {"Id": f"00Q{number:015}", "FirstName": f"F{number}", "LastName": f"L{number}", **fields}


def test_a_mailbox_of_hundreds_updates_nobody_and_the_evidence_says_why() -> None:
    namesake = {"FirstName": "Sanne", "LastName": "de Vries", "Email": "sanne@example.com"}
    leads = tuple(lead(number, **namesake) for number in range(GENERIC_AFTER + 1))
    decision = Known.of(Found(open_leads=leads)).decide(prepared())
    assert decision.outcome == "create"
    assert decision.evidence.generic_keys == ("email", "full_name")
    assert Known.of(Found(open_leads=leads[:1])).decide(prepared()).outcome == "update"


def test_the_one_who_is_left_of_a_generic_mailbox_does_not_own_it() -> None:
    """The look-up left the others out: that one namesake has the address too says nothing then."""
    namesake = lead(1, FirstName="Sanne", LastName="de Vries", Email="sanne@example.com")
    found = Found(open_leads=(namesake,), generic_keys=(("email", ""),))
    decision = Known.of(found).decide(prepared())
    assert decision.outcome != "update"
    assert decision.evidence.generic_keys == ("email",)


# --- converted Leads ---------------------------------------------------------------------------------------------

CONTACT: dict[str, Any] = {
    "Id": "003A",
    "FirstName": "Sanne",
    "LastName": "Bakker-de Vries",
    "Email": "new@example.com",
}


def converted(contact: dict[str, Any] | None) -> dict[str, Any]:
    return lead(1, LastName="de Vries", Email="sanne@example.com", Company="FlexFit", ConvertedContact=contact)


def test_a_converted_lead_is_a_view_of_its_contact_with_the_contact_s_names() -> None:
    known = Known.of(Found(converted_leads=(converted(CONTACT),)))
    assert known.contacts == {"003A": CONTACT}
    [(contact_id, view)] = known.former
    assert contact_id == "003A"
    person = person_of(contact_id, view)
    assert (person.last_name, person.email, person.company) == ("Bakker-de Vries", "sanne@example.com", "FlexFit")


def test_a_contact_is_found_by_the_address_of_the_lead_that_it_was() -> None:
    decision = Known.of(Found(converted_leads=(converted(CONTACT),))).decide(prepared())
    assert (decision.outcome, decision.candidate_id) == ("update", "003A")


@pytest.mark.parametrize("contact", [None, {**CONTACT, "IsDeleted": True}], ids=["unseen", "deleted"])
def test_a_converted_lead_whose_contact_is_gone_is_no_candidate(contact: dict[str, Any] | None) -> None:
    known = Known.of(Found(converted_leads=(converted(contact),)))
    assert (known.contacts, known.former, known.leads) == ({}, (), {})


def test_a_contact_that_was_found_itself_stays_as_it_was_found() -> None:
    known = Known.of(Found(contacts=({**CONTACT, "Phone": "1"},), converted_leads=(converted(CONTACT),)))
    assert known.contacts["003A"]["Phone"] == "1"


def test_a_form_that_leaves_contacts_alone_leaves_their_former_leads_alone_too() -> None:
    one = prepared()
    form = contact_form(existing={"contact": "lead"})["contact"]
    decision = Known.of(Found(converted_leads=(converted(CONTACT),))).decide(
        type(one)(one.submission, form, one.values)
    )
    assert decision.outcome == "create"


# --- persons -----------------------------------------------------------------------------------------------------


def test_a_contact_brings_its_account_s_name_its_mailing_address_and_all_its_numbers() -> None:
    contact = {
        **CONTACT,
        "Account": {"Name": "FlexFit"},
        "Phone": "1",
        "HomePhone": "2",
        "OtherPhone": "3",
        "MailingStreet": "Kade 1",
        "MailingCity": "Utrecht",
        "MailingPostalCode": "1234 AB",
        "MailingCountry": "Netherlands",
    }
    assert person_of("003A", contact) == Person(
        "003A", "Sanne", "Bakker-de Vries", "new@example.com", "1;2;3", "FlexFit",
        "Kade 1", "Utrecht", "1234 AB", "Netherlands",
    )  # fmt: skip


def test_a_contact_without_an_account_has_no_company() -> None:
    assert person_of("003A", {**CONTACT, "Account": None}).company is None


def test_a_visitor_s_country_code_and_both_numbers_are_used() -> None:
    one = with_values(LastName="x", Phone="+31612345678", MobilePhone="+31301234567", CountryCode="NL")
    what = look_up_for([one])
    assert {"06-12345678", "030-1234567"} <= set(what.phones)
    assert what.oldest == NOW
