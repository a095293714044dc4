"""A website's own form with its own widget, improved by the script: the widget is left alone, but for its token."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.captcha_desk import CLASSES, FIELDS, TOKEN_NAMES, VISIBLE, Desk, thanked
from tests.browser.captcha_vendors import HUMAN, Vendors
from tests.browser.conftest import Opener, World
from tests.fakes.captcha_provider import GOOD, running
from tests.unit.captcha_forms import SITE_KEY

SCRIPTS = {
    "turnstile": "https://challenges.cloudflare.com/turnstile/v0/api.js",
    "hcaptcha": "https://js.hcaptcha.com/1/api.js",
    "recaptcha_v2": "https://www.google.com/recaptcha/api.js",
}


@pytest.fixture
def desk(world: World, open_page: Opener) -> Iterator[Desk]:
    with running() as provider:
        yield Desk(world, open_page, provider, Vendors())


def two_forms(desk: Desk, name: str) -> Page:
    """Both of them ours, with a widget each, under the vendor's own script."""
    desk.guard(name)
    widget = f'<div class="{CLASSES[name]}" data-sitekey="{SITE_KEY}"></div>'
    inputs = "".join(f'<p><label>{each} <input name="{each}"></label></p>' for each in FIELDS)
    consent = '<p><label><input type="checkbox" name="consent"> Ja</label></p>'
    action = f"{desk.world.api_url}/forms/contact"
    form = f'<form action="{action}" method="post">{inputs}{consent}{widget}<button>Go</button></form>'
    page = desk.on_website(f'<script src="{SCRIPTS[name]}" defer></script>{form}{form}')
    expect(page.locator("iframe")).to_have_count(2)
    form_of_page = page.locator("form").nth(1)
    for each, value in FIELDS.items():
        form_of_page.locator(f"[name={each}]").fill(value)
    form_of_page.locator("[name=consent]").check()
    return page


def resets(page: Page) -> list[str | None]:
    return [each.get_attribute("data-resets") for each in page.locator("iframe").all()]


def do_captcha(page: Page, name: str, at: int) -> None:
    form = page.locator("form").nth(at)
    form.locator("iframe").content_frame.get_by_role("button", name=HUMAN).click()
    expect(form.locator(f"[name={TOKEN_NAMES[name]}]")).not_to_have_value("")


@pytest.mark.parametrize("name", VISIBLE)
def test_after_an_error_the_form_s_own_widget_is_reset_and_no_other(desk: Desk, name: str) -> None:
    page = two_forms(desk, name)
    do_captcha(page, name, 0)
    form = page.locator("form").nth(1)
    form.get_by_role("button", name="Go").click()
    expect(form.locator(f".{CLASSES[name]} + .ftl-error")).to_contain_text("geen robot")
    assert resets(page) == [None, "1"]
    do_captcha(page, name, 1)
    form.get_by_role("button", name="Go").click()
    thanked(page, "embed")
    assert [token.split("|")[:2] for token in desk.tokens] == [[GOOD, SITE_KEY]]


@pytest.mark.parametrize("name", VISIBLE)
def test_where_earlier_answers_took_the_token_the_widget_is_reset_as_well(desk: Desk, name: str) -> None:
    """The first answer got lost, and the visitor changed the text: a token with it would be called used."""
    page = two_forms(desk, name)
    form = page.locator("form").nth(1)
    do_captcha(page, name, 1)
    key = form.locator("[name=submission_key]").input_value()
    token = form.locator(f"[name={TOKEN_NAMES[name]}]").input_value()
    desk.world.intake.program(headers={"Idempotency-Key": key}, **{TOKEN_NAMES[name]: token})
    form.get_by_role("button", name="Go").click()
    expect(form.locator(".ftl-status")).to_contain_text("Uw vorige antwoorden hebben we al ontvangen")
    assert resets(page) == [None, "1"]
    do_captcha(page, name, 1)
    form.get_by_role("button", name="Go").click()
    thanked(page, "embed")
    assert len(desk.world.intake.ledger.rows) == 2
