"""A post of a Salesforce Web-to-Lead page, read as a post to one of our forms. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from shared.form.definition import Form
from shared.form.field import FieldType
from shared.form.web_to_lead import CAPTCHA, CONTROLS, STANDARD, DateOrder, known_as, same_org
from shared.submission import FieldValue

_DATE: Final = re.compile(r"(\d{4}|\d{1,2})\s?[-/. ]\s?(\d{1,2})\s?[-/. ]\s?(\d{4}|\d{1,2})\.?", re.ASCII)
_STEERING: Final = {"dmy": (2, 1, 0), "mdy": (2, 0, 1), "ymd": (0, 1, 2)}
"""Where year, month and day stand."""


class UnknownPage(Exception):
    """No form of ours is meant. `code` says why: unknown_oid or ambiguous_oid."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Translated:
    """`sent` has the form's own names; `read` says what each of the page's names became, `ignored` lists the rest."""

    sent: Mapping[str, FieldValue]
    read: Mapping[str, str]
    by_form: tuple[str, ...]
    """Names whose value the form's file gives: what the page posts there does not count."""
    ignored: tuple[str, ...]
    campaign: str = ""
    """The one of the form's list that the page chose."""


def texts(value: FieldValue) -> list[str]:
    return [value] if isinstance(value, str) else value


def control(posted: Mapping[str, FieldValue], *names: str) -> str:
    """The first text under one of these names, in whatever case; '' where there is none."""
    for name, value in posted.items():
        if name.lower() in names and any(texts(value)):
            return next(filter(None, texts(value)))
    return ""


# --- which form ----------------------------------------------------------------------------------------------------


def form_for(posted: Mapping[str, FieldValue], query: Mapping[str, str], forms: Mapping[str, Form]) -> Form:
    """By `?form=` in the address, else by the org's id and what the form's `match` asks for. Raises UnknownPage."""
    oid = (control(posted, "oid", "orgid") or control(dict(query), "oid", "orgid")).strip()
    of_org = [form for form in forms.values() if form.web_to_lead and same_org(form.web_to_lead.org_id, oid)]
    if wanted := query.get("form"):
        of_org = [form for form in of_org if form.id == wanted]
    if not of_org:
        raise UnknownPage("unknown_oid")
    if len(of_org) == 1:
        return of_org[0]
    return _best(of_org, posted)


def _best(of_org: Iterable[Form], posted: Mapping[str, FieldValue]) -> Form:
    """The form that asks for most, of those that get all they ask for; a form that asks for nothing takes the rest."""
    fitting = [(len(_match(form)), form) for form in of_org if _holds(_match(form), posted)]
    most = max((count for count, _ in fitting), default=0)
    best = [form for count, form in fitting if count == most]
    if len(best) != 1:
        raise UnknownPage("ambiguous_oid")
    return best[0]


def _match(form: Form) -> Mapping[str, str]:
    return form.web_to_lead.match if form.web_to_lead else {}


def _holds(match: Mapping[str, str], posted: Mapping[str, FieldValue]) -> bool:
    return all(wanted in texts(posted.get(name, "")) for name, wanted in match.items())


# --- what it says --------------------------------------------------------------------------------------------------


def translated(form: Form, posted: Mapping[str, FieldValue]) -> Translated:
    """What stands on the form's map and nothing else: a page can't reach another Lead field, whatever it posts."""
    sent: dict[str, list[str]] = {}
    read: dict[str, str] = {}
    by_form: list[str] = []
    ignored: list[str] = []
    campaign = ""
    for name, value in posted.items():
        if ours := target(form, name):
            read[name] = ours
            sent.setdefault(ours, []).extend(_values(form, ours, value))
        elif name == "Campaign_ID" and (chosen := _chosen_campaign(form, value)):
            campaign = chosen
        elif _is_said_by(form, name):
            by_form.append(name)
        elif name.lower() not in CONTROLS:
            ignored.append(name)
    if page := control(posted, "returl"):
        sent["return_url"] = [page]
    return Translated(
        {name: _one_or_all(values) for name, values in sent.items()}, read, tuple(by_form), tuple(ignored), campaign
    )


def target(form: Form, name: str) -> str | None:
    """Our name for one of theirs: by the form's map, else by the Lead field, else the form's own name for it."""
    mapped = form.web_to_lead.fields if form.web_to_lead else {}
    ours = {known_as(theirs): one for theirs, one in mapped.items()}
    if (found := ours.get(known_as(name)) or _by_lead_field(form, name)) is not None:
        return found
    is_ours = name in form.input_names or name == CAPTCHA
    return name if is_ours and name.lower() not in CONTROLS else None


def _by_lead_field(form: Form, name: str) -> str | None:
    for lead_field in STANDARD.get(name, ()):
        there = [field for field in form.fields if field.lead_field == lead_field]
        if lead_field == "Description":
            # All answers without a Lead field of their own share it: only one that is a message is meant.
            there = [field for field in there if field.type is FieldType.TEXTAREA]
            there = [field for field in there if field.name == name] or there
        if len(there) == 1:
            return there[0].name
    return None


def _chosen_campaign(form: Form, value: FieldValue) -> str:
    listed = map(form.web_to_lead.campaign, texts(value)) if form.web_to_lead else ()
    return next(filter(None, listed), "")


def _is_said_by(form: Form, name: str) -> bool:
    match name:
        case "recordType":
            return form.lead.record_type is not None or "RecordTypeId" in form.lead.fixed
        case "Campaign_ID" if form.web_to_lead and form.web_to_lead.campaigns:
            return False
        case "Campaign_ID" | "member_status":
            return bool(form.campaigns)
    return name in _match(form) or any(lead_field in form.lead.fixed for lead_field in STANDARD.get(name, ()))


def _values(form: Form, ours: str, value: FieldValue) -> list[str]:
    field = form.field(ours)
    match field and field.type:
        case FieldType.CHOICES:
            return [text for one in texts(value) for text in one.split(";")]
        case FieldType.DATE if form.web_to_lead and form.web_to_lead.date_order:
            return [_iso(text, form.web_to_lead.date_order) for text in texts(value)]
        case _:
            return texts(value)


def _iso(text: str, order: DateOrder) -> str:
    """As the form's rules want it. What can't be read stays as it is: they say what is wrong with it."""
    found = _DATE.fullmatch(text.strip())
    if not found or len(found[1]) == 4:
        # Dates that begin with the year are written alike everywhere, and by <input type="date">.
        order = "ymd"
    if not found:
        return text
    year, month, day = (int(found[1 + place]) for place in _STEERING[order])
    try:
        return date(year + 2000 if year < 100 else year, month, day).isoformat()
    except ValueError:
        return text


def _one_or_all(values: list[str]) -> FieldValue:
    filled = [value for value in values if value.strip()] or values[:1] or [""]
    return filled[0] if len(filled) == 1 else filled
