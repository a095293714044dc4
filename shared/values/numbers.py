"""Numbers as people type them: `1,000,000`, `1.000.000`, `€ 12,50`, `15%`. Exact: never a binary fraction. Pure."""

import re
import unicodedata
from decimal import Decimal
from typing import Final, Literal

type Mark = Literal[".", ","]
"""What stands before the decimals."""

_CENTS: Final = re.compile(r" ?[.,] ?[-–—]{1,2}$")
"""Of `€ 500,-`."""
_DIGITS: Final = re.compile(r"[0-9]+")
_GROUPED: Final = {
    **{mark: re.compile(rf"[1-9][0-9]{{0,2}}(?:{re.escape(mark)}[0-9]{{3}})+") for mark in ". '"},
    # Also 12,34,567, as in India.
    ",": re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+|[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}"),
}
"""By what stands between the thousands. A group that begins with 0 is none: 0.125 has decimals."""
_MOST_PLACES: Final = 300
"""Of a number that is written out: more than any field takes, and few enough to write."""


def read_number(text: str, mark: Mark) -> Decimal | None:
    """None where it is no number. `text` is one line.

    One separator before three digits can mean thousands or decimals (`1.234`): there `mark` decides, as the language of
    the form has it. Everything else can be read in one way only.
    """
    bare = _CENTS.sub("", _without_unit(text.replace("\u2212", "-").replace("’", "'")))
    sign = "-" if bare[:1] == "-" else ""
    digits = bare[1:].lstrip() if bare[:1] in {"+", "-"} else bare
    for decimals in (mark, "", "," if mark == "." else "."):
        if found := _read(digits, decimals):
            return Decimal(sign + found)
    return None


def _read(digits: str, decimals: str) -> str:
    """With a point, if `decimals` is what stands before the decimals here; else ''."""
    whole, fraction = digits, ""
    if decimals:
        whole, found, fraction = digits.rpartition(decimals)
        if not found or not _DIGITS.fullmatch(fraction):
            return ""
    is_whole = _DIGITS.fullmatch(whole) or (decimals and not whole)
    if not is_whole and not any(one.fullmatch(whole) for mark, one in _GROUPED.items() if mark != decimals):
        return ""
    return f"{re.sub('[^0-9]', '', whole) or '0'}.{fraction or '0'}"


def _without_unit(text: str) -> str:
    """One sign of a currency or per cent, at either end; a minus may stand before it."""
    sign = text[:1] if text[:1] in {"+", "-"} and _is_unit(text[1:2]) else ""
    rest = text[len(sign) :]
    if _is_unit(rest[:1]):
        return sign + rest[1:].lstrip()
    return sign + (rest[:-1].rstrip() if _is_unit(rest[-1:]) else rest)


def _is_unit(letter: str) -> bool:
    return letter == "%" or (letter != "" and unicodedata.category(letter) == "Sc")


def exact_text(number: Decimal) -> str | None:
    """Written out so that `read_number` gives the same in every language. None where that takes hundreds of digits."""
    if not number.is_finite() or max(abs(number.adjusted()), len(number.as_tuple().digits)) > _MOST_PLACES:
        return None
    places = decimals_of(number)
    if not places:
        return str(int(number))
    # Three decimals could be thousands.
    return f"{number:f}".rstrip("0") + ("0" if places == 3 else "")


def decimals_of(number: Decimal) -> int:
    """Without the noughts at the end."""
    return 0 if number == number.to_integral_value() else len(f"{number:f}".rstrip("0").partition(".")[2])
