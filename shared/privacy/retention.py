"""Submissions that wait for a person, and how long they may: a rejected one to be mended, a held one to be decided, a
quarantined one to be looked at.

The first two wait without end unless the form sets a limit, since they were acknowledged and stand in no Lead or in one
in doubt. Where it does, days count from the last time that anything was done about the row. What is erased so leaves a
count behind. Suspected spam always has an end, at which the table itself drops it. Two weeks before an alarm tells.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import batched
from typing import Any, Final, Protocol

from shared.form.definition import Form
from shared.observability import count, log
from shared.privacy.audit import Audit, new_audit_id
from shared.privacy.tombstone import may_land_until, tombstone
from shared.submission import State, Submission, Summary

TOLD_BEFORE: Final = timedelta(days=14)
WAITING: Final = (State.REJECTED, State.HELD, State.QUARANTINED)
"""States in which a row waits for a person's deed."""
_READ: Final = 100
_BY: Final = "retention"


class Ledger(Protocol):
    def by_state(self, state: State) -> Iterator[Summary]: ...
    def get_many(self, submission_ids: Iterable[str]) -> dict[str, Submission]: ...


class Rows(Protocol):
    def get_many(self, submission_ids: Iterable[str]) -> dict[str, Mapping[str, Any]]: ...
    def erase(self, seen: Mapping[str, Any], left: Submission, *, also_as_seen: Collection[str]) -> bool: ...
    def write_audit(self, audit: Audit) -> None: ...


@dataclass(frozen=True, slots=True)
class Ending:
    row: Submission
    at: datetime


@dataclass(frozen=True, slots=True)
class Expired:
    """The last two count those that would go within two weeks: by an erasure, and out of the quarantine."""

    erased: int
    soon: int
    quarantined_soon: int


def endings(ledger: Ledger, forms: Mapping[str, Form], before: datetime) -> Iterator[Ending]:
    """Rows that are gone before this moment unless somebody does something about them. In no order."""
    for state in WAITING:
        old = (one.submission_id for one in ledger.by_state(state) if _may_end(one, forms, before))
        for ids in batched(old, _READ, strict=False):
            for row in ledger.get_many(ids).values():
                at = ends_at(row, forms)
                if at and at < before:
                    yield Ending(row, at)


def _may_end(summary: Summary, forms: Mapping[str, Form], before: datetime) -> bool:
    """A row can't have been changed before it was received, so most need not be read. When one in quarantine ends only
    the row itself says."""
    kept = _kept(summary, forms)
    return summary.state is State.QUARANTINED or (kept is not None and summary.received_at + kept < before)


def ends_at(row: Submission, forms: Mapping[str, Form]) -> datetime | None:
    """None where nothing is set, and for a row that waits for nobody."""
    if row.state is State.QUARANTINED:
        return datetime.fromtimestamp(row.expires_at, UTC) if row.expires_at else None
    kept = _kept(row, forms)
    last = max((change.at for change in row.history), default=row.received_at)
    return last + kept if kept else None


def _kept(row: Submission | Summary, forms: Mapping[str, Form]) -> timedelta | None:
    form = forms.get(row.form_id)
    if form is None or row.state not in {State.REJECTED, State.HELD}:
        return None
    days = form.retention.rejected_days if row.state is State.REJECTED else form.retention.held_days
    return timedelta(days=days) if days else None


def expire(ledger: Ledger, rows: Rows, forms: Mapping[str, Form], now: datetime) -> Expired:
    """Erases what is over, and counts what soon will be. An audit row says how many of which state went.

    Raises what the ledger raises; the next run goes on.
    """
    soon = quarantined = 0
    erased: Counter[str] = Counter()
    try:
        for ending in list(endings(ledger, forms, now + TOLD_BEFORE)):
            if ending.row.state is State.QUARANTINED:
                quarantined += 1
            elif ending.at > now or not _erase(ending.row, rows, now):
                soon += 1
            else:
                erased[ending.row.state] += 1
    finally:
        if erased:
            rows.write_audit(_audit(erased, now))
    return Expired(erased.total(), soon, quarantined)


def _erase(row: Submission, rows: Rows, now: datetime) -> bool:
    """False where somebody is at it right now, or was since its end was told: each deed is in its history."""
    item = rows.get_many([row.submission_id]).get(row.submission_id)
    if item is None or item.get("state") != row.state or may_land_until(item, now):
        return False
    if len(item.get("history") or ()) != len(row.history):
        return False
    left = tombstone(item, key="", by=_BY, now=now, why="kept for as long as the form says")
    done = rows.erase(item, left, also_as_seen=("history",))
    if done:
        count("Expired", form=row.form_id)
        log("expired", submission_id=row.submission_id, state=row.state)
    return done


def _audit(erased: Mapping[str, int], now: datetime) -> Audit:
    return Audit(
        submission_id=new_audit_id(),
        action="retention",
        by=_BY,
        received_at=now,
        reason="done",
        counts=dict(erased),
        ended_at=now,
    )
