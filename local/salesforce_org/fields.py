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

from .messages import JsonObject, JsonValue, Scalar

_OBJECTS = Path(__file__).parent / "objects"

TEXT_TYPES = frozenset({"string", "textarea", "phone", "email", "url", "picklist", "combobox"})
ID_TYPES = frozenset({"id", "reference"})
_SOAP_TYPES = {
    "id": "tns:ID",
    "reference": "tns:ID",
    "boolean": "xsd:boolean",
    "int": "xsd:int",
    "double": "xsd:double",
    "currency": "xsd:double",
    "date": "xsd:date",
    "datetime": "xsd:dateTime",
    "address": "urn:address",
}

_LEAD_SOURCES = ("Web", "Phone Inquiry", "Partner Referral", "Purchased List", "Other")
_RATINGS = ("Hot", "Warm", "Cold")
_GEOCODE_ACCURACIES = (
    *("Address", "NearAddress", "Block", "Street", "ExtendedZip", "Zip"),
    *("Neighborhood", "City", "County", "State", "Unknown"),
)
_CLEAN_STATUSES = ("Matched", "Different", "Acknowledged", "NotFound", "Inactive", "Pending", "SelectMatch", "Skipped")
_INDUSTRIES = (
    *("Agriculture", "Apparel", "Banking", "Biotechnology", "Chemicals", "Communications", "Construction"),
    *("Consulting", "Education", "Electronics", "Energy", "Engineering", "Entertainment", "Environmental", "Finance"),
    *("Food & Beverage", "Government", "Healthcare", "Hospitality", "Insurance", "Machinery", "Manufacturing", "Media"),
    *("Not For Profit", "Recreation", "Retail", "Shipping", "Technology", "Telecommunications", "Transportation"),
    *("Utilities", "Other"),
)
PICKLISTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "Salutation": ("Mr.", "Ms.", "Mrs.", "Dr.", "Prof.", "Mx."),
        "LeadSource": _LEAD_SOURCES,
        "AccountSource": _LEAD_SOURCES,
        "Lead.Status": (
            "Open - Not Contacted",
            "Working - Contacted",
            "Closed - Converted",
            "Closed - Not Converted",
        ),
        "Task.Status": ("Not Started", "In Progress", "Completed", "Waiting on someone else", "Deferred"),
        "Priority": ("High", "Normal", "Low"),
        "Industry": _INDUSTRIES,
        "Rating": _RATINGS,
        "CallType": ("Internal", "Inbound", "Outbound"),
        "TaskSubtype": ("Task", "Email", "List Email", "Cadence", "Call"),
        "GeocodeAccuracy": _GEOCODE_ACCURACIES,
        "MailingGeocodeAccuracy": _GEOCODE_ACCURACIES,
        "OtherGeocodeAccuracy": _GEOCODE_ACCURACIES,
        "BillingGeocodeAccuracy": _GEOCODE_ACCURACIES,
        "ShippingGeocodeAccuracy": _GEOCODE_ACCURACIES,
        "CleanStatus": _CLEAN_STATUSES,
        "Account.Type": (
            "Prospect",
            "Customer - Direct",
            "Customer - Channel",
            "Channel Partner / Reseller",
            "Installation Partner",
            "Technology Partner",
            "Other",
        ),
        "Ownership": ("Public", "Private", "Subsidiary", "Other"),
        "Group.Type": ("Regular", "Queue"),
    }
)


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
    values: tuple[str, ...]

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

    def describe(self) -> JsonObject:
        """The keys of a real field describe that clients use."""
        return {
            "name": self.name,
            "label": self.label,
            "type": self.type,
            "soapType": _SOAP_TYPES.get(self.type, "xsd:string"),
            "length": self.length if self.type in TEXT_TYPES | ID_TYPES else 0,
            "byteLength": self.length * 3 if self.type in TEXT_TYPES else self.length,
            "digits": self.length if self.type == "int" else 0,
            "precision": self.precision,
            "scale": self.scale,
            "nillable": self.nillable,
            "createable": self.createable,
            "updateable": self.updateable,
            "filterable": self.filterable,
            "sortable": self.sortable,
            "groupable": self.filterable and not self.compound,
            "defaultedOnCreate": self.defaulted,
            "defaultValue": self.default if self.type != "boolean" else False,
            "calculated": False,
            "custom": self.name.endswith("__c"),
            "externalId": "x" in self.flags,
            "idLookup": "l" in self.flags,
            "unique": self.unique,
            "caseSensitive": False,
            "nameField": self.name == "Name",
            "restrictedPicklist": self.restricted,
            "picklistValues": [
                {
                    "active": True,
                    "defaultValue": value == self.default,
                    "label": value,
                    "validFor": None,
                    "value": value,
                }
                for value in self.values
            ],
            "referenceTo": list(self.references),
            "relationshipName": self.relationship,
            "polymorphicForeignKey": len(self.references) > 1,
            "deprecatedAndHidden": False,
        }


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

    def field(self, name: str) -> Field | None:
        """API names are compared without regard to case, as in SOQL and in request bodies."""
        return self._by_folded_name.get(name.lower())

    def relationship(self, name: str) -> Field | None:
        """The lookup field behind a relationship name: Account for Contact.AccountId."""
        return self._by_relationship.get(name.lower())

    def summary(self, base: str) -> JsonObject:
        return {
            "name": self.name,
            "label": self.label,
            "labelPlural": self.plural,
            "keyPrefix": self.prefix,
            "custom": False,
            "customSetting": False,
            "createable": self.writable,
            "updateable": self.writable,
            "deletable": self.writable,
            "undeletable": False,
            "mergeable": self.name in {"Lead", "Contact", "Account"},
            "queryable": True,
            "retrieveable": True,
            "searchable": self.writable,
            "replicateable": self.writable,
            "triggerable": self.writable,
            "layoutable": self.writable,
            "deprecatedAndHidden": False,
            "urls": {
                "sobject": f"{base}/sobjects/{self.name}",
                "describe": f"{base}/sobjects/{self.name}/describe",
                "rowTemplate": f"{base}/sobjects/{self.name}/{{ID}}",
            },
        }

    def describe(self, base: str) -> JsonObject:
        described: list[JsonValue] = [field.describe() for field in self.fields.values()]
        return {**self.summary(base), "fields": described, "childRelationships": [], "recordTypeInfos": []}


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
        values=PICKLISTS.get(f"{sobject}.{name}", PICKLISTS.get(name, ())) if kind in {"picklist", "combobox"} else (),
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
