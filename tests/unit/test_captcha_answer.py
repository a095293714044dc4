"""What a provider's answer comes to: the visitor's fault only where it says so, and ours or its own otherwise."""

from typing import Any

import pytest

from shared.form.spam_section import Captcha
from shared.spam.captcha_answer import Verdict, judge_answer

HOSTS = frozenset({"www.flexfit-fietsen.example"})


def verdict(provider: str = "turnstile", **answer: Any) -> Verdict:
    return judge_answer(Captcha.model_validate({"provider": provider, "site_key": "public"}), answer, HOSTS)


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        (["invalid-input-response"], Verdict.FAILED),
        (["invalid-input-response", "bad-request"], Verdict.FAILED),
        (["timeout-or-duplicate", "a code of tomorrow"], Verdict.FAILED),
        (["bad-request"], Verdict.UNVERIFIED),
        (["internal-error"], Verdict.UNVERIFIED),
        ([], Verdict.UNVERIFIED),
        (["sitekey-secret-mismatch"], Verdict.UNVERIFIED),
        (["invalid-input-secret"], Verdict.UNVERIFIED),
        (["invalid-input-response", "invalid-input-secret"], Verdict.UNVERIFIED),
    ],
)
def test_the_visitor_failed_where_a_code_says_so_and_none_says_that_our_settings_are_wrong(
    codes: list[str], expected: Verdict
) -> None:
    for provider in ("turnstile", "hcaptcha", "recaptcha_v2", "recaptcha_v3"):
        assert verdict(provider, success=False, **{"error-codes": codes}) is expected


def test_a_website_that_is_not_named_hides_nothing_else() -> None:
    unnamed: dict[str, Any] = {"success": True, "hostname": "not-provided"}
    assert verdict(**unnamed) is Verdict.NO_HOST
    assert verdict("recaptcha_v3", **unnamed, score=0.9) is Verdict.NO_HOST
    assert verdict("recaptcha_v3", **unnamed, score=0.1) is Verdict.LOW_SCORE
    assert verdict("recaptcha_v3", **unnamed) is Verdict.UNVERIFIED
    acting = Captcha(provider="turnstile", site_key="public", action="contact")
    assert judge_answer(acting, {**unnamed, "action": "login"}, HOSTS) is Verdict.WRONG_SITE
