"""DynamoDB: who is being processed right now, by person key.

Two workers could both look, both find nobody, and both create. The queue's message groups don't prevent that: two
addresses with one phone are two groups, and a group knows nothing of what a killed worker has under way.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from shared.aws.errors import failure
from shared.crm import CALL_ENDS_AFTER

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

LONGEST_RUN: Final = 60
"""Seconds of the processor: a lock is taken at the begin of a run, and the run may send its last write at its end."""
_CLOCKS: Final = 10
"""Seconds by which those of two hosts differ at the most."""

type Item = Mapping[str, Any]


def lease(longest_run: int) -> int:
    """Seconds. A run that was killed may still have something under way for as long."""
    return int(CALL_ENDS_AFTER.total_seconds()) + longest_run + _CLOCKS


LEASE: Final = lease(LONGEST_RUN)
"""Seconds, of the processor's locks."""


class PersonLocks:
    """Methods raise TransientError or ConfigurationError when DynamoDB does not do as asked."""

    def __init__(
        self,
        client: "DynamoDBClient",
        table: str,
        *,
        clock: Callable[[], float] = time.time,
        longest_run: int = LONGEST_RUN,
    ) -> None:
        self._client = client
        self._table = table
        self._clock = clock
        self._lease = lease(longest_run)

    def take(self, keys: Iterable[str], *, holder: str, heir: str) -> bool:
        """All of the keys or none; none of them may be in this run's hands already. `holder` is unique to one run.

        `heir` is the submission: a lock that an earlier run handed over to it is its own. Where this raises, the run
        may hold some.
        """
        taken: dict[str, Item] = {}
        for key in keys:
            before = self._put(key, holder, free_for=(holder, heir))
            if before is None:
                self._give_back(taken, holder=holder, heir=heir)
                return False
            taken[key] = before
        return True

    def _give_back(self, taken: Mapping[str, Item], *, holder: str, heir: str) -> None:
        """As it was before: a doubt of this submission stays as long as it was to last."""
        for key, before in taken.items():
            match before.get("holder", {}).get("S"):
                case owner if owner == heir:
                    self._put(key, heir, free_for=(holder,), expires_at=int(before["expires_at"]["N"]))
                case owner if owner == holder:
                    # The client wrote twice, since the first answer got lost: what stood there before, nobody knows.
                    self._put(key, heir, free_for=(holder,))
                case _:
                    self.release([key], holder=holder)

    def hand_over(self, keys: Iterable[str], *, holder: str, heir: str, until: datetime | None) -> None:
        """Keeps the keys for one submission's next try, until Salesforce has certainly ended what it was sent; for a
        whole lease where it is not known when that is."""
        expires_at = int(until.timestamp()) + _CLOCKS if until else None
        for key in keys:
            self._put(key, heir, free_for=(holder,), expires_at=expires_at)

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

    def _put(self, key: str, holder: str, *, free_for: tuple[str, ...], expires_at: int | None = None) -> Item | None:
        """What stood there before, perhaps nothing; None when the key is somebody else's."""
        now = int(self._clock())
        owners = {f":owner{number}": {"S": owner} for number, owner in enumerate(free_for)}
        try:
            answer = self._client.put_item(
                TableName=self._table,
                Item={
                    "lock_key": {"S": key},
                    "holder": {"S": holder},
                    "expires_at": {"N": str(expires_at or now + self._lease)},
                },
                ReturnValues="ALL_OLD",
                ConditionExpression=(
                    f"attribute_not_exists(lock_key) OR expires_at < :now OR holder IN ({', '.join(owners)})"
                ),
                ExpressionAttributeValues={":now": {"N": str(now)}, **owners},
            )
        except (ClientError, BotoCoreError) as error:
            if _condition_failed(error):
                return None
            raise failure(error, "dynamodb") from None
        return answer.get("Attributes", {})


def _condition_failed(error: ClientError | BotoCoreError) -> bool:
    return (
        isinstance(error, ClientError)
        and error.response.get("Error", {}).get("Code") == "ConditionalCheckFailedException"
    )
