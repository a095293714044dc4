"""What a replay or a discard would do, for those who only look."""

import heapq
import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from ops.operations.explaining import wrong_now
from ops.operations.filters import Filter
from ops.operations.reading import Ledger, get_rows
from shared.form.definition import Form
from shared.submission import REPLAYABLE, Submission


@dataclass(frozen=True, slots=True)
class Planned:
    """`refusal` says why the function would do nothing; `wrong` names the fields that the form would still refuse."""

    submission_id: str
    row: Submission | None
    refusal: str = ""
    wrong: tuple[str, ...] = ()


def plan(ledger: Ledger, wanted: Filter, forms: Mapping[str, Form], *, now: datetime, limit: int) -> list[Planned]:
    """Oldest first, or the ids in the order that they were given. A `limit` of 0 is none."""
    if wanted.ids:
        ids: Iterable[str] = wanted.ids
    else:
        in_states = [ledger.by_state(state) for state in wanted.states]
        merged = heapq.merge(*in_states, key=lambda row: row.received_at)
        ids = (row.submission_id for row in merged if wanted.matches(row, now))
    chosen = list(itertools.islice(ids, limit or None))
    rows = get_rows(ledger, chosen)
    return [_planned(one, rows.get(one), wanted, forms, now) for one in chosen]


def _planned(
    submission_id: str, row: Submission | None, wanted: Filter, forms: Mapping[str, Form], now: datetime
) -> Planned:
    if row is None:
        return Planned(submission_id, row, refusal="unknown")
    if row.state not in REPLAYABLE:
        return Planned(submission_id, row, refusal=f"is_{row.state}")
    if not wanted.matches(row, now):
        return Planned(submission_id, row, refusal="not_asked_for")
    wrong = wrong_now(forms.get(row.form_id), row.fields)
    return Planned(submission_id, row, wrong=tuple(error.field for error in wrong))
