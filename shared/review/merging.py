"""Two Leads become one: which values the one that stays has then, and why. Pure.

The Lead that stays (the candidate, in Salesforce's words the master) keeps its values; what it has not, the held Lead
gives. Values that only make sense together are given together, and only where the two do not contradict each other.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from shared.form.lead_fields import MATCH_EVIDENCE_FIELD, POSSIBLE_DUPLICATE_FIELD, SUBMISSION_ID_FIELD
from shared.form.org_shape import OrgField

type Side = Literal["held", "other"]
type Why = Literal["same", "filled", "kept", "kept_together", "opted_out", "asked"]

_STAYS: Final = frozenset(
    {"OwnerId", "RecordTypeId", "Status", SUBMISSION_ID_FIELD, POSSIBLE_DUPLICATE_FIELD, MATCH_EVIDENCE_FIELD}
)
"""Whose Lead it is, how far sales is with it, and what is about the one record: never taken from the other."""
_OPT_OUTS: Final = frozenset({"HasOptedOutOfEmail", "HasOptedOutOfFax", "DoNotCall"})
"""Who said no on either Lead has said no."""
_TOGETHER: Final[tuple[tuple[str, ...], ...]] = (
    ("Salutation", "FirstName", "LastName"),
    ("Street", "City", "State", "StateCode", "PostalCode", "Country", "CountryCode",
     "Latitude", "Longitude", "GeocodeAccuracy"),
    ("LeadSource", "Form__c", "Form_Version__c", "Submitted_At__c", "Page_URL__c", "Referrer__c", "UTM_Source__c",
     "UTM_Medium__c", "UTM_Campaign__c", "UTM_Term__c", "UTM_Content__c", "Click_Id__c"),
)  # fmt: skip
"""A street in another town, or one visit's page with another's campaign, would be somebody's mixture."""
_PROOF_OF_CONSENT: Final = frozenset({"Consent_Text_Version__c", "Consent_Given_At__c"})
"""Without its checkbox, which stays as it is, it would prove what nobody said on this Lead."""
_FIRST: Final = (
    "Salutation", "FirstName", "LastName", "Title", "Company", "Email", "Phone", "MobilePhone", "Street",
    "PostalCode", "City", "State", "Country",
)  # fmt: skip


class UnknownFieldError(ValueError):
    """`field` is none that a merge could take from either Lead."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


@dataclass(frozen=True, slots=True)
class Choice:
    """One field: what each Lead has, whose value wins, and why."""

    field: str
    type: str
    held: Any
    other: Any
    wins: Side
    why: Why

    @property
    def is_conflict(self) -> bool:
        return self.why in {"kept", "kept_together"} and not _blank(self.held)

    @property
    def changes(self) -> bool:
        return self.wins == "held" and self.held != self.other


def mergeable(fields: Iterable[OrgField]) -> list[OrgField]:
    """Fields whose value a merge may take from the other Lead: those that the API user may write, but keys."""
    free = [one for one in fields if one.updateable and not (one.unique or one.external_id) and one.name not in _STAYS]
    order = {name: number for number, name in enumerate(_FIRST)}
    return sorted(free, key=lambda one: (order.get(one.name, len(order)), one.name))


def choose(
    fields: Iterable[OrgField], held: Mapping[str, Any], other: Mapping[str, Any], take: Mapping[str, Side]
) -> list[Choice]:
    """Of the fields in which either Lead has something. `take` is what somebody wants otherwise.

    Raises UnknownFieldError.
    """
    free = mergeable(fields)
    by_name = {one.name.lower(): one for one in free}
    for name in take:
        if name.lower() not in by_name:
            raise UnknownFieldError(name)
    asked = {name.lower(): side for name, side in take.items()}
    contradicted = {
        name
        for group in _TOGETHER
        if any(_contradict(held.get(one), other.get(one)) for one in group)
        for name in group
    }
    return [
        _choice(one, held.get(one.name), other.get(one.name), asked.get(one.name.lower()), one.name in contradicted)
        for one in free
        if not (_empty(held.get(one.name)) and _empty(other.get(one.name)))
    ]


def changes_of(choices: Iterable[Choice]) -> dict[str, Any]:
    """What is written on the Lead that stays; None empties a field."""
    return {one.field: None if _blank(one.held) else one.held for one in choices if one.changes}


def _choice(field: OrgField, held: Any, other: Any, asked: Side | None, contradicted: bool) -> Choice:
    wins, why = _winner(field, held, other, contradicted)
    if asked and asked != wins:
        wins, why = asked, "asked"
    return Choice(field.name, field.type, held, other, wins, why)


def _winner(field: OrgField, held: Any, other: Any, contradicted: bool) -> tuple[Side, Why]:
    if _alike(held, other):
        return "other", "same"
    if field.name in _PROOF_OF_CONSENT:
        return "other", "kept_together"
    if field.name in _OPT_OUTS and held is True:
        return "held", "opted_out"
    if _blank(other) and contradicted:
        return "other", "kept_together"
    return ("held", "filled") if _blank(other) else ("other", "kept")


def _contradict(held: Any, other: Any) -> bool:
    return not (_blank(held) or _blank(other) or _alike(held, other))


def _alike(held: Any, other: Any) -> bool:
    if isinstance(held, str) and isinstance(other, str):
        return held.strip().casefold() == other.strip().casefold()
    return bool(held == other)


def _blank(value: Any) -> bool:
    """A checkbox is never blank: open is an answer too."""
    return value is None or (isinstance(value, str) and not value.strip())


def _empty(value: Any) -> bool:
    """Nothing to show."""
    return _blank(value) or value is False
