"""What an org looks like to the API user, as far as forms care. shared/salesforce/describe.py reads it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

PERMISSION_SET: Final = "Form_To_Lead_Integration"
"""API name of the permission set in salesforce/; a copy of it must have a name that begins so."""


@dataclass(frozen=True, slots=True)
class PicklistValue:
    """One active value: what is written, and what people read."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class OrgField:
    """`length` counts characters, `digits` those before the decimal point, `decimals` those behind it; 0 where none
    applies."""

    name: str
    type: str
    length: int = 0
    digits: int = 0
    decimals: int = 0
    createable: bool = True
    updateable: bool = True
    nillable: bool = True
    defaulted: bool = False
    restricted: bool = False
    external_id: bool = False
    unique: bool = False
    values: tuple[PicklistValue, ...] = ()

    @property
    def is_required(self) -> bool:
        return self.createable and not self.nillable and not self.defaulted


@dataclass(frozen=True, slots=True)
class OrgObject:
    """`fields` are those that the API user may see, by their names in lower case: Salesforce tells no case apart."""

    name: str
    createable: bool
    updateable: bool
    fields: Mapping[str, OrgField]

    def field(self, name: str) -> OrgField | None:
        return self.fields.get(name.lower())


@dataclass(frozen=True, slots=True)
class RecordType:
    """`available`: whether the API user may use it."""

    record_type_id: str
    developer_name: str
    active: bool
    available: bool


@dataclass(frozen=True, slots=True)
class Queue:
    queue_id: str
    developer_name: str
    for_leads: bool


@dataclass(frozen=True, slots=True)
class User:
    user_id: str
    username: str
    active: bool


@dataclass(frozen=True, slots=True)
class Campaign:
    """`statuses` are those that its members can have."""

    campaign_id: str
    name: str
    active: bool
    statuses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OrgShape:
    """`lead`, `task`, `contact` and `member` (of campaigns, where a form has one) are None where the API user may not
    see the object at all.

    Queues are all of the org's; users and campaigns only those that a form names. `permission_set` is `unknown`
    where the API user may not see who has which permission set.
    """

    lead: OrgObject | None
    task: OrgObject | None
    contact: OrgObject | None
    member: OrgObject | None = None
    record_types: tuple[RecordType, ...] = ()
    queues: tuple[Queue, ...] = ()
    users: tuple[User, ...] = ()
    campaigns: tuple[Campaign, ...] = ()
    permission_set: Literal["assigned", "missing", "unknown"] = "assigned"
    api_user: str = ""
    """User name of the API user, for the sentences."""


def same_id(one: str, other: str) -> bool:
    """Ids have 15 characters, and three more that only repeat which letters are capitals."""
    return one[:15] == other[:15]
