"""A shop's page with our script, and what a visitor does there."""

from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener, World

NAME = "O'Brien-Østergård 李"
PLAIN_FORM = """
<form action="{api}/forms/contact" method="post">
  <p><label for="n">Achternaam</label> <input id="n" name="last_name" aria-describedby="help">
    <span id="help">Zonder voorletters</span></p>
  <p><label>E-mail <input name="email"></label></p>
  <p><label>Vraag <textarea name="message"></textarea></label></p>
  <p><label><input type="checkbox" name="consent" value="yes"> Ja, u mag mij schrijven</label></p>
  <button>Verstuur</button>
</form>
"""
LISTENER = """
window.heard = [];
for (const name of ["submit", "success", "error"]) {
  document.addEventListener("form-to-lead:" + name, (event) => heard.push([name, event.detail]));
}
"""


def rendered(world: World, open_page: Opener, form_id: str = "contact", query: str = "", **settings: Any) -> Page:
    world.site.has("/shop", '<div id="here"></div>', script=f'data-form="{form_id}" data-target="#here"')
    page = open_page(f"{world.site_url}/shop{query}", **settings)
    expect(page.locator("form button")).to_be_visible()
    page.evaluate(LISTENER)
    return page


def improved(world: World, open_page: Opener, script: str = "", **settings: Any) -> Page:
    world.site.has("/shop", PLAIN_FORM.format(api=world.api_url), script=script)
    return open_page(f"{world.site_url}/shop", **settings)


def fill_in(page: Page, **fields: str) -> None:
    for name, value in {"last_name": NAME, "email": "soren@example.com", "message": "Hallo", **fields}.items():
        page.fill(f"[name={name}]", value)
    page.check("[name=consent]")


def send(page: Page) -> None:
    page.click("form button")


def key_of(page: Page) -> str:
    return page.input_value("[name=submission_key]")


def thanked(page: Page, text: str = "Bedankt") -> None:
    expect(page.locator(".ftl-thanks")).to_contain_text(text)
