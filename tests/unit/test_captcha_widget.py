"""The captcha where we show a form: its widget, its script and what the page's policy lets in for it, and no more."""

import base64
import hashlib
import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from functions.intake.pages.published import embed_script
from shared.form.captcha_widget import WIDGETS
from shared.form.page_texts import PAGE_TEXTS
from shared.form.texts import LANGUAGES
from shared.intake.json_schema import json_schema
from shared.spam.captcha_answer import TOKEN_FIELDS
from tests.unit.captcha_forms import PROVIDERS, SITE_KEY, guarded
from tests.unit.intake_desk import Answered, Intake
from tests.unit.test_hosted_page import PERSON, Parsed, opened, posted

SCRIPTS = {
    "turnstile": "https://challenges.cloudflare.com/turnstile/v0/api.js",
    "hcaptcha": "https://js.hcaptcha.com/1/api.js?hl=nl",
    "recaptcha_v2": "https://www.google.com/recaptcha/api.js?hl=nl",
    "recaptcha_v3": f"https://www.google.com/recaptcha/api.js?render={SITE_KEY}&hl=nl",
}
CLASSES = {"turnstile": "cf-turnstile", "hcaptcha": "h-captcha", "recaptcha_v2": "g-recaptcha", "recaptcha_v3": None}
HOSTS = {
    "turnstile": {"https://challenges.cloudflare.com"},
    "hcaptcha": {"https://hcaptcha.com", "https://*.hcaptcha.com"},
    "recaptcha_v2": {"https://www.google.com/recaptcha/", "https://www.gstatic.com/recaptcha/"},
    "recaptcha_v3": {"https://www.google.com/recaptcha/", "https://www.gstatic.com/recaptcha/"},
}


def policy_of(answered: Answered) -> dict[str, set[str]]:
    parts = (part.split() for part in answered.headers["Content-Security-Policy"].split(";"))
    return {name: set(sources) for name, *sources in parts}


def place_of(answered: Answered) -> dict[str, str | None]:
    [place] = [each for each in Parsed(answered).named("div") if "data-sitekey" in each]
    return place


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_page_has_the_widget_and_loads_the_provider_s_script(provider: str) -> None:
    answered = opened(Intake(forms=guarded(provider)))
    place = place_of(answered)
    assert (place["data-sitekey"], place.get("class")) == (SITE_KEY, CLASSES[provider])
    loaded = [each["src"] for each in Parsed(answered).named("script") if "src" in each]
    assert loaded == [SCRIPTS[provider]]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_policy_lets_in_the_form_s_provider_and_nobody_else(provider: str) -> None:
    plain, policy = (policy_of(opened(intake)) for intake in (Intake(), Intake(forms=guarded(provider))))
    assert {"script-src", "frame-src", "connect-src"}.isdisjoint(plain)
    assert {each for each in policy["script-src"] if not each.startswith("'")} == HOSTS[provider]
    assert policy["frame-src"]
    wider = {"script-src", "frame-src", "connect-src", "style-src"}
    assert {name: each for name, each in policy.items() if name not in wider} == {
        name: each for name, each in plain.items() if name not in wider
    }
    assert policy["style-src"] - plain["style-src"] == (HOSTS[provider] if provider == "hcaptcha" else set())
    assert ("connect-src" in policy) == (provider != "turnstile")
    assert not any("unsafe" in each for sources in policy.values() for each in sources)


def test_the_script_that_asks_for_a_score_is_allowed_by_its_digest_and_knows_the_action() -> None:
    answered = opened(Intake(forms=guarded("recaptcha_v3", action="contact")))
    [own] = re.findall(r'<script type="module">(.*?)</script>', answered.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(own.encode()).digest()).decode()
    assert f"'sha256-{digest}'" in policy_of(answered)["script-src"]
    assert place_of(answered)["data-action"] == "contact"
    assert place_of(opened(Intake(forms=guarded("recaptcha_v3"))))["data-action"] == "submit"


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_who_has_no_javascript_reads_that_the_form_needs_it(provider: str, language: Any) -> None:
    [words] = re.findall(r"<noscript>(.*?)</noscript>", opened(Intake(forms=guarded(provider)), lang=language).text)
    assert PAGE_TEXTS["needs_script"][language] in words
    assert "noscript" not in opened(Intake(), lang=language).text


@pytest.mark.parametrize("provider", ["turnstile", "hcaptcha", "recaptcha_v2"])
def test_a_captcha_that_was_not_done_is_told_beside_a_new_widget_and_done_it_is_taken(provider: str) -> None:
    intake = Intake(forms=guarded(provider))
    answered = posted(intake, **{**PERSON, "lang": "nl"})
    assert answered.status == 422
    [group] = [each for each in Parsed(answered).named("div") if each.get("id") == "f-captcha"]
    assert group["aria-describedby"] == "f-captcha-error"
    assert [each["href"] for each in Parsed(answered).named("a") if each["href"] == "#f-captcha"] == ["#f-captcha"]
    assert re.search(r'id="f-captcha-error">.*?geen robot', answered.text)
    assert place_of(answered)["data-sitekey"] == SITE_KEY
    assert policy_of(answered) == policy_of(opened(intake))
    assert posted(intake, **{**PERSON, TOKEN_FIELDS[provider][0]: "a-token"}).status == 303


def test_a_site_key_is_text() -> None:
    key = '"><script>alert(1)</script>'
    answered = opened(Intake(forms=guarded("turnstile", site_key=key)))
    assert place_of(answered)["data-sitekey"] == key
    assert "<script>" not in answered.text


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_schema_tells_scripts_of_the_captcha(provider: str) -> None:
    schema = json_schema(guarded(provider)["contact"], "nl")
    Draft202012Validator.check_schema(schema)
    told = schema["x-form-to-lead"]["captcha"]
    assert (told["provider"], told["site_key"], told["label"]) == (provider, SITE_KEY, "Controle")
    assert told["script"].startswith(WIDGETS[provider].script)
    assert ("render=explicit" in told["script"]) == (provider != "recaptcha_v3")
    assert TOKEN_FIELDS[provider][0] in schema["properties"]


def test_the_script_for_websites_knows_every_provider_and_loads_from_no_other() -> None:
    [names] = re.findall(r"const CAPTCHAS = \{(.*?)\};", embed_script(), re.DOTALL)
    assert set(re.findall(r"(\w+): \[", names)) == set(WIDGETS)
    [pattern] = re.findall(r"const PROVIDERS = /(.*)/;", embed_script())
    trusted = re.compile(pattern.replace(r"\/", "/"))
    assert all(trusted.match(each.script) for each in WIDGETS.values())
    assert not trusted.match("https://www.google.com.example/recaptcha/api.js")
