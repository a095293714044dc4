"""The demo website over HTTP: its headers, its files, and requests that nobody honest sends."""

from collections.abc import Iterator

import pytest
import requests

from local.website.server import Website

API = "http://127.0.0.1:4566/restapis/x/live/_user_request_"


@pytest.fixture(scope="module")
def website() -> Iterator[str]:
    with Website() as running:
        running.start(API)
        yield running.url


@pytest.fixture
def http() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        yield session


def test_pages_may_load_nothing_from_elsewhere_and_post_only_to_the_api(website: str, http: requests.Session) -> None:
    page = http.get(f"{website}/nl/contact", timeout=5)
    policy = page.headers["Content-Security-Policy"].split("; ")
    assert {"default-src 'none'", "style-src 'self'", "img-src 'self'", "frame-ancestors 'none'"} <= set(policy)
    assert "form-action 'self' http://127.0.0.1:4566" in policy
    assert page.headers["X-Content-Type-Options"] == "nosniff"


def test_the_browsers_back_button_still_shows_what_was_typed(website: str, http: requests.Session) -> None:
    """`no-store` would empty the form that a visitor goes back to."""
    assert "no-store" not in http.get(f"{website}/nl/contact", timeout=5).headers["Cache-Control"]


@pytest.mark.parametrize(
    ("path", "kind"), [("/style.css", "text/css"), ("/bike.svg", "image/svg+xml"), ("/wheel.svg", "image/svg+xml")]
)
def test_its_files_are_served(website: str, http: requests.Session, path: str, kind: str) -> None:
    answer = http.get(f"{website}{path}", timeout=5)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith(kind)


@pytest.mark.parametrize(("accepted", "language"), [("en-GB,en;q=0.9", "en"), ("fr, nl;q=0.5", "nl"), ("fr", "nl")])
def test_the_front_door_leads_to_the_visitors_language(
    website: str, http: requests.Session, accepted: str, language: str
) -> None:
    answer = http.get(f"{website}/", headers={"Accept-Language": accepted}, allow_redirects=False, timeout=5)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/{language}/")


@pytest.mark.parametrize("path", ["/../pages.py", "/%2e%2e/pages.py", "/pages.py", '/nl/x"><script>', "/nl/%00"])
def test_there_is_nothing_else_to_read(website: str, http: requests.Session, path: str) -> None:
    answer = http.get(f"{website}{path}", timeout=5)
    assert answer.status_code == 404
    assert "<script>" not in answer.text


def test_an_absurd_query_is_read_as_none(website: str, http: requests.Session) -> None:
    assert http.get(f"{website}/nl/contact?{'a=1&' * 500}", timeout=5).status_code == 200


def test_head_gives_the_headers_alone(website: str, http: requests.Session) -> None:
    answer = http.head(f"{website}/nl/", timeout=5)
    assert (answer.status_code, answer.content) == (200, b"")


def test_it_takes_no_posts_itself(website: str, http: requests.Session) -> None:
    assert http.post(f"{website}/nl/contact", timeout=5).status_code == 501
