"""Phone numbers by the country's own plan (libphonenumber). Loaded when the first number comes by."""

from functools import lru_cache

MAX_LENGTH = 40
"""Longer is no number; it also keeps hostile texts from costing time."""


@lru_cache(maxsize=16_384)
def to_e164(text: str, country: str) -> str | None:
    """`06-12345678` in NL is `+31612345678`; None where the text is no possible, valid number.

    Reading a number takes 0.2 ms, and each of a batch is held against the same records: the last ones are kept.
    """
    import phonenumbers  # noqa: PLC0415 (40 ms that a form without phone numbers need not pay)

    if not text or len(text) > MAX_LENGTH or any(letter.isalpha() for letter in text):
        return None
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number) or number.extension:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def may_be_landline(e164: str) -> bool:
    """By the country's plan; where mobile numbers look like others (US, CA), every number may be one."""
    import phonenumbers  # noqa: PLC0415

    kinds = phonenumbers.PhoneNumberType
    kind = phonenumbers.number_type(phonenumbers.parse(e164, None))
    return kind in {kinds.FIXED_LINE, kinds.FIXED_LINE_OR_MOBILE}


def spellings(e164: str) -> list[str]:
    """How people write this number in a CRM: what a look-up by equality has to ask for."""
    import phonenumbers  # noqa: PLC0415

    number = phonenumbers.parse(e164, None)
    formats = phonenumbers.PhoneNumberFormat
    national = phonenumbers.format_number(number, formats.NATIONAL)
    international = phonenumbers.format_number(number, formats.INTERNATIONAL)
    area, _, rest = national.replace("-", " ").partition(" ")
    local = rest.replace(" ", "")
    pairs = " ".join(local[start : start + 2] for start in range(0, len(local), 2))
    code, trunk_less = number.country_code, area.removeprefix("0")
    variants = [
        e164,
        international,
        international.replace("-", " "),
        e164.replace("+", "00"),
        national,
        national.replace("-", " "),
        area + local,
        f"{area}-{local}",
        f"{area} {local}",
        f"{area} - {local}",
        f"({area}) {local}",
        f"{area} {pairs}",
        f"{area}-{pairs}",
        f"+{code} {trunk_less} {local}",
        f"+{code} {trunk_less} {pairs}",
        f"+{code}-{trunk_less}-{local}",
        f"00{code} {trunk_less} {local}",
    ]
    if area.startswith("0"):
        variants += [f"+{code} (0){trunk_less} {local}", f"+{code}(0){trunk_less}{local}"]
    return list(dict.fromkeys(variants))
