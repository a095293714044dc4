"""`form-to-lead import web-to-lead`: what it does between reading a page and telling about it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from ops.errors import OpsError, usage
from ops.operations.forms import check_forms
from ops.stack import DeployedStack
from ops.web_to_lead.draft import Draft, confirmed
from ops.web_to_lead.drafting import Settings, draft_of
from ops.web_to_lead.page import NotHtmlError, Page, PageForm, read_page
from ops.web_to_lead.toml import as_toml
from shared.form.check import FormProblem
from shared.form.definition import FormError, as_origin, parse_form
from shared.form.texts import LANGUAGES, Language, choose_language

_LARGEST: Final = 5 * 1024 * 1024
"""Bytes of a page; pages have kilobytes."""
_FORM_ID: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


@dataclass(frozen=True)
class Wish:
    """What the operator said; '' where nothing was said."""

    form_id: str = ""
    output: Path | None = None
    number: int | None = None
    websites: tuple[str, ...] = ()
    country: str = ""
    language: str = ""


@dataclass(frozen=True)
class Imported:
    """`problems` are those of the org with this form, where it was asked."""

    draft: Draft
    text: str
    problems: tuple[FormProblem, ...] = ()


def import_page(path: Path, wish: Wish) -> Imported:
    """Raises OpsError."""
    page = _read(path)
    form = _chosen(page, path, wish.number)
    draft = draft_of(form, _settings(page, path, wish))
    if not wish.country and not _region(page.language) and draft.language != "nl":
        note = f"The country is unknown; phone numbers are read as those of {draft.country}. Say it with --country."
        draft = replace(draft, notes=(*draft.notes, note))
    return Imported(draft, checked_text(draft))


def checked_text(draft: Draft) -> str:
    """The file's text, read once as the product reads it. Raises OpsError."""
    text = as_toml(draft)
    try:
        parse_form(text, name=f"{draft.form_id}.toml")
    except FormError as error:
        faults = "; ".join(f"{key}: {what}" for key, what in error.faults)
        raise OpsError(f"This page can't be made into a form without your help: {faults}") from None
    return text


def ask_org(imported: Imported, stack: DeployedStack) -> Imported:
    """Raises OpsError, ClientError and BotoCoreError: then the guesses stay guesses."""
    found = check_forms(stack, {f"{imported.draft.form_id}.toml": imported.text})
    own = tuple(one for one in found.problems if one.form_id == imported.draft.form_id)
    draft = confirmed(imported.draft, _not_there(imported.draft, own))
    return Imported(draft, checked_text(draft), own)


def _not_there(draft: Draft, problems: Iterable[FormProblem]) -> list[str]:
    places = {one.where for one in problems if one.code == "field_unknown"}
    fields = [one.lead_field for one in draft.fields if f"fields.{one.name}" in places]
    return fields + [one.lead_field for one in draft.fixed if f"lead.fixed.{one.lead_field}" in places]


def action_for(draft: Draft, api_url: str = "") -> str:
    """The one attribute to change."""
    address = api_url.rstrip("/") or "https://API_URL"
    return f"{address}/servlet/servlet.WebToLead?{urlencode({'encoding': draft.encoding, 'form': draft.form_id})}"


def as_view(imported: Imported, output: Path | None, api_url: str) -> Mapping[str, Any]:
    draft = imported.draft
    return {
        "form_id": draft.form_id,
        "output": str(output) if output else None,
        "org_id": draft.org_id,
        "action": action_for(draft, api_url),
        "origins": list(draft.origins),
        "thank_you_page": draft.thank_you_page,
        "fields": [
            {
                "web_to_lead": one.theirs,
                "field": one.name,
                "type": one.type.value,
                "label": one.label,
                "lead_field": one.lead_field,
                "guessed": one.guessed,
            }
            for one in draft.fields
        ],
        "fixed": [
            {"web_to_lead": one.theirs, "lead_field": one.lead_field, "value": one.value, "guessed": one.guessed}
            for one in draft.fixed
        ],
        "unknown": draft.guessed,
        "notes": list(draft.notes),
        "problems": [
            {"where": one.where, "code": one.code, "what": one.what, "right": one.right} for one in imported.problems
        ],
        "toml": imported.text,
    }


# --- what was said, and what the page says -------------------------------------------------------------------------


def _read(path: Path) -> Page:
    try:
        if path.stat().st_size > _LARGEST:
            raise usage(f"{path} is larger than 5 MB: is it a page?")
        return read_page(path.read_bytes())
    except FileNotFoundError:
        raise usage(f"There is no file {path}.") from None
    except OSError:
        raise usage(f"{path} can't be read.") from None
    except NotHtmlError:
        raise usage(
            f"{path} is not HTML: save the page with the form (or the code that Salesforce gave you)."
        ) from None


def _chosen(page: Page, path: Path, number: int | None) -> PageForm:
    there = [form for form in page.forms if form.is_web_to_lead]
    if not there:
        others = f"It has {_number(len(page.forms), 'other form')}." if page.forms else "It has no form at all."
        raise usage(
            f"{path} has no Web-to-Lead form: none that is sent to servlet.WebToLead or has a hidden oid. {others}"
        )
    if number is None and len(there) > 1:
        listed = "; ".join(f"{place}: {_known_by(form)}" for place, form in enumerate(there, start=1))
        raise usage(f"{path} has {len(there)} Web-to-Lead forms. Choose one with --number. {listed}")
    if number is not None and not 1 <= number <= len(there):
        raise usage(f"{path} has {_number(len(there), 'Web-to-Lead form')}; there is no number {number}.")
    return there[(number or 1) - 1]


def _known_by(form: PageForm) -> str:
    asked = [one.label or one.name for one in form.inputs if one.kind != "hidden"]
    return ", ".join(asked[:4]) + (", ..." if len(asked) > 4 else "")


def _settings(page: Page, path: Path, wish: Wish) -> Settings:
    if wish.language and wish.language not in LANGUAGES:
        raise usage(f"--language is one of: {', '.join(LANGUAGES)}.")
    if wish.country and not re.fullmatch("[A-Z]{2}", wish.country):
        raise usage("--country is a code of two capitals, such as NL.")
    for website in wish.websites:
        try:
            as_origin(website)
        except ValueError as error:
            raise usage(f"--website {error}.") from None
    language: Language = choose_language(wish.language or page.language, "", ("en", "nl"))
    form_id = _form_id(path, wish)
    return Settings(
        form_id=form_id,
        title=page.title or form_id.replace("-", " ").capitalize(),
        language=language,
        country=wish.country or _region(page.language) or ("NL" if language == "nl" else "US"),
        websites=wish.websites,
    )


def _form_id(path: Path, wish: Wish) -> str:
    if wish.output and wish.form_id and wish.output.name != f"{wish.form_id}.toml":
        raise usage(f"A form's file is called after its id: --output must end in {wish.form_id}.toml.")
    if wish.output and wish.output.suffix != ".toml":
        raise usage("--output is a file that ends in .toml.")
    named = wish.form_id or (wish.output.stem if wish.output else "")
    if named and not _FORM_ID.fullmatch(named):
        raise usage(f"{named} can't be a form's id: lower case letters, digits and -, at most 64.")
    return named or re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-")[:64].strip("-") or "web-to-lead"


def _region(language: str) -> str:
    """`GB` of `en-GB`."""
    found = re.fullmatch("[a-zA-Z]{2,3}[-_]([a-zA-Z]{2})", language.strip())
    return found[1].upper() if found else ""


def _number(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
