"""One form at two places of a page: two messages, with nothing of one in the other."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Opener, World, accessibility_faults
from tests.browser.shop import PLAIN_FORM

IDS = "[...document.querySelectorAll('[id]')].map((each) => each.id)"


def shown_twice(world: World, open_page: Opener, way: str) -> Page:
    own = PLAIN_FORM.format(api=world.api_url)
    if way == "improved":
        # Without ids: these are the website's to keep apart.
        bare = own.replace(' id="n"', ' aria-label="Achternaam"').replace(' aria-describedby="help"', "")
        bare = bare.replace(' id="help"', "").replace(' for="n"', "")
        world.site.has("/shop", bare * 2, script="")
    else:
        first = f'<script src="{world.api_url}/embed.js" data-form="contact" defer></script>'
        world.site.has("/shop", first, script='data-form="contact"')
    page = open_page(f"{world.site_url}/shop")
    expect(page.locator("form button")).to_have_count(2)
    expect(page.locator("[name=submission_key]")).to_have_count(2)
    return page


def forms_of(page: Page) -> list[Locator]:
    """Each by its place, which it keeps when the other has become a thank-you."""
    forms = page.locator("form")
    expect(forms).to_have_count(2)
    for number, handle in enumerate(forms.element_handles()):
        handle.evaluate("(form, number) => form.setAttribute('data-number', number)", str(number))
    return [page.locator(f"form[data-number='{number}']") for number in range(2)]


def keys(page: Page) -> list[str]:
    expect(page.locator("[name=submission_key]")).to_have_count(2)
    return [each.input_value() for each in page.locator("[name=submission_key]").all()]


def fill_in(form: Locator, name: str) -> None:
    for field, text in {"last_name": name, "email": f"{name}@example.com", "message": "Hallo"}.items():
        form.locator(f"[name={field}]").fill(text)
    form.locator("[name=consent]").check()


each_way = pytest.mark.parametrize("way", ["improved", "rendered"])


@each_way
def test_each_is_a_message_of_its_own(world: World, open_page: Opener, way: str) -> None:
    page = shown_twice(world, open_page, way)
    for number, form in enumerate(forms_of(page)):
        fill_in(form, f"visitor{number}")
        form.locator("button").click()
        expect(page.locator(".ftl-thanks")).to_have_count(number + 1)
    assert len(world.intake.ledger.rows) == 2
    assert len(world.api.posts) == 2


@each_way
def test_each_finds_its_key_after_a_reload(world: World, open_page: Opener, way: str) -> None:
    page = shown_twice(world, open_page, way)
    before = keys(page)
    assert len(set(before)) == 2
    page.reload()
    assert keys(page) == before


@each_way
def test_each_shows_its_own_errors(world: World, open_page: Opener, way: str) -> None:
    page = shown_twice(world, open_page, way)
    first, second = forms_of(page)
    for form in (first, second):
        fill_in(form, "visitor")
        form.locator("[name=email]").fill("no address")
        form.locator("button").click()
        expect(form.get_by_role("alert")).to_be_focused()
        form.get_by_role("alert").get_by_role("link").click()
        expect(form.locator("[name=email]")).to_be_focused()
    ids = page.evaluate(IDS)
    assert sorted(set(ids)) == sorted(ids)
    assert accessibility_faults(page) == []


def test_a_label_leads_to_the_field_beside_it(world: World, open_page: Opener) -> None:
    page = shown_twice(world, open_page, "rendered")
    for form in forms_of(page):
        form.get_by_text("FlexFit mag mijn gegevens").click()
        expect(form.locator("[name=consent]")).to_be_checked()
