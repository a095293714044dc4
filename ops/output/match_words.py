"""What the matching found and what became of a pair, in words for people in sales. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from shared.matching import Decision, Evidence, FieldEvidence, Rival
from shared.matching.wording import FIELD_WORDS, GUARD_WORDS, LEVEL_WORDS
from shared.review.held_pairs import Finding
from shared.review.merging import Side, Why

OUTCOMES: Final = {
    "create": "somebody else: a new Lead",
    "update": "the same person: no new Lead",
    "hold": "perhaps the same person: a new Lead, held for a human",
}
_VERDICTS: Final[dict[str, str]] = {"new_person": "create", "same_person": "update", "possible_duplicate": "hold"}
OTHER_RULES: Final = {
    "own_lead": "its own Lead stood in Salesforce already: an earlier try wrote it.",
    "own_lead_merged": "its own Lead stood in Salesforce already, and had been merged into this one.",
    "own_task": "its own Task stood in Salesforce already: an earlier try wrote it.",
    "org_duplicate_rule": "a duplicate rule of the Salesforce org named the record.",
}
"""Who was not found by comparing people."""
REVIEWED: Final = {
    "merge": "A person decided: the same. The two are one now.",
    "separate": "A person decided: two people.",
    "deleted": "The Lead was deleted in Salesforce, and a person recorded that.",
}
FINDINGS: Final[dict[Finding, str]] = {
    "two_leads": "Both are open Leads: merge them, or say that they are two people.",
    "lead_and_contact": (
        "The candidate is a Contact, and Salesforce can't merge a Lead with a Contact. If they are one person: open "
        "the Lead in Salesforce, choose Convert, pick this Contact as the existing one; then `merge` records it."
    ),
    "cleared": (
        "Somebody has taken the mark of a possible duplicate off the held Lead in Salesforce: these are two people to "
        "them. Record it with `separate`. If they are one person all the same, merge them in Salesforce, or write the "
        "candidate's id into Possible_Duplicate_Of__c again: then `merge` is possible."
    ),
    "merged": "Somebody has merged the held Lead in Salesforce: record it with `merge`.",
    "merged_into_held": "Somebody has merged the two in Salesforce into the held Lead: record it with `merge`.",
    "converted": "Somebody has converted the held Lead onto the candidate: record it with `merge`.",
    "converted_elsewhere": (
        "Somebody has converted the held Lead onto another Contact than the candidate: record it with `separate`."
    ),
    "held_not_seen": (
        "The API user can't see the held Lead: it is hidden, or gone from the bin. Look in Salesforce; if it is gone"
        " for good, record it with `deleted`."
    ),
    "held_deleted": "Somebody has deleted the held Lead in Salesforce: record it with `deleted`.",
    "candidate_gone": "There is no candidate in Salesforce any more: all that is left is `separate`.",
}
WHY: Final[dict[tuple[Why, Side], str]] = {
    ("same", "other"): "the same",
    ("filled", "held"): "filled from the held Lead",
    ("kept", "other"): "differs: candidate's stays",
    ("kept_together", "other"): "not filled: it would mix two people's",
    ("opted_out", "held"): "a no on either is a no",
    ("asked", "held"): "held Lead's, as you asked",
    ("asked", "other"): "candidate's, as you asked",
}


_RESULTS: Final = {
    "unknown": "There is no such submission.",
    "unknown_field": "--take names a field that a merge can't take; `match review ID` lists those that it can.",
    "being_decided": (
        "Not done. Another decision about this pair is under way, or was cut off. Look again in a moment: after twelve "
        "minutes it has certainly ended. Whoever gave it can give the same one again at once."
    ),
    "changed_meanwhile": "Somebody else changed it at the same moment. Look again.",
    "moved_meanwhile": "One of the two was merged, converted or deleted at the same moment. Look again.",
}
_REFUSED: Final = "Salesforce refused the merge ({code}). Nothing was changed."
_BEING_WRITTEN: Final = (
    "Not done. A write of this Lead got no answer and may still land; it would make the Lead again if that were merged "
    "now. Give the same command again after {after:%H:%M} UTC."
)
_NO_RIGHT: Final = (
    "Salesforce refused ({code}): the API user may not merge these Leads; salesforce/README.md says which right that "
    "takes. Or merge them in Salesforce yourself and decide `merge` again: then it is only recorded."
)


def decision_in(evidence: Mapping[str, str]) -> Decision | None:
    """The decision that a row's evidence was written from; None where nobody was compared."""
    verdict = _VERDICTS.get(evidence.get("rule", ""))
    # Rows of before there was evidence name the rule and nothing else.
    if verdict is None or not evidence.get("config"):
        return None
    return Decision(
        outcome=verdict,  # type: ignore[arg-type]  # one of the three
        candidate_id=evidence.get("candidate"),
        score=_number(evidence.get("score", "")),
        evidence=Evidence(
            fields=tuple(_field(text) for text in evidence.get("fields", "").split()),
            guards=tuple(evidence.get("guards", "").split()),
            keys=tuple(evidence.get("keys", "").split()),
            generic_keys=tuple(evidence.get("generic_keys", "").split()),
            rivals=tuple(_rival(text) for text in evidence.get("rivals", "").split()),
            config=evidence["config"],
        ),
    )


def _field(text: str) -> FieldEvidence:
    """`email:exact:+14`."""
    name, _, rest = text.partition(":")
    level, _, bits = rest.partition(":")
    return FieldEvidence(name, level, _number(bits))


def _rival(text: str) -> Rival:
    record_id, _, score = text.rpartition(":")
    return Rival(record_id, _number(score))


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def field_words(field: str) -> str:
    """Rows outlive releases: a name that this one does not know is shown as it is."""
    return FIELD_WORDS[field]["en"] if field in FIELD_WORDS else field.replace("_", " ")


def level_words(level: str) -> str:
    return LEVEL_WORDS[level]["en"] if level in LEVEL_WORDS else level.replace("_", " ")


def guard_words(guard: str) -> str:
    return GUARD_WORDS[guard]["en"] if guard in GUARD_WORDS else guard.replace("_", " ")


def why_held(decision: Decision) -> list[str]:
    """Some lines: what speaks for one person, then what forbids to say so without a human."""
    alike = [field_words(one.field) for one in decision.evidence.fields if one.bits > 0]
    lines = [f"alike: {', '.join(alike)}"] if alike else []
    return lines + [guard_words(guard) for guard in decision.evidence.guards]


def result_words(result: str) -> str:
    """One word of the match function, perhaps with a code or a time after it, as a sentence."""
    word, _, code = result.partition(" ")
    if word in FINDINGS:
        return f"Not done. {FINDINGS[word]}"
    if word.startswith("already_"):
        return "That was decided before: nothing changed."
    if word.startswith("is_"):
        return f"It is {word.removeprefix('is_')}, not held: there is nothing to decide."
    if word == "refused_by_salesforce":
        return _NO_RIGHT.format(code=code) if code.startswith("INSUFFICIENT_ACCESS") else _REFUSED.format(code=code)
    if word == "being_written":
        # Without seconds: the minute that it ends in must be over.
        return _BEING_WRITTEN.format(after=datetime.fromisoformat(code).astimezone(UTC) + timedelta(minutes=1))
    return {**REVIEWED, **_RESULTS}.get(word, word.replace("_", " "))
