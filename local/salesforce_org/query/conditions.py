"""The WHERE of a query as parameterised SQL.

SOQL's logic has two values, SQL's three: every comparison here is written so that it is never null. `= null` finds
blanks, `!= 'x'`, NOT IN and EXCLUDES find blanks too, `<` and LIKE never do. Text compares without regard to case,
through the SQL functions `fold` and `like_matches` that the store registers.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from local.salesforce_org.errors import ApiError
from local.salesforce_org.schema.fields import ID_TYPES, TEXT_TYPES, Field

from .literals import bad_escape, is_text, stored_value, wrong_kind
from .moments import NotBuilt, Span, span_of
from .scopes import Scope, scope_of
from .soql_text import at_caret, invalid_field, like_regex, malformed, stand_in_limit
from .soql_tree import All, AnyOf, Comparison, Condition, Not, Path, SemiJoin, Value

_MAX_SEMI_JOINS = 2
_EQUALITY = frozenset({"=", "!=", "IN", "NOT IN"})


@dataclass(frozen=True)
class Source:
    """`make` gives the parameter of another literal at the same place of another statement: its text, the literal."""

    value: Value
    make: Callable[[str, Value], object]


@dataclass(frozen=True)
class Conditions:
    """`now` is the org's; `parameters` are those of the SQL so far, in its order."""

    scope: Scope
    now: datetime
    include_deleted: bool
    parameters: list[object] = field(default_factory=list)
    sources: list[Source | None] = field(default_factory=list)
    """Of each parameter, where it came from; None where from something else than one literal."""

    @property
    def text(self) -> str:
        return self.scope.query.text

    def sql(self) -> str:
        """All that a row must be."""
        where = self.scope.query.where
        if where is not None:
            _check_semi_joins(self.text, where)
        wanted = self._condition(where) if where else "1"
        if not self.include_deleted and "IsDeleted" in self.scope.sobject.fields:
            return f't."IsDeleted" = 0 AND {wanted}'
        return wanted

    def _condition(self, condition: Condition) -> str:
        match condition:
            case Comparison():
                return self._comparison(condition)
            case SemiJoin():
                return self._semi_join(condition)
            case Not(inner):
                return f"NOT ({self._condition(inner)})"
            case All(parts):
                return _joined([self._condition(part) for part in parts], "AND")
            case AnyOf(parts):
                return _joined([self._condition(part) for part in parts], "OR")

    def _filterable(self, path: Path) -> tuple[str, Field]:
        """(SQL of the column, the field)."""
        alias, target, _ = self.scope.resolve(path)
        if not target.filterable or target.compound:
            message = f"field '{target.name}' can not be filtered in a query call"
            raise invalid_field(self.text, path.position, message)
        column = f'{alias}."{target.name}"'
        # Without a parent, a checkbox of the parent counts as false.
        return (f"COALESCE({column}, 0)" if target.type == "boolean" else column), target

    def _comparison(self, comparison: Comparison) -> str:
        column, target = self._filterable(comparison.path)
        operator, values = comparison.operator, comparison.values
        if target.type == "multipicklist" or operator in {"INCLUDES", "EXCLUDES"}:
            return self._multipicklist(column, target, comparison)
        if operator == "LIKE":
            return self._like(column, target, values[0])
        if any(value.kind == "date_literal" for value in values) and target.type in {"date", "datetime"}:
            return self._span(column, target, comparison)
        stored = [(stored_value(self.text, target, value), value) for value in values]
        if operator in {"IN", "NOT IN"}:
            return self._membership(column, target, stored, negated=operator == "NOT IN")
        if target.type in {"reference", "boolean"} and operator not in _EQUALITY:
            raise self._bad_operator(target, comparison.path.position)
        return self._plain(column, target, operator, stored[0])

    def _take(self, parameter: object, target: Field, value: Value) -> None:
        self.parameters.append(parameter)
        self.sources.append(Source(value, lambda text, other: stored_value(text, target, other)))

    def _take_all(self, parameters: Sequence[object]) -> None:
        """Those that no single literal stands for."""
        self.parameters.extend(parameters)
        self.sources.extend(None for _ in parameters)

    def _plain(self, column: str, target: Field, operator: str, stored: tuple[object, Value]) -> str:
        parameter, value = stored
        if parameter is None:
            if operator not in _EQUALITY:
                raise stand_in_limit(f"'{operator}' with a blank in SOQL")
            return f"{column} IS NULL" if operator == "=" else f"{column} IS NOT NULL"
        self._take(parameter, target, value)
        folded = folded_sql(column, target)
        if operator == "!=":
            return f"({column} IS NULL OR {folded} <> ?)"
        return f"({column} IS NOT NULL AND {folded} {operator} ?)"

    def _like(self, column: str, target: Field, value: Value) -> str:
        if target.type not in TEXT_TYPES:
            raise self._bad_operator(target, value.position)
        if value.kind != "string":
            raise wrong_kind(self.text, target, value, "string and should be enclosed in quotes")
        if not value.text:
            raise stand_in_limit("LIKE with an empty pattern in SOQL")
        self.parameters.append(_pattern(self.text, value))
        self.sources.append(Source(value, _pattern))
        return f"({column} IS NOT NULL AND like_matches({column}, ?))"

    def _membership(self, column: str, target: Field, values: Sequence[tuple[object, Value]], *, negated: bool) -> str:
        present = [(parameter, value) for parameter, value in values if parameter is not None]
        for parameter, value in present:
            self._take(parameter, target, value)
        marks = ", ".join("?" for _ in present)
        inside = f"({column} IS NOT NULL AND {folded_sql(column, target)} IN ({marks}))"
        found = f"({inside} OR {column} IS NULL)" if len(present) < len(values) else inside
        return f"NOT {found}" if negated else found

    def _multipicklist(self, column: str, target: Field, comparison: Comparison) -> str:
        """Values are stored with semicolons between them; `A;B` in a literal means both.

        That the order in a literal after = does not count, and that EXCLUDES finds blanks, are guesses.
        """
        operator, values = comparison.operator, comparison.values
        if target.type != "multipicklist" or operator in {"LIKE", "<", "<=", ">", ">="}:
            raise self._bad_operator(target, comparison.path.position)
        stored = [stored_value(self.text, target, value) for value in values]
        if operator in {"IN", "NOT IN"} or (None in stored and operator in {"INCLUDES", "EXCLUDES"}):
            raise stand_in_limit(f"'{operator}' with these values of a multi-select picklist in SOQL")
        if stored[0] is None:
            return f"{column} IS NULL" if operator == "=" else f"{column} IS NOT NULL"
        exact = operator in {"=", "!="}
        found = _joined([self._chosen(column, str(value), exact=exact) for value in stored], "OR")
        return f"NOT ({found})" if operator in {"!=", "EXCLUDES"} else found

    def _chosen(self, column: str, wanted: str, *, exact: bool) -> str:
        """Whether a multi-select picklist has all of the wanted values, and no other when `exact`."""
        parts = sorted({part for part in wanted.split(";") if part})
        if not parts:
            raise stand_in_limit("a multi-select picklist's value without a letter in SOQL")
        terms = [f"instr(';' || fold({column}) || ';', ?) > 0" for _ in parts]
        self._take_all([f";{part};" for part in parts])
        if exact:
            terms.append(f"length({column}) = ?")
            self._take_all([len(";".join(parts))])
        return f"({column} IS NOT NULL AND {' AND '.join(terms)})"

    def _span(self, column: str, target: Field, comparison: Comparison) -> str:
        """A date literal is a stretch of time: = lies in it, < before it, > after it."""
        operator, value = comparison.operator, comparison.values[0]
        if operator in {"IN", "NOT IN"}:
            raise stand_in_limit("date literals in a list in SOQL")
        try:
            span = span_of(value.text, self.now, of_days=target.type == "date")
        except NotBuilt:
            raise stand_in_limit(f"'{value.text}' in SOQL") from None
        if span.ends_now and operator in {">", "<="}:
            raise stand_in_limit(f"'{operator} {value.text}' in SOQL")
        return self._against(column, operator, span)

    def _against(self, column: str, operator: str, span: Span) -> str:
        if operator in {"=", "!="}:
            self._take_all([span.start, span.end])
            inside = f"({column} IS NOT NULL AND {column} >= ? AND {column} < ?)"
            return inside if operator == "=" else f"NOT {inside}"
        sign = "<" if operator in {"<", "<="} else ">="
        self._take_all([span.start if operator in {"<", ">="} else span.end])
        return f"({column} IS NOT NULL AND {column} {sign} ?)"

    def _semi_join(self, join: SemiJoin) -> str:
        column, target = self._filterable(join.path)
        scope = scope_of(join.select, self.scope.visible)
        inner = Conditions(scope, self.now, self.include_deleted, self.parameters, self.sources)
        inner_column, selected = self._check_join(join, target, inner.scope)
        if join.negated and target.type != "id":
            # Whether a blank look-up is outside of every set is not documented.
            raise stand_in_limit("NOT IN (SELECT ...) on a look-up field in SOQL")
        where = inner.sql()
        joins = " ".join(each.sql for each in inner.scope.joins.values())
        sql = f'SELECT {inner_column} FROM "{inner.scope.sobject.name}" AS t {joins} WHERE {where}'  # noqa: S608 - names and parameters
        found = f'({column} IS NOT NULL AND {column} IN ({sql} AND t."{selected.name}" IS NOT NULL))'
        return f"NOT {found}" if join.negated else found

    def _check_join(self, join: SemiJoin, target: Field, inner: Scope) -> tuple[str, Field]:
        """(SQL of the selected column, its field). The rules are the reference's; some of the wording is a guess."""
        query, position = join.select, join.position
        columns = query.columns
        if columns is None or query.order or query.limit is not None or query.offset or len(columns) != 1:
            message = "Semi join sub-selects must select one field, without COUNT, ORDER BY, LIMIT or OFFSET"
            raise malformed(self.text, position, message)
        column = columns[0]
        if target.type not in ID_TYPES or not self._is_own(join.path):
            message = (
                "The left operand field in the where expression for outer query should be an id field, "
                f"cannot use: '{'.'.join(join.path.parts)}'"
            )
            raise malformed(self.text, join.path.position, message)
        if inner.sobject.name == "Task":
            raise malformed(self.text, position, "Entity 'Task' is not supported for semi join inner selects")
        if inner.sobject.name == self.scope.sobject.name:
            message = "The inner and outer selects should not be on the same object type"
            raise malformed(self.text, position, message)
        if not isinstance(column, Path) or len(column.parts) > 1:
            raise malformed(self.text, position, "The inner select field cannot traverse relationships")
        alias, selected, _ = inner.resolve(column)
        if selected.type not in ID_TYPES:
            message = f"Semi join sub-selects can only query id fields, cannot use: '{selected.name}'"
            raise malformed(self.text, column.position, message)
        if not _kinds(target, self.scope) & _kinds(selected, inner):
            message = (
                f"The selected field '{selected.name}' in the subquery and the left operand field in the where "
                f"expression in the outer query '{target.name}' should point to the same object type"
            )
            raise malformed(self.text, position, message)
        return f'{alias}."{selected.name}"', selected

    def _is_own(self, path: Path) -> bool:
        alias, _, _ = self.scope.resolve(path)
        return alias == "t"

    def _bad_operator(self, target: Field, position: int) -> ApiError:
        message = at_caret(self.text, position, f"invalid operator on {target.type} field")
        return ApiError(400, "INVALID_QUERY_FILTER_OPERATOR", message)


def _pattern(text: str, value: Value) -> str:
    try:
        return like_regex(value.text)
    except ValueError as error:
        raise bad_escape(text, value, error) from None


def _kinds(target: Field, scope: Scope) -> set[str]:
    """The objects that an id field can hold the ids of."""
    return {scope.sobject.name} if target.type == "id" else set(target.references)


def _check_semi_joins(text: str, where: Condition) -> None:
    """Sub-selects stand alone or between the ANDs of the whole WHERE, two at most, and have none of their own."""
    tops = where.conditions if isinstance(where, All) else (where,)
    found = list(_semi_joins(where))
    for join in found:
        if isinstance(where, AnyOf) and join in where.conditions:
            raise malformed(text, join.position, "Semi join sub-selects are not allowed with the 'OR' operator")
        if join not in tops:
            message = (
                "Semi join sub-selects are only allowed at the top level WHERE expressions and not in nested WHERE "
                "expressions."
            )
            raise malformed(text, join.position, message)
        if join.select.where is not None and any(_semi_joins(join.select.where)):
            raise malformed(text, join.position, "Nesting of semi join sub-selects is not supported")
    if len(found) > _MAX_SEMI_JOINS:
        message = f"Maximum {_MAX_SEMI_JOINS} semi join sub-selects are allowed. Number specified was: {len(found)}"
        raise malformed(text, found[-1].position, message)


def _semi_joins(condition: Condition) -> Sequence[SemiJoin]:
    match condition:
        case SemiJoin():
            return [condition]
        case Not(inner):
            return _semi_joins(inner)
        case All(parts) | AnyOf(parts):
            return [join for part in parts for join in _semi_joins(part)]
    return []


def _joined(terms: Sequence[str], operator: str) -> str:
    """Terms in a balanced tree: SQLite allows only so much depth, and a long look-up is a long chain of ORs."""
    if len(terms) == 1:
        return terms[0]
    middle = len(terms) // 2
    return f"({_joined(terms[:middle], operator)} {operator} {_joined(terms[middle:], operator)})"


def folded_sql(column: str, target: Field) -> str:
    """How a column compares: text without regard to case."""
    return f"fold({column})" if is_text(target) else column
