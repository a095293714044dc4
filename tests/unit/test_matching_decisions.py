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
        {"phone": "+31 (0)6 21345678; 030-2345678"},
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
    same_mailbox = "somebody@mail.example"
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


def test_a_role_mailbox_is_never_enough_however_often_it_agrees() -> None:
    team = Person("1", "Jan", "Bakker", "info@bakker.example", "030-2345678", "Bakker", "Laan 1", "Zeist", "3701 AA")
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
