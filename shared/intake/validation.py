"""What a visitor sent, held against the form: clean values and ALL that is wrong, never just the first.

The intake function asks this to answer the visitor; the processor asks it again, since other channels,
replays and newer form versions pass there too.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from shared.form.definition import Form
from shared.form.field import FieldType, FormField
from shared.form.spam_section import CAPTCHA_FIELD
from shared.form.texts import CAPTCHA_LABEL, CONSENT_LABEL, FIELD_ERRORS, Language
from shared.submission import FieldValue
from shared.values.cleaning import has_line_or_control, is_blank, one_line, storable, tidy_name, without_control
from shared.values.countries import country_code
from shared.values.email_address import MAX_LENGTH as EMAIL_LENGTH
from shared.values.email_address import valid_email
from shared.values.numbers import Mark, decimals_of, read_number
from shared.values.phone import MAX_LENGTH as PHONE_LENGTH
from shared.values.phone import to_e164

type CleanValue = str | list[str] | int | bool | Decimal
"""A Decimal is never a whole number."""

_YES = frozenset({"true", "yes", "ja", "on", "1", "y", "j"})
_NO = frozenset({"false", "no", "nee", "off", "0", "n"})
_DECIMAL_MARKS: Final[Mapping[str, Mark]] = {"nl": ",", "en": "."}
"""By language; a test knows that each has one."""


@dataclass(frozen=True, slots=True)
class FieldError:
    """`code` is a key of texts.FIELD_ERRORS; `limits` fill the blanks of its text."""

    field: str
    code: str
    limits: dict[str, str] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Checked:
    """`values` holds what was filled in and right; consent is not among them, it is evidence, not Lead data."""

    values: dict[str, CleanValue]
    errors: tuple[FieldError, ...]


class _Wrong(Exception):
    def __init__(self, code: str, **limits: object) -> None:
        super().__init__(code)
        self.code = code
        self.limits = {name: str(limit) for name, limit in limits.items()}


def check(form: Form, sent: Mapping[str, FieldValue], language: str = "") -> Checked:
    """Names that the form does not know are ignored. `language` is the visitor's, else the form's first counts."""
    mark = _DECIMAL_MARKS.get(language) or _DECIMAL_MARKS[form.languages[0]]
    values: dict[str, CleanValue] = {}
    errors: list[FieldError] = []
    for form_field in form.fields:
        try:
            value = _clean(form_field, sent.get(form_field.name, ""), form.country, mark)
        except _Wrong as wrong:
            errors.append(FieldError(form_field.name, wrong.code, wrong.limits))
            continue
        if value is not None:
            values[form_field.name] = value
    if form.consent and form.consent.required and not consent_given(form, sent):
        errors.append(FieldError(form.consent.field, "consent_needed"))
    return Checked(values, tuple(errors))


def consent_given(form: Form, sent: Mapping[str, FieldValue]) -> bool:
    if form.consent is None:
        return False
    return said_yes(sent.get(form.consent.field, ""))


def said_yes(sent: FieldValue) -> bool:
    return any(text.strip().lower() in _YES for text in _texts(sent))


def describe(form: Form, error: FieldError, language: Language) -> str:
    """The sentence that the visitor reads."""
    form_field = form.field(error.field)
    other = CAPTCHA_LABEL if error.field == CAPTCHA_FIELD else CONSENT_LABEL
    label = form_field.label[language] if form_field else other[language]
    limits = dict(error.limits)
    if error.code == "invalid_choice" and form_field:
        limits["choices"] = ", ".join(choice.label[language] for choice in form_field.choices)
    return FIELD_ERRORS[error.code][language].format(label=label, **limits)


def _texts(value: FieldValue) -> list[str]:
    return [value] if isinstance(value, str) else value


def _clean(form_field: FormField, sent: FieldValue, country: str, mark: Mark) -> CleanValue | None:
    texts = list(dict.fromkeys(text for text in map(storable, _texts(sent)) if not is_blank(text)))
    if not texts:
        if form_field.required:
            raise _Wrong("required")
        return None
    if form_field.type is FieldType.CHOICES:
        return list(dict.fromkeys(_choice(form_field, text) for text in texts))
    if form_field.type is FieldType.BOOLEAN:
        return _boolean(texts)
    if len(texts) > 1:
        raise _Wrong("too_many_values")
    return _clean_text(form_field, texts[0], country, mark)


def _clean_text(form_field: FormField, text: str, country: str, mark: Mark) -> CleanValue:
    most = room(form_field)
    if len(text) > most:
        raise _Wrong("too_long", maximum=most)
    if form_field.type is FieldType.TEXTAREA:
        return without_control(text).strip()
    if has_line_or_control(text):
        raise _Wrong("control_characters")
    return _typed(form_field, one_line(text), country, mark)


def room(form_field: FormField) -> int:
    """Characters that an answer may have."""
    match form_field.type:
        case FieldType.EMAIL:
            return min(form_field.max_length, EMAIL_LENGTH)
        case FieldType.PHONE:
            return min(form_field.max_length, PHONE_LENGTH)
        case _:
            return form_field.max_length


def _typed(form_field: FormField, text: str, country: str, mark: Mark) -> CleanValue:  # noqa: PLR0911 (one return for each type)
    match form_field.type:
        case FieldType.NAME:
            return tidy_name(text)
        case FieldType.EMAIL:
            return _or_wrong(valid_email(text), "invalid_email")
        case FieldType.PHONE:
            return _or_wrong(to_e164(text, country), "invalid_phone")
        case FieldType.COUNTRY:
            return _or_wrong(country_code(text), "invalid_country")
        case FieldType.CHOICE:
            return _choice(form_field, text)
        case FieldType.INTEGER | FieldType.NUMBER:
            return _number(form_field, text, mark)
        case FieldType.DATE:
            return _date(text)
        case _:
            return text


def _or_wrong(value: str | None, code: str) -> str:
    if value is None:
        raise _Wrong(code)
    return value


def _choice(form_field: FormField, text: str) -> str:
    for choice in form_field.choices:
        if one_line(storable(choice.value)) == one_line(text):
            return choice.value
    raise _Wrong("invalid_choice")


def _boolean(texts: list[str]) -> bool:
    """A hidden `0` before the ticked `1` is how many websites post a checkbox, so any yes is a yes."""
    answers = {text.lower() for text in texts}
    if answers & _YES:
        return True
    if answers <= _NO:
        return False
    raise _Wrong("invalid_boolean")


def _number(form_field: FormField, text: str, mark: Mark) -> int | Decimal:
    number, places = read_number(text, mark), form_field.places
    if number is None or (decimals := decimals_of(number)) > places:
        raise _Wrong("invalid_decimal", decimals=places) if places else _Wrong("invalid_number")
    least, most = form_field.bounds
    if number < least:
        raise _Wrong("too_small", minimum=least)
    if number > most:
        raise _Wrong("too_large", maximum=most)
    return number if decimals else int(number)


def _date(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise _Wrong("invalid_date") from None
