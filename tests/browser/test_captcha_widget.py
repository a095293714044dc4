"""Captchas from a visitor's click to the provider's word: all four, on the hosted page and where the script shows the
form. A page's policy that does not let a vendor's documented addresses through fails these tests."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from shared.errors import TransientError
from shared.submission import State
from tests.browser.captcha_desk import VISIBLE, Desk, fail, fill_in, send, solve, thanked, token_field, told
from tests.browser.captcha_vendors import REFUSED, Vendors
from tests.browser.conftest import Opener, World, accessibility_faults, screenshot
from tests.fakes.captcha_provider import GOOD, running
from tests.unit.captcha_forms import PROVIDERS, SITE_KEY

each_provider = pytest.mark.parametrize("name", PROVIDERS)
each_visible = pytest.mark.parametrize("name", VISIBLE)
each_way = pytest.mark.parametrize("way", ["hosted", "embed"])


@pytest.fixture
def desk(world: World, open_page: Opener) -> Iterator[Desk]:
    with running() as provider:
        yield Desk(world, open_page, provider, Vendors())


@each_way
@each_provider
def test_who_does_the_captcha_is_taken_and_the_token_is_verified_once(desk: Desk, name: str, way: str) -> None:
    desk.guard(name)
    page = desk.show(way)
    fill_in(page)
    if name in VISIBLE:
        solve(page, name)
    assert accessibility_faults(page) == []
    screenshot(page, f"captcha-{name}-{way}")
    send(page)
    thanked(page, way)
    assert (desk.row.state, desk.row.spam_reasons) == (State.RECEIVED, ())
    [token] = desk.tokens
    action = "submit" if name == "recaptcha_v3" else ""
    assert token.startswith(f"{GOOD}|{SITE_KEY}|{action}|")


@each_way
@pytest.mark.parametrize("name", ["turnstile", "recaptcha_v3"])
def test_the_form_s_action_comes_back_from_the_provider(desk: Desk, name: str, way: str) -> None:
    desk.guard(name, action="contact")
    page = desk.show(way)
    fill_in(page)
    if name in VISIBLE:
        solve(page, name)
    send(page)
    thanked(page, way)
    assert desk.tokens[0].startswith(f"{GOOD}|{SITE_KEY}|contact|")
    assert desk.row.state is State.RECEIVED


@each_way
@each_visible
def test_who_did_not_do_it_is_told_and_can_do_it_then(desk: Desk, name: str, way: str) -> None:
    desk.guard(name)
    page = desk.show(way)
    expect(page.locator("form iframe")).to_be_visible()  # else it may move the button from under the mouse
    fill_in(page)
    send(page)
    told(page)
    assert accessibility_faults(page) == []
    screenshot(page, f"captcha-{name}-{way}-error")
    assert not desk.world.intake.ledger.rows
    solve(page, name)
    send(page)
    thanked(page, way)
    assert len(desk.tokens) == 1


@each_way
@each_visible
def test_after_a_refused_token_there_is_a_new_captcha_to_do(desk: Desk, name: str, way: str) -> None:
    desk.guard(name)
    page = desk.show(way)
    fill_in(page)
    fail(page, name)
    send(page)
    told(page)
    expect(token_field(page, name)).to_have_value("")
    solve(page, name)
    send(page)
    thanked(page, way)
    assert (desk.tokens[0], len(desk.tokens)) == (REFUSED, 2)
    assert desk.row.state is State.RECEIVED


@each_way
@each_visible
def test_another_field_s_error_spends_no_token_and_asks_for_a_new_one(desk: Desk, name: str, way: str) -> None:
    desk.guard(name)
    page = desk.show(way)
    fill_in(page)
    page.fill("[name=email]", "no address")
    solve(page, name)
    send(page)
    expect(page.locator("[role=alert]")).to_contain_text("e-mailadres")
    expect(token_field(page, name)).to_have_value("")
    assert desk.tokens == []
    page.fill("[name=email]", "sanne@example.com")
    solve(page, name)
    send(page)
    thanked(page, way)
    assert len(desk.tokens) == 1


@each_way
def test_each_try_at_sending_asks_for_a_score_anew(desk: Desk, way: str) -> None:
    """After an error in a field the same page asks again: the first token may be two minutes old by then."""
    desk.guard("recaptcha_v3")
    page = desk.show(way)
    fill_in(page)
    page.fill("[name=email]", "no address")
    send(page)
    expect(page.locator("[role=alert]")).to_contain_text("e-mailadres")
    page.fill("[name=email]", "sanne@example.com")
    send(page)
    thanked(page, way)
    first, second = (post["g-recaptcha-response"] for post in desk.world.api.posts)
    assert first != second
    assert desk.tokens == [second]


def test_a_repeat_after_a_fault_of_ours_takes_a_score_of_its_own(desk: Desk) -> None:
    """The provider has verified the first token already, and would call it used: an honest visitor put aside."""
    desk.guard("recaptcha_v3")

    def then_the_ledger_fails(request: Any, asked: dict[str, str]) -> None:
        desk.world.intake.ledger.fails_next = TransientError("dynamodb:unavailable")
        desk.provider.judge(request, asked)

    desk.provider.plan = [then_the_ledger_fails]
    page = desk.embedded()
    page.clock.install()
    fill_in(page)
    send(page)
    expect(page.locator(".ftl-status")).to_contain_text("geen verbinding")
    page.clock.run_for(10_000)
    thanked(page, "embed")
    assert len(set(desk.tokens)) == 2
    assert (desk.row.state, desk.row.spam_reasons) == (State.RECEIVED, ())


@each_way
@each_visible
def test_on_the_narrowest_phone_nothing_but_the_widget_itself_is_scrolled_sideways(
    desk: Desk, name: str, way: str
) -> None:
    """WCAG 2.2, 1.4.10: at 320 CSS pixels. The vendors' widgets are 300 wide or more."""
    desk.guard(name)
    page = desk.show(way, viewport={"width": 320, "height": 640})
    expect(page.locator("form iframe")).to_be_visible()
    send(page)
    told(page)
    expect(page.locator("form iframe")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


# --- a provider that can't be reached from the visitor's browser -------------------------------------------------


@each_way
def test_without_a_score_the_form_is_put_aside_and_the_visitor_thanked(desk: Desk, way: str) -> None:
    desk.guard("recaptcha_v3")
    desk.vendors.is_blocked = True
    page = desk.show(way)
    page.clock.install()
    fill_in(page)
    send(page)
    page.clock.run_for(6000)
    thanked(page, way)
    assert desk.tokens == []
    assert (desk.row.state, desk.row.spam_reasons) == (State.QUARANTINED, ("captcha_failed",))


@each_visible
def test_where_the_widget_does_not_come_the_hosted_page_says_what_to_do(desk: Desk, name: str) -> None:
    desk.guard(name)
    page = desk.hosted()
    expect(page.locator("form iframe")).to_be_visible()
    expect(page.get_by_text("Ziet u hier geen controle?")).to_be_hidden()
    desk.vendors.is_blocked = True
    page.reload()
    expect(page.get_by_text("Ziet u hier geen controle?")).to_be_visible()
    assert accessibility_faults(page) == []


def test_where_the_widget_does_not_come_the_script_says_so(desk: Desk) -> None:
    desk.guard("hcaptcha")
    desk.vendors.is_blocked = True
    page = desk.on_website('<div id="here"></div>', script='data-form="contact" data-target="#here"')
    expect(page.locator(".ftl-captcha")).to_be_attached()
    page.clock.install()
    page.reload()
    expect(page.locator(".ftl-captcha")).to_be_attached()
    page.clock.run_for(31_000)
    expect(page.locator(".ftl-captcha")).to_contain_text("Laad de pagina opnieuw")


@each_visible
def test_without_javascript_the_visitor_reads_why_and_is_told_again(desk: Desk, name: str) -> None:
    desk.guard(name)
    page = desk.hosted(java_script_enabled=False)
    expect(page.locator("form noscript p")).to_contain_text("JavaScript nodig")
    expect(page.get_by_text("Ziet u hier geen controle?")).to_be_hidden()
    fill_in(page)
    send(page)
    expect(page.locator("[role=alert]")).to_contain_text("geen robot")
    expect(page.locator("form noscript p")).to_contain_text("JavaScript nodig")
    expect(page.locator("[name=message]")).to_have_value("Hallo")
    assert not desk.world.intake.ledger.rows


def test_without_javascript_there_is_no_score_and_nothing_is_lost(desk: Desk) -> None:
    desk.guard("recaptcha_v3")
    page = desk.hosted(java_script_enabled=False)
    expect(page.locator("form noscript p")).to_contain_text("JavaScript nodig")
    fill_in(page)
    send(page)
    thanked(page, "hosted")
    assert (desk.row.state, desk.row.spam_reasons) == (State.QUARANTINED, ("captcha_failed",))
