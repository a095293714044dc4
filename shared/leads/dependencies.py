"""What processing needs from outside; tests hand in fakes."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shared.crm import Crm
from shared.form.definition import Form
from shared.rejection import Rejection
from shared.submission import Outcome, State, Submission


class Ledger(Protocol):
    def get_many(self, submission_ids: Iterable[str]) -> dict[str, Submission]: ...
    def settle(
        self,
        submission: Submission,
        state: State,
        *,
        by: str,
        now: datetime,
        why: str = "",
        outcome: Outcome | None = None,
        rejection: Rejection | None = None,
        expires_at: int | None = None,
    ) -> bool: ...
    def note_attempt(
        self,
        submission: Submission,
        *,
        error: str,
        due_at: datetime,
        counted: bool,
        in_doubt_until: datetime | None,
        no_try_before: datetime | None = None,
    ) -> bool: ...


class DeadLetters(Protocol):
    def send(
        self, submission_id: str, *, reason: str, form_id: str, group: str, replay: int, now: datetime
    ) -> None: ...


class Locks(Protocol):
    def take(self, keys: Iterable[str], *, holder: str, heir: str) -> bool: ...
    def hand_over(self, keys: Iterable[str], *, holder: str, heir: str, until: datetime | None) -> None: ...
    def release(self, keys: Iterable[str], *, holder: str) -> None: ...


@dataclass(frozen=True)
class Dependencies:
    ledger: Ledger
    dead_letters: DeadLetters
    locks: Locks
    crm: Crm
    forms: Mapping[str, Form]
    now: Callable[[], datetime]
    secret: Callable[[], bytes]
    """Of the person keys. Raises TransientError or ConfigurationError."""
