"""Match keys: what people are found by, written on the record in one spelling, where the org has fields for it. Pure.

They are for looking up alone: whether it is the same person is decided on what the record itself says.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from shared.values.cleaning import cut, folded
from shared.values.countries import country_code
from shared.values.email_address import same_mailbox
from shared.values.phone import to_e164
from shared.values.spellings import plain

MATCH_KEYS_VERSION: Final = "k1"
"""Of the rules below: with another one, all records are to be filled again."""
VERSION_FIELD: Final = "Match_Keys__c"
MATCH_KEY_LENGTHS: Final = {
    "Match_Email__c": 80,
    "Match_Phone__c": 20,
    "Match_Mobile__c": 20,
    "Match_Name__c": 130,
    VERSION_FIELD: 10,
}
"""The same on Lead and on Contact; salesforce/match-keys/ has them. All are External Ids, for the index."""
_NAMES: Final = ("FirstName", "LastName")
_DIGRAPHS: Final = re.compile("([aou])e")

type Keys = dict[str, str | None]


def match_key_fields(record: Mapping[str, Any], country: str = "") -> Keys:
    """All keys of a whole record; None where it has nothing to make one of.

    `country` (ISO) reads phone numbers without a country code where the record's own country does not say it.
    """
    return {
        "Match_Email__c": email_key(_text(record, "Email")),
        "Match_Phone__c": _phone_key(record, "Phone", country),
        "Match_Mobile__c": _phone_key(record, "MobilePhone", country),
        "Match_Name__c": name_key(*(_text(record, name) for name in _NAMES)),
        VERSION_FIELD: MATCH_KEYS_VERSION,
    }


def changed_key_fields(changes: Mapping[str, Any]) -> Keys:
    """The keys of what an update changes. One name alone makes no key: the next backfill makes it."""
    keys: Keys = {}
    if "Email" in changes:
        keys["Match_Email__c"] = email_key(_text(changes, "Email"))
    if "Phone" in changes:
        keys["Match_Phone__c"] = _phone_key(changes, "Phone", "")
    if "MobilePhone" in changes:
        keys["Match_Mobile__c"] = _phone_key(changes, "MobilePhone", "")
    match [name for name in _NAMES if name in changes]:
        case []:
            pass
        case [_]:
            # A record without a version is what a backfill looks for.
            keys[VERSION_FIELD] = None
        case _:
            keys["Match_Name__c"] = name_key(*(_text(changes, name) for name in _NAMES))
    return keys


def email_key(email: str) -> str | None:
    mailbox = same_mailbox(email)
    return mailbox if "@" in mailbox.strip("@") and len(mailbox) <= MATCH_KEY_LENGTHS["Match_Email__c"] else None


def name_key(first: str, last: str) -> str | None:
    """The words of both names without accents and in the order of the alphabet; Müller and Mueller are one word.

    Nicknames stay as they are: which names go together, the matcher knows.
    """
    parts = [_words(first), _words(last)]
    if not all(parts):
        return None
    return cut(" ".join(sorted(word for words in parts for word in words)), MATCH_KEY_LENGTHS["Match_Name__c"])


def _words(name: str) -> list[str]:
    words = [_DIGRAPHS.sub(r"\1", folded(word)) for word in re.split(r"[\s\-]+", plain(name))]
    return [word for word in words if word]


def _phone_key(record: Mapping[str, Any], field: str, country: str) -> str | None:
    own = country_code(_text(record, "Country") or _text(record, "MailingCountry"))
    return to_e164(_text(record, field), own or country)


def _text(record: Mapping[str, Any], field: str) -> str:
    value = record.get(field)
    return value if isinstance(value, str) else ""
