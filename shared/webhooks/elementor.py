"""Elementor Pro, by the action Webhook of a form: https://elementor.com/help/form-actions-after-submit/

With «Advanced Data» the fields are `fields[<id>][value]` beside their title, type and raw value; without, each field is
called by its label, beside form_id, form_name and, if the form asks for them, Date, Time and Page URL
(https://github.com/elementor/elementor/issues/3389). Elementor gives a submission no id and has no test.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from shared.webhooks.reading import Answered, Answers, Reading, Unreadable, as_text, texts_of

_ADVANCED: Final = re.compile(r"(fields|meta)\[([^\]]+)\]\[([a-z_]+)\](?:\[([0-9]+)\])?")


def read(content: object) -> Reading:
    if not isinstance(content, dict):
        return Unreadable("Elementor sends one form with its fields.")
    advanced: dict[tuple[str, str], dict[str, Any]] = {}
    flat: list[Answered] = []
    for name, value in content.items():
        if found := _ADVANCED.fullmatch(str(name)):
            about = advanced.setdefault((found[1], found[2]), {})
            if found[4] is None:
                about[found[3]] = value
            else:
                about.setdefault(f"{found[3]}[]", []).append(value)
        else:
            flat.append(Answered(str(name), (str(name),), texts_of(value)))
    return Answers((*(_answered(kind, field, about) for (kind, field), about in advanced.items()), *flat))


def _answered(kind: str, field: str, about: Mapping[str, Any]) -> Answered:
    """The value is one text, with commas between what was ticked; the raw value keeps these apart."""
    name = field if kind == "fields" else f"meta.{field}"
    title = as_text(about.get("title"))
    ticked = as_text(about.get("type")) in {"checkbox", "select"}
    value = about.get("raw_value[]") if ticked else None
    names = (name, title) if title and kind == "fields" else (name,)
    return Answered(f"{kind}.{field}", names, texts_of(value or about.get("value")))
