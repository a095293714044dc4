"""Jotform: https://www.jotform.com/help/245-how-to-setup-a-webhook-with-jotform/

The form's fields say which submission it is; the answers are the JSON in `rawRequest`, each as `q<number>_<name>`. An
answer of several parts is an object: `q3_name.first` or `name.first` is one part, `name` the whole. A preview of the
form in Jotform's own editor is its test.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from shared.webhooks.reading import (
    Answered,
    Answers,
    NoSubmission,
    Reading,
    Unreadable,
    as_object,
    as_text,
    json_inside,
    parts_of,
    submission_id,
    texts_of,
)

_QUESTION: Final = re.compile(r"q([0-9]+)_(.+)", re.DOTALL)
_ENTITIES: Final = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&#039;": "'", "&#39;": "'", "&amp;": "&"}
_ENTITY: Final = re.compile("|".join(_ENTITIES))
"""Jotform writes answers as HTML: O&#039;Brien."""


def read(content: object) -> Reading:
    fields = as_object(content)
    raw = json_inside(as_text(fields.get("rawRequest")))
    if not isinstance(raw, dict):
        return Unreadable("Jotform sends a form whose field rawRequest holds the answers as JSON.")
    if as_text(raw.get("preview")) == "true":
        return NoSubmission("preview")
    answered = tuple(answer for key, value in raw.items() for answer in _answered(str(key), value))
    return Answers(answered, submission_id(fields.get("submissionID")))


def _answered(key: str, value: object) -> Iterator[Answered]:
    found = _QUESTION.fullmatch(key)
    names = (key, found[2], found[1]) if found else (key,)
    if not isinstance(value, dict):
        yield Answered(key, names, _plain(texts_of(value)))
        return
    yield Answered(key, names, _plain(_whole(value)))
    for part, texts in parts_of(value, ""):
        yield Answered(key, tuple(f"{name}.{part}" for name in names), _plain(texts))


def _whole(parts: Mapping[str, Any]) -> tuple[str, ...]:
    """A date as 2026-11-30, a phone number or a name in one text; each row of a list or table on its own."""
    date = [as_text(parts.get(part)) for part in ("year", "month", "day")]
    if all(text.isdecimal() and len(text) <= 4 for text in date):
        return (f"{date[0]:0>4}-{date[1]:0>2}-{date[2]:0>2}",)
    if not all(isinstance(part, str) for part in parts.values()):
        return texts_of(parts)
    abroad = "+" if {"country", "phone"} <= parts.keys() and parts["country"].strip().isdecimal() else ""
    whole = abroad + " ".join(text.strip() for text in parts.values() if text.strip())
    return (whole,) if whole else ()


def _plain(texts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(_ENTITY.sub(lambda entity: _ENTITIES[entity[0]], text) for text in texts)
