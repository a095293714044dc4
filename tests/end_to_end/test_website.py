"""The demo website in a real browser without JavaScript, from the form to the receipt; our script, as it arrives."""

import gzip
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from functions.intake.pages.published import embed_script
from shared.submission import State
from tests.end_to_end.conftest import SECONDS_TO_ANSWER, LocalStack

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
A_PERSON_S_TYPING = 2500
"""Milliseconds: longer than the form's min_seconds, after which nobody is taken for a machine."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    assert found, "no Chromium on this machine; install Debian's package chromium"
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(java_script_enabled=False, locale="nl-NL")
    yield context.new_page()
    context.close()


def fill_in(page: Page, **fields: str) -> None:
    for name, value in fields.items():
        page.fill(f"[name={name}]", value)
    page.check("[name=consent]")
    page.wait_for_timeout(A_PERSON_S_TYPING)


def test_a_visitor_gets_a_receipt_and_becomes_a_lead(stack: LocalStack, page: Page, tmp_path: Path) -> None:
    page.goto(f"{stack.website_url}/nl/contact")
    fill_in(
        page,
        first_name="Søren",
        last_name="O'Brien-Østergård 李",
        email="soren.browser@example.com",
        message="Hebben jullie bakfietsen?",
    )
    page.click("button[type=submit]")
    assert urlsplit(page.url).path == "/nl/bedankt"
    [receipt] = parse_qs(urlsplit(page.url).query)["receipt"]
    expect(page.locator("main")).to_contain_text(receipt)
    row = stack.settled(receipt)
    assert row.state is State.CREATED
    assert [lead["LastName"] for lead in stack.records("Lead") if lead["Submission_Id__c"] == receipt] == [
        "O'Brien-Østergård 李"
    ]


def test_a_visitor_reads_all_that_is_wrong_and_finds_the_form_again(stack: LocalStack, page: Page) -> None:
    page.goto(f"{stack.website_url}/en/contact")
    fill_in(page, first_name="x", last_name="x", email="a@b", phone="12", message="Hello")
    page.click("button[type=submit]")
    assert urlsplit(page.url).path == "/en/form-error"
    expect(page.locator("main")).to_contain_text("not an e-mail address")
    expect(page.locator("main")).to_contain_text("not a valid phone number")
    page.go_back()
    expect(page.locator("[name=message]")).to_have_value("Hello")


def test_the_error_page_shows_no_markup_of_strangers(stack: LocalStack, page: Page) -> None:
    page.goto(f"{stack.website_url}/nl/formulier-fout?form=<b>&error=<script>alert(1)</script>.x&lang=nl")
    assert "<script>alert" not in page.content()


def test_the_org_page_shows_markup_of_visitors_as_text(stack: LocalStack, browser: Browser) -> None:
    answer = stack.post(
        "contact",
        {"last_name": "<img src=x onerror=alert(1)>", "email": "img@example.com", "message": "x", "consent": True},
    )
    stack.settled(answer.json()["receipt"])
    context = browser.new_context(ignore_https_errors=True)
    page = context.new_page()
    page.goto(stack.salesforce_url)
    expect(page.get_by_text("<img src=x onerror=alert(1)>").first).to_be_visible()
    assert page.locator("img[src=x]").count() == 0
    context.close()


def fetched(stack: LocalStack, path: str, **headers: str | None) -> tuple[bytes, dict[str, str]]:
    """The bytes as they came, packed or not. None for a header that requests would send by itself."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    url = f"{stack.api_url}{path}"
    answer = stack.http.get(url, headers=named, stream=True, timeout=SECONDS_TO_ANSWER)
    assert answer.status_code == 200
    return answer.raw.read(decode_content=False), {name.lower(): value for name, value in answer.headers.items()}


@pytest.mark.parametrize("path", ["/embed.js", "/openapi.json", "/forms/contact/schema"])
def test_documents_arrive_packed_where_that_is_asked_for(stack: LocalStack, path: str) -> None:
    plain, about_plain = fetched(stack, path, Accept="*/*", Accept_Encoding="identity")
    packed, about_packed = fetched(stack, path, Accept="*/*", Accept_Encoding="gzip")
    assert gzip.decompress(packed) == plain
    assert (about_packed["content-encoding"], about_plain.get("content-encoding")) == ("gzip", None)
    assert about_packed["etag"] != about_plain["etag"]
    assert "Accept-Encoding" in about_packed["vary"]
    if path == "/embed.js":
        assert plain.decode() == embed_script()


def test_a_program_that_names_no_media_type_gets_text(stack: LocalStack) -> None:
    """API Gateway would hand it base64."""
    text, about = fetched(stack, "/embed.js", Accept=None, Accept_Encoding="gzip")
    assert text.decode() == embed_script()
    assert "content-encoding" not in about
