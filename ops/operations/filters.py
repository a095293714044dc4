"""Which submissions a command is about: what an operator typed, read and held against rows. Pure."""

import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ops.errors import usage
from shared.rejection import Reason
from shared.submission import FieldValue, State, Submission, Summary

_AGE: Final = re.compile(r"([0-9]{1,5})([smhdw])")
_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


@dataclass(frozen=True, slots=True)
class Filter:
    """Every part that is given must hold. Ages count from the moment of receipt."""

    states: tuple[State, ...] = ()
    reason: Reason | None = None
    form_id: str = ""
    older_than: timedelta | None = None
    newer_than: timedelta | None = None
    ids: tuple[str, ...] = ()

    def matches(self, row: Submission | Summary, now: datetime) -> bool:
        return (
            (not self.states or row.state in self.states)
            and (self.reason is None or row.reason == self.reason)
            and (not self.form_id or row.form_id == self.form_id)
            and (self.older_than is None or now - row.received_at > self.older_than)
            and not self.is_too_old(row, now)
            and (not self.ids or row.submission_id in self.ids)
        )

    def is_too_old(self, row: Submission | Summary, now: datetime) -> bool:
        return self.newer_than is not None and now - row.received_at >= self.newer_than

    @property
    def narrows(self) -> bool:
        """Whether anything but the state was asked for."""
        return bool(self.reason or self.form_id or self.older_than or self.newer_than or self.ids)


def parse_age(text: str) -> timedelta:
    """Raises OpsError (usage)."""
    found = _AGE.fullmatch(text.strip())
    if not found:
        raise usage(f"{text!r} is not a duration: use a whole number and s, m, h, d or w, such as 30m, 2h or 3d.")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def parse_ids(texts: Iterable[str]) -> tuple[str, ...]:
    """In lower case, each once. Raises OpsError (usage)."""
    return tuple(dict.fromkeys(_id(text) for text in texts))


def _id(text: str) -> str:
    try:
        return str(uuid.UUID(text.strip()))
    except ValueError:
        raise usage(f"{text!r} is not a submission id: those look like 0b2f6f0e-4c1d-4b5e-9d3a-7f1c2d3e4f50.") from None


def parse_assignments(texts: Iterable[str]) -> dict[str, FieldValue]:
    """`name=value` texts; a name that comes more than once gets a list. Raises OpsError (usage)."""
    values: dict[str, list[str]] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            # The text itself may be somebody's data: it is not repeated on the screen.
            raise usage("a field and its value are written as name=value, such as email=sanne@example.com.")
        values.setdefault(name.strip(), []).append(value)
    return {name: given[0] if len(given) == 1 else given for name, given in values.items()}


def parse_why(text: str) -> str:
    """Raises OpsError (usage)."""
    why = text.strip()
    if not 1 <= len(why) <= 200 or "@" in why:
        raise usage("--why is 1 to 200 characters and stays in the history: no names, no e-mail addresses.")
    return why


def build_filter(
    *,
    states: tuple[State, ...],
    reason: Reason | None,
    form_id: str,
    older_than: str,
    newer_than: str,
    ids: Iterable[str] | None,
) -> Filter:
    """From what was typed. Raises OpsError (usage)."""
    return Filter(
        states=states,
        reason=reason,
        form_id=form_id,
        older_than=parse_age(older_than) if older_than else None,
        newer_than=parse_age(newer_than) if newer_than else None,
        ids=parse_ids(ids or ()),
    )
