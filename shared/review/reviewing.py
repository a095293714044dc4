"""What people decide about held pairs: the new Lead and the record that may be the same person become one, or stay two.

    claim ▶ look ▶ tell Salesforce ▶ settle

A run that is cut off leaves the row `held`, and claimed by its operator for this decision: the same order, given again,
finds what was done and goes on. Anybody else waits until Salesforce has certainly ended what it was told, and is then
held to what they find.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from shared.crm import CALL_ENDS_AFTER, Written
from shared.errors import FormToLeadError, TransientError, UnknownOutcomeError
from shared.form.definition import Form, Retention
from shared.leads.candidates import CONTACT_PREFIX
from shared.observability import count, log
from shared.review.held_pairs import POSSIBLE, Decision, Pair, Records, pair_of, refusal, today
from shared.review.merging import Side, UnknownFieldError, changes_of
from shared.submission import Claim, Outcome, State, Submission, timestamp

_DISCARDED_KEPT: Final = timedelta(days=30)
"""As what operators discard elsewhere."""
CLAIM: Final = CALL_ENDS_AFTER + timedelta(seconds=60)
"""The function may run for a minute, and what it told Salesforce last ends by itself."""

_DONE_BY_HAND: Final = frozenset({"merged", "merged_into_held", "converted", "converted_elsewhere", "held_deleted"})
"""Findings where the Lead is no longer a possible duplicate, or can't be written."""
_MOVED: Final = frozenset({"ENTITY_IS_DELETED", "CANNOT_UPDATE_CONVERTED_LEAD", "INVALID_CROSS_REFERENCE_KEY"})


class People(Records, Protocol):
    """Each method is one API call."""

    def unflag(self, lead_id: str) -> None: ...
    def merge(self, master_id: str, loser_id: str, changes: Mapping[str, Any]) -> Written: ...


class Ledger(Protocol):
    def get(self, submission_id: str) -> Submission | None: ...
    def claim(self, submission: Submission, claim: Claim | None) -> bool: ...
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
class Done:
    """`result` is one word, perhaps with a code or time after it; `changed` says whether anything is different now."""

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


def decide(
    submission_id: str,
    wish: Wish,
    *,
    ledger: Ledger,
    people: People,
    forms: Mapping[str, Form],
    now: datetime,
) -> Done:
    """Can be given again: what was done is found and only written down. Raises what the ledger and the org raise."""
    row = ledger.get(submission_id)
    if row is None or refusal(row):
        return _already(row, wish) or Done(submission_id, refusal(row))
    if row.in_doubt_until and row.in_doubt_until > now:
        # An upsert without an answer may still land: as a second Lead where the first was merged, else with its mark.
        return Done(submission_id, f"being_written {timestamp(row.in_doubt_until)}")
    claimed = _claimed(row, wish, ledger, now)
    if isinstance(claimed, Done):
        return claimed
    try:
        done = _tell_salesforce(claimed, wish, ledger, people)
    except UnknownOutcomeError:
        raise
    except (FormToLeadError, UnknownFieldError):
        _give_back(row, claimed, ledger, now)
        raise
    if isinstance(done, Done):
        _give_back(row, claimed, ledger, now)
        return done
    end, written = done
    return _settle(claimed, wish, end, fields=written, ledger=ledger, forms=forms, now=now)


def _claimed(row: Submission, wish: Wish, ledger: Ledger, now: datetime) -> Submission | Done:
    """The row with this operator's claim on it, perhaps taken over from an earlier run of the same order."""
    there = row.claim
    if there and there.until > now and (there.by, there.decision) != (wish.by, wish.decision):
        return Done(row.submission_id, "being_decided")
    claim = Claim(run=str(uuid.uuid4()), by=wish.by, decision=wish.decision, until=now + CLAIM)
    if not ledger.claim(row, claim):
        return Done(row.submission_id, "changed_meanwhile")
    return row.model_copy(update={"claim": claim})


def _give_back(row: Submission, claimed: Submission, ledger: Ledger, now: datetime) -> None:
    """What an earlier run told Salesforce may still be under way, so what was taken over is kept."""
    if row.claim is None or row.claim.until <= now:
        ledger.claim(claimed, None)


def _tell_salesforce(
    row: Submission, wish: Wish, ledger: Ledger, people: People
) -> Done | tuple[tuple[State, str], tuple[str, ...]]:
    """How the row ends, and which fields were written; or why nothing was done. Raises UnknownFieldError."""
    pair = pair_of(row, ledger, people, wish.take or {})
    if wish.decision not in POSSIBLE[pair.finding]:
        return Done(row.submission_id, pair.finding)
    written: dict[str, Any] = {}
    if wish.decision == "merge" and pair.finding == "two_leads":
        written = changes_of(pair.choices)
        error = people.merge(pair.candidate.record_id, pair.held.record_id, written).error
        if error and error.code in _MOVED:
            return Done(row.submission_id, "moved_meanwhile")
        if isinstance(error, TransientError):
            raise error
        if error:
            log("merge_refused", level="warning", submission_id=row.submission_id, error=error.code)
            return Done(row.submission_id, f"refused_by_salesforce {error.code}")
    elif pair.flagged and (pair.finding not in _DONE_BY_HAND or pair.finding == "merged_into_held"):
        people.unflag(pair.held.record_id)
    return _state_and_record(pair, wish, people), tuple(written)


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
    stays = today(pair.held, people, ()) if pair.finding == "merged" else pair.candidate
    record_id = pair.held.record_id if pair.finding == "merged_into_held" else stays.record_id
    return (State.ATTACHED if record_id.startswith(CONTACT_PREFIX) else State.UPDATED), record_id


def _kept(form_id: str, forms: Mapping[str, Form]) -> timedelta:
    """A held row waits for as long as it takes: its form may be gone by now."""
    retention = forms[form_id].retention if form_id in forms else Retention()
    return timedelta(days=retention.settled_days)


def _settle(
    row: Submission,
    wish: Wish,
    end: tuple[State, str],
    *,
    fields: tuple[str, ...],
    ledger: Ledger,
    forms: Mapping[str, Form],
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
    kept = _DISCARDED_KEPT if state is State.DISCARDED else _kept(row.form_id, forms)
    expires_at = int((now + kept).timestamp())
    why = f"{wish.decision}: {wish.why}" if wish.why else wish.decision
    settled = ledger.settle(row, state, by=wish.by, now=now, why=why, outcome=outcome, expires_at=expires_at)
    if not settled:
        return Done(row.submission_id, "changed_meanwhile")
    log("reviewed", submission_id=row.submission_id, state=state, record_id=record_id, reason=wish.decision)
    count("Reviewed", decision=wish.decision)
    return Done(row.submission_id, wish.decision, changed=True, record_id=record_id, fields=fields)
