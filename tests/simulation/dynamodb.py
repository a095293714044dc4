"""DynamoDB: conditional writes, an index that lags, throttling, and rows that expire some time after their end."""

import json
import operator
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from tests.simulation.calls import Storm, aws_call, refusal
from tests.simulation.codec import from_wire, to_wire
from tests.simulation.expressions import Item, holds, updated
from tests.simulation.world import World

LARGEST: Final = 400 * 1024
MOST_LAG: Final = 5.0
"""Seconds that the index is behind at the most."""


def plain(item: Mapping[str, Any]) -> Item:
    return {name: from_wire(value) for name, value in item.items()}


def wire(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: to_wire(value) for name, value in item.items()}


class Row(NamedTuple):
    """The same twice: what the conditions look at, and what goes over the wire."""

    plain: Item
    wire: Item


@dataclass
class Table:
    """Rows by key. `versions` are those that a lagging index may still show; `since` is when a row was there first."""

    key: str
    rows: dict[str, Row] = field(default_factory=dict)
    versions: dict[str, list[tuple[float, Row | None]]] = field(default_factory=dict)
    since: dict[str, float] = field(default_factory=dict)

    def put(self, key: str, row: Row | None, now: float) -> None:
        before = self.rows.get(key)
        seen = self.versions.setdefault(key, [])
        if not seen:
            seen.append((float("-inf"), before))
        seen.append((now, row))
        self.since.setdefault(key, now)
        while len(seen) > 1 and seen[1][0] <= now - MOST_LAG:
            seen.pop(0)
        if row is None:
            self.rows.pop(key, None)
        else:
            self.rows[key] = row

    def as_of(self, moment: float) -> Iterator[Row]:
        for seen in self.versions.values():
            row = next((row for at, row in reversed(seen) if at <= moment), None)
            if row is not None:
                yield row


@dataclass
class DynamoDB:
    """The tables; `client` is what a function has of them."""

    world: World
    tables: dict[str, Table]
    page: int = 0
    """Items of a page at the most, in place of DynamoDB's 1 MB, which no run comes near; 0: all on one."""

    def expire(self, share: float = 0.5) -> None:
        """DynamoDB deletes what has expired within days, in no order."""
        for table in self.tables.values():
            for key, row in list(table.rows.items()):
                ends = row.plain.get("expires_at")
                if ends is not None and ends < self.world.now and self.world.random.random() < share:
                    table.put(key, None, self.world.now)


@dataclass
class DynamoDBClient:
    """As boto3's, for the calls that the product makes."""

    store: DynamoDB
    storm: Storm

    def _call(self, what: str, do: Any) -> Any:
        return aws_call(self.store.world, self.storm, f"dynamodb:{what}", do)

    def put_item(self, *, TableName: str, Item: Mapping[str, Any], **options: Any) -> Any:  # noqa: N803 (AWS's names)
        table, item = self.store.tables[TableName], plain(Item)
        if len(json.dumps(Item)) > LARGEST:
            raise refusal("ValidationException")
        key = str(item[table.key])

        def do() -> Any:
            before = table.rows.get(key)
            self._expect(options, before)
            table.put(key, Row(item, dict(Item)), self.store.world.now)
            return {"Attributes": before.wire} if before and options.get("ReturnValues") == "ALL_OLD" else {}

        return self._call(f"PutItem {TableName}", do)

    def update_item(self, *, TableName: str, Key: Mapping[str, Any], UpdateExpression: str, **options: Any) -> Any:  # noqa: N803
        table, key = self.store.tables[TableName], str(next(iter(plain(Key).values())))
        values = {name: from_wire(value) for name, value in options.get("ExpressionAttributeValues", {}).items()}
        names = options.get("ExpressionAttributeNames", {})

        def do() -> Any:
            before = table.rows.get(key)
            self._expect(options, before)
            old = before or Row({table.key: key}, {table.key: {"S": key}})
            new = updated(UpdateExpression, old.plain, names, values)
            kept = {name: old.wire[name] for name in new if name in old.plain and new[name] is old.plain[name]}
            changed = wire({name: value for name, value in new.items() if name not in kept})
            table.put(key, Row(new, {**kept, **changed}), self.store.world.now)
            return {"Attributes": {**kept, **changed}} if options.get("ReturnValues") == "ALL_NEW" else {}

        return self._call(f"UpdateItem {TableName}", do)

    def delete_item(self, *, TableName: str, Key: Mapping[str, Any], **options: Any) -> Any:  # noqa: N803
        table, key = self.store.tables[TableName], str(next(iter(plain(Key).values())))

        def do() -> Any:
            before = table.rows.get(key)
            self._expect(options, before)
            if before is not None:
                table.put(key, None, self.store.world.now)
            return {"Attributes": before.wire} if before and options.get("ReturnValues") == "ALL_OLD" else {}

        return self._call(f"DeleteItem {TableName}", do)

    def get_item(self, *, TableName: str, Key: Mapping[str, Any], ConsistentRead: bool = False, **_: Any) -> Any:  # noqa: N803
        assert ConsistentRead, "a decision on a row that may be old"
        table, key = self.store.tables[TableName], str(next(iter(plain(Key).values())))

        def do() -> Any:
            row = table.rows.get(key)
            return {"Item": row.wire} if row else {}

        return self._call(f"GetItem {TableName}", do)

    def batch_get_item(self, *, RequestItems: Mapping[str, Any]) -> Any:  # noqa: N803
        """Leaves some keys for another try, as a busy table does."""
        [(name, asked)] = RequestItems.items()
        table, keys = self.store.tables[name], list(asked["Keys"])
        assert len(keys) <= 100

        def do() -> Any:
            left = len(keys) - 1 if len(keys) > 1 and self.store.world.random.random() < 0.03 else len(keys)
            found = [table.rows.get(str(next(iter(plain(key).values())))) for key in keys[:left]]
            unread = {name: {**asked, "Keys": keys[left:]}} if left < len(keys) else {}
            return {"Responses": {name: [row.wire for row in found if row]}, "UnprocessedKeys": unread}

        return self._call(f"BatchGetItem {name}", do)

    def scan(self, *, TableName: str, ExclusiveStartKey: Any = None, Limit: int = 0, **_: Any) -> Any:  # noqa: N803
        """In an order that is that of the keys, and so of no meaning: what comes behind its place is still found."""
        table, after = self.store.tables[TableName], plain(ExclusiveStartKey or {})

        def do() -> Any:
            keys = sorted(key for key in table.rows if key > after.get(table.key, ""))
            page, is_cut = self._page(keys, Limit)
            last = {"LastEvaluatedKey": {table.key: {"S": page[-1]}}} if is_cut else {}
            return {"Items": [table.rows[key].wire for key in page], **last}

        return self._call(f"Scan {TableName}", do)

    def _page[T](self, found: list[T], limit: int) -> tuple[list[T], bool]:
        """With whether more may follow: as DynamoDB, it does not look whether there is any."""
        most = min(filter(None, (limit, self.store.page)), default=0)
        return (found[:most], True) if 0 < most <= len(found) else (found, False)

    def get_paginator(self, operation: str) -> "_Query":
        assert operation == "query"
        return _Query(self)

    def query(
        self,
        *,
        TableName: str,  # noqa: N803
        ExpressionAttributeValues: Mapping[str, Any],  # noqa: N803
        ExclusiveStartKey: Any = None,  # noqa: N803
        Limit: int = 0,  # noqa: N803
        **options: Any,
    ) -> Any:
        """Of the index alone: oldest first within a state, a little behind. Each page is as old as it likes."""
        assert options["IndexName"]
        table, world = self.store.tables[TableName], self.store.world
        [state] = [from_wire(value) for value in ExpressionAttributeValues.values()]
        newest_first = not options.get("ScanIndexForward", True)
        after = plain(ExclusiveStartKey or {})

        def place(row: Item) -> tuple[str, str]:
            return str(row["received_at"]), str(row[table.key])

        is_behind = operator.lt if newest_first else operator.gt

        def do() -> Any:
            moment = world.now - world.random.random() ** 4 * MOST_LAG
            rows = [row for row in table.as_of(moment) if row.plain.get("state") == state]
            rows.sort(key=lambda row: place(row.plain), reverse=newest_first)
            if began := after and place(after):
                rows = [row for row in rows if is_behind(place(row.plain), began)]
            page, is_cut = self._page(rows, Limit)
            names = (table.key, "state", "received_at")
            last = {"LastEvaluatedKey": {name: page[-1].wire[name] for name in names}} if is_cut else {}
            return {"Items": [row.wire for row in page], **last}

        return self._call(f"Query {TableName}", do)

    def _expect(self, options: Mapping[str, Any], before: Row | None) -> None:
        condition = options.get("ConditionExpression")
        if not condition:
            return
        values = {name: from_wire(value) for name, value in options.get("ExpressionAttributeValues", {}).items()}
        if holds(condition, before and before.plain, options.get("ExpressionAttributeNames", {}), values):
            return
        asked = options.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
        more: dict[str, Any] = {"Item": before.wire} if asked and before else {}
        raise refusal("ConditionalCheckFailedException", **more)


@dataclass
class _Query:
    client: DynamoDBClient

    def paginate(self, **options: Any) -> Iterator[Any]:
        start: Any = {}
        while True:
            page = self.client.query(**options, **start)
            yield page
            if "LastEvaluatedKey" not in page:
                return
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
