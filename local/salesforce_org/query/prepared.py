"""Plans of statements that differ in their literals alone are compiled once: then only the parameters are made anew."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from local.salesforce_org.schema.fields import SObject

from . import soql
from .conditions import Source
from .plan import Plan, compiled
from .scopes import Visible, whole
from .shapes import Shape, shape_of

type _Make = Callable[[str, Shape], object]
type _Key = tuple[str, tuple[object, ...], bool]

_MOST: Final = 500


@dataclass(frozen=True)
class _Prepared:
    """`parameters` are made of a statement and its shape; `seen` is what the user saw of each object."""

    plan: Plan
    parameters: tuple[_Make, ...]
    seen: tuple[tuple[SObject, SObject], ...]

    def fits(self, visible: Visible) -> bool:
        return all(visible(sobject) is found for sobject, found in self.seen)

    def of(self, text: str, shape: Shape) -> Plan:
        return replace(self.plan, parameters=tuple(make(text, shape) for make in self.parameters))


@dataclass
class _Looking:
    """A user's view that remembers what was looked at."""

    visible: Visible
    seen: list[tuple[SObject, SObject]] = field(default_factory=list)

    def __call__(self, sobject: SObject) -> SObject:
        found = self.visible(sobject)
        self.seen.append((sobject, found))
        return found


_prepared: Final[dict[_Key, _Prepared]] = {}


def plan_of(text: str, now: datetime, *, include_deleted: bool = False, visible: Visible = whole) -> Plan:
    """As `plan.compile_query`, and raises what that raises."""
    shape = shape_of(text)
    key = _key(text, shape, include_deleted=include_deleted)
    there = _prepared.get(key)
    if there and _is_short(text, shape) and there.fits(visible):
        return there.of(text, shape)
    looking = _Looking(visible)
    plan, sources = compiled(soql.parse(text), now, include_deleted=include_deleted, visible=looking)
    makes = _makes(plan, sources, shape)
    if makes is not None:
        if len(_prepared) >= _MOST:
            _prepared.clear()
        _prepared[key] = _Prepared(plan, makes, tuple(looking.seen))
    return plan


def _is_short(text: str, shape: Shape) -> bool:
    return len(text) <= soql.MAX_STRING or (len(text) <= soql.MAX_STATEMENT and shape.longest <= soql.MAX_STRING)


def _key(text: str, shape: Shape, *, include_deleted: bool) -> _Key:
    """What the SQL depends on: a list has as many marks as values, and an empty string is a blank."""
    if "''" in text:
        return shape.text, tuple(tuple(bool(one.text) for one in values) for values in shape.literals), include_deleted
    return shape.text, tuple(map(len, shape.literals)), include_deleted


def _makes(plan: Plan, sources: tuple[Source | None, ...], shape: Shape) -> tuple[_Make, ...] | None:
    """None where a parameter comes from more than one literal, such as the day of a date literal."""
    if None in sources:
        return None
    places = {
        one.position: (mark, index) for mark, values in enumerate(shape.literals) for index, one in enumerate(values)
    }
    known = zip(plan.parameters, filter(None, sources), strict=False)
    return (
        *(_make_of(parameter, source, places.get(source.value.position)) for parameter, source in known),
        *(_constant(parameter) for parameter in plan.parameters[len(sources) :]),
    )


def _make_of(parameter: object, source: Source, place: tuple[int, int] | None) -> _Make:
    """A number or the like stands in the shape as it is."""
    if place is None:
        return _constant(parameter)
    mark, index = place
    return lambda text, shape: source.make(text, shape.literals[mark][index])


def _constant(parameter: object) -> _Make:
    return lambda _text, _shape: parameter
