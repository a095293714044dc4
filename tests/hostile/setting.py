"""The forms that hostile requests are sent to, and everything around the intake: its own adapters, on stores in memory.

The adapters of the table and the queue are the real ones, so that what they refuse, or can't write, is found as well.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final, cast

from botocore.exceptions import ClientError

from functions.intake.dependencies import Dependencies
from local.intake_keys import INTAKE_SECRET
from shared.aws.lead_queue import SubmissionQueue
from shared.aws.ledger import Ledger
from shared.form.definition import Form, forms, parse_form
from shared.submission import Submission
from tests.builders import NOW, SECRET
from tests.every_kind import EVERY_KIND
from tests.fakes.stores import FakeSpamMemory
from tests.unit.captcha_forms import with_captcha
from tests.unit.web_to_lead_desk import form_with

LARGEST_ROW: Final = 400 * 1024
"""Bytes that DynamoDB takes."""
_OTHER_ORG: Final = "00D000000000063"
_QUOTE: Final = f"""
[web_to_lead]
org_id = "{_OTHER_ORG}"
debug = true
[web_to_lead.fields]
"00N000000000001" = "product"
"00N000000000002" = "extras"
"00N000000000003EAA" = "number"
"00N000000000004" = "consent"
"00N000000000005" = "timing"
"""
_RIDE: Final = f"""
[web_to_lead]
org_id = "{_OTHER_ORG}"
match = {{ lead_source = "Ride" }}
date_order = "dmy"
[web_to_lead.fields]
"00N000000000001" = "bike"
"00N000000000002" = "preferred_date"
"00N000000000004" = "consent"
"00N000000000005" = "newsletter"
"""
OIDS: Final = {"contact": "00D000000000062", "quote": _OTHER_ORG, "test-ride": f"{_OTHER_ORG}EAA"}
PAGE_NAMES: Final[Mapping[str, Mapping[str, str]]] = {
    "contact": {"message": "description", "consent": "00N000000000007"},
    "quote": {
        "product": "00N000000000001",
        "extras": "00N000000000002",
        "number": "00N000000000003",
        "consent": "00N000000000004",
        "timing": "00N000000000005",
        "message": "description",
    },
    "test-ride": {
        "phone": "mobile",
        "bike": "00N000000000001EAA",
        "preferred_date": "00N000000000002",
        "consent": "00N000000000004",
        "newsletter": "00N000000000005",
    },
}
"""What a generated page calls the answers of a form; those that are not here have the form's own name."""


@cache
def hostile_forms() -> Mapping[str, Form]:
    """The demo's, of which two more take pages, and one of all kinds of question behind a captcha."""
    return {
        "contact": forms()["contact"],
        "quote": form_with(_QUOTE, "quote"),
        "test-ride": form_with(_RIDE, "test-ride"),
        "everything": with_captcha(parse_form(EVERY_KIND, name="everything.toml"), "turnstile"),
    }


def _refused(code: str, **more: Any) -> ClientError:
    return ClientError(cast("Any", {"Error": {"Code": code, "Message": "refused"}, **more}), "call")


@dataclass
class Table:
    """Of DynamoDB what the intake asks of it, and its limit on rows."""

    items: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    is_down: bool = False

    def put_item(self, *, Item: Mapping[str, Any], **_: Any) -> None:  # noqa: N803 (AWS's own name)
        self._answer()
        if _size({"M": Item}) > LARGEST_ROW:
            raise _refused("ValidationException")
        if there := self.items.get(Item["submission_id"]["S"]):
            raise _refused("ConditionalCheckFailedException", Item=there)
        self.items[Item["submission_id"]["S"]] = Item

    def get_item(self, *, Key: Mapping[str, Any], **_: Any) -> dict[str, Any]:  # noqa: N803
        self._answer()
        there = self.items.get(Key["submission_id"]["S"])
        return {"Item": there} if there else {}

    def _answer(self) -> None:
        if self.is_down:
            raise _refused("ProvisionedThroughputExceededException")


def _size(value: Mapping[str, Any]) -> int:
    """As DynamoDB counts, about: UTF-8 of names and texts. A text that has no UTF-8 raises, as it would in boto3."""
    [(kind, inside)] = value.items()
    match kind:
        case "M":
            return sum(len(name.encode()) + _size(one) + 1 for name, one in inside.items()) + 3
        case "L":
            return sum(_size(one) + 1 for one in inside) + 3
        case "S":
            return len(inside.encode())
        case _:
            return 21


@dataclass
class Sqs:
    """Ids that are on the queue."""

    sent: set[str] = field(default_factory=set)
    is_down: bool = False

    def send_message(self, *, MessageDeduplicationId: str, MessageBody: str, **_: Any) -> None:  # noqa: N803
        if self.is_down:
            raise _refused("ServiceUnavailable")
        assert MessageDeduplicationId in MessageBody
        self.sent.add(MessageDeduplicationId)


@dataclass
class Setting:
    table: Table = field(default_factory=Table)
    sqs: Sqs = field(default_factory=Sqs)
    memory: FakeSpamMemory = field(default_factory=FakeSpamMemory)

    def __post_init__(self) -> None:
        self.ledger = Ledger(cast("Any", self.table), "submissions")
        self._dependencies = Dependencies(
            ledger=self.ledger,
            queue=SubmissionQueue(cast("Any", self.sqs), "https://sqs.example/submissions.fifo"),
            secret=lambda: SECRET,
            intake_secrets=lambda: INTAKE_SECRET,
            forms=hostile_forms(),
            extra_origins=(),
            now=lambda: NOW,
            spam_memory=self.memory,
        )

    def dependencies(self) -> Dependencies:
        return self._dependencies

    def row(self, submission_id: str) -> Submission | None:
        """As the processor will read it, whether or not the intake can reach the table now."""
        was_down, self.table.is_down = self.table.is_down, False
        try:
            return self.ledger.get(submission_id)
        finally:
            self.table.is_down = was_down
