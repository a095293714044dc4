"""A SOQL syntax tree to one parameterised SQL statement over the org's tables.

SOQL's logic has two values, SQL's three: every comparison here is written so that it is never null. `= null` finds
blanks, `!= 'x'` and NOT IN find blanks too, `<` and LIKE never do. Text compares without regard to case, through the
SQL functions `fold` and `like_matches` that the store registers.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from . import soql
from .errors import ApiError
from .fields import ID_TYPES, NAME_OBJECT, SOBJECTS, TEXT_TYPES, Field, SObject, sobject_named
from .ids import normal_id
from .messages import Scalar
from .soql import All, AnyOf, Comparison, Condition, Not, Path, Query, Value

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
_MAX_LEVELS = 5  # relationships in one path, as in the real org
_MISSING_CUSTOM = (
    "If you are attempting to use a custom {thing}, be sure to append the '{suffix}' after the {place}. "
    "Please reference your WSDL or the describe call for the appropriate names."
)


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


@dataclass
class _Join:
    alias: str
    target: SObject
    sql: str


@dataclass
class _Compiler:
    query: Query
    sobject: SObject
    visible: Callable[[SObject], SObject]
    joins: dict[tuple[str, ...], _Join] = field(default_factory=dict)
    parameters: list[object] = field(default_factory=list)

    def resolve(self, path: Path) -> tuple[str, Field, tuple[str, ...]]:
        """(SQL of the column's table alias, the field, its path in API spelling). Raises INVALID_FIELD."""
        names = list(path.parts)
        own_names = {self.sobject.name.lower(), (self.query.alias or "").lower()}
        if len(names) > 1 and names[0].lower() in own_names and self.sobject.relationship(names[0]) is None:
            names = names[1:]
        alias, current = "t", self.sobject
        walked: tuple[str, ...] = ()
        for name in names[:-1]:
            alias, current, walked = self._join(path, alias, current, walked, name)
        found = current.field(names[-1])
        if found is None:
            message = f"No such column '{names[-1]}' on entity '{current.name}'. " + _MISSING_CUSTOM.format(
                thing="field", suffix="__c", place="custom field name"
            )
            raise soql.invalid_field(self.query.text, path.position, message)
        return alias, found, (*walked, found.name)

    def _join(
        self, path: Path, alias: str, current: SObject, walked: tuple[str, ...], name: str
    ) -> tuple[str, SObject, tuple[str, ...]]:
        lookup = current.relationship(name)
        targets = [self.visible(SOBJECTS[name]) for name in lookup.references if name in SOBJECTS] if lookup else []
        if lookup is None or lookup.relationship is None or not targets or len(walked) >= _MAX_LEVELS:
            message = f"Didn't understand relationship '{name}' in field path. " + _MISSING_CUSTOM.format(
                thing="relationship", suffix="__r", place="custom relationship name"
            )
            raise soql.invalid_field(self.query.text, path.position, message)
        key = (*walked, lookup.relationship)
        if key not in self.joins:
            target = NAME_OBJECT if len(lookup.references) > 1 else targets[0]
            joined = f"r{len(self.joins)}"
            sql = f'LEFT JOIN "{target.name}" AS {joined} ON {joined}."Id" = {alias}."{lookup.name}"'
            self.joins[key] = _Join(joined, target, sql)
        join = self.joins[key]
        return join.alias, join.target, key

    def condition(self, condition: Condition) -> str:
        match condition:
            case Comparison():
                return self._comparison(condition)
            case Not(inner):
                return f"NOT ({self.condition(inner)})"
            case All(parts):
                return _joined([self.condition(part) for part in parts], "AND")
            case AnyOf(parts):
                return _joined([self.condition(part) for part in parts], "OR")

    def _comparison(self, comparison: Comparison) -> str:
        alias, target, _ = self.resolve(comparison.path)
        position = comparison.path.position
        if not target.filterable or target.compound:
            message = f"field '{target.name}' can not be filtered in a query call"
            raise soql.invalid_field(self.query.text, position, message)
        column = f'{alias}."{target.name}"'
        operator = comparison.operator
        if operator == "LIKE":
            return self._like(column, target, comparison.values[0])
        values = [self._value(target, value) for value in comparison.values]
        if operator in {"IN", "NOT IN"}:
            return self._membership(column, target, values, negated=operator == "NOT IN")
        value = values[0]
        if value is None:
            return {"=": f"{column} IS NULL", "!=": f"{column} IS NOT NULL"}.get(operator, "0")
        if target.type in ID_TYPES | {"boolean"} and operator not in {"=", "!="} and target.type != "id":
            raise self._bad_operator(target, comparison.path.position)
        self.parameters.append(value)
        folded = _folded(column, target)
        if operator == "!=":
            return f"({column} IS NULL OR {folded} <> ?)"
        return f"({column} IS NOT NULL AND {folded} {operator} ?)"

    def _like(self, column: str, target: Field, value: Value) -> str:
        if target.type not in TEXT_TYPES:
            raise self._bad_operator(target, value.position)
        if value.kind != "string":
            raise self._wrong_kind(target, value, "string and should be enclosed in quotes")
        try:
            pattern = soql.like_regex(value.text)
        except ValueError as error:
            raise self._bad_escape(value, error) from None
        self.parameters.append(pattern)
        return f"({column} IS NOT NULL AND like_matches({column}, ?))"

    def _membership(self, column: str, target: Field, values: Sequence[object], *, negated: bool) -> str:
        present = [value for value in values if value is not None]
        self.parameters.extend(present)
        marks = ", ".join("?" for _ in present)
        inside = f"({column} IS NOT NULL AND {_folded(column, target)} IN ({marks}))"
        found = f"({inside} OR {column} IS NULL)" if len(present) < len(values) else inside
        return f"NOT {found}" if negated else found

    def _value(self, target: Field, value: Value) -> object:
        """The literal as the column stores it; '' is a blank. Raises INVALID_FIELD for the wrong kind of literal."""
        if value.kind == "null":
            return None
        if target.type in ID_TYPES or target.type in TEXT_TYPES:
            return self._text_value(target, value)
        if target.type == "boolean":
            if value.kind != "boolean":
                raise self._wrong_kind(target, value, "boolean and should not be enclosed in quotes")
            return int(value.text.lower() == "true")
        if target.type == "datetime":
            if value.kind != "datetime":
                raise self._wrong_kind(target, value, "dateTime and should not be enclosed in quotes")
            return self._datetime(value)
        if target.type == "date":
            if value.kind != "date":
                raise self._wrong_kind(target, value, "date and should not be enclosed in quotes")
            return value.text
        if value.kind != "number":
            raise self._wrong_kind(target, value, f"{target.type} and should not be enclosed in quotes")
        return float(value.text)

    def _text_value(self, target: Field, value: Value) -> object:
        if value.kind != "string":
            kind = "ID" if target.type in ID_TYPES else "string"
            raise self._wrong_kind(target, value, f"{kind} and should be enclosed in quotes")
        try:
            text = soql.unescape(value.text)
        except ValueError as error:
            raise self._bad_escape(value, error) from None
        if not text:
            return None
        if target.type not in ID_TYPES:
            return text.lower()
        if (record_id := normal_id(text)) is None:
            message = soql.at_caret(self.query.text, value.position, f"invalid ID field: {text}")
            raise ApiError(400, "INVALID_QUERY_FILTER_OPERATOR", message)
        return record_id

    def _datetime(self, value: Value) -> str:
        try:
            moment = datetime.fromisoformat(value.text)
        except ValueError:
            raise soql.malformed(self.query.text, value.position, f"Invalid date time: {value.text}") from None
        return stored_datetime(moment)

    def _wrong_kind(self, target: Field, value: Value, wanted: str) -> ApiError:
        message = f"value of filter criterion for field '{target.name}' must be of type {wanted}"
        return soql.invalid_field(self.query.text, value.position, message)

    def _bad_escape(self, value: Value, error: ValueError) -> ApiError:
        message = f"Invalid string literal '{value.text}'. Illegal character sequence '{error}' in string literal."
        return soql.malformed(self.query.text, value.position, message)

    def _bad_operator(self, target: Field, position: int) -> ApiError:
        message = soql.at_caret(self.query.text, position, f"invalid operator on {target.type} field")
        return ApiError(400, "INVALID_QUERY_FILTER_OPERATOR", message)

    def order(self) -> str:
        terms = []
        for sort in self.query.order:
            alias, target, _ = self.resolve(sort.path)
            if not target.sortable:
                message = f"field '{target.name}' can not be sorted in a query call"
                raise soql.invalid_field(self.query.text, sort.path.position, message)
            column = _folded(f'{alias}."{target.name}"', target)
            direction = "DESC" if sort.descending else "ASC"
            # Blanks come first in both directions unless asked otherwise.
            terms.append(f"{column} {direction} NULLS {'LAST' if sort.nulls_last else 'FIRST'}")
        return ", ".join([*terms, "t.rowid"])


def stored_datetime(moment: datetime) -> str:
    """How date-times are stored and answered: UTC, whole seconds (the org keeps no fractions)."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def _joined(terms: Sequence[str], operator: str) -> str:
    """Terms in a balanced tree: SQLite allows only so much depth, and a long look-up is a long chain of ORs."""
    if len(terms) == 1:
        return terms[0]
    middle = len(terms) // 2
    return f"({_joined(terms[:middle], operator)} {operator} {_joined(terms[middle:], operator)})"


def _folded(column: str, target: Field) -> str:
    return f"fold({column})" if target.type in TEXT_TYPES else column


def column_sql(alias: str, target: Field) -> str:
    """A stored column, or for an address a JSON object of its parts (null when all are blank)."""
    if not target.compound:
        return f'{alias}."{target.name}"'
    prefix = target.name.removesuffix("Address")
    parts = {part: f'{alias}."{prefix}{part}"' for part in ADDRESS_PARTS}
    pairs = ", ".join(f"'{part[0].lower()}{part[1:]}', {column}" for part, column in parts.items())
    return f"CASE WHEN COALESCE({', '.join(parts.values())}) IS NOT NULL THEN json_object({pairs}) END"


def _whole(sobject: SObject) -> SObject:
    return sobject


def compile_query(text: str, *, include_deleted: bool = False, visible: Callable[[SObject], SObject] = _whole) -> Plan:
    """`visible` gives an object as the user sees it. Raises ApiError for anything that the org would refuse."""
    query = soql.parse(text)
    sobject = sobject_named(query.sobject)
    if sobject is None:
        message = (
            f"sObject type '{query.sobject}' is not supported. If you are attempting to use a custom object, "
            "be sure to append the '__c' after the entity name. Please reference your WSDL or the describe call "
            "for the appropriate names."
        )
        raise ApiError(400, "INVALID_TYPE", soql.at_caret(text, query.sobject_position, message))
    sobject = visible(sobject)
    compiler = _Compiler(query, sobject, visible)
    columns: list[Column] = []
    outputs = ['t."Id"']
    seen: set[tuple[str, ...]] = set()
    for path in query.columns or ():
        alias, target, full_path = compiler.resolve(path)
        if full_path in seen:
            raise soql.invalid_field(text, path.position, f"duplicate field selected: {'.'.join(path.parts)}")
        seen.add(full_path)
        columns.append(Column(full_path, target))
        outputs.append(column_sql(alias, target))
    where = compiler.condition(query.where) if query.where else "1"
    if not include_deleted and "IsDeleted" in sobject.fields:
        where = f't."IsDeleted" = 0 AND {where}'
    order = compiler.order()
    relationships: dict[tuple[str, ...], Relationship] = {}
    for key, join in compiler.joins.items():
        relationships[key] = Relationship(len(outputs), polymorphic=join.target is NAME_OBJECT)
        kind = f'{join.alias}."Type"' if join.target is NAME_OBJECT else f"'{join.target.name}'"
        outputs += [f'{join.alias}."Id"', kind]
    joins = " ".join(join.sql for join in compiler.joins.values())
    limits = f"LIMIT {query.limit if query.limit is not None else -1} OFFSET {query.offset}"
    # Only names from the describe tables and numbers are pasted in; every literal is a parameter.
    rows = f'SELECT {", ".join(outputs)} FROM "{sobject.name}" AS t {joins} WHERE {where} ORDER BY {order} {limits}'  # noqa: S608
    is_count = query.columns is None
    sql = f"SELECT COUNT(*) FROM ({rows})" if is_count else rows  # noqa: S608
    return Plan(sobject, sql, tuple(compiler.parameters), tuple(columns), relationships, is_count)


def fold(text: Scalar) -> Scalar:
    """SQL function: text as it is compared."""
    return text.lower() if isinstance(text, str) else text


def like_matches(text: object, pattern: str) -> bool:
    """SQL function: whether text matches a pattern of `soql.like_regex`."""
    return isinstance(text, str) and re.fullmatch(pattern, text.lower(), re.DOTALL) is not None
