"""Whose data a row of the ledger is, said of the row as it is stored: any state, any release, any form. Pure.

What the form asks as its sender's address says whose a row is, and so does the key that was made of it; the same
address anywhere else is somebody's mention of it. Keys alone don't find everything: an edit leaves the first address
in `original_fields` while the keys follow the new one, and a form that takes everything stores what gave no key.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from shared.form.definition import Form
from shared.form.field import FieldType
from shared.intake.person_keys import EMAIL_PREFIX, email_key, phone_key
from shared.spam.lists import taught_key
from shared.values.email_address import addresses_in, same_mailbox, spellings
from shared.values.phone import to_e164

type Item = Mapping[str, Any]
"""A row with plain values, perhaps of another release."""
type Relation = Literal["address", "phone", "erased", "several", "earlier_address", "same_phone", "mentioned", "none"]
"""The first three are this person's rows. Of these nobody but a person can say whose they are. `several`: the address
stands beside something else in the field for it. `earlier_address`: it was edited away, mostly as a typo, so that it
may be a stranger's. `same_phone`: somebody else's address with this number. `mentioned`: in another text."""

THEIRS: Final = frozenset({"address", "phone"})
OF_OTHERS: Final = frozenset({"several", "earlier_address", "same_phone", "mentioned"})
_NUMBER: Final = re.compile(r"[+0-9][0-9 ()./\-]{5,39}")
_AROUND_AT: Final = re.compile(r"\s?@\s?")
_BEFORE_AN_ADDRESS: Final = tuple("<([,;:\"'")
_LOOKED_AT: Final = 20
"""Addresses in one e-mail field; whose stands behind these is mentioned."""


@dataclass(frozen=True, slots=True)
class Subject:
    """`phone` is E.164 or ''; the keys are those of the rows and of the taught lists: they need the stack's secret."""

    email: str
    phone: str
    email_key: str
    phone_key: str
    taught_key: str

    @property
    def mailbox(self) -> str:
        return same_mailbox(self.email)


def subject(secret: bytes, email: str, phone: str = "") -> Subject:
    """Raises ValueError, without quoting, for what is no address or no number with its country."""
    address = email.strip()
    if not _is_address(address):
        raise ValueError("email: an address such as sanne@example.com is wanted")
    number = to_e164(phone, "ZZ") if phone else ""
    if number is None:
        raise ValueError("phone: a number with its country is wanted, such as +31612345678")
    return Subject(
        address,
        number,
        email_key(secret, address),
        phone_key(secret, number) if number else "",
        taught_key(secret, "address", address),
    )


def relation(item: Item, person: Subject, form: Form | None) -> Relation:
    """`form` is the row's, None where it is gone."""
    keys = set(item.get("person_keys") or ())
    if item.get("state") == "erased":
        return "erased" if person.email_key in keys or _has_phone_alone(keys, person) else "none"
    now, before = item.get("fields"), item.get("original_fields")
    addresses = _addresses(now, form)
    if person.mailbox in addresses:
        return "address" if addresses == {person.mailbox} and _is_alone(now, form) else "several"
    earlier = _addresses(before, form)
    if person.email_key in keys and not addresses and (not before or _names_anywhere(now, person)):
        return "address"
    if person.email_key in keys or person.mailbox in earlier:
        return "earlier_address"
    country = form.country if form else "ZZ"
    if person.phone and _is_their_number(item, keys, person, form, country):
        typed = [*_asked(now, _email_fields(form)), *_asked(before, _email_fields(form))]
        of_another = any(text.strip() for text in typed) or any(key.startswith(EMAIL_PREFIX) for key in keys)
        return "same_phone" if of_another else "phone"
    return "mentioned" if _mentions(item, person, country) else "none"


def _has_phone_alone(keys: set[str], person: Subject) -> bool:
    return person.phone_key in keys - {""} and not any(key.startswith(EMAIL_PREFIX) for key in keys)


def _is_their_number(item: Item, keys: set[str], person: Subject, form: Form | None, country: str) -> bool:
    """Not where it was edited away, be the key still the first one's."""
    now = item.get("fields")
    if _holds_number(_asked(now, _phone_fields(form)), person.phone, country):
        return True
    is_first = not item.get("original_fields") or _holds_number(_texts(now), person.phone, country)
    return person.phone_key in keys and is_first


# --- what the form asks of its sender ----------------------------------------------------------------------------


def _email_fields(form: Form | None) -> list[str]:
    return _fields(form, FieldType.EMAIL, ("Email",))


def _phone_fields(form: Form | None) -> list[str]:
    return _fields(form, FieldType.PHONE, ("Phone", "MobilePhone"))


def _fields(form: Form | None, kind: FieldType, lead_fields: tuple[str, ...]) -> list[str]:
    """Those that fill the Lead's; where none does, the only one of its kind."""
    fields = form.fields if form else ()
    found = [one.name for one in fields if one.lead_field in lead_fields]
    of_kind = [one.name for one in fields if one.type is kind]
    return found or (of_kind if len(of_kind) == 1 else [])


def _asked(fields: object, names: list[str]) -> list[str]:
    """The texts in these fields of what was sent."""
    return [text for name in names for text in _texts(fields.get(name))] if isinstance(fields, Mapping) else []


def _addresses(fields: object, form: Form | None) -> set[str]:
    """The mailboxes in the e-mail field, taken out of whatever was typed there."""
    texts = [_closed_up(text) for text in _asked(fields, _email_fields(form))]
    return {same_mailbox(one) for text in texts for one in addresses_in(text)[:_LOOKED_AT]}


def _is_alone(fields: object, form: Form | None) -> bool:
    """Whether nothing stands before an address that may be a part of it, such as `jan de.vries@example.com`."""
    texts = (_closed_up(text) for text in _asked(fields, _email_fields(form)))
    before = (text[: text.find(found[0])].rstrip() for text in texts if (found := addresses_in(text)))
    return all(text == "" or text.endswith(_BEFORE_AN_ADDRESS) for text in before)


def _closed_up(text: str) -> str:
    return _AROUND_AT.sub("@", text)


def _holds_number(texts: Iterable[str], e164: str, country: str) -> bool:
    return any(_NUMBER.fullmatch(text.strip()) and to_e164(text.strip(), country) == e164 for text in texts)


# --- everywhere else ---------------------------------------------------------------------------------------------


def _mentions(item: Item, person: Subject, country: str) -> bool:
    values = [*_texts(item.get("fields")), *_texts(item.get("original_fields"))]
    return _names_anywhere(item, person) or bool(person.phone and _holds_number(values, person.phone, country))


def _names_anywhere(node: object, person: Subject) -> bool:
    wanted = spellings(person.email)
    return any(_names(text, person, wanted) for text in _texts(node))


def _names(text: str, person: Subject, wanted: list[str]) -> bool:
    if "@" not in (text := unicodedata.normalize("NFKC", text)):
        return False
    closed_up = "".join(text.lower().split())
    name = _letters(person.mailbox)
    # The name first: a domain that is not ASCII takes its time, and a text may hold thousands of them.
    alike = (one for one in addresses_in(text) if _letters(one) == name)
    return any(one in closed_up for one in wanted) or any(same_mailbox(one) == person.mailbox for one in alike)


def _letters(address: str) -> str:
    return address.rpartition("@")[0].partition("+")[0].replace(".", "").lower()


def _texts(node: object) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, Mapping):
        for value in node.values():
            yield from _texts(value)
    elif isinstance(node, list | tuple | set):
        for value in node:
            yield from _texts(value)


def _is_address(text: str) -> bool:
    """Whether it has the shape of one: a form that takes everything stores addresses that no mail server would."""
    local, at, domain = text.partition("@")
    return bool(local and at and domain) and len(text) <= 254 and not any(letter.isspace() for letter in text)
