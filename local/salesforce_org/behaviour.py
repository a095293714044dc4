"""How the org answers where real orgs differ: by version, by edition or by an administrator's choice.

| key | values | |
|---|---|---|
| duplicate_result_key | "duplicateResut", "duplicateResult" | the name in DUPLICATES_DETECTED; both were recorded |
| upsert_update_status | 200, 204 | the answer to an upsert that changed a record; 204 has no body |
| state_country_picklists | true, false | whether State and Country take only values from lists |
| session_seconds | a number above 0, null | a session ends when it was idle for so long; null: never |
| logins_per_hour | a whole number above 0 | logins of one user in an hour before `rate_limit_exceeded` |
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Literal

from .errors import ApiError
from .messages import JsonObject, JsonValue

type DuplicateResultKey = Literal["duplicateResut", "duplicateResult"]


@dataclass
class Behaviour:
    """One object for the whole org, changed in place. The defaults are what a new org does, as far as is known."""

    duplicate_result_key: DuplicateResultKey = "duplicateResut"
    upsert_update_status: Literal[200, 204] = 200
    state_country_picklists: bool = False
    session_seconds: float | None = None
    logins_per_hour: int = 3_600

    def shown(self) -> JsonObject:
        return asdict(self)

    def change(self, given: JsonValue) -> None:
        """Sets the given keys, or none of them: raises ApiError 400 that says what is wrong."""
        if not isinstance(given, dict):
            raise ApiError(400, "BAD_BEHAVIOUR", "a JSON object is wanted")
        if unknown := given.keys() - _ALLOWED.keys():
            raise ApiError(400, "BAD_BEHAVIOUR", f"unknown keys {sorted(unknown)}; known are {sorted(_ALLOWED)}")
        for name, value in given.items():
            wanted, is_allowed = _ALLOWED[name]
            if not is_allowed(value):
                raise ApiError(400, "BAD_BEHAVIOUR", f"{name} must be {wanted}")
        for name, value in given.items():
            setattr(self, name, value)

    def reset(self) -> None:
        for each in fields(self):
            setattr(self, each.name, each.default)


def _is_count(value: JsonValue) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _is_seconds(value: JsonValue) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < math.inf


_ALLOWED: Mapping[str, tuple[str, Callable[[JsonValue], bool]]] = {
    "duplicate_result_key": (
        "duplicateResut or duplicateResult",
        lambda value: value in ("duplicateResut", "duplicateResult"),
    ),
    "upsert_update_status": ("200 or 204", lambda value: type(value) is int and value in (200, 204)),
    "state_country_picklists": ("true or false", lambda value: isinstance(value, bool)),
    "session_seconds": ("a number above 0, or null", lambda value: value is None or _is_seconds(value)),
    "logins_per_hour": ("a whole number above 0", _is_count),
}
