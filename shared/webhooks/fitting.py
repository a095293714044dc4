"""What a tool sends may be larger than a row of the ledger: then of each answer is kept what shows that it is too long.

Such an answer is wrong however it is cut, so an operator mends it; the rest of the submission is whole.
"""

from collections.abc import Mapping
from typing import Final

from shared.form.definition import Form
from shared.form.field import FieldType, FormField
from shared.intake.validation import room
from shared.submission import FieldValue
from shared.values.cleaning import storable

MAX_KEPT: Final = 160 * 1024
"""Bytes. A row of DynamoDB holds 400 KB, and the answers twice once an operator has mended one."""
_OTHER_LENGTH: Final = 1000
_OTHER_TEXTS: Final = 20
"""Of what is no field: a consent, an address, a campaign."""


def fitting(form: Form, sent: Mapping[str, FieldValue]) -> dict[str, FieldValue] | None:
    """The answers as they can be stored; None where even those that the form takes are too much for a row."""
    whole = {
        name: storable(value) if isinstance(value, str) else list(map(storable, value)) for name, value in sent.items()
    }
    if _size(whole) <= MAX_KEPT:
        return whole
    cut = {name: _cut(form.field(name), value) for name, value in whole.items()}
    return cut if _size(cut) <= MAX_KEPT else None


def _cut(field: FormField | None, value: FieldValue) -> FieldValue:
    length, number = _OTHER_LENGTH, _OTHER_TEXTS
    if field:
        length, number = room(field) + 1, 2
    if field and field.choices:
        length = max(len(choice.value) for choice in field.choices) + 1
        number = len(field.choices) + 1 if field.type is FieldType.CHOICES else 2
    return value[:length] if isinstance(value, str) else [text[:length] for text in value[:number]]


def _size(fields: Mapping[str, FieldValue]) -> int:
    """Three bytes more for each text, as DynamoDB counts."""
    texts = [text for value in fields.values() for text in ([value] if isinstance(value, str) else value)]
    return sum(len(text.encode()) + 3 for text in texts)
