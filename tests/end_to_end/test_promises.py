"""The two promises on the deployed stack: nothing acknowledged is lost, nobody is created twice."""

import json
import os
import re
import signal
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from local.emulator import scratch_folder
from shared.submission import State, Submission
from tests.builders import a_submission
from tests.end_to_end.conftest import LocalStack

AT_ONCE = 20

PAUSED = "login_paused"
"""Of the next try, where that comes before we look."""


@pytest.fixture(autouse=True)
def a_quiet_org(stack: LocalStack) -> Iterator[None]:
    stack.reset_org()
    yield
    stack.faults()


def someone(**fields: Any) -> dict[str, Any]:
    """A person whom nobody else in the tests is."""
    name = f"P{uuid.uuid4().hex[:10]}"
    return {"last_name": name, "email": f"{name}@example.com", "message": "Hallo", "consent": True, **fields}


def send(stack: LocalStack, person: dict[str, Any]) -> str:
    answer = stack.post("contact", person)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["receipt"])


def send_at_once(stack: LocalStack, people: list[dict[str, Any]]) -> list[Submission]:
    with ThreadPoolExecutor(len(people)) as pool:
        receipts = list(pool.map(lambda person: send(stack, person), people))
    assert len(set(receipts)) == len(people)
    return [stack.settled(receipt) for receipt in receipts]


def leads_of(stack: LocalStack, *emails: str) -> list[dict[str, Any]]:
    wanted = {email.lower() for email in emails}
    return [lead for lead in stack.records("Lead") if str(lead["Email"]).lower() in wanted]


def test_twenty_identical_submissions_at_the_same_moment_make_one_lead(stack: LocalStack) -> None:
    person = someone()
    rows = send_at_once(stack, [person] * AT_ONCE)
    assert len(leads_of(stack, person["email"])) == 1
    states = sorted(row.state for row in rows)
    assert states == [State.CREATED] + [State.UPDATED] * (AT_ONCE - 1)


def test_twenty_people_at_the_same_moment_make_twenty_leads(stack: LocalStack) -> None:
    people = [someone() for _ in range(AT_ONCE)]
    rows = send_at_once(stack, people)
    assert {row.state for row in rows} == {State.CREATED}
    assert len(leads_of(stack, *(person["email"] for person in people))) == AT_ONCE


def test_one_person_with_two_addresses_at_the_same_moment_makes_one_lead(stack: LocalStack) -> None:
    """Two message groups, one phone: only the lock keeps the two workers apart."""
    first = someone(first_name="Sanne", phone="+31648812796")
    second = {**first, "email": f"other.{first['email']}"}
    rows = send_at_once(stack, [first, second] * 3)
    assert len(leads_of(stack, first["email"], second["email"])) == 1
    assert sorted(row.state for row in rows) == [State.CREATED] + [State.UPDATED] * 5


def test_an_answer_that_salesforce_never_gave_makes_one_lead(stack: LocalStack) -> None:
    """It wrote the Lead and the connection broke: unknown to us, so it is tried again."""
    stack.faults({"fault": "commit_then_drop", "times": 1, "path": "composite/sobjects/Lead"})
    person = someone()
    row = stack.settled(send(stack, person))
    assert row.state is State.CREATED
    assert row.attempts == 1
    assert len(leads_of(stack, person["email"])) == 1


def test_killed_between_the_salesforce_write_and_the_ledger_write_makes_one_lead(stack: LocalStack) -> None:
    with quick_redelivery(stack):
        person = someone()
        stack.faults({"fault": "commit_then_slow", "seconds": 3, "times": 1, "path": "composite/sobjects/Lead"})
        receipt = send(stack, person)
        wait_until(lambda: leads_of(stack, person["email"]))
        assert kill_the_processor(stack) > 0
        row = stack.ledger.get(receipt)
        assert row is not None
        assert row.state is State.RECEIVED
        row = stack.settled(receipt)
    assert row.state is State.CREATED
    assert row.outcome is not None
    assert row.outcome.evidence["rule"] == "own_lead"
    assert [lead["Id"] for lead in leads_of(stack, person["email"])] == [row.outcome.record_id]
    assert not [task for task in stack.records("Task") if task["Submission_Id__c"] == receipt]


def test_what_salesforce_cannot_take_now_waits_and_is_settled_without_anybody(stack: LocalStack) -> None:
    stack.faults({"fault": "unavailable_html", "times": 1})
    row = stack.settled(send(stack, someone()))
    assert (row.state, row.attempts, row.last_error) == (State.CREATED, 1, "http_503")


def test_a_forgotten_row_is_queued_again(stack: LocalStack) -> None:
    """The intake wrote the row and died before the queue heard of it."""
    name = someone()["last_name"]
    forgotten = a_submission(last_name=name, email=f"{name}@example.com")
    long_ago = forgotten.received_at.replace(year=2026, month=1)
    stack.ledger.add(forgotten.model_copy(update={"received_at": long_ago, "due_at": long_ago}))
    function = stack.client("cloudformation").describe_stack_resource(
        StackName=stack.stack_name, LogicalResourceId="RequeueFunction"
    )["StackResourceDetail"]["PhysicalResourceId"]
    stack.client("lambda").invoke(FunctionName=function, Payload=b"{}")
    assert stack.settled(forgotten.submission_id).state is State.CREATED


def test_sessions_that_are_refused_reject_nobody_and_all_settles_when_they_are_not(stack: LocalStack) -> None:
    with quick_redelivery(stack):
        stack.faults({"fault": "unauthorized_forever"})
        receipt = send(stack, someone())
        row = stack.wait_for(receipt, lambda row: row.last_error != "")
        assert (row.state, row.attempts) == (State.RECEIVED, 0)
        assert row.last_error in {"session_refused", PAUSED}
        stack.faults()
        # A warm instance would pause before its next login, longer than a test wants to wait.
        kill_the_processor(stack)
        assert stack.settled(receipt).state is State.CREATED


def test_a_wrong_secret_rejects_nobody_and_the_right_one_settles_all(stack: LocalStack) -> None:
    secrets, arn = stack.client("secretsmanager"), stack.outputs["SalesforceSecretArn"]
    right = secrets.get_secret_value(SecretId=arn)["SecretString"]
    with quick_redelivery(stack):
        secrets.put_secret_value(SecretId=arn, SecretString=json.dumps(json.loads(right) | {"client_secret": "wrong"}))
        try:
            kill_the_processor(stack)
            receipt = send(stack, someone())
            row = stack.wait_for(receipt, lambda row: row.last_error != "")
            assert (row.state, row.attempts) == (State.RECEIVED, 0)
            assert row.last_error in {"login:invalid_client", PAUSED}
        finally:
            secrets.put_secret_value(SecretId=arn, SecretString=right)
            # A warm instance would read the secret again after five minutes.
            kill_the_processor(stack)
        assert stack.settled(receipt).state is State.CREATED


def test_every_receipt_is_a_row_in_one_state(stack: LocalStack) -> None:
    """A mixed crowd: accepted, refused, quarantined. Each 202 has its row, each refusal has none."""
    crowd = [someone() for _ in range(6)] + [someone(contact_me_by_fax_only="x"), someone(email="nope")]
    answers = [stack.post("contact", person) for person in crowd]
    assert [answer.status_code for answer in answers] == [202] * 7 + [422]
    receipts = [str(answer.json()["receipt"]) for answer in answers[:7]]
    for receipt in receipts[:6]:
        stack.settled(receipt)
    kept = [(row.submission_id, row.state) for state in State for row in stack.ledger.by_state(state)]
    assert [state for receipt in receipts for one, state in kept if one == receipt] == [State.CREATED] * 6 + [
        State.QUARANTINED
    ]


@contextmanager
def quick_redelivery(stack: LocalStack) -> Iterator[None]:
    """The queue's visibility is twelve minutes: longer than a test wants to wait for a killed worker's batch."""
    sqs, url = stack.client("sqs"), stack.outputs["SubmissionQueueUrl"]
    usual = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])["Attributes"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "6"})
    try:
        yield
    finally:
        sqs.set_queue_attributes(QueueUrl=url, Attributes=usual)


def kill_the_processor(stack: LocalStack) -> int:
    """How many processes of the processor function were killed: those of this stack's emulator only. One of them may
    have had somebody in hand still, also where its row tells already how the try ended."""
    scratch = re.escape(str(scratch_folder(stack.ca_file.parent.parent)))
    pattern = f"{scratch}.*lambda-{stack.stack_name}-processor.*_worker.py"
    found = [pid for pid, command in command_lines() if re.search(pattern, command)]
    for pid in found:
        os.kill(pid, signal.SIGKILL)
    end_leases(stack)
    return len(found)


def end_leases(stack: LocalStack) -> None:
    """A killed run's locks last as long as its call to Salesforce may, and less than the queue's visibility time-out:
    where a test shortens the one, it has to shorten the other."""
    dynamodb = stack.client("dynamodb")
    table = stack.client("cloudformation").describe_stack_resource(
        StackName=stack.stack_name, LogicalResourceId="PersonLocksTable"
    )["StackResourceDetail"]["PhysicalResourceId"]
    for lock in dynamodb.scan(TableName=table)["Items"]:
        dynamodb.delete_item(TableName=table, Key={"lock_key": lock["lock_key"]})


def command_lines() -> Iterator[tuple[int, str]]:
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it ended while we looked
            yield int(process.name), (process / "cmdline").read_text("utf-8", "replace")


def wait_until(condition: Any) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, "it did not come about in 30 s"
        time.sleep(0.02)
