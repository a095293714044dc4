"""Phone numbers and e-mail addresses as visitors type them."""

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

import shared.values.email_address
import shared.values.phone
from shared.values.email_address import addresses_in, same_mailbox, valid_email
from shared.values.email_address import spellings as email_spellings
from shared.values.phone import spellings, to_e164


@pytest.mark.parametrize(
    "typed",
    [
        "0612345678",
        "06-12345678",
        "06 - 12 34 56 78",
        "06 12 34 56 78",
        "06.12.34.56.78",
        "06/12345678",
        "06–12345678",
        "(06) 12345678",
        "0031612345678",
        "00 31 6 12345678",
        "+31612345678",
        "+31 (0)6 12345678",
        "+31(0)6-12345678",
        "+31 0 612345678",
        "０６１２３４５６７８",
    ],
)
def test_a_dutch_mobile_number_is_the_same_however_it_is_typed(typed: str) -> None:
    assert to_e164(typed, "NL") == "+31612345678"


@pytest.mark.parametrize(
    ("typed", "country", "e164"),
    [
        ("(030) 123 45 67", "NL", "+31301234567"),
        ("030 123 45 67", "NL", "+31301234567"),
        ("0800-1234", "NL", "+318001234"),
        ("0470 12 34 56", "BE", "+32470123456"),
        ("+32 470 12 34 56", "NL", "+32470123456"),
        ("(020) 7946 0958", "GB", "+442079460958"),
    ],
)
def test_other_numbers_follow_their_country_s_plan(typed: str, country: str, e164: str) -> None:
    assert to_e164(typed, country) == e164


@pytest.mark.parametrize(
    "typed",
    ["", "12", "112", "+", "0470 12 34 56", "06 1234567", "06 123456789", "geen", "06-12345678 (Jan)", "+999 123456789",
     "0612345678 / 0301234567", "030 123 45 67 #12", "06-12345678;ext=3", "tel:0612345678", "\x00", "٠", "-" * 40],
)  # fmt: skip
def test_what_is_no_number_of_the_plan_is_none(typed: str) -> None:
    """An extension has no place in E.164: better to ask for the number than to lose the extension silently."""
    assert to_e164(typed, "NL") is None


@given(st.text(alphabet=st.characters(), max_size=45), st.sampled_from(["NL", "BE", "US", "XK", "ZZ"]))
def test_no_text_breaks_the_reading_of_a_phone_number(text: str, country: str) -> None:
    number = to_e164(text, country)
    assert number is None or (number.startswith("+") and to_e164(number, "NL") == number)


def test_all_usual_spellings_of_a_number_are_looked_for() -> None:
    assert {"+31612345678", "0612345678", "06-12345678", "06 12345678", "+31 6 12345678", "0031612345678"} <= set(
        spellings("+31612345678")
    )
    assert {"030-1234567", "030 1234567", "0301234567", "030 123 4567"} <= set(spellings("+31301234567"))


@pytest.mark.parametrize("spelling", spellings("+31612345678") + spellings("+442079460958") + spellings("+12125550123"))
def test_each_spelling_is_read_as_the_number_that_it_was_made_from(spelling: str) -> None:
    numbers = {to_e164(spelling, country) for country in ("NL", "GB", "US")}
    assert numbers & {"+31612345678", "+442079460958", "+12125550123"}


def unreachable(*_: object, **__: object) -> None:
    raise AssertionError("a text over the cap reached the library")


def test_a_text_longer_than_any_number_never_reaches_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("phonenumbers.parse", unreachable)
    assert shared.values.phone.MAX_LENGTH == 40
    assert to_e164("0" * 41, "NL") is None
    assert to_e164("(" * 60000, "NL") is None


# --- e-mail ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("sanne@example.com", "sanne@example.com"),
        ("Sanne.deVries@EXAMPLE.com", "Sanne.deVries@example.com"),
        ("s@x.nl", "s@x.nl"),
        ("o'brien+fiets@example.co.uk", "o'brien+fiets@example.co.uk"),
        ("jan@müller.example", "jan@xn--mller-kva.example"),
        ("a" * 64 + "@example.com", "a" * 64 + "@example.com"),
    ],
)
def test_an_address_is_kept_with_its_domain_in_lower_case_and_ascii(typed: str, stored: str) -> None:
    assert valid_email(typed) == stored


@pytest.mark.parametrize(
    "typed",
    ["", "sanne", "sanne@", "@example.com", "sanne@example", "sanne@@example.com", "sanne@example.com.",
     "a b@example.com", "sanne@exam ple.com",
     "sanne@example..com", ".sanne@example.com", "sanne.@example.com", "sanne@-example.com",
     "Sanne <sanne@example.com>", "mailto:sanne@example.com", "sanne@example.com, jan@example.com", "sanne@127.0.0.1",
     "sanne@[127.0.0.1]", "sanne@localhost", '"a b"@example.com', "a\r\nBcc:x@example.com", "a\x00@example.com",
     "sanne@example.com\n", "müller@example.com", "ｊａｎ@example.com", "sanne@\u202eexample.com"],
)  # fmt: skip
def test_what_salesforce_would_not_take_is_none(typed: str) -> None:
    """Better to ask the visitor now than to find out in the dead-letter queue."""
    assert valid_email(typed) is None


@pytest.mark.parametrize(
    "typed", ["a" * 64 + "@" + "b" * 12 + ".nl", "é" * 60000, "a@" + "b." * 40000 + "nl", "@" * 81]
)
def test_a_text_longer_than_any_address_never_reaches_the_library(typed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if len(typed) <= shared.values.email_address.MAX_LENGTH:
        assert valid_email(typed)
        return
    monkeypatch.setattr("email_validator.validate_email", unreachable)
    assert valid_email(typed) is None


def test_an_address_that_grows_over_the_field_in_its_ascii_form_is_none() -> None:
    typed = "a" * 40 + "@" + "ü" * 30 + ".example"
    assert len(typed) <= 80
    assert valid_email(typed) is None


@given(st.text(alphabet=st.characters(), max_size=90))
def test_no_text_breaks_the_reading_of_an_address(text: str) -> None:
    for typed in (text, f"{text}@example.com", f"a@{text}.nl"):
        address = valid_email(typed)
        assert address is None or (address.isascii() and len(address) <= 80)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Sanne@Example.com", "sanne@example.com"),
        ("sanne+bikes@example.com", "sanne@example.com"),
        ("sanne@gmail.com", "Sanne+x@googlemail.com"),
        (" sanne@example.com ", "sanne@example.com"),
        ("s.an.ne@gmail.com", "Sanne@gmail.com"),
        ("s.anne+bikes@googlemail.com", "sanne@gmail.com"),
    ],
)
def test_addresses_of_one_mailbox_compare_as_the_same(one: str, other: str) -> None:
    assert same_mailbox(one) == same_mailbox(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("s.anne@example.com", "sanne@example.com"), ("+a@example.com", "+b@example.com"), ("a@b", "a@c")],
)
def test_other_mailboxes_stay_apart(one: str, other: str) -> None:
    """Dots mean nothing at Gmail only."""
    assert same_mailbox(one) != same_mailbox(other)


@pytest.mark.parametrize("domain", ["müller.example", "mu\u0308ller.example", "MÜLLER.example", "ｍüller.example"])
def test_a_domain_that_is_not_ascii_is_compared_and_asked_for_as_the_lead_has_it(domain: str) -> None:
    written = valid_email(f"w@{domain}")
    assert written == same_mailbox(f"w@{domain}") == "w@xn--mller-kva.example"
    assert email_spellings(f"w@{domain}") == [written]


def test_a_text_that_is_no_address_is_compared_as_it_is() -> None:
    assert same_mailbox(" É@-ü ") == "é@-ü"
    assert same_mailbox("é") == "@é"


@given(st.text(max_size=300), st.text(max_size=300))
def test_whatever_was_typed_can_be_compared(local: str, domain: str) -> None:
    assert same_mailbox(f" {local}@{domain} ") == same_mailbox(f"{local}@{domain}")
    assert addresses_in(f"{local}@{domain}") == addresses_in(f" {local}@{domain}, ")


def test_a_domain_far_too_long_takes_no_time() -> None:
    started = process_time()
    for sign in ("é", "\u0308", "é.", "。"):
        same_mailbox("w@" + sign * 64_000)
    assert process_time() - started < 2


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a@b.nl", ["a@b.nl"]),
        ("Anne <a@b.nl>; c@d.nl.", ["a@b.nl", "c@d.nl"]),
        ("mailto:o'brien@b.nl", ["o'brien@b.nl"]),
        ("(a@b.nl)!", ["a@b.nl"]),
        ("a@b.nl@c.nl", ["a@b.nl", "b.nl@c.nl"]),
        ("@ a@ @b.nl", []),
        ("'a@b.nl'", ["a@b.nl"]),
    ],
)
def test_addresses_are_taken_out_of_a_text(text: str, found: list[str]) -> None:
    assert addresses_in(text) == found


def test_gmail_is_asked_for_under_both_domains_with_the_dots_as_typed_and_without() -> None:
    assert {"s.anne@gmail.com", "sanne@gmail.com", "s.anne@googlemail.com", "sanne@googlemail.com"} <= set(
        email_spellings("S.Anne+Bikes@gmail.com")
    )
    assert email_spellings("S.Anne+Bikes@Example.com") == ["s.anne+bikes@example.com", "s.anne@example.com"]
