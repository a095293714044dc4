"""Whose data a row of the ledger is, said of the row as it is stored: any state, any release, any form. Pure.

Keys alone don't find everything. An edit leaves the first address in `original_fields` while the keys follow the new
one; a form that takes everything stores addresses that gave no key. So values are compared too.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from shared.intake.person_keys import EMAIL_PREFIX, email_key, phone_key
from shared.spam.lists import taught_key
from shared.values.email_address import same_mailbox, spellings
from shared.values.phone import to_e164

type Item = Mapping[str, Any]
"""A row with plain values, perhaps of another release."""
type Relation = Literal["address", "earlier_address", "phone", "erased", "same_phone", "mentioned", "none"]
"""The first four are this person's rows. `same_phone`: somebody else's address with this number. `mentioned`: the
address stands in a text of somebody else's."""

THEIRS: Final = frozenset({"address", "earlier_address", "phone"})
OF_OTHERS: Final = frozenset({"same_phone", "mentioned"})
_NUMBER: Final = re.compile(r"[+0-9][0-9 ()./\-]{5,39}")


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


def relation(item: Item, person: Subject, country: str) -> Relation:
    """`country` is of numbers without a code: the form's."""
    keys = set(item.get("person_keys") or ())
    if item.get("state") == "erased":
        return "erased" if keys & {person.email_key, person.phone_key} - {""} else "none"
    now, before = list(_texts(item.get("fields"))), list(_texts(item.get("original_fields")))
    addresses = {same_mailbox(text) for text in now if _is_address(text.strip())}
    if person.mailbox in addresses or (person.email_key in keys and not addresses):
        return "address"
    if person.email_key in keys or any(same_mailbox(text) == person.mailbox for text in before):
        return "earlier_address"
    if person.phone and (person.phone_key in keys or _holds_number([*now, *before], person.phone, country)):
        of_another = addresses or any(key.startswith(EMAIL_PREFIX) for key in keys)
        return "same_phone" if of_another else "phone"
    return "mentioned" if _mentions(item, person) else "none"


def _holds_number(texts: list[str], e164: str, country: str) -> bool:
    return any(_NUMBER.fullmatch(text.strip()) and to_e164(text.strip(), country) == e164 for text in texts)


def _mentions(item: Item, person: Subject) -> bool:
    wanted = spellings(person.email)
    return any(one in text for text in map(str.lower, _texts(item)) for one in wanted)


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
