"""A page that Salesforce generated with its reCAPTCHA, posted to the drop-in: its visitors read no errors, so what is
wrong about the captcha is put aside."""

import json
from collections.abc import Iterator
from typing import Final

import pytest

from shared.submission import State
from tests.fakes.captcha_provider import GOOD, SECRET, Provider, running, says
from tests.unit.captcha_forms import with_captcha
from tests.unit.intake_desk import Answered, Intake
from tests.unit.test_web_to_lead_pages import FILLED_IN, PAGES, Hidden, form_of, imported
from tests.unit.web_to_lead_desk import posted

ORIGIN: Final = "https://www.flexfit-bikes.example"
THANKED: Final = f"{ORIGIN}/en/subscribed"
PAGE: Final = imported("newsletter")
HIDDEN: Final = dict(Hidden((PAGES / "newsletter.html").read_text("utf-8")).pairs)
STAMPED: Final = json.dumps({**json.loads(HIDDEN["captcha_settings"]), "ts": '"1795000000000"'})
"""What the page's own script makes of `captcha_settings` for as long as there is no token."""


@pytest.fixture
def provider() -> Iterator[Provider]:
    with running() as found:
        found.success = {"hostname": "www.flexfit-bikes.example"}
        yield found


def desk(provider: Provider, *, guarded: bool = True) -> Intake:
    form = form_of(PAGE)
    return Intake(
        forms={form.id: with_captcha(form, "recaptcha_v2") if guarded else form},
        secrets={"captcha": {"recaptcha_v2": SECRET}},
        captcha_endpoints={"recaptcha_v2": provider.url},
    )


def submits(intake: Intake, token: str | None, settings: str = HIDDEN["captcha_settings"]) -> Answered:
    given = {"g-recaptcha-response": token} if token is not None else {}
    untouched = {name: value for name, value in FILLED_IN["newsletter"].items() if name != "g-recaptcha-response"}
    fields = {**HIDDEN, **untouched, "captcha_settings": settings, **given}
    return posted(intake, fields, headers={"Origin": ORIGIN})


def test_the_token_is_verified_once_and_kept_nowhere(provider: Provider) -> None:
    intake = desk(provider)
    answered = submits(intake, GOOD)
    assert (answered.status, answered.page) == (303, THANKED)
    assert (intake.row.state, intake.row.spam_reasons) == (State.RECEIVED, ())
    assert [asked["response"] for asked in provider.asked] == [GOOD]
    kept = intake.row.model_dump_json()
    assert GOOD not in kept
    assert "keyname" not in kept


@pytest.mark.parametrize(("token", "settings"), [(None, STAMPED), ("", STAMPED), ("wrong", HIDDEN["captcha_settings"])])
def test_without_a_good_token_it_is_put_aside_and_the_visitor_thanked(
    token: str | None, settings: str, provider: Provider
) -> None:
    """The `fallback` of captcha_settings is Salesforce's, for when Google is down: who has it is in no page's hands."""
    intake = desk(provider)
    answered = submits(intake, token, settings)
    assert (answered.status, answered.page) == (303, THANKED)
    assert (intake.row.state, intake.row.spam_reasons) == (State.QUARANTINED, ("captcha_failed",))
    assert len(provider.asked) == bool(token)


def test_a_provider_that_says_nothing_stops_nobody(provider: Provider) -> None:
    provider.plan = [says(b"")] * 2
    intake = desk(provider)
    assert submits(intake, GOOD).status == 303
    assert (intake.row.state, intake.row.spam_reasons) == (State.RECEIVED, ("captcha_unverified",))


@pytest.mark.parametrize("host", ["localhost", "www.flexfit-bikes.example"])
def test_websites_of_the_stack_are_known_here_too(host: str, provider: Provider) -> None:
    provider.success["hostname"] = host
    intake = desk(provider)
    intake.extra_origins = ("http://localhost:8080",)
    submits(intake, GOOD)
    assert intake.row.state is State.RECEIVED


def test_a_form_without_a_captcha_asks_nobody_and_keeps_no_token(provider: Provider) -> None:
    intake = desk(provider, guarded=False)
    assert submits(intake, "x" * 2000, STAMPED).page == THANKED
    assert (provider.asked, intake.row.state, intake.row.spam_reasons) == ([], State.RECEIVED, ())
    assert intake.row.fields.keys().isdisjoint({"g-recaptcha-response", "captcha_settings"})
    assert "xxxx" not in intake.row.model_dump_json()
