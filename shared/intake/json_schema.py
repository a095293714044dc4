"""A form as JSON Schema 2020-12: what a program may send, and how a page would show it."""

from collections.abc import Mapping
from typing import Any, Final

from shared.form.captcha_widget import action, script_address
from shared.form.definition import CLICK_ID_FIELDS, UTM_FIELDS, Form
from shared.form.field import FieldType, FormField
from shared.form.page_texts import FORM_TEXTS
from shared.form.spam_section import Captcha
from shared.form.texts import CAPTCHA_LABEL, Language
from shared.intake.validation import room
from shared.spam.captcha_answer import TOKEN_FIELDS

type Schema = dict[str, Any]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_ABOUT_THE_VISIT: Final[Mapping[str, Schema]] = {
    "submission_key": {"maxLength": 255, "description": "New for each submission: the same key never makes two."},
    "return_url": {"maxLength": 2000, "description": "Where a browser goes afterwards: one of the form's websites."},
    "page_url": {"description": "The page that the form stands on."},
    "referrer": {"description": "The page before that one."},
    "consent_text_version": {"maxLength": 40, "description": "The version of the consent's text that the page showed."},
    "form_started_at": {"description": "What GET /forms/{form_id}/start gave when the form was shown."},
}
INPUTS: Final[Mapping[FieldType, str]] = {
    FieldType.EMAIL: "email",
    FieldType.PHONE: "tel",
    FieldType.INTEGER: "number",
    FieldType.NUMBER: "decimal",
    FieldType.DATE: "date",
    FieldType.TEXTAREA: "textarea",
    FieldType.CHOICE: "select",
    FieldType.CHOICES: "checkboxes",
    FieldType.BOOLEAN: "checkbox",
}
"""The control that a page shows; `text` for all others. The names are HTML's where HTML has one; `decimal` is a text
box for a number that is no whole one."""
_FORMATS: Final[Mapping[FieldType, str]] = {FieldType.EMAIL: "email", FieldType.DATE: "date"}


def json_schema(form: Form, language: Language) -> Schema:
    """Of JSON posts: `validation.check` takes all that is valid, decimals and formats of phone, e-mail and country
    aside."""
    properties: Schema = {field.name: _property(field, language) for field in form.fields}
    required = [field.name for field in form.fields if field.required]
    if form.consent:
        given = {"const": True} if form.consent.required else {}
        properties[form.consent.field] = {"type": "boolean", "title": form.consent.text[language], **given}
        required += [form.consent.field] if form.consent.required else []
    properties["lang"] = {"enum": list(form.languages), "description": "The language of the answer."}
    if captcha := form.spam.captcha:
        properties[TOKEN_FIELDS[captcha.provider][0]] = {"type": "string", "description": "The captcha's token."}
    visit = {**_ABOUT_THE_VISIT, **{name: {} for name in (*UTM_FIELDS, *CLICK_ID_FIELDS)}}
    properties |= {name: {"type": "string", **limits} for name, limits in visit.items()}
    return {
        "$schema": DIALECT,
        "title": form.title[language],
        "type": "object",
        "properties": properties,
        "required": required,
        "x-form-to-lead": _for_pages(form, language),
    }


def _property(field: FormField, language: Language) -> Schema:
    described: Schema = {"title": field.label[language]}
    if hint := field.hint.get(language):
        described["description"] = hint
    return described | _taken(field, language)


def _taken(field: FormField, language: Language) -> Schema:
    match field.type:
        case FieldType.BOOLEAN:
            return {"type": "boolean"}
        case FieldType.INTEGER | FieldType.NUMBER:
            least, most = field.bounds
            # No multipleOf: validators count in binary, and many find 0.07 no multiple of 0.01.
            decimals = {"x-decimals": field.places} if field.places else {}
            return {"type": field.type.value, "minimum": least, "maximum": most, **decimals}
        case FieldType.CHOICE:
            return _one_of(field, language)
        case FieldType.CHOICES:
            several = {"type": "array", "items": _one_of(field, language), "uniqueItems": True}
            return several | ({"minItems": 1} if field.required else {})
        case _:
            return _text(field)


def _one_of(field: FormField, language: Language) -> Schema:
    """`oneOf` with titles is how JSON Schema labels the values of an enumeration."""
    return {
        "type": "string",
        "oneOf": [{"const": choice.value, "title": choice.label[language]} for choice in field.choices],
    }


def _text(field: FormField) -> Schema:
    text: Schema = {"type": "string", "maxLength": room(field)}
    if field.required:
        text["pattern"] = r"\S"  # blanks alone are no answer
    if field.type in _FORMATS:
        text["format"] = _FORMATS[field.type]
    return text


def _for_pages(form: Form, language: Language) -> Schema:
    """What a script needs beyond the schema to show the form: its order, controls, words and honeypot."""
    texts = {name: words[language] for name, words in FORM_TEXTS.items()}
    return {
        "form": form.id,
        "version": form.version,
        "language": language,
        "languages": list(form.languages),
        "order": [field.name for field in form.fields],
        "controls": {field.name: _control(field) for field in form.fields},
        "consent": form.consent.field if form.consent else None,
        "consent_text_version": form.consent.text_version if form.consent else None,
        "honeypot": form.spam.honeypot,
        "captcha": _captcha(form.spam.captcha, language) if form.spam.captcha else None,
        "texts": texts | ({"send": form.hosted.button[language]} if form.hosted.button.get(language) else {}),
    }


def _captcha(captcha: Captcha, language: Language) -> Schema:
    shown: Schema = {
        "provider": captcha.provider,
        "site_key": captcha.site_key,
        "script": script_address(captcha, language, explicit=True),
        "label": CAPTCHA_LABEL[language],
    }
    return shown | ({"action": asked} if (asked := action(captcha)) else {})


def _control(field: FormField) -> Schema:
    shown: Schema = {"input": INPUTS.get(field.type, "text")}
    return shown | ({"autocomplete": field.autocomplete} if field.autocomplete else {})
