"""Match keys: one spelling for what is the same, and none where there is nothing to make one of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.leads.match_keys import (
    MATCH_KEY_LENGTHS,
    MATCH_KEYS_VERSION,
    changed_key_fields,
    email_key,
    match_key_fields,
    name_key,
)

RECORD = {
    "FirstName": "Sanne",
    "LastName": "de Vries",
    "Email": "S.Anne+bikes@Googlemail.com",
    "Phone": "030-1234567",
    "MobilePhone": "06 - 12 34 56 78",
}
KEYS = {
    "Match_Email__c": "sanne@gmail.com",
    "Match_Phone__c": "+31301234567",
    "Match_Mobile__c": "+31612345678",
    "Match_Name__c": "de sanne vries",
    "Match_Keys__c": MATCH_KEYS_VERSION,
}


def test_a_record_s_keys_are_made_of_what_it_says() -> None:
    assert match_key_fields(RECORD, "NL") == KEYS
    assert set(KEYS) == set(MATCH_KEY_LENGTHS)


@pytest.mark.parametrize(("field", "country"), [("Country", "Belgium"), ("MailingCountry", "België")])
def test_a_record_s_own_country_reads_its_numbers(field: str, country: str) -> None:
    assert match_key_fields({"Phone": "02 555 12 12", field: country}, "NL")["Match_Phone__c"] == "+3225551212"
    assert match_key_fields({"Phone": "02 555 12 12"}, "NL")["Match_Phone__c"] is None


def test_without_any_country_a_number_without_a_code_has_no_key() -> None:
    assert match_key_fields({"Phone": "030-1234567"})["Match_Phone__c"] is None
    assert match_key_fields({"Phone": "+31301234567"})["Match_Phone__c"] == "+31301234567"


def test_an_empty_record_has_a_version_and_no_keys() -> None:
    keys = match_key_fields({"Email": None, "Phone": "n/a"}, "NL")
    assert keys == {**dict.fromkeys(KEYS), "Match_Keys__c": MATCH_KEYS_VERSION}


@pytest.mark.parametrize("text", ["", "@", "no address", " ", "@x"])
def test_what_is_no_address_has_no_key(text: str) -> None:
    assert email_key(text) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Sanne", "de Vries"), ("de Vries", "Sanne")),
        (("Jörg", "Müller"), ("Joerg", "Mueller")),
        (("Jörg", "Müller"), ("Jorg", "Muller")),
        (("Anne-Marie", "Bakker"), ("anne marie", "BAKKER")),
        (("Sean", "O’Brien"), ("Seán", "O'Brien")),
        (("Nguyễn", "Văn An"), ("An", "Nguyen Van")),
    ],
)
def test_names_that_are_written_in_other_ways_have_one_key(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert name_key(*one) == name_key(*other) is not None


def test_one_name_alone_has_no_key_and_other_names_have_another() -> None:
    assert name_key("", "de Vries") is None
    assert name_key("-", "de Vries") is None
    assert name_key("Sanne", "de Vries") != name_key("Anne", "de Vries")
    assert name_key("Bob", "Smith") != name_key("Robert", "Smith")


@pytest.mark.parametrize(
    ("changes", "keys"),
    [
        ({"Email": "Jan@Example.com", "City": "Utrecht"}, {"Match_Email__c": "jan@example.com"}),
        ({"Phone": "+31301234567"}, {"Match_Phone__c": "+31301234567"}),
        ({"MobilePhone": "+31612345678"}, {"Match_Mobile__c": "+31612345678"}),
        ({"FirstName": "Jan", "LastName": "Bakker"}, {"Match_Name__c": "bakker jan"}),
        ({"FirstName": "Jan"}, {"Match_Keys__c": None}),
        ({"City": "Utrecht"}, {}),
        ({"Email": ""}, {"Match_Email__c": None}),
    ],
)
def test_an_update_changes_the_keys_of_what_it_changes(changes: dict[str, str], keys: dict[str, str | None]) -> None:
    """One of two names makes no key: without a version the record is one for the next backfill."""
    assert changed_key_fields(changes) == keys


@given(st.fixed_dictionaries({name: st.text(alphabet=st.characters(), max_size=90) for name in RECORD}))
def test_no_text_breaks_the_keys_or_makes_one_that_does_not_fit(record: dict[str, str]) -> None:
    for name, key in match_key_fields(record, "NL").items():
        assert key is None or 0 < len(key.encode("utf-16-le")) // 2 <= MATCH_KEY_LENGTHS[name]
