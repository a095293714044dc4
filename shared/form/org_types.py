"""Which answers of a form go into which types of Salesforce fields, and how long they are there. Pure."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Final

from shared.form.field import FREE_TEXT, FieldType, FormField
from shared.form.lead_fields import is_custom
from shared.values.countries import english_names
from shared.values.email_address import MAX_LENGTH as EMAIL_LENGTH

PICKLISTS: Final = frozenset({"picklist", "multipicklist"})
_FRACTIONS: Final = frozenset({"double", "currency", "percent"})
_NUMBERS: Final = _FRACTIONS | {"int", "long"}
_LONG_TEXTS: Final = frozenset({"string", "textarea", "encryptedstring"})
TEXTS: Final = _LONG_TEXTS | {"url", "phone", "email", "combobox"}
TAKES: Final = {
    FieldType.TEXT: TEXTS - {"email"},
    FieldType.NAME: TEXTS - {"email"},
    FieldType.TEXTAREA: _LONG_TEXTS,
    FieldType.EMAIL: _LONG_TEXTS | {"email"},
    FieldType.PHONE: _LONG_TEXTS | {"phone"},
    FieldType.CHOICE: _LONG_TEXTS | PICKLISTS | {"combobox"},
    FieldType.CHOICES: _LONG_TEXTS | {"multipicklist"},
    FieldType.INTEGER: _NUMBERS,
    FieldType.NUMBER: _FRACTIONS,
    FieldType.DATE: _LONG_TEXTS | {"date"},
    FieldType.COUNTRY: _LONG_TEXTS | {"picklist", "combobox"},
    FieldType.BOOLEAN: frozenset({"boolean"}),
}
"""Types of the org by type of the form. Free text on a picklist is judged apart.

Whether a real org takes a JSON number or a yes for a text field is not documented: so neither is written there.
"""
ANYTHING_TYPED: Final = frozenset({FieldType.TEXT, FieldType.NAME, FieldType.TEXTAREA})
SUITING: Final = {
    **dict.fromkeys(_NUMBERS, FieldType.INTEGER),
    **dict.fromkeys(_FRACTIONS, FieldType.NUMBER),
    **dict.fromkeys(TEXTS, FieldType.TEXT),
    "email": FieldType.EMAIL,
    "phone": FieldType.PHONE,
    "picklist": FieldType.CHOICE,
    "multipicklist": FieldType.CHOICES,
    "date": FieldType.DATE,
    "boolean": FieldType.BOOLEAN,
}
_E164_LENGTH: Final = 16
TIMESTAMP_LENGTH: Final = 24


def longest(field: FormField) -> int:
    """Characters that an answer can have on the Lead."""
    match field.type:
        case FieldType.PHONE:
            return _E164_LENGTH
        case FieldType.COUNTRY:
            return max(len(name) for name in english_names().values())
        case FieldType.CHOICE | FieldType.CHOICES:
            picked = [choice.on_lead for choice in field.choices]
            return max(map(len, picked)) if field.type is FieldType.CHOICE else len(";".join(picked))
        case FieldType.EMAIL:
            return min(field.max_length, EMAIL_LENGTH)
        case _ if field.type in FREE_TEXT:
            return min(field.max_length, field.room or field.max_length)
    return len("2026-11-30") if field.type is FieldType.DATE else 0


def shorter(field: FormField, length: int) -> str:
    if field.type not in ANYTHING_TYPED | {FieldType.EMAIL}:
        return f"a field of {longest(field)} characters"
    if field.too_long == "cut":
        return f"lead_length = {length}"
    cut = f', or too_long = "cut" and lead_length = {length}' if is_custom(field.lead_field) else ""
    return f"max_length = {length}{cut}"


def is_of_type(kind: str, value: str | bool | int) -> bool:
    match value:
        case bool():
            return kind == "boolean"
        case int():
            return kind in _NUMBERS
        case str() if kind == "date":
            return _parses(date.fromisoformat, value)
        case str() if kind == "datetime":
            return _parses(datetime.fromisoformat, value)
        case _:
            return kind in TEXTS | {"reference"}


def _parses(read: Callable[[str], object], text: str) -> bool:
    try:
        read(text)
    except ValueError:
        return False
    return True
