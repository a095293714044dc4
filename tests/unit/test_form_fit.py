"""Each way in which what a form writes and the Lead fields of an org drift apart: one of them broken on purpose."""

from dataclasses import replace
from typing import Any

import pytest

from shared.form.definition import Form
from shared.form.org_shape import OrgField, PicklistValue
from shared.values.countries import english_names
from tests.unit.checked_forms import CODES, ME, a_form, field, lead_field, org, picklist, problems, the_one, told

# --- fields that are not there, or not open --------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "where"),
    [
        (a_form(field("note", max_length=40, lead_field="Notes__c")), "fields.note"),
        (a_form(lead='fixed = { Notes__c = "x" }'), "lead.fixed.Notes__c"),
        (a_form(lead='defaults = { Company = "x", Notes__c = "x" }'), "lead.defaults.Notes__c"),
        (a_form(lead='sources = { utm_source = "Notes__c" }'), "lead.sources.utm_source"),
        (a_form(consent='lead_field = "Notes__c"'), "consent.lead_field"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_field_that_does_not_exist_is_an_error_and_the_nearest_is_named(form: Form, where: str) -> None:
    found = the_one(form)
    assert (found.where, found.severity, found.code, found.right) == (where, "error", "field_unknown", "Note__c")
    assert "Lead has no field Notes__c" in found.what
    assert ME in found.what


def test_a_hidden_description_is_told_once_for_all_answers_in_it() -> None:
    form = a_form(field("one"), field("two"))
    assert told(form, org(without="Description")) == [("fields.one", "error", "field_unknown")]


def test_field_names_are_compared_without_case() -> None:
    assert problems(a_form(field("note", max_length=40, lead_field="NOTE__c"))) == []


@pytest.mark.parametrize(
    ("form", "where"),
    [
        (a_form(field("note", max_length=40, lead_field="Note__c")), "fields.note"),
        (a_form(lead='fixed = { Note__c = "x" }'), "lead.fixed.Note__c"),
        (a_form(lead='sources = { form_id = "Note__c" }'), "lead.sources.form_id"),
    ],
    ids=["answer", "fixed", "source"],
)
def test_a_field_that_the_api_user_may_not_create_is_an_error(form: Form, where: str) -> None:
    there = org(replace(lead_field("Note__c"), createable=False, updateable=False))
    assert told(form, there) == [(where, "error", "field_not_createable")]


def test_a_field_that_known_leads_get_must_be_open_to_updates_too() -> None:
    locked = replace(lead_field("Note__c"), updateable=False), replace(lead_field("Consent__c"), updateable=False)
    form = a_form(field("note", max_length=40, lead_field="Note__c"), consent='lead_field = "Consent__c"')
    assert told(form, org(*locked)) == [
        ("fields.note", "error", "field_not_updateable"),
        ("consent.lead_field", "error", "field_not_updateable"),
    ]


def test_a_field_that_no_known_lead_gets_need_not_be_open_to_updates() -> None:
    locked = replace(lead_field("Note__c"), updateable=False)
    form = a_form(field("note", max_length=40, lead_field="Note__c", on_existing="never"))
    assert problems(form, org(locked)) == []


def test_answers_are_appended_in_a_text_area_and_not_in_one_line() -> None:
    keys = {"type": "textarea", "max_length": 40, "lead_field": "Note__c", "lead_length": 40, "on_existing": "append"}
    form = a_form(field("note", **keys))
    assert told(form) == [("fields.note", "error", "append_to_one_line")]
    assert problems(form, org(replace(lead_field("Note__c"), type="textarea"))) == []


def test_what_only_new_leads_get_need_not_be_open_to_updates() -> None:
    form = a_form(lead='fixed = { Note__c = "x" }\nsources = { utm_source = "UTM_Source__c" }')
    there = org(*(replace(lead_field(name), updateable=False) for name in ("Note__c", "UTM_Source__c")))
    assert problems(form, there) == []


# --- types -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "right"),
    [
        ({"type": "text", "max_length": 8, "lead_field": "NumberOfEmployees__c"}, 'type = "integer"'),
        ({"type": "text", "max_length": 8, "lead_field": "Consent__c"}, 'type = "boolean"'),
        ({"type": "text", "max_length": 8, "lead_field": "Ride_On__c"}, 'type = "date"'),
        ({"type": "text", "max_length": 8, "lead_field": "Mail__c"}, 'type = "email"'),
        ({"type": "boolean", "lead_field": "Note__c"}, 'type = "text"'),
        ({"type": "integer", "lead_field": "Note__c"}, 'type = "text"'),
        ({"type": "number", "lead_field": "Note__c"}, 'type = "text"'),
        ({"type": "number", "lead_field": "Seats__c"}, 'type = "integer"'),
        ({"type": "text", "max_length": 8, "lead_field": "Price__c"}, 'type = "number"'),
        ({"type": "boolean", "lead_field": "Bike__c"}, 'type = "choice"'),
        ({"type": "choices", "choices": ("City", "Electric"), "lead_field": "Bike__c"}, 'type = "choice"'),
        ({"type": "choice", "choices": ("1", "2"), "lead_field": "NumberOfEmployees__c"}, 'type = "integer"'),
        ({"type": "date", "lead_field": "Sent_At__c"}, "another lead_field"),
        ({"type": "textarea", "max_length": 40, "lead_field": "Site__c"}, 'type = "text"'),
        ({"type": "phone", "lead_field": "Consent__c"}, 'type = "boolean"'),
        ({"type": "email", "max_length": 80, "lead_field": "Bike__c"}, 'type = "choice"'),
        ({"type": "country", "lead_field": "Consent__c"}, 'type = "boolean"'),
    ],
    ids=lambda value: f"{value['type']} in {value['lead_field']}" if isinstance(value, dict) else "",
)
def test_an_answer_of_another_type_than_its_field_is_an_error(keys: dict[str, Any], right: str) -> None:
    there = org(
        OrgField("NumberOfEmployees__c", "double", digits=16),
        OrgField("Price__c", "currency", digits=16, decimals=2),
        OrgField("Seats__c", "int", digits=8),
        OrgField("Mail__c", "email", 80),
        OrgField("Site__c", "url", 255),
    )
    found = the_one(a_form(field("extra", **keys)), there)
    assert (found.where, found.severity, found.code) == ("fields.extra", "error", "type_mismatch")
    assert found.right.startswith(right)


@pytest.mark.parametrize("restricted", [True, False])
def test_free_text_on_a_picklist_is_an_error_where_the_picklist_is_restricted(restricted: bool) -> None:
    there = org(replace(lead_field("Bike__c"), restricted=restricted))
    found = the_one(a_form(field("bike", max_length=40, lead_field="Bike__c")), there)
    assert (found.code, found.severity) == ("free_text_in_picklist", "error" if restricted else "warning")
    assert found.right.startswith('type = "choice"')


def test_consent_needs_a_checkbox() -> None:
    form = a_form(consent='lead_field = "Note__c"')
    assert told(form) == [("consent.lead_field", "error", "consent_not_checkbox")]


# --- lengths ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "right"),
    [
        ({"max_length": 41}, 'max_length = 40, or too_long = "cut" and lead_length = 40'),
        ({"max_length": 200, "too_long": "cut", "lead_length": 41}, "lead_length = 40"),
        ({"type": "choice", "choices": ("x", "x" * 41)}, "a field of 41 characters"),
        ({"type": "choices", "choices": ("x" * 20, "y" * 20)}, "a field of 41 characters"),
        ({"type": "email", "max_length": 80}, 'max_length = 40, or too_long = "cut"'),
    ],
    ids=["text", "cut text", "choice", "choices together", "email"],
)
def test_more_text_than_the_field_holds_is_an_error(keys: dict[str, Any], right: str) -> None:
    found = the_one(a_form(field("note", lead_field="Note__c", **keys)))
    assert (found.where, found.severity, found.code) == ("fields.note", "error", "too_long")
    assert found.right.startswith(right)


@pytest.mark.parametrize(
    "keys",
    [
        {"max_length": 40},
        {"max_length": 200, "too_long": "cut", "lead_length": 40},
        {"type": "choice", "choices": ("x" * 40,)},
        {"type": "phone"},
        {"type": "date"},
    ],
    ids=["text", "cut text", "choice", "phone", "date"],
)
def test_as_much_text_as_the_field_holds_is_fine(keys: dict[str, Any]) -> None:
    assert problems(a_form(field("note", lead_field="Note__c", **keys))) == []


@pytest.mark.parametrize(("kind", "length"), [("phone", 15), ("date", 9), ("country", 30)])
def test_the_length_of_what_we_write_ourselves_is_known(kind: str, length: int) -> None:
    there = org(OrgField("Note__c", "string", length))
    assert told(a_form(field("note", type=kind, lead_field="Note__c")), there) == [("fields.note", "error", "too_long")]


def test_an_e_mail_address_never_has_more_than_80_characters() -> None:
    form = a_form(field("mail", type="email", max_length=200, lead_length=255, lead_field="Mail__c"))
    assert problems(form, org(OrgField("Mail__c", "string", 80))) == []


def test_a_number_with_more_digits_than_the_field_is_a_warning() -> None:
    found = the_one(a_form(field("number", type="integer", lead_field="NumberOfEmployees")))
    assert (found.severity, found.code, found.right) == ("warning", "number_too_large", "maximum = 99999999")
    fitting = field("number", type="integer", maximum=99_999_999, lead_field="NumberOfEmployees")
    assert problems(a_form(fitting)) == []


@pytest.mark.parametrize("kind", ["double", "currency", "percent"])
def test_a_number_fits_a_field_with_as_many_digits_and_decimals(kind: str) -> None:
    form = a_form(field("price", type="number", lead_field="Price__c"))
    assert problems(form, org(OrgField("Price__c", kind, digits=16, decimals=2))) == []
    few = the_one(form, org(OrgField("Price__c", kind, digits=8, decimals=2)))
    assert (few.severity, few.code, few.right) == ("warning", "number_too_large", "maximum = 99999999")
    for decimals, right in ((1, "decimals = 1"), (0, 'type = "integer"')):
        coarse = the_one(form, org(OrgField("Price__c", kind, digits=16, decimals=decimals)))
        assert (coarse.severity, coarse.code, coarse.right) == ("warning", "number_too_fine", right)


@pytest.mark.parametrize("key", ["utm_source", "utm_content", "click_id", "page_url", "referrer"])
def test_a_source_that_can_be_longer_than_its_field_is_an_error(key: str) -> None:
    form = a_form(lead=f'sources = {{ {key} = "UTM_Source__c" }}')
    assert problems(form) == []
    there = org(OrgField("UTM_Source__c", "string", 254))
    assert told(form, there) == [(f"lead.sources.{key}", "error", "too_long")]


@pytest.mark.parametrize(("key", "length"), [("form_id", 8), ("form_version", 1), ("language", 2), ("received_at", 24)])
def test_a_source_of_a_known_length_needs_no_more_than_that(key: str, length: int) -> None:
    form = a_form(lead=f'sources = {{ {key} = "Note__c" }}')
    assert problems(form, org(OrgField("Note__c", "string", length))) == []
    assert told(form, org(OrgField("Note__c", "string", length - 1))) == [(f"lead.sources.{key}", "error", "too_long")]


@pytest.mark.parametrize(("key", "name"), [("utm_source", "Sent_At__c"), ("received_at", "Ride_On__c")])
def test_a_source_in_a_field_of_another_type_is_an_error(key: str, name: str) -> None:
    form = a_form(lead=f'sources = {{ {key} = "{name}" }}')
    assert told(form) == [(f"lead.sources.{key}", "error", "type_mismatch")]


def test_each_version_of_the_consent_that_can_come_must_fit() -> None:
    form = a_form(lead='sources = { consent_text_version = "Note__c" }', consent='earlier_versions = ["2026-08"]')
    assert problems(form, org(OrgField("Note__c", "string", 7))) == []
    there = org(OrgField("Note__c", "string", 6))
    assert told(form, there) == [("lead.sources.consent_text_version", "error", "too_long")]


def test_a_source_on_a_restricted_picklist_must_be_among_its_values() -> None:
    form = a_form(lead='sources = { language = "Bike__c", utm_source = "Interests__c" }')
    assert told(form) == [
        ("lead.sources.language", "error", "value_not_in_picklist"),
        ("lead.sources.utm_source", "error", "free_text_in_picklist"),
    ]
    assert problems(a_form(lead='sources = { language = "Bike__c" }'), org(picklist("Bike__c", "nl"))) == []


# --- values of picklists ---------------------------------------------------------------------------------


@pytest.mark.parametrize("restricted", [True, False])
def test_each_choice_must_be_an_active_value_of_the_picklist(restricted: bool) -> None:
    form = a_form(field("bike", type="choice", choices=("City", "electric", "Cargo"), lead_field="Bike__c"))
    there = org(replace(lead_field("Bike__c"), restricted=restricted))
    severity = "error" if restricted else "warning"
    assert told(form, there) == [
        ("fields.bike.choices.electric", severity, "value_not_in_picklist"),
        ("fields.bike.choices.Cargo", severity, "value_not_in_picklist"),
    ]
    assert [one.right for one in problems(form, there)] == ["Electric", "one of: City, Electric"]


def test_each_choice_must_be_an_active_value_of_the_multi_select_picklist() -> None:
    form = a_form(field("interests", type="choices", choices=("Lease", "Trailers"), lead_field="Interests__c"))
    assert told(form) == [("fields.interests.choices.Trailers", "error", "value_not_in_picklist")]


@pytest.mark.parametrize(
    ("lead", "where", "severity"),
    [
        ('fixed = { Bike__c = "Cargo" }', "lead.fixed.Bike__c", "error"),
        ('fixed = { Interests__c = "Lease;Cargo" }', "lead.fixed.Interests__c", "error"),
        ('defaults = { Company = "x", Bike__c = "Cargo" }', "lead.defaults.Bike__c", "error"),
        ('fixed = { LeadSource = "Website" }', "lead.fixed.LeadSource", "warning"),
        ('fixed = { Status = "Working" }', "lead.fixed.Status", "warning"),
    ],
)
def test_a_fixed_or_default_value_must_be_an_active_value_too(lead: str, where: str, severity: str) -> None:
    assert told(a_form(lead=lead)) == [(where, severity, "value_not_in_picklist")]


@pytest.mark.parametrize(
    ("lead", "code"),
    [
        ('fixed = { Consent__c = "yes" }', "type_mismatch"),
        ("fixed = { Note__c = true }", "type_mismatch"),
        ("fixed = { Note__c = 5 }", "type_mismatch"),
        ('fixed = { NumberOfEmployees = "5" }', "type_mismatch"),
        ('fixed = { Ride_On__c = "tomorrow" }', "type_mismatch"),
        ('fixed = { Sent_At__c = "noon" }', "type_mismatch"),
        ("fixed = { Bike__c = true }", "type_mismatch"),
        (f'fixed = {{ Note__c = "{"x" * 41}" }}', "too_long"),
        (f'defaults = {{ Company = "x", Note__c = "{"x" * 41}" }}', "too_long"),
    ],
)
def test_a_fixed_or_default_value_must_fit_its_field(lead: str, code: str) -> None:
    [found] = problems(a_form(lead=lead))
    assert (found.severity, found.code) == ("error", code)


@pytest.mark.parametrize(
    "lead",
    [
        "fixed = { Consent__c = true }",
        "fixed = { NumberOfEmployees = 5 }",
        'fixed = { Ride_On__c = "2026-11-30" }',
        'fixed = { Sent_At__c = "2026-11-30T12:00:00Z" }',
        f'fixed = {{ Note__c = "{"x" * 40}" }}',
        'defaults = { Company = "x", Note__c = "" }',
    ],
)
def test_a_fixed_or_default_value_that_fits_is_fine(lead: str) -> None:
    assert problems(a_form(lead=lead)) == []


# --- states and countries --------------------------------------------------------------------------------


def test_country_codes_need_state_and_country_picklists() -> None:
    form = a_form(field("country", type="country", required=True, lead_field="CountryCode"))
    found = the_one(form)
    assert (found.code, found.right) == ("code_fields_off", 'lead_field = "Country"')


def test_a_country_as_text_is_refused_where_the_org_s_list_lacks_it() -> None:
    form = a_form(field("country", type="country", lead_field="Country"))
    found = the_one(form, org(*CODES))
    assert (found.severity, found.code, found.right) == ("error", "country_text", 'lead_field = "CountryCode"')


def test_a_country_as_text_is_a_warning_where_the_org_s_list_has_every_name() -> None:
    every = tuple(PicklistValue(code, name) for code, name in english_names().items())
    there = org(replace(CODES[0], values=every))
    form = a_form(field("country", type="country", lead_field="Country"))
    assert told(form, there) == [("fields.country", "warning", "country_text")]


@pytest.mark.parametrize(
    ("form", "where"),
    [
        (a_form(field("country", max_length=40, lead_field="Country")), "fields.country"),
        (a_form(field("state", max_length=40, lead_field="State")), "fields.state"),
        (a_form(field("c", type="choice", choices=("Belgium", "Nederland"), lead_field="Country")), "fields.c"),
        (a_form(lead='fixed = { Country = "Nederland" }'), "lead.fixed.Country"),
    ],
    ids=["any text", "any state", "a choice", "fixed"],
)
def test_other_texts_in_country_and_state_are_errors_where_the_org_has_lists(form: Form, where: str) -> None:
    assert told(form, org(*CODES)) == [(where, "error", "country_text")]


def test_a_fixed_country_on_the_list_is_fine() -> None:
    assert problems(a_form(lead='fixed = { Country = "Netherlands" }'), org(*CODES)) == []


def test_countries_that_the_org_took_off_its_list_are_a_warning() -> None:
    form = a_form(field("country", type="country", required=True, lead_field="CountryCode"))
    assert told(form, org(*CODES)) == [("fields.country", "warning", "countries_missing")]
    assert f"lacks {len(english_names()) - 2} countries" in the_one(form, org(*CODES)).what


# --- what the org requires -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "there"),
    [
        (a_form(), False),
        (a_form(field("note", max_length=40, lead_field="Note__c")), False),
        (a_form(field("note", max_length=40, lead_field="Note__c", required=True)), True),
        (a_form(lead='fixed = { Note__c = "x" }'), True),
        (a_form(lead='defaults = { Company = "x", Note__c = "x" }'), True),
        (a_form(lead='defaults = { Company = "x", Note__c = "" }'), False),
        (a_form(lead='sources = { form_id = "Note__c" }'), True),
        (a_form(lead='sources = { consent_text_version = "Note__c" }', consent="required = true"), True),
        (a_form(lead='sources = { consent_text_version = "Note__c" }', consent="required = false"), False),
    ],
    ids=["nothing", "optional", "required", "fixed", "default", "empty", "source", "consent", "free consent"],
)
def test_a_field_that_the_org_requires_must_surely_be_given(form: Form, there: bool) -> None:
    found = told(form, org(replace(lead_field("Note__c"), nillable=False)))
    assert found == ([] if there else [("lead", "error", "required_by_org")])


@pytest.mark.parametrize("change", [{"defaulted": True}, {"createable": False}])
def test_a_field_that_fills_itself_need_not_be_given(change: dict[str, Any]) -> None:
    assert problems(a_form(), org(replace(lead_field("Note__c"), nillable=False, **change))) == []
