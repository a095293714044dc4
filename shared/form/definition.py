"""A form is one TOML file. It is checked when it is loaded: at build, in tests and at a function's start.

docs/forms.md explains every key to the people who write forms.
"""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, ValidationError, model_validator

from shared.crm import Named
from shared.errors import FormToLeadError
from shared.form.field import FieldName, FormField, Strict, Translated, first_twice
from shared.form.hosted import Hosted
from shared.form.lead_fields import COMPANY_LENGTH, is_custom, is_writable
from shared.form.sources import Source, SourceName, source_fault
from shared.form.spam_section import CAPTCHA_FIELD, Spam
from shared.form.texts import LANGUAGES, Language
from shared.form.web_to_lead import CAMPAIGN_ID, WebToLead

FORMS_FOLDER = Path(__file__).parents[1] / "forms"

META_FIELDS = frozenset(
    {
        "lang", "submission_key", "return_url", "page_url", "referrer", "form_started_at", "hosted_page",
        "consent_text_version",
        "utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content",
        "gclid", "gbraid", "wbraid", "fbclid", "msclkid", "ttclid", "li_fat_id",
        "cf-turnstile-response", "h-captcha-response", "g-recaptcha-response",
    }
)  # fmt: skip
"""Fields that every form understands."""
RESERVED = META_FIELDS | {CAPTCHA_FIELD}
"""A form can't use these names for its own."""

UTM_FIELDS = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")
CLICK_ID_FIELDS = ("gclid", "gbraid", "wbraid", "fbclid", "msclkid", "ttclid", "li_fat_id")

SOURCE_KEYS = frozenset(
    {
        *UTM_FIELDS, "click_id", "page_url", "referrer", "language", "form_id", "form_version",
        "received_at", "consent_text_version", "consent_given_at",
    }
)  # fmt: skip
"""What `[lead.sources]` can put on a Lead."""


type Fault = tuple[str, str]
"""The key in the form's TOML (or `the form`), and what is wrong with it."""


class FormError(FormToLeadError):
    """A form file is wrong. The message names the file, the keys and what would be right; so do the `faults`."""

    def __init__(self, message: str, faults: tuple[Fault, ...] = ()) -> None:
        super().__init__("form_error", message)
        self.faults = faults


_PATH = re.compile(r"[!-\[\]-~]+")
"""Visible ASCII without a backslash: it becomes a header, and browsers read a backslash as a slash."""


def as_origin(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.netloc or value != f"{parts.scheme}://{parts.netloc}":
        raise ValueError("must be an origin such as https://www.example.com: no path, no slash at the end")
    if value != value.lower() or "@" in parts.netloc:
        raise ValueError("must be in lower case, without a user name")
    return value


def _path(value: str) -> str:
    if not value.startswith("/") or value.startswith("//") or not _PATH.fullmatch(value):
        raise ValueError("must be a path on the website as its address bar shows it, such as /nl/bedankt")
    return value


type Origin = Annotated[str, AfterValidator(as_origin)]
type PagePath = Annotated[str, AfterValidator(_path)]
type PageByLanguage = dict[Language, PagePath]


class Website(Strict):
    """Pages are paths: they are opened on the website that the visitor came from, if it is in `origins`.

    Without a page of the website the visitor gets one of ours.
    """

    origins: Annotated[tuple[Origin, ...], Field(min_length=1)]
    thank_you_page: PageByLanguage = Field(default_factory=dict)
    error_page: PageByLanguage = Field(default_factory=dict)


type _Version = Annotated[str, Field(min_length=1, max_length=40)]


class ConsentText(Strict):
    """`lead_field` is a checkbox of the org that is ticked when consent was given; it is never unticked by a form.
    `earlier_versions` are of texts that pages may still show, which were opened before this one was published."""

    field: FieldName = "consent"
    required: bool = True
    text_version: _Version
    earlier_versions: tuple[_Version, ...] = ()
    text: Translated
    lead_field: str = ""

    @property
    def versions(self) -> tuple[str, ...]:
        return (self.text_version, *self.earlier_versions)

    @model_validator(mode="after")
    def _has_no_version_twice(self) -> Self:
        if twice := first_twice(self.versions):
            raise ValueError(f"consent has the version {twice} twice: a new text has a new one")
        return self

    @model_validator(mode="after")
    def _is_a_custom_field(self) -> Self:
        if self.lead_field and not is_custom(self.lead_field):
            raise ValueError(f"consent lead_field {self.lead_field} must be a custom field of the org, ending in __c")
        return self


type OwnerName = Annotated[str, Field(pattern=r"^(queue|user):\S.*$", max_length=120)]
"""`queue:` and a queue's developer name, or `user:` and a user name (what one logs in with)."""


class Campaign(Strict):
    """By its id, or by its name when only one campaign has it. `status` is one of the campaign's member statuses."""

    name: Annotated[str, Field(max_length=80)] = ""
    id: Annotated[str, Field(pattern=f"^$|{CAMPAIGN_ID}")] = ""
    status: Annotated[str, Field(max_length=40)] = ""

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if bool(self.name) == bool(self.id):
            raise ValueError("give the campaign's name or its id, one of the two")
        return self

    @property
    def in_org(self) -> str | Named:
        return self.id or Named("campaign", self.name)


class LeadMapping(Strict):
    """`fixed` always goes on a new Lead; `defaults` only where the visitor left the field blank.

    Names instead of ids: a sandbox and the production org have different ids for the same queue.
    """

    fixed: dict[str, str | bool | int] = Field(default_factory=dict)
    defaults: dict[str, str] = Field(default_factory=dict)
    sources: dict[str, str] = Field(default_factory=dict)
    record_type: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$", max_length=80)] | None = None
    owner: OwnerName | None = None
    assignment_rule: bool | None = None
    campaign: Campaign | None = None

    @property
    def runs_assignment_rule(self) -> bool:
        """Unless said otherwise: the rule decides where the form names no owner, since it would overrule one."""
        has_owner = self.owner is not None or "OwnerId" in self.fixed
        return not has_owner if self.assignment_rule is None else self.assignment_rule

    @model_validator(mode="after")
    def _says_each_thing_once(self) -> Self:
        for key, lead_field in (("owner", "OwnerId"), ("record_type", "RecordTypeId")):
            if getattr(self, key) is not None and lead_field in self.fixed:
                raise ValueError(f"{lead_field} is given twice: by {key} and in fixed")
        if self.assignment_rule and (self.owner is not None or "OwnerId" in self.fixed):
            raise ValueError("assignment_rule = true would overrule the owner that the form gives")
        return self

    @model_validator(mode="after")
    def _writable(self) -> Self:
        for lead_field in (*self.fixed, *self.defaults, *self.sources.values()):
            if not is_writable(lead_field) and lead_field not in {"OwnerId", "RecordTypeId", "Status"}:
                raise ValueError(f"{lead_field} is not a Lead field that a form may write")
        if unknown := sorted(set(self.sources) - SOURCE_KEYS):
            raise ValueError(f"unknown source {', '.join(unknown)}; known are {', '.join(sorted(SOURCE_KEYS))}")
        return self


class Existing(Strict):
    """What to do when the person is known.

    `lead`, of an open Lead: `update` it, `hold` (a new Lead that says whose duplicate it may be, and a Task), or
    `create` a new one. `contact`: `attach` a Task, `hold`, or make a `lead` and never look at Contacts. `unsure`,
    where nobody can be sure: `hold` or `create`.

    `duplicate_rule`: what to do when a rule of the org finds a duplicate where we found none. `update`: a Task on the
    record that the rule found; `save`: save the Lead where the rule allows it; `hold`: a dead letter for an operator.
    """

    lead: Literal["update", "hold", "create"] = "update"
    contact: Literal["attach", "hold", "lead"] = "attach"
    unsure: Literal["hold", "create"] = "hold"
    duplicate_rule: Literal["update", "save", "hold"] = "update"
    task_subject: Annotated[str, Field(min_length=1, max_length=255)]


class Retention(Strict):
    """Days that a row is kept after it was settled or quarantined. A rejected row stays until it is mended, a held one
    until somebody has decided, unless the form says for how long at most: then since somebody last did anything."""

    # Not shorter than what is left of an erased row (KEPT in shared/privacy/tombstone.py): until then a message or a
    # repeated key may come again, and without the row nobody knows that its Task was written.
    settled_days: Annotated[int, Field(ge=30)] = 365
    quarantined_days: Annotated[int, Field(gt=0)] = 90
    # Not shorter than a month: an alarm tells two weeks before, and people have holidays.
    rejected_days: Annotated[int, Field(ge=30)] | None = None
    held_days: Annotated[int, Field(ge=30)] | None = None


class Form(Strict):
    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
    version: Annotated[str, Field(min_length=1, max_length=20)]
    title: Translated
    languages: Annotated[tuple[Language, ...], Field(min_length=1)]
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    on_field_error: Literal["answer", "accept"] = "answer"
    website: Website
    spam: Spam = Spam()
    consent: ConsentText | None = None
    lead: LeadMapping = LeadMapping()
    existing: Existing
    retention: Retention = Retention()
    hosted: Hosted = Hosted()
    sources: dict[SourceName, Source] = Field(default_factory=dict)
    web_to_lead: WebToLead | None = None
    fields: Annotated[tuple[FormField, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _whole(self) -> Self:
        names = [field.name for field in self.fields] + [self.spam.honeypot]
        if self.consent:
            names.append(self.consent.field)
        if twice := first_twice(names):
            raise ValueError(f"field {twice} is there twice")
        if taken := sorted(RESERVED & set(names)):
            raise ValueError(f"field {taken[0]} has a name that every form uses itself; give it another")
        if self.web_to_lead:
            self.web_to_lead.expect_targets(self.input_names)
        self._writes_each_lead_field_once()
        self._has_what_a_lead_needs()
        self._speaks_its_languages()
        if fault := source_fault(self.sources, self.answer_names | META_FIELDS):
            raise ValueError(fault)
        return self

    def _writes_each_lead_field_once(self) -> None:
        """All answers share the Description; everywhere else one would silently win."""
        writers = [(field.lead_field, field.name) for field in self.fields if field.lead_field != "Description"]
        writers += [(lead_field, "lead.fixed") for lead_field in self.lead.fixed]
        writers += [(lead_field, "lead.sources") for lead_field in self.lead.sources.values()]
        if self.consent and self.consent.lead_field:
            writers.append((self.consent.lead_field, "consent"))
        written: dict[str, str] = {}
        for lead_field, writer in writers:
            if other := written.get(lead_field.lower()):
                raise ValueError(f"{lead_field} is written by {other} and by {writer}")
            written[lead_field.lower()] = writer

    def _has_what_a_lead_needs(self) -> None:
        sure = {field.lead_field for field in self.fields if field.required}
        sure |= {name for name, value in (*self.lead.fixed.items(), *self.lead.defaults.items()) if value != ""}
        for needed in ("LastName", "Company"):
            if needed not in sure:
                raise ValueError(f"no required field, default or fixed value gives {needed}, which a Lead needs")
        if len(self.lead.defaults.get("Company", "")) > COMPANY_LENGTH:
            raise ValueError("the default Company is too long")
        gives = sure | {field.lead_field for field in self.fields}
        if "StateCode" in gives and "CountryCode" not in sure:
            raise ValueError("StateCode needs a CountryCode that is always there: Salesforce refuses a state alone")

    def _speaks_its_languages(self) -> None:
        texts: list[tuple[str, Mapping[Language, str]]] = [
            ("title", self.title),
        ]
        texts += [(f"fields.{field.name}.label", field.label) for field in self.fields]
        texts += [
            (f"fields.{field.name}.choices.{choice.value}.label", choice.label)
            for field in self.fields
            for choice in field.choices
        ]
        optional: dict[str, Mapping[Language, str]] = {
            "website.thank_you_page": self.website.thank_you_page,
            "website.error_page": self.website.error_page,
            "hosted.intro": self.hosted.intro,
            "hosted.button": self.hosted.button,
            **{f"fields.{field.name}.hint": field.hint for field in self.fields},
        }
        texts += [(key, text) for key, text in optional.items() if text]
        if self.consent:
            texts.append(("consent.text", self.consent.text))
        for key, text in texts:
            if missing := [language for language in self.languages if not text.get(language)]:
                raise ValueError(f"{key} has no text in language {missing[0]}")

    def campaign_of(self, chosen: str) -> Campaign | None:
        """The one that a page chose, if the form still lets it; else the form's own."""
        own, listed = self.lead.campaign, self.web_to_lead.campaign(chosen) if self.web_to_lead and chosen else ""
        return Campaign(id=listed, status=own.status if own else "") if listed else own

    @property
    def campaigns(self) -> tuple[tuple[str, Campaign], ...]:
        """All that somebody can become a member of, each with its key in the file."""
        listed = self.web_to_lead.campaigns if self.web_to_lead else ()
        chosen = [("web_to_lead.campaigns", one) for one in map(self.campaign_of, listed)]
        return tuple((key, one) for key, one in (("lead.campaign", self.lead.campaign), *chosen) if one)

    def field(self, name: str) -> FormField | None:
        return next((field for field in self.fields if field.name == name), None)

    @property
    def answer_names(self) -> frozenset[str]:
        """What a visitor is asked: the fields and the consent."""
        names = {field.name for field in self.fields}
        return frozenset(names | {self.consent.field} if self.consent else names)

    @property
    def input_names(self) -> frozenset[str]:
        """Every name that the form listens to; all others are ignored and counted."""
        return self.answer_names | META_FIELDS | {self.spam.honeypot}


def parse_form(text: str, *, name: str) -> Form:
    """`name` is the file's name, for the error's text. Raises FormError, with every fault that was found."""
    try:
        form = Form.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        fault = ("the form", f"it is not TOML: {error}")
        raise FormError(f"{name} is not TOML: {error}", (fault,)) from None
    except ValidationError as error:
        faults = tuple(
            (".".join(map(str, fault["loc"])) or "the form", fault["msg"].removeprefix("Value error, "))
            for fault in error.errors()
        )
        raise FormError(f"{name}: {'; '.join(f'{key}: {what}' for key, what in faults)}", faults) from None
    if name != f"{form.id}.toml":
        what = f"id is {form.id!r}, so the file must be called {form.id}.toml"
        raise FormError(f"{name}: {what}", (("id", what),))
    return form


def load_forms(folder: Path = FORMS_FOLDER) -> dict[str, Form]:
    """All forms by id. Raises FormError at the first file that is wrong."""
    forms = [parse_form(path.read_text("utf-8"), name=path.name) for path in sorted(folder.glob("*.toml"))]
    if not forms:
        raise FormError(f"there is no form file (*.toml) in {folder.name}/")
    return {form.id: form for form in forms}


@cache
def forms() -> dict[str, Form]:
    """The forms of this release, read once for each process."""
    return load_forms()


__all__ = ["LANGUAGES", "Form", "FormError", "FormField", "forms", "load_forms", "parse_form"]
