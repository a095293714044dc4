"""Is this somebody the org knows? The same e-mail, or the same phone with the same last name."""

from typing import Any

import pytest

from shared.matching import Decision, Person, decide

SANNE = Person("new", "Sanne", "de Vries", "sanne@example.com", "06-12345678")


def candidate(number: int = 1, /, **about: Any) -> Person:
    return Person(f"00Q{number}", **about)


@pytest.mark.parametrize("email", ["sanne@example.com", "SANNE@Example.com", "sanne+bike@example.com"])
def test_the_same_mailbox_is_the_same_person(email: str) -> None:
    decision = decide(SANNE, [candidate(email=email, last_name="Smit")])
    assert (decision.outcome, decision.candidate_id, decision.evidence["rule"]) == ("update", "00Q1", "same_email")


@pytest.mark.parametrize("phone", ["+31612345678", "0031 6 12345678", "06 12 34 56 78"])
def test_the_same_phone_with_the_same_last_name_is_the_same_person(phone: str) -> None:
    decision = decide(SANNE, [candidate(phone=phone, last_name="DE VRIES", email="other@example.com")])
    assert (decision.candidate_id, decision.evidence["rule"]) == ("00Q1", "same_phone_and_last_name")


@pytest.mark.parametrize(
    "about",
    [
        {"phone": "0612345678", "last_name": "Bakker"},
        {"phone": "0612345678", "last_name": None},
        {"phone": "0612345678", "last_name": ""},
        {"phone": "0612345679", "last_name": "de Vries"},
        {"phone": "unknown", "last_name": "de Vries"},
        {"email": "sanne@example.org", "last_name": "de Vries", "first_name": "Sanne"},
        {"last_name": "de Vries", "first_name": "Sanne", "company": "Jansen"},
        {"email": "", "last_name": "de Vries"},
        {},
    ],
)
def test_less_is_somebody_else(about: dict[str, str | None]) -> None:
    """A wrong merge is worse than a duplicate."""
    assert decide(SANNE, [candidate(**about)]) == Decision("create", evidence={"config": "exact-1"})


def test_blanks_never_match_blanks() -> None:
    nobody = Person("new")
    assert decide(nobody, [candidate(email="", phone="", last_name="")]).outcome == "create"
    assert decide(Person("new", email="", phone="", last_name=""), [candidate()]).outcome == "create"


def test_nobody_to_compare_with_is_somebody_new() -> None:
    assert decide(SANNE, []).outcome == "create"


def test_the_e_mail_counts_more_than_the_phone_and_then_the_names() -> None:
    by_phone = candidate(1, phone="0612345678", last_name="de Vries", first_name="Sanne")
    by_email = candidate(2, email="sanne@example.com", last_name="Smit")
    both_names = candidate(3, email="sanne@example.com", last_name="de Vries", first_name="Sanne")
    last_name = candidate(4, email="sanne@example.com", last_name="de Vries", first_name="Jan")
    assert decide(SANNE, [by_phone, by_email]).candidate_id == "00Q2"
    assert decide(SANNE, [by_phone, by_email, last_name, both_names]).candidate_id == "00Q3"


def test_among_equals_the_first_wins_and_the_rivals_are_named() -> None:
    decision = decide(SANNE, [candidate(number, email="sanne@example.com") for number in (2, 1, 3)])
    assert decision.candidate_id == "00Q2"
    assert decision.evidence["rivals"] == "00Q1 00Q3"


def test_one_record_with_two_phones_is_no_rival_of_itself() -> None:
    twice = [candidate(1, phone=phone, last_name="de Vries") for phone in ("0612345678", "+31612345678")]
    assert decide(SANNE, twice).evidence["rivals"] == ""


def test_a_number_without_a_country_code_is_read_by_the_form_s_country() -> None:
    person = Person("new", last_name="Peeters", phone="0470 12 34 56")
    known = [candidate(phone="+32470123456", last_name="Peeters")]
    assert decide(person, known, country="BE").outcome == "update"
    assert decide(person, known, country="NL").outcome == "create"


def test_the_evidence_holds_nothing_about_the_person() -> None:
    decision = decide(SANNE, [candidate(email="sanne@example.com", last_name="de Vries")])
    assert not any(part in str(decision.evidence).lower() for part in ("sanne@", "vries", "1234"))
