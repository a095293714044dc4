"""Gravity Forms, by its Webhooks Add-On: https://docs.gravityforms.com/triggering-webhooks-form-submissions/

«All Fields» sends the entry (https://docs.gravityforms.com/entry-object/): `1.3` is the third input of field 1, and the
inputs of checkboxes share the name of their field. «Select Fields» sends names that the form's author gave.
"""

from collections.abc import Mapping
from typing import Any, Final

from shared.webhooks.reading import (
    Answered,
    Answers,
    Reading,
    Unreadable,
    as_text,
    json_inside,
    submission_id,
    texts_of,
)

_ENTRY: Final = ("id", "form_id", "date_created")
"""Of an entry; a request with selected fields may have an `id` that is somebody's answer."""


def read(content: object) -> Reading:
    if not isinstance(content, dict):
        return Unreadable("Gravity Forms sends one object with the entry's fields.")
    answered = tuple(Answered(str(name), _names(str(name)), _texts(value)) for name, value in content.items())
    return Answers(answered, _entry_id(content) if content.keys() >= set(_ENTRY) else "")


def _entry_id(entry: Mapping[str, Any]) -> str:
    """An id alone is one of its website: another's, or the same one built again, has the same."""
    return submission_id(" ".join(as_text(entry[name]) for name in _ENTRY)) if as_text(entry["id"]) else ""


def _names(name: str) -> tuple[str, ...]:
    field, dot, number = name.partition(".")
    return (name, field) if dot and field.isdecimal() and number.isdecimal() else (name,)


def _texts(value: object) -> tuple[str, ...]:
    """A field with several answers is JSON inside a text: `["Service","Branding"]`."""
    text = as_text(value)
    several = json_inside(text) if text.startswith("[") else None
    return texts_of(several) if isinstance(several, list) else texts_of(value)
