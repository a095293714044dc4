"""What of a submission stands on a Lead or in a Task: the form's map and nothing else."""

import datetime as dt
from typing import Any

import pytest

from shared.crm import Named
from shared.form.definition import CLICK_ID_FIELDS, SOURCE_KEYS, Form, forms
from shared.form.field import FormField
from shared.form.lead_fields import is_custom, is_writable
from shared.intake.validation import check
from shared.leads.lead import (
    lead_record,
    source_values,
    task_record,
    visitor_fields,
    what_was_sent,
)
from shared.leads.lead_changes import blanks_to_fill, changes_to, with_changes
from shared.submission import Consent, FieldValue, Sources, Submission
from shared.values.cleaning import cut
from tests.builders import CONTACT, NOW, a_submission

CONTACT_FORM = forms()["contact"]


def lead(form_id: str = "contact", **fields: Any) -> dict[str, Any]:
    form = forms()[form_id]
    submission = a_submission(form_id, **fields)
    return lead_record(form, submission, check(form, submission.fields).values)


def a_form(*fields: dict[str, Any], **lead_mapping: Any) -> Form:
    label = {"nl": "Vraag", "en": "Question"}
    return CONTACT_FORM.model_copy(
        update={
            "fields": tuple(FormField.model_validate({"label": label, **field}) for field in fields),
            "lead": CONTACT_FORM.lead.model_copy(update=lead_mapping),
        }
    )


def test_a_lead_holds_what_was_filled_in_and_what_the_form_says() -> None:
    record = lead(phone="06-12345678")
    assert {name: value for name, value in record.items() if not name.endswith("__c")} == {
        "FirstName": "Sanne",
        "LastName": "de Vries",
        "Email": "sanne@example.com",
        "Phone": "+31612345678",
        "Company": "Particulier",
        "LeadSource": "Web",
        "Description": "Uw vraag: Hebben jullie bakfietsen?",
    }


def test_a_lead_carries_its_submission_s_id_and_where_it_came_from() -> None:
    submission = a_submission()
    record = lead_record(CONTACT_FORM, submission, {})
    assert record["Submission_Id__c"] == submission.submission_id
    assert (record["Form__c"], record["Form_Version__c"], record["Language__c"]) == ("contact", "1", "nl")
    assert record["Submitted_At__c"] == "2026-11-30T12:00:00.000Z"
    assert record["Page_URL__c"] == "https://www.flexfit-fietsen.example/nl/contact"
    assert "UTM_Source__c" not in record


@pytest.mark.parametrize("form_id", sorted(forms()))
def test_only_fields_on_the_form_s_map_are_ever_written(form_id: str) -> None:
    form = forms()[form_id]
    evil: dict[str, FieldValue] = {"OwnerId": "x", "IsConverted": "true", "RecordTypeId": "y", "Id": "z", "Status": "w"}
    allowed = {field.lead_field for field in form.fields} | {"Submission_Id__c"}
    allowed |= {*form.lead.fixed, *form.lead.defaults, *form.lead.sources.values()}
    assert set(lead(form_id, **evil, lead_field="Id")) <= allowed
    assert not set(evil) & allowed


def test_the_visitor_s_answer_comes_before_a_default() -> None:
    assert lead()["Company"] == "Particulier"
    assert lead(company="Bakkerij Jansen")["Company"] == "Bakkerij Jansen"


def test_answers_without_a_lead_field_of_their_own_make_up_the_description() -> None:
    ride = lead("test-ride", phone="0612345678", bike="e-bike", preferred_date="2026-12-05", newsletter="on")
    assert ride["Description"] == (
        "Fiets: Elektrische fiets\nDag van uw voorkeur: 2026-12-05\nStuur mij de nieuwsbrief: ja"
    )
    assert ride["MobilePhone"] == "+31612345678"


def test_an_answer_of_several_lines_starts_under_its_label() -> None:
    assert lead(message="Hallo,\nGroet")["Description"] == "Uw vraag:\nHallo,\nGroet"


def test_several_choices_are_one_line() -> None:
    record = lead("quote", company="J", product="lease", number="3", timing="now", extras=["service", "branding"])
    assert record["Description"].splitlines() == [
        "Product: Leaseplan voor medewerkers",
        "Aantal: 3",
        "Wanneer: Zo snel mogelijk",
        "Extra's: Onderhoudscontract, Eigen logo",
        "Toelichting: Hebben jullie bakfietsen?",
    ]


def test_a_country_is_written_by_its_english_name_or_as_a_code_where_the_field_is_for_codes() -> None:
    assert lead("quote", country="nl")["Country"] == "Netherlands"
    form = a_form({"name": "land", "type": "country", "lead_field": "CountryCode", "max_length": 80})
    assert visitor_fields(form, {"land": "NL"}) == {"CountryCode": "NL"}


def test_choices_are_written_as_the_org_s_picklist_calls_them() -> None:
    choices = [
        {"value": "e-bike", "label": {"nl": "E", "en": "E"}, "lead_value": "Electric"},
        {"value": "cargo", "label": {"nl": "B", "en": "C"}},
    ]
    one = {"name": "one", "type": "choice", "choices": choices, "lead_field": "Industry"}
    several = {"name": "several", "type": "choices", "choices": choices, "lead_field": "Bikes__c"}
    record = visitor_fields(a_form(one, several), {"one": "e-bike", "several": ["e-bike", "cargo"]})
    assert record == {"Industry": "Electric", "Bikes__c": "Electric;cargo"}


def test_numbers_and_truth_stay_what_they_are() -> None:
    form = a_form(
        {"name": "staff", "type": "integer", "lead_field": "NumberOfEmployees"},
        {"name": "quiet", "type": "boolean", "lead_field": "HasOptedOutOfEmail"},
    )
    assert visitor_fields(form, {"staff": 0, "quiet": False}) == {"NumberOfEmployees": 0, "HasOptedOutOfEmail": False}


def test_a_description_keeps_within_its_field() -> None:
    form = a_form(*({"name": f"f{number}", "type": "textarea", "max_length": 32000} for number in range(3)))
    record = visitor_fields(form, {f"f{number}": "x" * 20000 for number in range(3)})
    assert len(record["Description"]) == 32000


def test_a_source_keeps_within_its_field() -> None:
    submission = a_submission()
    long = submission.sources.model_copy(update={"page_url": "https://www.example.com/" + "x" * 1000})
    record = lead_record(CONTACT_FORM, submission.model_copy(update={"sources": long}), {})
    assert len(record["Page_URL__c"]) == 255


# --- a form that changed meanwhile -------------------------------------------------------------------------------


def with_answers(**answers: Any) -> tuple[list[str], list[str]]:
    """The lines of the Lead's Description, and those of the Task, of a submission with these answers more."""
    submission = a_submission(**answers)
    values = check(CONTACT_FORM, submission.fields).values
    description = str(lead_record(CONTACT_FORM, submission, values)["Description"])
    return description.split("\n"), what_was_sent(CONTACT_FORM, submission, values).split("\n")


def test_an_answer_that_the_form_does_not_ask_any_more_reaches_sales() -> None:
    """Or not yet: the intake hears the next version of a form sooner than the processor does."""
    description, task = with_answers(shop="Utrecht", days=["mon", "", "tue"], remark="Let op:\n\x07hoi")
    lines = ["Uw vraag: Hebben jullie bakfietsen?", "shop: Utrecht", "days: mon, tue", "remark:", "Let op:", "hoi"]
    assert description == lines
    assert task[3:10] == [*lines, ""]


def test_what_nobody_filled_in_and_what_is_no_answer_is_not_told() -> None:
    trap = CONTACT_FORM.spam.honeypot
    assert with_answers(shop=" ", days=["", "\u200d"], **{trap: "x"}, lang="nl", gclid="x") == with_answers()


def test_a_description_that_the_form_gives_itself_keeps_its_place_above() -> None:
    form = a_form({"name": "last_name", "lead_field": "LastName", "max_length": 80}, fixed={"Description": "Beurs"})
    submission = a_submission().model_copy(update={"fields": {"last_name": "Kok", "shop": "Utrecht"}})
    assert lead_record(form, submission, {"last_name": "Kok"})["Description"] == "Beurs\nshop: Utrecht"


def test_answers_to_another_version_keep_within_the_description_and_cut_no_answer_of_this_one() -> None:
    for lines in with_answers(shop="x" * 40000):
        assert lines[-2] == "Uw vraag: Hebben jullie bakfietsen?"
        assert lines[-1].startswith("shop: xxx")
        assert len("\n".join(lines)) == 32000


# --- sources -----------------------------------------------------------------------------------------------------

CONSENT = Consent(given=True, text_version="2026-11", language="nl", at=NOW)


def test_every_source_that_a_form_may_name_has_a_value() -> None:
    everything = Sources(language="nl", consent=CONSENT)
    assert set(source_values(everything)) | {"form_id", "form_version", "received_at"} == SOURCE_KEYS


def test_the_first_click_id_that_is_there_counts() -> None:
    ids = {name: name.upper() for name in CLICK_ID_FIELDS[1:]}
    assert source_values(Sources(language="nl", click_ids=ids))["click_id"] == CLICK_ID_FIELDS[1].upper()
    assert source_values(Sources(language="nl"))["click_id"] == ""


@pytest.mark.parametrize("consent", [None, CONSENT.model_copy(update={"given": False})])
def test_without_consent_no_consent_is_written(consent: Consent | None) -> None:
    values = source_values(Sources(language="nl", consent=consent))
    assert (values["consent_text_version"], values["consent_given_at"]) == ("", "")


def test_consent_is_written_with_its_text_s_version_and_time_in_utc() -> None:
    amsterdam = dt.timezone(dt.timedelta(hours=1))
    consent = CONSENT.model_copy(update={"at": NOW.astimezone(amsterdam)})
    values = source_values(Sources(language="nl", consent=consent))
    assert (values["consent_text_version"], values["consent_given_at"]) == ("2026-11", "2026-11-30T12:00:00.000Z")


# --- known people ------------------------------------------------------------------------------------------------


def test_only_blanks_are_filled() -> None:
    there = {"FirstName": "S.", "Phone": None, "Company": "", "HasOptedOutOfEmail": False, "NumberOfEmployees": 0}
    new = {
        "FirstName": "Sanne",
        "Phone": "+31",
        "Company": "J",
        "HasOptedOutOfEmail": True,
        "NumberOfEmployees": 9,
        "Fax": "1",
    }
    assert blanks_to_fill(there, new) == {"Phone": "+31", "Company": "J", "Fax": "1"}


def test_an_address_is_completed_but_a_street_is_not_put_into_another_town() -> None:
    sent = {"Street": "Dorpsstraat 1", "City": "Zeist", "PostalCode": "3701 AA", "Phone": "+31"}
    assert blanks_to_fill({"City": "Utrecht"}, sent) == {"Phone": "+31"}
    assert blanks_to_fill({"City": "ZEIST"}, sent) == {
        "Street": "Dorpsstraat 1",
        "PostalCode": "3701 AA",
        "Phone": "+31",
    }


def test_the_visitor_s_part_holds_no_default_and_no_fixed_value() -> None:
    """`Particulier` must not fill the blank company of somebody who is known."""
    assert set(visitor_fields(CONTACT_FORM, check(CONTACT_FORM, CONTACT).values)) == {
        "FirstName", "LastName", "Email", "Description",
    }  # fmt: skip


BEFORE, AFTER = "2026-11-30T11:59:59.000+0000", "2026-11-30T12:00:01.000+0000"


def changes(there: dict[str, Any], sent: dict[str, Any], **field: Any) -> dict[str, Any]:
    """What a Lead gets of a submission that was received at NOW, by a form with this one field."""
    form = a_form({"name": "answer", **field})
    return changes_to(there, form, a_submission(), sent)


@pytest.mark.parametrize(
    ("there", "modified", "on_existing", "changed"),
    [
        (None, AFTER, "keep", "new"),
        ("old", BEFORE, "keep", None),
        ("old", BEFORE, "replace", "new"),
        ("old", AFTER, "replace", None),
        ("new", BEFORE, "replace", None),
    ],
)
def test_what_stands_on_a_lead_is_kept_or_replaced_by_what_was_sent_later(
    there: str | None, modified: str, on_existing: str, changed: str | None
) -> None:
    lead = {"Title": there, "LastModifiedDate": modified}
    wanted = {"Title": changed} if changed else {}
    assert changes(lead, {"answer": "new"}, lead_field="Title", max_length=128, on_existing=on_existing) == wanted


@pytest.mark.parametrize(
    ("there", "changed"),
    [("A", "A;B"), ("A;C", "A;C;B"), ("B;A", None), ("b", None), (None, "B"), ("", "B")],
)
def test_choices_are_added_to_those_that_are_there_however_late_they_come(
    there: str | None, changed: str | None
) -> None:
    choices = [{"value": "B", "label": {"nl": "B", "en": "B"}}]
    lead = {"Bikes__c": there, "LastModifiedDate": AFTER}
    field = {"type": "choices", "choices": choices, "lead_field": "Bikes__c", "on_existing": "add"}
    assert changes(lead, {"answer": ["B"]}, **field) == ({"Bikes__c": changed} if changed else {})


@pytest.mark.parametrize("there", [None, "", "old"])
def test_a_field_that_is_never_written_stays_even_where_it_is_blank(there: str | None) -> None:
    lead = {"Title": there, "Description": there, "LastModifiedDate": BEFORE}
    title = {"lead_field": "Title", "max_length": 200, "too_long": "cut", "on_existing": "never"}
    assert changes(lead, {"answer": "x" * 200}, **title) == {}
    assert changes(lead, {"answer": "new"}, on_existing="never") == {}


def appended(there: str | None, new: str = "new", *, modified: str = BEFORE, **field: Any) -> dict[str, Any]:
    """By a submission of which the id is known."""
    keys = {"type": "textarea", "max_length": 32000, "on_existing": "append", **field}
    form = a_form({"name": "answer", **keys})
    submission = a_submission().model_copy(update={"submission_id": "1a2b3c4d-0000-4000-8000-000000000000"})
    name = field.get("lead_field", "Description")
    return changes_to({name: there, "LastModifiedDate": modified}, form, submission, {"answer": new})


MARK = "— 2026-11-30 (inzending 1a2b3c4d)"
NOTE: dict[str, Any] = {"lead_field": "Note__c", "max_length": 100, "lead_length": 100}


@pytest.mark.parametrize("modified", [BEFORE, AFTER])
def test_an_answer_is_appended_below_what_is_there_under_its_mark_however_late_it_comes(modified: str) -> None:
    assert appended("old", modified=modified) == {"Description": f"old\n\n{MARK}\nVraag: new"}
    assert appended("old", modified=modified, **NOTE) == {"Note__c": f"old\n\n{MARK}\nnew"}


@pytest.mark.parametrize("there", [None, ""])
def test_a_blank_that_is_appended_to_has_the_mark_as_well(there: str | None) -> None:
    """Else a repeat, whose first try filled the blank, would append the same below it."""
    assert appended(there) == {"Description": f"{MARK}\nVraag: new"}


def test_what_was_appended_is_not_appended_again() -> None:
    once = appended("old")["Description"]
    assert appended(once) == {}
    assert appended(once.replace("\n", "\r\n")) == {}, "Salesforce may change the line breaks"
    assert appended(f"{once}\n\nand a note of sales") == {}
    assert appended(once.replace("inzending", "submission")) == {}, "the form's language may change"


@pytest.mark.parametrize("length", [0, 30, 52, 60, 61, 62, 63, 64, 65, 99, 100])
@pytest.mark.parametrize("letter", ["x", "🚲", "\n"])
def test_appending_keeps_the_old_text_whole_and_the_field_s_length(length: int, letter: str) -> None:
    old = cut(letter * length, length)
    changed = appended(old, "line\n" * 10, **NOTE).get("Note__c", old)
    assert changed.startswith(old)
    assert max(_stored(changed), _stored(old)) <= max(100, _stored(old))


def _stored(text: str) -> int:
    """As long as it can be in Salesforce."""
    return len(text.replace("\n", "\r\n").encode("utf-16-le")) // 2


def test_without_room_nothing_is_appended_and_with_little_room_a_part() -> None:
    assert appended("x" * 100, **NOTE) == {}
    room = 100 - _stored(f"\n\n{MARK}\n") - 1
    assert appended("x" * room, **NOTE)["Note__c"].endswith(f"{MARK}\nn")
    assert appended("x" * (room + 1), **NOTE) == {}


def test_of_several_answers_in_the_description_only_those_that_append_are_appended() -> None:
    form = a_form(
        {"name": "kept"},
        {"name": "grows", "on_existing": "append"},
        {"name": "hidden", "on_existing": "never"},
        {"name": "grows_too", "on_existing": "append"},
    )
    sent = dict.fromkeys(["kept", "grows", "hidden", "grows_too"], "x") | {"grows": "one", "grows_too": "two"}
    changed = changes_to({"Description": "old"}, form, a_submission(), sent)["Description"]
    assert changed.startswith("old\n\n— ")
    assert changed.endswith("\nVraag: one\nVraag: two")
    assert "Vraag: x" not in changed
    filled = changes_to({"Description": None}, form, a_submission(), sent)["Description"]
    assert filled.endswith(")\nVraag: x\nVraag: one\nVraag: two")


def test_a_lead_that_an_older_submission_touched_is_as_new_as_it_was() -> None:
    later = {"Title": "new", "LastModifiedDate": AFTER}
    assert with_changes(later, {"Phone": "+31"}, NOW)["LastModifiedDate"] == AFTER
    earlier = with_changes({"Title": "old", "LastModifiedDate": BEFORE}, {"Title": "new"}, NOW)
    assert earlier == {"Title": "new", "LastModifiedDate": "2026-11-30T12:00:00.000Z"}
    assert with_changes(later, {}, NOW) == later


@pytest.mark.parametrize(("letter", "fits"), [("x", 40), ("Ø", 40), ("李", 40), ("🚲", 20)])
def test_a_long_answer_is_cut_for_its_field_and_whole_in_the_description(letter: str, fits: int) -> None:
    form = a_form({"name": "city", "lead_field": "City", "max_length": 200, "too_long": "cut"})
    record = visitor_fields(form, {"city": letter * 50})
    assert record == {"City": letter * fits, "Description": f"Vraag: {letter * 50}"}
    assert visitor_fields(form, {"city": letter * fits}) == {"City": letter * fits}


@pytest.mark.parametrize(
    ("there", "modified", "ticked"),
    [(None, BEFORE, True), (False, BEFORE, True), (True, BEFORE, False), (False, AFTER, False)],
)
def test_consent_ticks_the_box_of_a_known_lead_unless_it_was_changed_since(
    there: bool | None, modified: str, ticked: bool
) -> None:
    """Somebody who opted out yesterday must not be opted in by a replay of last week."""
    assert CONTACT_FORM.consent is not None
    consent = CONTACT_FORM.consent.model_copy(update={"lead_field": "Email_Consent__c"})
    form = CONTACT_FORM.model_copy(update={"consent": consent})
    submission = a_submission()
    submission = submission.model_copy(update={"sources": Sources(language="nl", consent=CONSENT)})
    lead = {"Email_Consent__c": there, "LastModifiedDate": modified}
    assert ("Email_Consent__c" in changes_to(lead, form, submission, {})) is ticked
    assert lead_record(form, submission, {})["Email_Consent__c"] is True


def test_names_stand_on_a_new_lead_for_the_adapter_to_look_up() -> None:
    form = a_form(record_type="Website", owner="user:daan@example.com")
    record = lead_record(form, a_submission(), {})
    assert record["RecordTypeId"] == Named("record_type", "Website")
    assert record["OwnerId"] == Named("user", "daan@example.com")


@pytest.mark.parametrize(
    ("owner", "given"), [(Named("user", "daan"), Named("user", "daan")), (Named("queue", "Web"), None)]
)
def test_a_task_goes_to_the_user_whom_the_form_names_and_never_to_a_queue(owner: Named, given: Named | None) -> None:
    assert a_task(owner).get("OwnerId") == given


def a_task(owner_id: str | Named | None) -> dict[str, Any]:
    submission = a_submission()
    values = check(CONTACT_FORM, submission.fields).values
    return task_record(CONTACT_FORM, submission, values, who_id="003x", owner_id=owner_id)


def test_a_task_tells_sales_what_was_sent_and_from_where() -> None:
    task = a_task("005000000000001AAA")
    assert task["Subject"] == "Website: contactformulier"
    assert task["Description"].splitlines() == [
        "Voornaam: Sanne",
        "Achternaam: de Vries",
        "E-mailadres: sanne@example.com",
        "Uw vraag: Hebben jullie bakfietsen?",
        "",
        "Contact (contact 1), 2026-11-30T12:00:00.000Z",
        "page_url: https://www.flexfit-fietsen.example/nl/contact",
    ]
    assert (task["WhoId"], task["OwnerId"]) == ("003x", "005000000000001AAA")
    assert len(task["Submission_Id__c"]) == 36


@pytest.mark.parametrize("owner", [None, "", "00G000000000001AAA"])
def test_a_task_of_nobody_stays_with_the_api_user(owner: str | None) -> None:
    assert "OwnerId" not in a_task(owner)


def test_what_was_sent_keeps_within_a_description() -> None:
    form = a_form(*({"name": f"f{number}", "type": "textarea", "max_length": 32000} for number in range(3)))
    submission: Submission = a_submission()
    assert len(what_was_sent(form, submission, {f"f{number}": "x" * 20000 for number in range(3)})) == 32000


# --- which fields ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["Id", "OwnerId", "IsConverted", "RecordTypeId", "ConvertedDate", "Submission_Id__c", "submission_id__C", "Name",
     "lastname", "Owner.Name", "x__c; DROP", "__c", "1x__c", "x__r", "", "LastName "],
)  # fmt: skip
def test_a_form_may_not_write_any_field(name: str) -> None:
    """Salesforce does not look at the case of names, so neither may the exception for the exactly-once anchor."""
    assert not is_writable(name)


@pytest.mark.parametrize("name", ["LastName", "Description", "NumberOfEmployees", "My_Field__c", "ns__Field__c"])
def test_a_form_may_write_these(name: str) -> None:
    assert is_writable(name)
    assert is_custom(name) is name.endswith("__c")
