"""A drafted form as the text of its file, for people who will go on writing it."""

import json
from collections.abc import Iterator

from ops.web_to_lead.draft import Draft, DraftField

_TODO = "# TODO: guessed from the label; `form-to-lead forms check` says whether the org has it"


def as_toml(draft: Draft) -> str:
    return "\n".join(_lines(draft)) + "\n"


def _lines(draft: Draft) -> Iterator[str]:
    yield f"# {_one_line(draft.title)}, made from a Web-to-Lead page. docs/forms.md explains every key."
    yield f"id = {_text(draft.form_id)}"
    yield 'version = "1"'
    yield f"title = {_translated(draft, draft.title)}"
    yield f"languages = [{_text(draft.language)}]"
    yield f"country = {_text(draft.country)}"
    yield "\n[website]"
    yield f"origins = [{', '.join(map(_text, draft.origins))}]"
    yield f"thank_you_page = {_translated(draft, draft.thank_you_page)}"
    yield from _lead(draft)
    yield "\n[existing]"
    yield f"task_subject = {_text(f'Website: {draft.title}'[:255])}"
    yield "\n[web_to_lead]"
    yield f"org_id = {_text(draft.org_id)}"
    if draft.campaigns:
        yield f"campaigns = [{', '.join(map(_text, draft.campaigns))}]"
    if draft.date_order:
        todo = "  # TODO: guessed from the country; how do visitors write dates?" if draft.date_order_guessed else ""
        yield f"date_order = {_text(draft.date_order)}{todo}"
    custom = [one for one in draft.fields if one.theirs.startswith("00N")]
    if custom:
        yield "[web_to_lead.fields]"
        yield from (f"{_text(one.theirs)} = {_text(one.name)}" for one in custom)
    for one in draft.fields:
        yield from _field(draft, one)


def _lead(draft: Draft) -> Iterator[str]:
    if draft.defaults or draft.campaign_id:
        yield "\n[lead]"
    if draft.defaults:
        pairs = ", ".join(f"{name} = {_text(value)}" for name, value in draft.defaults.items())
        yield f"defaults = {{ {pairs} }}"
    if draft.campaign_id:
        status = f", status = {_text(draft.member_status)}" if draft.member_status else ""
        yield f"campaign = {{ id = {_text(draft.campaign_id)}{status} }}"
    if draft.fixed:
        yield "\n[lead.fixed]"
        for one in draft.fixed:
            yield (
                f"{one.lead_field} = {json.dumps(one.value) if not isinstance(one.value, str) else _text(one.value)}"
                + (f"  {_TODO}" if one.guessed else "")
            )


def _field(draft: Draft, one: DraftField) -> Iterator[str]:
    yield "\n[[fields]]"
    yield f"name = {_text(one.name)}"
    yield f"type = {_text(one.type)}"
    yield f"label = {_translated(draft, one.label)}"
    if one.required:
        yield "required = true"
    if one.max_length:
        yield f"max_length = {one.max_length}"
    yield f"lead_field = {_text(one.lead_field)}" + (f"  {_TODO}" if one.guessed else "")
    if one.lead_length:
        yield f"lead_length = {one.lead_length}"
    if one.cut:
        yield 'too_long = "cut"'
    if one.autocomplete:
        yield f"autocomplete = {_text(one.autocomplete)}"
    for choice in one.choices:
        yield "[[fields.choices]]"
        yield f"value = {_text(choice.value)}"
        yield f"label = {_translated(draft, choice.label)}"


def _translated(draft: Draft, text: str) -> str:
    return f"{{ {draft.language} = {_text(text)} }}"


def _text(value: str) -> str:
    """A basic string of TOML is one of JSON, but for the one control character that JSON lets be."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _one_line(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)
