"""What the payload of any tool comes down to: answers under the names that a form file may call them by."""

import json
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from shared.form.definition import Form
from shared.form.field import FieldType
from shared.form.sources import Source
from shared.submission import FieldValue
from shared.values.numbers import exact_text
from shared.webhooks.ticking import apart

DEEPEST: Final = 8
"""Levels of nested answers that are looked into; tools have three."""
_LONGEST_ID: Final = 255


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer, or one part of one. `question` is the same for all parts; '' for what nobody was asked. `names` are
    what a mapping may call it."""

    question: str
    names: tuple[str, ...]
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answers:
    """`submission` is the tool's own id of it: a repeat has the same. '' where the tool gives none.

    `only_hidden`: no question was answered, so there is nothing to keep unless what came along fills a field.
    """

    answered: tuple[Answered, ...]
    submission: str = ""
    only_hidden: bool = False


@dataclass(frozen=True, slots=True)
class NoSubmission:
    """Nothing to keep: a test of the connection, or an event of another kind. `what` is one of our own words."""

    what: str


NO_ANSWERS: Final = NoSubmission("no answers")


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Not what this tool sends. `why` quotes nothing of it."""

    why: str


type Reading = Answers | NoSubmission | Unreadable
type Reader = Callable[[object], Reading]
"""Takes parsed JSON, or the fields of a form by name; raises nothing, whatever is in it."""


def as_object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def as_list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def as_text(value: object) -> str:
    """Of a single value: '' for what is none, or holds others."""
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int() if abs(value) < 10**300:
            return str(value)
        case Decimal():
            return exact_text(value) or ""
        case float() if math.isfinite(value):
            return str(int(value)) if value.is_integer() else str(value)
        case _:
            return ""


def submission_id(value: object) -> str:
    return as_text(value)[:_LONGEST_ID]


def texts_of(value: object, depth: int = 0) -> tuple[str, ...]:
    """All single values inside, in their order, without blanks."""
    if isinstance(value, dict | list) and depth < DEEPEST:
        inside = value.values() if isinstance(value, dict) else value
        return tuple(text for one in inside for text in texts_of(one, depth + 1))
    text = as_text(value)
    return (text,) if text.strip() else ()


def parts_of(value: object, name: str, depth: int = 0) -> Iterable[tuple[str, tuple[str, ...]]]:
    """Each value under the names on the way to it, with dots between: `data.email`. Values of a list share a name."""
    if isinstance(value, dict) and depth < DEEPEST:
        for key, inside in value.items():
            yield from parts_of(inside, f"{name}.{key}" if name else str(key), depth + 1)
    else:
        yield name, texts_of(value, depth)


def json_inside(text: str) -> object:
    """JSON that a tool put into a text; None where it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def filled(form: Form, source: Source, answers: Answers) -> tuple[dict[str, FieldValue], int]:
    """The form's fields, and how many questions the form file does not name. Without `fields`, names are ours."""
    found: dict[str, list[str]] = {}
    asked: set[str] = set()
    used: set[str] = set()
    for answer in answers.answered:
        if answer.question:
            asked.add(answer.question)
        ours = _ours(source, answer.names)
        if not ours:
            continue
        used.add(answer.question)
        said = source.values.get(ours, {})
        texts = _ticked(form, ours, said, answer.texts)
        found.setdefault(ours, []).extend(said.get(text, text) for text in texts if text.strip())
    return {name: _together(form, name, texts) for name, texts in found.items() if texts}, len(asked - used)


def _ticked(form: Form, name: str, said: Mapping[str, str], texts: tuple[str, ...]) -> tuple[str, ...]:
    field = form.field(name)
    if field is None or field.type is not FieldType.CHOICES:
        return texts
    known = {*said, *(choice.value for choice in field.choices)}
    return tuple(part for text in texts for part in apart(text, known))


def _ours(source: Source, names: tuple[str, ...]) -> str:
    if not source.fields:
        return names[0] if names else ""
    return next((source.fields[name] for name in names if name in source.fields), "")


_BETWEEN: Final = {FieldType.TEXTAREA: "\n", FieldType.TEXT: " ", FieldType.NAME: " "}
"""Tools ask for one answer in parts: a name with its particle apart, a question and its details."""


def _together(form: Form, name: str, texts: list[str]) -> FieldValue:
    field = form.field(name)
    if len(texts) == 1:
        return texts[0]
    if field and field.type in _BETWEEN:
        return _BETWEEN[field.type].join(texts)
    return list(dict.fromkeys(texts))
