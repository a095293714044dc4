"""Typeform: https://www.typeform.com/developers/webhooks/example-payload/

An answer is known by its question's ref, its id, or the question as it was asked; what the address of the form carried
along is `hidden.<name>`. Typeform has no test of its own kind: «Send test request» sends made-up answers.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from shared.webhooks.reading import (
    DEEPEST,
    NO_ANSWERS,
    Answered,
    Answers,
    NoSubmission,
    Reading,
    Unreadable,
    as_list,
    as_object,
    as_text,
    submission_id,
    texts_of,
)


def read(content: object) -> Reading:
    event = as_object(content)
    if not as_text(event.get("event_type")):
        return Unreadable("Typeform sends one object with event_type and form_response.")
    if event["event_type"] != "form_response":
        return NoSubmission("another event")  # an answer that was begun and not sent, for one
    response = as_object(event.get("form_response"))
    answers = [as_object(answer) for answer in as_list(response.get("answers"))]
    titles = dict(_titles(as_object(response.get("definition")).get("fields")))
    answered = [_answered(answer, titles, number) for number, answer in enumerate(answers)]
    answered += [
        Answered(f"hidden.{name}", (f"hidden.{name}",), texts_of(value))
        for name, value in as_object(response.get("hidden")).items()
    ]
    if not answers and not any(answer.texts for answer in answered):
        return NO_ANSWERS
    return Answers(tuple(answered), submission_id(response.get("token")), only_hidden=not answers)


def _answered(answer: Mapping[str, Any], titles: Mapping[str, str], number: int) -> Answered:
    field = as_object(answer.get("field"))
    field_id = as_text(field.get("id"))
    names = (as_text(field.get("ref")), field_id, titles.get(field_id, ""))
    return Answered(f"answer {number}", tuple(filter(None, names)), _texts(answer))


def _texts(answer: Mapping[str, Any]) -> tuple[str, ...]:
    """Under the name of its type: a single value, or an object with label, labels and what was typed for «other»."""
    value = answer.get(as_text(answer.get("type")))
    if not isinstance(value, dict):
        return texts_of(value)
    chosen = [value[name] for name in ("label", "labels", "other") if name in value]
    return texts_of(chosen or value)


def _titles(fields: object, depth: int = 0) -> Iterator[tuple[str, str]]:
    """By id, also those of questions in groups."""
    for field in map(as_object, as_list(fields)):
        yield as_text(field.get("id")), as_text(field.get("title"))
        if depth < DEEPEST:
            yield from _titles(as_object(field.get("properties")).get("fields"), depth + 1)
