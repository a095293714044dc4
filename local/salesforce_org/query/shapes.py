"""Statements that differ in their strings and moments alone are parsed once: a program asks the same of other people.

The shape of a statement is its text with every string, list of strings in parentheses, or date/time cut down to one
mark. Its tree is then given the literals and the places of the statement at hand, so that errors point where they
should.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from .soql_tree import All, AnyOf, Comparison, Condition, FieldGroup, Not, Path, Query, SemiJoin, Sort, Value

_STRING: Final = r"'(?:[^'\\\r\n]|\\.)*'"
_MOMENT: Final = r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z"
_LITERAL: Final = re.compile(rf"(?<=\(){_STRING}(?:\s*,\s*{_STRING})*(?=\))|{_STRING}|{_MOMENT}")
_ONE: Final = re.compile(_STRING)
_MARK_OF_STRINGS: Final = "'?'"
_MARK_OF_A_MOMENT: Final = "2000-01-01T00:00:00Z"


@dataclass(frozen=True)
class Shape:
    """`text` is with marks; `literals` are those behind each mark, and `starts` where in `text` marks begin."""

    text: str
    literals: tuple[tuple[Value, ...], ...]
    starts: tuple[int, ...]
    longer: tuple[int, ...]
    """By how much the statement is longer than its shape, up to and with each mark."""

    @cached_property
    def longest(self) -> int:
        return max((len(value.text) for values in self.literals for value in values), default=0)


def shape_of(text: str) -> Shape:
    pieces: list[str] = []
    literals: list[tuple[Value, ...]] = []
    starts: list[int] = []
    longer: list[int] = []
    end = length = 0
    for found in _LITERAL.finditer(text):
        of_strings = found[0][0] == "'"
        mark = _MARK_OF_STRINGS if of_strings else _MARK_OF_A_MOMENT
        pieces += text[end : found.start()], mark
        starts.append(length + found.start() - end)
        length, end = starts[-1] + len(mark), found.end()
        longer.append(end - length)
        literals.append(_strings(text, found) if of_strings else (Value("datetime", found[0], found.start()),))
    pieces.append(text[end:])
    return Shape("".join(pieces), tuple(literals), tuple(starts), tuple(longer))


def _strings(text: str, found: re.Match[str]) -> tuple[Value, ...]:
    if found[0].count("'") == 2:  # one string
        return (Value("string", found[0][1:-1], found.start()),)
    return tuple(Value("string", one[0][1:-1], one.start()) for one in _ONE.finditer(text, *found.span()))


def filled(tree: Query, shape: Shape, text: str) -> Query:
    """The tree of `text` from that of its shape."""
    marks = dict(zip(shape.starts, shape.literals, strict=True))

    def place(position: int) -> int:
        before = bisect_left(shape.starts, position)
        return position + (shape.longer[before - 1] if before else 0)

    return _query(tree, text, marks, place)


type _Marks = dict[int, tuple[Value, ...]]
type _Place = Callable[[int], int]


def _query(tree: Query, text: str, marks: _Marks, place: _Place) -> Query:
    columns = tree.columns
    return Query(
        text,
        None if columns is None else tuple(_column(one, place) for one in columns),
        tree.sobject,
        place(tree.sobject_position),
        tree.alias,
        None if tree.where is None else _condition(tree.where, text, marks, place),
        tuple(Sort(_path(one.path, place), one.descending, one.nulls_last) for one in tree.order),
        tree.limit,
        tree.offset,
    )


def _column(column: Path | FieldGroup, place: _Place) -> Path | FieldGroup:
    return _path(column, place) if isinstance(column, Path) else FieldGroup(column.name, place(column.position))


def _path(path: Path, place: _Place) -> Path:
    return Path(path.parts, place(path.position))


def _condition(condition: Condition, text: str, marks: _Marks, place: _Place) -> Condition:
    def each(conditions: Sequence[Condition]) -> tuple[Condition, ...]:
        return tuple(_condition(one, text, marks, place) for one in conditions)

    match condition:
        case Comparison(path, operator, values):
            return Comparison(_path(path, place), operator, _values(values, marks, place))
        case SemiJoin(path, negated, select, position):
            return SemiJoin(_path(path, place), negated, _query(select, text, marks, place), place(position))
        case Not(inner):
            return Not(_condition(inner, text, marks, place))
        case All(conditions):
            return All(each(conditions))
        case AnyOf(conditions):
            return AnyOf(each(conditions))


def _values(values: tuple[Value, ...], marks: _Marks, place: _Place) -> tuple[Value, ...]:
    found: list[Value] = []
    for one in values:
        found += marks.get(one.position) or (Value(one.kind, one.text, place(one.position)),)
    return tuple(found)
