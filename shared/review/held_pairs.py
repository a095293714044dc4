"""Held pairs as they are today: the new Lead, the record that may be the same person, and what can be decided."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, Protocol

from shared.crm import Record
from shared.form.lead_fields import POSSIBLE_DUPLICATE_FIELD
from shared.form.org_shape import OrgField
from shared.leads.candidates import CONTACT_PREFIX
from shared.review.merging import Choice, Side, choose, mergeable
from shared.submission import State, Submission

PERSON_FIELDS: Final = (
    "FirstName", "LastName", "Company", "Email", "Phone", "MobilePhone", "Street", "PostalCode", "City", "Country",
)  # fmt: skip
_MOST_STEPS: Final = 4
"""As the processor: longer chains of merged and converted records are not followed."""

type Decision = Literal["merge", "separate", "deleted"]
type Fate = Literal["there", "merged", "converted", "deleted", "unknown"]
type Finding = Literal[
    "two_leads",
    "lead_and_contact",
    "cleared",
    "merged",
    "merged_into_held",
    "converted",
    "converted_elsewhere",
    "held_deleted",
    "held_not_seen",
    "candidate_gone",
]
POSSIBLE: Final[dict[Finding, frozenset[Decision]]] = {
    "two_leads": frozenset({"merge", "separate"}),
    "lead_and_contact": frozenset({"separate"}),
    "cleared": frozenset({"separate"}),
    "merged": frozenset({"merge"}),
    "merged_into_held": frozenset({"merge"}),
    "converted": frozenset({"merge"}),
    "converted_elsewhere": frozenset({"separate"}),
    "held_deleted": frozenset({"deleted"}),
    "held_not_seen": frozenset({"deleted"}),
    "candidate_gone": frozenset({"separate"}),
}
"""A Lead and a Contact become one only by converting the Lead, which is a sales person's work in Salesforce. Whoever
took the mark off the held Lead (`cleared`) has said that they are two: that is no one else's to overrule from here."""
_TO_DECIDE: Final = frozenset({"two_leads", "lead_and_contact"})


class Records(Protocol):
    """shared/salesforce/people.py; each method is one API call."""

    def lead_fields(self) -> Sequence[OrgField]: ...
    def read(self, record_ids: Sequence[str], lead_fields: Sequence[str]) -> Mapping[str, Record]: ...


class Ledger(Protocol):
    def get(self, submission_id: str) -> Submission | None: ...


@dataclass(frozen=True, slots=True)
class Seen:
    """A record as it is today. `moved_to` is what it was merged into or converted to."""

    record_id: str
    fate: Fate
    moved_to: str = ""
    record: Record | None = None

    @property
    def is_contact(self) -> bool:
        return self.record_id.startswith(CONTACT_PREFIX)


@dataclass(frozen=True, slots=True)
class Pair:
    """`candidate` is who the candidate is today; `was` its id when the pair was held."""

    finding: Finding
    held: Seen
    candidate: Seen
    was: str
    choices: tuple[Choice, ...] = ()
    flagged: bool = False


def look(record_ids: Sequence[str], people: Records, fields: Sequence[str] = PERSON_FIELDS) -> dict[str, Seen]:
    """Each as it is today; nothing is followed."""
    rows = people.read(record_ids, fields)
    return {one: _seen(one, rows.get(one)) for one in record_ids}


def _seen(record_id: str, row: Record | None) -> Seen:
    if row is None:
        return Seen(record_id, "unknown")
    if row.get("IsDeleted"):
        master = str(row.get("MasterRecordId") or "")
        return Seen(record_id, "merged" if master else "deleted", master)
    if row.get("IsConverted"):
        return Seen(record_id, "converted", str(row.get("ConvertedContactId") or ""), row)
    return Seen(record_id, "there", record=row)


def refusal(row: Submission | None) -> str:
    """Why there is no pair to look at, in one word; '' where there is one."""
    if row is None:
        return "unknown"
    return "" if row.state is State.HELD and row.outcome else f"is_{row.state}"


def pair_of(row: Submission, ledger: Ledger, people: Records, take: Mapping[str, Side]) -> Pair:
    """Of a held row. Raises UnknownFieldError for a field in `take` that there is none of."""
    if row.outcome is None:
        raise ValueError("no outcome")
    fields = list(people.lead_fields())
    flag = [POSSIBLE_DUPLICATE_FIELD] if any(one.name == POSSIBLE_DUPLICATE_FIELD for one in fields) else []
    columns = [*(one.name for one in mergeable(fields)), *flag]
    was = _candidate_id(row.outcome.evidence.get("candidate", ""), ledger)
    held_id = row.outcome.record_id
    first = look([held_id, was], people, columns)
    held, candidate = first[held_id], today(first[was], people, columns)
    finding = _finding(held, candidate, people, columns)
    if finding in {"two_leads", "candidate_gone"} and row.outcome.evidence.get("rule") == "own_lead_merged":
        # A repeat found its own Lead merged: the row names the Lead that stayed.
        finding = "merged_into_held"
    pair = Pair(finding, held, candidate, was)
    if held.record:
        pair = replace(pair, flagged=bool(held.record.get(POSSIBLE_DUPLICATE_FIELD)))
    # A mark that the org refused to take was never there.
    if flag and not pair.flagged and "changes_refused" not in row.outcome.evidence and finding in _TO_DECIDE:
        pair = replace(pair, finding="cleared")
    if pair.finding == "two_leads" and held.record and candidate.record:
        pair = replace(pair, choices=tuple(choose(fields, held.record, candidate.record, take)))
    return pair


def _candidate_id(candidate: str, ledger: Ledger) -> str:
    """The candidate may be the Lead of a submission of the same batch: then it goes by that submission's id.

    '' where a repeat found the held Lead and nobody else any more.
    """
    if "-" not in candidate:
        return candidate
    other = ledger.get(candidate)
    return other.outcome.record_id if other and other.outcome else candidate


def today(seen: Seen, people: Records, columns: Sequence[str]) -> Seen:
    """Merged and converted records are followed; what is gone for good is given as it is."""
    for _ in range(_MOST_STEPS):
        if not seen.moved_to:
            break
        seen = look([seen.moved_to], people, columns)[seen.moved_to]
    return seen


def _finding(held: Seen, candidate: Seen, people: Records, columns: Sequence[str]) -> Finding:
    if held.fate == "merged":
        return "merged"
    if held.fate == "converted":
        now = today(held, people, columns)
        return "converted" if now.record_id == candidate.record_id else "converted_elsewhere"
    if held.fate != "there":
        # What nobody sees was purged, is in another org, or is hidden from the API user and lives.
        return "held_not_seen" if held.fate == "unknown" else "held_deleted"
    if candidate.fate != "there":
        return "candidate_gone"
    if candidate.record_id == held.record_id:
        return "merged_into_held"
    return "lead_and_contact" if candidate.is_contact else "two_leads"
