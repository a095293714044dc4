"""A form tool has thanked its visitor before it posts: nobody is left to mend an answer, so nothing that names one is
refused for what it holds."""

import json
import time
from typing import Any
from urllib.parse import urlencode

import pytest

from local.intake_keys import WEBHOOKS
from shared.form.definition import Form, forms
from shared.form.field import FieldType, FormField
from shared.form.sources import Source
from shared.form.spam_section import Spam
from shared.intake.validation import check
from shared.privacy.tombstone import tombstone
from shared.submission import State
from shared.webhooks.proving import proof
from shared.webhooks.ticking import apart
from shared.webhooks.verifying import usable_keys
from tests.builders import NOW, Desk
from tests.unit.intake_desk import JSON, MULTIPART, URLENCODED, Answered, Intake, multipart
from tests.unit.webhook_desk import keyed, post

CONTACT = forms()["contact"]
TOOLS = sorted(set(CONTACT.sources) - {"shop"})
every_tool = pytest.mark.parametrize("tool", TOOLS)


def sent(intake: Intake, tool: str, body: bytes, content_type: str = JSON, form: str = "contact") -> Answered:
    scheme = intake.forms[form].sources[tool].scheme
    headers, query = proof(scheme, tool, usable_keys(scheme, WEBHOOKS[tool])[0], message_id="", body=body, now=NOW)
    named = dict(pair.split("=") for pair in query.split("&"))
    return post(intake, body, headers, query=named, form=form, content_type=content_type)


def entry(**answers: Any) -> bytes:
    """Of Gravity Forms."""
    whole = {"id": "17", "form_id": "1", "date_created": "2026-01-01 10:00:00", "1.3": "Joris", "1.6": "Kuipers",
             "2": "joris@example.com", "4": "Hoi", "5.1": "1"}  # fmt: skip
    return json.dumps({**whole, **answers}).encode()


def with_source(form_id: str, kind: str, fields: dict[str, str], **more: Any) -> dict[str, Form]:
    form = forms()[form_id]
    about = {"kind": kind, "fields": fields, **more}
    source = Source.model_validate(about)
    return {form_id: form.model_copy(update={"sources": {"gravity": source}})}


def with_email(tool: str, email: str, submission: str = "s-1") -> tuple[bytes, str]:
    """A visitor's answers as each tool sends them, in full but for `email`."""
    answers = {"first_name": "Joris", "last_name": "Kuipers", "email": email, "question": "Hoi"}
    match tool:
        case "gravity":
            return entry(**{"id": submission, "2": email}), JSON
        case "typeform":
            given: list[dict[str, Any]] = [
                {"type": "text", "text": text, "field": {"ref": ref}} for ref, text in answers.items()
            ]
            given.append({"type": "boolean", "boolean": True, "field": {"ref": "agreed"}})
            response = {"token": submission, "answers": given}
            return json.dumps({"event_type": "form_response", "form_response": response}).encode(), JSON
        case "webflow":
            data = {"First name": "Joris", "Last name": "Kuipers", "Email": email, "Question": "Hoi", "Consent": True}
            payload = {"id": submission, "data": data}
            return json.dumps({"triggerType": "form_submission", "payload": payload}).encode(), JSON
        case "jotform":
            raw = {"q3_name": {"first": "Joris", "last": "Kuipers"}, "q4_email": email, "q6_yourQuestion": "Hoi",
                   "q7_consent": ["Ja, FlexFit mag mijn gegevens gebruiken"]}  # fmt: skip
            return multipart({"submissionID": submission, "rawRequest": json.dumps(raw)}), MULTIPART
        case _:
            fields = {"first_name": "Joris", "last_name": "Kuipers", "email": email, "message": "Hoi",
                      "acceptance": "on"}  # fmt: skip
            return urlencode(fields).encode(), URLENCODED


# --- nobody to answer ----------------------------------------------------------------------------------------------


@every_tool
def test_an_answer_that_is_wrong_is_kept_for_the_processor_to_judge(tool: str) -> None:
    intake = keyed()
    answered = sent(intake, tool, *with_email(tool, "joris@@example"))
    assert (answered.status, answered.json["state"]) == (202, "received")
    assert intake.row.state is State.RECEIVED
    assert (intake.row.fields["email"], intake.row.fields["last_name"]) == ("joris@@example", "Kuipers")
    assert [sent[0] for sent in intake.queue.sent] == [answered.receipt]


def test_the_processor_makes_a_dead_letter_of_it_that_names_what_is_wrong() -> None:
    intake, desk = keyed(), Desk()
    answered = sent(intake, "gravity", entry(**{"3": "06-123"}))
    desk.process(intake.row)
    row = desk.ledger.rows[answered.receipt]
    assert (row.state, row.reason) == (State.REJECTED, "validation_failed")
    assert [letter["submission_id"] for letter in desk.dead_letters.letters] == [answered.receipt]
    assert not desk.crm.leads


@every_tool
def test_no_captcha_is_asked_of_a_tool(tool: str) -> None:
    """The tool's own form has one, or has none."""
    spam = Spam.model_validate({"captcha": {"provider": "turnstile", "site_key": "public"}})
    intake = keyed(forms={"contact": CONTACT.model_copy(update={"spam": spam})})
    assert sent(intake, tool, *with_email(tool, "")).status == 202
    assert (intake.row.state, intake.row.spam_reasons) == (State.RECEIVED, ())


def test_a_post_that_fills_no_field_at_all_is_refused_so_that_the_tool_s_log_shows_it() -> None:
    """Its names and those of the form file don't fit: kept, it would be a receipt for nothing."""
    intake = keyed()
    answered = sent(
        intake, "gravity", json.dumps({"naam": "Kuipers", "5.1": "1", "source_url": "https://x.example/"}).encode()
    )
    assert (answered.status, answered.code) == (422, "validation_failed")
    assert not intake.ledger.rows


# --- which submission it is ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tool", sorted({*TOOLS} - {"elementor"}))
def test_a_redelivery_is_one_submission_and_other_answers_under_its_id_are_another(tool: str) -> None:
    """Ids begin anew on a website that was built again, and an entry may be mended in the tool: neither may be lost."""
    intake = keyed()
    first = sent(intake, tool, *with_email(tool, "joris@example.com"))
    assert sent(intake, tool, *with_email(tool, "joris@example.com")).receipt == first.receipt
    other = sent(intake, tool, *with_email(tool, "ander@example.com"))
    assert other.status == 202
    assert sent(intake, tool, *with_email(tool, "ander@example.com")).receipt == other.receipt
    assert {row.fields["email"] for row in intake.ledger.rows.values()} == {"joris@example.com", "ander@example.com"}
    assert len(intake.ledger.rows) == len(intake.queue.sent) == 2


@pytest.mark.parametrize("submission", ["s-1", ""])
@every_tool
def test_a_tool_s_post_that_meets_its_own_row_is_acknowledged(tool: str, submission: str) -> None:
    """Its write got no answer and was given again. A tool may give no id; refused, it would not send again."""
    intake = keyed()
    intake.ledger.writes_again = True
    answered = sent(intake, tool, *with_email(tool, "joris@example.com", submission))
    assert (answered.status, answered.receipt) == (202, intake.row.submission_id)


def test_a_redelivery_of_what_was_erased_makes_nothing_new() -> None:
    intake = keyed()
    receipt = sent(intake, "gravity", entry()).receipt
    intake.ledger.rows[receipt] = tombstone(intake.row.model_dump(mode="json"), key="", by="op", now=NOW, why="asked")
    assert sent(intake, "gravity", entry()).code == "key_used_before"
    assert intake.ledger.rows.keys() == {receipt}


@pytest.mark.parametrize("change", [{"form_id": "2"}, {"date_created": "2026-11-11 10:00:00"}, {"id": "18"}])
def test_an_entry_of_gravity_forms_is_known_by_its_form_and_its_moment_too(change: dict[str, str]) -> None:
    """Also with the same answers: a person who asks again after the website was built again."""
    intake = keyed()
    assert sent(intake, "gravity", entry()).receipt != sent(intake, "gravity", entry(**change)).receipt


def test_an_id_that_is_longer_than_a_key_may_be_costs_nobody_the_submission() -> None:
    intake = keyed()
    receipts = {sent(intake, "typeform", *with_email("typeform", "a@example.com", "\ufb2c" * 250)).receipt}
    receipts |= {sent(intake, "typeform", *with_email("typeform", "a@example.com", "\ufb2c" * 250)).receipt}
    assert len(receipts) == 1


# --- what was ticked -------------------------------------------------------------------------------------------------

EXTRAS = {"First": "first_name", "Last": "last_name", "Company": "company", "Email": "email", "Product": "product",
          "Number": "number", "When": "timing", "Extras": "extras", "Consent": "consent"}  # fmt: skip
QUOTE = {"First": "A", "Last": "B", "Company": "C", "Email": "a@example.com", "Product": "e-bike", "Number": "3",
         "When": "now", "Consent": "on"}  # fmt: skip


@pytest.mark.parametrize("kind", ["elementor", "gravity-forms"])
def test_boxes_that_come_as_one_text_with_commas_are_as_many_answers(kind: str) -> None:
    """Elementor without «Advanced Data», Gravity Forms with «Select Fields»."""
    intake = keyed(forms=with_source("quote", kind, EXTRAS))
    body, content_type = json.dumps({**QUOTE, "Extras": "service, branding"}).encode(), JSON
    if kind == "elementor":
        body, content_type = urlencode({**QUOTE, "Extras": "service, branding"}).encode(), URLENCODED
    assert sent(intake, "gravity", body, content_type, form="quote").status == 202
    assert intake.row.fields["extras"] == ["service", "branding"]
    desk = Desk(forms=intake.forms)
    desk.process(intake.row)
    assert len(desk.crm.leads) == 1


def test_their_texts_of_choices_are_known_too() -> None:
    said = {"extras": {"Onderhoud, jaarlijks": "service", "Eigen logo": "branding"}}
    intake = keyed(forms=with_source("quote", "gravity-forms", EXTRAS, values=said))
    body = json.dumps({**QUOTE, "Extras": "Eigen logo, Onderhoud, jaarlijks"}).encode()
    assert sent(intake, "gravity", body, form="quote").status == 202
    assert intake.row.fields["extras"] == ["branding", "service"]


def test_a_text_with_a_part_that_is_no_choice_stays_whole_and_so_does_a_sentence() -> None:
    intake = keyed(forms=with_source("quote", "gravity-forms", EXTRAS))
    body = json.dumps({**QUOTE, "Extras": "service, nonsense", "Company": "service, branding"}).encode()
    assert sent(intake, "gravity", body, form="quote").status == 202
    assert intake.row.fields["extras"] == "service, nonsense"
    assert intake.row.fields["company"] == "service, branding"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("A", ("A",)),
        ("A,B", ("A", "B")),
        ("A, B", ("A, B",)),
        ("B, A, B", ("B", "A, B")),
        ("A, B, C, B", ("A, B, C", "B")),
        ("A, B, B, C", ("A, B", "B", "C")),
        ("B, A, B, C", ("B", "A, B, C")),
        ("A, B, C, D", ("A, B", "C, D")),
        ("A, X", ("A, X",)),
        ("A, ", ("A, ",)),
        ("", ("",)),
        (",", (",",)),
    ],
)
def test_a_choice_with_a_comma_is_looked_for_before_a_shorter_one(text: str, parts: tuple[str, ...]) -> None:
    assert apart(text, {"A", "B", "C", "A, B", "A, B, C", "C, D"}) == parts


def test_a_text_of_commas_only_takes_no_time() -> None:
    started = time.process_time()
    assert apart("A," * 100_000, {"A", "A,A", "A,A,A"}) == ("A," * 100_000,)
    assert len(apart("A," * 100_000 + "A", {"A"})) == 100_001
    assert time.process_time() - started < 2


# --- Typeform's hidden fields ----------------------------------------------------------------------------------------


def hidden_only(**hidden: str) -> bytes:
    response = {"token": "t1", "hidden": hidden, "answers": []}
    return json.dumps({"event_type": "form_response", "form_response": response}).encode()


HIDDEN = {"hidden.email": "email", "hidden.name": "last_name", "hidden.utm_source": "utm_source", "q": "message"}


def test_who_answered_nothing_but_came_with_an_address_that_says_who_it_is_is_kept() -> None:
    """A link in a newsletter carries them along; one more click sends them in."""
    source = Source.model_validate({"kind": "typeform", "fields": HIDDEN})
    intake = keyed(forms={"contact": CONTACT.model_copy(update={"sources": {"typeform": source}})})
    answered = sent(intake, "typeform", hidden_only(email="a@example.com", name="Kuipers", utm_source="mail"))
    assert answered.status == 202
    assert intake.row.fields == {"email": "a@example.com", "last_name": "Kuipers"}
    assert sent(intake, "typeform", hidden_only(email="a@example.com", name="Kuipers")).status == 202


def test_where_they_fill_no_field_there_is_still_nothing_to_keep() -> None:
    intake = keyed()
    for body in (hidden_only(utm_source="mail"), hidden_only(email="a@example.com"), hidden_only()):
        answered = sent(intake, "typeform", body)
        assert (answered.status, answered.json) == (200, {"state": "ignored", "detail": "Nothing to keep: no answers."})
    assert not intake.ledger.rows


def test_the_page_of_a_webflow_form_is_kept() -> None:
    intake = keyed()
    content = json.loads(with_email("webflow", "a@example.com")[0])
    content["payload"]["pageUrl"] = "https://www.flexfit-fietsen.example/nl/contact"
    assert sent(intake, "webflow", json.dumps(content).encode()).status == 202
    assert intake.row.sources.page_url == "https://www.flexfit-fietsen.example/nl/contact"


# --- large posts -----------------------------------------------------------------------------------------------------


def jotform_with(**answers: Any) -> dict[str, Any]:
    raw = {"q3_name": {"first": "A", "last": "B"}, "q4_email": "a@example.com", "q6_yourQuestion": "x",
           "q7_consent": ["Ja, FlexFit mag mijn gegevens gebruiken"], **answers}  # fmt: skip
    return {"formID": "1", "submissionID": "9", "pretty": json.dumps(raw), "rawRequest": json.dumps(raw)}


def row_bytes(intake: Intake) -> int:
    """As DynamoDB counts, about: 400 KB is the most of one row."""
    return len(intake.row.model_dump_json().encode())


def test_a_jotform_with_a_drawn_signature_and_all_answers_twice_is_taken() -> None:
    intake = keyed()
    body = multipart(jotform_with(q9_signature="data:image/png;base64," + "A" * 90_000))
    assert 2**16 < len(body) < 2**18
    assert sent(intake, "jotform", body, MULTIPART).status == 202
    assert row_bytes(intake) < 5_000


@pytest.mark.parametrize(
    "answers",
    [
        {"q6_yourQuestion": "x" * 250_000},
        {"q6_yourQuestion": "\u1e69" * 40_000},  # ṩ, written as six bytes in JSON
        {"q4_email": "x" * 100_000, "q6_yourQuestion": "\U0001d160" * 10_000},  # becomes three characters, twelve bytes
        {"q4_email": [f"{number}@example.com" for number in range(10_000)]},
        {"q7_consent": [str(number) for number in range(20_000)], "q4_email": "x" * 20_000},
    ],
)
def test_a_row_has_room_for_what_is_kept_also_when_an_operator_mends_it(answers: dict[str, Any]) -> None:
    """The row then holds both: what was sent, and what it became."""
    intake = keyed()
    body = json.dumps({"submissionID": "9", "rawRequest": json.dumps(jotform_raw(answers), ensure_ascii=False)},
                      ensure_ascii=False).encode()  # fmt: skip
    assert len(body) <= 2**18
    assert sent(intake, "jotform", body).status == 202
    assert row_bytes(intake) < 190_000
    assert {error.field for error in check(CONTACT, intake.row.fields).errors} >= set(wrong(answers))


def jotform_raw(answers: dict[str, Any]) -> Any:
    return json.loads(jotform_with(**answers)["rawRequest"])


def wrong(answers: dict[str, Any]) -> list[str]:
    """What was cut still shows that it is too much."""
    names = {"q4_email": "email", "q6_yourQuestion": "message"}
    return [names[name] for name in answers if name in names]


def test_what_fits_is_kept_to_the_letter_however_wrong_it_is() -> None:
    intake = keyed()
    assert sent(intake, "gravity", entry(**{"2": "x" * 3000, "4": "y" * 60_000})).status == 202
    assert (len(intake.row.fields["email"]), len(intake.row.fields["message"])) == (3000, 60_000)


def test_a_form_whose_own_fields_take_more_than_a_row_holds_is_told_so() -> None:
    """No person types so much: a visitor may send 64 KiB."""
    fields = tuple(
        FormField(name=f"text_{number}", type=FieldType.TEXTAREA, label={"nl": "x", "en": "x"}, max_length=32_000)
        for number in range(8)
    )
    form = CONTACT.model_copy(update={"fields": (*CONTACT.fields, *fields)})
    source = Source.model_validate({"kind": "gravity-forms", "fields": {field.name: field.name for field in fields}})
    intake = keyed(forms={"contact": form.model_copy(update={"sources": {"gravity": source}})})
    answered = sent(intake, "gravity", json.dumps({field.name: "x" * 32_000 for field in fields}).encode())
    assert (answered.status, answered.code) == (413, "too_large")
    assert not intake.ledger.rows
