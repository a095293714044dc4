"""E-mail addresses: is it one, and whose is it."""

import re
import unicodedata
from itertools import pairwise
from string import punctuation
from typing import Final

MAX_LENGTH = 80
"""What Lead.Email holds. RFC 5321 allows 254."""
_GMAIL = ("gmail.com", "googlemail.com")
"""The one provider that says of its own addresses that dots don't count, and that both domains are one."""
_BETWEEN: Final = re.compile(r"[\s<>()\[\],;:\"]+")
"""What stands around addresses in a text, and never in one but between quotes, which nobody uses."""


def valid_email(text: str) -> str | None:
    """The address as it is written on the Lead (domain in lower case), or None. Nothing is asked of the network."""
    import email_validator  # noqa: PLC0415 (its import is dear, and not each warm request needs it)

    if not text or len(text) > MAX_LENGTH or not text.isprintable():
        return None
    try:
        checked = email_validator.validate_email(text, check_deliverability=False)
    except email_validator.EmailNotValidError:
        return None
    # Salesforce takes ASCII addresses; a domain such as müller.de has an ASCII form, a local part has none.
    address = checked.ascii_email
    return address if address and len(address) <= MAX_LENGTH else None


def as_compared(address: str) -> str:
    """In lower case, and what is not ASCII as `valid_email` would write it. Takes texts that are no address, too."""
    text = address.strip()
    if text.isascii():
        return text.lower()
    local, at, domain = unicodedata.normalize("NFC", text).rpartition("@")
    return f"{local}{at}{_in_ascii(domain)}".lower()


def _in_ascii(domain: str) -> str:
    import email_validator  # noqa: PLC0415 (as above)

    try:
        checked = email_validator.validate_email(f"x@{domain}", check_deliverability=False)
    except email_validator.EmailNotValidError:
        return domain
    return checked.ascii_domain or domain


def addresses_in(text: str) -> list[str]:
    """All that has the shape of an address in a text, without what stands around it. Takes time for its length only."""
    found: list[str] = []
    for word in _BETWEEN.split(text):
        parts = word.split("@")
        for before, after in pairwise(parts):
            local, domain = before.strip("'"), after.rstrip(punctuation)
            if local and domain:
                found.append(f"{local}@{domain}")
    return found


def same_mailbox(address: str) -> str:
    """One spelling for all addresses of a mailbox: no case, no sub-address, a domain in ASCII; at Gmail no dots, and
    one domain.

    Only for comparing: mail goes to the address as it was written. A query can't ask for an address with its dots in
    other places; the person's names find such a record.
    """
    local, _, domain = as_compared(address).rpartition("@")
    local = local.partition("+")[0] or local
    if domain in _GMAIL:
        return f"{local.replace('.', '') or local}@gmail.com"
    return f"{local}@{domain}"


def spellings(address: str) -> list[str]:
    """Addresses of the same mailbox that a query can ask for by equality; their sub-addresses are asked for by LIKE."""
    typed = as_compared(address)
    local, _, domain = typed.rpartition("@")
    plain = f"{local.partition('+')[0] or local}@{domain}"
    found = [typed, plain, same_mailbox(address)]
    if domain in _GMAIL:
        found += [f"{one.rpartition('@')[0]}@{other}" for one in found[1:] for other in _GMAIL]
    return list(dict.fromkeys(found))
