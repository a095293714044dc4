"""Which suspected spam an operator means."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ops.errors import OpsError, usage
from ops.operations.filters import Filter
from ops.operations.reading import Ledger, get_rows
from shared.form.spam_section import DEFAULT_WEIGHTS
from shared.submission import State, Submission

_READ: Final = 100
"""Rows that the ledger reads at once."""


@dataclass(frozen=True, slots=True)
class SpamFilter:
    """`signs`: it has all of them. Scores are inclusive; a `max_score` of 0 is none."""

    which: Filter
    signs: tuple[str, ...] = ()
    min_score: int = 0
    max_score: int = 0

    def matches(self, row: Submission) -> bool:
        return (
            set(self.signs) <= set(row.spam_reasons)
            and row.spam_score >= self.min_score
            and (not self.max_score or row.spam_score <= self.max_score)
        )

    @property
    def narrows(self) -> bool:
        return bool(self.which.narrows or self.signs or self.min_score or self.max_score)


def known_signs(signs: list[str] | None) -> tuple[str, ...]:
    """Raises OpsError (usage)."""
    for sign in signs or ():
        if sign not in DEFAULT_WEIGHTS:
            raise usage(f"{sign!r} is no sign of spam; known are {', '.join(DEFAULT_WEIGHTS)}.")
    return tuple(signs or ())


def expect_quarantined(ledger: Ledger, ids: tuple[str, ...]) -> None:
    """Raises OpsError where an id is of something else: then nothing is done."""
    rows = get_rows(ledger, ids)
    for one in ids:
        if one not in rows:
            raise OpsError(f"There is no submission {one}.")
        if rows[one].state is not State.QUARANTINED:
            raise OpsError(f"{one} is not in quarantine: it is {rows[one].state}.")


def find_quarantined(ledger: Ledger, wanted: SpamFilter, *, now: datetime) -> Iterator[Submission]:
    """Newest first."""
    ids = wanted.which.ids or (
        row.submission_id
        for row in itertools.takewhile(
            lambda row: not wanted.which.is_too_old(row, now), ledger.by_state(State.QUARANTINED, newest_first=True)
        )
        if wanted.which.matches(row, now)
    )
    for batch in itertools.batched(ids, _READ, strict=False):
        rows = get_rows(ledger, batch)
        # The index lags a little: what was released a moment ago may still be in it.
        yield from (
            rows[one]
            for one in batch
            if one in rows and wanted.which.matches(rows[one], now) and wanted.matches(rows[one])
        )
