"""What the measures look at, and what they say."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final, NamedTuple

from shared.form.definition import Form
from shared.form.field import FieldType
from shared.submission import FieldValue
from shared.values.looks import folded_address

LOOKED_AT: Final = 20_000
"""Characters of all answers together, in the order of the form's fields: the rest only costs time."""
ADDRESSES: Final = 10
"""Of a longer list of addresses no form makes a Lead."""


class Sign(NamedTuple):
    """`reason` is a key of DEFAULT_WEIGHTS."""

    reason: str
    times: int = 1


@dataclass(frozen=True, slots=True)
class Post:
    """What was sent, seen by the form. `secret` is the stack's person key; `proven`: by a server whose key says so."""

    form: Form
    sent: Mapping[str, FieldValue]
    secret: bytes
    now: datetime
    proven: bool = False

    def typed(self, *types: FieldType) -> Iterator[str]:
        """What the visitor typed in fields of these types, without blanks."""
        left = LOOKED_AT
        for field in self.form.fields:
            for text in texts(self.sent.get(field.name, "")):
                if left <= 0:
                    return
                # More than the field takes is an error. Twice as much shows what it is, and leaves room for the others.
                looked_at = text[: min(left, 2 * field.max_length)]
                left -= len(looked_at) or 1
                if field.type in types and looked_at.strip():
                    yield looked_at

    def addresses(self) -> tuple[str, ...]:
        """As `folded_address` writes them."""
        folded = (folded_address(text) for text in islice(self.typed(FieldType.EMAIL), ADDRESSES))
        return tuple(one for one in folded if "@" in one)


def texts(value: FieldValue) -> list[str]:
    return [value] if isinstance(value, str) else value
