"""DynamoDB: what is remembered against spam. Taught list entries, and who sent a text lately; keyed hashes only."""

import time
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from shared.aws.errors import failure
from shared.errors import TransientError
from shared.spam.lists import Ruling

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TAUGHT_KEPT: Final = timedelta(days=730)
"""Nobody's address is remembered for ever, not even as a hash."""
_MOST_SENDERS: Final = "20"
"""Counting ends there: a row must not grow with an attack."""


class SpamMemory:
    """Methods raise TransientError or ConfigurationError when DynamoDB does not do as asked."""

    def __init__(
        self, client: Callable[[], "DynamoDBClient"], table: str, *, clock: Callable[[], float] = time.time
    ) -> None:
        """`client` is called when it is needed: making one takes milliseconds, and most posts need none."""
        self._client = client
        self._table = table
        self._clock = clock

    def taught(self, keys: Collection[str]) -> dict[str, Ruling]:
        """What operators taught about these keys (at most 100); keys that nobody taught are left out."""
        if not keys:
            return {}
        wanted: Any = [{"entry": {"S": key}} for key in keys]
        try:
            answer = self._client().batch_get_item(RequestItems={self._table: {"Keys": wanted}})
        except (ClientError, BotoCoreError) as error:
            raise failure(error, "dynamodb") from None
        if answer.get("UnprocessedKeys"):
            raise TransientError("dynamodb:unprocessed_keys")
        found: dict[str, Ruling] = {}
        for item in answer["Responses"].get(self._table, []):
            if float(item["expires_at"]["N"]) > self._clock():
                found[item["entry"]["S"]] = "allow" if item["ruling"]["S"] == "allow" else "block"
        return found

    def teach(self, rulings: Mapping[str, Ruling]) -> None:
        """The latest ruling counts."""
        expires_at = str(int(self._clock() + TAUGHT_KEPT.total_seconds()))
        for key, ruling in rulings.items():
            try:
                self._client().put_item(
                    TableName=self._table,
                    Item={"entry": {"S": key}, "ruling": {"S": ruling}, "expires_at": {"N": expires_at}},
                )
            except (ClientError, BotoCoreError) as error:
                raise failure(error, "dynamodb") from None

    def forget(self, key: str) -> bool:
        """Whether anything was taught about the key."""
        try:
            answer = self._client().delete_item(
                TableName=self._table, Key={"entry": {"S": key}}, ReturnValues="ALL_OLD"
            )
        except (ClientError, BotoCoreError) as error:
            raise failure(error, "dynamodb") from None
        return bool(answer.get("Attributes"))

    def senders(self, key: str, sender: str, *, now: datetime, window: timedelta) -> int:
        """How many different senders the text has had since the first one of this window, this one included."""
        values: dict[str, Any] = {
            ":sender": {"SS": [sender]},
            ":end": {"N": str(int((now + window).timestamp()))},
            ":now": {"N": str(int(now.timestamp()))},
        }
        try:
            answer = self._client().update_item(
                TableName=self._table,
                Key={"entry": {"S": key}},
                UpdateExpression="ADD senders :sender SET expires_at = if_not_exists(expires_at, :end)",
                ConditionExpression="attribute_not_exists(entry) OR (expires_at > :now AND size(senders) < :most)",
                ExpressionAttributeValues=values | {":most": {"N": _MOST_SENDERS}},
                ReturnValues="ALL_NEW",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
            return len(answer["Attributes"]["senders"]["SS"])
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") != "ConditionalCheckFailedException":
                raise failure(error, "dynamodb") from None
            before: Any = error.response.get("Item", {})
            if before and float(before["expires_at"]["N"]) > now.timestamp():
                return len(before["senders"]["SS"])
            return self._first_of_a_new_window(key, values)
        except BotoCoreError as error:
            raise failure(error, "dynamodb") from None

    def _first_of_a_new_window(self, key: str, values: dict[str, Any]) -> int:
        """DynamoDB deletes what has expired within days, not at once."""
        try:
            self._client().update_item(
                TableName=self._table,
                Key={"entry": {"S": key}},
                UpdateExpression="SET senders = :sender, expires_at = :end",
                ExpressionAttributeValues={name: values[name] for name in (":sender", ":end")},
            )
        except (ClientError, BotoCoreError) as error:
            raise failure(error, "dynamodb") from None
        return 1
