"""The hosted page's answers: the form, the form once more with what is wrong, and a thank-you."""

import re
import uuid
from collections.abc import Mapping
from typing import Final

from functions.intake.dependencies import Dependencies
from functions.intake.pages.form_page import CAMPAIGN_FIELDS, Filled, form_page, headers, thank_you_page
from functions.intake.reply import Reply, document_reply
from functions.intake.request import Refusal, Request
from shared.form.definition import Form
from shared.form.page_texts import PAGE_TEXTS
from shared.form.texts import Language, choose_language
from shared.html import Html
from shared.intake.form_start import signed_start
from shared.submission import FieldValue
from shared.values.cleaning import one_line, storable

_RECEIPT: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_KEPT: Final = ("submission_key", "form_started_at", "referrer", *CAMPAIGN_FIELDS)
"""Hidden fields that are the same when the page is shown again."""


def show(request: Request, form: Form, dependencies: Dependencies) -> Reply:
    """A new key and a new moment for each page view: it is never cached."""
    language = choose_language(request.query.get("lang", ""), request.header("accept-language"), form.languages)
    if _RECEIPT.fullmatch(receipt := request.query.get("receipt", "")):
        return _page(200, thank_you_page(form, language, receipt), language, form, dependencies)
    hidden = {
        "submission_key": str(uuid.uuid4()),
        "form_started_at": signed_start(dependencies.secret(), form.id, dependencies.now()),
        "referrer": _came_from(request),
        **{name: _tidy(request.query.get(name, "")) for name in CAMPAIGN_FIELDS},
    }
    return _page(200, form_page(form, language, Filled(hidden)), language, form, dependencies)


def _came_from(request: Request) -> str:
    """The page that linked here; switching the language is no visit from elsewhere."""
    referrer = _tidy(request.header("referer"))
    return "" if referrer.startswith(tuple(f"{origin}/" for origin in request.own_origins)) else referrer


def wrong_fields(
    form: Form,
    language: Language,
    typed: Mapping[str, FieldValue],
    wrong: Mapping[str, str],
    dependencies: Dependencies,
) -> Reply:
    page = form_page(form, language, Filled(_hidden(typed), typed=_typed(typed), wrong=wrong))
    return _page(422, page, language, form, dependencies)


def not_sent(
    refusal: Refusal, form: Form, language: Language, typed: Mapping[str, FieldValue], dependencies: Dependencies
) -> Reply:
    """The refusal's code is a key of PAGE_TEXTS. A key that was used before is of no further use."""
    hidden = _hidden(typed)
    if refusal.code == "key_used_before":
        hidden["submission_key"] = str(uuid.uuid4())
    filled = Filled(hidden, typed=_typed(typed), notice=PAGE_TEXTS[refusal.code][language])
    reply = _page(refusal.status, form_page(form, language, filled), language, form, dependencies)
    reply["headers"].update(refusal.headers)
    return reply


def _typed(sent: Mapping[str, FieldValue]) -> dict[str, FieldValue]:
    """As the intake itself reads them: no half characters, which no answer in UTF-8 could hold."""
    return {
        name: storable(value) if isinstance(value, str) else [storable(text) for text in value]
        for name, value in sent.items()
    }


def _hidden(sent: Mapping[str, FieldValue]) -> dict[str, str]:
    values = {name: sent.get(name, "") for name in _KEPT}
    return {name: _tidy(value) if isinstance(value, str) else "" for name, value in values.items()}


def _tidy(text: str) -> str:
    return one_line(storable(text))


def _page(status: int, page: Html, language: Language, form: Form, dependencies: Dependencies) -> Reply:
    return document_reply(status, page, {"Content-Language": language, **headers(form, dependencies.extra_origins)})
