"""Who erased or exported what, and when: counts and a keyed hash of the address, no personal data. Kept for good.

It stands in the table of the submissions, in a state of its own: no list of submissions asks for it, and its id is
longer than a receipt, so nobody can ask for it from outside. Pure.
"""

import uuid
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

from shared.submission import Moment, WholeNumber

AUDIT_STATE: Final = "audit"
_PREFIX: Final = "audit-"

type Action = Literal["erase", "export", "retention"]
type Progress = Literal["started", "done", "unfinished"]
"""`unfinished`: something was left for a later run, which the operator was told."""


class Audit(BaseModel):
    """`person_keys` holds the key of the address, none for what was too old. `reason` is how far it came: these two and
    `received_at` (when it began) go by the names of a submission's attributes, since the index has them."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    submission_id: str
    state: Literal["audit"] = "audit"
    action: Action
    by: str
    received_at: Moment
    reason: Progress = "started"
    person_keys: tuple[str, ...] = ()
    salesforce: bool = False
    counts: dict[str, WholeNumber] = {}
    ended_at: Moment | None = None


def new_audit_id() -> str:
    return f"{_PREFIX}{uuid.uuid4()}"
