"""Keys under which submissions of one person meet, without saying who the person is.

Each key is a keyed hash (HMAC-SHA256): without the stack's secret nobody can try e-mail addresses on it. The first
key is the FIFO queue's message group, so that one person's submissions are processed one after another. All of
them are locked while a submission is processed. Two groups may hold the same person: two e-mail addresses with one
phone, or with nothing in common but a name and a place. And a group does not know of what a killed run has under way,
of a batch that two instances have, or of an erasure.

The key of a name is coarse (initial and last name), because it only makes people wait for each other: most
whom the matcher may take for one person share it, and a stranger who shares it loses seconds. A name whose forms begin
with other letters (Bill, William) has a key for each. Swapped names and mistyped last names share none: two such
submissions at the same moment are two Leads, unless address or number is the same.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any, Final

from shared.form.definition import Form
from shared.intake.validation import CleanValue
from shared.values.cleaning import folded, without_particles
from shared.values.email_address import same_mailbox
from shared.values.phone import to_e164

EMAIL_PREFIX: Final = "e."
_PHONE_PREFIX: Final = "p."
_NAME_PREFIX: Final = "n."
_PHONES: Final = ("Phone", "MobilePhone")
_INITIALS: Final = Path(__file__).parents[1] / "data" / "nickname_initials.json"
_BETWEEN_NAMES: Final = re.compile(r"[\s\-.]+")
_SPELLINGS: Final = (("ae", "a"), ("oe", "o"), ("ue", "u"))
"""Müller and Mueller share a key."""


def person_keys(secret: bytes, form: Form, values: Mapping[str, CleanValue], submission_id: str) -> tuple[str, ...]:
    """At least one: e-mail, phones and name, in this order; who tells none of them stands alone."""
    held = {field.lead_field: str(values[field.name]) for field in form.fields if field.name in values}
    keys: list[str] = []
    if email := held.get("Email"):
        keys.append(email_key(secret, email))
    keys += [phone_key(secret, held[lead_field]) for lead_field in _PHONES if held.get(lead_field)]
    if last_name := held.get("LastName"):
        keys += [_NAME_PREFIX + _hash(secret, name) for name in _coarse(held.get("FirstName", ""), last_name)]
    return tuple(dict.fromkeys(keys)) or (_NAME_PREFIX + _hash(secret, submission_id),)


def record_keys(secret: bytes, record: Mapping[str, Any], countries: Iterable[str]) -> set[str]:
    """Of a Lead as the org has it: keys that a submission has in whose stead, or on which, it was written. A number
    that stands there as people write it is read as one of each country."""
    numbers = (str(record[lead_field]) for lead_field in _PHONES if record.get(lead_field))
    phones = {to_e164(number, country) for number, country in product(numbers, countries)}
    keys = {phone_key(secret, phone) for phone in phones if phone}
    if email := record.get("Email"):
        keys.add(email_key(secret, str(email)))
    if last_name := record.get("LastName"):
        names = _coarse(str(record.get("FirstName") or ""), str(last_name))
        keys |= {_NAME_PREFIX + _hash(secret, name) for name in names}
    return keys


def email_key(secret: bytes, email: str) -> str:
    return EMAIL_PREFIX + _hash(secret, same_mailbox(email))


def phone_key(secret: bytes, e164: str) -> str:
    return _PHONE_PREFIX + _hash(secret, e164)


def _coarse(first_name: str, last_name: str) -> list[str]:
    """Its own initial's first: without address and number that one is the queue's group."""
    own, name = folded(first_name)[:1], folded(without_particles(last_name))
    for long, short in _SPELLINGS:
        name = name.replace(long, short)
    return [f"{initial}|{name}" for initial in (own, *sorted(initials_of(first_name) - {own}))]


def initials_of(first_name: str) -> frozenset[str]:
    """Of the name, of all that it is short for and of all short forms of it; of each of its words."""
    words = [word for word in map(folded, (first_name, *_BETWEEN_NAMES.split(first_name))) if word]
    return frozenset(letter for word in words for letter in word[0] + _other_initials().get(word, ""))


@cache
def _other_initials() -> Mapping[str, str]:
    """Made by scripts/nickname_initials.py."""
    table: dict[str, str] = json.loads(_INITIALS.read_text("utf-8"))["initials"]
    return table


def keys_to_lock(keys: Iterable[str]) -> tuple[str, ...]:
    """In one order for everybody: of two who want the same keys, the one that has the first gets the others too."""
    return tuple(sorted(set(keys)))


def _hash(secret: bytes, text: str) -> str:
    return hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()
