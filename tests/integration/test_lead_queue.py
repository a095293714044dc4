"""The SQS adapter: what goes on the queues, in which group, and only what AWS takes."""

import json

import pytest
from mypy_boto3_sqs import SQSClient

from shared.aws.lead_queue import DeadLetterQueue, SubmissionQueue
from shared.errors import ConfigurationError
from tests.builders import NOW


@pytest.fixture
def url(sqs: SQSClient) -> str:
    created = sqs.create_queue(QueueName="leads.fifo", Attributes={"FifoQueue": "true"})
    return created["QueueUrl"]


def receive(sqs: SQSClient, url: str, visibility: int = 30) -> list[dict[str, object]]:
    answer = sqs.receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, MessageSystemAttributeNames=["All"], VisibilityTimeout=visibility
    )
    return [dict(message) for message in answer.get("Messages", [])]


def test_a_message_holds_the_id_and_nothing_of_the_person(sqs: SQSClient, url: str) -> None:
    SubmissionQueue(sqs, url).send("id-1", group="e.abc")
    [message] = receive(sqs, url)
    assert json.loads(str(message["Body"])) == {"version": 1, "submission_id": "id-1"}
    attributes = message["Attributes"]
    assert isinstance(attributes, dict)
    assert (attributes["MessageGroupId"], attributes["MessageDeduplicationId"]) == ("e.abc", "id-1")


def test_sending_twice_queues_once_and_a_replay_queues_again(sqs: SQSClient, url: str) -> None:
    queue = SubmissionQueue(sqs, url)
    queue.send("id-1", group="g")
    queue.send("id-1", group="g")
    queue.send("id-1", group="other", replay=1)
    assert len(receive(sqs, url)) == 2


def test_a_delayed_message_stays_hidden_and_one_with_no_delay_comes_back(sqs: SQSClient, url: str) -> None:
    queue = SubmissionQueue(sqs, url)
    for number in range(2):
        queue.send(f"id-{number}", group=f"g{number}")
    first, second = receive(sqs, url, visibility=60)
    queue.delay(str(first["ReceiptHandle"]), 0)
    queue.delay(str(second["ReceiptHandle"]), 100_000)
    assert [message["Body"] for message in receive(sqs, url)] == [first["Body"]]


@pytest.mark.parametrize("group", ["", "a b", "é", "x" * 129, "line\nbreak"])
def test_group_ids_that_aws_refuses_are_never_sent(sqs: SQSClient, url: str, group: str) -> None:
    """Emulators take them."""
    with pytest.raises(ValueError, match="128 visible ASCII"):
        SubmissionQueue(sqs, url).send("id", group=group)


def test_dead_letters_name_the_reason_and_are_deleted_one_by_one(sqs: SQSClient, url: str) -> None:
    letters = DeadLetterQueue(sqs, url)
    for number in range(12):
        letters.send(
            f"id-{number}", reason="validation_failed", form_id="contact", group=f"g{number}", replay=0, now=NOW
        )
    seen = list(letters.messages())
    assert {letter.submission_id for letter in seen} == {f"id-{number}" for number in range(12)}
    letters.delete(seen[0])
    for letter in seen[1:]:
        letters.release(letter)
    assert len(list(letters.messages())) == 11


def test_a_body_that_is_not_ours_is_a_dead_letter_without_an_id(sqs: SQSClient, url: str) -> None:
    sqs.send_message(QueueUrl=url, MessageBody="[" * 10, MessageGroupId="g", MessageDeduplicationId="d")
    assert [letter.submission_id for letter in DeadLetterQueue(sqs, url).messages()] == [""]


def test_a_queue_that_is_not_there_is_a_configuration_error(sqs: SQSClient) -> None:
    with pytest.raises(ConfigurationError):
        SubmissionQueue(sqs, "https://sqs.eu-west-1.amazonaws.com/123456789012/none.fifo").send("id", group="g")
