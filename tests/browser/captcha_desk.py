"""Forms with a captcha in a browser: the vendors' scripts are played, and a provider on this machine verifies."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from playwright.sync_api import Page, expect

from shared.submission import Submission
from tests.browser.captcha_vendors import DOCUMENTED, HUMAN, ROBOT, Vendors
from tests.browser.conftest import Opener, World
from tests.fakes.captcha_provider import SECRET, Provider
from tests.unit.captcha_forms import with_captcha

FIELDS: Final = {"last_name": "de Vries", "email": "sanne@example.com", "message": "Hallo"}
TOKEN_NAMES: Final = {
    "turnstile": "cf-turnstile-response",
    "hcaptcha": "h-captcha-response",
    "recaptcha_v2": "g-recaptcha-response",
    "recaptcha_v3": "g-recaptcha-response",
}
VISIBLE: Final = ("turnstile", "hcaptcha", "recaptcha_v2")
CLASSES: Final = {"turnstile": "cf-turnstile", "hcaptcha": "h-captcha", "recaptcha_v2": "g-recaptcha"}


@dataclass
class Desk:
    """One form, guarded by one provider's captcha. `show` opens it in one of the ways that there are."""

    world: World
    open_page: Opener
    provider: Provider
    vendors: Vendors
    name: str = ""

    def guard(self, name: str, form_id: str = "contact", **captcha: Any) -> None:
        self.name = name
        form = with_captcha(self.world.intake.forms[form_id], name, **captcha)
        self.world.intake.forms = {**self.world.intake.forms, form_id: form}
        self.world.intake.secrets = {"captcha": {name: SECRET}}
        self.world.intake.captcha_endpoints = {name: self.provider.url}
        self.provider.success = {"hostname": "127.0.0.1", "score": 0.9, "action": captcha.get("action", "submit")}

    def show(self, way: str, **settings: Any) -> Page:
        return {"hosted": self.hosted, "embed": self.embedded}[way](**settings)

    def hosted(self, **settings: Any) -> Page:
        return self.opened(self.world.form(), **settings)

    def embedded(self, **settings: Any) -> Page:
        place = '<div id="here"></div>'
        page = self.on_website(place, script='data-form="contact" data-target="#here"', **settings)
        expect(page.locator("form button[type=submit]")).to_be_visible()
        return page

    def on_website(self, markup: str, *, script: str = "", **settings: Any) -> Page:
        self.world.site.allowed = DOCUMENTED[self.name]
        self.world.site.has("/shop", markup, script=script)
        return self.opened(f"{self.world.site_url}/shop", **settings)

    def opened(self, address: str, **settings: Any) -> Page:
        page = self.open_page(f"{self.world.site_url}/nothing", **settings)
        self.vendors.play(page)
        page.goto(address)
        return page

    @property
    def row(self) -> Submission:
        return self.world.intake.row

    @property
    def tokens(self) -> list[str]:
        """That the provider was asked about."""
        return [asked["response"] for asked in self.provider.asked]


type Solve = Callable[[Page], None]


def fill_in(page: Page) -> None:
    for name, value in FIELDS.items():
        page.fill(f"[name={name}]", value)
    page.check("[name=consent]")


def send(page: Page) -> None:
    page.click("form button[type=submit]")


def thanked(page: Page, way: str) -> None:
    if way == "hosted":
        page.wait_for_url("**/bedankt?*")
    else:
        expect(page.locator(".ftl-thanks")).to_contain_text("Bedankt")


def told(page: Page) -> None:
    """In the summary, whose link leads to the captcha, and beside it."""
    expect(page.locator("[role=alert]")).to_contain_text("geen robot")
    group = page.get_by_role("group", name="Controle")
    described = (group.get_attribute("aria-describedby") or "").split()
    assert any("geen robot" in page.inner_text(f"id={each}") for each in described)
    page.locator("[role=alert]").get_by_role("link", name="geen robot").click()
    expect(group).to_be_focused()


def solve(page: Page, name: str, who: str = HUMAN) -> None:
    """As a visitor does it, in the vendor's frame; waits until the token stands in the form."""
    page.frame_locator("form iframe").get_by_role("button", name=who).click()
    expect(token_field(page, name)).not_to_have_value("")


def fail(page: Page, name: str) -> None:
    solve(page, name, ROBOT)


def token_field(page: Page, name: str) -> Any:
    return page.locator(f"form [name={TOKEN_NAMES[name]}]")
