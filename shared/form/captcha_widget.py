"""The providers' widgets on pages: where their scripts come from, and what a Content-Security-Policy has to let in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlencode

from shared.form.spam_section import Captcha
from shared.form.texts import Language


@dataclass(frozen=True, slots=True)
class Widget:
    """`script` is the documented address, `css_class` what that script looks for; `sources` by CSP directive."""

    script: str
    css_class: str
    sources: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


# https://developers.google.com/recaptcha/docs/faq; connect-src is not in it, and costs nothing: the same host and path.
_GOOGLE: Final = {
    "script-src": ("https://www.google.com/recaptcha/", "https://www.gstatic.com/recaptcha/"),
    "frame-src": ("https://www.google.com/recaptcha/", "https://recaptcha.google.com/recaptcha/"),
    "connect-src": ("https://www.google.com/recaptcha/",),
}
_HCAPTCHA: Final = ("https://hcaptcha.com", "https://*.hcaptcha.com")
_CLOUDFLARE: Final = ("https://challenges.cloudflare.com",)

WIDGETS: Final[Mapping[str, Widget]] = {
    # https://developers.cloudflare.com/turnstile/reference/content-security-policy/
    "turnstile": Widget(
        "https://challenges.cloudflare.com/turnstile/v0/api.js",
        "cf-turnstile",
        {"script-src": _CLOUDFLARE, "frame-src": _CLOUDFLARE},
    ),
    # https://docs.hcaptcha.com/#content-security-policy-settings
    "hcaptcha": Widget(
        "https://js.hcaptcha.com/1/api.js",
        "h-captcha",
        dict.fromkeys(("script-src", "frame-src", "style-src", "connect-src"), _HCAPTCHA),
    ),
    "recaptcha_v2": Widget("https://www.google.com/recaptcha/api.js", "g-recaptcha", _GOOGLE),
    "recaptcha_v3": Widget("https://www.google.com/recaptcha/api.js", "", _GOOGLE),
}
"""By provider. Without a class nothing is seen: the page's own script asks for the token."""

_ACTION: Final = "submit"
"""reCAPTCHA v3 wants one with each token; the form's own is checked, this one is not."""


def action(captcha: Captcha) -> str:
    return captcha.action or (_ACTION if captcha.provider == "recaptcha_v3" else "")


def script_address(captcha: Captcha, language: Language, *, explicit: bool = False) -> str:
    """`explicit` where a script of ours puts the widget in its place. Turnstile is told the language by the widget."""
    if captcha.provider == "recaptcha_v3":
        query = {"render": captcha.site_key}
    else:
        query = {"render": "explicit"} if explicit else {}
    if captcha.provider != "turnstile":
        query["hl"] = language
    address = WIDGETS[captcha.provider].script
    return f"{address}?{urlencode(query)}" if query else address
