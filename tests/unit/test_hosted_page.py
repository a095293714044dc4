"""The hosted page as HTML and headers; what browsers make of it is in tests/browser."""

import base64
import hashlib
import re
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.intake.pages.inputs import question
from shared.errors import TransientError
from shared.form.definition import Form, FormError, forms, parse_form
from shared.form.page_texts import FORM_TEXTS, PAGE_TEXTS
from shared.form.texts import LANGUAGES
from shared.intake.form_start import signed_start
from tests.builders import CONTACT, NOW, SECRET, contact_form
from tests.every_kind import EVERY_KIND, EVERYTHING
from tests.unit.intake_desk import JSON, ORIGIN, URLENCODED, Answered, Intake, event

HOST = "api.example"
PERSON: dict[str, Any] = dict(CONTACT)
OWN = f"https://{HOST}"
NAVIGATION = {"Accept": "text/html,application/xhtml+xml", "Host": HOST}
POSTED = {**NAVIGATION, "Origin": OWN, "Content-Type": URLENCODED}


ATTACKS = (
    "\ud800",
    "<script>alert(1)</script>",
    '"><img src=x>',
    "</textarea><b>",
    "</option></select><i>",
    "' onfocus='x",
    "&lt;",
)
ODD = st.sampled_from(ATTACKS) | st.text(st.characters(exclude_categories=()), max_size=50)
"""Half characters among them."""


class Parsed(HTMLParser):
    """All opening tags, and the texts of all elements by id."""

    def __init__(self, answered: Answered) -> None:
        super().__init__()
        self.all: list[tuple[str, dict[str, str | None]]] = []
        self.feed(answered.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.all.append((tag, dict(attrs)))

    def named(self, *tags: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.all if tag in tags]

    def control(self, name: str) -> dict[str, str | None]:
        return next(each for each in self.named("input", "select", "textarea") if each.get("name") == name)

    def value(self, name: str) -> str | None:
        return self.control(name).get("value")


def opened(intake: Intake, form: str = "contact", headers: dict[str, str] | None = None, **query: str) -> Answered:
    happening = event("GET", f"/forms/{form}", headers={**NAVIGATION, **(headers or {})})
    return intake.hears({**happening, "queryStringParameters": query or None})


def posted(intake: Intake, form: str = "contact", headers: dict[str, str] | None = None, **fields: Any) -> Answered:
    body = urlencode({"hosted_page": "1", **fields}, doseq=True).encode()
    return intake.hears(event(path=f"/forms/{form}", headers={**POSTED, **(headers or {})}, body=body))


def with_every_kind() -> Intake:
    return Intake(forms={**forms(), "everything": EVERYTHING})


# --- the page ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", [*forms().values(), EVERYTHING], ids=lambda form: form.id)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_question_has_a_label_and_every_reference_leads_somewhere(form: Form, language: str) -> None:
    answering = form.model_copy(update={"on_field_error": "answer"})
    page = Parsed(posted(Intake(forms={form.id: answering}), form.id, lang=language))
    ids = [str(each["id"]) for _, each in page.all if "id" in each]
    assert len(ids) == len(set(ids))
    labels = {each["for"] for each in page.named("label")}
    controls = [each for each in page.named("input", "select", "textarea") if each.get("type") != "hidden"]
    assert {each["name"] for each in controls} == form.answer_names | {form.spam.honeypot}
    assert {each["id"] for each in controls} == labels
    for _, each in page.all:
        assert set((each.get("aria-describedby") or "").split()) <= set(ids)
        assert not (href := each.get("href") or "").startswith("#") or href[1:] in ids


def test_the_page_is_never_cached_and_each_view_has_a_key_of_its_own() -> None:
    intake = Intake()
    first, second = opened(intake), opened(intake)
    assert first.headers["Cache-Control"] == "no-store"
    assert Parsed(first).value("submission_key") != Parsed(second).value("submission_key")
    assert Parsed(first).value("form_started_at") == signed_start(SECRET, "contact", NOW)


def test_nothing_runs_and_nothing_is_loaded_from_elsewhere() -> None:
    answered = opened(Intake())
    policy = dict(part.strip().split(" ", 1) for part in answered.headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert "script-src" not in policy
    [style] = re.findall(r"<style>(.*?)</style>", answered.text, re.DOTALL)
    assert policy["style-src"] == f"'sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}'"
    assert policy["form-action"] == f"'self' {' '.join(forms()['contact'].website.origins)}"
    assert "<script" not in answered.text
    assert " style=" not in answered.text
    assert not re.search(r"\son[a-z]+=", answered.text)


def test_a_browser_will_say_where_the_page_s_post_comes_from() -> None:
    """With `no-referrer` it would post `Origin: null`, which is refused."""
    assert opened(Intake()).headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize(
    ("query", "accepted", "language"),
    [({}, "", "nl"), ({}, "en-GB,nl;q=0.5", "en"), ({"lang": "nl"}, "en", "nl"), ({"lang": "fr"}, "de", "nl")],
)
def test_the_language_is_the_link_s_or_else_the_browser_s(query: dict[str, str], accepted: str, language: str) -> None:
    answered = opened(Intake(), headers={"Accept-Language": accepted}, **query)
    assert answered.headers["Content-Language"] == language
    assert Parsed(answered).named("html") == [{"lang": language}]
    assert Parsed(answered).value("lang") == language


def test_every_address_on_the_page_is_relative() -> None:
    """It works behind a stage's path, behind a domain of one's own and in the emulator alike."""
    page = Parsed(opened(Intake(), utm_source="folder & co"))
    assert all("action" not in each for each in page.named("form"))
    assert [each["href"] for each in page.named("a")] == ["?lang=en&utm_source=folder+%26+co"]


def test_what_is_in_the_address_is_text_and_only_the_campaign_is_kept() -> None:
    answered = opened(
        Intake(), utm_source='"><script>alert(1)</script>', email="x@example.com", receipt="<b>", lang="<i>"
    )
    assert "<script>" not in answered.text
    assert "x@example.com" not in answered.text
    assert Parsed(answered).value("utm_source") == '"><script>alert(1)</script>'


def test_the_page_before_is_kept_but_not_this_page_itself() -> None:
    intake = Intake()
    elsewhere = opened(intake, headers={"Referer": "https://social.example/post"})
    assert Parsed(elsewhere).value("referrer") == "https://social.example/post"
    switched = opened(intake, headers={"Referer": f"{OWN}/live/forms/contact"})
    assert "referrer" not in {each.get("name") for each in Parsed(switched).named("input")}


def test_a_receipt_in_the_address_is_thanked_for_and_anything_else_is_not() -> None:
    receipt = "0d5a2f6e-93b3-5c0e-8d3c-1f6f3c5f0a11"
    assert receipt in opened(Intake(), receipt=receipt, lang="en").text
    for other in (receipt.upper(), f"{receipt}0", "<script>", f"{receipt}\n"):
        assert other not in opened(Intake(), receipt=other).text


@pytest.mark.parametrize(("language", "text"), [("nl", "Dit formulier bestaat niet"), ("en", "There is no such form")])
def test_people_who_follow_a_dead_link_get_a_page_and_programs_a_problem(language: str, text: str) -> None:
    answered = opened(Intake(), "nothing", {"Accept-Language": language})
    assert (answered.status, Parsed(answered).named("html")) == (404, [{"lang": language}])
    assert text in answered.text
    assert opened(Intake(), "nothing", {"Accept": "*/*"}).code == "unknown_form"
    assert opened(Intake(), "nothing/schema").code == "unknown_form"


@given(st.dictionaries(st.sampled_from(["lang", "receipt", "utm_source", "gclid", "x"]), ODD), st.text())
def test_any_address_and_any_header_gives_the_page(query: dict[str, str], header: str) -> None:
    odd = dict.fromkeys(("Accept-Language", "Referer", "Host", "Accept"), header)
    answered = opened(Intake(), headers=odd, **query)
    assert answered.status == 200
    answered.text.encode()
    assert not any(set(value) & set("\r\n") for value in answered.headers.values())


# --- its posts ---------------------------------------------------------------------------------------------------


def test_the_api_s_own_origin_may_post_and_the_visitor_goes_to_the_website() -> None:
    answered = posted(Intake(), **PERSON)
    assert (answered.status, answered.page) == (303, f"{ORIGIN}/nl/bedankt")


@pytest.mark.parametrize(
    ("host", "origin", "status"),
    [
        (HOST, "https://api.example", 303),
        (HOST, "http://api.example", 403),
        (HOST, "https://api.example:8443", 403),
        (HOST, "https://evil.example", 403),
        (HOST, "null", 403),
        ("127.0.0.1:4566", "http://127.0.0.1:4566", 303),
        ("localhost:4566", "http://localhost:4566", 303),
        ("127.0.0.1:4566", "http://127.0.0.1:80", 403),
        ("127.0.0.1.evil.example", "http://127.0.0.1.evil.example", 403),
        ("", "https://", 403),
    ],
)
def test_only_the_host_that_was_asked_counts_as_our_own_origin(host: str, origin: str, status: int) -> None:
    assert posted(Intake(), headers={"Host": host, "Origin": origin}, **PERSON).status == status


def test_a_form_without_a_website_s_page_comes_back_to_a_page_of_ours() -> None:
    """Relative to the address that was posted to, and with GET: a reload sends nothing again."""
    answered = posted(with_every_kind(), "everything", last_name="x", bike="city", topics="price", consent="yes")
    assert answered.status == 303
    assert answered.headers["Location"] == f"../forms/everything?lang=nl&receipt={answered.receipt}"


def test_wrong_answers_come_back_with_what_was_typed_and_what_is_wrong() -> None:
    typed = {**PERSON, "email": '"><b>no', "submission_key": "k1", "form_started_at": "1.a", "utm_source": "u"}
    answered = posted(Intake(), **typed)
    page = Parsed(answered)
    assert (answered.status, answered.headers["Cache-Control"]) == (422, "no-store")
    assert page.value("email") == '"><b>no'
    assert page.value("last_name") == "de Vries"
    assert "checked" in page.control("consent")
    assert [page.value(name) for name in ("submission_key", "form_started_at", "utm_source")] == ["k1", "1.a", "u"]
    assert page.control("email")["aria-invalid"] == "true"
    assert page.control("email")["aria-describedby"] == "f-email-error"
    assert "aria-invalid" not in page.control("last_name")
    assert "dit is geen e-mailadres" in answered.text
    assert "<title>Fout: Contact</title>" in answered.text


def test_the_page_says_which_consent_it_shows_also_when_it_is_shown_again() -> None:
    """What comes back shows the text of today, whatever the page before it showed."""
    assert Parsed(opened(Intake())).value("consent_text_version") == "2026-11"
    again = Parsed(posted(Intake(), **{**PERSON, "email": "x", "consent_text_version": "2026-08"}))
    assert again.value("consent_text_version") == "2026-11"
    assert "consent_text_version" not in opened(Intake(forms=contact_form(consent=None))).text


def test_what_a_machine_typed_into_the_trap_is_not_typed_again() -> None:
    """A person whose browser filled it in gets another chance; a machine gains nothing it hadn't."""
    page = Parsed(posted(Intake(), contact_me_by_fax_only="spam"))
    assert "value" not in page.control("contact_me_by_fax_only")


def test_a_used_key_is_replaced_so_that_the_visitor_is_not_stuck() -> None:
    intake = Intake()
    posted(intake, **{**PERSON, "submission_key": "k1"})
    answered = posted(intake, **{**PERSON, "submission_key": "k1", "message": "Iets anders"})
    key = Parsed(answered).value("submission_key")
    assert (answered.status, len(intake.ledger.rows)) == (409, 1)
    assert key != "k1"
    assert "Iets anders" in answered.text
    assert posted(intake, **{**PERSON, "submission_key": key, "message": "Iets anders"}).status == 303
    assert len(intake.ledger.rows) == 2


def test_when_it_can_t_be_stored_nothing_that_was_typed_is_lost() -> None:
    intake = Intake()
    intake.ledger.fails_next = TransientError("ledger", "no")
    answered = posted(intake, **{**PERSON, "submission_key": "k1"})
    assert (answered.status, answered.headers["Retry-After"]) == (503, "5")
    assert Parsed(answered).value("submission_key") == "k1"
    assert "Hebben jullie bakfietsen?" in answered.text
    assert posted(intake, **{**PERSON, "submission_key": "k1"}).status == 303


def test_other_websites_and_programs_get_the_answers_that_they_had() -> None:
    wrong = {**PERSON, "email": "x", "hosted_page": "1"}
    assert Intake().browser(**wrong).status == 303
    assert Intake().program(**wrong).headers["Content-Type"] == "application/problem+json"
    assert posted(Intake(), headers={"Accept": JSON}, **wrong).headers["Content-Type"] == "application/problem+json"
    unmarked = Intake().browser(headers={"Origin": OWN, "Host": HOST}, email="x")
    assert (unmarked.status, unmarked.page) == (303, f"{ORIGIN}/nl/formulier-fout")


@pytest.mark.parametrize(("name", "keys"), [("seats", "numeric"), ("budget", "decimal")])
def test_a_number_is_typed_on_the_keys_for_it_and_shown_again_as_it_was_typed(name: str, keys: str) -> None:
    """Never type=number, which throws away what it can't read."""
    field = EVERYTHING.field(name)
    assert field is not None
    [control] = re.findall(r"<input [^>]*>", str(question(field, "en", {name: "1.234 or so"}, {})))
    for attribute in ('type="text"', f'inputmode="{keys}"', 'value="1.234 or so"'):
        assert attribute in control


@given(st.dictionaries(st.sampled_from(sorted(EVERYTHING.input_names)), ODD))
def test_whatever_was_typed_comes_back_as_text(fields: dict[str, str]) -> None:
    encodable: dict[str, Any] = {name: value.encode("utf-8", "replace").decode() for name, value in fields.items()}
    answered = posted(with_every_kind(), "everything", **{**encodable, "bike": "none", "hosted_page": "1"})
    assert answered.status in {400, 422}
    if answered.status == 422:
        tags = {tag for tag, _ in Parsed(answered).all}
        assert tags <= {
            "html", "head", "meta", "title", "link", "style", "body", "main", "nav", "a", "h1", "h2", "p", "div", "ul",
            "li", "form", "input", "label", "span", "select", "option", "textarea", "fieldset", "legend", "button",
        }  # fmt: skip


# --- its texts and colours ---------------------------------------------------------------------------------------


def test_every_text_of_the_page_is_there_in_every_language() -> None:
    for texts in (FORM_TEXTS, PAGE_TEXTS):
        for name, by_language in texts.items():
            assert all(by_language.get(language) for language in LANGUAGES), name


@pytest.mark.parametrize(
    ("accent", "fault"),
    [
        ("#0b6e4", "six digits"),
        ("#0B6E4F", "lower case"),
        ("red;}body{", "six digits"),
        ("#ffcc00", r"contrast of 1\.5; at least 4\.5"),
        ("#777777", r"contrast of 4\.5"),
    ],
)
def test_a_colour_under_which_white_text_can_t_be_read_is_refused(accent: str, fault: str) -> None:
    with pytest.raises(FormError, match=rf"hosted\.accent: .*{fault}"):
        parse_form(EVERY_KIND.replace("#0b6e4f", accent), name="everything.toml")


def test_the_form_s_colour_words_and_hints_are_on_its_page() -> None:
    text = opened(with_every_kind(), "everything", lang="en").text
    for expected in ("--accent: #0b6e4f", "Ask for it", "Each kind of question, once.", "starts with a +."):
        assert expected in text
