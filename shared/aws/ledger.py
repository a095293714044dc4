"""DynamoDB: the ledger, one row a submission. The row is the record; queues only ever hold its id.

Every change of state is a conditional write, so two workers, a redelivery or an operator can't overrule each
other, and each is appended to the row's history.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.exceptions import BotoCoreError, ClientError
from pydantic import ValidationError

from shared.aws.errors import failure
from shared.errors import ConfigurationError, TransientError
from shared.observability import count, log
from shared.rejection import Rejection
from shared.submission import Change, Claim, FieldValue, Outcome, State, Submission, Summary, timestamp

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

STATE_INDEX: Final = "by_state"
_BATCH_TRIES: Final = 5
_to_dynamodb = TypeSerializer().serialize
_from_dynamodb = TypeDeserializer().deserialize

type Item = Mapping[str, Any]


class Ledger:
    """Every method raises TransientError or ConfigurationError when DynamoDB does not do as asked."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def add(self, submission: Submission) -> Submission | None:
        """None when the row was written; the row that was there already when its id is taken."""
        try:
            self._client.put_item(
                TableName=self._table,
                Item=_item(submission),
                ConditionExpression="attribute_not_exists(submission_id)",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            if not _condition_failed(error):
                raise failure(error, "dynamodb") from None
            return self._already_there(error, submission.submission_id)
        except BotoCoreError as error:
            raise failure(error, "dynamodb") from None
        return None

    def _already_there(self, error: ClientError, submission_id: str) -> Submission:
        item: Item | None = error.response.get("Item")  # type: ignore[assignment]  # botocore does not type it
        row = _submission(item) if item else self.get(submission_id)
        if row is None:
            raise TransientError("dynamodb:row_vanished")
        return row

    def get(self, submission_id: str) -> Submission | None:
        try:
            answer = self._client.get_item(
                TableName=self._table, Key={"submission_id": {"S": submission_id}}, ConsistentRead=True
            )
        except (ClientError, BotoCoreError) as error:
            raise failure(error, "dynamodb") from None
        return _submission(answer["Item"]) if "Item" in answer else None

    def get_many(self, submission_ids: Iterable[str]) -> dict[str, Submission]:
        """By id; ids without a row that can be read are left out. At most 100 ids."""
        keys: list[Any] = [{"submission_id": {"S": one}} for one in dict.fromkeys(submission_ids)]
        found: dict[str, Submission] = {}
        for _ in range(_BATCH_TRIES):
            if not keys:
                return found
            try:
                answer = self._client.batch_get_item(RequestItems={self._table: {"Keys": keys, "ConsistentRead": True}})
            except (ClientError, BotoCoreError) as error:
                raise failure(error, "dynamodb") from None
            for item in answer["Responses"].get(self._table, []):
                try:
                    row = _submission(item)
                except ConfigurationError:
                    # One odd row must not stop its batch. It stays `received`: queued again until a release reads it.
                    _unreadable()
                else:
                    found[row.submission_id] = row
            left: Mapping[str, Any] = answer.get("UnprocessedKeys", {})
            keys = left[self._table]["Keys"] if self._table in left else []
        if keys:
            raise TransientError("dynamodb:unprocessed_keys")
        return found

    def by_state(self, state: State, *, newest_first: bool = False) -> Iterator[Summary]:
        """Oldest first unless asked otherwise. The index lags a little: act on rows only by conditional writes."""
        try:
            pages = self._client.get_paginator("query").paginate(
                TableName=self._table,
                IndexName=STATE_INDEX,
                KeyConditionExpression="#state = :state",
                ExpressionAttributeNames={"#state": "state"},
                ExpressionAttributeValues={":state": {"S": state}},
                ScanIndexForward=not newest_first,
            )
            for page in pages:
                for item in page["Items"]:
                    try:
                        yield Summary.model_validate(_plain(item))
                    except ValidationError:
                        _unreadable()
        except (ClientError, BotoCoreError) as error:
            raise failure(error, "dynamodb") from None

    def settle(
        self,
        submission: Submission,
        state: State,
        *,
        by: str,
        now: datetime,
        why: str = "",
        outcome: Outcome | None = None,
        rejection: Rejection | None = None,
        expires_at: int | None = None,
    ) -> bool:
        """False when the row is no longer as `submission` says: somebody else settled or changed it."""
        change = Change(at=now, from_state=submission.state, to_state=state, by=by, why=why)
        new: dict[str, Any] = {"state": state, **_keys_of(submission)}
        if outcome:
            new["outcome"] = outcome.model_dump(mode="json")
        if rejection:
            new |= {"rejection": rejection.model_dump(mode="json"), "reason": rejection.reason}
        if expires_at:
            new["expires_at"] = expires_at
        return self._change(submission, new, remove=("claim",) if submission.claim else (), change=change)

    def claim(self, submission: Submission, claim: Claim | None) -> bool:
        """Before a decision about it is carried out; None gives it back. False when the row, or its claim, is no longer
        as `submission` says."""
        if claim is None:
            return self._change(submission, {}, remove=("claim",))
        return self._change(submission, {"claim": claim.model_dump(mode="json")})

    def reopen(
        self,
        submission: Submission,
        *,
        person_keys: Sequence[str],
        due_at: datetime,
        by: str,
        now: datetime,
        why: str,
    ) -> bool:
        """Back to `received`, with one replay more. False when the row is no longer as `submission` says."""
        change = Change(at=now, from_state=submission.state, to_state=State.RECEIVED, by=by, why=why)
        new = {
            "state": State.RECEIVED,
            "replay_count": submission.replay_count + 1,
            "person_keys": list(person_keys),
            "due_at": timestamp(due_at),
            "attempts": 0,
            "same_error_tries": 0,
            "requeue_count": 0,
        }
        return self._change(submission, new, remove=("reason", "expires_at"), change=change)

    def edit(self, submission: Submission, fields: Mapping[str, FieldValue], *, by: str, now: datetime) -> bool:
        """Replaces the fields; what arrived stays in `original_fields`. False when the row has changed since."""
        changed = sorted(
            name for name in {*fields, *submission.fields} if fields.get(name) != submission.fields.get(name)
        )
        change = Change(
            at=now,
            from_state=submission.state,
            to_state=submission.state,
            by=by,
            why=f"edited {' '.join(changed)}",
        )
        new = {"fields": dict(fields), "original_fields": submission.original_fields or submission.fields}
        return self._change(submission, new, change=change)

    def note_attempt(
        self,
        submission: Submission,
        *,
        error: str,
        due_at: datetime,
        counted: bool,
        in_doubt_until: datetime | None,
        no_try_before: datetime | None = None,
    ) -> bool:
        """A try that failed for now. `counted` is False for configuration errors, which use up no try."""
        new = {
            **_keys_of(submission),
            "attempts": submission.attempts + int(counted),
            "last_error": error,
            "same_error_tries": submission.tries_with(error) + int(counted),
            "due_at": timestamp(due_at),
        }
        if in_doubt_until:
            new["in_doubt_until"] = timestamp(in_doubt_until)
        if no_try_before:
            new["no_try_before"] = timestamp(no_try_before)
        return self._change(submission, new)

    def note_requeue(self, summary: Summary, *, due_at: datetime) -> bool:
        """Claims a forgotten row. False when it was picked up, settled or claimed in the meantime."""
        new = {"requeue_count": summary.requeue_count + 1, "due_at": timestamp(due_at)}
        unchanged = {"due_at": timestamp(summary.due_at)} if summary.due_at else {}
        return self._change(summary, new, unchanged=unchanged)

    def _change(
        self,
        seen: Submission | Summary,
        new: Mapping[str, Any],
        *,
        remove: Sequence[str] = (),
        change: Change | None = None,
        unchanged: Mapping[str, Any] | None = None,
    ) -> bool:
        """The one conditional write: state, replays (and for full rows fields and claim) must be as they were seen."""
        expected = {"state": seen.state, "replay_count": seen.replay_count, **(unchanged or {})}
        if isinstance(seen, Submission):
            expected["fields"] = seen.fields
            expected["claim"] = seen.claim.model_dump(mode="json") if seen.claim else None
        names = {*new, *expected, *remove}
        sets = [f"#{name} = :{name}" for name in new]
        values = {f":{name}": value for name, value in new.items()}
        values |= {f":seen_{name}": value for name, value in expected.items() if value is not None}
        if change:
            sets.append("#history = list_append(if_not_exists(#history, :none), :change)")
            values |= {":none": [], ":change": [change.model_dump(mode="json")]}
            names.add("history")
        parts = [f"SET {', '.join(sets)}"] if sets else []
        parts += [f"REMOVE {', '.join(f'#{name}' for name in remove)}"] if remove else []
        conditions = [
            f"attribute_not_exists(#{name})" if value is None else f"#{name} = :seen_{name}"
            for name, value in expected.items()
        ]
        try:
            self._client.update_item(
                TableName=self._table,
                Key={"submission_id": {"S": seen.submission_id}},
                UpdateExpression=" ".join(parts),
                ConditionExpression=" AND ".join(conditions),
                ExpressionAttributeNames={f"#{name}": name for name in names},
                ExpressionAttributeValues={name: _to_dynamodb(value) for name, value in values.items()},
            )
        except ClientError as error:
            if _condition_failed(error):
                return False
            raise failure(error, "dynamodb") from None
        except BotoCoreError as error:
            raise failure(error, "dynamodb") from None
        return True


def _keys_of(submission: Submission) -> dict[str, list[str]]:
    """Those of the processor's form may be more than the intake's were: an erasure locks them all."""
    return {"person_keys": list(submission.person_keys)}


def _unreadable() -> None:
    log("row_unreadable", level="error")
    count("UnreadableRows")


def _condition_failed(error: ClientError) -> bool:
    return error.response.get("Error", {}).get("Code") == "ConditionalCheckFailedException"


def _item(submission: Submission) -> dict[str, Any]:
    row = submission.model_dump(mode="json", exclude_none=True)
    return {name: _to_dynamodb(value) for name, value in row.items()}


def _plain(item: Item) -> dict[str, Any]:
    return {name: _from_dynamodb(value) for name, value in item.items()}


def _submission(item: Item) -> Submission:
    try:
        return Submission.model_validate(_plain(item))
    except ValidationError:
        # Its text would quote the row. A row of another release that this one can't read waits for a mended release.
        raise ConfigurationError("row_unreadable", "a row of the ledger can't be read by this release") from None
