"""A question may be called like a member of the form's own object, and then hides that from all scripts on the page."""

import pytest
from playwright.sync_api import Page, expect

from shared.form.definition import RESERVED, Form, parse_form
from tests.browser.captcha_desk import Desk
from tests.browser.captcha_vendors import Vendors
from tests.browser.conftest import Opener, World
from tests.fakes.captcha_provider import running

ALL_MEMBERS = """() => {
  const names = [];
  for (let each = document.createElement("form"); each; each = Object.getPrototypeOf(each)) {
    names.push(...Object.getOwnPropertyNames(each));
  }
  return names;
}"""
HEAD = """
id = "odd"
version = "1"
title = { nl = "Raar" }
languages = ["nl"]
country = "NL"
[website]
origins = ["https://www.flexfit-fietsen.example"]
[lead.defaults]
Company = "Particulier"
[existing]
task_subject = "Raar"
[[fields]]
name = "last_name"
label = { nl = "Achternaam" }
required = true
lead_field = "LastName"
max_length = 80
"""


def odd_form(names: list[str], website: str) -> Form:
    fields = "".join(f'[[fields]]\nname = "{name}"\nlabel = {{ nl = "Vraag {name}" }}\n' for name in names)
    return parse_form(HEAD.replace("https://www.flexfit-fietsen.example", website) + fields, name="odd.toml")


def members(page: Page) -> list[str]:
    """Names that a question may have, of all that this browser's forms have."""
    found = {name for name in page.evaluate(ALL_MEMBERS) if name.isascii() and name.isalpha() and name.islower()}
    names = sorted(found - RESERVED)
    assert {"action", "append", "closest", "dataset", "elements", "id", "length", "name", "reset", "submit"} <= set(
        names
    )
    return names


FILL = """(names) => {
  for (const each of document.querySelectorAll("input")) {
    if (names.includes(each.name)) each.value = `Antwoord ${each.name}`;
  }
}"""


# Selectors without `form`: Playwright itself would ask the form for its `matches`, which is a question here.
def filled(page: Page, names: list[str]) -> None:
    page.evaluate(FILL, ["last_name", *names])


def sent_all(world: World, names: list[str]) -> None:
    expected = {name: f"Antwoord {name}" for name in ("last_name", *names)}
    assert {name: value for name, value in world.intake.row.fields.items() if value} == expected


def odd_world(world: World, open_page: Opener) -> list[str]:
    names = members(open_page(f"{world.site_url}/nothing"))
    world.intake.forms = {**world.intake.forms, "odd": odd_form(names, world.site_url)}
    return names


def test_the_hosted_page_takes_every_name(world: World, open_page: Opener) -> None:
    names = odd_world(world, open_page)
    page = open_page(world.form("odd"))
    page.locator("button").click()
    expect(page.locator("[role=alert]")).to_contain_text("Achternaam")
    filled(page, names)
    page.locator("button").click()
    expect(page.locator("h1")).to_have_text("Bedankt")
    sent_all(world, names)


def test_so_does_the_hosted_page_with_a_script_for_the_score(world: World, open_page: Opener) -> None:
    names = odd_world(world, open_page)
    with running() as provider:
        desk = Desk(world, open_page, provider, Vendors())
        desk.guard("recaptcha_v3", form_id="odd")
        page = desk.opened(world.form("odd"))
        filled(page, names)
        page.locator("button").click()
        expect(page.locator("h1")).to_have_text("Bedankt")
        assert len(desk.tokens) == 1
    sent_all(world, names)


@pytest.mark.parametrize("page_of", ["ours", "theirs"])
def test_so_does_the_script(world: World, open_page: Opener, page_of: str) -> None:
    names = odd_world(world, open_page)
    page = open_page(f"{world.site_url}{embedded(world) if page_of == 'ours' else improved(world, names)}")
    expect(page.locator("[name=form_started_at]")).to_be_attached()
    page.locator("button").click()
    expect(page.locator("[role=alert]")).to_contain_text("Achternaam")
    filled(page, names)
    page.locator("button").click()
    expect(page.locator(".ftl-thanks")).to_contain_text("Bedankt")
    sent_all(world, names)


def embedded(world: World) -> str:
    world.site.has("/shop", '<div id="here"></div>', script='data-form="odd" data-target="#here"')
    return "/shop"


def improved(world: World, names: list[str]) -> str:
    inputs = "".join(f'<p><label>{name} <input name="{name}"></label></p>' for name in ("last_name", *names))
    language = '<input type="hidden" name="lang" value="nl">'
    action = f"{world.api_url}/forms/odd"
    form = f'<form action="{action}" method="post" lang="nl">{language}{inputs}<button>Go</button></form>'
    # Two scripts, as pages made of parts have them: still one improvement.
    once_more = f'<script src="{world.api_url}/embed.js" defer></script>'
    world.site.has("/shop", form + once_more, script="")
    return "/shop"


def test_two_scripts_on_a_page_improve_a_form_once(world: World, open_page: Opener) -> None:
    names = odd_world(world, open_page)
    page = open_page(f"{world.site_url}{improved(world, names)}")
    expect(page.locator("[name=form_started_at]")).to_be_attached()
    assert page.locator(".ftl-status").count() == 1
