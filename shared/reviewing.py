"""What people decide about held pairs: the new Lead and the record that may be the same person become one, or stay two.

Salesforce first, the ledger after: a run that is cut off between the two leaves the row `held`, and the same order,
given again, finds what was done and only settles.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, Literal, Protocol

from shared.candidates import CONTACT_PREFIX
from shared.crm import Record, Written
from shared.errors import TransientError
from shared.lead_fields import POSSIBLE_DUPLICATE_FIELD
from shared.merging import Choice, Side, changes_of, choose, mergeable
from shared.observability import count, log
from shared.org_shape import OrgField
from shared.submission import Outcome, State, Submission

PERSON_FIELDS: Final = (
    "FirstName", "LastName", "Company", "Email", "Phone", "MobilePhone", "Street", "PostalCode", "City", "Country",
)  # fmt: skip
_MOST_STEPS: Final = 4
"""As the processor: longer chains of merged and converted records are not followed."""
_DISCARDED_KEPT: Final = timedelta(days=30)
"""As what operators discard elsewhere."""

type Decision = Literal["merge", "separate", "deleted"]
type Fate = Literal["there", "merged", "converted", "deleted", "unknown"]
type Finding = Literal[
    "two_leads",
    "lead_and_contact",
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
    "merged": frozenset({"merge"}),
    "merged_into_held": frozenset({"merge"}),
    "converted": frozenset({"merge"}),
    "converted_elsewhere": frozenset({"separate"}),
    "held_deleted": frozenset({"deleted"}),
    "held_not_seen": frozenset(),
    "candidate_gone": frozenset({"separate"}),
}
"""A Lead and a Contact become one only by converting the Lead, which is a sales person's work in Salesforce."""
_DONE_BY_HAND: Final = frozenset({"merged", "merged_into_held", "converted", "converted_elsewhere", "held_deleted"})
"""Findings where the Lead is no longer a possible duplicate, or can't be written."""
_MOVED: Final = frozenset({"ENTITY_IS_DELETED", "CANNOT_UPDATE_CONVERTED_LEAD", "INVALID_CROSS_REFERENCE_KEY"})


class People(Protocol):
    """shared/salesforce/people.py; each method is one API call."""

    def lead_fields(self) -> Sequence[OrgField]: ...
    def read(self, record_ids: Sequence[str], lead_fields: Sequence[str]) -> Mapping[str, Record]: ...
    def unflag(self, lead_id: str) -> None: ...
    def merge(self, master_id: str, loser_id: str, changes: Mapping[str, Any]) -> Written: ...


class Ledger(Protocol):
    def get(self, submission_id: str) -> Submission | None: ...
    def settle(
        self,
        submission: Submission,
        state: State,
        *,
        by: str,
        now: datetime,
        why: str = "",
        outcome: Outcome | None = None,
        expires_at: int | None = None,
    ) -> bool: ...


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


@dataclass(frozen=True, slots=True)
class Done:
    """`result` is one word, perhaps with a code after it; `changed` says whether anything is different now."""

    submission_id: str
    result: str
    changed: bool = False
    record_id: str = ""
    fields: tuple[str, ...] = ()
    """Names of the fields that the merge wrote."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What an operator decided. `why` is theirs, and stays in the history: nothing personal."""

    decision: Decision
    by: str
    why: str = ""
    take: Mapping[str, Side] | None = None


# --- looking ---------------------------------------------------------------------------------------------


def look(record_ids: Sequence[str], people: People, fields: Sequence[str] = PERSON_FIELDS) -> dict[str, Seen]:
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


def pair_of(row: Submission, ledger: Ledger, people: People, take: Mapping[str, Side]) -> Pair:
    """Of a held row. Raises UnknownFieldError for a field in `take` that there is none of."""
    if row.outcome is None:
        raise ValueError("no outcome")
    fields = list(people.lead_fields())
    flag = [POSSIBLE_DUPLICATE_FIELD] if any(one.name == POSSIBLE_DUPLICATE_FIELD for one in fields) else []
    columns = [*(one.name for one in mergeable(fields)), *flag]
    was = _candidate_id(row.outcome.evidence.get("candidate", ""), ledger)
    held_id = row.outcome.record_id
    first = look([held_id, was], people, columns)
    held, candidate = first[held_id], _today(first[was], people, columns)
    finding = _finding(held, candidate, people, columns)
    if finding in {"two_leads", "candidate_gone"} and row.outcome.evidence.get("rule") == "own_lead_merged":
        # A repeat found its own Lead merged: the row names the Lead that stayed.
        finding = "merged_into_held"
    pair = Pair(finding, held, candidate, was)
    if held.record:
        pair = replace(pair, flagged=bool(held.record.get(POSSIBLE_DUPLICATE_FIELD)))
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


def _today(seen: Seen, people: People, columns: Sequence[str]) -> Seen:
    """Merged and converted records are followed; what is gone for good is given as it is."""
    for _ in range(_MOST_STEPS):
        if not seen.moved_to:
            break
        seen = look([seen.moved_to], people, columns)[seen.moved_to]
    return seen


def _finding(held: Seen, candidate: Seen, people: People, columns: Sequence[str]) -> Finding:
    if held.fate == "merged":
        return "merged"
    if held.fate == "converted":
        now = _today(held, people, columns)
        return "converted" if now.record_id == candidate.record_id else "converted_elsewhere"
    if held.fate != "there":
        # What nobody sees was purged, is in another org, or is hidden from the API user and lives.
        return "held_not_seen" if held.fate == "unknown" else "held_deleted"
    if candidate.fate != "there":
        return "candidate_gone"
    if candidate.record_id == held.record_id:
        return "merged_into_held"
    return "lead_and_contact" if candidate.is_contact else "two_leads"


# --- deciding --------------------------------------------------------------------------------------------


def decide(submission_id: str, wish: Wish, ledger: Ledger, people: People, now: datetime) -> Done:
    """Can be given again: what was done is found and only written down. Raises what the ledger and the org raise."""
    row = ledger.get(submission_id)
    if row is None or refusal(row):
        return _already(row, wish) or Done(submission_id, refusal(row))
    pair = pair_of(row, ledger, people, wish.take or {})
    if wish.decision not in POSSIBLE[pair.finding]:
        return Done(submission_id, pair.finding)
    written: dict[str, Any] = {}
    if wish.decision == "merge" and pair.finding == "two_leads":
        written = changes_of(pair.choices)
        error = people.merge(pair.candidate.record_id, pair.held.record_id, written).error
        if error and error.code in _MOVED:
            return Done(submission_id, "moved_meanwhile")
        if isinstance(error, TransientError):
            raise error
        if error:
            log("merge_refused", level="warning", submission_id=submission_id, error=error.code)
            return Done(submission_id, f"refused_by_salesforce {error.code}")
    elif pair.flagged and (pair.finding not in _DONE_BY_HAND or pair.finding == "merged_into_held"):
        people.unflag(pair.held.record_id)
    return _settle(row, wish, _state_and_record(pair, wish, people), fields=tuple(written), ledger=ledger, now=now)


def _already(row: Submission | None, wish: Wish) -> Done | None:
    """The same decision again: a success without a change."""
    if row is None or row.outcome is None or row.outcome.evidence.get("reviewed") != wish.decision:
        return None
    return Done(row.submission_id, f"already_{wish.decision}", record_id=row.outcome.record_id)


def _state_and_record(pair: Pair, wish: Wish, people: People) -> tuple[State, str]:
    if wish.decision == "separate":
        return State.CREATED, pair.held.record_id
    if wish.decision == "deleted":
        return State.DISCARDED, pair.held.record_id
    # Whoever merged it by hand may have known better than the candidate.
    stays = _today(pair.held, people, ()) if pair.finding == "merged" else pair.candidate
    record_id = pair.held.record_id if pair.finding == "merged_into_held" else stays.record_id
    return (State.ATTACHED if record_id.startswith(CONTACT_PREFIX) else State.UPDATED), record_id


def _settle(
    row: Submission,
    wish: Wish,
    end: tuple[State, str],
    *,
    fields: tuple[str, ...],
    ledger: Ledger,
    now: datetime,
) -> Done:
    state, record_id = end
    before = row.outcome.evidence if row.outcome else {}
    held_lead = row.outcome.record_id if row.outcome else ""
    evidence = {**before, "reviewed": wish.decision, "held_lead": held_lead}
    outcome = Outcome(
        record_id=record_id,
        record_type="Contact" if record_id.startswith(CONTACT_PREFIX) else "Lead",
        task_id=row.outcome.task_id if row.outcome else "",
        evidence=evidence | ({"written": " ".join(fields)} if fields else {}),
    )
    expires_at = int((now + _DISCARDED_KEPT).timestamp()) if state is State.DISCARDED else None
    why = f"{wish.decision}: {wish.why}" if wish.why else wish.decision
    settled = ledger.settle(row, state, by=wish.by, now=now, why=why, outcome=outcome, expires_at=expires_at)
    if not settled:
        return Done(row.submission_id, "changed_meanwhile")
    log("reviewed", submission_id=row.submission_id, state=state, record_id=record_id, reason=wish.decision)
    count("Reviewed", decision=wish.decision)
    return Done(row.submission_id, wish.decision, changed=True, record_id=record_id, fields=fields)
