"""The inputs of a form, from its TOML file: the website says nothing twice."""

import time
import uuid
from collections.abc import Mapping, Sequence

from local.website.texts import Texts
from shared.form.definition import CLICK_ID_FIELDS, UTM_FIELDS, ConsentText, Form
from shared.form.field import Choice, FieldType, FormField
from shared.form.texts import Language
from shared.html import Html, element, together

INPUT_TYPES: Mapping[FieldType, str] = {
    FieldType.EMAIL: "email",
    FieldType.PHONE: "tel",
    FieldType.INTEGER: "number",
    FieldType.DATE: "date",
}


def hidden_inputs(form: Form, language: Language, page_url: str, query: Mapping[str, Sequence[str]]) -> Html:
    """The key makes a double click one submission; the time shows a bot's haste."""
    values = {
        "lang": language,
        "submission_key": str(uuid.uuid4()),
        "form_started_at": str(int(time.time())),
        "page_url": page_url,
    }
    if form.consent:
        values["consent_text_version"] = form.consent.text_version
    values |= {name: query[name][0] for name in (*UTM_FIELDS, *CLICK_ID_FIELDS) if query.get(name)}
    return together(*(element("input", type="hidden", name=name, value=value) for name, value in values.items()))


def honeypot(form: Form, texts: Texts) -> Html:
    """Bots fill it in; people neither see it nor reach it with the keyboard."""
    name = form.spam.honeypot
    return element(
        "div",
        element("label", texts.leave_empty, for_=f"f-{name}"),
        element("input", type="text", id=f"f-{name}", name=name, tabindex="-1", autocomplete="off"),
        class_="off-screen",
        aria_hidden="true",
    )


def visible_input(field: FormField, language: Language, texts: Texts) -> Html:
    match field.type:
        case FieldType.BOOLEAN:
            return _tick_box(field.name, "true", field.label[language], required=field.required)
        case FieldType.CHOICES:
            return _tick_boxes(field, language, texts)
        case _:
            return element(
                "p",
                element("label", field.label[language], _optional(field, texts), for_=f"f-{field.name}"),
                _control(field, language, texts),
                class_="field wide" if field.type is FieldType.TEXTAREA else "field",
            )


def consent_input(consent: ConsentText, language: Language) -> Html:
    return _tick_box(consent.field, "yes", consent.text[language], required=consent.required)


def _control(field: FormField, language: Language, texts: Texts) -> Html:
    match field.type:
        case FieldType.CHOICE:
            options = [element("option", texts.choose, value="")]
            options += [element("option", choice.label[language], value=choice.value) for choice in field.choices]
            return element("select", *options, id=f"f-{field.name}", name=field.name, required=field.required)
        case FieldType.TEXTAREA:
            return element(
                "textarea",
                id=f"f-{field.name}",
                name=field.name,
                rows=6,
                required=field.required,
                maxlength=field.max_length,
            )
        case _:
            return element(
                "input",
                type=INPUT_TYPES.get(field.type, "text"),
                id=f"f-{field.name}",
                name=field.name,
                required=field.required,
                maxlength=None if field.type in {FieldType.INTEGER, FieldType.DATE} else field.max_length,
                min=field.minimum,
                max=field.maximum,
                autocomplete=field.autocomplete or None,
            )


def _tick_boxes(field: FormField, language: Language, texts: Texts) -> Html:
    return element(
        "fieldset",
        element("legend", field.label[language], _optional(field, texts)),
        *(_one_of_many(field, choice, language) for choice in field.choices),
        class_="wide",
    )


def _one_of_many(field: FormField, choice: Choice, language: Language) -> Html:
    name = f"f-{field.name}-{choice.value}"
    box = element("input", type="checkbox", id=name, name=field.name, value=choice.value)
    return element("p", box, element("label", choice.label[language], for_=name), class_="tick")


def _tick_box(name: str, value: str, label: str, *, required: bool) -> Html:
    box = element("input", type="checkbox", id=f"f-{name}", name=name, value=value, required=required)
    return element("p", box, element("label", label, for_=f"f-{name}"), class_="tick wide")


def _optional(field: FormField, texts: Texts) -> Html | None:
    return None if field.required else element("span", f" ({texts.optional})", class_="optional")
