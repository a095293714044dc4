"""Webflow, version 2 of its API: https://developers.webflow.com/data/docs/working-with-webhooks

An answer is known by its field's name or by the id of its element. Webhooks that were made in Webflow's dashboard
are not signed, those that an app made are. Webflow has no test; events of other kinds are nothing to keep.
"""

from shared.webhooks.reading import (
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
    return Answers(answered, submission_id(payload.get("id"))) if answered else NoSubmission("no answers")
