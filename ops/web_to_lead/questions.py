"""What a Web-to-Lead page asks and what it posts by itself: names, types, lengths, constants."""

import re
from dataclasses import replace
from typing import Final

from ops.web_to_lead.draft import DraftField, Fixed
from ops.web_to_lead.names import api_name, field_name, humanised
from ops.web_to_lead.page import Choice, Input, PageForm
from shared.form.definition import META_FIELDS, RESERVED
from shared.form.field import FREE_TEXT, FieldType
from shared.form.lead_fields import TEXT_LENGTHS
from shared.form.spam_section import Spam
from shared.form.web_to_lead import CAMPAIGN_ID, CAPTCHA, CONTROLS, SETTINGS, STANDARD, is_custom_id, known_as
from shared.values.countries import country_code

_LONG: Final = 32000
_CUSTOM_ROOM: Final = 255
_TYPES: Final = {
    "FirstName": FieldType.NAME,
    "LastName": FieldType.NAME,
    "Email": FieldType.EMAIL,
    "Phone": FieldType.PHONE,
    "MobilePhone": FieldType.PHONE,
    "NumberOfEmployees": FieldType.INTEGER,
    "AnnualRevenue": FieldType.NUMBER,
    "HasOptedOutOfEmail": FieldType.BOOLEAN,
    "HasOptedOutOfFax": FieldType.BOOLEAN,
    "DoNotCall": FieldType.BOOLEAN,
    "Street": FieldType.TEXTAREA,
    "Description": FieldType.TEXTAREA,
}
_BY_KIND: Final = {
    "textarea": FieldType.TEXTAREA,
    "select": FieldType.CHOICE,
    "multiple": FieldType.CHOICES,
    "checkboxes": FieldType.CHOICES,
    "checkbox": FieldType.BOOLEAN,
    "date": FieldType.DATE,
}
_NAMES: Final = {"URL": "url", "emailOptOut": "email_opt_out", "faxOptOut": "fax_opt_out", "doNotCall": "do_not_call"}
_AUTOCOMPLETE: Final = {
    "FirstName": "given-name",
    "LastName": "family-name",
    "Company": "organization",
    "Title": "organization-title",
    "Email": "email",
    "Phone": "tel",
    "Website": "url",
    "Street": "street-address",
    "City": "address-level2",
    "PostalCode": "postal-code",
}
_TICKED: Final = frozenset({"", "1", "on", "true", "yes"})


class Questions:
    """Empty until `read`. `notes` are for people: what was left out or decided for them."""

    def __init__(self, form: PageForm) -> None:
        self._form = form
        self._names = {Spam().honeypot, *RESERVED, *CONTROLS, *STANDARD, *_NAMES.values()}
        self._lead_fields: set[str] = set()
        self.fields: list[DraftField] = []
        self.fixed: list[Fixed] = []
        self.notes: list[str] = []
        self.campaign_id = ""
        self.member_status = ""
        self.campaigns: tuple[str, ...] = ()

    def read(self) -> None:
        for one in self._form.inputs:
            if one.name.lower() in CONTROLS or one.name in {CAPTCHA, *META_FIELDS}:
                continue
            if one.name in SETTINGS:
                self._setting(one)
            elif one.name in STANDARD:
                self._standard(one)
            elif is_custom_id(one.name):
                self._custom(one)
            else:
                self.notes.append(f"{one.name} is no name of Web-to-Lead; it is left out.")

    def _setting(self, one: Input) -> None:
        if one.kind != "hidden":
            self._asked_setting(one)
            return
        match one.name:
            case "recordType" if one.value.strip():
                self.fixed.append(Fixed(one.name, "RecordTypeId", one.value.strip()))
                self.notes.append("lead.record_type with the record type's name goes for a sandbox as well.")
            case "Campaign_ID" if re.fullmatch(CAMPAIGN_ID, one.value.strip()):
                self.campaign_id = one.value.strip()
            case "Campaign_ID" if one.value.strip():
                self.notes.append("Campaign_ID is no campaign's id (701...); it is left out.")
            case "member_status":
                self.member_status = one.value.strip()[:40]

    def _asked_setting(self, one: Input) -> None:
        """Of Web-to-Lead's settings, a form lets its page choose the campaign alone."""
        found = tuple(choice.value for choice in one.choices if re.fullmatch(CAMPAIGN_ID, choice.value))
        match one.name:
            case "Campaign_ID" if found:
                self.campaigns = found
                self.notes.append("Visitors choose the campaign: web_to_lead.campaigns lists those that count.")
            case "Campaign_ID":
                self.notes.append("The page asks for the campaign; list the ids that count in web_to_lead.campaigns.")
            case "member_status":
                self.notes.append("The page asks for member_status; a form gives one to all: lead.campaign.status.")
            case _:
                self.notes.append(
                    "The page asks for the record type, which a form gives itself: lead.record_type. For several, make"
                    ' a form for each, told apart by [web_to_lead] match = { recordType = "012..." }.'
                )

    def _standard(self, one: Input) -> None:
        lead_field = STANDARD[one.name][0]
        if lead_field in self._lead_fields:
            self.notes.append(f"{one.name} would write {lead_field} twice; it is left out.")
            return
        if one.kind == "hidden" and one.value.strip():
            self._lead_fields.add(lead_field)
            self.fixed.append(Fixed(one.name, lead_field, _constant(lead_field, one.value)))
            return
        kind = _standard_type(one, lead_field)
        if lead_field == "Description":
            kind = FieldType.TEXTAREA
        if kind is FieldType.CHOICE and not one.choices:
            kind = FieldType.TEXT
        has_country = any(other.name == "country_code" for other in self._form.inputs)
        if lead_field == "StateCode" and not (has_country and kind is FieldType.CHOICE):
            lead_field = "State"
        self._lead_fields.add(lead_field)
        needs_country = lead_field == "CountryCode" and any(other.name == "state_code" for other in self._form.inputs)
        if needs_country:
            self.notes.append("Salesforce takes no state without a country, so country_code is required.")
        self.fields.append(
            DraftField(
                theirs=one.name,
                name=_NAMES.get(one.name, one.name),
                type=kind,
                label=one.label or humanised(one.name),
                lead_field=lead_field,
                required=one.required or lead_field == "LastName" or needs_country,
                max_length=_length(one, kind, TEXT_LENGTHS.get(lead_field)),
                choices=one.choices if kind in {FieldType.CHOICE, FieldType.CHOICES} else (),
                autocomplete=_AUTOCOMPLETE.get(lead_field, ""),
            )
        )

    def _custom(self, one: Input) -> None:
        api_name = self._api_name(one)
        if one.kind == "hidden" and one.value.strip():
            self.fixed.append(Fixed(one.name, api_name, one.value.strip(), guessed=True))
            return
        kind = _BY_KIND.get(one.kind, FieldType.TEXT)
        if one.kind == "text" and one.max_length is None:
            # Salesforce writes a maxlength beside every text, and none beside numbers, currencies and per cents.
            kind = FieldType.NUMBER
            self.notes.append(f'{one.label or one.name} has no maxlength, as a number: if it is none, type = "text".')
        if one.kind == "checkbox" and one.value.strip().lower() not in _TICKED:
            kind, one = FieldType.CHOICES, replace(one, choices=(Choice(one.value, one.label or one.value),))
        if kind in {FieldType.CHOICE, FieldType.CHOICES} and not one.choices:
            kind = FieldType.TEXT
        goes_to_description = one.kind == "datetime"
        if goes_to_description:
            self.notes.append(
                f"{one.label or one.name} asks for a date and a time; the answer goes in the Description."
            )
        length = _length(one, kind, None)
        is_long = kind is FieldType.TEXTAREA and one.max_length is None
        room = None if goes_to_description or not length or length <= _CUSTOM_ROOM else length
        self.fields.append(
            DraftField(
                theirs=known_as(one.name),
                name=self._name(one),
                type=kind,
                label=one.label or f"Field {one.name}",
                lead_field="Description" if goes_to_description else api_name,
                required=one.required,
                max_length=length,
                lead_length=_CUSTOM_ROOM if is_long else room,
                cut=is_long,
                choices=one.choices if kind in {FieldType.CHOICE, FieldType.CHOICES} else (),
                guessed=not goes_to_description,
            )
        )

    def _name(self, one: Input) -> str:
        name = field_name(one, self._names)
        self._names.add(name)
        return name

    def _api_name(self, one: Input) -> str:
        name = api_name(one, self._lead_fields)
        self._lead_fields.add(name)
        return name


def _standard_type(one: Input, lead_field: str) -> FieldType:
    if lead_field in {"Country", "CountryCode"}:
        known = all(country_code(choice.value) for choice in one.choices)
        return FieldType.COUNTRY if known or lead_field == "CountryCode" else FieldType.CHOICE
    return _TYPES.get(lead_field) or (FieldType.CHOICE if one.kind == "select" else FieldType.TEXT)


def _constant(lead_field: str, value: str) -> str | bool | int:
    match _TYPES.get(lead_field):
        case FieldType.BOOLEAN:
            return value.strip().lower() in _TICKED
        case FieldType.INTEGER | FieldType.NUMBER if re.fullmatch("[0-9]{1,18}", value.strip(), re.ASCII):
            return int(value)
        case _:
            return value.strip()


def _length(one: Input, kind: FieldType, room: int | None) -> int | None:
    """None where length is no matter, and where the Lead field's own is the form's default."""
    if kind not in FREE_TEXT and kind is not FieldType.PHONE:
        return None
    if one.max_length is None and room is None and kind is FieldType.TEXTAREA:
        return _LONG
    return min(one.max_length or room or _CUSTOM_ROOM, room or _LONG)
