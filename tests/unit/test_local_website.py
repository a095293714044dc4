"""The demo website's pages: made from the forms, escaped, and usable by everybody."""

import re
from html.parser import HTMLParser
from typing import Final
from urllib.parse import urlsplit

import pytest

from local.website.pages import Page, Site, error_sentences, form_path
from local.website.texts import FORM_IDS
from shared.form.definition import forms
from shared.form.texts import FIELD_ERRORS, LANGUAGES, Language
from shared.html import Html, element, together

SITE: Final = Site("http://127.0.0.1:1", "http://127.0.0.1:2/api", forms())
EVERY_FORM = pytest.mark.parametrize("form_id", FORM_IDS)
EVERY_LANGUAGE = pytest.mark.parametrize("language", LANGUAGES)


class Elements(HTMLParser):
    """All opening tags of a page, with their attributes."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self.all: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page.html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.all.append((tag, dict(attrs)))

    def named(self, *tags: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.all if tag in tags]

    def values(self) -> dict[str | None, str | None]:
        return {each["name"]: each.get("value") for each in self.named("input") if "name" in each}


def form_page(language: Language, form_id: str, query: dict[str, list[str]] | None = None) -> Elements:
    return Elements(SITE.page(form_path(language, form_id), query or {}))


def test_text_is_escaped_and_markup_is_not_escaped_twice() -> None:
    inner = element("b", "<script>&", title='"')
    assert element("p", "a < b ", inner) == '<p>a &lt; b <b title="&quot;">&lt;script&gt;&amp;</b></p>'
    assert together("<", None, Html("<br>")) == "&lt;<br>"


@EVERY_LANGUAGE
@EVERY_FORM
def test_a_form_asks_for_all_that_its_file_names(language: Language, form_id: str) -> None:
    elements = form_page(language, form_id)
    shown = {each.get("name") for each in elements.named("input", "select", "textarea")}
    form = forms()[form_id]
    assert {field.name for field in form.fields} <= shown
    assert {form.consent.field if form.consent else None, form.spam.honeypot} <= shown


@EVERY_LANGUAGE
@EVERY_FORM
def test_a_form_posts_to_the_api_and_says_when_it_was_opened(language: Language, form_id: str) -> None:
    elements = form_page(language, form_id)
    assert [each["action"] for each in elements.named("form")] == [f"{SITE.api_url}/forms/{form_id}"]
    values = elements.values()
    assert values["lang"] == language
    assert re.fullmatch(r"[0-9]{10}", values["form_started_at"] or "")
    assert values["page_url"] == f"{SITE.url}{form_path(language, form_id)}"
    consent = forms()[form_id].consent
    assert values.get("consent_text_version") == (consent.text_version if consent else None)


def test_each_view_of_a_form_has_a_key_of_its_own() -> None:
    """It makes a double click one submission; the next visitor's must differ."""
    keys = {form_page("nl", "contact").values()["submission_key"] for _ in range(3)}
    assert len(keys) == 3


@EVERY_LANGUAGE
@EVERY_FORM
def test_every_input_has_a_label(language: Language, form_id: str) -> None:
    elements = form_page(language, form_id)
    labels = {each["for"] for each in elements.named("label")}
    inputs = [each for each in elements.named("input", "select", "textarea") if each.get("type") != "hidden"]
    assert {each.get("id") for each in inputs} == labels


def test_the_honeypot_is_out_of_reach_of_people() -> None:
    [honeypot] = [
        each for each in form_page("en", "contact").named("input") if each.get("name") == "contact_me_by_fax_only"
    ]
    assert (honeypot["tabindex"], honeypot["autocomplete"]) == ("-1", "off")


def test_the_page_keeps_where_the_visitor_came_from() -> None:
    values = form_page("nl", "contact", {"utm_source": ["<nieuwsbrief>"], "gclid": ["1"], "evil": ["1"]}).values()
    assert (values["utm_source"], values["gclid"]) == ("<nieuwsbrief>", "1")
    assert "evil" not in values


@EVERY_LANGUAGE
def test_every_link_of_the_site_leads_to_a_page(language: Language) -> None:
    paths = [f"/{language}/", *(form_path(language, form_id) for form_id in FORM_IDS)]
    linked = {each["href"] or "" for path in paths for each in Elements(SITE.page(path, {})).named("a")}
    for link in linked - {"#main"}:
        assert SITE.page(urlsplit(link).path, {}).status == 200, link


@EVERY_LANGUAGE
@EVERY_FORM
def test_the_pages_that_the_api_sends_visitors_to_are_there(language: Language, form_id: str) -> None:
    website = forms()[form_id].website
    for path in (website.thank_you_page[language], website.error_page[language]):
        page = SITE.page(path, {})
        assert page.status == 200
        assert Elements(page).named("html") == [{"lang": language}]


def test_the_thank_you_page_shows_the_receipt_as_text() -> None:
    page = SITE.page("/en/thank-you", {"receipt": ["<img src=x>"]})
    assert "&lt;img src=x&gt;" in page.html
    assert "<img src=x>" not in page.html


def test_the_error_page_says_all_that_is_wrong_and_leads_back() -> None:
    errors = ["email.invalid_email", "message.too_long", "consent.consent_needed"]
    page = SITE.page("/nl/formulier-fout", {"form": ["contact"], "error": errors})
    assert "E-mailadres: dit is geen e-mailadres" in page.html
    assert "Uw vraag: gebruik ten hoogste 4000 tekens." in page.html
    assert "Toestemming: " in page.html
    assert 'href="/nl/contact"' in page.html


@EVERY_LANGUAGE
@pytest.mark.parametrize("code", FIELD_ERRORS)
def test_every_error_has_a_sentence_without_blanks(code: str, language: Language) -> None:
    [sentence] = error_sentences(forms()["quote"], [f"number.{code}"], language)
    assert "{" not in sentence


@pytest.mark.parametrize("error", ["", "email", "<script>.required", "email.<script>", "nobody.required", ".", "a.b.c"])
def test_an_unknown_error_is_not_repeated(error: str) -> None:
    assert error_sentences(forms()["contact"], [error], "nl") == []


def test_the_error_page_stands_without_knowing_the_form() -> None:
    page = SITE.page("/en/form-error", {"form": ["<script>"], "error": ["<script>.x"]})
    assert page.status == 200
    assert "<script>" not in page.html


def test_an_unknown_page_is_a_404_that_leads_home() -> None:
    page = SITE.page("/en/nothing", {})
    assert page.status == 404
    assert 'href="/en/"' in page.html
