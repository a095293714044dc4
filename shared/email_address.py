"""E-mail addresses: is it one, and whose is it."""

MAX_LENGTH = 80
"""What Lead.Email holds. RFC 5321 allows 254."""


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
    """One spelling for all addresses of a mailbox: no case, no sub-address, one domain for Gmail.

    Only for comparing: mail goes to the address as it was written. Gmail's dots are not folded, since a query
    can't ask for them: two people too many are better than an outcome that depends on the moment.
    """
    local, _, domain = address.strip().lower().rpartition("@")
    local = local.partition("+")[0] or local
    return f"{local}@{'gmail.com' if domain == 'googlemail.com' else domain}"


def spellings(address: str) -> list[str]:
    """Addresses of the same mailbox that a query can ask for by equality; their sub-addresses are asked for by LIKE."""
    mailbox = same_mailbox(address)
    local, _, domain = mailbox.rpartition("@")
    return list(dict.fromkeys([address.lower(), mailbox] + [f"{local}@googlemail.com"] * (domain == "gmail.com")))
