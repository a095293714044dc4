"""The captcha on the hosted page, and what the page's policy lets in for it. Only forms that ask for one get any."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from functions.intake.pages.inputs import Wrong, around, control_id, error_text
from shared.form.captcha_widget import WIDGETS, action, script_address
from shared.form.page_texts import PAGE_TEXTS
from shared.form.spam_section import CAPTCHA_FIELD, Captcha
from shared.form.texts import CAPTCHA_LABEL, Language
from shared.html import Html, element, together


def captcha_question(captcha: Captcha, language: Language, wrong: Wrong) -> Html:
    """Stands in the form. The summary's link leads to the group, which the provider's frame fills."""
    widget = WIDGETS[captcha.provider]
    place = element(
        "div",
        class_=widget.css_class or None,
        data_sitekey=captcha.site_key,
        data_action=action(captcha) or None,
        data_language=language if captcha.provider == "turnstile" else None,
        data_captcha=captcha.provider,
    )
    group = element(
        "div",
        place,
        id=control_id(CAPTCHA_FIELD),
        role="group",
        aria_label=CAPTCHA_LABEL[language],
        aria_describedby=f"{control_id(CAPTCHA_FIELD)}-error" if CAPTCHA_FIELD in wrong else None,
        tabindex="-1",
    )
    # The style sheet shows it until the provider's script has filled the place, so it needs none of ours.
    missing = element("p", PAGE_TEXTS["no_captcha"][language], class_="hint missing") if widget.css_class else None
    needed = element("noscript", element("p", PAGE_TEXTS["needs_script"][language], class_="error"))
    return around(CAPTCHA_FIELD, wrong, error_text(CAPTCHA_FIELD, language, wrong), group, missing, needed)


def captcha_scripts(captcha: Captcha, language: Language) -> Html:
    """Stands in the head. Ours comes with the page, allowed by its digest: no further request, no further route."""
    theirs = element("script", src=script_address(captcha, language), async_=True, defer=True)
    own = own_script(captcha)
    return together(theirs, element("script", Html(own), type="module") if own else None)


def own_script(captcha: Captcha) -> str:
    return _score_script() if captcha.provider == "recaptcha_v3" else ""


@cache
def _score_script() -> str:
    return Path(__file__).with_name("recaptcha_v3.js").read_text("utf-8")


def captcha_sources(captcha: Captcha) -> Mapping[str, tuple[str, ...]]:
    """What the provider needs, by directive of a Content-Security-Policy."""
    return WIDGETS[captcha.provider].sources
