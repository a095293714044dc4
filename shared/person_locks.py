"""DynamoDB: who is being processed right now, by person key.

The queue's message group keeps one e-mail address to one worker. Two addresses with one phone are two
groups: without a lock on the phone two workers could both look, both find nobody, and both create.
"""

import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError

from shared.aws_errors import failure

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

LEASE: Final = 120
"""Seconds: twice the processor's time-out, so a lock never ends while its holder still runs."""
IN_DOUBT_LEASE: Final = 660
"""Seconds: Salesforce ends any call after ten minutes, whether or not anybody still waits for its answer."""


class PersonLocks:
    """Methods raise TransientError or ConfigurationError when DynamoDB does not do as asked."""

    def __init__(self, client: "DynamoDBClient", table: str, *, clock: Callable[[], float] = time.time) -> None:
        self._client = client
        self._table = table
        self._clock = clock

    def take(self, keys: Iterable[str], *, holder: str, heir: str) -> bool:
        """All of the keys or none. `holder` is unique to one run, which may take its own lock twice.

        `heir` is the submission: a lock that an earlier run handed over to it is its own.
        """
        taken: list[str] = []
        for key in keys:
            if not self._put(key, holder, LEASE, free_for=(holder, heir)):
                self.release(taken, holder=holder)
                return False
            taken.append(key)
        return True

    def hand_over(self, keys: Iterable[str], *, holder: str, heir: str) -> None:
        """Keeps the keys for one submission's next try, until Salesforce has certainly ended what it was sent."""
        for key in keys:
            self._put(key, heir, IN_DOUBT_LEASE, free_for=(holder,))

    def release(self, keys: Iterable[str], *, holder: str) -> None:
        """A lock that is no longer ours stays as it is."""
        for key in keys:
            try:
                self._client.delete_item(
                    TableName=self._table,
                    Key={"lock_key": {"S": key}},
                    ConditionExpression="holder = :holder",
                    ExpressionAttributeValues={":holder": {"S": holder}},
                )
            except (ClientError, BotoCoreError) as error:
                if not _condition_failed(error):
                    raise failure(error, "dynamodb") from None

    def _put(self, key: str, holder: str, lease: int, *, free_for: tuple[str, ...]) -> bool:
        now = int(self._clock())
        owners = {f":owner{number}": {"S": owner} for number, owner in enumerate(free_for)}
        try:
            self._client.put_item(
                TableName=self._table,
                Item={"lock_key": {"S": key}, "holder": {"S": holder}, "expires_at": {"N": str(now + lease)}},
                ConditionExpression=(
                    f"attribute_not_exists(lock_key) OR expires_at < :now OR holder IN ({', '.join(owners)})"
                ),
                ExpressionAttributeValues={":now": {"N": str(now)}, **owners},
            )
        except (ClientError, BotoCoreError) as error:
            if _condition_failed(error):
                return False
            raise failure(error, "dynamodb") from None
        return True


def _condition_failed(error: ClientError | BotoCoreError) -> bool:
    return (
        isinstance(error, ClientError)
        and error.response.get("Error", {}).get("Code") == "ConditionalCheckFailedException"
    )
