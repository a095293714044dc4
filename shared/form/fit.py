"""Whether what a form writes on a Lead fits the Lead's fields in one org. Pure; form_check.py is what asks."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final, Literal

from shared.form.definition import Form
from shared.form.field import NUMBERS, FieldType, FormField
from shared.form.lead_fields import SUBMISSION_ID_FIELD
from shared.form.org_shape import OrgField, OrgObject, PicklistValue
from shared.form.org_types import (
    ANYTHING_TYPED,
    PICKLISTS,
    SUITING,
    TAKES,
    TEXTS,
    TIMESTAMP_LENGTH,
    is_of_type,
    longest,
    shorter,
)
from shared.leads.lead import SOURCE_LENGTH
from shared.values.countries import english_names

type Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class FormProblem:
    """`where` is the key in the form's TOML; `form_id` is empty where the org itself is wrong for every form.

    An error means that submissions would be refused or would wait; a warning, that they go through, but not well.
    """

    form_id: str
    where: str
    severity: Severity
    code: str
    what: str
    right: str = ""


_CODE_FIELDS: Final = {"Country": "CountryCode", "State": "StateCode"}
_NAMED_IDS: Final = frozenset({"OwnerId", "RecordTypeId"})
"""Whether these ids are known is form_check's matter."""


def nearest(wanted: str, there: Iterable[str]) -> str:
    """The one of `there` that was probably meant; '' where none is like it."""
    by_lower = {one.lower(): one for one in there}
    close = get_close_matches(wanted.lower(), by_lower, n=1)
    return by_lower[close[0]] if close else ""


def problems_on_lead(form: Form, lead: OrgObject, api_user: str) -> Iterator[FormProblem]:
    return _Fit(form, lead, api_user).problems()


class _Fit:
    """Each method yields what it finds wrong."""

    def __init__(self, form: Form, lead: OrgObject, api_user: str) -> None:
        self._form = form
        self._lead = lead
        self._user = f"the API user{f' ({api_user})' if api_user else ''}"

    def problems(self) -> Iterator[FormProblem]:
        described = False
        for field in self._form.fields:
            if field.lead_field == "Description":
                # All answers share it: one sentence about it is enough.
                if not described:
                    yield from self._reached(f"fields.{field.name}", "Description", is_updated=True)
                described = True
            else:
                yield from self._answer(field)
        for name, value in self._form.lead.fixed.items():
            yield from self._value(f"lead.fixed.{name}", name, value)
        for name, text in self._form.lead.defaults.items():
            yield from self._value(f"lead.defaults.{name}", name, text)
        for key, name in self._form.lead.sources.items():
            yield from self._source(key, name)
        yield from self._consent()
        yield from self._required()

    # --- a field that is there and open ---------------------------------------------------------------

    def _reached(self, where: str, name: str, *, is_updated: bool) -> Iterator[FormProblem]:
        """`is_updated`: a known Lead gets it too, so that creating it is not enough."""
        field = self._lead.field(name)
        if field is None and name in _CODE_FIELDS.values():
            plain = name.removesuffix("Code")
            yield self._error(
                where,
                "code_fields_off",
                f"Lead has no {name}: state and country picklists are off in this org",
                f'lead_field = "{plain}"',
            )
        elif field is None:
            close = nearest(name, (one.name for one in self._lead.fields.values() if one.createable))
            what = f"Lead has no field {name}, or {self._user} may not see it"
            yield self._error(where, "field_unknown", what, close or "make the field, or grant it to the API user")
        elif not field.createable:
            what = f"{self._user} may not fill in {name} on a new Lead"
            yield self._error(where, "field_not_createable", what, f"grant Edit on Lead.{name}")
        elif is_updated and not field.updateable:
            what = f"{self._user} may not change {name} on a Lead that is there already"
            yield self._error(where, "field_not_updateable", what, f"grant Edit on Lead.{name}")

    # --- what a visitor fills in ------------------------------------------------------------------------

    def _answer(self, field: FormField) -> Iterator[FormProblem]:
        where = f"fields.{field.name}"
        yield from self._reached(where, field.lead_field, is_updated=field.on_existing != "never")
        there = self._lead.field(field.lead_field)
        if there is None:
            return
        if field.on_existing == "append" and there.type in TEXTS - {"textarea"}:
            what = f"{there.name} is of type {there.type}: one line can't take answer below answer"
            yield self._error(where, "append_to_one_line", what, 'a text area, or on_existing = "keep"')
        if there.type in PICKLISTS and field.type in ANYTHING_TYPED:
            yield self._free_text(where, there)
        elif there.type not in TAKES[field.type]:
            yield self._mismatch(where, f'type "{field.type}"', there, self._suiting(there))
        elif not self._takes_labels(there):
            yield from self._values_of(where, field, there)
            yield from self._size(where, field, there)
        if self._takes_labels(there):
            yield from self._labels(where, field, there)

    def _free_text(self, where: str, there: OrgField) -> FormProblem:
        what = f"{there.name} is a picklist, and a visitor can write anything"
        refused = "; what is not on the list is refused" if there.restricted else ""
        right = f'type = "{SUITING[there.type]}", with the values of the picklist as choices'
        return self._by_restriction(there, where, "free_text_in_picklist", what + refused, right)

    def _values_of(self, where: str, field: FormField, there: OrgField) -> Iterator[FormProblem]:
        if there.type not in PICKLISTS:
            return
        if field.type is FieldType.COUNTRY:
            yield from self._countries(where, there)
        for choice in field.choices:
            yield from self._in_picklist(f"{where}.choices.{choice.value}", there, choice.on_lead)

    def _countries(self, where: str, there: OrgField) -> Iterator[FormProblem]:
        names = english_names()
        written = list(names) if there.name == "CountryCode" else list(names.values())
        known = {one.value for one in there.values}
        if missing := [one for one in written if one not in known]:
            what = f"{there.name} lacks {len(missing)} countries, such as {missing[0]}: visitors from there are refused"
            yield self._warning(
                where, "countries_missing", what, "add them to the picklist, or leave it if you mean it"
            )

    def _size(self, where: str, field: FormField, there: OrgField) -> Iterator[FormProblem]:
        if field.type in NUMBERS:
            yield from self._number(where, field, there)
        elif there.type in TEXTS and (most := longest(field)) > there.length:
            what = f"{there.name} holds {there.length} characters, and the form lets through {most}"
            yield self._error(where, "too_long", what, shorter(field, there.length))

    def _number(self, where: str, field: FormField, there: OrgField) -> Iterator[FormProblem]:
        if field.places > there.decimals:
            what = f"{there.name} has {there.decimals} decimals, and a visitor may give {field.places}: the org rounds"
            right = f"decimals = {there.decimals}" if there.decimals else 'type = "integer"'
            yield self._warning(where, "number_too_fine", what, right)
        room = 10**there.digits - 1
        if there.digits and max(abs(field.bounds[1]), abs(field.minimum or 0)) > room:
            what = f"{there.name} has {there.digits} digits: a visitor's larger number is refused"
            yield self._warning(where, "number_too_large", what, f"maximum = {room}")

    # --- states and countries ---------------------------------------------------------------------------

    def _takes_labels(self, there: OrgField) -> bool:
        """Whether it is Country or State of an org that takes only the labels of its lists there."""
        return there.name in _CODE_FIELDS and self._lead.field(_CODE_FIELDS[there.name]) is not None

    def _labels_of(self, there: OrgField) -> set[str]:
        codes = self._lead.field(_CODE_FIELDS[there.name])
        return {one.label for one in codes.values} if codes else set()

    def _labels(self, where: str, field: FormField, there: OrgField) -> Iterator[FormProblem]:
        known = self._labels_of(there)
        if field.type is FieldType.COUNTRY:
            written: Sequence[str] = list(english_names().values())
        else:
            written = [choice.on_lead for choice in field.choices]
        refused = [one for one in written if one not in known]
        code = _CODE_FIELDS[there.name]
        what = f"this org has state and country picklists, so {there.name} takes only what is on their lists"
        if refused or not written:
            example = f", and {refused[0]} is not" if refused else ""
            yield self._error(where, "country_text", what + example, f'lead_field = "{code}"')
        else:
            yield self._warning(where, "country_text", what, f'lead_field = "{code}", which no translation changes')

    # --- what the form itself says ----------------------------------------------------------------------

    def _value(self, where: str, name: str, value: str | bool | int) -> Iterator[FormProblem]:
        yield from self._reached(where, name, is_updated=False)
        there = self._lead.field(name)
        if there is None or name in _NAMED_IDS or value == "":
            return
        if self._takes_labels(there):
            if value not in (known := self._labels_of(there)):
                what = f"this org has state and country picklists, and {value} is not on the list of {name}"
                yield self._error(where, "country_text", what, nearest(str(value), known) or f"use {name}Code")
        elif there.type in PICKLISTS and isinstance(value, str):
            for one in value.split(";") if there.type == "multipicklist" else [value]:
                yield from self._in_picklist(where, there, one)
        elif not is_of_type(there.type, value):
            yield self._mismatch(where, f"the value {value!r}", there, f"a value for a field of type {there.type}")
        elif there.type in TEXTS and len(str(value)) > there.length:
            what = f"{name} holds {there.length} characters, and the value has {len(str(value))}"
            yield self._error(where, "too_long", what, f"at most {there.length} characters")

    def _source(self, key: str, name: str) -> Iterator[FormProblem]:
        where = f"lead.sources.{key}"
        yield from self._reached(where, name, is_updated=False)
        there = self._lead.field(name)
        if there is None:
            return
        known = self._source_values(key)
        if there.type in PICKLISTS and known:
            for value in known:
                yield from self._in_picklist(where, there, value)
        elif there.type in PICKLISTS:
            yield self._free_text_of_source(where, there)
        elif there.type in TEXTS:
            longest = TIMESTAMP_LENGTH if key.endswith("_at") else max(map(len, known), default=SOURCE_LENGTH)
            if longest > there.length:
                what = f"{name} holds {there.length} characters, and {key} has up to {longest}: the org refuses more"
                yield self._error(where, "too_long", what, f"a text field of {longest} characters")
        elif not (there.type == "datetime" and key.endswith("_at")):
            right = "a date/time field" if key.endswith("_at") else f"a text field of {SOURCE_LENGTH} characters"
            yield self._mismatch(where, key, there, right)

    def _free_text_of_source(self, where: str, there: OrgField) -> FormProblem:
        what = f"{there.name} is a picklist, and what comes here can be anything"
        return self._by_restriction(there, where, "free_text_in_picklist", what, f"a text field of {SOURCE_LENGTH}")

    def _source_values(self, key: str) -> tuple[str, ...]:
        """All that this source can be; empty where a website says it."""
        match key:
            case "form_id":
                return (self._form.id,)
            case "form_version":
                return (self._form.version,)
            case "language":
                return self._form.languages
            case "consent_text_version" if self._form.consent:
                return self._form.consent.versions
            case _:
                return ()

    def _consent(self) -> Iterator[FormProblem]:
        consent = self._form.consent
        if consent is None or not consent.lead_field:
            return
        yield from self._reached("consent.lead_field", consent.lead_field, is_updated=True)
        there = self._lead.field(consent.lead_field)
        if there is not None and there.type != "boolean":
            what = f"{there.name} is of type {there.type}, and consent is a yes"
            yield self._error("consent.lead_field", "consent_not_checkbox", what, "a checkbox field")

    # --- what the org wants -----------------------------------------------------------------------------

    def _required(self) -> Iterator[FormProblem]:
        given = {name.lower() for name in self._surely_given()}
        for field in self._lead.fields.values():
            if field.is_required and field.type != "boolean" and field.name.lower() not in given:
                what = f"the org requires {field.name}, and the form does not always give it"
                right = f"a required field for {field.name}, or a value in lead.fixed or lead.defaults"
                yield self._error("lead", "required_by_org", what, right)

    def _surely_given(self) -> Iterator[str]:
        form = self._form
        yield SUBMISSION_ID_FIELD
        yield from (field.lead_field for field in form.fields if field.required)
        yield from (name for name, value in (*form.lead.fixed.items(), *form.lead.defaults.items()) if value != "")
        sure = {"form_id", "form_version", "received_at", "language"}
        if form.consent and form.consent.required:
            sure |= {"consent_text_version", "consent_given_at"}
            yield form.consent.lead_field
        yield from (name for key, name in form.lead.sources.items() if key in sure)
        if form.lead.record_type:
            yield "RecordTypeId"
        if form.lead.owner:
            yield "OwnerId"

    # --- sentences --------------------------------------------------------------------------------------

    def _in_picklist(self, where: str, there: OrgField, value: str) -> Iterator[FormProblem]:
        if value in {one.value for one in there.values}:
            return
        after = (
            "the org refuses it" if there.restricted else "the org takes it, but its reports and rules don't know it"
        )
        what = f"{value!r} is no active value of {there.name}: {after}"
        close = nearest(value, (one.value for one in there.values))
        yield self._by_restriction(there, where, "value_not_in_picklist", what, close or _some(there.values))

    def _mismatch(self, where: str, given: str, there: OrgField, right: str) -> FormProblem:
        return self._error(
            where, "type_mismatch", f"{there.name} is of type {there.type} and can't hold {given}", right
        )

    def _suiting(self, there: OrgField) -> str:
        suiting = SUITING.get(there.type)
        if suiting is FieldType.NUMBER and not there.decimals:
            suiting = FieldType.INTEGER
        return f'type = "{suiting}", or another lead_field' if suiting else "another lead_field"

    def _by_restriction(self, there: OrgField, where: str, code: str, what: str, right: str) -> FormProblem:
        return (self._error if there.restricted else self._warning)(where, code, what, right)

    def _error(self, where: str, code: str, what: str, right: str) -> FormProblem:
        return FormProblem(self._form.id, where, "error", code, what, right)

    def _warning(self, where: str, code: str, what: str, right: str) -> FormProblem:
        return FormProblem(self._form.id, where, "warning", code, what, right)


def _some(values: Sequence[PicklistValue]) -> str:
    shown = ", ".join(one.value for one in values[:5])
    return f"one of: {shown}{', ...' if len(values) > 5 else ''}" if values else "add the value to the picklist"
