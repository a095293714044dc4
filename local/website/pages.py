"""The website's pages: a path and a query in, a page out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from local.website.inputs import consent_input, hidden_inputs, honeypot, visible_input
from local.website.texts import CONTACT, FORM_IDS, TEST_RIDE, TEXTS, Texts
from shared.form.definition import Form, FormField
from shared.form.texts import FIELD_ERRORS, LANGUAGES, Language
from shared.html import Html, element, together
from shared.intake.validation import FieldError, describe

type Query = Mapping[str, Sequence[str]]

MOST_ERRORS_SHOWN: Final = 50
LONGEST_RECEIPT: Final = 100


@dataclass(frozen=True)
class Page:
    status: int
    html: Html


@dataclass(frozen=True)
class Site:
    """`url` is the website's own origin, `api_url` where its forms are sent."""

    url: str
    api_url: str
    forms: Mapping[str, Form]

    def page(self, path: str, query: Query) -> Page:
        for language in LANGUAGES:
            if path == f"/{language}/":
                return Page(200, self._home(language))
            if path in self._pages(language, "thank_you_page"):
                return Page(200, self._thank_you(language, query))
            if path in self._pages(language, "error_page"):
                return Page(200, self._error(language, query))
            for form_id in FORM_IDS:
                if path == form_path(language, form_id):
                    return Page(200, self._form(language, form_id, path, query))
        return Page(404, self._not_found("en" if path.startswith("/en/") else "nl"))

    def _pages(self, language: Language, kind: str) -> set[str]:
        return {getattr(form.website, kind).get(language, "") for form in self.forms.values()}

    def _home(self, language: Language) -> Html:
        texts = TEXTS[language]
        hero = element(
            "section",
            element(
                "div",
                element("h1", texts.headline),
                element("p", texts.lead, class_="lead"),
                element(
                    "a",
                    texts.forms[TEST_RIDE].button,
                    href=form_path(language, TEST_RIDE),
                    class_="button",
                ),
            ),
            element("img", src="/bike.svg", alt="", width=520, height=340),
            class_="hero",
        )
        cards = element("section", *(self._card(language, form_id) for form_id in FORM_IDS), class_="cards")
        promises = element(
            "section",
            *(element("div", element("h2", title), element("p", text)) for title, text in texts.promises),
            class_="promises",
        )
        others: dict[Language, str] = {other: f"/{other}/" for other in LANGUAGES}
        return layout(language, texts.headline, together(hero, cards, promises), others, "")

    def _card(self, language: Language, form_id: str) -> Html:
        link = element("a", self.forms[form_id].title[language], href=form_path(language, form_id))
        return element("div", element("h2", link), element("p", TEXTS[language].forms[form_id].teaser), class_="card")

    def _form(self, language: Language, form_id: str, path: str, query: Query) -> Html:
        form, texts = self.forms[form_id], TEXTS[language]
        page = texts.forms[form_id]
        main = together(
            element("h1", form.title[language]),
            element("p", page.intro, class_="lead"),
            element(
                "form",
                hidden_inputs(form, language, f"{self.url}{path}", query),
                honeypot(form, texts),
                *(visible_input(field, language, texts) for field in form.fields),
                consent_input(form.consent, language) if form.consent else None,
                element("p", element("button", page.button, type="submit"), class_="wide"),
                method="post",
                action=f"{self.api_url}/forms/{form_id}",
                accept_charset="utf-8",
                # The API tells all that is wrong at once, in the visitor's language; browsers only the first.
                novalidate=True,
            ),
        )
        others = {other: form_path(other, form_id) for other in LANGUAGES}
        return layout(language, form.title[language], main, others, form_id)

    def _thank_you(self, language: Language, query: Query) -> Html:
        texts = TEXTS[language]
        receipt = "".join(query.get("receipt", ())[:1])[:LONGEST_RECEIPT]
        shown = together(
            element("dl", element("dt", texts.receipt), element("dd", element("code", receipt))),
            element("p", texts.receipt_text),
        )
        main = together(
            element("h1", texts.thanks),
            element("p", texts.thanks_text, class_="lead"),
            element("div", shown, class_="receipt") if receipt else None,
            element("p", element("a", texts.to_home, href=f"/{language}/", class_="button")),
        )
        return layout(language, texts.thanks, main, self._others("thank_you_page"), "")

    def _error(self, language: Language, query: Query) -> Html:
        texts = TEXTS[language]
        form = self.forms.get("".join(query.get("form", ())[:1]))
        sentences = error_sentences(form, query.get("error", ()), language)
        form_id = form.id if form else CONTACT
        main = together(
            element("h1", texts.error_title),
            element(
                "div",
                element("p", texts.error_text) if sentences else element("p", texts.error_unknown),
                element("ul", *(element("li", sentence) for sentence in sentences)) if sentences else None,
                class_="errors",
                role="alert",
            ),
            element("p", texts.error_keep),
            element("p", element("a", texts.back_to_form, href=form_path(language, form_id), class_="button")),
        )
        return layout(language, texts.error_title, main, self._others("error_page"), form_id)

    def _not_found(self, language: Language) -> Html:
        texts = TEXTS[language]
        main = together(
            element("h1", texts.not_found),
            element("p", texts.not_found_text, class_="lead"),
            element("p", element("a", texts.to_home, href=f"/{language}/", class_="button")),
        )
        return layout(language, texts.not_found, main, {other: f"/{other}/" for other in LANGUAGES}, "")

    def _others(self, kind: str) -> dict[Language, str]:
        website = self.forms[CONTACT].website
        pages: dict[Language, str] = getattr(website, kind)
        return {other: pages.get(other, f"/{other}/") for other in LANGUAGES}


def form_path(language: Language, form_id: str) -> str:
    return f"/{language}/{TEXTS[language].forms[form_id].slug}"


def error_sentences(form: Form | None, errors: Sequence[str], language: Language) -> list[str]:
    """`errors` are `<field>.<code>`. Fields and codes that aren't known get no sentence."""
    if form is None:
        return []
    sentences = [_sentence(form, error, language) for error in errors[:MOST_ERRORS_SHOWN]]
    return list(dict.fromkeys(filter(None, sentences)))


def _sentence(form: Form, error: str, language: Language) -> str:
    name, _, code = error.partition(".")
    field = form.field(name)
    is_consent = form.consent is not None and name == form.consent.field
    if code not in FIELD_ERRORS or not (field or is_consent):
        return ""
    return describe(form, FieldError(name, code, _limits(field, code)), language)


def _limits(field: FormField | None, code: str) -> dict[str, str]:
    if field is None:
        return {"minimum": "", "maximum": "", "decimals": ""}
    maximum = field.max_length if code == "too_long" else field.maximum
    return {"minimum": str(field.minimum), "maximum": str(maximum), "decimals": str(field.places)}


def layout(language: Language, title: str, main: Html, others: Mapping[Language, str], current: str) -> Html:
    """`others` are the paths of this page by language; `current` is the form whose page this is, if any."""
    texts = TEXTS[language]
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="description", content=texts.description),
        element("title", f"{title} · {texts.shop}"),
        element("link", rel="icon", href="/wheel.svg", type="image/svg+xml"),
        element("link", rel="stylesheet", href="/style.css"),
    )
    body = element(
        "body",
        element("a", texts.skip, href="#main", class_="skip"),
        _header(language, texts, others, current),
        element("main", main, id="main"),
        element("footer", element("p", texts.footer)),
    )
    return Html("<!doctype html>" + element("html", head, body, lang=language))


def _header(language: Language, texts: Texts, others: Mapping[Language, str], current: str) -> Html:
    logo = element("img", src="/wheel.svg", alt="", width=32, height=32)
    links = [
        element(
            "a",
            page.slug.replace("-", " ").capitalize(),
            href=form_path(language, form_id),
            aria_current="page" if form_id == current else None,
        )
        for form_id, page in texts.forms.items()
    ]
    switches = [
        element("a", texts.other_language, href=path, lang=other, hreflang=other, class_="language")
        for other, path in others.items()
        if other != language
    ]
    return element(
        "header",
        element("a", logo, element("span", texts.shop), href=f"/{language}/", class_="logo"),
        element("nav", *links, *switches, aria_label=texts.menu),
    )
