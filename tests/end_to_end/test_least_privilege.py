"""IAM is enforced on the deployed stack: without any one statement of a function's role, something stops working.

Left to tests/unit/test_template.py, because the emulator does not enforce them: the statements for logs, and the
schedules' right to start their functions.
"""

import json
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from local.intake_keys import WEBHOOKS
from shared.form.sources import Scheme
from shared.submission import Outcome, State, Submission
from shared.webhooks.proving import proof
from shared.webhooks.verifying import usable_keys
from tests.builders import a_submission
from tests.end_to_end.conftest import SECONDS_TO_ANSWER, LocalStack

SOON = 12.0
"""Seconds in which a thing that is allowed happens for sure: the first waits of a warm function are under five."""

QUOTE: dict[str, Any] = {
    "first_name": "P",
    "company": "P",
    "product": "e-bike",
    "number": "3",
    "timing": "now",
}

type Probe = Callable[[LocalStack], bool]


def someone(**fields: Any) -> dict[str, Any]:
    name = f"P{uuid.uuid4().hex[:10]}"
    return {"last_name": name, "email": f"{name}@example.com", "message": "Hallo", "consent": True, **fields}


def happens(condition: Callable[[], bool], seconds: float = SOON) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.2)
    return False


def settles(stack: LocalStack, receipt: str, seconds: float = SOON) -> bool:
    def settled() -> bool:
        row = stack.ledger.get(receipt)
        return row is not None and row.state is not State.RECEIVED

    return happens(settled, seconds)


# --- what each right is for ------------------------------------------------------------------------------------


def is_taken(stack: LocalStack) -> bool:
    return stack.post("contact", someone()).status_code == 202


def is_taken_signed(stack: LocalStack) -> bool:
    body = json.dumps(someone()).encode()
    [key, *_] = usable_keys(Scheme.STANDARD, WEBHOOKS["shop"])
    headers, query = proof(Scheme.STANDARD, "shop", key, message_id=uuid.uuid4().hex, body=body, now=datetime.now(UTC))
    answer = stack.http.post(
        f"{stack.api_url}/forms/contact?{query}",
        data=body,
        headers={"Content-Type": "application/json", **headers},
        timeout=SECONDS_TO_ANSWER,
    )
    return answer.status_code == 202


def says_its_state(stack: LocalStack) -> bool:
    row = a_submission(state=State.CREATED)
    stack.ledger.add(row)
    return stack.http.get(f"{stack.api_url}/submissions/{row.submission_id}", timeout=30).status_code == 200


def is_taken_and_settled(stack: LocalStack, form: str = "contact", **fields: Any) -> bool:
    answer = stack.post(form, someone(**fields))
    return answer.status_code == 202 and settles(stack, answer.json()["receipt"])


def is_rejected(stack: LocalStack) -> bool:
    return is_taken_and_settled(stack, "test-ride", phone="1", bike="e-bike")


def with_a_phone_is_settled(stack: LocalStack) -> bool:
    return is_taken_and_settled(stack, phone="+31612340001")


def is_tried_again_soon(stack: LocalStack) -> bool:
    """A lock that passes costs five seconds, by a changed visibility; else it is the queue's twelve minutes."""
    stack.faults({"fault": "lock_row", "times": 1, "path": "composite/sobjects/Lead"})
    answer = stack.post("contact", someone())
    return answer.status_code == 202 and settles(stack, answer.json()["receipt"], seconds=2 * SOON)


def is_replayed(stack: LocalStack) -> bool:
    row = a_submission(state=State.REJECTED, email=f"{uuid.uuid4().hex}@example.com")
    stack.ledger.add(row)
    answer = invoke(stack, "ReplayFunction", {"command": "replay", "submission_ids": [row.submission_id], "by": "test"})
    return [one["result"] for one in answer.get("done", [])] == ["replayed"] and settles(stack, row.submission_id)


def is_let_through(stack: LocalStack) -> bool:
    """Who is suspected was released once, so the lists know the address."""
    address = f"{uuid.uuid4().hex}@example.com"
    row = a_submission(state=State.QUARANTINED, email=address)
    stack.ledger.add(row)
    if not is_released(stack, row):
        return False
    answer = stack.post("contact", someone(email=address, contact_me_by_fax_only="1"))
    after = stack.ledger.get(answer.json()["receipt"])
    return after is not None and after.spam_reasons == ("allowed_address",)


def is_released(stack: LocalStack, row: Submission | None = None) -> bool:
    if row is None:
        row = a_submission(state=State.QUARANTINED, email=f"{uuid.uuid4().hex}@example.com")
        stack.ledger.add(row)
    order = {"command": "release", "submission_ids": [row.submission_id], "teach": "address", "by": "test"}
    results = [one["result"] for one in invoke(stack, "ReplayFunction", order).get("done", [])]
    return "released" in results


def is_counted(stack: LocalStack) -> bool:
    """Four mailboxes with one text, on the form of the shop that has a repeat filter."""
    text = f"I would like to know more about your products and prices. {uuid.uuid4().hex}"
    for _ in range(4):
        answer = stack.post("quote", someone(**QUOTE, message=text))
    row = stack.ledger.get(answer.json()["receipt"]) if answer.status_code == 202 else None
    return row is not None and "repeat" in row.spam_reasons


def is_reconciled(stack: LocalStack) -> bool:
    return "done" in invoke(stack, "ReplayFunction", {"command": "reconcile", "by": "test"})


def is_queued_again(stack: LocalStack) -> bool:
    row = a_submission(email=f"{uuid.uuid4().hex}@example.com")
    long_ago = row.received_at.replace(month=1)
    stack.ledger.add(row.model_copy(update={"received_at": long_ago, "due_at": long_ago}))
    return invoke(stack, "RequeueFunction", {}).get("requeued", 0) > 0 and settles(stack, row.submission_id)


def is_checked(stack: LocalStack) -> bool:
    return "problems" in invoke(stack, "FormsCheckFunction", {})


def is_decided(stack: LocalStack) -> bool:
    """A Lead that somebody deleted: that is found in the org, and recorded in the ledger."""
    row = a_submission(state=State.HELD)
    gone = stack.deleted_lead()
    outcome = Outcome(record_id=gone, record_type="Lead", evidence={"candidate": gone})
    stack.ledger.add(row.model_copy(update={"outcome": outcome}))
    order = {"command": "decide", "submission_id": row.submission_id, "decision": "deleted", "by": "test"}
    return bool(invoke(stack, "MatchFunction", order).get("done", {}).get("changed"))


def is_filled(stack: LocalStack) -> bool:
    return "filled" in invoke(stack, "BackfillFunction", {"kind": "Contact"})


def is_found(stack: LocalStack) -> bool:
    return "find" in invoke(stack, "PrivacyFunction", {"command": "find", "email": "nobody@example.com"})


def is_erased(stack: LocalStack) -> bool:
    row = a_submission(state=State.CREATED, email=f"{uuid.uuid4().hex}@example.com")
    stack.ledger.add(row)
    order = {"email": row.fields["email"], "submission_ids": [row.submission_id], "by": "test"}
    answer = invoke(stack, "PrivacyFunction", {"command": "erase", "also": [row.submission_id], **order})
    return [one["result"] for one in answer.get("erase", [])] == ["erased"]


def is_forgotten(stack: LocalStack) -> bool:
    order = {"email": f"{uuid.uuid4().hex}@example.com"}
    answers = [invoke(stack, "PrivacyFunction", {"command": command, **order}) for command in ("taught", "forget")]
    return answers == [{"taught": ""}, {"forget": 0}]


def is_swept(stack: LocalStack) -> bool:
    return "letters" in invoke(stack, "PrivacyFunction", {"command": "letters", "submission_ids": ["none"]})


def is_looked_after(stack: LocalStack) -> bool:
    """What the clock starts every day."""
    return "retention" in invoke(stack, "PrivacyFunction", {})


def is_deleted_in_the_org(stack: LocalStack) -> bool:
    """Of a person with a name and a number, whose keys are locked."""
    row = a_submission(state=State.ERASED, phone="+31612345678", email=f"{uuid.uuid4().hex}@example.com")
    stack.ledger.add(row)
    order = {"command": "delete", "email": row.fields["email"], "submission_ids": [row.submission_id]}
    return "delete" in invoke(stack, "PrivacyFunction", order)


CASES: list[tuple[str, str, Probe]] = [
    ("Intake", "StoreSubmission", is_taken),
    ("Intake", "ReadState", says_its_state),
    ("Intake", "Enqueue", is_taken_and_settled),
    ("Intake", "ReadPersonKey", is_taken),
    ("Intake", "ReadIntakeSecret", is_taken_signed),
    ("Intake", "ReadTaughtLists", is_let_through),
    ("Intake", "CountRepeats", is_counted),
    ("Processor", "TakeFromQueue", is_tried_again_soon),
    ("Processor", "LoadSubmissions", is_taken_and_settled),
    ("Processor", "SettleSubmission", is_taken_and_settled),
    ("Processor", "LockPerson", with_a_phone_is_settled),
    ("Processor", "DeadLetter", is_rejected),
    ("Processor", "ReadPersonKey", is_taken_and_settled),
    ("Processor", "ReadSalesforceCredentials", is_taken_and_settled),
    ("Replay", "LoadSubmissions", is_replayed),
    ("Replay", "ReopenSubmission", is_replayed),
    ("Replay", "Enqueue", is_replayed),
    ("Replay", "WorkThroughDeadLetters", is_reconciled),
    ("Replay", "ReadPersonKey", is_replayed),
    ("Replay", "TeachLists", is_released),
    ("Match", "LoadSubmission", is_decided),
    ("Match", "SettleDecision", is_decided),
    ("Match", "ReadSalesforceCredentials", is_decided),
    ("Requeue", "FindUnsettled", is_queued_again),
    ("Requeue", "CountRequeue", is_queued_again),
    ("Requeue", "Enqueue", is_queued_again),
    ("FormsCheck", "ReadSalesforceCredentials", is_checked),
    ("Backfill", "ReadSalesforceCredentials", is_filled),
    ("Privacy", "FindPerson", is_found),
    ("Privacy", "LoadSubmissions", is_erased),
    ("Privacy", "EraseSubmission", is_erased),
    ("Privacy", "FindWaiting", is_looked_after),
    ("Privacy", "LockPerson", is_deleted_in_the_org),
    ("Privacy", "WorkThroughDeadLetters", is_swept),
    ("Privacy", "ForgetTaught", is_forgotten),
    ("Privacy", "ReadPersonKey", is_found),
    ("Privacy", "ReadSalesforceCredentials", is_deleted_in_the_org),
]
NOT_ENFORCED_HERE = {"WriteLogs"}
KEPT_IN_MEMORY = {"ReadPersonKey", "ReadIntakeSecret", "ReadSalesforceCredentials"}
"""Rights that only a cold function uses."""


@pytest.fixture(autouse=True)
def a_quiet_org(stack: LocalStack) -> Iterator[None]:
    stack.reset_org()
    yield
    stack.faults()


@pytest.mark.parametrize(("function", "statement", "probe"), CASES, ids=[f"{case[0]}-{case[1]}" for case in CASES])
def test_without_this_statement_something_stops_working(
    stack: LocalStack, function: str, statement: str, probe: Probe
) -> None:
    with without(stack, f"{function}Role", statement):
        if statement in KEPT_IN_MEMORY:
            restart(stack, f"{function}Function")
        assert not probe(stack), f"{function} works without {statement}: then it should not have it"
    if statement in KEPT_IN_MEMORY:
        restart(stack, f"{function}Function")
    stack.faults()
    assert happens(lambda: probe(stack), seconds=3 * SOON), f"{function} does not work with {statement} either"


def test_every_statement_of_every_function_is_tried(stack: LocalStack) -> None:
    held = {
        (function, statement["Sid"])
        for function in ("Intake", "Processor", "Replay", "Match", "Requeue", "FormsCheck", "Backfill", "Privacy")
        for _, document in policies(stack, f"{function}Role")
        for statement in document["Statement"]
    }
    tried = {(function, statement) for function, statement, _ in CASES}
    assert {one for one in held if one[1] not in NOT_ENFORCED_HERE} == tried


# --- the stack's roles and functions ---------------------------------------------------------------------------


def physical(stack: LocalStack, logical: str) -> str:
    resource = stack.client("cloudformation").describe_stack_resource(
        StackName=stack.stack_name, LogicalResourceId=logical
    )
    return str(resource["StackResourceDetail"]["PhysicalResourceId"])


def policies(stack: LocalStack, role: str) -> list[tuple[str, dict[str, Any]]]:
    iam, name = stack.client("iam"), physical(stack, role)
    names = iam.list_role_policies(RoleName=name)["PolicyNames"]
    return [(one, iam.get_role_policy(RoleName=name, PolicyName=one)["PolicyDocument"]) for one in names]


@contextmanager
def without(stack: LocalStack, role: str, statement: str) -> Iterator[None]:
    iam, name = stack.client("iam"), physical(stack, role)
    [(policy, document)] = [
        (policy, document)
        for policy, document in policies(stack, role)
        if statement in {one["Sid"] for one in document["Statement"]}
    ]
    rest = {**document, "Statement": [one for one in document["Statement"] if one["Sid"] != statement]}
    iam.put_role_policy(RoleName=name, PolicyName=policy, PolicyDocument=json.dumps(rest))
    try:
        yield
    finally:
        iam.put_role_policy(RoleName=name, PolicyName=policy, PolicyDocument=json.dumps(document))


def restart(stack: LocalStack, function: str) -> None:
    """A changed environment makes the next start a cold one."""
    client, name = stack.client("lambda"), physical(stack, function)
    variables = client.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    changed = {**variables, "RESTARTED": uuid.uuid4().hex}
    client.update_function_configuration(FunctionName=name, Environment={"Variables": changed})


def invoke(stack: LocalStack, function: str, order: dict[str, Any]) -> dict[str, Any]:
    """The function's answer; {} where it raised."""
    answer = stack.client("lambda").invoke(FunctionName=physical(stack, function), Payload=json.dumps(order))
    content = json.loads(answer["Payload"].read())
    return content if isinstance(content, dict) and "FunctionError" not in answer else {}
