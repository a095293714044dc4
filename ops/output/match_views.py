"""Pairs of people as plain data for screens and programs, masked unless the operator asked to see it all. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ops.operations.match_people import Somebody, record_label
from ops.output import masking
from ops.output.match_words import (
    FINDINGS,
    OTHER_RULES,
    OUTCOMES,
    REVIEWED,
    WHY,
    decision_in,
    field_words,
    guard_words,
    level_words,
    why_held,
)
from shared.leads.candidates import person_of
from shared.matching import Decision, Person
from shared.matching.wording import FIELD_WORDS
from shared.review.held_pairs import POSSIBLE
from shared.submission import Submission, timestamp

_PERSON_FIELDS: Final = (*FIELD_WORDS, "country")
_OPEN_TYPES: Final = frozenset({"boolean", "picklist", "multipicklist", "reference", "id"})
_LONG_TYPES: Final = frozenset({"textarea"})
_STREET: Final = frozenset({"Street"})
_ADDRESSES: Final = frozenset({"url"})


# --- explain ---------------------------------------------------------------------------------------------


def decision_view(decision: Decision) -> dict[str, Any]:
    evidence = decision.evidence
    return {
        "outcome": decision.outcome,
        "words": OUTCOMES[decision.outcome],
        "candidate_id": decision.candidate_id,
        "score": decision.score,
        "config": evidence.config,
        "guards": [{"guard": guard, "words": guard_words(guard)} for guard in evidence.guards],
        "keys": list(evidence.keys),
        "generic_keys": list(evidence.generic_keys),
        "rivals": [{"record_id": one.id, "score": one.score} for one in evidence.rivals],
    }


def explain_view(left: Somebody, right: Somebody, decision: Decision, *, reveal: bool) -> dict[str, Any]:
    """Two people side by side, and what the matching makes of them."""
    return {
        "left": left.label,
        "right": right.label,
        "notes": [one.note for one in (left, right) if one.note],
        "fields": _compared(decision, left.person, right.person, reveal=reveal),
        "decision": decision_view(decision),
        "masked": not reveal,
    }


def explained_view(row: Submission, people: Mapping[str, Somebody | str] | None, *, reveal: bool) -> dict[str, Any]:
    """What was decided for a submission; `people` (by `sent` and `candidate`) where they were looked up, too."""
    evidence = row.outcome.evidence if row.outcome else {}
    decision = decision_in(evidence)
    found = people or {}
    sent, candidate = found.get("sent"), found.get("candidate")
    view: dict[str, Any] = {
        "submission_id": row.submission_id,
        "state": row.state,
        "received_at": timestamp(row.received_at),
        "record_id": row.outcome.record_id if row.outcome else "",
        "reviewed": REVIEWED.get(evidence.get("reviewed", ""), ""),
        "rule": evidence.get("rule", ""),
        "not_compared": "" if decision else _why_not_compared(row, evidence),
        "decision": decision_view(decision) if decision else None,
        "notes": [one for one in (sent, candidate) if isinstance(one, str)],
        "left": sent.label if isinstance(sent, Somebody) else "",
        "right": candidate.label if isinstance(candidate, Somebody) else "",
        "fields": [],
        "masked": not reveal,
    }
    if decision:
        left = sent.person if isinstance(sent, Somebody) else None
        right = candidate.person if isinstance(candidate, Somebody) else None
        view["fields"] = _compared(decision, left, right, reveal=reveal)
    return view


def _why_not_compared(row: Submission, evidence: Mapping[str, str]) -> str:
    if row.outcome is None:
        return f"It is {row.state}: nothing was decided about who sent it."
    rule = evidence.get("rule", "")
    if rule in OTHER_RULES:
        return f"Nobody was compared: {OTHER_RULES[rule]}"
    return "It was decided before this release compared people: nothing is kept about why."


def _compared(decision: Decision, left: Person | None, right: Person | None, *, reveal: bool) -> list[dict[str, Any]]:
    """Every field that either has or that the evidence speaks of."""
    levels = {one.field: one for one in decision.evidence.fields}
    lines = []
    for name in dict.fromkeys((*_PERSON_FIELDS, *levels)):
        values = [str(getattr(one, name, None) or "") if one else "" for one in (left, right)]
        level = levels.get(name)
        if any(values) or (level and level.level != "unknown"):
            lines.append(
                {
                    "field": name,
                    "words": field_words(name),
                    "left": values[0] if reveal else mask_person(name, values[0]),
                    "right": values[1] if reveal else mask_person(name, values[1]),
                    "level": level.level if level else "",
                    "level_words": level_words(level.level) if level else "",
                    "bits": level.bits if level else None,
                }
            )
    return lines


def mask_person(name: str, value: str) -> str:
    """A value of a Person. Several e-mail addresses or numbers are set apart by `;` or a new line."""
    match name:
        case "country":
            return value
        case "email" | "phone":
            parts = [part.strip() for part in value.replace("\n", ";").split(";") if part.strip()]
            mask = masking.mask_email if name == "email" else masking.mask_phone
            return "; ".join(mask(part) for part in parts)
        case _:
            return masking.mask_name(value)


# --- review ----------------------------------------------------------------------------------------------


def held_view(row: Submission) -> dict[str, Any]:
    """A line of the list: nothing about the person."""
    evidence = row.outcome.evidence if row.outcome else {}
    decision = decision_in(evidence)
    return {
        "submission_id": row.submission_id,
        "form_id": row.form_id,
        "received_at": timestamp(row.received_at),
        "lead_id": row.outcome.record_id if row.outcome else "",
        "candidate_id": evidence.get("candidate", ""),
        "score": decision.score if decision else None,
        "why": why_held(decision) if decision else [OTHER_RULES.get(evidence.get("rule", ""), "not known")],
    }


_NOT_COMPARED: Final = Decision("hold")


@dataclass(frozen=True, slots=True)
class _Pair:
    """What the match function says of a pair, as it came."""

    content: Mapping[str, Any]

    def label(self, side: str) -> str:
        return record_label(str(self.content[side]["record_id"]))

    def people(self) -> tuple[Person | None, Person | None]:
        """As they are today; None who is gone."""
        return self._person("held"), self._person("candidate")

    def _person(self, side: str) -> Person | None:
        record = self.content[side]["record"]
        return person_of(side, record) if record else None


def pair_view(row: Submission, content: Mapping[str, Any], *, reveal: bool) -> dict[str, Any]:
    """Both records, what speaks for and against, and what a merge would make of them."""
    pair = _Pair(content)
    finding = content["finding"]
    decision = decision_in(row.outcome.evidence if row.outcome else {})
    return {
        **held_view(row),
        "held": pair.label("held"),
        "candidate": pair.label("candidate"),
        "candidate_was": content["was"] if content["was"] != content["candidate"]["record_id"] else "",
        "finding": finding,
        "finding_words": FINDINGS[finding],
        "possible": sorted(POSSIBLE[finding]),
        "decision": decision_view(decision) if decision else None,
        "fields": _compared(decision or _NOT_COMPARED, *pair.people(), reveal=reveal),
        "merge": [_choice_view(one, reveal=reveal) for one in content["choices"]],
        "masked": not reveal,
    }


def _choice_view(choice: Mapping[str, Any], *, reveal: bool) -> dict[str, Any]:
    return {
        "field": choice["field"],
        "held": choice["held"] if reveal else mask_value(choice["field"], choice["type"], choice["held"]),
        "candidate": choice["other"] if reveal else mask_value(choice["field"], choice["type"], choice["other"]),
        "wins": "held" if choice["wins"] == "held" else "candidate",
        "why": choice["why"],
        "words": _why_words(choice),
        "conflict": choice["why"] in {"kept", "kept_together"} and choice["held"] not in (None, "", False),
    }


def _why_words(choice: Mapping[str, Any]) -> str:
    if choice["why"] == "kept" and choice["held"] in (None, "", False):
        return "only the candidate has one"
    return WHY.get((choice["why"], choice["wins"]), str(choice["why"]))


def mask_value(field: str, kind: str, value: Any) -> Any:
    """A Lead's value by its type in Salesforce; what comes from closed lists stays as it is."""
    if value is None or kind in _OPEN_TYPES or isinstance(value, bool):
        return value
    text = str(value)
    if kind == "email":
        return masking.mask_email(text)
    if kind == "phone":
        return masking.mask_phone(text)
    if kind in _ADDRESSES:
        return masking.mask_url(text)
    if kind in _LONG_TYPES and field not in _STREET:
        return masking.mask_long(text)
    return masking.mask_name(text)


def done_view(done: Mapping[str, Any], words: str) -> dict[str, Any]:
    return {**done, "words": words}


def changed_fields(view: Mapping[str, Any]) -> Iterable[str]:
    """Names of the fields that a merge would write."""
    return (one["field"] for one in view["merge"] if one["wins"] == "held")
