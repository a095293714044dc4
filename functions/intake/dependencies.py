"""What the intake needs from outside."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from shared.form.definition import Form
from shared.intake.receiving import Queue, Rows
from shared.submission import Submission


class Ledger(Rows, Protocol):
    def get(self, submission_id: str) -> Submission | None: ...


@dataclass(frozen=True)
class Dependencies:
    """What the routes need from outside; tests hand in fakes."""

    ledger: Ledger
    queue: Queue
    secret: Callable[[], bytes]
    """The key of person keys."""
    intake_secrets: Callable[[], Mapping[str, Any]]
    """What operators gave the intake to keep: keys of servers that post signed, secrets of captchas."""
    forms: Mapping[str, Form]
    extra_origins: tuple[str, ...]
    now: Callable[[], datetime]
