"""A labelled submission, and how it reaches the measures."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Literal

from shared.form.definition import Form
from shared.intake.form_start import signed_start
from shared.spam.signs import Post
from shared.submission import FieldValue

_FOLDER: Final = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Labelled:
    """`fields` are the contact form's, and two more: `seconds` since the page was opened ('' where the page tells none,
    `forged` with a signature that is not ours, `garbage` for what is no moment), and `honeypot`."""

    label: Literal["honest", "spam"]
    kind: str
    fields: dict[str, str]
    by_a_critic: bool = False
    """Written by somebody who looked for faults of the rules, and wrote none of them."""

    def post(self, form: Form, secret: bytes, now: datetime) -> Post:
        fields = dict(self.fields)
        seconds, honeypot = fields.pop("seconds", ""), fields.pop("honeypot", "")
        sent: dict[str, FieldValue] = {**fields, "consent": "on", form.spam.honeypot: honeypot}
        if seconds == "forged":
            sent["form_started_at"] = signed_start(b"not the key", form.id, now - timedelta(minutes=1))
        elif seconds == "garbage":
            sent["form_started_at"] = "yesterday"
        elif seconds:
            sent["form_started_at"] = signed_start(secret, form.id, now - timedelta(seconds=int(seconds)))
        return Post(form, sent, secret, now)


def by_hand(label: Literal["honest", "spam"]) -> Iterator[Labelled]:
    """One JSON object a line: `kind` and the fields."""
    for name, by_a_critic in ((label, False), (f"{label}_by_a_critic", True)):
        for line in (_FOLDER / f"{name}.jsonl").read_text("utf-8").splitlines():
            fields = json.loads(line)
            yield Labelled(label, fields.pop("kind"), fields, by_a_critic)
