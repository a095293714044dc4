"""From a Web-to-Lead page's form to the draft of the form that takes its posts."""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from ops.errors import usage
from ops.web_to_lead.dates import order_in
from ops.web_to_lead.draft import Draft
from ops.web_to_lead.page import PageForm
from ops.web_to_lead.questions import Questions
from shared.form.definition import as_origin
from shared.form.field import FieldType
from shared.form.texts import Language
from shared.record_ids import full_id

PLACEHOLDER: Final = "[not provided]"
"""What Web-to-Lead itself writes where a name or a company is missing."""
_DAY_MONTH_YEAR: Final = "dmy"


@dataclass(frozen=True, slots=True)
class Settings:
    """What the command was told, or found on the page."""

    form_id: str
    title: str
    language: Language
    country: str
    websites: tuple[str, ...] = ()


def draft_of(form: PageForm, settings: Settings) -> Draft:
    """Raises OpsError where the page lacks what no form can do without."""
    org_id = _org_id(form.constant("oid", "orgid"))
    origins, thank_you_page = _website(form.constant("returl"), settings.websites)
    questions = Questions(form)
    questions.read()
    if not questions.fields:
        raise usage("The form asks no question at all, so there is nothing to import.")
    given = {one.lead_field for one in questions.fixed}
    asked = {one.lead_field: one for one in questions.fields}
    defaults = {} if "Company" in given else {"Company": PLACEHOLDER}
    if "LastName" not in {*given, *asked}:
        defaults["LastName"] = PLACEHOLDER
        questions.notes.append(f"The page asks for no last name: each Lead gets {PLACEHOLDER}, as Web-to-Lead did.")
    if "Company" not in given:
        questions.notes.append(
            f"A Lead without a company gets {PLACEHOLDER}, as Web-to-Lead did; change lead.defaults."
        )
    dates = any(one.type is FieldType.DATE for one in questions.fields)
    shown = order_in(form.date_samples)
    order = shown or ("mdy" if settings.country == "US" else _DAY_MONTH_YEAR)
    if dates and shown:
        questions.notes.append(f'Dates are read as "{order}", as the page shows them.')
    elif dates:
        why = "the page's sample leaves it open" if form.date_samples else "the page shows no sample"
        questions.notes.append(
            f'Dates are read as "{order}" (from --country: {why}); change web_to_lead.date_order if wrong.'
        )
    if any(one.type is FieldType.BOOLEAN and one.guessed for one in questions.fields):
        questions.notes.append("If one of the checkboxes asks for consent, make it the form's [consent].")
    has_captcha = form.has_captcha or any(one.name == "captcha_settings" for one in form.inputs)
    if has_captcha:
        questions.notes.append("The page has a reCAPTCHA; its token is passed on, and counts once the form says so.")
    return Draft(
        form_id=settings.form_id,
        title=settings.title,
        language=settings.language,
        country=settings.country,
        origins=origins,
        thank_you_page=thank_you_page,
        org_id=org_id,
        fields=tuple(questions.fields),
        fixed=tuple(questions.fixed),
        defaults=defaults,
        campaign_id=questions.campaign_id,
        member_status=questions.member_status if questions.campaign_id else "",
        campaigns=questions.campaigns,
        date_order=order if dates else "",
        date_order_guessed=shown is None,
        encoding=form.constant("encoding") or "UTF-8",
        has_captcha=has_captcha,
        notes=(*form.notes, *questions.notes),
    )


def _org_id(value: str) -> str:
    if not value:
        raise usage("The form has no oid: the org's id (00D...) as Salesforce writes it into a hidden field.")
    if not value.startswith("00D") or full_id(value) is None:
        raise usage("The form's oid is no org id: 15 or 18 characters that begin with 00D.")
    return value


def _website(page_after: str, websites: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
    """Origins, and the path of the page afterwards."""
    try:
        parts = urlsplit(page_after)
        # Browsers never name the usual port of a website.
        host = parts.netloc.lower().removesuffix({"https": ":443", "http": ":80"}.get(parts.scheme, ":"))
        origin = as_origin(f"{parts.scheme}://{host}")
    except ValueError:
        if not websites:
            raise usage(
                "The page's retURL is no address of a website, so nobody knows where the form stands."
                " Say so: --website https://www.example.com"
            ) from None
        return websites, "/"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    good = re.fullmatch(r"/(?!/)[!-\[\]-~]*", path) is not None
    return tuple(dict.fromkeys((*websites, origin))), path if good else "/"
