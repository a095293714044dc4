"""The standard matching rule of the Salesforce stand-in: fields, thresholds, and the seven groups of its equation."""

from dataclasses import replace
from typing import Any

import pytest

from local.salesforce_org.duplicates import similarity
from local.salesforce_org.duplicates.matching_rules import (
    GROUPS,
    THRESHOLDS,
    Person,
    city_score,
    company_score,
    confidence,
    contact_person,
    email_key,
    email_score,
    first_name_score,
    groups_met,
    last_name_score,
    lead_person,
    phone_score,
    street_score,
    title_score,
    zip_score,
)

NAMES = Person(first="Sanne", last="de Vries")
FULL: dict[str, str] = {
    "title": "Vice President",
    "company": "De Vries Catering BV",
    "email": "sanne@example.com",
    "phone": "+1 415-555-1234",
    "street": "12 Maple Avenue",
    "city": "San Francisco",
    "zip": "94105",
}
# Just like the above where a rule allows it, and just not.
NEAR: dict[str, str] = {
    "title": "VP",
    "company": "de vries catering",
    "email": "SANNE@Example.com",
    "phone": "(415) 555 1234",
    "street": "12 Maple Ave",
    "city": "San Fransisco",
    "zip": "94105-1420",
}
FAR: dict[str, str] = {
    "title": "President",
    "company": "De Vries Verhuur BV",
    "email": "sanne2@example.com",
    "phone": "+1 415-556-1235",
    "street": "14 Marble Road",
    "city": "San Rafael",
    "zip": "94106",
}


def person(values: dict[str, str], *names: str) -> Person:
    return replace(NAMES, **{name: values[name] for name in names})


@pytest.mark.parametrize("group", GROUPS)
def test_each_group_of_the_equation_is_enough_with_both_names(group: tuple[str, ...]) -> None:
    assert group in groups_met(person(FULL, *group), person(NEAR, *group))


@pytest.mark.parametrize("group", GROUPS)
def test_a_group_needs_each_of_its_fields_to_match(group: tuple[str, ...]) -> None:
    for field in group:
        missed = replace(person(NEAR, *group), **{field: FAR[field]})
        assert group not in groups_met(person(FULL, *group), missed), field


@pytest.mark.parametrize("group", GROUPS)
def test_a_blank_does_not_match_on_either_side_or_on_both(group: tuple[str, ...]) -> None:
    full = person(FULL, *group)
    for field in group:
        blank = replace(full, **{field: ""})
        for pair in ((full, blank), (blank, full), (blank, blank)):
            assert group not in groups_met(*pair), field


@pytest.mark.parametrize("group", GROUPS)
def test_each_group_needs_both_names(group: tuple[str, ...]) -> None:
    full = person(FULL, *group)
    assert groups_met(full, replace(full, first="Pieter")) == {}
    assert groups_met(full, replace(full, last="Bakker")) == {}


@pytest.mark.parametrize("group", GROUPS)
def test_first_and_last_name_may_be_transposed(group: tuple[str, ...]) -> None:
    full = person(FULL, *group)
    assert group in groups_met(full, replace(full, first=full.last, last=full.first))


@pytest.mark.parametrize(
    "fields", [("city",), ("zip",), ("title",), ("company",), ("street",), ("city", "zip"), ("title", "city"), ()]
)
def test_names_with_anything_less_than_a_group_do_not_match(fields: tuple[str, ...]) -> None:
    assert confidence(person(FULL, *fields), person(FULL, *fields)) is None


def test_an_email_alone_is_no_match() -> None:
    address = person(FULL, "email")
    assert confidence(address, replace(address, first="Pieter", last="Bakker")) is None
    assert confidence(address, replace(address, first="", last="")) is None
    assert confidence(address, replace(address, first="", last="Bakker")) is None


@pytest.mark.parametrize("group", [group for group in GROUPS if "email" in group])
def test_a_blank_name_is_ignored_beside_an_email(group: tuple[str, ...]) -> None:
    full = person(FULL, *group)
    assert group in groups_met(full, replace(full, first=""))
    assert group in groups_met(replace(full, first=""), replace(full, first=""))


@pytest.mark.parametrize("group", [group for group in GROUPS if "email" not in group])
def test_a_blank_name_is_no_match_without_an_email(group: tuple[str, ...]) -> None:
    full = person(FULL, *group)
    assert groups_met(full, replace(full, first="")) == {}


def test_a_blank_name_beside_an_email_does_not_open_the_other_groups() -> None:
    full = person(FULL, *FULL)
    assert set(groups_met(full, replace(full, first=""))) == {("email",), ("title", "email")}


def test_the_confidence_is_that_of_the_group_that_fits_best() -> None:
    full = person(FULL, *FULL)
    assert confidence(full, full) == 100
    assert confidence(person(FULL, "phone"), person(NEAR, "phone")) == pytest.approx((100 + 100 + 90) / 3, abs=0.1)


# Scores, each row on one side of its threshold.
MATCHING: list[tuple[Any, str, str, str]] = [
    (first_name_score, "first", "Sanne", "sanne"),
    (first_name_score, "first", "Zoë", "Zoe"),
    (first_name_score, "first", "Jonathan", "J."),
    (first_name_score, "first", "J.P.", "Jan Peter"),
    (first_name_score, "first", "Johnny", "Johny"),
    (first_name_score, "first", "Joseph", "Josef"),
    (first_name_score, "first", "Robert", "Bob"),
    (first_name_score, "first", "Johannes", "Hans"),
    (last_name_score, "last", "de Vries", "De  Vries"),
    (last_name_score, "last", "Janssen", "Jansen"),
    (last_name_score, "last", "Meijer", "Meyer"),
    (last_name_score, "last", "Visser", "Visset"),
    (last_name_score, "last", "Vertrokkens", "Vertrokkems"),
    (title_score, "title", "VP", "Vice President"),
    (title_score, "title", "ceo", "CEO"),
    (company_score, "company", "Advanced Micro Devices", "AMD"),
    (company_score, "company", "IBM Corp.", "International Business Machines"),
    (company_score, "company", "Smit Verhuur", "Smit Verhuur B.V."),
    (company_score, "company", "Maes & Zonen NV", "Maes en Zonen"),
    (company_score, "company", "Bakker GmbH", "The Bakker Company"),
    (company_score, "company", "Fietskoeriers Oost", "Fietskoerier Oost"),
    (email_score, "email", "john_doe@us.ibm.com", "johndoe@ibm.com"),
    (phone_score, "phone", "1-415-555-1234", "(415) 555-1234"),
    (phone_score, "phone", "+31 30 123 45 67", "0031301234567"),
    (phone_score, "phone", "415-555-1234", "415-555-9999"),
    (phone_score, "phone", "1-415-555-1234", "415-555-9999"),
    (street_score, "street", "12 Maple Street", "12 Maple St"),
    (street_score, "street", "Dorpsstraat 12", "dorpsstraat 12"),
    (street_score, "street", "12 Maple Street, Apt 4", "12 Maple Street, Apt 5"),
    (street_score, "street", "Postbus", "postbus"),
    (city_score, "city", "San Francisco", "San Fransisco"),
    (city_score, "city", "Utrecht", "Utrect"),
    (zip_score, "zip", "94105", "94105-1420"),
]
MISSING: list[tuple[Any, str, str, str]] = [
    (first_name_score, "first", "Sanne", "Pieter"),
    (first_name_score, "first", "Jonathan", "K."),
    (first_name_score, "first", "Bob", "Bill"),
    (first_name_score, "first", "Maria", "Mark"),
    (last_name_score, "last", "Visser", "Bakker"),
    (last_name_score, "last", "Visser", "Vismer"),
    (last_name_score, "last", "Smit", "Smits"),
    (last_name_score, "last", "Jan", "Janssen van Dijk"),
    (title_score, "title", "VP", "Vice President of Sales"),
    (title_score, "title", "Sales Manager", "Sales manager East"),
    (company_score, "company", "Department of Energy", "Department of Labor"),
    (company_score, "company", "AMD", "Advanced Devices"),
    (company_score, "company", "Smit Verhuur", "Smit Advies"),
    (email_score, "email", "sanne@example.com", "sanne@example.org"),
    (email_score, "email", "john@example.co.uk", "john@other.co.uk"),
    (phone_score, "phone", "415-555-1234", "415-556-1234"),
    (phone_score, "phone", "415-555-1234", "416-555-1234"),
    (phone_score, "phone", "030 123 45 67", "+31 30 123 45 67"),
    (street_score, "street", "12 Maple Street", "14 Maple Street"),
    (street_score, "street", "12 Maple Street, Apt 4", "12 Maple Road, Apt 5"),
    (street_score, "street", "Dorpsstraat 12", "Kerkstraat 12"),
    (city_score, "city", "Zeist", "Ziest"),
    (zip_score, "zip", "94105", "94106"),
    (zip_score, "zip", "3511 AB", "3511 AB"),
]


@pytest.mark.parametrize(("score", "field", "one", "other"), MATCHING)
def test_values_that_match_reach_their_threshold_in_both_directions(
    score: Any, field: str, one: str, other: str
) -> None:
    assert score(one, other) >= THRESHOLDS[field]
    assert score(other, one) >= THRESHOLDS[field]


@pytest.mark.parametrize(("score", "field", "one", "other"), MISSING)
def test_values_that_do_not_match_stay_below_it_in_both_directions(
    score: Any, field: str, one: str, other: str
) -> None:
    assert score(one, other) < THRESHOLDS[field]
    assert score(other, one) < THRESHOLDS[field]


@pytest.mark.parametrize(
    ("one", "other", "score"),
    [
        ("+1 415 555 1234", "+1 415 555 1234", 100),
        ("+31 30 123 45 67", "0031 30 1234567", 100),
        ("+1 415 555 1234", "+2 415 555 1234", 90),
        ("+1 415 555 1234", "+1 415 555 0000", 90),
        ("+1 415 555 1234", "+1 415 000 1234", 70),
        ("+1 415 555 1234", "+1 000 555 1234", 50),
    ],
)
def test_a_phone_s_sections_weigh_as_documented(one: str, other: str, score: float) -> None:
    assert phone_score(one, other) == score


def test_documented_examples_of_the_algorithms_hold() -> None:
    assert round(similarity.edited("vp sales", "vp of sales")) == 73
    assert round(similarity.jaro_winkler("johnny", "johny")) == 97
    assert similarity.sounds("benioff") == "pnf"
    assert similarity.sounds("doe") == "t"
    assert similarity.sounds_alike("joseph", "josef") == 100
    assert similarity.acronym("amd", "advanced micro devices") == 100
    assert similarity.initials("jonathan", "j") == 100
    assert email_key("john_doe@us.ibm.com") == "johndoe@ibm.com"
    assert email_key("john.doe@elitesports.com") == "john.doe@elitesports.com"
    assert email_key("a@mail.example.co.uk") == "a@example.co.uk"


@pytest.mark.parametrize(
    ("one", "other", "distance"), [("", "", 0), ("", "abc", 3), ("kitten", "sitting", 3), ("abc", "acb", 2)]
)
def test_edit_distance_counts_insertions_deletions_and_replacements(one: str, other: str, distance: int) -> None:
    assert similarity.edit_distance(one, other) == distance
    assert similarity.edit_distance(other, one) == distance


@pytest.mark.parametrize(("one", "other", "score"), [("martha", "marhta", 96.1), ("dixon", "dicksonx", 81.3)])
def test_jaro_winkler_gives_the_scores_of_its_literature(one: str, other: str, score: float) -> None:
    assert similarity.jaro_winkler(one, other) == pytest.approx(score, abs=0.05)
    assert similarity.jaro_winkler(other, one) == pytest.approx(score, abs=0.05)
    assert similarity.jaro_winkler("abc", "xyz") == 0


def test_a_neighbouring_key_costs_half_a_letter() -> None:
    assert similarity.mistyped("visser", "visset") == pytest.approx(100 * (1 - 0.5 / 6))
    assert similarity.mistyped("visser", "vissem") == pytest.approx(100 * (1 - 1 / 6))
    assert similarity.mistyped("ga", "gz") == similarity.mistyped("gz", "ga") == 75


@pytest.mark.parametrize("odd", ["", " ", "-", "李雷", "🙂", "!!", "'"])
def test_odd_values_are_compared_without_a_fault(odd: str) -> None:
    strange = Person(odd, odd, odd, odd, odd, odd, odd, odd, odd)
    full = person(FULL, *FULL)
    assert groups_met(strange, full) == {}
    assert groups_met(full, strange) == {}
    assert confidence(strange, strange) == (100 if odd == "李雷" else None)


def test_rows_are_read_with_their_own_field_names() -> None:
    """A Contact's address is the mailing address, its company the name of its account."""
    lead = lead_person(
        {
            "FirstName": "Sanne",
            "LastName": "de Vries",
            "Title": "VP",
            "Company": "Catering",
            "Email": None,
            "Phone": "1",
            "MobilePhone": "2",
            "Street": "S",
            "City": "C",
            "PostalCode": "Z",
        }
    )
    contact = contact_person(
        {
            "FirstName": "Sanne",
            "LastName": "de Vries",
            "Title": "VP",
            "AccountId": "001",
            "Phone": "1",
            "MailingStreet": "S",
            "MailingCity": "C",
            "MailingPostalCode": "Z",
            "OtherCity": "no",
        },
        "Catering",
    )
    assert lead == contact == Person("Sanne", "de Vries", "VP", "Catering", "", "1", "S", "C", "Z")
