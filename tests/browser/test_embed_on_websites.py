"""Our script among a website's own scripts, forms and settings: it does what they say, and one fault stays one."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener, World
from tests.browser.shop import LISTENER, PLAIN_FORM, fill_in, improved, rendered, send, thanked

STOPPERS = {
    "a handler of the form": "document.querySelector('form').onsubmit = () => !stopped()",
    "a listener of the form": "document.querySelector('form').addEventListener('submit', stop)",
    "a listener of the page": "document.addEventListener('submit', stop)",
}
STOP_ONCE = """() => {
  window.stops = 1;
  window.stopped = () => window.stops-- > 0;
  window.stop = (event) => stopped() && event.preventDefault();
}"""


def with_more(world: World, open_page: Opener, more: str, *, script: str = "") -> Page:
    """A form of the website's own with something of its own in it."""
    form = PLAIN_FORM.format(api=world.api_url).replace("</form>", f"{more}</form>")
    world.site.has("/shop", form, script=script)
    page = open_page(f"{world.site_url}/shop")
    page.evaluate(LISTENER)
    return page


def complaints(page: Page) -> list[str]:
    """What the browser's console gets from here on."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    return said


# --- what is sent ------------------------------------------------------------------------------------------------


def test_a_file_is_refused_before_anything_is_sent(world: World, open_page: Opener) -> None:
    page = with_more(world, open_page, '<input type="file" name="cv">')
    fill_in(page)
    page.set_input_files("[name=cv]", {"name": "cv.pdf", "mimeType": "application/pdf", "buffer": b"%PDF"})
    send(page)
    expect(page.locator(".ftl-status")).to_have_text("Bij dit formulier kunt u geen bestand meesturen.")
    refusal = {"form": "contact", "kind": "refused", "code": "files_not_taken"}
    assert page.evaluate("heard") == [["error", refusal]]
    page.set_input_files("[name=cv]", [])
    send(page)
    thanked(page)
    [post] = world.api.posts
    assert "cv" not in post


@pytest.mark.parametrize("stopper", STOPPERS)
def test_what_the_website_stops_is_not_sent(world: World, open_page: Opener, stopper: str) -> None:
    page = improved(world, open_page)
    page.evaluate(STOP_ONCE)
    page.evaluate(f"() => {{ {STOPPERS[stopper]} }}")
    fill_in(page)
    send(page)
    assert page.evaluate("stops") == 0
    send(page)
    thanked(page)
    assert len(world.api.posts) == 1


def test_the_button_that_was_pressed_is_sent(world: World, open_page: Opener) -> None:
    page = with_more(world, open_page, '<button name="utm_content" value="quick">Snel</button>')
    fill_in(page)
    page.get_by_role("button", name="Snel").click()
    thanked(page)
    assert world.intake.row.sources.utm == {"utm_content": "quick"}


def test_a_form_that_is_emptied_has_no_errors(world: World, open_page: Opener) -> None:
    page = with_more(world, open_page, '<button type="reset">Wis</button>')
    send(page)
    expect(page.locator("[aria-invalid]")).not_to_have_count(0)
    page.get_by_role("button", name="Wis").click()
    expect(page.locator("[aria-invalid], .ftl-error, .ftl-summary")).to_have_count(0)
    expect(page.locator("#n")).to_have_attribute("aria-describedby", "help")
    fill_in(page)
    send(page)
    thanked(page)


# --- forms that came later ---------------------------------------------------------------------------------------

ADD = """([action, isHidden]) => {
  const place = document.querySelector("main").appendChild(document.createElement("div"));
  const root = isHidden ? place.attachShadow({ mode: "open" }) : place;
  const form = document.createElement("form");
  form.action = action;
  form.method = "post";
  for (const name of ["last_name", "email", "message", "consent"]) {
    const input = form.appendChild(document.createElement("input"));
    input.name = name;
    input.ariaLabel = name;
    if (name === "consent") Object.assign(input, { type: "checkbox", value: "yes" });
  }
  form.appendChild(document.createElement("button"));
  root.append(form);
  window.added = root;
}"""


@pytest.mark.parametrize("way", ["page", "element", "form", "shadow root"])
def test_a_form_that_came_later_is_improved_on_request(world: World, open_page: Opener, way: str) -> None:
    world.site.has("/shop", "", script="")
    page = open_page(f"{world.site_url}/shop")
    page.evaluate(ADD, [world.form(), way == "shadow root"])
    asked = {"page": "document", "form": "added.querySelector('form')"}.get(way, "added")
    for _ in range(2):
        page.evaluate(f"{asked}.dispatchEvent(new Event('form-to-lead:improve', {{ bubbles: true, composed: true }}))")
    expect(page.locator(".ftl-status")).to_have_count(1)
    fill_in(page)
    send(page)
    thanked(page)
    assert len(world.api.posts) == 1


# --- one fault stays one -----------------------------------------------------------------------------------------


def test_a_form_that_can_t_be_improved_leaves_the_others_alone(world: World, open_page: Opener) -> None:
    broken = '<form action="http://["><button type="button">Zoek</button></form>'
    world.site.has("/shop", broken + PLAIN_FORM.format(api=world.api_url), script="")
    page = open_page(f"{world.site_url}/nothing")
    said = complaints(page)
    page.goto(f"{world.site_url}/shop")
    fill_in(page)
    page.get_by_role("button", name="Verstuur").click()
    thanked(page)
    assert [text for text in said if text.startswith("form-to-lead: a form on this page is left as it is")]


@pytest.mark.parametrize("stored", ["null", "5", '"x"', "[", "[]", ""])
def test_a_campaign_that_is_none_stops_nothing(world: World, open_page: Opener, stored: str) -> None:
    page = improved(world, open_page)
    page.evaluate("(text) => sessionStorage.setItem('form-to-lead:campaign', text)", stored)
    page.goto(f"{world.site_url}/shop")
    fill_in(page)
    send(page)
    thanked(page)
    assert world.intake.row.sources.utm == {}


@pytest.mark.parametrize(("asked", "complaint"), [("http://", "is no address"), ("javascript:x", "is no web page")])
def test_a_thank_you_page_that_is_no_address_stops_nothing(
    world: World, open_page: Opener, asked: str, complaint: str
) -> None:
    page = open_page(f"{world.site_url}/nothing")
    said = complaints(page)
    world.site.has("/shop", PLAIN_FORM.format(api=world.api_url), script=f'data-thanks="{asked}"')
    page.goto(f"{world.site_url}/shop")
    fill_in(page)
    send(page)
    thanked(page)
    assert [text for text in said if f"data-thanks {complaint}" in text]


@pytest.mark.parametrize(("asked", "complaint"), [("#nowhere", "finds nothing"), ("[", "is no CSS selector")])
def test_a_target_that_is_not_there_leaves_the_form_where_the_script_is(
    world: World, open_page: Opener, asked: str, complaint: str
) -> None:
    page = open_page(f"{world.site_url}/nothing")
    said = complaints(page)
    world.site.has("/shop", "", script=f'data-form="contact" data-target="{asked}"')
    page.goto(f"{world.site_url}/shop")
    expect(page.locator("main form button")).to_be_visible()
    assert [text for text in said if f"data-target {complaint}" in text]


def test_a_later_script_leaves_the_forms_of_an_earlier_one_alone(world: World, open_page: Opener) -> None:
    page = rendered(world, open_page)
    page.evaluate(
        """(address) => new Promise((loaded) => {
          const policy = trustedTypes.createPolicy("shop", { createScriptURL: (url) => url });
          const script = document.createElement("script");
          script.src = policy.createScriptURL(address);
          script.dataset.lang = "nl";
          script.onload = loaded;
          document.body.append(script);
        })""",
        f"{world.api_url}/embed.js",
    )
    expect(page.locator(".ftl-status")).to_have_count(1)
    fill_in(page)
    send(page)
    thanked(page)
    assert len(world.api.posts) == 1
    assert [name for name, _ in page.evaluate("heard")] == ["submit", "success"]
