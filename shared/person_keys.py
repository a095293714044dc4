"""Keys under which submissions of one person meet, without saying who the person is.

Each key is a keyed hash (HMAC-SHA256): without the stack's secret nobody can try e-mail addresses on it. The first
key is the FIFO queue's message group, so one person's submissions are processed one after another. The
others are locked while a submission is processed, since two groups may hold the same person (two
e-mail addresses, one phone).
"""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Final

from shared.cleaning import folded
from shared.email_address import same_mailbox
from shared.form import Form
from shared.validation import CleanValue

EMAIL_PREFIX: Final = "e."
_PHONE_PREFIX: Final = "p."
_NAME_PREFIX: Final = "n."


def person_keys(secret: bytes, form: Form, values: Mapping[str, CleanValue], submission_id: str) -> tuple[str, ...]:
    """At least one: e-mail, phones, else name with company, else the submission stands alone."""
    held = {field.lead_field: str(values[field.name]) for field in form.fields if field.name in values}
    keys: list[str] = []
    if email := held.get("Email"):
        keys.append(EMAIL_PREFIX + _hash(secret, same_mailbox(email)))
    keys += [
        _PHONE_PREFIX + _hash(secret, held[lead_field])
        for lead_field in ("Phone", "MobilePhone")
        if held.get(lead_field)
    ]
    if not keys and held.get("LastName"):
        name = "|".join(folded(held.get(part, "")) for part in ("FirstName", "LastName", "Company"))
        keys.append(_NAME_PREFIX + _hash(secret, name))
    return tuple(dict.fromkeys(keys)) or (_NAME_PREFIX + _hash(secret, submission_id),)


def keys_to_lock(keys: tuple[str, ...]) -> tuple[str, ...]:
    """An e-mail key is always the queue's group, which serialises it already."""
    return tuple(key for key in keys if not key.startswith(EMAIL_PREFIX))


def _hash(secret: bytes, text: str) -> str:
    return hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()
