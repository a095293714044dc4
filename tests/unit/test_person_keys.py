"""Submissions of one person meet under one key, and the key says nothing about the person."""

from itertools import combinations

import pytest

from scripts.nickname_initials import TABLE, made_of
from shared.form.definition import forms
from shared.intake.person_keys import initials_of, keys_to_lock, person_keys
from shared.intake.validation import CleanValue
from shared.matching.word_lists import given_names, nickname_groups

FORM = forms()["contact"]
SECRET = b"one secret of 32 letters or more"


def keys(secret: bytes = SECRET, submission_id: str = "id-1", **values: CleanValue) -> tuple[str, ...]:
    return person_keys(secret, FORM, values, submission_id)


def test_the_first_key_is_the_e_mail_s_whatever_its_spelling() -> None:
    spelled = [keys(email=email)[0] for email in ("sanne@example.com", "Sanne@EXAMPLE.com", "sanne+fiets@example.com")]
    assert len(set(spelled)) == 1
    assert spelled[0].startswith("e.")


def test_phones_follow_the_e_mail_and_lead_where_there_is_none() -> None:
    with_both = keys(email="sanne@example.com", phone="+31612345678")
    assert [key[:2] for key in with_both] == ["e.", "p."]
    assert keys(phone="+31612345678") == (with_both[1],)


def test_every_phone_has_a_key_and_the_same_phone_the_same_one() -> None:
    ride = forms()["test-ride"]
    assert person_keys(SECRET, ride, {"phone": "+31612345678"}, "id") == keys(phone="+31612345678")


def test_a_name_is_always_a_key_and_the_last_of_them() -> None:
    """The matcher knows people by name with place or company too."""
    by_name = keys(first_name="Sanne", last_name="de Vries", company="Jansen BV")
    assert [key[:2] for key in by_name] == ["n."]
    everything = keys(first_name="Sanne", last_name="de Vries", email="sanne@example.com", phone="+31612345678")
    assert [key[:2] for key in everything] == ["e.", "p.", "n."]
    assert everything[-1:] == by_name


@pytest.mark.parametrize(
    ("first_name", "last_name"),
    [
        ("SANNE", "DE  VRIES"),
        ("S.", "Vries"),
        ("Sanna", "van de Vries"),
        ("Şanne", "de-Vries"),
    ],
)
def test_spellings_of_one_name_meet(first_name: str, last_name: str) -> None:
    assert keys(first_name=first_name, last_name=last_name) == keys(first_name="Sanne", last_name="de Vries")


@pytest.mark.parametrize(("one", "other"), [("Müller", "Mueller"), ("Ødegård", "Oedegard"), ("Weiß", "Weiss")])
def test_transliterations_of_one_name_meet(one: str, other: str) -> None:
    assert keys(last_name=one) == keys(last_name=other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Bill", "William"),
        ("Bob", "Robert"),
        ("Ton", "Antonius"),
        ("Bep", "Elisabeth"),
        ("bill", "W."),
        ("B.", "William"),
        ("Bill John", "William"),
        ("Jan-Hans", "Johannes"),
        ("Hans Jan", "Johannes"),
        ("Zoë", "Zoe"),
    ],
)
def test_nicknames_meet_whatever_their_initial(one: str, other: str) -> None:
    """Each has its own initial's key first, and those of all that the name is short for or is shortened to."""
    found = [set(keys(first_name=name, last_name="Bakker")) for name in (one, other)]
    assert found[0] & found[1]
    assert keys(first_name=one, last_name="Bakker")[0] == keys(first_name=one[0], last_name="Bakker")[0]


def test_two_that_the_matcher_takes_for_one_name_always_share_a_key() -> None:
    groups = nickname_groups()
    alike: dict[str, list[str]] = {}
    for name in groups:
        for group in groups[name]:
            alike.setdefault(group, []).append(name)
    pairs = [(one, other) for names in alike.values() for one, other in combinations(names, 2)]
    apart = [(one, other) for one, other in pairs if not initials_of(one) & initials_of(other)]
    assert (len(pairs) > 3000, apart) == (True, [])


def test_the_table_of_initials_is_made_of_the_word_lists_of_today() -> None:
    """Else: python scripts/nickname_initials.py"""
    assert TABLE.read_text("utf-8") == made_of(nickname_groups())


def test_few_names_have_more_than_two_keys() -> None:
    """Each is a lock to take, and makes strangers of one last name wait for each other."""
    counts = sorted(len(initials_of(name)) for name in given_names())
    assert sum(counts) / len(counts) < 1.4
    assert counts[-1] <= 9


def test_other_names_and_initials_do_not_meet() -> None:
    others = [("Sanne", "de Boer"), ("Piet", "de Vries"), ("", "de Vries"), ("Sanne", "Vriesde")]
    assert len({keys(first_name=first, last_name=last) for first, last in [("Sanne", "de Vries"), *others]}) == 5


@pytest.mark.parametrize("last_name", ["van", "de", "Le Van", "李", "O", "-"])
def test_a_name_of_particles_or_of_one_letter_is_a_key_too(last_name: str) -> None:
    assert [key[:2] for key in keys(last_name=last_name)] == ["n."]
    assert len({keys(last_name=one) for one in ("van", "de", "Le Van", "李", "O")}) == 5


def test_whoever_tells_nothing_stands_alone() -> None:
    assert keys(submission_id="id-1") != keys(submission_id="id-2")
    assert len(keys()) == 1


def test_a_key_needs_the_secret_and_holds_nothing_of_the_person() -> None:
    assert keys(email="sanne@example.com") != keys(b"another secret of 32 letters, too", email="sanne@example.com")
    assert "sanne" not in "".join(keys(email="sanne@example.com", last_name="sanne"))


def test_a_key_is_an_id_that_sqs_takes() -> None:
    for key in keys(email="ü@example.com", phone="+31612345678") + keys(last_name="李") + keys():
        assert key.isascii()
        assert len(key) <= 128


def test_every_key_is_locked_the_e_mail_s_too() -> None:
    """A name may be blank, mistyped or swapped: then the address is all that two submissions of a person share."""
    everything = keys(first_name="Sanne", last_name="de Vries", email="sanne@example.com", phone="+31612345678")
    assert set(keys_to_lock(everything)) == set(everything)


def test_keys_are_locked_in_one_order_for_everybody() -> None:
    """Else two could each take the other's second key, give up, and come back at the same moment."""
    assert keys_to_lock(("e.1", "p.2", "p.1")) == keys_to_lock(("p.1", "e.1", "p.2", "p.1")) == ("e.1", "p.1", "p.2")
