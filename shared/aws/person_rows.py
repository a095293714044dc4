"""DynamoDB: the ledger as an erasure sees it. Every row in every state, as it is stored, whichever release wrote it."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.exceptions import BotoCoreError, ClientError

from shared.aws.errors import failure
from shared.errors import TransientError
from shared.privacy.audit import Audit
from shared.submission import Submission

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_READ: Final = 100
_TRIES: Final = 5
_AS_SEEN: Final = ("state", "replay_count", "claim")
"""What decides whether something is under way for a row; an edit in between changes nothing about the erasure that a
person asked for."""
_to_dynamodb = TypeSerializer().serialize
_from_dynamodb = TypeDeserializer().deserialize

type Item = Mapping[str, Any]


class PersonRows:
    """Methods raise TransientError or ConfigurationError when DynamoDB does not do as asked."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def page(self, after: str) -> tuple[list[Item], str]:
        """Some rows, at most 1 MB of them, and behind which id the next page begins: '' behind the last.

        Read consistently: a row that was written a moment ago is there, which an index does not promise.
        """
        start: Any = {"ExclusiveStartKey": {"submission_id": {"S": after}}} if after else {}
        try:
            answer = self._client.scan(TableName=self._table, ConsistentRead=True, **start)
        except (ClientError, BotoCoreError) as error:
            raise failure(error, "dynamodb") from None
        next_key = answer.get("LastEvaluatedKey", {}).get("submission_id", {}).get("S", "")
        return [_plain(item) for item in answer["Items"]], next_key

    def get_many(self, submission_ids: Iterable[str]) -> dict[str, Item]:
        """By id; ids without a row are left out."""
        ids = list(dict.fromkeys(submission_ids))
        found: dict[str, Item] = {}
        for start in range(0, len(ids), _READ):
            found |= {str(item["submission_id"]): item for item in self._read(ids[start : start + _READ])}
        return found

    def _read(self, submission_ids: list[str]) -> Iterator[Item]:
        keys: list[Any] = [{"submission_id": {"S": one}} for one in submission_ids]
        for _ in range(_TRIES):
            if not keys:
                return
            try:
                answer = self._client.batch_get_item(RequestItems={self._table: {"Keys": keys, "ConsistentRead": True}})
            except (ClientError, BotoCoreError) as error:
                raise failure(error, "dynamodb") from None
            yield from map(_plain, answer["Responses"].get(self._table, []))
            left: Mapping[str, Any] = answer.get("UnprocessedKeys", {})
            keys = left[self._table]["Keys"] if self._table in left else []
        if keys:
            raise TransientError("dynamodb:unprocessed_keys")

    def erase(self, seen: Item, left: Submission, *, also_as_seen: Collection[str] = ()) -> bool:
        """The whole row is replaced, whatever attributes it had. False when it is no longer as it was seen."""
        as_seen = (*_AS_SEEN, *also_as_seen)
        names = {f"#{name}": name for name in as_seen}
        values = {f":{name}": _to_dynamodb(seen[name]) for name in as_seen if seen.get(name) is not None}
        conditions = [
            f"#{name} = :{name}" if f":{name}" in values else f"attribute_not_exists(#{name})" for name in as_seen
        ]
        row = left.model_dump(mode="json", exclude_none=True)
        try:
            self._client.put_item(
                TableName=self._table,
                Item={name: _to_dynamodb(value) for name, value in row.items()},
                ConditionExpression=" AND ".join(conditions),
                ExpressionAttributeNames=names,
                ExpressionAttributeValues=values,
            )
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") == "ConditionalCheckFailedException":
                return False
            raise failure(error, "dynamodb") from None
        except BotoCoreError as error:
            raise failure(error, "dynamodb") from None
        return True

    def write_audit(self, audit: Audit) -> None:
        row = audit.model_dump(mode="json", exclude_none=True)
        try:
            self._client.put_item(
                TableName=self._table, Item={name: _to_dynamodb(value) for name, value in row.items()}
            )
        except (ClientError, BotoCoreError) as error:
            raise failure(error, "dynamodb") from None


def audits(client: "DynamoDBClient", table: str, index: str, state: str) -> Iterator[Audit]:
    """Newest first. For people's machines, which may query and read: the function only writes them."""
    try:
        pages = client.get_paginator("query").paginate(
            TableName=table,
            IndexName=index,
            KeyConditionExpression="#state = :state",
            ExpressionAttributeNames={"#state": "state"},
            ExpressionAttributeValues={":state": {"S": state}},
            ScanIndexForward=False,
        )
        ids = [str(_plain(item)["submission_id"]) for page in pages for item in page["Items"]]
    except (ClientError, BotoCoreError) as error:
        raise failure(error, "dynamodb") from None
    found = PersonRows(client, table).get_many(ids)
    yield from (Audit.model_validate(found[one]) for one in ids if one in found)


def _plain(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _from_dynamodb(value) for name, value in item.items()}
