"""One question of a form as HTML: its label, hint, error and control, tied together for those who can't see them."""

from collections.abc import Mapping

from shared.form.definition import ConsentText, Form
from shared.form.field import Choice, FieldType, FormField
from shared.form.page_texts import FORM_TEXTS
from shared.form.texts import Language
from shared.html import Attribute, Html, element, together
from shared.intake.json_schema import INPUTS
from shared.intake.validation import consent_given, room, said_yes
from shared.submission import FieldValue

type Typed = Mapping[str, FieldValue]
"""What was sent before, by field: shown again where something was wrong."""
type Wrong = Mapping[str, str]
"""What the visitor reads beside a field, by field."""


def control_id(name: str) -> str:
    return f"f-{name}"


def question(field: FormField, language: Language, typed: Typed, wrong: Wrong) -> Html:
    match field.type:
        case FieldType.BOOLEAN:
            attributes: dict[str, Attribute] = {
                "name": field.name,
                "value": "true",
                "required": field.required,
                "checked": said_yes(typed.get(field.name, "")),
            }
            return _tick_question(field.label[language], _hint(field, language), attributes, language, wrong)
        case FieldType.CHOICES:
            return _tick_list(field, language, typed, wrong)
        case _:
            return around(
                field.name,
                wrong,
                element("label", _label(field.label[language], field.required), for_=control_id(field.name)),
                _hint(field, language),
                error_text(field.name, language, wrong),
                _control(field, language, typed, wrong),
            )


def consent_question(consent: ConsentText, form: Form, language: Language, typed: Typed, wrong: Wrong) -> Html:
    attributes: dict[str, Attribute] = {
        "name": consent.field,
        "value": "yes",
        "required": consent.required,
        "checked": consent_given(form, typed),
    }
    return _tick_question(consent.text[language], None, attributes, language, wrong)


def honeypot(form: Form, language: Language) -> Html:
    """Machines fill it in; people neither see it nor reach it, and autofill has no reason to."""
    name = form.spam.honeypot
    return element(
        "div",
        element("label", FORM_TEXTS["leave_empty"][language], for_=control_id(name)),
        element("input", type="text", id=control_id(name), name=name, tabindex="-1", autocomplete="off"),
        class_="away",
        aria_hidden="true",
    )


def around(name: str, wrong: Wrong, *parts: Html | None) -> Html:
    return element("div", *parts, class_="field wrong" if name in wrong else "field")


def _label(text: str, required: bool) -> Html:
    """The star is for the eye; the control's own `required` is for everybody else."""
    return together(text, element("span", " *", class_="star", aria_hidden="true") if required else None)


def _hint(field: FormField, language: Language) -> Html | None:
    hint = field.hint.get(language)
    return element("p", hint, class_="hint", id=f"{control_id(field.name)}-hint") if hint else None


def error_text(name: str, language: Language, wrong: Wrong) -> Html | None:
    if name not in wrong:
        return None
    prefix = element("span", FORM_TEXTS["error"][language] + " ", class_="away")
    return element("p", prefix, wrong[name], class_="error", id=f"{control_id(name)}-error")


def _described(name: str, wrong: Wrong, *, hinted: bool) -> dict[str, Attribute]:
    ids = [f"{control_id(name)}-hint"] if hinted else []
    ids += [f"{control_id(name)}-error"] if name in wrong else []
    return {"aria_describedby": " ".join(ids) or None, "aria_invalid": "true" if name in wrong else None}


def _control(field: FormField, language: Language, typed: Typed, wrong: Wrong) -> Html:
    attributes: dict[str, Attribute] = {
        "id": control_id(field.name),
        "name": field.name,
        "required": field.required,
        "autocomplete": field.autocomplete or None,
        **_described(field.name, wrong, hinted=bool(field.hint.get(language))),
    }
    sent = typed.get(field.name, "")
    value = sent if isinstance(sent, str) else next(iter(sent), "")
    match field.type:
        case FieldType.CHOICE:
            options = [element("option", FORM_TEXTS["choose"][language], value="")]
            options += [_option(choice, language, value) for choice in field.choices]
            return element("select", *options, **attributes)
        case FieldType.TEXTAREA:
            return element("textarea", value, rows=6, maxlength=room(field), **attributes)
        case FieldType.INTEGER | FieldType.NUMBER:
            # Not type=number: it drops what it can't read, so that the visitor could not mend it.
            keys = "numeric" if field.type is FieldType.INTEGER else "decimal"
            return element("input", type="text", inputmode=keys, value=value or None, **attributes)
        case _:
            length = None if field.type is FieldType.DATE else room(field)
            kind = INPUTS.get(field.type, "text")
            return element("input", type=kind, maxlength=length, value=value or None, **attributes)


def _option(choice: Choice, language: Language, value: str) -> Html:
    return element("option", choice.label[language], value=choice.value, selected=choice.value == value)


def _tick_list(field: FormField, language: Language, typed: Typed, wrong: Wrong) -> Html:
    sent = typed.get(field.name, "")
    ticked = [sent] if isinstance(sent, str) else sent
    boxes = [
        _tick(
            control_id(field.name) + (f"-{position}" if position else ""),
            choice.label[language],
            {"name": field.name, "value": choice.value, "checked": choice.value in ticked},
        )
        for position, choice in enumerate(field.choices)
    ]
    described = _described(field.name, wrong, hinted=bool(field.hint.get(language)))
    return element(
        "fieldset",
        element("legend", _label(field.label[language], field.required)),
        _hint(field, language),
        error_text(field.name, language, wrong),
        *boxes,
        class_="field wrong" if field.name in wrong else "field",
        aria_describedby=described["aria_describedby"],
    )


def _tick_question(
    text: str, hint: Html | None, attributes: Mapping[str, Attribute], language: Language, wrong: Wrong
) -> Html:
    name = str(attributes["name"])
    described = _described(name, wrong, hinted=hint is not None)
    box = _tick(control_id(name), _label(text, bool(attributes["required"])), {**attributes, **described})
    return around(name, wrong, hint, error_text(name, language, wrong), box)


def _tick(box_id: str, label: str, attributes: Mapping[str, Attribute]) -> Html:
    box = element("input", type="checkbox", id=box_id, **attributes)
    return element("div", box, element("label", label, for_=box_id), class_="tick")
