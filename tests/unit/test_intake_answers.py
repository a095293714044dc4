"""What programs and visitors are told: the receipt, all field errors at once, or a refusal that helps."""

import html
import json
from typing import Any

import pytest

from functions.intake.reply import page
from shared.form.definition import FORMS_FOLDER, Form, forms, parse_form
from shared.form.texts import FIELD_ERRORS, LANGUAGES, PAGES, REFUSALS
from shared.submission import State
from tests.builders import NOW, contact_form
from tests.unit.intake_desk import BROWSER, JSON, MULTIPART, ORIGIN, URLENCODED, Intake, event, multipart

ALL_WRONG: dict[str, Any] = {"last_name": "", "email": "no address", "phone": "12", "message": " ", "consent": ""}
CODES = {
    "last_name": "required",
    "email": "invalid_email",
    "phone": "invalid_phone",
    "message": "required",
    "consent": "consent_needed",
}


# --- accepted ----------------------------------------------------------------------------------------------------


def test_a_program_gets_202_with_a_receipt_and_the_row_is_kept_and_queued() -> None:
    intake = Intake()
    answered = intake.program()
    assert (answered.status, answered.headers["Content-Type"]) == (202, "application/json")
    assert answered.json == {"receipt": intake.row.submission_id, "state": "received"}
    assert intake.row.state is State.RECEIVED
    assert intake.queue.sent == [(intake.row.submission_id, intake.row.person_keys[0], 0)]


def test_a_visitor_is_sent_to_the_thank_you_page_with_the_receipt() -> None:
    intake = Intake()
    answered = intake.browser()
    assert (answered.status, answered.text, answered.page) == (303, "", f"{ORIGIN}/nl/bedankt")
    assert answered.query == [("receipt", intake.row.submission_id)]


def test_a_form_that_says_accept_json_gets_json() -> None:
    assert Intake().browser(headers={"Accept": JSON}).status == 202


def test_multipart_is_a_visitor_s_form_too() -> None:
    fields = {"last_name": "Østergård", "email": "o@example.com", "message": "Hoi", "consent": "ja"}
    intake = Intake()
    assert intake.post(multipart(fields), MULTIPART, headers=BROWSER).status == 303
    assert intake.row.fields["last_name"] == "Østergård"


def test_no_answer_may_be_cached_or_guessed_at() -> None:
    intake = Intake()
    for answered in (intake.program(), intake.browser(), intake.program(email=""), intake.get("/health")):
        assert answered.headers["Cache-Control"] == "no-store"
        assert answered.headers["X-Content-Type-Options"] == "nosniff"
        assert answered.headers["Referrer-Policy"] == "no-referrer"


# --- what is kept ------------------------------------------------------------------------------------------------


def test_where_a_submission_came_from_is_kept() -> None:
    intake = Intake()
    intake.program(
        page_url="https://www.flexfit-fietsen.example/nl/contact",
        referrer="https://search.example/",
        utm_source="nieuwsbrief",
        utm_campaign="voorjaar",
        gclid="abc",
        lang="en",
        headers={"Referer": f"{ORIGIN}/other", "X-Forwarded-For": "203.0.113.9"},
    )
    row, sources = intake.row, intake.row.sources
    assert (row.form_id, row.form_version, row.received_at) == ("contact", forms()["contact"].version, NOW)
    assert (sources.channel, sources.language, sources.referrer) == ("form", "en", "https://search.example/")
    assert sources.page_url == "https://www.flexfit-fietsen.example/nl/contact"
    assert sources.utm == {"utm_source": "nieuwsbrief", "utm_campaign": "voorjaar"}
    assert sources.click_ids == {"gclid": "abc"}
    assert sources.consent is not None
    assert (sources.consent.given, sources.consent.text_version, sources.consent.at) == (True, "2026-11", NOW)
    assert "203.0.113.9" not in row.model_dump_json()


EARLIER = contact_form(
    consent=forms()["contact"].consent.model_copy(update={"earlier_versions": ("2026-08",)})  # type: ignore[union-attr]
)


@pytest.mark.parametrize(
    ("said", "stored", "unknown"),
    [
        ("2026-08", "2026-08", ""),
        ("2026-11", "2026-11", ""),
        ("", "2026-11", ""),
        ("2025-01", "2026-11", "2025-01"),
        ("<b>2025</b>", "2026-11", ""),
        ("2" * 41, "2026-11", ""),
    ],
)
def test_the_version_that_the_page_showed_is_kept_where_the_form_knows_it(said: str, stored: str, unknown: str) -> None:
    """A page that was opened before a new text was published and sent after it. What anybody may type proves nothing:
    a version that the form file does not name is noted, and the form's own counts."""
    intake = Intake(forms=EARLIER)
    assert intake.program(consent_text_version=said).status == 202
    consent = intake.row.sources.consent
    assert consent is not None
    assert (consent.text_version, consent.unknown_version) == (stored, unknown)
    assert "consent_text_version" not in intake.row.fields


def test_a_form_without_consent_takes_no_version_of_it() -> None:
    intake = Intake(forms=contact_form(consent=None))
    assert intake.program(consent_text_version="2026-11").status == 202
    assert intake.row.sources.consent is None


def test_the_referer_header_stands_in_for_a_page_url() -> None:
    intake = Intake()
    intake.browser(headers={"Referer": f"{ORIGIN}/nl/contact"})
    assert intake.row.sources.page_url == f"{ORIGIN}/nl/contact"


def test_hidden_fields_and_names_that_the_form_does_not_know_are_not_among_the_answers() -> None:
    """Mass assignment: what a form does not ask is not even kept."""
    intake = Intake()
    evil: dict[str, Any] = {
        "OwnerId": "005000000000001",
        "IsConverted": True,
        "RecordTypeId": "x",
        "Id": "y",
        "LeadSource": "z",
    }
    assert intake.program(**evil, utm_source="x", first_name="Sanne").status == 202
    assert set(intake.row.fields) == {"first_name", "last_name", "email", "message", "consent"}


def test_what_is_ignored_is_counted(said: Any) -> None:
    Intake().program(OwnerId="x", Id="y")
    [metric] = [json.loads(line) for line in said().splitlines() if "FieldsIgnored" in line]
    assert (metric["FieldsIgnored"], metric["form"]) == ([2.0], "contact")


def test_what_looks_like_an_attack_on_a_spreadsheet_or_a_page_is_stored_as_it_is() -> None:
    """Exports and views are where it is made harmless; here it may be somebody's honest question."""
    intake = Intake()
    text = "=cmd|' /C calc'!A0 <script>alert(1)</script> <img src=x onerror=alert(1)> ' OR 1=1 -- %_"
    assert intake.program(message=text, company="+31 BV").status == 202
    assert (intake.row.fields["message"], intake.row.fields["company"]) == (text, "+31 BV")


# --- field errors ------------------------------------------------------------------------------------------------


def test_a_program_hears_all_field_errors_at_once_and_nothing_is_stored() -> None:
    intake = Intake()
    answered = intake.program(**ALL_WRONG)
    assert (answered.status, answered.headers["Content-Type"]) == (422, "application/problem+json")
    assert {error["field"]: error["code"] for error in answered.json["errors"]} == CODES
    assert (answered.json["status"], answered.code) == (422, "validation_failed")
    assert answered.json["type"] == "urn:form-to-lead:problem:validation_failed"
    assert all(error["message"] in answered.json["detail"] for error in answered.json["errors"])
    assert not intake.ledger.rows
    assert not intake.queue.sent


def test_a_visitor_is_sent_to_the_error_page_with_names_and_codes_and_no_answer() -> None:
    """An address bar, a browser's history and a server's log must not hold what the visitor typed."""
    intake = Intake()
    answered = intake.browser(**ALL_WRONG)
    assert (answered.status, answered.page) == (303, f"{ORIGIN}/nl/formulier-fout")
    assert answered.query[:2] == [("form", "contact"), ("lang", "nl")]
    assert answered.query[2:] == [("error", f"{field}.{code}") for field, code in CODES.items()]
    assert not intake.ledger.rows


def without_error_page() -> dict[str, Form]:
    text = (FORMS_FOLDER / "contact.toml").read_text("utf-8")
    [line] = [line for line in text.splitlines() if line.startswith("error_page")]
    return {"contact": parse_form(text.replace(line, ""), name="contact.toml")}


def test_a_form_without_an_error_page_shows_one_of_ours_in_the_visitor_s_language() -> None:
    answered = Intake(forms=without_error_page()).browser(**ALL_WRONG, lang="en")
    assert (answered.status, answered.headers["Content-Type"]) == (422, "text/html; charset=utf-8")
    assert '<html lang="en">' in answered.text
    assert "E-mail address: this is not an e-mail address." in answered.text
    assert answered.text.count("<li>") == len(CODES)
    assert "no address" not in answered.text


def test_our_page_carries_no_script_and_may_load_nothing() -> None:
    answered = Intake(forms=without_error_page()).browser(**ALL_WRONG)
    policy = answered.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "<script" not in answered.text


def test_a_page_of_ours_escapes_its_texts() -> None:
    shown = page(422, "nl", ["<script>alert('1')</script> & \"x\""])["body"]
    assert "<script>" not in shown
    assert "&lt;script&gt;alert(&#x27;1&#x27;)&lt;/script&gt; &amp; &quot;x&quot;" in shown


@pytest.mark.parametrize(
    ("lang", "accepted", "language"),
    [
        ("en", "nl", "en"),
        ("EN-gb", "", "en"),
        ("", "en-US,en;q=0.9,nl;q=0.8", "en"),
        ("", "de,en;q=0.5,nl;q=0.7", "nl"),
        ("fr", "en", "en"),
        ("", "fr,de", "nl"),
        ("", "", "nl"),
        ("", "en;q=oops", "en"),
        ("", "en;q=nan", "en"),
        ("", "nl;q=inf, en;q=-inf", "nl"),
        ("", ",;q=,=;", "nl"),
        ("x" * 5000, "y" * 5000, "nl"),
    ],
)
def test_the_language_is_the_lang_field_s_else_the_browser_s_else_the_form_s_first(
    lang: str, accepted: str, language: str
) -> None:
    answered = Intake().program(**ALL_WRONG, lang=lang, headers={"Accept-Language": accepted})
    assert answered.headers["Content-Language"] == language
    said = {"nl": "Achternaam: vul dit veld in.", "en": "Last name: please fill in this field."}
    assert answered.json["errors"][0]["message"] == said[language]


def test_a_form_that_accepts_errors_gives_a_receipt_and_leaves_them_to_the_processor() -> None:
    intake = Intake()
    answered = intake.program(form="test-ride", last_name="", phone="12", bike="tank", consent="")
    assert answered.status == 202
    assert intake.row.state is State.RECEIVED
    assert intake.row.fields["bike"] == "tank"
    assert [sent[0] for sent in intake.queue.sent] == [answered.receipt]
    assert intake.row.sources.consent is not None
    assert intake.row.sources.consent.given is False


@pytest.mark.parametrize("field", ["first_name", "last_name", "email", "phone", "company"])
@pytest.mark.parametrize("attack", ["\r\nBcc: all@example.com", "\nx", "\rx", "\x0bx", "\x1bx", "\x85x", "\u2028x"])
def test_a_line_break_or_control_character_in_a_one_line_field_is_a_field_error(field: str, attack: str) -> None:
    sent: dict[str, Any] = {field: f"Jansen{attack}"}
    answered = Intake().program(**sent)
    assert answered.status == 422
    assert [(error["field"], error["code"]) for error in answered.json["errors"]] == [(field, "control_characters")]


# --- refusals ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "HEAD", "TRACE", "", "post "])
def test_a_form_is_read_or_posted_and_nothing_else(method: str) -> None:
    answered = Intake().get("/forms/contact", method)
    assert (answered.status, answered.code) == (405, "method_not_allowed")
    assert answered.headers["Allow"] == "GET, POST, OPTIONS"


@pytest.mark.parametrize("form", ["nothing", "Contact", "contact.toml", "..", "%2e%2e", "contact\x00", "é", "<script>"])
def test_an_unknown_form_is_404_with_the_forms_that_there_are(form: str) -> None:
    answered = Intake().program(form=form)
    assert (answered.status, answered.code) == (404, "unknown_form")
    assert "contact, quote, test-ride" in answered.json["detail"]
    assert "<script>" not in answered.text


@pytest.mark.parametrize("path", ["/", "", "/forms", "/forms/contact/more", "/admin", "//", "/health/x"])
def test_an_unknown_path_is_404(path: str) -> None:
    assert Intake().get(path).code == "not_found"


def test_a_program_gets_a_refusal_as_rfc_9457() -> None:
    answered = Intake().post(b"{", JSON)
    assert answered.headers["Content-Type"] == "application/problem+json"
    assert {"type", "title", "status", "detail", "code"} == set(answered.json)
    assert answered.json["status"] == answered.status == 400


@pytest.mark.parametrize(
    ("body", "content_type", "status", "text"),
    [
        (b"<a/>", "text/xml", 415, REFUSALS["other"]),
        (b"x=" + b"y" * 70000, URLENCODED, 413, REFUSALS["too_large"]),
        (b"--AaB03x\r\nContent-Disposition: form-data; name=a; filename=b\r\n\r\n\r\n--AaB03x--", MULTIPART, 415,
         REFUSALS["files_not_taken"]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_visitor_gets_a_refusal_as_a_page_in_their_language(
    body: bytes, content_type: str, status: int, text: dict[str, str], language: str
) -> None:
    answered = Intake().post(body, content_type, headers={**BROWSER, "Accept-Language": language})
    assert (answered.status, answered.headers["Content-Type"]) == (status, "text/html; charset=utf-8")
    assert text[language] in html.unescape(answered.text)


def test_every_text_for_people_is_there_in_every_language() -> None:
    for texts in (FIELD_ERRORS, REFUSALS, PAGES):
        for name, by_language in texts.items():
            assert all(by_language.get(language) for language in LANGUAGES), name


# --- the other routes --------------------------------------------------------------------------------------------


def test_health_is_ok() -> None:
    answered = Intake().get("/health")
    assert (answered.status, answered.json) == (200, {"status": "ok"})
    assert (Intake().get("/health", "POST").status, Intake().get("/health", "POST").headers["Allow"]) == (405, "GET")


@pytest.mark.parametrize("state", [state for state in State if state is not State.ERASED])
def test_a_receipt_tells_that_it_was_received_and_nothing_else(state: State) -> None:
    """Not whether somebody was a customer already, and not that a bot was found out."""
    intake = Intake()
    receipt = intake.program().receipt
    intake.ledger.rows[receipt] = intake.row.model_copy(update={"state": state})
    answered = intake.get(f"/submissions/{receipt}")
    assert (answered.status, answered.json) == (200, {"receipt": receipt, "state": "received"})


def test_an_erased_submission_is_as_unknown_as_one_that_never_was() -> None:
    intake = Intake()
    receipt = intake.program().receipt
    intake.ledger.rows[receipt] = intake.row.model_copy(update={"state": State.ERASED})
    assert intake.get(f"/submissions/{receipt}").text == intake.get(f"/submissions/{'0' * 36}").text
    assert intake.get(f"/submissions/{receipt}").status == 404


@pytest.mark.parametrize("receipt", ["x", "é" * 36, "x" * 5000, "\ud800" * 36, "'; DROP TABLE"])
def test_what_can_be_no_receipt_is_unknown_without_asking_the_ledger(receipt: str) -> None:
    intake = Intake()
    intake.ledger.fails_next = AssertionError()  # type: ignore[assignment]  # must not be asked
    assert intake.get(f"/submissions/{receipt}").code == "unknown_receipt"


@pytest.mark.parametrize("method", ["POST", "OPTIONS", "DELETE"])
def test_a_receipt_can_only_be_read(method: str) -> None:
    answered = Intake().hears(event(method, f"/submissions/{'0' * 36}"))
    assert (answered.status, answered.headers["Allow"]) == (405, "GET")
