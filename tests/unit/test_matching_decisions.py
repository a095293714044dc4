"""Whom the matcher knows again, whom it leaves to a human, and whom it takes for somebody new."""

from dataclasses import replace
from typing import Any

import pytest

from shared.matching import Person, decide, pair_score, shared_keys

SANNE = Person(
    "new",
    "Sanne",
    "de Vries",
    "sanne@devries.example",
    "06-21345678",
    "Rijwielhuis Bakker",
    "Kerkstraat 12",
    "Utrecht",
    "3511 AB",
    "Nederland",
)


def sanne(record_id: str = "1", /, **changes: Any) -> Person:
    return replace(SANNE, id=record_id, **changes)


def outcome(person: Person, *candidates: Person) -> tuple[str, str | None]:
    decision = decide(person, candidates)
    return decision.outcome, decision.candidate_id if decision.outcome != "create" else None


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"email": "SANNE+bike@devries.example"},
        {"phone": "0031 6 21 34 56 78"},
        {"phone": "+31 (0)6 21345678; 030-2345679"},
        {"first_name": "SANNE", "last_name": "DE VRIES"},
        {"last_name": "Vries, de"},
        {"first_name": None, "last_name": "Sanne de Vries"},
        {"first_name": "de Vries", "last_name": "Sanne"},
        {"first_name": "S."},
        {"first_name": "Mevr. Sanne"},
        {"last_name": "de Vries-Bakker"},
        {"company": "Rijwielhuis Bakker B.V."},
        {"street": "Kerkstr. 12", "postcode": "3511ab"},
        {"email": None},
        {"phone": None, "company": None, "street": None, "city": None, "postcode": None},
        {"company": "Fietsen Totaal", "email": "s.devries@fietsen.example"},  # another job, the same mobile
    ],
)
def test_the_same_person_is_known_again(changes: dict[str, str | None]) -> None:
    assert outcome(SANNE, sanne(**changes)) == ("update", "1")
    assert outcome(sanne(**changes), replace(SANNE, id="1")) == ("update", "1")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Jan", "Müller"), ("Jan", "Mueller")),
        (("Jan", "Müller"), ("Jan", "Muller")),
        (("Søren", "Ågård"), ("Soeren", "Aagaard")),
        (("Tuấn", "Nguyễn"), ("Tuan", "Nguyen")),
        (("Łukasz", "Wójcik"), ("Lukasz", "Wojcik")),
        (("Willem", "van den Berg"), ("Wim", "vd Berg")),
        (("Willem", "van den Berg"), ("W.", "Van Den Berg")),
        (("Jan-Willem", "Bos"), ("Jan Willem", "Bos")),
        (("J.W.", "Bos"), ("Jan Willem", "Bos")),
        (("Jan", "Bos"), ("Jan Willem", "Bos")),
        (("Robert", "O'Brien"), ("Bob", "O’Brien")),
        (("Robert", "O'Brien"), ("Bob", "OBrien")),
        (("Wei", "Li"), ("Li", "Wei")),
        (("Dr. Anna", "Smit"), ("Anna", "Smit MSc")),
        (("李", "伟"), ("李", "伟")),
    ],
)
def test_names_from_everywhere_meet(one: tuple[str, str], other: tuple[str, str]) -> None:
    same_mailbox = "q7k@mail.example"
    assert outcome(Person("new", *one, same_mailbox), Person("1", *other, same_mailbox)) == ("update", "1")


@pytest.mark.parametrize(
    "other",
    [
        sanne(first_name="Kees", email="kees@devries.example", phone="06-48812790"),  # a brother at work
        Person("1", "Sanne", "de Vries", "sdv@post.example", "06-48812790", None, "Laan 1", "Assen", "9401 AA"),
        Person("1", "Ahmed", "Yilmaz", None, None, "Rijwielhuis Bakker", "Kerkstraat 12", "Utrecht", "3511 AB"),
        Person("1", "Ahmed", "Yilmaz", "sanne@devries.example"),
        Person("1"),
        Person("1", "", "", "", "", "", "", "", "", ""),
        Person("1", "test", "test", "test@test.nl", "0600000000", "-"),
    ],
)
def test_somebody_else_is_somebody_new(other: Person) -> None:
    assert outcome(SANNE, other) == ("create", None)


@pytest.mark.parametrize(
    "changes",
    [
        {"first_name": "Kees"},  # one mailbox, two first names
        {"first_name": "Sanna"},
        {"last_name": "Bakker"},  # married, or somebody else
    ],
)
def test_a_human_decides_where_a_personal_mailbox_has_another_name(changes: dict[str, str]) -> None:
    assert outcome(SANNE, sanne(**changes)) == ("hold", "1")


def test_a_mailbox_of_several_people_makes_nobody_doubtful_any_more() -> None:
    family = [sanne("1", first_name="Kees"), sanne("2", first_name="Truus")]
    assert outcome(sanne("new", first_name="Mark", phone=None), *family) == ("create", None)


@pytest.mark.parametrize(
    "nothing", [Person("new"), Person("new", "test", "test", "test@test.nl", "0600000000", "n/a"), Person("new", "Jan")]
)
def test_who_says_nothing_is_nobody_known(nothing: Person) -> None:
    assert outcome(nothing, replace(nothing, id="1")) == ("create", None)


MAILBOX, MOBILE = "jansen@ziggo.example", "06-21345678"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Person("new", None, "Tim Jansen", MAILBOX), Person("1", None, "Tom Jansen", MAILBOX)),
        (Person("new", None, "Peter de Vries", MAILBOX), Person("1", "Petra", "de Vries", MAILBOX)),
        (Person("new", "J.P.", "Jansen", MAILBOX), Person("1", "J.W.", "Jansen", MAILBOX)),
        (Person("new", "J.P.", "Jansen", None, MOBILE), Person("1", "Jan Willem", "Jansen", None, MOBILE)),
        (Person("new", "Mr", "Jansen", MAILBOX), Person("1", "Marie", "Jansen", MAILBOX)),
        (Person("new", "Jan & Marie", "Jansen", MAILBOX), Person("1", "Marie", "Jansen", MAILBOX)),
        (Person("new", "Ouders van Tim", "Jansen", MAILBOX), Person("1", "Tim", "Jansen", MAILBOX)),
        (Person("new", None, "Peters", "peters@mail.example"), Person("1", "Peter", "Peters", "peters@mail.example")),
        (Person("new", "Ahmed", "Hassan", None, MOBILE), Person("1", "Hassan", "Ahmed", None, MOBILE)),
        (Person("new", "Gunnar", "Stefánsson", MAILBOX), Person("1", "Stefán", "Gunnarsson", MAILBOX)),
        (Person("new", "J.", "Novák", MAILBOX), Person("1", "Jana", "Nováková", MAILBOX)),
        (Person("new", "Jan", "Jansen jr. MSc", MAILBOX), Person("1", "Jan", "Jansen", MAILBOX)),
        (
            Person("new", "José", "García López", MAILBOX),
            Person("1", "José", "García Pérez", MAILBOX),
        ),
        (
            Person("new", "Jan", "de Boer", "jdeboer@gmail.com", MOBILE, city="Zeist"),
            Person("1", "Jan", "de Boer", "jmdeboer@gmail.com", "06-48812790", city="Gent"),
        ),
        (
            Person("new", "Marie", "Dupont", MAILBOX, street="1 rue Haute"),
            Person("1", "Jean-Marie", "Dupont", MAILBOX, street="1 rue Haute"),
        ),
        (
            Person("new", "J.", "Jansen", None, "030-2345679 tst.12"),
            Person("1", "Jan", "Jansen", None, "030-2345679 tst.12"),
        ),
    ],
)
def test_two_people_who_look_like_one_are_never_merged(one: Person, other: Person) -> None:
    assert decide(one, [other]).outcome != "update"
    assert decide(other, [one]).outcome != "update"


def test_the_names_of_a_record_s_views_are_not_put_together() -> None:
    views = [Person("003", "Marie", "de Vries"), Person("003", "Jan", "Bakker", "jan@werk.example")]
    assert decide(Person("new", "Jan", "de Vries", "jan@werk.example"), views).outcome != "update"


def test_a_remark_beside_a_number_does_not_hide_it() -> None:
    assert outcome(sanne("new", email=None), sanne(email=None, phone="M 06-21345678 (privé)")) == ("update", "1")


def test_a_field_of_thousands_of_numbers_costs_no_time() -> None:
    """Else the test itself would take minutes."""
    flood = ";".join(f"06-{number:08}" for number in range(100_000))
    assert outcome(sanne("new", phone=flood), sanne(phone=flood)) == ("update", "1")


def test_a_role_mailbox_is_never_enough_however_often_it_agrees() -> None:
    team = Person("1", "Jan", "Bakker", "info@bakker.example", "030-2345679", "Bakker", "Laan 1", "Zeist", "3701 AA")
    assert outcome(replace(team, id="new"), team)[0] == "hold"
    assert outcome(replace(team, id="new", first_name="Piet", last_name="Visser"), team)[0] == "create"


def test_of_one_person_s_two_records_the_contact_counts_and_then_the_oldest() -> None:
    contact, older, newer = sanne("003A", street=None), sanne("00Q1"), sanne("00Q2")
    assert outcome(SANNE, newer, older, contact) == ("update", "003A")
    assert outcome(SANNE, newer, older) == ("update", "00Q1")


def test_views_of_one_record_are_no_rivals() -> None:
    old = sanne("003A", email="old@mail.example", company="Elders")
    assert outcome(SANNE, sanne("003A", email=None), old) == ("update", "003A")


def test_the_evidence_names_levels_bits_keys_and_the_version_and_nobody() -> None:
    texts = decide(SANNE, [sanne(first_name="Sanneke", phone=None)]).as_texts()
    assert "email:exact:+14" in texts["fields"]
    assert texts["keys"] == "email name_and_postcode name_and_company"
    assert texts["config"]
    told = " ".join(texts.values()).lower()
    assert not any(private in told for private in ("sanne", "vries", "21345678", "kerkstraat", "3511", "bakker"))


def test_a_score_is_symmetric() -> None:
    other = sanne(first_name="S.", last_name="Vries", email="sanne@devries.exampel", phone="0621345679")
    assert pair_score(SANNE, other) == pair_score(other, SANNE)


def test_a_german_number_is_read_in_germany() -> None:
    there = Person("1", "Uwe", "Bauer", None, "0151 53942187", None, "Am Markt 1", "Berlin", "10115", "Deutschland")
    here = replace(there, id="new", phone="+49 151 53942187", country="DE")
    assert shared_keys(here, there) == ("phone", "full_name", "name_and_postcode")
    assert outcome(here, there) == ("update", "1")
