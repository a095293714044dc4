"""What the org's objects look like: the describe tables, read from objects/*.txt.

One line a field: `name | type[:size] | flags | label [| relationship -> objects | = default]`. Size is the longest
text, the digits of an int, or precision.scale. Flags: n nillable, c createable, u updateable, f filterable,
s sortable, d defaulted on create, r restricted picklist, l idLookup, x External Id, q unique.
Lead, Contact and Account follow a describe recorded from a real org; the custom fields are the project's own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

from local.salesforce_org.messages import Scalar

from .picklists import Choice, choices

_OBJECTS = Path(__file__).parent / "objects"

TEXT_TYPES = frozenset({"string", "textarea", "phone", "email", "url", "picklist", "multipicklist", "combobox"})
CHOICE_TYPES = frozenset({"picklist", "multipicklist", "combobox"})
ID_TYPES = frozenset({"id", "reference"})


@dataclass(frozen=True)
class Field:
    """One column of an object. `length` counts characters for text and digits for an int."""

    name: str
    type: str
    label: str
    length: int
    precision: int
    scale: int
    flags: frozenset[str]
    default: str | None
    relationship: str | None
    references: tuple[str, ...]
    choices: tuple[Choice, ...]

    @cached_property
    def values(self) -> tuple[str, ...]:
        """The active values of a picklist, in its order."""
        return tuple(choice.value for choice in self.choices if choice.active)

    @property
    def nillable(self) -> bool:
        return "n" in self.flags

    @property
    def createable(self) -> bool:
        return "c" in self.flags

    @property
    def updateable(self) -> bool:
        return "u" in self.flags

    @property
    def filterable(self) -> bool:
        return "f" in self.flags

    @property
    def sortable(self) -> bool:
        return "s" in self.flags

    @property
    def defaulted(self) -> bool:
        return "d" in self.flags

    @property
    def custom(self) -> bool:
        return self.name.endswith("__c")

    @property
    def restricted(self) -> bool:
        return "r" in self.flags

    @property
    def can_upsert_by(self) -> bool:
        """An upsert finds its record by an External Id, or by a standard field with idLookup (such as Email)."""
        return bool(self.flags & {"x", "l"})

    @property
    def unique(self) -> bool:
        return "q" in self.flags

    @property
    def compound(self) -> bool:
        """An address: computed from its parts when it is read, never stored or written."""
        return self.type == "address"

    @property
    def required(self) -> bool:
        return self.createable and not self.nillable and not self.defaulted

    def blank(self) -> Scalar:
        """What an unset field reads as; checkboxes are never null."""
        return self.default if self.default is not None else (False if self.type == "boolean" else None)


@dataclass(frozen=True)
class SObject:
    """One object type. `writable` objects take create, update and delete through the API."""

    name: str
    prefix: str
    label: str
    plural: str
    writable: bool
    fields: Mapping[str, Field]
    queryable_alone: bool = True

    @cached_property
    def _by_folded_name(self) -> Mapping[str, Field]:
        return {name.lower(): field for name, field in self.fields.items()}

    @cached_property
    def _by_relationship(self) -> Mapping[str, Field]:
        return {field.relationship.lower(): field for field in self.fields.values() if field.relationship}

    @cached_property
    def stored(self) -> tuple[Field, ...]:
        return tuple(field for field in self.fields.values() if not field.compound)

    @cached_property
    def defaults(self) -> Mapping[str, Scalar]:
        """What a new record has in the fields that the org fills in."""
        return {field.name: field.blank() for field in self.stored if field.defaulted}

    def field(self, name: str) -> Field | None:
        """API names are compared without regard to case, as in SOQL and in request bodies."""
        return self._by_folded_name.get(name.lower())

    def relationship(self, name: str) -> Field | None:
        """The lookup field behind a relationship name: Account for Contact.AccountId."""
        return self._by_relationship.get(name.lower())


def _size(text: str) -> tuple[int, int, int]:
    """(length, precision, scale) of `36` or `18.15`."""
    if "." in text:
        precision, scale = text.split(".")
        return 0, int(precision), int(scale)
    return int(text or 0), 0, 0


def parse_field(line: str, sobject: str) -> Field:
    """One line of an objects/*.txt file."""
    name, type_and_size, flags, label, *extra = (part.strip() for part in line.split(" | "))
    kind, _, size = type_and_size.partition(":")
    length, precision, scale = _size(size)
    default = extra[0].removeprefix("= ") if extra and extra[0].startswith("= ") else None
    relationship, references = None, ""
    if extra and "->" in extra[0]:
        relationship, references = (part.strip() for part in extra[0].split("->"))
    return Field(
        name=name,
        type=kind,
        label=label,
        length=length,
        precision=precision,
        scale=scale,
        flags=frozenset(flags),
        default=default,
        relationship=relationship,
        references=tuple(references.split()),
        choices=choices(sobject, name) if kind in CHOICE_TYPES else (),
    )


def _load(name: str, prefix: str, label: str, plural: str, *, writable: bool = False) -> SObject:
    lines = (_OBJECTS / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    fields = (parse_field(line, name) for line in lines if line.strip())
    return SObject(name, prefix, label, plural, writable, MappingProxyType({field.name: field for field in fields}))


SOBJECTS: Mapping[str, SObject] = MappingProxyType(
    {
        sobject.name: sobject
        for sobject in (
            _load("Lead", "00Q", "Lead", "Leads", writable=True),
            _load("Contact", "003", "Contact", "Contacts", writable=True),
            _load("Account", "001", "Account", "Accounts", writable=True),
            _load("Task", "00T", "Task", "Tasks", writable=True),
            _load("User", "005", "User", "Users"),
            _load("Group", "00G", "Group", "Group"),
            _load("LeadStatus", "01J", "Lead Status Value", "Lead Status Value"),
            _load("RecordType", "012", "Record Type", "Record Types"),
            _load("QueueSobject", "03g", "Queue Sobject", "Queue Sobject"),
            _load("AssignmentRule", "01Q", "Assignment Rule", "Assignment Rule"),
            _load("Campaign", "701", "Campaign", "Campaigns", writable=True),
            _load("CampaignMember", "00v", "Campaign Member", "Campaign Members", writable=True),
            _load("CampaignMemberStatus", "01Y", "Campaign Member Status", "Campaign Member Status"),
            _load("PermissionSet", "0PS", "Permission Set", "Permission Sets"),
            _load("PermissionSetAssignment", "0Pa", "Permission Set Assignment", "Permission Set Assignments"),
            _load("FieldPermissions", "01k", "Field Permissions", "Field Permissions"),
            _load("Organization", "00D", "Organization", "Organizations"),
        )
    }
)

# What a lookup to several objects (Lead.Owner, Task.Who) can be asked for; the real org calls this object Name.
NAME_FIELDS = (
    "Id",
    "Name",
    "Type",
    "FirstName",
    "LastName",
    "Email",
    "Phone",
    "Title",
    "Username",
    "IsActive",
)
NAME_OBJECT = SObject(
    "Name",
    "",
    "Name",
    "Names",
    writable=False,
    fields=MappingProxyType(
        {
            name: parse_field(f"{name} | {'boolean' if name == 'IsActive' else 'string:255'} | nfs | {name}", "Name")
            for name in NAME_FIELDS
        }
    ),
    queryable_alone=False,
)
_BY_PREFIX = {sobject.prefix: sobject for sobject in SOBJECTS.values()}
_BY_FOLDED_NAME = {name.lower(): sobject for name, sobject in SOBJECTS.items()}


def sobject_named(name: str) -> SObject | None:
    """Object names are compared without regard to case."""
    return _BY_FOLDED_NAME.get(name.lower())


def sobject_of_id(record_id: str) -> SObject | None:
    return _BY_PREFIX.get(record_id[:3])
