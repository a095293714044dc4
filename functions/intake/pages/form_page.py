"""The page that we host for a form, and what its visitor sees after sending it. It works in any browser: no script, but
for a captcha."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from functions.intake.pages.captcha import captcha_question, captcha_scripts, captcha_sources, own_script
from functions.intake.pages.inputs import Typed, Wrong, consent_question, control_id, honeypot, question
from shared.form.definition import CLICK_ID_FIELDS, UTM_FIELDS, Form
from shared.form.page_texts import FORM_TEXTS, PAGE_TEXTS
from shared.form.texts import Language
from shared.html import Html, element, together

CAMPAIGN_FIELDS: Final = (*UTM_FIELDS, *CLICK_ID_FIELDS)
_LONGEST_HIDDEN: Final = 1000
"""Characters; the intake keeps no more of a source."""


@dataclass(frozen=True, slots=True)
class Filled:
    """What a page shows beyond its form. `hidden` goes along unseen; `notice` says why nothing was sent."""

    hidden: Mapping[str, str]
    typed: Typed = field(default_factory=dict)
    wrong: Wrong = field(default_factory=dict)
    notice: str = ""


def form_page(form: Form, language: Language, filled: Filled) -> Html:
    title = form.title[language]
    failed = bool(filled.wrong or filled.notice)
    intro = form.hosted.intro.get(language)
    captcha = form.spam.captcha
    is_marked = any(each.required for each in form.fields) or (form.consent is not None and form.consent.required)
    main = together(
        _language_links(form, language, filled.hidden),
        element("h1", title),
        element("p", intro) if intro else None,
        _summary(language, filled) if failed else None,
        element("p", FORM_TEXTS["required_note"][language], class_="note") if is_marked else None,
        element(
            "form",
            *_hidden_inputs(form, language, filled.hidden),
            honeypot(form, language),
            *(question(each, language, filled.typed, filled.wrong) for each in form.fields),
            consent_question(form.consent, form, language, filled.typed, filled.wrong) if form.consent else None,
            captcha_question(captcha, language, filled.wrong) if captcha else None,
            element("button", form.hosted.button.get(language) or FORM_TEXTS["send"][language], type="submit"),
            # No action: it is posted to this page's own address, whatever domain and path the API stands under.
            method="post",
            accept_charset="utf-8",
            # We tell all that is wrong at once and in the visitor's language; browsers only the first.
            novalidate=True,
        ),
    )
    heading = f"{FORM_TEXTS['error'][language]} {title}" if failed else title
    return _document(form, language, heading, main, captcha_scripts(captcha, language) if captcha else None)


def thank_you_page(form: Form, language: Language, receipt: str) -> Html:
    texts = {name: words[language] for name, words in PAGE_TEXTS.items()}
    main = together(
        element("h1", texts["thanks"]),
        element("p", texts["thanks_text"]),
        element("dl", element("dt", texts["receipt"]), element("dd", receipt)),
        element("p", texts["receipt_text"], class_="note"),
        element("p", element("a", texts["again"], href=f"?lang={language}")),
    )
    return _document(form, language, f"{texts['thanks']} · {form.title[language]}", main)


def headers(form: Form, extra_origins: tuple[str, ...]) -> dict[str, str]:
    """Browsers hold `form-action` against redirects too, so the websites with the thank-you pages are in it."""
    websites = " ".join((*form.website.origins, *extra_origins))
    allowed = {"style-src": [f"'sha256-{_digest(style(form))}'"]}
    if captcha := form.spam.captcha:
        for directive, sources in captcha_sources(captcha).items():
            allowed.setdefault(directive, []).extend(sources)
        if own := own_script(captcha):
            allowed["script-src"].append(f"'sha256-{_digest(own)}'")
    fetched = "; ".join(f"{directive} {' '.join(sources)}" for directive, sources in allowed.items())
    policy = (
        f"default-src 'none'; {fetched}; img-src data:; base-uri 'none'; "
        f"frame-ancestors 'none'; form-action 'self' {websites}"
    )
    return {
        "Content-Security-Policy": policy,
        # With `no-referrer` browsers would post with `Origin: null`, which we refuse.
        "Referrer-Policy": "same-origin",
    }


def style(form: Form) -> str:
    return f"{_stylesheet()}:root {{ --accent: {form.hosted.accent}; }}\n"


@cache
def _stylesheet() -> str:
    return Path(__file__).with_name("style.css").read_text("utf-8")


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _document(form: Form, language: Language, title: str, main: Html, scripts: Html | None = None) -> Html:
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", title),
        element("link", rel="icon", href="data:,"),
        element("style", Html(style(form))),
        scripts,
    )
    body = element("body", element("main", main))
    return Html("<!doctype html>" + element("html", head, body, lang=language))


def _language_links(form: Form, language: Language, hidden: Mapping[str, str]) -> Html | None:
    """What was typed is not taken along: an address must not hold it."""
    campaign = [(name, hidden[name]) for name in CAMPAIGN_FIELDS if hidden.get(name)]
    links = [
        element(
            "a",
            PAGE_TEXTS["this_language"][other],
            href="?" + urlencode([("lang", other), *campaign]),
            lang=other,
            hreflang=other,
        )
        for other in form.languages
        if other != language
    ]
    return element("nav", *links, aria_label=PAGE_TEXTS["languages"][language]) if links else None


def _summary(language: Language, filled: Filled) -> Html:
    """`autofocus` brings the keyboard and the screen reader here without a script."""
    heading = (FORM_TEXTS["summary"] if filled.wrong else PAGE_TEXTS["not_sent"])[language]
    links = [
        element("li", element("a", text, href=f"#{control_id(field_name)}"))
        for field_name, text in filled.wrong.items()
    ]
    return element(
        "div",
        element("h2", heading, id="summary"),
        element("p", filled.notice or PAGE_TEXTS["summary_help"][language]),
        element("ul", *links) if links else None,
        class_="summary",
        role="alert",
        tabindex="-1",
        autofocus=True,
        aria_labelledby="summary",
    )


def _hidden_inputs(form: Form, language: Language, hidden: Mapping[str, str]) -> list[Html]:
    shown = form.consent.text_version if form.consent else ""
    values = {"hosted_page": "1", "lang": language, "consent_text_version": shown, **hidden}
    return [
        element("input", type="hidden", name=name, value=value[:_LONGEST_HIDDEN])
        for name, value in values.items()
        if value
    ]
