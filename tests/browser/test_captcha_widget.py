"""Captchas in a browser. The providers' scripts are played by small ones of ours, under the documented addresses."""

from typing import Final

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Opener, World, accessibility_faults
from tests.unit.captcha_forms import SITE_KEY, with_captcha

TURNSTILE: Final = """
window.resets = 0;
const inputs = [];
window.turnstile = {
  render(place, { sitekey }) {
    const input = Object.assign(document.createElement("input"), { type: "hidden", name: "cf-turnstile-response" });
    const human = Object.assign(document.createElement("button"), { type: "button", textContent: "A human" });
    human.onclick = () => { input.value = `token for ${sitekey}`; };
    place.append(input, human);
    return inputs.push(input) - 1;
  },
  reset(id) { inputs[id].value = ""; resets++; },
};
if (!document.currentScript.src.includes("explicit")) {
  for (const place of document.querySelectorAll(".cf-turnstile")) turnstile.render(place, place.dataset);
}
"""
SCORE: Final = "window.grecaptcha = { execute: async (key, { action }) => `token for ${key} to ${action}` };"
FIELDS: Final = {"last_name": "de Vries", "email": "sanne@example.com", "message": "Hallo"}


def guard(world: World, provider: str, action: str = "") -> None:
    form = with_captcha(world.intake.forms["contact"], provider, action=action)
    world.intake.forms = {**world.intake.forms, "contact": form}


def opened(open_page: Opener, world: World, address: str) -> Page:
    page = open_page(f"{world.site_url}/nothing")

    def play(route: Route) -> None:
        is_turnstile = "cloudflare" in route.request.url
        route.fulfill(content_type="text/javascript", body=TURNSTILE if is_turnstile else SCORE)

    page.route("https://challenges.cloudflare.com/turnstile/v0/api.js*", play)
    page.route("https://www.google.com/recaptcha/api.js*", play)
    page.goto(address)
    return page


def embedded(open_page: Opener, world: World) -> Page:
    world.site.captcha_origin = "https://challenges.cloudflare.com https://www.google.com"
    world.site.has("/shop", '<div id="here"></div>', script='data-form="contact" data-target="#here"')
    return opened(open_page, world, f"{world.site_url}/shop")


def fill_in(page: Page) -> None:
    for name, value in FIELDS.items():
        page.fill(f"[name={name}]", value)
    page.check("[name=consent]")


def send(page: Page) -> None:
    page.click("form button[type=submit]")


def test_on_the_hosted_page_the_captcha_is_asked_for_and_taken(world: World, open_page: Opener) -> None:
    guard(world, "turnstile")
    page = opened(open_page, world, world.form())
    fill_in(page)
    send(page)
    expect(page.locator("#f-captcha-error")).to_contain_text("geen robot")
    page.locator("[role=alert]").get_by_role("link").click()
    expect(page.locator("#f-captcha")).to_be_focused()
    assert accessibility_faults(page) == []
    page.get_by_role("button", name="A human").click()
    send(page)
    page.wait_for_url("**/bedankt?*")
    assert world.api.posts[-1]["cf-turnstile-response"] == f"token for {SITE_KEY}"
    assert len(world.intake.ledger.rows) == 1


@pytest.mark.parametrize(("action", "sent"), [("contact", "contact"), ("", "submit")])
def test_on_the_hosted_page_a_score_is_asked_for_when_the_form_is_sent(
    world: World, open_page: Opener, action: str, sent: str
) -> None:
    guard(world, "recaptcha_v3", action)
    page = opened(open_page, world, world.form())
    fill_in(page)
    send(page)
    page.wait_for_url("**/bedankt?*")
    [post] = world.api.posts
    assert post["g-recaptcha-response"] == f"token for {SITE_KEY} to {sent}"


def test_the_script_shows_the_captcha_and_resets_it_after_an_error(world: World, open_page: Opener) -> None:
    guard(world, "turnstile")
    page = embedded(open_page, world)
    fill_in(page)
    send(page)
    expect(page.locator(".ftl-captcha + .ftl-error")).to_contain_text("geen robot")
    page.locator("[role=alert]").get_by_role("link").click()
    expect(page.locator(".ftl-captcha")).to_be_focused()
    assert accessibility_faults(page) == []
    assert page.evaluate("resets") == 1
    page.get_by_role("button", name="A human").click()
    page.fill("[name=email]", "no address")
    send(page)
    expect(page.locator(".ftl-error")).to_contain_text("e-mailadres")
    expect(page.locator("[name=cf-turnstile-response]")).to_have_value("")
    page.fill("[name=email]", FIELDS["email"])
    page.get_by_role("button", name="A human").click()
    send(page)
    expect(page.locator(".ftl-thanks")).to_contain_text("Bedankt")
    assert world.api.posts[-1]["cf-turnstile-response"] == f"token for {SITE_KEY}"


def test_the_script_asks_for_a_score_when_the_form_is_sent(world: World, open_page: Opener) -> None:
    guard(world, "recaptcha_v3", "contact")
    page = embedded(open_page, world)
    fill_in(page)
    send(page)
    expect(page.locator(".ftl-thanks")).to_contain_text("Bedankt")
    assert world.api.posts[-1]["g-recaptcha-response"] == f"token for {SITE_KEY} to contact"


def test_a_website_s_own_widget_is_left_alone_but_reset(world: World, open_page: Opener) -> None:
    guard(world, "turnstile")
    world.site.captcha_origin = "https://challenges.cloudflare.com"
    provider = '<script src="https://challenges.cloudflare.com/turnstile/v0/api.js" defer></script>'
    questions = '<div class="cf-turnstile"></div><button>Go</button>'
    form = f'<form action="{world.api_url}/forms/contact" method="post">{questions}</form>'
    world.site.has("/shop", provider + form, script="")
    page = opened(open_page, world, f"{world.site_url}/shop")
    page.evaluate("() => { turnstile.reset = (place) => { window.again = place.className; }; }")
    page.get_by_role("button", name="Go").click()
    expect(page.locator(".cf-turnstile + .ftl-error")).to_contain_text("geen robot")
    assert page.evaluate("again") == "cf-turnstile"
    expect(page.get_by_role("button", name="A human")).to_have_count(1)
