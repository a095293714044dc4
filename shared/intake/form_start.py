"""When a page with a form was opened: a moment that only we can have written, so that a machine can't invent one."""

import hashlib
import hmac
import re
from datetime import UTC, datetime
from typing import Final

_SIGNED: Final = re.compile(r"([0-9]{9,11})\.([0-9a-f]{32})")


def signed_start(secret: bytes, form_id: str, now: datetime) -> str:
    """For the hidden field `form_started_at`: Unix seconds, a dot, 32 hexadecimal digits."""
    seconds = str(int(now.timestamp()))
    return f"{seconds}.{_signature(secret, form_id, seconds)}"


def started_at(secret: bytes, form_id: str, text: str) -> datetime | None:
    """None where it is not our signature, for this form."""
    found = _SIGNED.fullmatch(text)
    if not found or not hmac.compare_digest(found[2], _signature(secret, form_id, found[1])):
        return None
    return datetime.fromtimestamp(int(found[1]), UTC)


def _signature(secret: bytes, form_id: str, seconds: str) -> str:
    key = hmac.new(secret, b"form-start", hashlib.sha256).digest()
    return hmac.new(key, f"{form_id}\n{seconds}".encode(), hashlib.sha256).hexdigest()[:32]
