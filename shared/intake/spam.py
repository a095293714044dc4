"""Is this a machine's work? Suspicion never drops anything: the submission is quarantined and can be released."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from shared.form.definition import Form
from shared.submission import FieldValue

HONEYPOT = "honeypot"
TOO_FAST = "too_fast"


def suspicions(form: Form, sent: Mapping[str, FieldValue], now: datetime) -> tuple[str, ...]:
    """Reasons, in the order in which they were looked for; none for a submission that seems honest."""
    found: list[str] = []
    if any(text.strip() for text in _texts(sent.get(form.spam.honeypot, ""))):
        found.append(HONEYPOT)
    started = _moment(sent.get("form_started_at", ""))
    if started and timedelta(0) <= now - started < timedelta(seconds=form.spam.min_seconds):
        found.append(TOO_FAST)
    return tuple(found)


def _texts(value: FieldValue) -> list[str]:
    return [value] if isinstance(value, str) else value


def _moment(value: FieldValue) -> datetime | None:
    """Unix seconds or milliseconds, as browsers and servers write them; anything else says nothing."""
    text = value if isinstance(value, str) else ""
    if not (text.isascii() and text.isdecimal()) or len(text) > 13:
        return None
    number = int(text)
    return datetime.fromtimestamp(number / 1000 if len(text) > 11 else number, UTC)
