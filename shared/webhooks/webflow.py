"""Webflow, version 2 of its API: https://developers.webflow.com/data/docs/working-with-webhooks

An answer is known by its field's name or by the id of its element; the page's address is `meta.pageUrl`. Webhooks that
were made in Webflow's dashboard are not signed, those that an app made are. Webflow has no test; events of other kinds
are nothing to keep.
"""

from typing import Final

from shared.webhooks.reading import (
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

_ABOUT: Final = ("name", "pageUrl", "publishedPath")
"""Of the form and the page that it is on, beside the answers."""


def read(content: object) -> Reading:
    event = as_object(content)
    trigger = as_text(event.get("triggerType"))
    payload = as_object(event.get("payload"))
    if not trigger or not isinstance(event.get("payload"), dict):
        return Unreadable("Webflow sends one object with triggerType and payload.")
    if trigger != "form_submission":
        return NoSubmission("another event")
    schema = map(as_object, as_list(payload.get("schema")))
    elements = {as_text(field.get("fieldName")): as_text(field.get("fieldElementId")) for field in schema}
    answered = tuple(
        Answered(name, tuple(filter(None, (name, elements.get(name, "")))), texts_of(value))
        for name, value in as_object(payload.get("data")).items()
    )
    if not answered:
        return NO_ANSWERS
    about = tuple(Answered("", (f"meta.{name}",), texts_of(payload.get(name))) for name in _ABOUT)
    return Answers((*answered, *about), submission_id(payload.get("id")))
