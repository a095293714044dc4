"""What the measures look at, and what they say."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from shared.form.definition import Form
from shared.form.field import FieldType
from shared.submission import FieldValue

_LOOKED_AT: Final = 10_000
"""Characters of one answer. Twice what forms allow; the rest only costs time."""


class Sign(NamedTuple):
    """`reason` is a key of DEFAULT_WEIGHTS."""

    reason: str
    times: int = 1


@dataclass(frozen=True, slots=True)
class Post:
    """What was sent, seen by the form. `secret` is the stack's person key."""

    form: Form
    sent: Mapping[str, FieldValue]
    secret: bytes
    now: datetime

    def typed(self, *types: FieldType) -> Iterator[str]:
        """What the visitor typed in fields of these types, without blanks."""
        for field in self.form.fields:
            if field.type in types:
                yield from (text[:_LOOKED_AT] for text in texts(self.sent.get(field.name, "")) if text.strip())

    def addresses(self) -> tuple[str, ...]:
        """In lower case."""
        return tuple(text.strip().lower() for text in self.typed(FieldType.EMAIL) if "@" in text)


def texts(value: FieldValue) -> list[str]:
    return [value] if isinstance(value, str) else value
