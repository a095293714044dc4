"""Chromium against the harness; any violation of a Content-Security-Policy or uncaught error fails the test."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.harness import STAGE, Api, Served, Site, new_intake
from tests.unit.intake_desk import Intake

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    # One process for a page and the captcha's frame in it: between two, a busy machine loses a click now and then.
    "--disable-site-isolation-trials",
]
SCREENSHOTS = Path(__file__).parents[2] / ".local" / "screenshots"
WIDTHS = {"phone": 390, "desktop": 1280}


@dataclass(frozen=True)
class World:
    """The API and a website; `api.posts` and `intake.ledger` tell what arrived."""

    intake: Intake
    api: Api
    site: Site
    api_url: str
    site_url: str

    def form(self, form_id: str = "contact", query: str = "") -> str:
        return f"{self.api_url}/forms/{form_id}{query}"


@pytest.fixture
def world() -> Iterator[World]:
    with ExitStack() as stack:
        site = Site()
        website = stack.enter_context(Served(site.answer))
        api = Api(new_intake(website.url))
        served = stack.enter_context(Served(api.answer))
        site.api_url = f"{served.url}{STAGE}"
        yield World(api.intake, api, site, site.api_url, website.url)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    assert found, "no Chromium on this machine; install Debian's package chromium"
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield launched
        launched.close()


type Opener = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Opener]:
    """Opens a page in a context of its own; takes what Playwright's new_context takes."""
    complaints: list[str] = []
    with ExitStack() as contexts:

        def opened(url: str, **settings: Any) -> Page:
            context = browser.new_context(**{"locale": "nl-NL", **settings})
            contexts.callback(context.close)
            context.set_default_timeout(10_000)
            page = context.new_page()
            page.on("console", lambda said: complaints.append(said.text) if "Security Policy" in said.text else None)
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.goto(url)
            return page

        yield opened
    assert complaints == []


def accessibility_faults(page: Page) -> list[str]:
    """Rule and element of all that axe-core finds, its best practices included."""
    # Without `preload`: it copies other hosts' stylesheets into the page, which a strict policy forbids.
    found = Axe().run(page, options={"preload": False}).response["violations"]
    return [
        f"{fault['id']}: {node['target']} {node.get('failureSummary', '')}"
        for fault in found
        for node in fault["nodes"]
    ]


def screenshot(page: Page, name: str) -> None:
    """At a phone's and a desktop's width; fails where anything has to be scrolled sideways."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    for width_name, width in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.screenshot(path=SCREENSHOTS / f"{name}-{width_name}.png", full_page=True)
