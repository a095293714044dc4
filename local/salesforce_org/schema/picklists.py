"""The values of the org's picklists. A name counts for every object, or as `Lead.Status` for one."""

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from .countries import COUNTRIES, STATES

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
_VALUES: Mapping[str, tuple[str, ...]] = MappingProxyType(
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
        "Campaign.Status": ("Planned", "In Progress", "Completed", "Aborted"),
        "Campaign.Type": ("Conference", "Webinar", "Email", "Advertisement", "Other"),
        "CampaignMember.Type": ("Lead", "Contact"),
        "Product_Interest__c": ("E-bike", "Cargo bike", "City bike", "Service"),
        "Interests__c": ("E-bikes", "Service", "Lease", "Accessories"),
    }
)

# Values that were taken out of use: the describe still shows them, a restricted field no longer takes them.
_INACTIVE: Mapping[str, tuple[str, ...]] = MappingProxyType({"Interests__c": ("Trailers",)})


@dataclass(frozen=True)
class Choice:
    """One value of a picklist. `valid_for` marks the values of the controlling picklist that it goes with."""

    value: str
    label: str
    active: bool = True
    valid_for: str | None = None


def choices(sobject: str, name: str) -> tuple[Choice, ...]:
    if name == "CountryCode":
        return tuple(Choice(code, label) for code, label in COUNTRIES.items())
    if name == "StateCode":
        return tuple(_states())
    values = _VALUES.get(f"{sobject}.{name}", _VALUES.get(name, ()))
    return (
        *(Choice(value, value) for value in values),
        *(Choice(value, value, active=False) for value in _INACTIVE.get(name, ())),
    )


def _states() -> Iterable[Choice]:
    countries = list(COUNTRIES)
    for country, states in STATES.items():
        bitmap = bytearray((len(countries) + 7) // 8)
        place = countries.index(country)
        bitmap[place // 8] |= 0x80 >> place % 8
        valid_for = base64.b64encode(bytes(bitmap)).decode()
        yield from (Choice(code, label, valid_for=valid_for) for code, label in states.items())
