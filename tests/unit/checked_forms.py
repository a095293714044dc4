"""A form and an org that fit each other, to be broken on purpose."""

from dataclasses import replace
from typing import Any

from shared.form.check import FormProblem, check_forms
from shared.form.definition import Form, parse_form
from shared.form.org_shape import (
    Campaign,
    OrgField,
    OrgObject,
    OrgShape,
    PicklistValue,
    Queue,
    RecordType,
    User,
)

ME = "api@example.com"
DAAN, NOOR = "005000000000002AAC", "005000000000003AAC"
CAMPAIGN = "701000000000001AAC"


def picklist(name: str, *values: str, **changes: Any) -> OrgField:
    listed = tuple(PicklistValue(value, value) for value in values)
    return OrgField(name, changes.pop("type", "picklist"), 255, values=listed, **changes)


PEOPLE = [
    OrgField("Id", "id", 18, createable=False, updateable=False),
    OrgField("MobilePhone", "phone", 40),
    OrgField("LastModifiedDate", "datetime", createable=False, updateable=False),
]
LEAD = [
    *PEOPLE,
    OrgField("LastName", "string", 80, nillable=False),
    OrgField("FirstName", "string", 40),
    OrgField("Company", "string", 255, nillable=False),
    OrgField("Email", "email", 80),
    OrgField("Phone", "phone", 40),
    OrgField("Website", "url", 255),
    *(OrgField(name, "string", 255) for name in ("Street", "City", "PostalCode")),
    OrgField("Country", "string", 80),
    OrgField("State", "string", 80),
    OrgField("Description", "textarea", 32000),
    OrgField("NumberOfEmployees", "int", digits=8),
    OrgField("DoNotCall", "boolean", nillable=False, defaulted=True),
    OrgField("OwnerId", "reference", 18, nillable=False, defaulted=True),
    OrgField("RecordTypeId", "reference", 18),
    picklist("Status", "Open - Not Contacted", "Working - Contacted", nillable=False, defaulted=True),
    picklist("LeadSource", "Web", "Phone Inquiry"),
    picklist("Bike__c", "City", "Electric", restricted=True),
    picklist("Interests__c", "Lease", "Service", restricted=True, type="multipicklist"),
    OrgField("Submission_Id__c", "string", 36, external_id=True, unique=True),
    OrgField("Possible_Duplicate_Of__c", "string", 18),
    OrgField("Match_Evidence__c", "textarea", 4000),
    OrgField("UTM_Source__c", "string", 255),
    OrgField("Sent_At__c", "datetime"),
    OrgField("Ride_On__c", "date"),
    OrgField("Note__c", "string", 40),
    OrgField("Consent__c", "boolean", nillable=False, defaulted=True),
]
TASK = [
    OrgField("Subject", "combobox", 255),
    OrgField("Description", "textarea", 32000),
    OrgField("WhoId", "reference", 18),
    OrgField("OwnerId", "reference", 18),
    OrgField("Submission_Id__c", "string", 36),
]
CONTACT = [
    *PEOPLE,
    *(OrgField(name, "phone", 40) for name in ("HomePhone", "OtherPhone")),
    *(OrgField(f"Mailing{part}", "string", 255) for part in ("Street", "City", "PostalCode", "Country")),
    OrgField("AccountId", "reference", 18),
    *(OrgField(name, "string", 80) for name in ("FirstName", "LastName", "Email", "Phone", "OwnerId")),
]
CODES = [
    OrgField(
        "CountryCode",
        "picklist",
        10,
        restricted=True,
        values=(PicklistValue("NL", "Netherlands"), PicklistValue("BE", "Belgium")),
    ),
    picklist("StateCode", "NY", restricted=True),
]


def an_object(name: str, fields: list[OrgField], *, createable: bool = True, updateable: bool = True) -> OrgObject:
    by_name = {one.name.lower(): one for one in fields}
    return OrgObject(name, createable=createable, updateable=updateable, fields=by_name)


ORG = OrgShape(
    lead=an_object("Lead", LEAD),
    task=an_object("Task", TASK),
    contact=an_object("Contact", CONTACT),
    member=an_object("CampaignMember", []),
    record_types=(
        RecordType("012000000000001AAC", "Website", active=True, available=True),
        RecordType("012000000000002AAC", "Showroom", active=True, available=False),
        RecordType("012000000000003AAC", "Fair", active=False, available=False),
    ),
    queues=(
        Queue("00G000000000001AAC", "Web_Leads", for_leads=True),
        Queue("00G000000000002AAC", "Workshop", for_leads=False),
    ),
    users=(User(DAAN, "daan@example.com", active=True), User(NOOR, "noor@example.com", active=False)),
    campaigns=(
        Campaign(CAMPAIGN, "Spring", active=True, statuses=("Sent", "Responded")),
        Campaign("701000000000002AAC", "Autumn", active=False, statuses=("Sent",)),
        Campaign("701000000000003AAC", "Twice", active=True),
        Campaign("701000000000004AAC", "Twice", active=True),
    ),
    api_user=ME,
)


def org(*changed: OrgField, without: str = "", **rest: Any) -> OrgShape:
    """The org above with Lead fields changed, added or hidden."""
    fields = {one.name: one for one in [*LEAD, *changed] if one.name != without}
    return replace(ORG, lead=an_object("Lead", list(fields.values())), **rest)


def lead_field(name: str) -> OrgField:
    return next(one for one in LEAD if one.name == name)


def field(name: str = "extra", **keys: Any) -> str:
    lines = "\n".join(f"{key} = {_toml(value)}" for key, value in keys.items() if key != "choices")
    choices = "".join(
        f'\n[[fields.choices]]\nvalue = "{one}"\nlabel = {{ nl = "{one}" }}' for one in keys.get("choices", ())
    )
    return f'\n[[fields]]\nname = "{name}"\nlabel = {{ nl = "X" }}\n{lines}{choices}\n'


def _toml(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool | int) else f'"{value}"'


def a_form(*fields: str, lead: str = "", consent: str = "") -> Form:
    """A form that fits the org, with more fields and more lines in [lead] or [consent]."""
    return parse_form(form_text(*fields, lead=lead, consent=consent), name="brochure.toml")


def form_text(*fields: str, form_id: str = "brochure", lead: str = "", consent: str = "") -> str:
    consenting = f'[consent]\ntext_version = "1"\ntext = {{ nl = "Ja" }}\n{consent}\n' if consent else ""
    defaults = "" if "defaults" in lead else 'defaults = { Company = "Particulier" }\n'
    return f"""
id = "{form_id}"
version = "1"
title = {{ nl = "Brochure" }}
languages = ["nl"]
country = "NL"
[website]
origins = ["https://www.example.com"]
thank_you_page = {{ nl = "/nl/bedankt" }}
[existing]
task_subject = "Brochure"
{consenting}
[lead]
{defaults}{lead}
{field("last_name", lead_field="LastName", required=True, max_length=80)}
{"".join(fields)}
"""


def problems(form: Form, there: OrgShape = ORG) -> list[FormProblem]:
    return check_forms([form], there)


def told(form: Form, there: OrgShape = ORG) -> list[tuple[str, str, str]]:
    return [(one.where, one.severity, one.code) for one in problems(form, there)]


def the_one(form: Form, there: OrgShape = ORG) -> FormProblem:
    [found] = problems(form, there)
    assert found.form_id == "brochure"
    return found
