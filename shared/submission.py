"""A submission: one thing that somebody sent us, and the states it goes through.

received ──▶ created | updated | attached | held        settled: it stands in Salesforce
    │                                       │ a person decides: created | updated | attached | discarded
    │  ▲ ──▶ rejected ──▶ (replay) received             on the dead-letter queue, an operator's turn
    ▼  └──── quarantined (released)                     suspected spam, never queued
  discarded                                             by an operator, with a reason
"""

import uuid
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer

from shared.rejection import Rejection

type FieldValue = str | list[str]
"""What one field of a form held: a text, or the texts of a field that was sent more than once."""


def timestamp(moment: datetime) -> str:
    """Milliseconds and `Z`, always of the same length, so that texts sort as times do."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


type Moment = Annotated[datetime, PlainSerializer(timestamp)]


class State(StrEnum):
    RECEIVED = "received"
    CREATED = "created"
    UPDATED = "updated"
    ATTACHED = "attached"
    HELD = "held"
    REJECTED = "rejected"
    QUARANTINED = "quarantined"
    DISCARDED = "discarded"
    ERASED = "erased"


IN_SALESFORCE: Final = frozenset({State.CREATED, State.UPDATED, State.ATTACHED, State.HELD})
REPLAYABLE: Final = frozenset({State.REJECTED, State.QUARANTINED})


class _Record(BaseModel):
    """Rows outlive releases: an unknown attribute of a newer or older release is not an error."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Consent(_Record):
    """What the visitor agreed to, and when: `given` is False where the box was left open. `text_version` is one that
    the form file names; `unknown_version` what the page said, where that is another."""

    given: bool
    text_version: str
    unknown_version: str = ""
    language: str
    at: Moment


class Sources(_Record):
    """Where a submission came from. The visitor's IP address is not kept: no flow needs it."""

    channel: str = "form"
    language: str
    page_url: str = ""
    referrer: str = ""
    utm: dict[str, str] = {}
    click_ids: dict[str, str] = {}
    campaign: str = ""
    """Id of the one that the page chose from the form's list."""
    consent: Consent | None = None


class Outcome(_Record):
    """What stands in Salesforce because of the submission, and why that record was chosen."""

    record_id: str
    record_type: str
    task_id: str = ""
    evidence: dict[str, str] = {}


class Claim(_Record):
    """Who is deciding about a held pair, and what: until then nobody decides otherwise. `run` is unique to one try."""

    run: str
    by: str
    decision: str
    until: Moment


class Change(_Record):
    """One line of a row's history. `by` is a function's name or an operator's; `why` has no personal data."""

    at: Moment
    from_state: str
    to_state: str
    by: str
    why: str = ""


def _whole_number(value: object) -> object:
    """DynamoDB gives every number as Decimal."""
    if value is None or isinstance(value, str):
        return value
    try:
        return int(value)  # type: ignore[call-overload]
    except TypeError:
        # Of a list or a map. Only a ValueError makes it one row that can't be read, instead of the end of its batch.
        raise ValueError("not a number") from None


type WholeNumber = Annotated[int, BeforeValidator(_whole_number)]


class Submission(_Record):
    """A row of the ledger. Times are UTC; `due_at` is when the sweeper may take it for forgotten."""

    submission_id: str
    form_id: str
    form_version: str
    state: State
    received_at: Moment
    fields: dict[str, FieldValue]
    sources: Sources
    due_at: Moment | None = None
    original_fields: dict[str, FieldValue] | None = None
    person_keys: tuple[str, ...] = ()
    fingerprint: str = ""
    spam_reasons: tuple[str, ...] = ()
    spam_score: WholeNumber = 0
    reason: str = ""
    rejection: Rejection | None = None
    outcome: Outcome | None = None
    claim: Claim | None = None
    attempts: WholeNumber = 0
    last_error: str = ""
    same_error_tries: WholeNumber = 0
    """How often `last_error` came in a row."""
    in_doubt_until: Moment | None = None
    """Until then a write without an answer may still land."""
    no_try_before: Moment | None = None
    """The same, where a repeat would not find out: a Task. Messages may come back sooner than they were told to."""
    requeue_count: WholeNumber = 0
    replay_count: WholeNumber = 0
    history: tuple[Change, ...] = ()
    expires_at: WholeNumber | None = None

    def tries_with(self, error: str) -> int:
        """How many of the last tries, without another between them, ended with this error."""
        return self.same_error_tries if self.last_error == error else 0

    def is_in_doubt(self, now: datetime) -> bool:
        """Whether a write of it may still land."""
        return self.in_doubt_until is not None and self.in_doubt_until > now


class Summary(_Record):
    """What the index by state knows of a row: enough to list, to count and to queue it again."""

    submission_id: str
    form_id: str
    state: State
    received_at: Moment
    due_at: Moment | None = None
    reason: str = ""
    person_keys: tuple[str, ...] = ()
    replay_count: WholeNumber = 0
    requeue_count: WholeNumber = 0


def new_submission_id() -> str:
    return str(uuid.uuid4())
