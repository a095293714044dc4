"""How the org answers where real orgs differ: by version, by edition or by an administrator's choice.

| key | values | |
|---|---|---|
| duplicate_result_key | "duplicateResut", "duplicateResult" | the name in DUPLICATES_DETECTED, see below |
| upsert_update_status | 200, 204 | the answer to an upsert that changed a record; 204 has no body |
| state_country_picklists | true, false | whether State and Country take only values from lists |
| session_seconds | a number above 0, null | a session ends when it was idle for so long; null: never |
| logins_per_hour | a whole number above 0 | logins of one user in an hour before `rate_limit_exceeded` |
| may_merge_leads | true, false | whether the API user may delete Leads, which a merge takes too |
| search_lag_seconds | a number, 0 or more | how far the search index is behind the records |

The misspelt duplicateResut is what many recorded answers have (API 48 to 56); duplicateResult stands in one public test
of 2024 alone. Which orgs or versions say which is not known: a client must take both.
"""

import math
from dataclasses import dataclass
from typing import ClassVar, Literal

from local.salesforce_org.messages import JsonValue

from .knobs import Allowed, Knobs, is_count, is_flag, is_number

type DuplicateResultKey = Literal["duplicateResut", "duplicateResult"]


def _is_seconds_or_null(value: JsonValue) -> bool:
    return value is None or (is_number(value) and isinstance(value, int | float) and 0 < value < math.inf)


def _is_lag(value: JsonValue) -> bool:
    return is_number(value) and isinstance(value, int | float) and 0 <= value < math.inf


@dataclass
class Behaviour(Knobs):
    """One object for the whole org, changed in place. The defaults are what a new org does, as far as is known."""

    allowed: ClassVar[Allowed] = {
        "duplicate_result_key": (
            "duplicateResut or duplicateResult",
            lambda value: value in ("duplicateResut", "duplicateResult"),
        ),
        "upsert_update_status": ("200 or 204", lambda value: type(value) is int and value in (200, 204)),
        "state_country_picklists": ("true or false", is_flag),
        "session_seconds": ("a number above 0, or null", _is_seconds_or_null),
        "logins_per_hour": ("a whole number above 0", is_count),
        "may_merge_leads": ("true or false", is_flag),
        "search_lag_seconds": ("a number, 0 or more", _is_lag),
    }

    duplicate_result_key: DuplicateResultKey = "duplicateResut"
    upsert_update_status: Literal[200, 204] = 200
    state_country_picklists: bool = False
    session_seconds: float | None = None
    logins_per_hour: int = 3_600
    may_merge_leads: bool = True
    search_lag_seconds: float = 0
