"""A SOQL statement to one parameterised SQL statement over the org's tables."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from local.salesforce_org.errors import ApiError
from local.salesforce_org.messages import Scalar
from local.salesforce_org.schema.fields import NAME_OBJECT, Field, SObject

from . import soql
from .conditions import Conditions, Source, folded_sql
from .moments import stored_datetime
from .scopes import Scope, Visible, scope_of, whole
from .soql_text import invalid_field, malformed, stand_in_limit
from .soql_tree import All, AnyOf, Comparison, Condition, FieldGroup, Path, Query, Sort

__all__ = ["Column", "Plan", "Relationship", "column_sql", "compile_query", "compile_tree", "fold", "like_matches"]
__all__ += ["stored_datetime"]

ADDRESS_PARTS = (
    "City",
    "Country",
    "GeocodeAccuracy",
    "Latitude",
    "Longitude",
    "PostalCode",
    "State",
    "Street",
)
_MOST_WITH_ALL_FIELDS = 200  # rows


@dataclass(frozen=True)
class Column:
    """One selected field: where it goes in the answer, and how its stored value reads."""

    path: tuple[str, ...]
    field: Field


@dataclass(frozen=True)
class Relationship:
    """Where a related record's (Id, type) stand in a row. Through a look-up to several objects it answers as `Name`."""

    position: int
    polymorphic: bool


@dataclass(frozen=True)
class Plan:
    """SQL whose row is: the record's Id, one value per column, then (Id, type) per relationship on the way."""

    sobject: SObject
    sql: str
    parameters: tuple[object, ...]
    columns: tuple[Column, ...]
    relationships: Mapping[tuple[str, ...], Relationship]
    is_count: bool = False


def column_sql(alias: str, target: Field) -> str:
    """A stored column, or for an address a JSON object of its parts (null when all are blank)."""
    if not target.compound:
        return f'{alias}."{target.name}"'
    prefix = target.name.removesuffix("Address")
    parts = {part: f'{alias}."{prefix}{part}"' for part in ADDRESS_PARTS}
    pairs = ", ".join(f"'{part[0].lower()}{part[1:]}', {column}" for part, column in parts.items())
    return f"CASE WHEN COALESCE({', '.join(parts.values())}) IS NOT NULL THEN json_object({pairs}) END"


def compile_query(text: str, now: datetime, *, include_deleted: bool = False, visible: Visible = whole) -> Plan:
    """`now` dates TODAY and the like, `visible` gives an object as the user sees it. Raises ApiError in the org's words
    for anything that the org would refuse."""
    return compile_tree(soql.parse(text), now, include_deleted=include_deleted, visible=visible)


def compile_tree(query: Query, now: datetime, *, include_deleted: bool = False, visible: Visible = whole) -> Plan:
    plan, _ = compiled(query, now, include_deleted=include_deleted, visible=visible)
    return plan


def compiled(
    query: Query, now: datetime, *, include_deleted: bool, visible: Visible
) -> tuple[Plan, tuple[Source | None, ...]]:
    """With the sources of the parameters of its conditions, which come first."""
    scope = scope_of(query, visible)
    columns: list[Column] = []
    outputs = ['t."Id"']
    seen: set[tuple[str, ...]] = set()
    for path in _spelt_out(query, scope.sobject):
        alias, target, full_path = scope.resolve(path)
        if full_path in seen:
            # Documented without a caret, unlike its neighbours.
            raise ApiError(400, "INVALID_FIELD", f"duplicate field selected: {'.'.join(path.parts)}")
        seen.add(full_path)
        columns.append(Column(full_path, target))
        outputs.append(column_sql(alias, target))
    conditions = Conditions(scope, now, include_deleted)
    where = conditions.sql()
    order = _order(scope, conditions.parameters)
    relationships: dict[tuple[str, ...], Relationship] = {}
    for key, join in scope.joins.items():
        relationships[key] = Relationship(len(outputs), polymorphic=join.target is NAME_OBJECT)
        kind = f'{join.alias}."Type"' if join.target is NAME_OBJECT else f"'{join.target.name}'"
        outputs += [f'{join.alias}."Id"', kind]
    joins = " ".join(join.sql for join in scope.joins.values())
    limits = f"LIMIT {query.limit if query.limit is not None else -1} OFFSET {query.offset}"
    # Only names from the describe tables and numbers are pasted in; every literal is a parameter.
    source = f'"{scope.sobject.name}" AS t {joins}'
    rows = f"SELECT {', '.join(outputs)} FROM {source} WHERE {where} ORDER BY {order} {limits}"  # noqa: S608
    is_count = query.columns is None
    sql = f"SELECT COUNT(*) FROM ({rows})" if is_count else rows  # noqa: S608
    plan = Plan(scope.sobject, sql, tuple(conditions.parameters), tuple(columns), relationships, is_count)
    return plan, tuple(conditions.sources)


def _spelt_out(query: Query, sobject: SObject) -> list[Path]:
    """The field list with every FIELDS() replaced by the fields that it stands for; none for COUNT()."""
    if query.columns is None:
        if query.order:
            # The rule is documented, the wording is a guess.
            raise malformed(query.text, query.order[0].path.position, "COUNT() cannot be used with ORDER BY")
        return []
    columns: list[Path] = []
    for column in query.columns:
        if isinstance(column, Path):
            columns.append(column)
            continue
        if column.name != "STANDARD":
            _check_bounded(query, column)
        wanted = {"ALL": {True, False}, "CUSTOM": {True}, "STANDARD": {False}}[column.name]
        names = [name for name in sobject.fields if name.endswith("__c") in wanted]
        columns.extend(Path((name,), column.position) for name in names)
    return columns


def _check_bounded(query: Query, group: FieldGroup) -> None:
    if query.limit is not None and query.limit <= _MOST_WITH_ALL_FIELDS:
        return
    if query.where is not None and any(path.parts[-1].lower() == "id" for path in _paths(query.where)):
        raise stand_in_limit(f"FIELDS({group.name}) bounded by Ids in SOQL")
    message = f"The SOQL FIELDS function must have a LIMIT of at most {_MOST_WITH_ALL_FIELDS}"
    raise malformed(query.text, group.position, message)


def _paths(condition: Condition) -> list[Path]:
    match condition:
        case Comparison():
            return [condition.path]
        case All(parts) | AnyOf(parts):
            return [path for part in parts for path in _paths(part)]
    return []


def _order(scope: Scope, parameters: list[object]) -> str:
    """Blanks come first in both directions unless asked otherwise; a picklist sorts as its values were set up."""
    terms = []
    for sort in scope.query.order:
        alias, target, _ = scope.resolve(sort.path)
        if not target.sortable or target.type == "multipicklist":
            message = f"field '{target.name}' can not be sorted in a query call"
            raise invalid_field(scope.query.text, sort.path.position, message)
        column = folded_sql(f'{alias}."{target.name}"', target)
        if target.values:
            # That values which were never set up come last is a guess.
            ranks = " ".join(f"WHEN ? THEN {rank}" for rank in range(len(target.values)))
            parameters.extend(value.lower() for value in target.values)
            place = f"CASE WHEN {column} IS NOT NULL THEN CASE {column} {ranks} ELSE {len(target.values)} END END"
            terms.append(f"{place} {_direction(sort)}")
        terms.append(f"{column} {_direction(sort)}")
    return ", ".join([*terms, "t.rowid"])


def _direction(sort: Sort) -> str:
    return f"{'DESC' if sort.descending else 'ASC'} NULLS {'LAST' if sort.nulls_last else 'FIRST'}"


def fold(text: Scalar) -> Scalar:
    """SQL function: text as it is compared."""
    return text.lower() if isinstance(text, str) else text


def like_matches(text: object, pattern: str) -> bool:
    """SQL function: whether text matches a pattern of `soql_text.like_regex`."""
    return isinstance(text, str) and re.fullmatch(pattern, text.lower(), re.DOTALL) is not None
