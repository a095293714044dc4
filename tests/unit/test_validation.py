"""What a visitor sent, held against the form: clean values, and all that is wrong."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.form.definition import Form, forms
from shared.form.field import FormField
from shared.form.texts import FIELD_ERRORS, LANGUAGES
from shared.intake.validation import FieldError, check, consent_given, describe
from shared.leads.lead import written_by
from shared.submission import FieldValue
from shared.values.numbers import exact_text
from tests.builders import CONTACT


def a_field(**about: Any) -> FormField:
    return FormField.model_validate({"name": "x", "label": {"nl": "Vraag", "en": "Question"}, **about})


def a_form(*fields: FormField, **about: Any) -> Form:
    return forms()["contact"].model_copy(update={"fields": fields, "consent": None, **about})


def judged(field: FormField, sent: FieldValue) -> Any:
    """The clean value, or the code of what is wrong with it; None where nothing was filled in."""
    checked = check(a_form(field), {"x": sent})
    if checked.errors:
        [error] = checked.errors
        return error.code
    return checked.values.get("x")


CHOICES = [{"value": value, "label": {"nl": value, "en": value}} for value in ("a", "b")]

# --- each type ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("type_", "sent", "clean"),
    [
        ("text", "  Jansen   &  Zn ", "Jansen & Zn"),
        ("text", "Jansen\u00a0BV", "Jansen BV"),
        ("text", ["Jansen"], "Jansen"),
        ("text", ["", "Jansen", "Jansen"], "Jansen"),
        ("text", "=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0"),
        ("name", "VAN DER BERG", "van der Berg"),
        ("name", "O", "O"),
        ("name", "علی\u200cرضا", "علی\u200cرضا"),
        ("textarea", "one\r\n\r\ntwo\t\x07", "one\n\ntwo"),
        ("email", " Sanne@EXAMPLE.com ", "Sanne@example.com"),
        ("email", "Sanne@example.com\n", "Sanne@example.com"),
        ("phone", "06 - 12 34 56 78", "+31612345678"),
        ("phone", "06\u202f12\u00a0345678", "+31612345678"),
        ("country", "nederland", "NL"),
        ("integer", "3", 3),
        ("integer", "+3", 3),
        ("integer", "-12", -12),
        ("integer", "007", 7),
        ("integer", "1.000", 1000),
        ("integer", "1 500 000 000", 1500000000),
        ("integer", "€ 5.000,-", 5000),
        ("integer", "3,0", 3),
        ("integer", "9" * 18, 999_999_999_999_999_999),
        ("number", "12,50", Decimal("12.5")),
        ("number", "12.50", Decimal("12.5")),
        ("number", "€ 1.234,56", Decimal("1234.56")),
        ("number", "1.234", 1234),
        ("number", "15%", 15),
        ("number", "-0", 0),
        ("number", "1234567890123,45", Decimal("1234567890123.45")),
        ("date", "2026-11-30", "2026-11-30"),
        ("date", "20261130", "2026-11-30"),
        ("boolean", "on", True),
        ("boolean", "Ja", True),
        ("boolean", ["0", "1"], True),
        ("boolean", "0", False),
        ("boolean", "Nee", False),
    ],
)
def test_what_is_right_is_cleaned(type_: str, sent: FieldValue, clean: object) -> None:
    assert judged(a_field(type=type_), sent) == clean


@pytest.mark.parametrize(
    ("type_", "sent", "code"),
    [
        ("text", "a\nb", "control_characters"),
        ("text", "a\x00\x01b", "control_characters"),
        ("text", ["a", "b"], "too_many_values"),
        ("text", "x" * 256, "too_long"),
        ("name", "Jan\r\nPiet", "control_characters"),
        ("textarea", "x" * 256, "too_long"),
        ("email", "sanne", "invalid_email"),
        ("email", "sanne@example.com.", "invalid_email"),
        ("email", "a" * 60000 + "@example.com", "too_long"),
        ("phone", "12", "invalid_phone"),
        ("phone", "0" * 41, "too_long"),
        ("country", "Utrecht", "invalid_country"),
        ("integer", "3.5", "invalid_number"),
        ("integer", "1,234", "invalid_number"),
        ("integer", "1" * 19, "too_large"),
        ("number", "1,234", "invalid_decimal"),
        ("number", "dear", "invalid_decimal"),
        ("number", "10000000000000", "too_large"),
        ("number", "-9999999999999,01", "too_small"),
        ("integer", "three", "invalid_number"),
        ("integer", "٣", "invalid_number"),
        ("integer", "1e3", "invalid_number"),
        ("integer", "9" * 5000, "too_long"),
        ("date", "30-11-2026", "invalid_date"),
        ("date", "2026-02-29", "invalid_date"),
        ("date", "0000-01-01", "invalid_date"),
        ("date", "2026-11-30T12:00", "invalid_date"),
        ("date", "２０２６-11-30", "invalid_date"),
        ("boolean", "maybe", "invalid_boolean"),
        ("boolean", ["yes?", "no"], "invalid_boolean"),
    ],
)
def test_what_is_wrong_has_a_code(type_: str, sent: FieldValue, code: str) -> None:
    assert judged(a_field(type=type_), sent) == code


BLANKS: list[FieldValue] = [
    "",
    "  ",
    "\r\n\t",
    [],
    ["", " "],
    "\u200b",
    "\x00",
    "\u200c",
    "\u200d \u200c",
    "\u0301",
    "\x01\x02",
]


@pytest.mark.parametrize("blank", BLANKS)
@pytest.mark.parametrize(
    "type_", ["text", "name", "textarea", "email", "phone", "country", "integer", "number", "date", "boolean"]
)
def test_what_a_person_sees_as_empty_is_empty(type_: str, blank: FieldValue) -> None:
    """A required name of one invisible character would stand on the Lead as nothing."""
    assert judged(a_field(type=type_), blank) is None
    assert judged(a_field(type=type_, required=True), blank) == "required"


@pytest.mark.parametrize("blank", BLANKS)
def test_the_same_holds_for_choices(blank: FieldValue) -> None:
    for type_ in ("choice", "choices"):
        assert judged(a_field(type=type_, choices=CHOICES), blank) is None
        assert judged(a_field(type=type_, choices=CHOICES, required=True), blank) == "required"


def test_a_choice_is_one_of_its_values_exactly() -> None:
    field = a_field(type="choice", choices=CHOICES)
    assert judged(field, "a") == "a"
    assert judged(field, " a ") == "a"
    assert judged(field, "A") == judged(field, "c") == "invalid_choice"
    assert judged(field, ["a", "b"]) == "too_many_values"


@pytest.mark.parametrize("value", ["a  b", " a", "e\u0301", "a\u00a0b"])
@pytest.mark.parametrize("kind", ["choice", "choices"])
def test_a_choice_is_known_as_its_file_writes_it_though_answers_are_cleaned(kind: str, value: str) -> None:
    """A page from elsewhere, which cannot be changed, may post such values."""
    field = a_field(type=kind, choices=[{"value": value, "label": {"nl": "A", "en": "A"}}])
    assert judged(field, value) == (value if kind == "choice" else [value])


def test_choices_are_each_one_of_the_values() -> None:
    field = a_field(type="choices", choices=CHOICES)
    assert judged(field, "a") == ["a"]
    assert judged(field, ["b", "a", "b"]) == ["b", "a"]
    assert judged(field, ["a", "c"]) == "invalid_choice"


@pytest.mark.parametrize(("sent", "expected"), [("0", "too_small"), ("1", 1), ("9", 9), ("10", "too_large")])
def test_a_number_keeps_to_its_limits(sent: str, expected: object) -> None:
    assert judged(a_field(type="integer", minimum=1, maximum=9), sent) == expected


@pytest.mark.parametrize(("language", "clean"), [("nl", 1234), ("en", Decimal("1.234")), ("", 1234), ("fr", 1234)])
def test_a_number_is_read_in_the_visitor_s_language_else_in_the_form_s_first(language: str, clean: object) -> None:
    form = a_form(a_field(type="number", decimals=3))
    assert check(form, {"x": "1.234"}, language).values == {"x": clean}


def test_every_language_has_a_way_to_write_decimals() -> None:
    for language in LANGUAGES:
        assert check(a_form(a_field(type="number"), languages=(language,)), {"x": "12.5"}).errors == ()


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**13) + 1, max_value=10**13 - 1))
def test_a_number_stands_on_the_lead_as_it_was_sent_to_the_last_digit(number: Decimal) -> None:
    """JSON holds what Python shows of a float; the Description holds what was sent."""
    field = a_field(type="number", lead_field="Budget__c")
    values = check(a_form(field), {"x": exact_text(number) or ""}).values
    on_lead = json.dumps(written_by([field], a_form(field), values)["Budget__c"])
    assert Decimal(on_lead) == number
    described = a_field(type="number")
    text = written_by([described], a_form(described), values)["Description"]
    assert Decimal(text.removeprefix("Vraag: ")) == number


@pytest.mark.parametrize("type_", ["text", "textarea", "name"])
def test_the_length_is_counted_after_cleaning(type_: str) -> None:
    field = a_field(type=type_, max_length=5)
    assert judged(field, "  J\u200bo\u0301se\u0301  ") == "Jósé"
    assert judged(field, "abcdef") == "too_long"


def test_line_breaks_count_once_as_the_browser_counts_them() -> None:
    assert judged(a_field(type="textarea", max_length=3), "a\r\nb") == "a\nb"


# --- length caps -------------------------------------------------------------------------------------------------


def unreachable(*_: object) -> None:
    raise AssertionError("a text over its cap was parsed")


@pytest.mark.parametrize(
    ("type_", "function", "cap"),
    [("email", "valid_email", 80), ("phone", "to_e164", 40), ("country", "country_code", 255),
     ("name", "tidy_name", 255), ("integer", "read_number", 255), ("number", "read_number", 255),
     ("date", "_date", 255)],
)  # fmt: skip
def test_a_text_over_the_cap_is_never_parsed(
    type_: str, function: str, cap: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hostile text must cost no more than its length."""
    monkeypatch.setattr(f"shared.intake.validation.{function}", unreachable)
    assert judged(a_field(type=type_, max_length=255), "1" * (cap + 1)) == "too_long"


def test_a_form_may_set_a_lower_cap_but_no_higher_one_for_addresses_and_numbers() -> None:
    assert judged(a_field(type="email", max_length=10), "sanne@example.com") == "too_long"
    assert judged(a_field(type="email", max_length=255), "a" * 70 + "@example.com") == "too_long"


# --- the whole form ----------------------------------------------------------------------------------------------


def test_all_that_is_wrong_is_told_in_the_order_of_the_form() -> None:
    checked = check(forms()["contact"], {"email": "x", "phone": "y", "message": "Hoi"})
    assert [(error.field, error.code) for error in checked.errors] == [
        ("last_name", "required"),
        ("email", "invalid_email"),
        ("phone", "invalid_phone"),
        ("consent", "consent_needed"),
    ]
    assert checked.values == {"message": "Hoi"}


def test_a_right_form_has_values_and_no_errors() -> None:
    checked = check(forms()["contact"], CONTACT)
    assert checked.errors == ()
    assert checked.values == {
        "first_name": "Sanne",
        "last_name": "de Vries",
        "email": "sanne@example.com",
        "message": "Hebben jullie bakfietsen?",
    }


def test_names_that_the_form_does_not_know_are_ignored() -> None:
    assert check(forms()["contact"], {**CONTACT, "OwnerId": "x", "Id": "y"}) == check(forms()["contact"], CONTACT)


@pytest.mark.parametrize("ticked", ["on", "1", "true", "yes", "JA", " y ", ["", "on"]])
def test_consent_is_any_yes(ticked: FieldValue) -> None:
    assert consent_given(forms()["contact"], {"consent": ticked})


@pytest.mark.parametrize("open_", ["", "off", "0", "no", "nee", "perhaps", [], ["0"]])
def test_anything_else_is_no_consent(open_: FieldValue) -> None:
    assert not consent_given(forms()["contact"], {"consent": open_})
    assert not consent_given(forms()["contact"], {})


def test_a_form_without_a_consent_text_asks_for_none() -> None:
    form = a_form(a_field())
    assert check(form, {}).errors == ()
    assert not consent_given(form, {"consent": "on"})


# --- what the visitor reads --------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", FIELD_ERRORS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_error_has_a_whole_sentence_in_every_language(code: str, language: Any) -> None:
    field = a_field(type="choice", choices=CHOICES)
    text = describe(a_form(field), FieldError("x", code, {"maximum": "5", "minimum": "1", "decimals": "2"}), language)
    assert text.startswith({"nl": "Vraag: ", "en": "Question: "}[language])
    assert "{" not in text


def test_a_sentence_names_the_limit_and_the_choices() -> None:
    form = a_form(a_field(type="choice", choices=CHOICES))
    assert describe(form, FieldError("x", "invalid_choice"), "nl") == "Vraag: kies uit a, b."
    assert describe(form, FieldError("x", "too_long", {"maximum": "5"}), "en") == "Question: use at most 5 characters."


def test_a_label_with_braces_is_text() -> None:
    form = a_form(a_field(label={"nl": "{0} {label.__class__}", "en": "x"}))
    assert describe(form, FieldError("x", "required"), "nl") == "{0} {label.__class__}: vul dit veld in."


def test_consent_has_a_label_of_its_own() -> None:
    assert describe(forms()["contact"], FieldError("consent", "consent_needed"), "nl").startswith("Toestemming: ")


# --- anything ----------------------------------------------------------------------------------------------------

TEXTS = st.text(alphabet=st.characters(), max_size=60) | st.sampled_from(
    ["1" * 60000, "\ud800", "NaN", "on", "-0", "+"]
)
VALUES = TEXTS | st.lists(TEXTS, max_size=4)


@pytest.mark.parametrize("form_id", sorted(forms()))
@given(data=st.data())
def test_nothing_that_is_sent_breaks_the_check(form_id: str, data: st.DataObject) -> None:
    """And whatever is wrong can be told; whatever is right can be stored."""
    form = forms()[form_id]
    sent = data.draw(st.dictionaries(st.sampled_from(sorted(form.input_names)), VALUES))
    checked = check(form, sent)
    for error in checked.errors:
        assert all(describe(form, error, language) for language in LANGUAGES)
    for name, value in checked.values.items():
        str(value).encode()
        assert name not in {error.field for error in checked.errors}


@given(st.text(alphabet=st.characters(), max_size=40))
def test_checking_a_clean_value_again_changes_nothing(text: str) -> None:
    """The intake checks, and the processor again."""
    for type_ in ("text", "name", "textarea", "email", "phone", "date"):
        clean = judged(a_field(type=type_), text)
        if clean is not None and clean not in FIELD_ERRORS:
            assert judged(a_field(type=type_), clean) == clean
