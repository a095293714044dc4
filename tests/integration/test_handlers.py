"""Each Lambda handler with AWS by moto and Salesforce by the org stand-in: exact answers for the example events."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from mypy_boto3_dynamodb import DynamoDBClient
from mypy_boto3_secretsmanager import SecretsManagerClient
from mypy_boto3_sqs import SQSClient

import functions.intake.app
import functions.processor.app
import functions.replay.app
import functions.requeue.app
from local.salesforce_org import Org, RunningOrg, serve
from shared.aws.ledger import Ledger
from shared.submission import State, Submission
from tests.builders import a_submission
from tests.example_events import load_event

ONE, TWO, THREE = (f"{digit * 8}-{digit * 4}-4{digit * 3}-8{digit * 3}-{digit * 12}" for digit in "123")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningOrg]:
    with Org(":memory:") as org, serve(org, tmp_path_factory.mktemp("certs")) as running:
        yield running


@dataclass
class Stack:
    ledger: Ledger
    sqs: SQSClient
    queue_url: str
    dead_letter_queue_url: str
    secrets: SecretsManagerClient
    salesforce_secret: str

    def bodies(self, url: str) -> list[dict[str, Any]]:
        answer = self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)
        return [json.loads(message["Body"]) for message in answer.get("Messages", [])]


@dataclass
class Context:
    aws_request_id: str = "run-1"

    def get_remaining_time_in_millis(self) -> int:
        return 60_000


@pytest.fixture
def stack(
    running: RunningOrg,
    dynamodb: DynamoDBClient,
    sqs: SQSClient,
    secretsmanager: SecretsManagerClient,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Stack]:
    running.org.reset()
    queue_url = sqs.create_queue(QueueName="submissions.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    dead_letters = sqs.create_queue(QueueName="dead.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    key = secretsmanager.create_secret(Name="key", SecretString=json.dumps({"person_key": "k" * 64}))["ARN"]
    intake_secret = secretsmanager.create_secret(Name="intake")["ARN"]  # nobody has filled it in
    login = {"login_url": running.url, "client_id": running.client_id, "client_secret": running.client_secret}
    salesforce = secretsmanager.create_secret(Name="salesforce", SecretString=json.dumps(login))["ARN"]
    for name, value in {
        "SUBMISSIONS_TABLE": "Submissions",
        "PERSON_LOCKS_TABLE": "PersonLocks",
        "SUBMISSION_QUEUE_URL": queue_url,
        "DEAD_LETTER_QUEUE_URL": dead_letters,
        "PERSON_KEY_SECRET_ARN": key,
        "INTAKE_SECRET_ARN": intake_secret,
        "SPAM_MEMORY_TABLE": "SpamMemory",
        "SALESFORCE_SECRET_ARN": salesforce,
        "REQUESTS_CA_BUNDLE": str(running.ca_file),
    }.items():
        monkeypatch.setenv(name, value)
    modules = (functions.intake.app, functions.processor.app, functions.replay.app, functions.requeue.app)
    for module in modules:
        module.dependencies.cache_clear()
    yield Stack(Ledger(dynamodb, "Submissions"), sqs, queue_url, dead_letters, secretsmanager, salesforce)
    for module in modules:
        module.dependencies.cache_clear()


def a_row(submission_id: str, **fields: Any) -> Submission:
    return a_submission(**fields).model_copy(update={"submission_id": submission_id})


def state(stack: Stack, submission_id: str) -> State:
    row = stack.ledger.get(submission_id)
    assert row is not None
    return row.state


def failures(answer: dict[str, list[dict[str, str]]]) -> list[str]:
    assert list(answer) == ["batchItemFailures"]
    assert all(list(failure) == ["itemIdentifier"] for failure in answer["batchItemFailures"])
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


@pytest.mark.parametrize(("name", "status"), [("contact_json", 202), ("contact_form", 303), ("preflight", 204)])
def test_the_intake_answers_each_example_event(stack: Stack, name: str, status: int) -> None:
    assert functions.intake.app.handler(load_event(f"apigateway_{name}"), Context())["statusCode"] == status


def test_the_intake_keeps_the_row_and_queues_its_id(stack: Stack) -> None:
    answer = functions.intake.app.handler(load_event("apigateway_contact_json"), Context())
    receipt = json.loads(answer["body"])["receipt"]
    row = stack.ledger.get(receipt)
    assert row is not None
    assert (row.state, row.fields["last_name"]) == (State.RECEIVED, "Kuipers")
    assert stack.bodies(stack.queue_url) == [{"version": 1, "submission_id": receipt}]


def test_a_batch_that_went_well_reports_no_failures(stack: Stack, running: RunningOrg) -> None:
    stack.ledger.add(a_row(ONE))
    answer = functions.processor.app.handler(load_event("sqs_one_submission"), Context())
    assert answer == {"batchItemFailures": []}
    assert state(stack, ONE) is State.CREATED
    assert [lead["Submission_Id__c"] for lead in running.org.rows("Lead")].count(ONE) == 1


def test_only_the_failed_message_and_the_later_ones_of_its_group_are_reported(
    stack: Stack, running: RunningOrg
) -> None:
    """One and Three are of one group: when One must come back, Three must come back behind it."""
    stack.ledger.add(a_row(ONE, email="one@example.com", phone="0612345678"))
    stack.ledger.add(a_row(TWO, email="two@example.com", first_name="Bram", last_name="Jansen"))
    stack.ledger.add(a_row(THREE, email="one@example.com"))
    row = stack.ledger.get(ONE)
    assert row is not None
    boto3.client("dynamodb").put_item(
        TableName="PersonLocks",
        Item={"lock_key": {"S": row.person_keys[1]}, "holder": {"S": "other"}, "expires_at": {"N": "9999999999"}},
    )
    event = load_event("sqs_two_groups")
    answer = functions.processor.app.handler(event, Context())
    assert failures(answer) == [event["Records"][0]["messageId"], event["Records"][2]["messageId"]]
    assert state(stack, TWO) is State.CREATED
    assert state(stack, ONE) is State.RECEIVED


def test_when_everything_fails_every_message_is_reported_and_nothing_is_raised(stack: Stack) -> None:
    stack.secrets.put_secret_value(SecretId=stack.salesforce_secret, SecretString='{"login_url": ""}')
    for submission_id in (ONE, TWO, THREE):
        stack.ledger.add(a_row(submission_id))
    event = load_event("sqs_two_groups")
    assert failures(functions.processor.app.handler(event, Context())) == [
        record["messageId"] for record in event["Records"]
    ]
    assert {state(stack, one) for one in (ONE, TWO, THREE)} == {State.RECEIVED}
    assert stack.bodies(stack.dead_letter_queue_url) == []


def test_a_ledger_that_cannot_be_read_acknowledges_nothing(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty list of failures would acknowledge, and so lose, the whole batch."""
    monkeypatch.setenv("SUBMISSIONS_TABLE", "Nowhere")
    event = load_event("sqs_two_groups")
    answer = functions.processor.app.handler(event, Context())
    assert failures(answer) == [record["messageId"] for record in event["Records"]]


def test_a_message_that_is_not_ours_is_done(stack: Stack) -> None:
    answer = functions.processor.app.handler(load_event("sqs_not_ours"), Context())
    assert answer == {"batchItemFailures": []}


def test_a_dead_letter_is_edited_replayed_and_gone(stack: Stack) -> None:
    stack.ledger.add(a_row(ONE, email="no address"))
    functions.processor.app.handler(load_event("sqs_one_submission"), Context())
    assert state(stack, ONE) is State.REJECTED
    stack_letters = functions.replay.app.dependencies().dead_letters
    [letter] = stack_letters.messages()
    stack_letters.release(letter)
    handler = functions.replay.app.handler
    assert handler(load_event("replay_edit"), None)["done"][0]["result"] == "edited"
    assert handler(load_event("replay_replay"), None)["done"][0]["result"] == "replayed"
    assert stack.bodies(stack.dead_letter_queue_url) == []
    assert stack.bodies(stack.queue_url) == [{"version": 1, "submission_id": ONE}]
    functions.processor.app.handler(load_event("sqs_one_submission"), Context())
    assert state(stack, ONE) is State.CREATED
    assert handler(load_event("replay_replay"), None)["done"] == [
        {"submission_id": ONE, "result": "is_created", "changed": False}
    ]


def test_a_dead_letter_can_be_discarded(stack: Stack) -> None:
    stack.ledger.add(a_row(ONE, email="no address"))
    functions.processor.app.handler(load_event("sqs_one_submission"), Context())
    assert functions.replay.app.handler(load_event("replay_discard"), None)["done"][0]["result"] == "discarded"
    assert state(stack, ONE) is State.DISCARDED
    assert stack.bodies(stack.dead_letter_queue_url) == []


def test_what_sqs_itself_dead_lettered_goes_back_to_the_queue(stack: Stack) -> None:
    stack.ledger.add(a_row(ONE))
    stack.sqs.send_message(
        QueueUrl=stack.dead_letter_queue_url,
        MessageBody=json.dumps({"version": 1, "submission_id": ONE}),
        MessageGroupId="g",
        MessageDeduplicationId="d",
    )
    done = functions.replay.app.handler(load_event("replay_reconcile"), None)["done"]
    assert [one["result"] for one in done] == ["queued_again"]
    assert [body["submission_id"] for body in stack.bodies(stack.queue_url)] == [ONE]
    assert (state(stack, ONE), stack.bodies(stack.dead_letter_queue_url)) == (State.RECEIVED, [])


@pytest.mark.parametrize(
    "order", [{}, {"command": "drop"}, {"command": "replay", "by": "eva", "submission_ids": []}, {"command": "replay"}]
)
def test_an_order_that_cannot_be_read_says_why(stack: Stack, order: dict[str, Any]) -> None:
    assert functions.replay.app.handler(order, None)["error"].startswith("this order can't be read")


def test_forgotten_rows_are_queued_again_and_measured(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    long_ago, far_off = (a_row(ONE).received_at.replace(year=year) for year in (2025, 2099))
    stack.ledger.add(a_row(ONE).model_copy(update={"received_at": long_ago, "due_at": long_ago}))
    stack.ledger.add(a_row(TWO).model_copy(update={"due_at": far_off}))
    answer = functions.requeue.app.handler(load_event("schedule_requeue"), None)
    assert (answer["waiting"], answer["requeued"]) == (2, 1)
    assert stack.bodies(stack.queue_url) == [{"version": 1, "submission_id": ONE}]
    assert '"OldestUnsettledAge"' in capsys.readouterr().out
    assert functions.requeue.app.handler(load_event("schedule_requeue"), None)["requeued"] == 0
