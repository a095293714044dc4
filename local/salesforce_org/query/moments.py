"""Date-times as the org stores them, and what SOQL's date literals (TODAY, LAST_N_DAYS:3) span.

Days begin at midnight where the user is. Weeks depend on the user's locale and fiscal years on the org's set-up, and
the reference contradicts itself about LAST_N_YEARS: those are not built.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from typing import Literal
from zoneinfo import ZoneInfo

USER_TIME_ZONE = ZoneInfo("Europe/Amsterdam")
"""That of the seeded integration user."""
FIRST_DAY, LAST_DAY = date(1700, 1, 1), date(4000, 12, 31)
"""The reference's earliest and latest valid dates."""

type _Unit = Literal["DAY", "MONTH", "QUARTER", "YEAR"]
_MONTHS: Mapping[str, int] = MappingProxyType({"MONTH": 1, "QUARTER": 3, "YEAR": 12})
_FIXED: Mapping[str, tuple[_Unit, int, int]] = MappingProxyType(
    {
        "YESTERDAY": ("DAY", -1, 0),
        "TODAY": ("DAY", 0, 1),
        "TOMORROW": ("DAY", 1, 2),
        "LAST_90_DAYS": ("DAY", -90, 1),
        "NEXT_90_DAYS": ("DAY", 1, 91),
    }
)
_RELATIVE = re.compile(r"(LAST|THIS|NEXT)_(MONTH|QUARTER|YEAR)")
_COUNTED = re.compile(r"(?:(LAST|NEXT)_N_(DAY|MONTH|QUARTER|YEAR)S|N_(DAY|MONTH|QUARTER|YEAR)S_AGO):(\d{1,6})")
_NOT_BUILT = re.compile(
    r"(LAST|THIS|NEXT)_(WEEK|FISCAL_QUARTER|FISCAL_YEAR)|LAST_N_YEARS:\d+|"
    r"((LAST|NEXT)_N_(WEEK|FISCAL_QUARTER|FISCAL_YEAR)S|N_(WEEK|FISCAL_QUARTER|FISCAL_YEAR)S_AGO):\d+"
)


class NotBuilt(Exception):
    """A date literal of the reference that the stand-in does not know the span of."""


@dataclass(frozen=True)
class Span:
    """From the first moment up to, not including, the end: stored dates or date-times, which sort as text.

    `ends_now`: the reference lets the span end at the current second, and nobody says what lies after it.
    """

    start: str
    end: str
    ends_now: bool


def stored_datetime(moment: datetime) -> str:
    """How date-times are stored and answered: UTC, whole seconds (the org keeps no fractions)."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def is_date_literal(text: str) -> bool:
    text = text.upper()
    return text in _FIXED or any(pattern.fullmatch(text) for pattern in (_RELATIVE, _COUNTED, _NOT_BUILT))


def span_of(text: str, now: datetime, *, of_days: bool) -> Span:
    """The span of a date literal; `of_days` for a date field, else for a date-time. Raises NotBuilt."""
    today = now.astimezone(USER_TIME_ZONE).date()
    unit, first, end = _offsets(text.upper())
    try:
        first_day, end_day = _start(today, unit, first), _start(today, unit, end)
    except (ValueError, OverflowError):
        raise NotBuilt(text) from None
    if first_day < FIRST_DAY or end_day > LAST_DAY:
        raise NotBuilt(text)
    ends_now = text.upper().startswith(("LAST_N_DAYS", "LAST_90_DAYS"))
    if of_days:
        return Span(first_day.isoformat(), end_day.isoformat(), ends_now)
    end_moment = now.replace(microsecond=0) + timedelta(seconds=1) if ends_now else _midnight(end_day)
    return Span(stored_datetime(_midnight(first_day)), stored_datetime(end_moment), ends_now)


def _offsets(text: str) -> tuple[_Unit, int, int]:
    """(unit, first, end): the span starts `first` units from the current one and ends before the `end`th."""
    if text in _FIXED:
        return _FIXED[text]
    if match := _RELATIVE.fullmatch(text):
        first = {"LAST": -1, "THIS": 0, "NEXT": 1}[match[1]]
        return _unit(match[2]), first, first + 1
    match = _COUNTED.fullmatch(text)
    count = int(match[4]) if match else 0
    if match is None or _NOT_BUILT.fullmatch(text) or count == 0:
        # What a count of nought means is not documented.
        raise NotBuilt(text)
    if match[1] is None:
        return _unit(match[3]), -count, -count + 1
    if match[1] == "NEXT":
        return _unit(match[2]), 1, count + 1
    # LAST_N_DAYS includes today, the longer units leave the current one out.
    return _unit(match[2]), -count, 1 if match[2] == "DAY" else 0


def _unit(text: str) -> _Unit:
    units: Mapping[str, _Unit] = {"DAY": "DAY", "MONTH": "MONTH", "QUARTER": "QUARTER", "YEAR": "YEAR"}
    return units[text]


def _start(today: date, unit: _Unit, offset: int) -> date:
    if unit == "DAY":
        return today + timedelta(days=offset)
    size = _MONTHS[unit]
    months = today.year * 12 + today.month - 1
    year, month = divmod((months // size + offset) * size, 12)
    return date(year, month + 1, 1)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=USER_TIME_ZONE)
