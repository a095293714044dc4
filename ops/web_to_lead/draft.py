"""A form that is being made from a Web-to-Lead page, before it is written down."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from ops.web_to_lead.page import Choice
from shared.form.field import FieldType
from shared.form.texts import Language


@dataclass(frozen=True, slots=True)
class DraftField:
    """`guessed`: the API name was made from the label, since a page knows custom fields by their ids only."""

    theirs: str
    name: str
    type: FieldType
    label: str
    lead_field: str
    required: bool = False
    max_length: int | None = None
    lead_length: int | None = None
    cut: bool = False
    choices: tuple[Choice, ...] = ()
    autocomplete: str = ""
    guessed: bool = False


@dataclass(frozen=True, slots=True)
class Fixed:
    """What the page posts as a constant, and the form's file then gives itself."""

    theirs: str
    lead_field: str
    value: str | bool | int
    guessed: bool = False


@dataclass(frozen=True)
class Draft:
    form_id: str
    title: str
    language: Language
    country: str
    origins: tuple[str, ...]
    thank_you_page: str
    org_id: str
    fields: tuple[DraftField, ...]
    fixed: tuple[Fixed, ...] = ()
    defaults: Mapping[str, str] = field(default_factory=dict)
    campaign_id: str = ""
    member_status: str = ""
    campaigns: tuple[str, ...] = ()
    date_order: str = ""
    date_order_guessed: bool = False
    encoding: str = "UTF-8"
    has_captcha: bool = False
    notes: tuple[str, ...] = ()

    @property
    def guessed(self) -> list[str]:
        fields = [one.lead_field for one in self.fields if one.guessed]
        return fields + [one.lead_field for one in self.fixed if one.guessed]


def confirmed(draft: Draft, unknown: Iterable[str]) -> Draft:
    """After the org was asked: only the names of `unknown` are still guesses."""
    still = {name.lower() for name in unknown}
    return replace(
        draft,
        fields=tuple(replace(one, guessed=one.guessed and one.lead_field.lower() in still) for one in draft.fields),
        fixed=tuple(replace(one, guessed=one.guessed and one.lead_field.lower() in still) for one in draft.fixed),
    )
