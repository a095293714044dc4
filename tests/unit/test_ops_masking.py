"""What of a person may be seen on an operator's screen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops.output import masking
from ops.output.masking import DOTS, mask_email, mask_fields, mask_long, mask_name, mask_phone, mask_text, mask_url
from shared.form.definition import forms
from shared.submission import FieldValue
from tests.builders import CONTACT


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("sanne@example.com", "s•••@example.com"),
        ("Sanne.de.Vries+bike@mail.example.co.uk", "S•••@mail.example.co.uk"),
        ("a@b@example.com", "a•••@example.com"),
        ("Sanne de Vries <sanne@example.com>", "S•••"),
        ("sanne@de vries", "s•••"),
        ("sanne@", "s•••"),
        ("@example.com", "•••@example.com"),
        ("sanne", "s•••"),
        ("", ""),
    ],
)
def test_an_address_keeps_its_initial_and_its_domain(text: str, masked: str) -> None:
    """The domain shows a typing mistake; what is no address shows no more than a name."""
    assert mask_email(text) == masked


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("+31 6 1234 5678", "•••78"),
        ("0612345678", "•••78"),
        ("call me: 06-12345678 (evening)", "•••78"),
        ("12345", "•••"),
        ("Sanne", "•••"),
    ],
)
def test_a_phone_number_keeps_two_digits(text: str, masked: str) -> None:
    assert mask_phone(text) == masked


@pytest.mark.parametrize(
    ("text", "masked"), [("de Vries", "d•••"), ("李", "李•••"), ("=cmd", "•••"), (" ", " "), ("", "")]
)
def test_a_name_keeps_its_initial_and_never_its_length(text: str, masked: str) -> None:
    assert mask_name(text) == masked


def test_a_message_keeps_only_its_length() -> None:
    assert mask_long("Hebben jullie bakfietsen?") == "••• (25 characters)"
    assert mask_long("") == ""


@pytest.mark.parametrize(
    ("url", "masked"),
    [
        ("https://www.example.com/nl/contact", "https://www.example.com/nl/contact"),
        ("https://www.example.com/?email=sanne@example.com", "https://www.example.com/?•••"),
        ("https://www.example.com/#sanne", "https://www.example.com/?•••"),
        ("https://sanne:secret@www.example.com/a", "https://www.example.com/a"),
        ("https://www.example.com/for/sanne@example.com", "https://www.example.com/for/s•••@example.com"),
        ("https://www.example.com/Vries/0612345678", "https://www.example.com/•••/•••78"),
        ("javascript:sanne", "•••"),
        ("sanne@example.com", "•••"),
        ("http://[sanne", "•••"),
        ("", ""),
    ],
)
def test_a_page_s_address_says_where_and_not_who(url: str, masked: str) -> None:
    assert mask_url(url, ["de Vries"]) == masked


@pytest.mark.parametrize(
    ("text", "known", "masked"),
    [
        ("invalid email address: sanne@example.com.", (), "invalid email address: s•••@example.com."),
        ("call +31 6 12 34 56 78 now", (), "call •••78 now"),
        (
            "data value too large: Kanarievog (max length=40)",
            ("Kanarievogel",),
            "data value too large: ••• (max length=40)",
        ),
        ("Name SANNE is taken", ("sanne",), "Name ••• is taken"),
        ("KanarievogelFamily", ("Kanarievogel",), "•••"),
        ("李明様", ("李明",), "•••"),
        ("Østergård refused", ("ostergard",), "••• refused"),
        ("this annual list", ("is", "ann"), "this annual list"),
        ("Li is known", ("Li",), "••• is known"),
        ("Required fields are missing: [LastName]", ("Sanne",), "Required fields are missing: [LastName]"),
        ("", ("x",), ""),
    ],
)
def test_an_error_text_keeps_its_words_and_loses_the_visitor_s(text: str, known: tuple[str, ...], masked: str) -> None:
    assert mask_text(text, known) == masked


def test_answers_from_closed_lists_stay_open_and_all_others_are_masked() -> None:
    sent: dict[str, FieldValue] = {
        "first_name": "Sanne",
        "email": "sanne@example.com",
        "phone": "0612345678",
        "country": "Nederland",
        "product": "e-bike",
        "number": "3",
        "extras": ["service", "Sanne"],
        "message": "Bel me",
        "consent": "on",
        "timing": "when Sanne is home",
        "contact_me_by_fax_only": "Sanne",
        "unknown": "06 12345678",
    }
    assert mask_fields(forms()["quote"], sent) == {
        "first_name": "S•••",
        "email": "s•••@example.com",
        "phone": "•••78",
        "country": "Nederland",
        "product": "e-bike",
        "number": "3",
        "extras": ["service", "S•••"],
        "message": "••• (6 characters)",
        "consent": "on",
        "timing": "w•••",
        "contact_me_by_fax_only": "S•••",
        "unknown": "•••78",
    }


@pytest.mark.parametrize(
    ("name", "text"), [("number", "123456789"), ("country", "Sanne"), ("consent", "Sanne says yes")]
)
def test_an_answer_outside_its_closed_list_is_masked(name: str, text: str) -> None:
    """Whatever a visitor can type freely may be a name or a number of theirs."""
    assert text not in str(mask_fields(forms()["quote"], {name: text}))


def test_a_date_and_an_odd_yes_or_no_are_masked() -> None:
    masked = mask_fields(forms()["test-ride"], {"preferred_date": "1980-02-01", "newsletter": "Sanne"})
    assert masked == {"preferred_date": DOTS, "newsletter": "S•••"}


def test_fields_of_an_unknown_form_are_all_masked() -> None:
    assert mask_fields(None, CONTACT) == {
        "first_name": "S•••",
        "last_name": "d•••",
        "email": "s•••@example.com",
        "message": "H•••",
        "consent": "o•••",
    }


@given(name=st.text(), value=st.text(alphabet=st.characters(categories=["L", "N", "P", "S", "Z"]), min_size=3))
def test_no_field_of_an_unknown_form_keeps_what_was_sent(name: str, value: str) -> None:
    """At most an initial, a domain or two digits are left."""
    masked = masking.mask_fields(None, {name: value})[name]
    assert isinstance(masked, str)
    assert not value.strip() or (masked != value and DOTS in masked)


@given(value=st.text(alphabet=st.characters(categories=["L"]), min_size=2))
def test_a_word_that_the_visitor_sent_is_never_left_in_an_error_text(value: str) -> None:
    masked = mask_text(f"data value too large: {value} (max length=40)", [value])
    assert f": {value} (" not in masked
