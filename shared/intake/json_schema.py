"""A form as JSON Schema 2020-12: what a program may send, and how a page would show it."""

from collections.abc import Mapping
from typing import Any, Final

from shared.form.captcha_widget import action, script_address
from shared.form.definition import CLICK_ID_FIELDS, UTM_FIELDS, Form
from shared.form.field import FieldType, FormField
from shared.form.page_texts import FORM_TEXTS
from shared.form.spam_section import Captcha
from shared.form.texts import CAPTCHA_LABEL, Language
from shared.intake.limits import KEY_LENGTH, MAX_FIELDS, MAX_NAME, SOURCE_LENGTH, TOKEN_LENGTH
from shared.intake.validation import room
from shared.spam.captcha_answer import TOKEN_FIELDS

type Schema = dict[str, Any]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_ABOUT_THE_VISIT: Final[Mapping[str, Schema]] = {
    "submission_key": {
        "maxLength": KEY_LENGTH,
        "description": "New for each submission: the same key never makes two.",
    },
    "return_url": {"maxLength": 2000, "description": "Where a browser goes afterwards: one of the form's websites."},
    "page_url": {"description": "The page that the form stands on."},
    "referrer": {"description": "The page before that one."},
    "consent_text_version": {"maxLength": 40, "description": "The version of the consent's text that the page showed."},
    "form_started_at": {"description": "What GET /forms/{form_id}/start gave when the form was shown."},
}
_SCALAR: Final = ("string", "number", "boolean", "null")
_OTHER: Final[Schema] = {"type": [*_SCALAR, "array"], "items": {"type": list(_SCALAR)}, "maxItems": MAX_FIELDS}
"""What the form does not ask for. It is read before it is ignored."""
_VISIBLE: Final = (
    r"[^\u0000-\u0020\u007f-\u00a0\u00ad\u0300-\u036f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u1680\u180b-\u180f"
    r"\u1ab0-\u1aff\u1dc0-\u1dff\u2000-\u200f\u2028-\u202f\u205f-\u206f\u20d0-\u20ff\u3000\ufe00-\ufe0f\ufe20-\ufe2f\ufeff"
    r"\ufff9-\ufffb]"
)
"""Blanks, joiners, controls and accents are no answer. Marks of single scripts would be hundreds of ranges more, and
`\\p{M}`, which means them all, is unknown to many languages' regular expressions."""
_DAY: Final = r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
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
    """Of JSON posts. What is valid is taken, but for what docs/http.md lists: no schema tells that."""
    properties: Schema = {field.name: _property(field, language) for field in form.fields}
    required = [field.name for field in form.fields if field.required]
    if form.consent:
        given = {"const": True} if form.consent.required else {}
        properties[form.consent.field] = {"type": "boolean", "title": form.consent.text[language], **given}
        required += [form.consent.field] if form.consent.required else []
    properties["lang"] = {"enum": list(form.languages), "description": "The language of the answer."}
    if captcha := form.spam.captcha:
        token = TOKEN_FIELDS[captcha.provider][0]
        properties[token] = _token()
        # Who fails where nobody is told is put aside, so a bot must not read here what it lacks.
        required += [token] if captcha.answers and form.on_field_error == "answer" else []
    visit = {**_ABOUT_THE_VISIT, **{name: {} for name in (*UTM_FIELDS, *CLICK_ID_FIELDS)}}
    properties |= {name: {"type": "string", "maxLength": SOURCE_LENGTH, **limits} for name, limits in visit.items()}
    return {
        "$schema": DIALECT,
        "title": form.title[language],
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": _OTHER,
        "maxProperties": MAX_FIELDS,
        "propertyNames": {"maxLength": MAX_NAME},
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
            several = {"type": "array", "items": _one_of(field, language), "uniqueItems": True, "maxItems": MAX_FIELDS}
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
        text["pattern"] = _VISIBLE
    if field.type is FieldType.DATE:
        text["pattern"] = _DAY  # the format is a note only, unless a validator is told to look at it
    if field.type in _FORMATS:
        text["format"] = _FORMATS[field.type]
    return text


def _token() -> Schema:
    """Of a provider's making: without blanks."""
    return {
        "type": "string",
        "maxLength": TOKEN_LENGTH,
        "pattern": "^[!-~]+$",
        "description": "The captcha's token. It is good once.",
    }


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
