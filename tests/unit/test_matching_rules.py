"""Single rules of the matcher, each with its counter-example."""

from dataclasses import replace
from typing import Any

import pytest

from shared.matching import Decision, Person, decide

BLANK = Person("1", None, None)


def somebody(record_id: str, first: str | None, last: str, **told: Any) -> Person:
    return replace(BLANK, id=record_id, first_name=first, last_name=last, **told)


def both_ways(one: Person, other: Person) -> Decision:
    """The decision, which must not depend on who of the two came first."""
    there = decide(replace(one, id="new"), [replace(other, id="1")])
    back = decide(replace(other, id="new"), [replace(one, id="1")])
    assert (there.outcome, there.score, there.evidence.guards) == (back.outcome, back.score, back.evidence.guards)
    return there


def level(decision: Decision, field: str) -> str:
    return next(one.level for one in decision.evidence.fields if one.field == field)


ADDRESS = {"street": "Dorpsweg 3", "city": "Zeist", "postcode": "3701 AA"}
WORK = {"company": "Rijwielhuis Bakker", **ADDRESS}


@pytest.mark.parametrize(
    ("one", "other"),
    [(("Sanne", "Veenstra"), ("Veenstar", "Sanne")), (("Elixa", "Nguyen"), ("Nguyen", "Eliza"))],
)
def test_swapped_names_with_an_error_in_one_are_left_to_a_human(one: tuple[str, str], other: tuple[str, str]) -> None:
    decision = both_ways(somebody("1", *one, email="sv@mail.example"), somebody("2", *other, email="sv@mail.example"))
    assert level(decision, "first_name") == level(decision, "last_name") == "swapped_alike"
    assert decision.outcome == "hold"
    assert decision.evidence.guards == ("names_only_alike",)


def test_one_name_in_the_others_place_is_no_swap() -> None:
    one = somebody("1", "Sanne", "Veenstra", email="sv@mail.example")
    other = somebody("2", "Veenstra", "Karel", email="sv@mail.example")
    assert level(both_ways(one, other), "last_name") == "different"


def test_namesakes_at_one_companys_one_address_are_one_without_an_identifier() -> None:
    decision = both_ways(somebody("1", "Jan", "Bos", **WORK), somebody("2", "Jan", "Bos", **WORK))
    assert decision.outcome == "update"


@pytest.mark.parametrize("field", ["company", "street", "postcode"])
def test_with_less_in_common_than_company_and_address_namesakes_are_held(field: str) -> None:
    decision = both_ways(somebody("1", "Jan", "Bos", **WORK), somebody("2", "Jan", "Bos", **(WORK | {field: None})))
    assert decision.evidence.guards == ("no_personal_identifier",)


@pytest.mark.parametrize(
    "told",
    [
        {"email": "j.bos2@rijwielhuis.example"},  # the company has another J. Bos
        {"first_name": "J."},
    ],
)
def test_what_says_that_there_are_two_at_one_address_leaves_them_to_a_human(told: dict[str, str]) -> None:
    decision = both_ways(somebody("1", "Jan", "Bos", **WORK), replace(somebody("2", "Jan", "Bos", **WORK), **told))
    assert decision.outcome == "hold"
    assert "no_personal_identifier" in decision.evidence.guards


def test_two_mailboxes_at_one_address_are_two_people() -> None:
    one = somebody("1", "Jan", "Bos", email="jan@rijwielhuis.example", **WORK)
    other = somebody("2", "Jan", "Bos", email="bos@rijwielhuis.example", **WORK)
    assert both_ways(one, other).outcome == "hold"


def test_a_free_mailbox_with_a_number_says_nothing_about_colleagues() -> None:
    one = somebody("1", "Jan", "Bos", email="janbos77@gmail.com", **WORK)
    assert both_ways(one, somebody("2", "Jan", "Bos", **WORK)).outcome == "update"


def test_a_nickname_in_a_mailbox_that_bears_just_the_other_name_is_left_to_a_human() -> None:
    """Wim may have written from his brother's."""
    mailbox = {"email": "willem.bos@gmail.com"}
    decision = both_ways(somebody("1", "Wim", "Bos", **mailbox), somebody("2", "Willem", "Bos", **mailbox))
    assert decision.evidence.guards == ("household_names_alike",)


@pytest.mark.parametrize(
    ("mailbox", "more"),
    [
        ("bos1958@gmail.com", {}),  # bears neither
        ("willem.bos@rijwielhuis.example", {}),  # at work everybody has his own
        ("willem.bos@gmail.com", {"phone": "06-21345678"}),
    ],
)
def test_a_nickname_in_a_mailbox_of_his_own_is_the_same_person(mailbox: str, more: dict[str, str]) -> None:
    one, other = (somebody("1", name, "Bos", email=mailbox, **more) for name in ("Wim", "Willem"))
    assert both_ways(one, other).outcome == "update"


def test_who_has_the_mailbox_at_work_in_common_is_no_brother() -> None:
    told = {"email": "j.bos@rijwielhuis.example", "phone": "030-2345679", **WORK}
    one, other = (somebody("1", name, "Bos", **told) for name in ("Johan", "Johannes"))
    assert both_ways(one, other).outcome == "update"
    at_home = [replace(person, company=None) for person in (one, other)]
    assert both_ways(*at_home).evidence.guards == ("household_names_alike",)


def test_a_last_name_with_an_error_and_no_more_than_a_number_is_left_to_a_human() -> None:
    """Jansen may have Janssen's old number."""
    one, other = (somebody("1", "Erik", last, phone="06-21345678") for last in ("Jansen", "Janssen"))
    assert both_ways(one, other).evidence.guards == ("names_only_alike",)
    by_mail = [replace(person, email="erik@mail.example") for person in (one, other)]
    assert both_ways(*by_mail).outcome == "update"


def test_the_initial_of_a_first_name_in_an_address_is_no_typing_error() -> None:
    one = somebody("1", "Rob", "van der Sande", email="rob.vandersande@ziggo.nl")
    other = somebody("2", "Rob", "van der Sande", email="r.vandersande@ziggo.nl")
    assert level(both_ways(one, other), "email") == "different"
    mistyped = replace(other, email="rob.vandersane@ziggo.nl")
    assert level(both_ways(one, mistyped), "email") == "typo"


@pytest.mark.parametrize("company", ["-", "...", "/", "—"])
def test_a_company_that_is_only_signs_is_none(company: str) -> None:
    one, other = (somebody("1", "Jan", "Bos", email="jan@bos.example", company=company) for _ in range(2))
    assert level(both_ways(one, other), "company") == "unknown"


def test_the_same_street_and_number_in_another_town_is_another_address() -> None:
    one = somebody("1", "Jan", "Bos", email="jan@bos.example", **ADDRESS)
    other = replace(one, city="Groningen", postcode="9712 AB")
    assert level(both_ways(one, other), "street") == "different"


@pytest.mark.parametrize(
    "place", [{"city": "Groningen"}, {"postcode": "9712 AB"}, {"city": "Groningen", "postcode": None}]
)
def test_half_of_a_place_may_be_mistaken(place: dict[str, Any]) -> None:
    one = somebody("1", "Jan", "Bos", email="jan@bos.example", **ADDRESS)
    assert level(both_ways(one, replace(one, **place)), "street") == "exact"
