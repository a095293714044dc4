"""The demo's contact form with a captcha of each provider."""

from typing import Any, Final

from shared.form.definition import Form, forms
from shared.form.spam_section import Captcha

PROVIDERS: Final = ("turnstile", "hcaptcha", "recaptcha_v2", "recaptcha_v3")
SITE_KEY: Final = "0x4AAA_a-site-key"


def with_captcha(form: Form, provider: str, **given: Any) -> Form:
    captcha = Captcha.model_validate({"provider": provider, "site_key": SITE_KEY, **given})
    return form.model_copy(update={"spam": form.spam.model_copy(update={"captcha": captcha})})


def guarded(provider: str, **given: Any) -> dict[str, Form]:
    return {"contact": with_captcha(forms()["contact"], provider, **given)}
