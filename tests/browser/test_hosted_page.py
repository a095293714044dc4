"""The page that we host for a form: for everybody, with or without a script, a mouse or eyes."""

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener, World, accessibility_faults, screenshot

PERSON = {
    "first_name": "Søren",
    "last_name": "O'Brien-Østergård 李",
    "email": "soren@example.com",
    "message": "Goedendag,\nhebben jullie <b>bakfietsen</b>?",
}


def fill_in(page: Page, **fields: str) -> None:
    for name, value in {**PERSON, **fields}.items():
        page.fill(f"[name={name}]", value)
    page.check("[name=consent]")


def send(page: Page) -> None:
    page.click("button[type=submit]")


@pytest.mark.parametrize("script", [True, False])
def test_a_visitor_sends_the_form_and_comes_to_the_website_s_thank_you(
    world: World, open_page: Opener, script: bool
) -> None:
    page = open_page(world.form(), java_script_enabled=script)
    fill_in(page)
    send(page)
    assert page.url.startswith(f"{world.site_url}/nl/bedankt?receipt={world.intake.row.submission_id}")
    row = world.intake.row
    assert (row.fields["last_name"], row.spam_reasons) == (PERSON["last_name"], ())
    assert row.fields["message"] == PERSON["message"]


def test_a_form_without_a_website_s_page_thanks_with_the_receipt(world: World, open_page: Opener) -> None:
    page = open_page(world.form("everything"), java_script_enabled=False)
    page.fill("[name=last_name]", PERSON["last_name"])
    page.select_option("[name=bike]", "cargo")
    page.check("[name=topics][value=lease]")
    page.check("[name=consent]")
    send(page)
    assert urlsplit(page.url).path == "/live/forms/everything"
    expect(page.locator("main")).to_contain_text(world.intake.row.submission_id)
    expect(page.locator("h1")).to_have_text("Bedankt")
    page.reload()
    assert len(world.intake.ledger.rows) == 1
    page.get_by_role("link", name="Nog een formulier").click()
    expect(page.locator("h1")).to_have_text("Alles")


def test_thanks_are_accessible_and_fit_a_phone(world: World, open_page: Opener) -> None:
    page = open_page(world.form("everything", "?lang=en&receipt=0d5a2f6e-93b3-5c0e-8d3c-1f6f3c5f0a11"))
    assert accessibility_faults(page) == []
    screenshot(page, "hosted-thanks")


def test_what_is_wrong_stands_beside_the_fields_and_what_was_typed_is_kept(world: World, open_page: Opener) -> None:
    page = open_page(world.form("everything", "?lang=en"), java_script_enabled=False)
    page.fill("[name=last_name]", PERSON["last_name"])
    page.fill("[name=phone]", "12")
    page.fill("[name=seats]", "four")
    page.fill("[name=message]", PERSON["message"])
    page.check("[name=topics][value=lease]")
    page.check("[name=newsletter]")
    send(page)
    expect(page.locator("[name=last_name]")).to_have_value(PERSON["last_name"])
    expect(page.locator("[name=message]")).to_have_value(PERSON["message"])
    expect(page.locator("[name=seats]")).to_have_value("four")
    expect(page.locator("[name=topics][value=lease]")).to_be_checked()
    expect(page.locator("[name=topics][value=price]")).not_to_be_checked()
    expect(page.locator("[name=newsletter]")).to_be_checked()
    phone = page.locator("[name=phone]")
    expect(phone).to_have_attribute("aria-invalid", "true")
    assert "not a valid phone number" in described(page, "phone")
    assert "starts with a +" in described(page, "phone")
    assert page.locator("[role=alert] a").all_inner_texts() == page.locator("[role=alert] li").all_inner_texts()
    assert not world.intake.ledger.rows
    phone.fill("+31 20 624 1111")
    page.fill("[name=seats]", "4")
    page.select_option("[name=bike]", "city")
    page.check("[name=consent]")
    send(page)
    expect(page.locator("h1")).to_have_text("Thank you")
    assert world.intake.row.fields["phone"] == "+31 20 624 1111"


def described(page: Page, name: str) -> str:
    ids = page.get_attribute(f"[name={name}]", "aria-describedby") or ""
    return " ".join(page.inner_text(f"id={each}") for each in ids.split())


def test_the_keyboard_comes_first_to_the_errors_and_from_there_to_the_field(world: World, open_page: Opener) -> None:
    page = open_page(world.form("everything"))
    page.locator("button").press("Enter")
    expect(page.locator("[role=alert]")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("[name=last_name]")).to_be_focused()


def test_the_whole_form_can_be_sent_with_the_keyboard_alone(world: World, open_page: Opener) -> None:
    page = open_page(world.form())
    page.keyboard.press("Tab")  # the link to the other language
    for text in ("Søren", PERSON["last_name"], "soren@example.com", "020 624 1111", "", "Hallo"):
        page.keyboard.press("Tab")
        page.keyboard.type(text)
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{world.site_url}/**")
    assert world.intake.row.fields["phone"] == "020 624 1111"
    assert "contact_me_by_fax_only" not in world.intake.row.fields or not world.intake.row.spam_reasons


def test_a_reload_of_the_answer_counts_once(world: World, open_page: Opener) -> None:
    """Two sends of one page, as a double click makes them without a script."""
    page = open_page(world.form("everything"), java_script_enabled=False)
    page.fill("[name=last_name]", "Jansen")
    page.select_option("[name=bike]", "city")
    page.check("[name=topics][value=price]")
    page.check("[name=consent]")
    page.dblclick("button[type=submit]")
    expect(page.locator("h1")).to_have_text("Bedankt")
    assert len(world.intake.ledger.rows) == 1


def test_the_other_language_is_one_link_away_and_the_campaign_comes_along(world: World, open_page: Opener) -> None:
    page = open_page(world.form("contact", "?utm_source=folder&gclid=x1"))
    assert page.get_attribute("html", "lang") == "nl"
    page.get_by_role("link", name="English").click()
    assert page.get_attribute("html", "lang") == "en"
    expect(page.locator("h1")).to_have_text("Contact")
    expect(page.get_by_label("First name")).to_be_visible()
    fill_in(page)
    send(page)
    assert urlsplit(page.url).path == "/en/thank-you"
    assert (world.intake.row.sources.utm, world.intake.row.sources.click_ids) == (
        {"utm_source": "folder"},
        {"gclid": "x1"},
    )
    assert parse_qs(urlsplit(page.url).query).keys() == {"receipt"}


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("form_id", ["contact", "everything"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_wrong(world: World, open_page: Opener, form_id: str, language: str, scheme: str) -> None:
    page = open_page(world.form(form_id, f"?lang={language}"), color_scheme=scheme)
    assert accessibility_faults(page) == []
    screenshot(page, f"hosted-{form_id}-{language}-{scheme}")
    page.click("button[type=submit]")
    expect(page.locator("[role=alert]")).to_be_visible()
    assert accessibility_faults(page) == []
    screenshot(page, f"hosted-{form_id}-{language}-{scheme}-errors")


def test_a_target_is_large_enough_for_a_finger(world: World, open_page: Opener) -> None:
    """44 CSS pixels; a tick box is taken together with its label."""
    page = open_page(world.form("everything"))
    for control in page.locator(
        "input[type=text], input[type=tel], select, textarea, button, nav a, .tick label"
    ).all():
        if control.is_visible() and control.get_attribute("tabindex") != "-1":
            box = control.bounding_box()
            assert box
            assert box["height"] >= 44, control.evaluate("each => each.outerHTML")


def test_the_honeypot_is_out_of_sight_and_out_of_the_keyboard_s_way(world: World, open_page: Opener) -> None:
    page = open_page(world.form())
    honeypot = page.locator("[name=contact_me_by_fax_only]")
    box = honeypot.bounding_box()
    assert box
    assert box["x"] + box["width"] < 0
    assert (honeypot.get_attribute("tabindex"), honeypot.get_attribute("autocomplete")) == ("-1", "off")
    assert page.get_by_role("textbox", name="Laat dit veld leeg").count() == 0


@pytest.mark.parametrize("settings", [{"forced_colors": "active"}, {"reduced_motion": "reduce"}])
def test_forced_colours_and_reduced_motion_are_heeded(
    world: World, open_page: Opener, settings: dict[str, str]
) -> None:
    page = open_page(world.form("everything"), **settings)
    page.click("button[type=submit]")
    screenshot(page, f"hosted-{next(iter(settings))}")
    moves = page.evaluate("getComputedStyle(document.querySelector('button')).transitionDuration")
    assert "reduced_motion" not in settings or moves == "0s"
    expect(page.locator("[role=alert]")).to_be_visible()
