"""What a captcha's provider says about a token. Turnstile, hCaptcha and reCAPTCHA answer alike: `success`, `hostname`,
`error-codes`; some add `action` and `score`."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from shared.form.spam_section import Captcha


class Verdict(StrEnum):
    PASSED = "passed"
    FAILED = "captcha_failed"
    """Missing, wrong, too old or used before."""
    LOW_SCORE = "captcha_low_score"
    WRONG_SITE = "captcha_wrong_site"
    """Solved on another website, or for another action."""
    NO_HOST = "captcha_no_host"
    """Passed, on a website that the provider does not name. hCaptcha names none under high traffic or where the browser
    hides it, and reCAPTCHA is known to leave it empty now and then: so people are among these."""
    UNVERIFIED = "captcha_unverified"
    """The provider did not say, or our own settings are wrong: never the visitor's fault."""


TOKEN_FIELDS: Final[dict[str, tuple[str, ...]]] = {
    "turnstile": ("cf-turnstile-response",),
    "hcaptcha": ("h-captcha-response", "g-recaptcha-response"),
    "recaptcha_v2": ("g-recaptcha-response",),
    "recaptcha_v3": ("g-recaptcha-response",),
}
"""Under which names the providers' own scripts post the token. hCaptcha's script fills in both."""

_VISITORS: Final = frozenset(
    {
        "missing-input-response",
        "invalid-input-response",
        "timeout-or-duplicate",
        "invalid-or-already-seen-response",
        "already-seen-response",
        "expired-input-response",
        "not-using-dummy-passcode",
    }
)
"""Error codes about the token. All others are about us or the provider."""
_OURS: Final = frozenset({"missing-input-secret", "invalid-input-secret", "sitekey-secret-mismatch"})
"""About our own settings. What is said about a token beside them was not looked at with the right secret."""
_USED: Final = frozenset({"timeout-or-duplicate", "invalid-or-already-seen-response", "already-seen-response"})


def was_used(answer: object) -> bool:
    return isinstance(answer, Mapping) and bool(_codes(answer) & _USED)


def secret_refused(answer: object) -> bool:
    """It is not the site key's secret, or no longer."""
    return isinstance(answer, Mapping) and bool(_codes(answer) & _OURS)


def judge_answer(captcha: Captcha, answer: object, hosts: frozenset[str]) -> Verdict:
    """`hosts` are the names under which people see the form."""
    if not isinstance(answer, Mapping) or not isinstance(answer.get("success"), bool):
        return Verdict.UNVERIFIED
    if not answer["success"]:
        codes = _codes(answer)
        return Verdict.FAILED if codes & _VISITORS and not codes & _OURS else Verdict.UNVERIFIED
    return _judge_success(captcha, answer, hosts)


def _judge_success(captcha: Captcha, answer: Mapping[str, Any], hosts: frozenset[str]) -> Verdict:
    host = answer.get("hostname")
    is_named = isinstance(host, str) and host not in {"", "not-provided"}
    if is_named and str(host).lower() not in hosts:
        return Verdict.WRONG_SITE
    if captcha.action and answer.get("action") != captcha.action:
        return Verdict.WRONG_SITE
    if captcha.provider == "recaptcha_v3":
        score = answer.get("score")
        if isinstance(score, bool) or not isinstance(score, int | float):
            return Verdict.UNVERIFIED
        if score < captcha.min_score:
            return Verdict.LOW_SCORE
    return Verdict.PASSED if is_named else Verdict.NO_HOST


def _codes(answer: Mapping[str, Any]) -> set[str]:
    codes = answer.get("error-codes")
    return {code for code in codes if isinstance(code, str)} if isinstance(codes, list) else set()
