"""A broken form file fails when it is read, with the file, the key and what would be right."""

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from shared.form.definition import (
    CLICK_ID_FIELDS,
    FORMS_FOLDER,
    META_FIELDS,
    SOURCE_KEYS,
    UTM_FIELDS,
    ConsentText,
    Existing,
    Form,
    FormError,
    LeadMapping,
    Retention,
    Website,
    forms,
    load_forms,
    parse_form,
)
from shared.form.field import Choice, FieldType, FormField
from shared.form.lead_fields import OTHER_FIELDS, TEXT_LENGTHS
from shared.form.sources import Source
from shared.form.spam_section import Captcha, Listed, Spam
from shared.form.texts import FIELD_ERRORS
from shared.form.web_to_lead import WebToLead

ROOT = Path(__file__).parents[2]
REFERENCE = (ROOT / "docs" / "forms.md").read_text("utf-8")

MINIMAL = """
id = "small"
version = "1"
title = { nl = "Klein" }
languages = ["nl"]
country = "NL"
[website]
origins = ["https://www.example.com"]
thank_you_page = { nl = "/bedankt" }
[lead]
defaults = { Company = "Particulier" }
[existing]
task_subject = "Website"
[[fields]]
name = "last_name"
label = { nl = "Naam" }
required = true
max_length = 80
lead_field = "LastName"
"""


def a_form(*changes: tuple[str, str], more: str = "") -> Form:
    text = MINIMAL
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return parse_form(text + more, name="small.toml")


def a_field(about: str) -> str:
    return f'\n[[fields]]\nlabel = {{ nl = "Vraag" }}\n{about}\n'


# --- the forms of this release -----------------------------------------------------------------------------------


def test_the_forms_of_flexfit_are_there_and_right() -> None:
    assert set(load_forms()) == {"contact", "quote", "test-ride"}
    assert forms() is forms()


@pytest.mark.parametrize("form", forms().values(), ids=lambda form: form.id)
def test_every_form_speaks_dutch_and_english_and_keeps_all_its_sources(form: Form) -> None:
    assert form.languages == ("nl", "en")
    assert set(form.lead.sources) == SOURCE_KEYS
    assert form.website.error_page
    assert form.consent is not None


def test_a_small_form_gets_the_defaults_that_the_reference_names() -> None:
    form = a_form()
    assert (form.on_field_error, form.consent, form.website.error_page) == ("answer", None, {})
    assert (form.spam.honeypot, form.spam.min_seconds) == ("contact_me_by_fax_only", 2)
    assert (form.existing.contact, form.retention.settled_days, form.retention.quarantined_days) == ("attach", 365, 90)
    [field] = form.fields
    assert (field.type, field.autocomplete, field.choices) == ("text", "", ())


def test_a_form_listens_to_its_own_names_and_to_those_of_every_form() -> None:
    consent = '[consent]\ntext_version = "1"\ntext = { nl = "Ja" }\n[existing]'
    form = a_form(("[existing]", consent))
    assert form.input_names == {"last_name", "consent", "contact_me_by_fax_only"} | META_FIELDS


# --- what is wrong with a file -----------------------------------------------------------------------------------

CONSENT = '[consent]\ntext_version = "1"\ntext = { nl = "x" }\n'
WRONG: list[tuple[str, str, str]] = [
    ('id = "small"', 'id = "other"', "small.toml: id is 'other', so the file must be called other.toml"),
    ('id = "small"', 'id = "Small Form"', "id: String should match"),
    ('id = "small"', "", "id: Field required"),
    ('version = "1"', "version = 1", "version: Input should be a valid string"),
    ('version = "1"', 'version = ""', "version: String should have at least 1 character"),
    ('version = "1"', 'version = "1"\ncolour = "red"', "colour: Extra inputs are not permitted"),
    ('languages = ["nl"]', "languages = []", "languages: Tuple should have at least 1 item"),
    ('languages = ["nl"]', 'languages = ["fr"]', "languages.0: Input should be 'nl' or 'en'"),
    ('languages = ["nl"]', 'languages = ["nl", "en"]', "title has no text in language en"),
    ('country = "NL"', 'country = "nl"', "country: String should match"),
    ('title = { nl = "Klein" }', 'title = { nl = "" }', "title has no text in language nl"),
    ('thank_you_page = { nl = "/bedankt" }', 'thank_you_page = { en = "/x" }', "website.thank_you_page has no text"),
    ('label = { nl = "Naam" }', 'label = { en = "Name" }', "fields.last_name.label has no text in language nl"),
    ("required = true", "required = false", "no required field, default or fixed value gives LastName"),
    ('defaults = { Company = "Particulier" }', "", "no required field, default or fixed value gives Company"),
    ('defaults = { Company = "Particulier" }', 'defaults = { Company = "" }', "gives Company"),
    ('defaults = { Company = "Particulier" }', 'fixed = { Company = "" }', "gives Company"),
    ('Company = "Particulier"', f'Company = "{"x" * 256}"', "the default Company is too long"),
    ('defaults = {', 'defaults = { Id = "x",', "Id is not a Lead field that a form may write"),
    ('defaults = {', 'fixed = { IsConverted = true }\ndefaults = {', "IsConverted is not a Lead field"),
    ('defaults = {', 'fixed = { LastName = "x" }\ndefaults = {', "LastName is written by last_name and by lead.fixed"),
    ('defaults = {', 'sources = { ip = "Ip__c" }\ndefaults = {', "unknown source ip; known are click_id"),
    ('defaults = {', 'sources = { language = "Language" }\ndefaults = {', "Language is not a Lead field"),
    ("max_length = 80", "max_length = 81", "max_length 81 is more than LastName holds (80)"),
    ("max_length = 80", "max_length = 0", "fields.0.max_length: Input should be greater than 0"),
    ('lead_field = "LastName"', 'lead_field = "OwnerId"', "lead_field OwnerId is not a Lead field"),
    ('lead_field = "LastName"', 'lead_field = "submission_id__c"', "lead_field submission_id__c is not a Lead field"),
    ('name = "last_name"', 'name = "Last Name"', "fields.0.name: String should match"),
    ('name = "last_name"', 'name = "utm_source"', "field utm_source has a name that every form uses itself"),
    ('name = "last_name"', 'name = "contact_me_by_fax_only"', "field contact_me_by_fax_only is there twice"),
    ('task_subject = "Website"', 'task_subject = "Website"\ncontact = "merge"', "existing.contact: Input should be"),
    ('task_subject = "Website"', "", "existing.task_subject: Field required"),
    ('task_subject = "Website"', 'task_subject = "Website"\nduplicate_rule = "merge"', "existing.duplicate_rule: "),
    ("[existing]", "[retention]\nsettled_days = 29\n[existing]",
     "retention.settled_days: Input should be greater than or equal to 30"),
    ('defaults = {', 'owner = "Daan"\ndefaults = {', "lead.owner: String should match"),
    ('defaults = {', 'owner = "queue: x"\ndefaults = {', "lead.owner: String should match"),
    ('defaults = {', 'record_type = "Web site"\ndefaults = {', "lead.record_type: String should match"),
    ('defaults = {', 'owner = "queue:Web"\nfixed = { OwnerId = "005" }\ndefaults = {',
     "OwnerId is given twice: by owner and in fixed"),
    ('defaults = {', 'record_type = "Web"\nfixed = { RecordTypeId = "012" }\ndefaults = {',
     "RecordTypeId is given twice: by record_type and in fixed"),
    ('defaults = {', 'owner = "queue:Web"\nassignment_rule = true\ndefaults = {',
     "assignment_rule = true would overrule the owner"),
    ('defaults = {', 'campaign = { status = "Sent" }\ndefaults = {', "give the campaign's name or its id"),
    ('defaults = {', 'campaign = { name = "x", id = "701000000000001" }\ndefaults = {', "give the campaign's name"),
    ('defaults = {', 'campaign = { id = "00Q000000000001" }\ndefaults = {', "lead.campaign.id: String should match"),
    ('[existing]', f'{CONSENT}earlier_versions = ["0", "1"]\n[existing]', "consent has the version 1 twice"),
    ('[existing]', f'{CONSENT}lead_field = "DoNotCall"\n[existing]', "consent lead_field DoNotCall must be a custom"),
    ('[existing]', f'[lead.sources]\nlanguage = "C__c"\n{CONSENT}lead_field = "c__c"\n[existing]',
     "c__c is written by lead.sources and by consent"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "told"), WRONG)
def test_what_is_wrong_is_named_with_its_key(old: str, new: str, told: str) -> None:
    with pytest.raises(FormError, match=re.escape(told)) as caught:
        a_form((old, new))
    assert str(caught.value).startswith("small.toml")


@pytest.mark.parametrize(
    "origin",
    ["www.example.com", "https://www.example.com/", "https://www.example.com/nl", "https://WWW.example.com", "ftp://x.example",
     "https://a@www.example.com", "https://", "*", "null", "https://www.example.com?x", " https://www.example.com",
     "https://[x"],
)  # fmt: skip
def test_an_origin_is_exact(origin: str) -> None:
    with pytest.raises(FormError, match=r"website\.origins\.0: "):
        a_form(('"https://www.example.com"', f'"{origin}"'))


@pytest.mark.parametrize(
    "page", ["bedankt", "https://www.example.com/bedankt", "//evil.example", "/\\\\evil", "/a b", "/a\\nb", "/köln", ""]
)
def test_a_page_is_a_path_as_it_stands_in_the_address_bar(page: str) -> None:
    """It becomes a header of the answer."""
    with pytest.raises(FormError, match=r"website\.thank_you_page\.nl: |has no text"):
        a_form(('"/bedankt"', f'"{page}"'))


@pytest.mark.parametrize(
    ("field", "told"),
    [
        ('name = "last_name"', "field last_name is there twice"),
        ('name = "a"\nlead_field = "LastName"\nmax_length = 80', "LastName is written by last_name and by a"),
        ('name = "a"\ntype = "choice"', "type choice needs choices"),
        ('name = "a"\nchoices = [{ value = "x", label = { nl = "X" } }]', "type text takes no choices"),
        ('name = "a"\ntype = "choice"\nchoices = [{ value = "x", label = {} }]',
         "fields.a.choices.x.label has no text in language nl"),
        ('name = "a"\ntype = "choice"\nchoices = [' + '{ value = "x", label = { nl = "X" } }, ' * 2 + "]",
         "choice x is there twice"),
        ('name = "a"\nminimum = 1', "minimum and maximum belong to type integer and to type number"),
        ('name = "a"\ntype = "integer"\ndecimals = 2', "decimals belongs to type number"),
        ('name = "a"\ntype = "number"\ndecimals = 0', "fields.1.decimals: Input should be greater than or equal to 1"),
        ('name = "a"\ntype = "number"\nmaximum = 10000000000000', "can't be beyond 9999999999999"),
        ('name = "a"\ntype = "integer"\nminimum = -1000000000000000000', "can't be beyond 999999999999999999"),
        ('name = "a"\ntype = "number"\nlead_field = "NumberOfEmployees"', "NumberOfEmployees needs type integer"),
        ('name = "a"\nlead_field = "AnnualRevenue"', "lead_field AnnualRevenue needs type integer or number"),
        ('name = "a"\ntype = "number"\nlead_field = "City"', "lead_field City can't hold type number"),
        ('name = "a"\ntype = "integer"\nminimum = 5\nmaximum = 1', "minimum 5 is more than maximum 1"),
        ('name = "a"\ntype = "colour"', "fields.1.type: Input should be 'text'"),
        ('name = "a"\nlead_field = "Email"\nmax_length = 80', "lead_field Email needs type email"),
        ('name = "a"\nlead_field = "Phone"\nmax_length = 40', "lead_field Phone needs type phone"),
        ('name = "a"\nlead_field = "MobilePhone"\nmax_length = 40', "lead_field MobilePhone needs type phone"),
        ('name = "a"\nlead_field = "NumberOfEmployees"', "lead_field NumberOfEmployees needs type integer"),
        ('name = "a"\nlead_field = "DoNotCall"', "lead_field DoNotCall needs type boolean"),
        ('name = "a"\ntype = "boolean"\nlead_field = "Title"', "lead_field Title can't hold type boolean"),
        ('name = "a"\ntype = "integer"\nlead_field = "City"', "lead_field City can't hold type integer"),
        ('name = "a"\nlead_field = "CountryCode"\nmax_length = 2', "lead_field CountryCode needs type country"),
        ('name = "a"\nlead_field = "StateCode"', "lead_field StateCode needs type choice"),
        ('name = "a"\ntype = "choice"\nlead_field = "StateCode"\nchoices = [{ value = "NY", label = { nl = "X" } }]',
         "StateCode needs a CountryCode that is always there"),
        ('name = "a"\nlead_field = "City"\nmax_length = 100', 'make it smaller, or say too_long = "cut"'),
        ('name = "a"\nlead_field = "Note__c"\nmax_length = 300', "max_length 300 is more than Note__c holds (255)"),
        ('name = "a"\nlead_field = "City"\nmax_length = 40\nlead_length = 40', "lead_length belongs to custom fields"),
        ('name = "a"\ntype = "email"\nlead_field = "Note__c"\ntoo_long = "cut"', "too_long = cut belongs to text"),
        ('name = "a"\ntoo_long = "cut"', "too_long = cut belongs to text that has a Lead field of its own"),
        ('name = "a"\nlead_field = "City"\nmax_length = 40\non_existing = "add"', "on_existing = add belongs to type"),
        ('name = "a"\ntype = "email"\nlead_field = "Email"\nmax_length = 80\non_existing = "replace"',
         "Email is never replaced on a Lead that is there"),
        ('name = "a"\non_existing = "replace"', "Description is never replaced on a Lead that is there"),
        ('name = "a"\non_existing = "append"\nlead_field = "Note__c"', "append belongs to the Description"),
        ('name = "a"\ntype = "textarea"\non_existing = "append"\nlead_field = "Street"', "append belongs to"),
    ],
)  # fmt: skip
def test_a_field_that_can_not_work_is_named(field: str, told: str) -> None:
    """Salesforce would refuse every submission of such a form, one visitor after another."""
    with pytest.raises(FormError, match=re.escape(told)):
        a_form(more=a_field(field))


@pytest.mark.parametrize(
    "field",
    [
        'name = "a"\ntype = "boolean"\nlead_field = "Newsletter__c"',
        'name = "a"\ntype = "boolean"\nlead_field = "HasOptedOutOfEmail"',
        'name = "a"\ntype = "integer"\nlead_field = "NumberOfEmployees"',
        'name = "a"\ntype = "integer"\nlead_field = "AnnualRevenue"',
        'name = "a"\ntype = "number"\nlead_field = "AnnualRevenue"',
        'name = "a"\ntype = "number"\ndecimals = 14\nmaximum = 9\nlead_field = "Rate__c"',
        'name = "a"\ntype = "country"\nlead_field = "CountryCode"\nmax_length = 80',
        'name = "a"\ntype = "phone"\nlead_field = "Fax"',
        'name = "a"\ntype = "email"\nlead_field = "Second_Email__c"',
        'name = "a"\ntype = "choice"\nlead_field = "Industry"\nchoices = [{ value = "x", label = { nl = "X" } }]',
        'name = "a"\nlead_field = "City"\nmax_length = 100\ntoo_long = "cut"',
        'name = "a"\nlead_field = "Note__c"\nmax_length = 300\nlead_length = 300',
        'name = "a"\nlead_field = "Title"\nmax_length = 128\non_existing = "replace"',
        'name = "a"\non_existing = "append"',
        'name = "a"\ntype = "textarea"\nlead_field = "Note__c"\non_existing = "append"',
        'name = "a"\ntype = "email"\nlead_field = "Email"\nmax_length = 80\non_existing = "never"',
    ],
)
def test_a_field_that_can_work_is_taken(field: str) -> None:
    assert len(a_form(more=a_field(field)).fields) == 2


def test_all_faults_of_a_file_are_told_at_once() -> None:
    with pytest.raises(FormError) as caught:
        a_form(('country = "NL"', 'country = "x"'), ("max_length = 80", "max_length = 0"))
    assert "country: " in str(caught.value)
    assert "max_length: " in str(caught.value)


def test_a_file_that_is_not_toml_says_where() -> None:
    with pytest.raises(FormError, match=r"small\.toml is not TOML: .*line 2"):
        parse_form("id = 'x'\nversion = 1 2", name="small.toml")


def test_a_folder_without_forms_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FormError, match="there is no form file"):
        load_forms(tmp_path)


def test_an_operator_s_values_may_set_owner_record_type_and_status() -> None:
    """They are the form's author's, never the visitor's."""
    form = a_form(("defaults = {", 'fixed = { OwnerId = "005x", RecordTypeId = "012x", Status = "New" }\ndefaults = {'))
    assert form.lead.fixed["OwnerId"] == "005x"


# --- the reference -----------------------------------------------------------------------------------------------


SECTIONS: dict[str, type[BaseModel]] = {
    "The form": Form,
    "`[website]`": Website,
    "`[spam]`": Spam,
    "`[spam.allow]` and `[spam.block]`": Listed,
    "`[spam.captcha]`": Captcha,
    "`[consent]`": ConsentText,
    "`[lead]`": LeadMapping,
    "`[existing]`": Existing,
    "`[retention]`": Retention,
    "`[sources.<name>]`": Source,
    "`[web_to_lead]`": WebToLead,
    "`[[fields]]`": FormField,
    "`[[fields.choices]]`": Choice,
}


@pytest.mark.parametrize("heading", SECTIONS)
def test_the_reference_explains_every_key_and_no_other(heading: str) -> None:
    """Each key stands in code marks at the start of a row of its section's table, in the order of the model."""
    section = REFERENCE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    explained = re.findall(r"^\| `([a-z_]+)` \| [^|]+ \| [^|]+ \| [^|]{10,} \|$", section, re.MULTILINE)
    assert sorted(explained) == sorted(SECTIONS[heading].model_fields)


@pytest.mark.parametrize(
    "names",
    [META_FIELDS, SOURCE_KEYS - set(UTM_FIELDS), set(UTM_FIELDS), set(CLICK_ID_FIELDS), set(FieldType),
     set(TEXT_LENGTHS), OTHER_FIELDS, {"OwnerId", "RecordTypeId", "Status"}, set(FIELD_ERRORS)],
)  # fmt: skip
def test_the_reference_names_everything_that_a_key_may_hold(names: set[str]) -> None:
    assert {name for name in names if f"`{name}`" not in REFERENCE} == set()


def test_the_examples_of_the_reference_are_a_form_that_works() -> None:
    blocks = re.findall(r"^```toml\n(.*?)^```$", REFERENCE, re.MULTILINE | re.DOTALL)
    form = parse_form("\n".join(blocks), name="brochure.toml")
    assert form.id == "brochure"


def test_the_reference_names_the_forms_to_start_from() -> None:
    assert all(f"`{path.name}`" in REFERENCE for path in FORMS_FOLDER.glob("*.toml"))


@pytest.mark.parametrize(
    ("about", "runs"),
    [("", True), ("assignment_rule = false", False), ('owner = "queue:Web"', False), ("assignment_rule = true", True)],
)
def test_the_assignment_rule_runs_unless_the_form_names_an_owner_or_forbids_it(about: str, runs: bool) -> None:
    assert a_form(("defaults = {", f"{about}\ndefaults = {{")).lead.runs_assignment_rule is runs


# --- [spam] ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("section", "what"),
    [
        ("[spam]\nweights = { typo = 1 }", "unknown sign typo in weights; known are honeypot"),
        ("[spam]\nweights = { honeypot = -1 }", "greater than or equal to 0"),
        ("[spam]\nthreshold = 0", "greater than 0"),
        ("[spam.allow]\ndomains = ['@example.com']", "must be a domain in lower case"),
        ("[spam.allow]\naddresses = ['example.com']", "must be an e-mail address in lower case"),
        ("[spam.block]\nwords = ['']", "at least 2 characters"),
        ("[spam.captcha]\nprovider = 'mine'\nsite_key = 'x'", "'turnstile', 'hcaptcha'"),
        ("[spam.captcha]\nprovider = 'hcaptcha'", "Field required"),
        ("[spam.captcha]\nprovider = 'hcaptcha'\nsite_key = 'x'\nmin_score = 0.1", "only recaptcha_v3 gives a score"),
        ("[spam.captcha]\nprovider = 'recaptcha_v2'\nsite_key = 'x'\naction = 'y'", "know an action: leave it out"),
        ("[spam.captcha]\nprovider = 'turnstile'\nsite_key = 'x'\nsecret = 'y'", "Extra inputs"),
    ],
)
def test_a_mistake_in_the_spam_section_is_told(section: str, what: str) -> None:
    with pytest.raises(FormError) as caught:
        a_form(more=f"\n{section}\n")
    assert what in str(caught.value)
