"""Objects whose fields a test sets over HTTP: only the given keys change, and all of them or none."""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, asdict, dataclass, fields
from typing import ClassVar

from local.salesforce_org.errors import ApiError
from local.salesforce_org.messages import JsonObject, JsonValue

type Allowed = Mapping[str, tuple[str, Callable[[JsonValue], bool]]]
"""By key: what it takes, in words, and whether a value is that."""


@dataclass
class Knobs:
    """A dataclass of plain values that all have a default. `allowed` names every field."""

    allowed: ClassVar[Allowed]

    def shown(self) -> JsonObject:
        return asdict(self)

    def change(self, given: JsonValue) -> None:
        """Raises ApiError 400 that says what is wrong; nothing has changed then."""
        for name, value in checked(given, self.allowed).items():
            setattr(self, name, value)

    def reset(self) -> None:
        for each in fields(self):
            factory = each.default_factory
            setattr(self, each.name, each.default if factory is MISSING else factory())


def checked(given: JsonValue, allowed: Allowed) -> JsonObject:
    if not isinstance(given, dict):
        raise ApiError(400, "BAD_REQUEST", "a JSON object is wanted")
    if unknown := given.keys() - allowed.keys():
        raise ApiError(400, "BAD_REQUEST", f"unknown keys {sorted(unknown)}; known are {sorted(allowed)}")
    for name, value in given.items():
        wanted, is_allowed = allowed[name]
        if not is_allowed(value):
            raise ApiError(400, "BAD_REQUEST", f"{name} must be {wanted}")
    return given


def is_whole(value: JsonValue) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def is_count(value: JsonValue) -> bool:
    return is_whole(value) and value != 0


def is_number(value: JsonValue) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_flag(value: JsonValue) -> bool:
    return isinstance(value, bool)
