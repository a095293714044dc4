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


def test_the_initial_of_a_first_name_in_an_address_is_hardly_a_typing_error() -> None:
    one = somebody("1", "Rob", "van der Sande", email="rob.vandersande@ziggo.nl")
    other = somebody("2", "Rob", "van der Sande", email="r.vandersande@ziggo.nl")
    assert level(both_ways(one, other), "email") == "close"
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


JAN = {"email": "jan@jansen.example", **ADDRESS}


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("Jan", "Jansen jr."),
        ("Jr. Jan", "Jansen"),
        ("Jan jr. Willem", "Jansen"),
        ("Jan", "jr. Jansen"),
        ("Jan", "Jansen, Jr."),
        ("Jan", "Jansen d.J."),
        ("Jan", "Jansen d. y."),
        ("Jan", "Jansen (zoon)"),
        ("Jan", "Jansen Neto"),
        ("Jan", "Jansen мл."),
        ("Jan", "Jansen 2"),
        ("Jan", "Jansen 2e"),
        ("Jan", "Jansenjr"),
    ],
)
def test_a_son_who_says_so_is_never_merged_with_his_father(first: str, last: str) -> None:
    decision = both_ways(somebody("1", "Jan", "Jansen", **JAN), somebody("2", first, last, **JAN))
    assert decision.outcome == "hold"
    assert "generation_missing" in decision.evidence.guards


def test_who_is_like_both_of_two_people_leaves_open_which_is_meant() -> None:
    """A record between them says that all three are one; the two mobile numbers say that they are not."""
    asked = somebody("new", "Jan", "Jansen", email="jansen.j@gmail.com", company="Acme", **ADDRESS)
    father = replace(asked, id="1", company=None, phone="06-21345678")
    son = replace(asked, id="2", company=None, phone="06-48812790")
    between = replace(asked, id="3")
    assert decide(asked, [father, son]).outcome == "hold"
    assert decide(asked, [father, son, between]).outcome == "hold"
    assert decide(asked, [father, between]).outcome == "update"


def test_two_mobile_numbers_make_two_people_of_a_mailbox_at_work() -> None:
    told = {"email": "j.bos@rijwielhuis.example", **WORK}
    one, other = somebody("1", "Piet", "Bos", phone="06-21345678", **told), somebody("2", "Pieter", "Bos", **told)
    assert both_ways(one, replace(other, phone="06-48812790")).evidence.guards == ("household_names_alike",)
    assert both_ways(one, other).outcome == "update"


@pytest.mark.parametrize("mailbox", ["bos@rijwielhuis.example", "j.bos@gmail.com"])
def test_a_familys_or_private_mailbox_is_none_at_work(mailbox: str) -> None:
    one, other = (somebody("1", name, "Bos", email=mailbox, **WORK) for name in ("Piet", "Pieter"))
    assert both_ways(one, other).evidence.guards == ("household_names_alike",)


def test_two_of_whom_only_the_titles_are_known_are_not_told_apart() -> None:
    one, other = (somebody("1", title, "Jansen", email="jansen@ziggo.nl", **ADDRESS) for title in ("Mevr.", "Dhr."))
    assert both_ways(one, other).evidence.guards == ("name_missing",)


def test_somebody_of_one_name_has_a_mailbox_of_his_own() -> None:
    one, other = (somebody("1", None, "Suharto", email="suharto@mail.example") for _ in range(2))
    assert both_ways(one, other).outcome == "update"


@pytest.mark.parametrize(
    ("first", "last", "company"),
    [
        ("Jan", "Jansen", "Jansen Bouw"),  # a family's own firm has father and son
        ("Sales", "Team", "Rijwielhuis Bakker"),
        ("Receptie", "Receptie", "Rijwielhuis Bakker"),
        ("Jan", "Jansen", "Klant"),
    ],
)
def test_not_everybody_at_one_desk_is_one_person(first: str, last: str, company: str) -> None:
    one, other = (somebody("1", first, last, company=company, **ADDRESS) for _ in range(2))
    assert both_ways(one, other).outcome != "update"


def test_a_mailbox_with_more_than_the_name_says_that_there_is_another() -> None:
    one, other = (somebody("1", "Maria", "Garcia", **WORK) for _ in range(2))
    assert both_ways(one, replace(other, email="maria.garcia@rijwielhuis.example")).outcome == "update"
    assert both_ways(one, replace(other, email="m.l.garcia@rijwielhuis.example")).outcome == "hold"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("maria.p.garcia@acme.example", "maria.l.garcia@acme.example"),
        ("mariagarciaa@acme.example", "mariagarciab@acme.example"),
        ("m.garcialopez@acme.example", "mar.garcialopez@acme.example"),
        ("maria.garcia@fda.example", "maria.garcia@fha.example"),
    ],
)
def test_an_address_that_may_be_somebody_elses_identifies_nobody(one: str, other: str) -> None:
    decision = both_ways(somebody("1", "Maria", "Garcia", email=one), somebody("2", "Maria", "Garcia", email=other))
    assert level(decision, "email") == "close"
    assert decision.evidence.guards == ("no_personal_identifier",)


def test_a_free_mail_domain_is_known_well_enough_to_be_misspelt() -> None:
    one, other = (somebody("1", "Maria", "Garcia", email=f"mariagarcia@{at}") for at in ("gmail.com", "gmial.com"))
    assert level(both_ways(one, other), "email") == "typo"


@pytest.mark.parametrize("mailbox", ["devries@ziggo.nl", "joke.devries@ziggo.nl"])
def test_an_initial_in_anothers_mailbox_is_left_to_a_human(mailbox: str) -> None:
    decision = both_ways(
        somebody("1", "J.", "de Vries", email=mailbox), somebody("2", "Jan", "de Vries", email=mailbox)
    )
    assert decision.evidence.guards == ("household_names_alike",)


@pytest.mark.parametrize(("one", "other"), [("Jayden", "Kayden"), ("Anika", "Danika")])
def test_another_first_letter_is_another_name(one: str, other: str) -> None:
    mailbox = {"email": f"{one.lower()}.bos@mail.example"}
    decision = both_ways(somebody("1", one, "Bos", **mailbox), somebody("2", other, "Bos", **mailbox))
    assert decision.outcome == "hold"


@pytest.mark.parametrize(
    "told",
    [
        {"email": "klant@klant.nl"}, {"email": "naam@bedrijf.nl"}, {"email": "johndoe@gmail.com"},
        {"phone": "0611223344"}, {"phone": "0611112222"}, {"phone": "06-12341234"},
    ],
)  # fmt: skip
def test_what_many_people_make_up_identifies_nobody(told: dict[str, str]) -> None:
    one, other = (somebody("1", "Jan", "de Vries", **told) for _ in range(2))
    assert both_ways(one, other).outcome == "create"


@pytest.mark.parametrize(
    ("first", "last"), [("John", "Doe"), ("Foo", "Bar"), ("Max", "Mustermann"), ("Mr and Mrs John", "Bos")]
)
def test_names_that_are_nobodys_are_never_merged(first: str, last: str) -> None:
    one, other = (somebody("1", first, last, email="q7k@mail.example") for _ in range(2))
    assert both_ways(one, other).outcome != "update"


# --- single branches ------------------------------------------------------------------------------------------------


def test_umlauts_are_read_in_swapped_names_too() -> None:
    one = somebody("1", "Jörg", "Müller", email="jm@mail.example")
    other = somebody("2", "Mueller", "Joerg", email="jm@mail.example")
    assert both_ways(one, other).outcome == "update"


def test_short_last_names_with_another_first_letter_differ() -> None:
    one = somebody("1", "Jan", "Bos", email="jan@mail.example")
    assert level(both_ways(one, somebody("2", "Jan", "Vos", email="jan@mail.example")), "last_name") == "different"
    assert level(both_ways(one, somebody("2", "Jan", "Bas", email="jan@mail.example")), "last_name") == "similar"


def test_names_that_are_only_alike_are_one_with_mailbox_and_mobile() -> None:
    both = {"email": "jn@mail.example", "phone": "06-21345678"}
    one, other = somebody("1", "J.", "Novák", **both), somebody("2", "Jana", "Nováková", **both)
    assert "names_only_alike" not in both_ways(one, other).evidence.guards


def test_a_mailbox_bears_a_name_from_its_start_on() -> None:
    """mjansen@ is not Jan's, though `jan` stands in it."""
    mailbox = {"email": "mjansen@mail.example"}
    decision = both_ways(somebody("1", None, "Jansen", **mailbox), somebody("2", "Jan", "Jansen", **mailbox))
    assert decision.evidence.guards == ("name_missing",)


def test_two_mobile_numbers_make_father_and_son_of_two_records() -> None:
    asked = somebody("new", "Jan", "Jansen", email="jansen.j@gmail.com")
    one, other = replace(asked, id="1", phone="06-21345678"), replace(asked, id="2", phone="06-48812790")
    assert decide(asked, [one, other]).evidence.guards == ("rival",)
    assert decide(asked, [one, replace(other, phone="030-2345679")]).outcome == "update"
