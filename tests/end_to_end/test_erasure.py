"""The erasure drill on the deployed stack: canaries in every place, and after `erase` in none.

Named as not reached, in docs/privacy.md: point-in-time backups of the table, and the org's recycle bin.
"""

import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from typer.testing import CliRunner

from ops.cli import app
from ops.commands import gathering
from ops.operations.orders import Operator
from shared.submission import State, Submission
from tests.builders import a_submission
from tests.end_to_end.conftest import LocalStack

CANARY = f"Vink{uuid.uuid4().hex[:10]}"
EMAIL = f"{CANARY}@example.com".lower()
PERSON: dict[str, Any] = {
    "first_name": CANARY,
    "last_name": f"{CANARY}stra",
    "email": EMAIL,
    "phone": "+31612345601",
    "company": f"{CANARY} BV",
    "message": f"Hier is {CANARY}.",
    "consent": True,
    "utm_source": CANARY,
    "page_url": f"https://www.flexfit-fietsen.example/?{CANARY}",
}
WORDS = (CANARY.lower(), "612345601")


@pytest.fixture(autouse=True)
def a_quiet_org(stack: LocalStack) -> Iterator[None]:
    stack.reset_org()
    yield
    stack.faults()


@pytest.fixture
def run(stack: LocalStack, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The operators' command line on this stack; standard output as JSON."""
    monkeypatch.setattr(gathering, "find_stack", lambda *_where, **_options: stack)

    def command(*arguments: str) -> Any:
        result = CliRunner().invoke(app, ["privacy", *arguments, "--json"])
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    return command


def holds(*places: object) -> list[str]:
    said = json.dumps(places, default=str, ensure_ascii=False).lower()
    return [word for word in WORDS if word in said]


def rows(stack: LocalStack) -> list[dict[str, Any]]:
    pages = stack.client("dynamodb").get_paginator("scan").paginate(TableName=stack.outputs["SubmissionsTableName"])
    return [item for page in pages for item in page["Items"]]


def messages(stack: LocalStack) -> list[dict[str, Any]]:
    """What lies on both queues, left there."""
    found: list[dict[str, Any]] = []
    for queue in ("SubmissionQueueUrl", "DeadLetterQueueUrl"):
        answer = stack.client("sqs").receive_message(
            QueueUrl=stack.outputs[queue],
            MaxNumberOfMessages=10,
            VisibilityTimeout=0,
            MessageSystemAttributeNames=["All"],
        )
        found += answer.get("Messages", [])
    return found


def logged(stack: LocalStack) -> list[str]:
    logs = stack.client("logs")
    return [
        event["message"]
        for group in logs.describe_log_groups()["logGroups"]
        for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group["logGroupName"])
        for event in page["events"]
    ]


def live(stack: LocalStack) -> list[list[dict[str, Any]]]:
    return [stack.records(sobject) for sobject in ("Lead", "Task", "Contact")]


def in_every_place(stack: LocalStack) -> dict[str, Submission]:
    """By what each is for. A known person's second post is a Task; a queued id is one that waits for Salesforce."""
    posts = {
        "settled": ("contact", {}),
        "known": ("contact", {"message": f"{CANARY} nog eens"}),
        "quarantined": ("contact", {"contact_me_by_fax_only": CANARY}),
        "rejected": ("test-ride", {"bike": CANARY}),
        "edited": ("test-ride", {"bike": CANARY}),
    }
    found: dict[str, Submission] = {}
    for name, (form_id, fields) in posts.items():
        answer = stack.post(form_id, {**PERSON, **fields})
        assert answer.status_code == 202, answer.text
        found[name] = stack.settled(answer.json()["receipt"])
    Operator(stack).edit(found["edited"].submission_id, {"email": "elders@example.org"})
    held = a_submission(state=State.HELD, **{name: str(value) for name, value in PERSON.items() if name in _ASKED})
    held = held.model_copy(update={"received_at": datetime.now(UTC)})
    stack.ledger.add(held)
    return {**found, "held": held}


_ASKED = {"first_name", "last_name", "email", "phone", "company", "message"}


def test_after_an_erasure_a_person_is_in_no_place(stack: LocalStack, run: Any) -> None:
    places = in_every_place(stack)
    states = {name: row.state for name, row in places.items()}
    assert states == {
        "settled": State.CREATED,
        "known": State.UPDATED,
        "quarantined": State.QUARANTINED,
        "rejected": State.REJECTED,
        "edited": State.REJECTED,
        "held": State.HELD,
    }
    for row in places.values():
        assert holds(*(item for item in rows(stack) if item["submission_id"]["S"] == row.submission_id)) != []
    leads, tasks, _ = live(stack)
    assert holds(leads) != []
    assert holds(tasks) != []
    ours = {row.submission_id for row in places.values()}
    assert [one for one in messages(stack) if json.loads(one["Body"])["submission_id"] in ours] != []

    planned = run("erase", "--email", EMAIL, "--salesforce")
    assert {one["submission_id"] for one in planned["submissions"]} == ours
    edited_away = places["edited"].submission_id
    done = run("erase", "--email", EMAIL, "--salesforce", "--also", edited_away, "--yes")
    assert done["done"], done
    assert done["counts"]["rows"] == len(places)
    assert done["counts"]["leads"] >= 1

    assert holds(rows(stack)) == [], "the table"
    assert holds(live(stack)) == [], "the org"
    assert holds(messages(stack), logged(stack)) == [], "queues and logs of all functions"
    assert not [one for one in messages(stack) if json.loads(one["Body"])["submission_id"] in ours], "dead letters"
    said = [line for line in logged(stack) if places["settled"].submission_id in line]
    assert said, "the logs were not read at all"
    for row in places.values():
        assert stack.http.get(f"{stack.api_url}/submissions/{row.submission_id}", timeout=30).status_code == 404


def taught(stack: LocalStack) -> int:
    """The table holds hashes only, so its rows are counted."""
    items = stack.client("dynamodb").scan(TableName=stack.outputs["SpamMemoryTableName"])["Items"]
    return sum(item["entry"]["S"].startswith("taught.") for item in items)


def test_what_a_release_taught_about_the_address_is_forgotten(stack: LocalStack, run: Any) -> None:
    before = taught(stack)
    receipt = stack.post("contact", {**PERSON, "contact_me_by_fax_only": CANARY}).json()["receipt"]
    assert stack.settled(receipt).state is State.QUARANTINED
    [[released]] = Operator(stack).release_many([receipt], "address")
    assert released["result"] == "released"
    assert taught(stack) == before + 1
    assert stack.settled(receipt).state is State.CREATED
    run("erase", "--email", EMAIL, "--salesforce", "--yes")
    assert taught(stack) == before


def test_a_replay_and_a_repeated_post_bring_nothing_back(stack: LocalStack, run: Any) -> None:
    key = uuid.uuid4().hex
    person = {**PERSON, "bike": CANARY}
    receipt = stack.post("test-ride", person, Idempotency_Key=key).json()["receipt"]
    assert stack.settled(receipt).state is State.REJECTED
    run("erase", "--email", EMAIL, "--yes")
    assert Operator(stack).replay(receipt)["result"] == "is_erased"
    again = stack.post("test-ride", person, Idempotency_Key=key)
    assert (again.status_code, again.json()["code"]) == (409, "key_used_before")
    row = stack.ledger.get(receipt)
    assert row is not None
    assert row.state is State.ERASED
    assert holds(rows(stack)) == []


def test_the_audit_is_kept_and_says_nothing_personal(stack: LocalStack, run: Any) -> None:
    run("erase", "--email", EMAIL, "--yes")
    audit = run("audit")["audit"]
    assert (audit[0]["action"], audit[0]["ended"]) == ("erase", "done")
    assert holds(audit) == []
