"""E-mail addresses: is it one, and whose is it."""

MAX_LENGTH = 80
"""What Lead.Email holds. RFC 5321 allows 254."""
_GMAIL = ("gmail.com", "googlemail.com")
"""The one provider that says of its own addresses that dots don't count, and that both domains are one."""


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


def same_mailbox(address: str) -> str:
    """One spelling for all addresses of a mailbox: no case, no sub-address; at Gmail no dots, and one domain.

    Only for comparing: mail goes to the address as it was written. A query can't ask for an address with its dots in
    other places; the person's names find such a record.
    """
    local, _, domain = address.strip().lower().rpartition("@")
    local = local.partition("+")[0] or local
    if domain in _GMAIL:
        return f"{local.replace('.', '') or local}@gmail.com"
    return f"{local}@{domain}"


def spellings(address: str) -> list[str]:
    """Addresses of the same mailbox that a query can ask for by equality; their sub-addresses are asked for by LIKE."""
    typed = address.strip().lower()
    local, _, domain = typed.rpartition("@")
    plain = f"{local.partition('+')[0] or local}@{domain}"
    found = [typed, plain, same_mailbox(address)]
    if domain in _GMAIL:
        found += [f"{one.rpartition('@')[0]}@{other}" for one in found[1:] for other in _GMAIL]
    return list(dict.fromkeys(found))
