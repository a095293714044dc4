"""Our script on a customer's website, under a strict policy: what visitors see, and what happens when things fail."""

import json

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener, World, accessibility_faults, screenshot
from tests.browser.shop import NAME, fill_in, improved, key_of, rendered, send, thanked


def test_a_form_is_shown_and_sent(world: World, open_page: Opener) -> None:
    page = rendered(world, open_page)
    fill_in(page)
    send(page)
    thanked(page)
    expect(page.locator(".ftl-thanks")).to_be_focused()
    row = world.intake.row
    assert (row.fields["last_name"], row.spam_reasons) == (NAME, ())
    assert (row.sources.page_url, row.sources.language) == (f"{world.site_url}/shop", "nl")
    assert row.sources.consent
    assert (row.sources.consent.given, row.sources.consent.text_version) == (True, "2026-11")
    assert world.api.posts[0]["consent_text_version"] == "2026-11"
    expect(page.locator(".ftl-thanks")).to_contain_text(row.submission_id)


def test_each_kind_of_question_arrives(world: World, open_page: Opener) -> None:
    page = rendered(world, open_page, "everything")
    page.fill("[name=last_name]", NAME)
    page.select_option("[name=bike]", label="Bakfiets")
    page.get_by_label("Prijs").check()
    page.get_by_label("Lease").check()
    page.fill("[name=seats]", "3")
    page.fill("[name=budget]", "€ 1.250,50")
    expect(page.locator("[name=budget]")).to_have_attribute("inputmode", "decimal")
    page.fill("[name=day]", "2026-12-24")
    page.get_by_label("Stuur mij de nieuwsbrief").check()
    page.check("[name=consent]")
    expect(page.locator("form button")).to_have_text("Vraag aan")
    send(page)
    thanked(page)
    sent = {name: value for name, value in world.intake.row.fields.items() if value}
    assert sent == {
        "last_name": NAME,
        "bike": "cargo",
        "topics": ["price", "lease"],
        "seats": "3",
        "budget": "€ 1.250,50",
        "day": "2026-12-24",
        "newsletter": "true",
        "consent": "yes",
    }


def test_the_page_s_language_is_the_form_s(world: World, open_page: Opener) -> None:
    world.site.has("/en", '<div id="here"></div>', script='data-form="contact" data-target="#here"', language="en")
    page = open_page(f"{world.site_url}/en")
    page.get_by_label("Last name").fill(NAME)
    send(page)
    expect(page.locator("[role=alert]")).to_contain_text("Please check what you filled in")
    fill_in(page)
    send(page)
    thanked(page, "Thank you")
    assert world.intake.row.sources.language == "en"


def test_without_a_target_the_form_stands_where_the_script_stands(world: World, open_page: Opener) -> None:
    world.site.has("/shop", "", script='data-form="contact"')
    expect(open_page(f"{world.site_url}/shop").locator("main form button")).to_be_visible()


def test_a_form_that_is_not_there_leaves_a_sentence_for_people(world: World, open_page: Opener) -> None:
    world.site.has("/shop", '<div id="here"></div>', script='data-form="nothing" data-target="#here"')
    expect(open_page(f"{world.site_url}/shop").locator("#here")).to_have_text(
        "Het formulier kan nu niet worden getoond. Laad de pagina opnieuw."
    )


# --- errors ------------------------------------------------------------------------------------------------------


def test_errors_stand_beside_the_fields_and_go_when_mended(world: World, open_page: Opener) -> None:
    page = rendered(world, open_page)
    fill_in(page, email="no address")
    send(page)
    summary = page.locator("[role=alert]")
    expect(summary).to_be_focused()
    email = page.locator("[name=email]")
    expect(email).to_have_attribute("aria-invalid", "true")
    expect(page.locator("id=" + (email.get_attribute("aria-describedby") or ""))).to_contain_text("geen e-mailadres")
    summary.get_by_role("link").click()
    expect(email).to_be_focused()
    assert page.url == f"{world.site_url}/shop"
    expect(page.locator("[name=last_name]")).to_have_value(NAME)
    email.fill("soren@example.com")
    send(page)
    thanked(page)
    assert len(world.intake.ledger.rows) == 1


def test_the_keyboard_alone_sends_an_error_and_then_the_form(world: World, open_page: Opener) -> None:
    page = rendered(world, open_page)
    for text in ("Søren", NAME, "no address", "", "", "Hallo"):
        page.keyboard.press("Tab")
        page.keyboard.type(text)
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("[role=alert]")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("[name=email]")).to_be_focused()
    page.keyboard.press("Control+A")
    page.keyboard.type("soren@example.com")
    page.keyboard.press("Enter")
    thanked(page)
    assert world.intake.row.fields["last_name"] == NAME


def test_what_the_website_said_about_a_field_stays(world: World, open_page: Opener) -> None:
    page = improved(world, open_page)
    send(page)
    expect(page.locator("#n")).to_have_attribute("aria-describedby", "help n-error")
    fill_in(page, email="x")
    send(page)
    expect(page.locator("[aria-invalid]")).to_have_count(1)
    expect(page.locator("#n")).to_have_attribute("aria-describedby", "help")


def test_axe_finds_nothing_wrong_and_it_fits_a_phone(world: World, open_page: Opener) -> None:
    page = rendered(world, open_page, "everything")
    assert accessibility_faults(page) == []
    screenshot(page, "embed")
    send(page)
    expect(page.locator("[role=alert]")).to_be_visible()
    assert accessibility_faults(page) == []
    screenshot(page, "embed-errors")
    page.fill("[name=last_name]", NAME)
    page.select_option("[name=bike]", "city")
    page.get_by_label("Prijs").check()
    page.check("[name=consent]")
    send(page)
    thanked(page)
    assert accessibility_faults(page) == []
    screenshot(page, "embed-thanks")


def test_an_improved_form_has_no_accessibility_faults_either(world: World, open_page: Opener) -> None:
    page = improved(world, open_page)
    send(page)
    expect(page.locator("[role=alert]")).to_be_visible()
    assert accessibility_faults(page) == []
    screenshot(page, "embed-improved-errors")


# --- nothing is lost, nothing is sent twice ----------------------------------------------------------------------


def test_an_answer_that_got_lost_is_asked_for_again_with_the_same_key(world: World, open_page: Opener) -> None:
    world.api.lose, world.api.refuse = 1, 1
    page = rendered(world, open_page)
    page.clock.install()
    fill_in(page)
    key = key_of(page)
    send(page)
    for posts in (1, 2):
        expect(page.locator(".ftl-status")).to_contain_text("We proberen het zo opnieuw")
        assert len(world.api.posts) == posts
        page.clock.run_for(20_000)
        expect_posts(page, world, posts + 1)
    thanked(page)
    assert [post["submission_key"] for post in world.api.posts] == [key] * 3
    assert len(world.intake.ledger.rows) == 1
    assert [name for name, _ in page.evaluate("heard")] == ["submit", "success"]


def expect_posts(page: Page, world: World, count: int) -> None:
    for _ in range(100):
        if len(world.api.posts) >= count:
            return
        page.wait_for_timeout(20)
    raise AssertionError(f"{len(world.api.posts)} posts, not {count}")


def test_when_all_tries_fail_the_visitor_can_send_again_with_the_same_key(world: World, open_page: Opener) -> None:
    world.api.refuse = 6
    page = rendered(world, open_page)
    page.clock.install()
    fill_in(page)
    send(page)
    for posts in range(2, 7):
        expect(page.locator(".ftl-status")).to_contain_text("We proberen het zo opnieuw")
        page.clock.run_for(20_000)
        expect_posts(page, world, posts)
    expect(page.locator(".ftl-status")).to_contain_text("Wat u invulde staat er nog")
    expect(page.locator("[name=message]")).to_have_value("Hallo")
    send(page)
    thanked(page)
    assert len({post["submission_key"] for post in world.api.posts}) == 1
    assert ["error", {"form": "contact", "kind": "network"}] in page.evaluate("heard")


def test_offline_waits_for_the_connection_and_then_sends(world: World, open_page: Opener) -> None:
    page = rendered(world, open_page)
    fill_in(page)
    page.context.set_offline(True)
    send(page)
    expect(page.locator(".ftl-status")).to_contain_text("U bent offline")
    assert world.api.posts == []
    page.context.set_offline(False)
    thanked(page)
    assert len(world.intake.ledger.rows) == 1


def test_a_double_click_sends_once(world: World, open_page: Opener) -> None:
    page = rendered(world, open_page)
    fill_in(page)
    page.evaluate("const b = document.querySelector('form button'); b.click(); b.click(); b.click();")
    thanked(page)
    assert len(world.api.posts) == 1


def test_a_reload_keeps_the_key_and_a_sent_form_leaves_none(world: World, open_page: Opener) -> None:
    page = rendered(world, open_page)
    key = key_of(page)
    page.reload()
    expect(page.locator("form button")).to_be_visible()
    assert key_of(page) == key
    fill_in(page)
    send(page)
    thanked(page)
    page.reload()
    expect(page.locator("form button")).to_be_visible()
    assert key_of(page) != key
    assert len(world.intake.ledger.rows) == 1


def test_other_answers_with_a_used_key_may_be_sent_as_a_message_of_their_own(world: World, open_page: Opener) -> None:
    """The first answer got lost and the visitor changed the text: nothing is thrown away, and nobody is left stuck."""
    page = rendered(world, open_page)
    world.intake.program(headers={"Idempotency-Key": key_of(page)})
    fill_in(page)
    send(page)
    expect(page.locator(".ftl-status")).to_contain_text("Uw vorige antwoorden hebben we al ontvangen")
    send(page)
    thanked(page)
    assert len(world.intake.ledger.rows) == 2


# --- campaigns, events, looks ------------------------------------------------------------------------------------


def test_the_campaign_is_kept_while_the_visitor_looks_around(world: World, open_page: Opener) -> None:
    page = rendered(world, open_page, query="?utm_source=folder&utm_campaign=lente&gclid=x1&email=someone@example.com")
    page.goto(f"{world.site_url}/shop?page=2")
    expect(page.locator("form button")).to_be_visible()
    fill_in(page)
    send(page)
    thanked(page)
    sources = world.intake.row.sources
    assert sources.utm == {"utm_source": "folder", "utm_campaign": "lente"}
    assert (sources.click_ids, sources.page_url) == ({"gclid": "x1"}, f"{world.site_url}/shop")


def test_another_campaign_takes_the_place_of_all_of_the_one_before(world: World, open_page: Opener) -> None:
    """Else an advertisement of last week would be paid for the newsletter's visitor."""
    page = rendered(world, open_page, query="?utm_source=google&utm_campaign=lente&gclid=x1")
    page.goto(f"{world.site_url}/shop?utm_source=newsletter")
    expect(page.locator("form button")).to_be_visible()
    fill_in(page)
    send(page)
    thanked(page)
    assert world.intake.row.sources.utm == {"utm_source": "newsletter"}
    assert world.intake.row.sources.click_ids == {}


def test_events_for_analytics_hold_nothing_that_was_typed(world: World, open_page: Opener) -> None:
    page = rendered(world, open_page)
    fill_in(page, email="no address")
    send(page)
    expect(page.locator("[role=alert]")).to_be_visible()
    page.fill("[name=email]", "soren@example.com")
    send(page)
    thanked(page)
    assert page.evaluate("heard") == [
        ["submit", {"form": "contact"}],
        ["error", {"form": "contact", "kind": "fields", "errors": [{"field": "email", "code": "invalid_email"}]}],
        ["submit", {"form": "contact"}],
        ["success", {"form": "contact"}],
    ]


def test_storage_holds_nothing_that_was_typed(world: World, open_page: Opener) -> None:
    page = rendered(world, open_page)
    fill_in(page, email="no address")
    send(page)
    expect(page.locator("[role=alert]")).to_be_visible()
    stored = json.dumps(page.evaluate("[{...sessionStorage}, {...localStorage}, document.cookie]"))
    assert "form-to-lead:key:" in stored
    assert "no address" not in stored
    assert "Brien" not in stored


def test_the_website_s_variables_and_rules_win(world: World, open_page: Opener) -> None:
    page = rendered(world, open_page)
    colour = "getComputedStyle(document.querySelector('form button')).backgroundColor"
    assert page.evaluate(colour) == "rgb(11, 92, 173)"
    page.evaluate("document.documentElement.style.setProperty('--ftl-accent', '#0b6e4f')")
    assert page.evaluate(colour) == "rgb(11, 110, 79)"
    page.evaluate("""() => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync("button { background: rgb(1, 2, 3) }");
      document.adoptedStyleSheets = [sheet, ...document.adoptedStyleSheets];
    }""")
    assert page.evaluate(colour) == "rgb(1, 2, 3)"


def test_the_honeypot_is_out_of_sight_under_the_strictest_policy(world: World, open_page: Opener) -> None:
    page = rendered(world, open_page)
    box = page.locator("[name=contact_me_by_fax_only]").bounding_box()
    assert box
    assert box["x"] + box["width"] < 0


# --- a form of the website's own ---------------------------------------------------------------------------------


def test_an_existing_form_is_improved(world: World, open_page: Opener) -> None:
    page = improved(world, open_page)
    fill_in(page)
    send(page)
    thanked(page)
    assert page.url == f"{world.site_url}/shop"
    assert world.intake.row.fields["last_name"] == NAME
    assert world.api.posts[0]["form_started_at"]


def test_the_same_form_works_without_a_script(world: World, open_page: Opener) -> None:
    world.site.pages["/nl/bedankt"] = "<title>Thanks</title>"
    page = improved(world, open_page, java_script_enabled=False)
    fill_in(page)
    send(page)
    assert page.url == f"{world.site_url}/nl/bedankt?receipt={world.intake.row.submission_id}"


def test_a_thank_you_page_of_the_website_is_opened(world: World, open_page: Opener) -> None:
    world.site.pages["/dank"] = "<title>Thanks</title>"
    page = improved(world, open_page, script='data-thanks="/dank"')
    fill_in(page)
    send(page)
    page.wait_for_url(f"{world.site_url}/dank")


@pytest.mark.parametrize("url", ["javascript:window.ran=1", "data:text/html,x"])
def test_a_thank_you_page_that_is_no_page_is_ignored(world: World, open_page: Opener, url: str) -> None:
    page = improved(world, open_page, script=f'data-thanks="{url}"')
    fill_in(page)
    send(page)
    thanked(page)
    assert page.evaluate("window.ran") is None
