"""The spam memory against DynamoDB in this process."""

from datetime import timedelta

import pytest
from mypy_boto3_dynamodb import DynamoDBClient

from shared.aws.spam_memory import TAUGHT_KEPT, SpamMemory
from shared.errors import ConfigurationError
from tests.builders import NOW

DAY = timedelta(hours=24)


@pytest.fixture
def memory(dynamodb: DynamoDBClient) -> SpamMemory:
    return SpamMemory(lambda: dynamodb, "SpamMemory", clock=NOW.timestamp)


def test_what_was_taught_is_found_and_the_latest_word_counts(memory: SpamMemory) -> None:
    memory.teach({"taught.a": "allow", "taught.b": "block"})
    assert memory.taught(["taught.a", "taught.b", "taught.c"]) == {"taught.a": "allow", "taught.b": "block"}
    memory.teach({"taught.a": "block"})
    assert memory.taught(["taught.a"]) == {"taught.a": "block"}
    assert memory.taught([]) == {}


def test_nothing_is_remembered_for_ever(memory: SpamMemory, dynamodb: DynamoDBClient) -> None:
    """DynamoDB sweeps up late, so the reader looks at the end too."""
    memory.teach({"taught.a": "allow"})
    memory.senders("repeat.a", "s", now=NOW, window=DAY)
    ends = {item["entry"]["S"]: int(item["expires_at"]["N"]) for item in dynamodb.scan(TableName="SpamMemory")["Items"]}
    assert ends == {
        "taught.a": int((NOW + TAUGHT_KEPT).timestamp()),
        "repeat.a": int((NOW + DAY).timestamp()),
    }
    later = SpamMemory(lambda: dynamodb, "SpamMemory", clock=(NOW + TAUGHT_KEPT).timestamp)
    assert later.taught(["taught.a"]) == {}


def test_senders_of_a_text_are_counted_once_each(memory: SpamMemory) -> None:
    counts = [memory.senders("repeat.a", sender, now=NOW, window=DAY) for sender in "abacb"]
    assert counts == [1, 2, 2, 3, 3]
    assert memory.senders("repeat.b", "a", now=NOW, window=DAY) == 1


def test_a_window_ends_after_its_time_and_not_later_with_each_sender(memory: SpamMemory) -> None:
    for hours, count in ((0, 1), (23, 2), (25, 1), (26, 2), (50, 1)):
        assert memory.senders("repeat.a", f"s{hours}", now=NOW + timedelta(hours=hours), window=DAY) == count


def test_a_row_does_not_grow_with_an_attack(memory: SpamMemory, dynamodb: DynamoDBClient) -> None:
    counts = [memory.senders("repeat.a", f"s{number}", now=NOW, window=DAY) for number in range(30)]
    assert counts[-1] == max(counts) == 20
    item = dynamodb.get_item(TableName="SpamMemory", Key={"entry": {"S": "repeat.a"}})["Item"]
    assert len(item["senders"]["SS"]) == 20


def test_a_table_that_is_not_there_is_a_configuration_error(dynamodb: DynamoDBClient) -> None:
    memory = SpamMemory(lambda: dynamodb, "Nothing")
    for ask in (
        lambda: memory.taught(["taught.a"]),
        lambda: memory.teach({"taught.a": "allow"}),
        lambda: memory.senders("repeat.a", "s", now=NOW, window=DAY),
    ):
        with pytest.raises(ConfigurationError):
            ask()
