"""Why a submission did not become a Lead: a closed list, each with all that an operator needs to mend it."""

from enum import StrEnum
from typing import Final

from pydantic import BaseModel, ConfigDict

REJECTION_VERSION: Final = 3
"""Raised when a reason is added or changes its meaning; stored with every rejection."""


class Reason(StrEnum):
    """The one word under which operators group dead letters. The texts are in the runbook."""

    MALFORMED_PAYLOAD = "malformed_payload"
    TOO_LARGE = "too_large"
    UNKNOWN_FORM = "unknown_form"
    ORIGIN_NOT_ALLOWED = "origin_not_allowed"
    VALIDATION_FAILED = "validation_failed"
    SALESFORCE_REJECTED = "salesforce_rejected"
    POSSIBLE_DUPLICATE = "possible_duplicate"
    KEY_USED_BEFORE = "key_used_before"
    RETRIES_EXHAUSTED = "retries_exhausted"
    REPLAY_FAILED = "replay_failed"
    INTERNAL_ERROR = "internal_error"


class Problem(BaseModel):
    """One thing that is wrong. `code` is a stable word; `detail` may quote what was sent."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    code: str
    field: str = ""
    detail: str = ""


class Rejection(BaseModel):
    """Stored in the row. `form_version` is that of the form which judged, not of the one that was filled in."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    reason: Reason
    problems: tuple[Problem, ...] = ()
    form_version: str = ""
    code_version: str = ""
    version: int = REJECTION_VERSION
