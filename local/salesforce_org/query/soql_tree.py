"""What a SOQL statement says, as data: the syntax tree that soql.py builds and plan.py compiles."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

type Operator = Literal["=", "!=", "<", "<=", ">", ">=", "LIKE", "IN", "NOT IN", "INCLUDES", "EXCLUDES"]
type LiteralKind = Literal["string", "datetime", "date", "number", "boolean", "null", "date_literal"]
type FieldGroupName = Literal["ALL", "STANDARD", "CUSTOM"]


@dataclass(frozen=True)
class Path:
    """A field as written, such as ("Account", "Name"). `position` is its offset in the statement."""

    parts: tuple[str, ...]
    position: int


@dataclass(frozen=True)
class FieldGroup:
    """FIELDS(ALL), FIELDS(STANDARD) or FIELDS(CUSTOM) in a field list."""

    name: FieldGroupName
    position: int


class Value(NamedTuple):
    """A literal, of which a statement can have hundreds. `text` is as written, without quotes.

    A string keeps its escapes, which LIKE reads differently.
    """

    kind: LiteralKind
    text: str
    position: int


@dataclass(frozen=True)
class Comparison:
    path: Path
    operator: Operator
    values: tuple[Value, ...]


@dataclass(frozen=True)
class SemiJoin:
    """`path IN (SELECT ...)`, or NOT IN. `position` is the sub-select's."""

    path: Path
    negated: bool
    select: "Query"
    position: int


@dataclass(frozen=True)
class Not:
    condition: "Condition"


@dataclass(frozen=True)
class All:
    conditions: tuple["Condition", ...]


@dataclass(frozen=True)
class AnyOf:
    conditions: tuple["Condition", ...]


type Condition = Comparison | SemiJoin | Not | All | AnyOf


@dataclass(frozen=True)
class Sort:
    path: Path
    descending: bool
    nulls_last: bool


@dataclass(frozen=True)
class Query:
    """`text` is the whole statement, for its errors. `columns` is None for COUNT(); `sobject` and `alias` are as
    written."""

    text: str
    columns: tuple[Path | FieldGroup, ...] | None
    sobject: str
    sobject_position: int
    alias: str | None = None
    where: Condition | None = None
    order: tuple[Sort, ...] = ()
    limit: int | None = None
    offset: int = 0
