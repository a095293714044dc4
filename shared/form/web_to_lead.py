"""`[web_to_lead]` of a form file: which posts of Salesforce's Web-to-Lead pages are this form's, and what their
names mean here."""

import re
from collections.abc import Collection
from types import MappingProxyType
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from shared.form.field import FieldName, Strict
from shared.record_ids import full_id

STANDARD: Final = MappingProxyType(
    {
        "first_name": ("FirstName",),
        "last_name": ("LastName",),
        "salutation": ("Salutation",),
        "title": ("Title",),
        "company": ("Company",),
        "email": ("Email",),
        "phone": ("Phone",),
        "mobile": ("MobilePhone",),
        "fax": ("Fax",),
        "url": ("Website",),
        "URL": ("Website",),
        "street": ("Street",),
        "city": ("City",),
        "zip": ("PostalCode",),
        "state": ("State", "StateCode"),
        "state_code": ("StateCode", "State"),
        "country": ("Country", "CountryCode"),
        "country_code": ("CountryCode", "Country"),
        "description": ("Description",),
        "industry": ("Industry",),
        "rating": ("Rating",),
        "revenue": ("AnnualRevenue",),
        "employees": ("NumberOfEmployees",),
        "lead_source": ("LeadSource",),
        "emailOptOut": ("HasOptedOutOfEmail",),
        "faxOptOut": ("HasOptedOutOfFax",),
        "doNotCall": ("DoNotCall",),
    }
)
"""Names in generated pages, with the Lead fields that they stand for, the likelier first."""
SETTINGS: Final = ("recordType", "Campaign_ID", "member_status")
"""They say what becomes of the Lead. Here the form file says that: a page is in its visitors' hands."""
CONTROLS: Final = frozenset(
    {"oid", "orgid", "returl", "encoding", "debug", "debugemail", "captcha_settings", "submit", "form"}
)
"""Names that steer Web-to-Lead itself and hold no answer, in lower case."""
CAPTCHA: Final = "g-recaptcha-response"
CAMPAIGN_ID: Final = r"^701[A-Za-z0-9]{12}([A-Za-z0-9]{3})?$"
_ID_LENGTH: Final = 15
_CUSTOM: Final = re.compile(r"00N[0-9A-Za-z]{12}(?:[0-9A-Za-z]{3})?", re.ASCII)

type DateOrder = Literal["dmy", "mdy", "ymd"]


def same_org(one: str, other: str) -> bool:
    """Pages hold 15 characters; the three more that the API gives only repeat which letters are capitals."""
    return one[:_ID_LENGTH] == other[:_ID_LENGTH]


def known_as(name: str) -> str:
    """A custom field's id in 15 characters; every other name as it is."""
    return name[:_ID_LENGTH] if is_custom_id(name) else name


def is_custom_id(name: str) -> bool:
    return _CUSTOM.fullmatch(name) is not None


def _org_id(value: str) -> str:
    if not value.startswith("00D") or full_id(value) is None:
        raise ValueError("must be the org's id, 15 or 18 characters: 00D... (Setup, Company Information)")
    return value


def _their_name(value: str) -> str:
    if value not in STANDARD and value not in SETTINGS and not is_custom_id(value):
        raise ValueError(
            f"{value} is no name of a Web-to-Lead page: a custom field's id (00N...), or one of "
            f"{', '.join((*STANDARD, *SETTINGS))}"
        )
    return value


type TheirName = Annotated[str, AfterValidator(_their_name)]


class WebToLead(Strict):
    """`match` tells forms of one org apart: constants that a page of this form posts, such as its lead_source.

    `campaigns` are those that a page may choose itself, by the Campaign_ID that it posts.
    `date_order` is how visitors write dates on the page, where Web-to-Lead took the org's own way.
    """

    org_id: Annotated[str, AfterValidator(_org_id)]
    match: dict[str, str] = Field(default_factory=dict)
    fields: dict[TheirName, FieldName] = Field(default_factory=dict)
    campaigns: tuple[Annotated[str, Field(pattern=CAMPAIGN_ID)], ...] = ()
    date_order: DateOrder | None = None
    debug: bool = False

    @model_validator(mode="after")
    def _names_each_once(self) -> Self:
        if len({known_as(name) for name in self.fields}) < len(self.fields):
            raise ValueError("one custom field is there twice, with 15 and with 18 characters")
        if unfit := sorted(name for name in self.match if name.lower() in CONTROLS - {"returl"}):
            raise ValueError(f"match can't go by {unfit[0]}; go by what tells the pages apart, such as lead_source")
        return self

    def campaign(self, posted: str) -> str:
        """As the list spells it; '' for one that is not on it."""
        wanted = posted.strip()
        return next((one for one in self.campaigns if one[:_ID_LENGTH] == wanted[:_ID_LENGTH]), "")

    def expect_targets(self, names: Collection[str]) -> None:
        """Raises ValueError where an answer would go to a field that the form does not have."""
        for theirs, ours in self.fields.items():
            if ours not in names:
                raise ValueError(f"web_to_lead.fields.{theirs} names {ours}, which is no field of this form")
