"""The person keys that one run of the processor holds, and what becomes of them at its end.

Whatever ends a run, a write of it or of an earlier one may still land. So its keys go to its submissions' own next
tries and to nobody else, but for those of whom it came to know that nothing is under way.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from shared.errors import FormToLeadError
from shared.intake.person_keys import keys_to_lock
from shared.leads.dependencies import Locks
from shared.observability import log
from shared.submission import Submission


@dataclass
class HeldKeys:
    """A context: at its end the keys are released or handed over. `run_id` is unique to the run."""

    locks: Locks
    run_id: str
    _rows: list[Submission] = field(default_factory=list)
    _in_doubt: Mapping[str, datetime] | None = None
    _untold: Sequence[Submission] = ()

    def take(self, row: Submission) -> bool:
        """All of its keys or none; False where another run has one. Raises what `locks` raises."""
        held = set(_keys(self._rows))
        # Before: where an answer gets lost on the way, some are taken, and must be handed over.
        self._rows.append(row)
        new = [key for key in keys_to_lock(row.person_keys) if key not in held]
        taken = self.locks.take(new, holder=self.run_id, heir=row.submission_id)
        if not taken:
            self._rows.pop()
        return taken

    def know(self, *, in_doubt: Mapping[str, datetime], untold: Sequence[Submission]) -> None:
        """`in_doubt` is by submission id, with the end of each doubt; of nobody else can anything land any more.

        The rows of `untold` don't know that their own next try must wait: it finds the keys taken, too, for a lease.
        """
        self._in_doubt, self._untold = in_doubt, untold

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._give_back()
        except FormToLeadError as error:
            # The lease ends by itself; until then that person's next submission waits.
            log("locks_not_released", level="warning", error=error.code)

    def _give_back(self) -> None:
        kept = set(_keys(self._untold))
        for row in self._rows:
            if self._in_doubt is not None and row.submission_id not in self._in_doubt:
                continue
            until = self._in_doubt[row.submission_id] if self._in_doubt else None
            heritage = [key for key in _keys([row]) if key not in kept]
            kept.update(heritage)
            self.locks.hand_over(heritage, holder=self.run_id, heir=row.submission_id, until=until)
        self.locks.release([key for key in _keys(self._rows) if key not in kept], holder=self.run_id)


def _keys(rows: Sequence[Submission]) -> list[str]:
    return list(dict.fromkeys(key for row in rows for key in keys_to_lock(row.person_keys)))
