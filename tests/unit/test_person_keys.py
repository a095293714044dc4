"""Submissions of one person meet under one key, and the key says nothing about the person."""

from shared.form import forms
from shared.person_keys import keys_to_lock, person_keys
from shared.validation import CleanValue

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


def test_a_name_with_a_company_is_a_key_only_without_both() -> None:
    by_name = keys(first_name="Sanne", last_name="de Vries", company="Jansen BV")
    assert [key[:2] for key in by_name] == ["n."]
    assert keys(first_name="SANNE", last_name="De  Vries", company="jansen bv") == by_name
    assert keys(first_name="Sanne", last_name="de Vries", company="Pietersen BV") != by_name
    assert not any(key.startswith("n.") for key in keys(last_name="de Vries", email="sanne@example.com"))


def test_the_parts_of_a_name_do_not_run_together() -> None:
    assert keys(first_name="Anna", last_name="Bel") != keys(first_name="An", last_name="nabel")


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


def test_the_e_mail_s_key_is_not_locked_since_the_queue_serialises_it() -> None:
    assert keys_to_lock(keys(email="sanne@example.com", phone="+31612345678")) == keys(phone="+31612345678")
