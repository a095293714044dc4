"""No personal data outside the table and Salesforce: what real logs and real queues of the deployed stack hold."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from shared.submission import State
from tests.end_to_end.conftest import LocalStack

CANARY = "Kanariepiet"
PERSON: dict[str, Any] = {
    "first_name": CANARY,
    "last_name": f"{CANARY}stra",
    "email": f"{CANARY}@example.com",
    "phone": "+31612345600",
    "company": f"{CANARY} BV",
    "message": f"Hier is {CANARY}.",
    "consent": True,
    CANARY: CANARY,
}


@pytest.fixture(autouse=True)
def a_quiet_org(stack: LocalStack) -> Iterator[None]:
    stack.reset_org()
    yield
    stack.faults()


def test_no_log_holds_anything_of_a_person(stack: LocalStack) -> None:
    """Every way is walked once: new, known, refused, rejected by us and by Salesforce, quarantined, failing."""
    stack.faults({"fault": "lock_row", "times": 1, "path": "composite/sobjects/Lead"})
    ways = [
        stack.post("contact", PERSON),
        stack.post("contact", PERSON),
        stack.post("contact", {**PERSON, "email": f"2{CANARY}@example.com", "phone": "", "company": "Verboden BV"}),
        stack.post("contact", {**PERSON, "contact_me_by_fax_only": CANARY}),
        stack.post("test-ride", {**PERSON, "email": CANARY, "bike": CANARY}),
    ]
    receipts = [answer.json()["receipt"] for answer in ways]
    refused = [stack.post("contact", {**PERSON, "email": CANARY}), stack.post(CANARY, PERSON)]
    states = [stack.settled(receipt).state for receipt in receipts]
    assert states == [State.CREATED, State.UPDATED, State.REJECTED, State.QUARANTINED, State.REJECTED]
    assert [answer.status_code for answer in refused] == [422, 404]
    logged = list(log_lines(stack))
    assert any(receipts[0] in line for line in logged), "the logs were not read at all"
    assert not [line for line in logged if CANARY.lower() in line.lower() or "612345600" in line]


def test_dead_letters_hold_ids_and_reasons_only(stack: LocalStack) -> None:
    answer = stack.post("test-ride", {**PERSON, "email": CANARY})
    receipt = answer.json()["receipt"]
    assert stack.settled(receipt).state is State.REJECTED
    messages = stack.client("sqs").receive_message(
        QueueUrl=stack.outputs["DeadLetterQueueUrl"], MaxNumberOfMessages=10, VisibilityTimeout=1
    )["Messages"]
    bodies = [json.loads(message["Body"]) for message in messages]
    [letter] = [body for body in bodies if body["submission_id"] == receipt]
    assert set(letter) == {"version", "submission_id", "reason", "form_id", "replay", "rejected_at"}
    assert CANARY not in json.dumps(bodies)


def log_lines(stack: LocalStack) -> Iterator[str]:
    logs = stack.client("logs")
    for group in logs.describe_log_groups()["logGroups"]:
        for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group["logGroupName"]):
            for event in page["events"]:
                yield event["message"]
