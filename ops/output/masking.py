"""What a screen shows of people: enough to tell submissions apart, too little to read somebody's data off it. Pure.

Open are only answers from closed lists: a choice, yes or no, a country, a number within the form's limits.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import urlsplit

from shared.form.definition import Form
from shared.form.field import FieldType, FormField
from shared.submission import FieldValue
from shared.values.cleaning import folded
from shared.values.countries import country_code

DOTS: Final = "•••"
_DOMAIN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*\.[A-Za-z]{2,}")
_YES_NO: Final = frozenset({"true", "false", "yes", "no", "ja", "nee", "on", "off", "1", "0", "y", "n", "j"})
_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,9}")
_TELLING: Final = re.compile(
    r"""(?P<email>[^\s@<>"'(/]+@[\w.-]*\w) | (?P<number>\+?\d[\d\s()./-]{4,}\d) | (?P<word>[^\W_]+)""", re.VERBOSE
)
_CONTAINED_FROM: Final = 4
"""Letters: a shorter word inside another one (`is` in `this`) says nothing about anybody."""
_PREFIX_FROM: Final = 3


def mask_email(text: str) -> str:
    """`s•••@example.com`; what is no address is masked as a name."""
    _, at, domain = text.strip().rpartition("@")
    return f"{_initial(text)}{DOTS}@{domain}" if at and _DOMAIN.fullmatch(domain) else mask_name(text)


def mask_phone(text: str) -> str:
    """The last two digits; none of a number so short that they would be half of it."""
    digits = [letter for letter in text if letter.isdecimal()]
    return DOTS + ("".join(digits[-2:]) if len(digits) > 5 else "")


def mask_name(text: str) -> str:
    """The initial. Always three dots, so that the length says nothing."""
    return f"{_initial(text)}{DOTS}" if text.strip() else text


def mask_long(text: str) -> str:
    return f"{DOTS} ({len(text)} characters)" if text.strip() else text


def mask_url(url: str, known: Iterable[str] = ()) -> str:
    """Where it leads, without user name, query and fragment: these may name a person."""
    try:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
    except ValueError:
        return DOTS
    if not url or parts.scheme not in {"http", "https"}:
        return DOTS if url else url
    hidden = f"?{DOTS}" if parts.query or parts.fragment else ""
    return f"{parts.scheme}://{host}{mask_text(parts.path, known)}{hidden}"


def mask_text(text: str, known: Iterable[str] = ()) -> str:
    """A sentence without anything that looks like an address or a number, and without the words of `known`.

    A word also goes when it is the beginning of a known one (error texts cut values off) or holds one.
    """
    words = {folded(word) for value in known for word in re.findall(r"[^\W_]+", value)} - {""}

    def replace(found: re.Match[str]) -> str:
        if found["email"]:
            return mask_email(found["email"])
        if found["number"]:
            return mask_phone(found["number"])
        return DOTS if _tells(folded(found["word"]), words) else found["word"]

    return _TELLING.sub(replace, text)


def _tells(word: str, known: set[str]) -> bool:
    if len(word) < 2:
        return word in known and not word.isascii()
    return any(
        word == one
        or (len(word) >= _PREFIX_FROM and one.startswith(word))
        or ((len(one) >= _CONTAINED_FROM or not one.isascii()) and one in word)
        for one in known
    )


def mask_fields(form: Form | None, fields: Mapping[str, FieldValue]) -> dict[str, FieldValue]:
    """`form` is None where this release does not know it: then every answer is masked."""
    return {name: _mask_value(form, name, value) for name, value in fields.items()}


def masked_words(form: Form | None, *several: Mapping[str, FieldValue] | None) -> list[str]:
    """All answers that are masked, as they were given: what no other text may repeat."""
    return [
        text
        for fields in several
        for name, value in (fields or {}).items()
        for text in _texts(value)
        if _mask(form, name, text) != text
    ]


def _mask_value(form: Form | None, name: str, value: FieldValue) -> FieldValue:
    return _mask(form, name, value) if isinstance(value, str) else [_mask(form, name, text) for text in value]


def _texts(value: FieldValue) -> list[str]:
    return [value] if isinstance(value, str) else value


def _mask(form: Form | None, name: str, text: str) -> str:
    form_field = form.field(name) if form else None
    if form_field:
        return text if _is_from_a_closed_list(form_field, text) else _mask_typed(form_field, text)
    is_consent = form and form.consent and name == form.consent.field
    return text if is_consent and text.lower() in _YES_NO else _mask_unknown(text)


def _mask_typed(form_field: FormField, text: str) -> str:
    match form_field.type:
        case FieldType.EMAIL:
            return mask_email(text)
        case FieldType.PHONE:
            return mask_phone(text) if text.strip() else text
        case FieldType.TEXTAREA:
            return mask_long(text)
        case _:
            return mask_name(text)


def _mask_unknown(text: str) -> str:
    digits = sum(letter.isdecimal() for letter in text)
    if "@" in text:
        return mask_email(text)
    return mask_phone(text) if digits > len(text) / 2 else mask_name(text)


def _is_from_a_closed_list(form_field: FormField, text: str) -> bool:
    match form_field.type:
        case FieldType.CHOICE | FieldType.CHOICES:
            return text in {choice.value for choice in form_field.choices}
        case FieldType.BOOLEAN:
            return text.lower() in _YES_NO
        case FieldType.COUNTRY:
            return country_code(text) is not None
        case FieldType.INTEGER if form_field.minimum is not None and form_field.maximum is not None:
            return bool(_NUMBER.fullmatch(text)) and form_field.minimum <= int(text) <= form_field.maximum
        case _:
            return False


def _initial(text: str) -> str:
    first = text.strip()[:1]
    return first if first.isalpha() else ""
