"""The rows of a query or a search as the nested JSON that the API answers."""

from collections.abc import Mapping, Sequence

from local.salesforce_org.messages import JsonObject, Scalar
from local.salesforce_org.query.plan import Plan, Relationship
from local.salesforce_org.records.store import read_value


def attributes(base: str, kind: str, record_id: str) -> JsonObject:
    return {"type": kind, "url": f"{base}/sobjects/{kind}/{record_id}"}


def record_json(base: str, plan: Plan, row: Sequence[Scalar]) -> JsonObject:
    """One row of a query as nested JSON; a relationship that leads nowhere is null."""
    record: JsonObject = {"attributes": attributes(base, plan.sobject.name, str(row[0]))}
    for column, value in zip(plan.columns, row[1:], strict=False):
        holder = _holder(base, plan.relationships, row, record, column.path)
        if holder is not None:
            holder[column.path[-1]] = read_value(column.field, value)
    return record


def found_json(base: str, plan: Plan, row: Sequence[Scalar]) -> JsonObject:
    """One row of a search; without a field list it shows the Id."""
    record = record_json(base, plan, row)
    return record if plan.columns else {**record, "Id": row[0]}


def _holder(
    base: str,
    relationships: Mapping[tuple[str, ...], Relationship],
    row: Sequence[Scalar],
    record: JsonObject,
    path: tuple[str, ...],
) -> JsonObject | None:
    """The object that a column's value belongs in; None when a relationship on the way leads nowhere."""
    holder = record
    for depth in range(1, len(path)):
        nested = _nested(base, relationships, row, holder, path[:depth])
        if nested is None:
            return None
        holder = nested
    return holder


def _nested(
    base: str,
    relationships: Mapping[tuple[str, ...], Relationship],
    row: Sequence[Scalar],
    parent: JsonObject,
    path: tuple[str, ...],
) -> JsonObject | None:
    relationship = relationships[path]
    record_id, kind = row[relationship.position], row[relationship.position + 1]
    if record_id is None:
        parent[path[-1]] = None
        return None
    existing = parent.get(path[-1])
    if isinstance(existing, dict):
        return existing
    shown = attributes(base, str(kind), str(record_id))
    if relationship.polymorphic:
        shown["type"] = "Name"
    nested: JsonObject = {"attributes": shown}
    parent[path[-1]] = nested
    return nested
