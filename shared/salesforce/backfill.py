"""Match keys for the records that were there before: one page a call, in order of their ids.

Nothing is kept here: what is left to do is what has no keys of the present version, and a page begins behind an id.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import batched
from typing import Any, Final

from shared.aws.secrets import Secret
from shared.crm import Record
from shared.deadline import Deadline
from shared.errors import BudgetError, ConfigurationError, FormToLeadError
from shared.leads.match_keys import match_key_fields
from shared.salesforce import answers, queries
from shared.salesforce.asking import ask
from shared.salesforce.budget import ApiBudget
from shared.salesforce.connection import Connection
from shared.salesforce.login import Login
from shared.salesforce.queries import Kind

_PER_CALL: Final = 200
"""Records in one collection, by Salesforce's documentation."""
_HEADERS: Final = {"Sforce-Auto-Assign": "FALSE", "Sforce-Duplicate-Rule-Header": "allowSave=true"}
"""A Lead that somebody works on keeps its owner, and a duplicate rule that warns has nothing to say about keys."""


@dataclass(frozen=True, slots=True)
class Page:
    """`filled` were written, `same` had the right keys already, `refused` counts the others by Salesforce's code.

    `left` counts all that there is to do, on the first page alone. `after` is where the next page begins, '' behind
    the last one. With an `error` the page ended early, and the next one begins at what was not done.
    """

    left: int | None
    filled: int = 0
    same: int = 0
    refused: Mapping[str, int] = field(default_factory=dict)
    after: str = ""
    error: FormToLeadError | None = None


class Backfill:
    """Kept between invocations. `reserve` is a share of the org's daily API calls, from 0 to 1."""

    def __init__(
        self,
        secret: Secret,
        *,
        reserve: float,
        deadline: Deadline | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._budget = ApiBudget(reserve, clock)
        self._connection = Connection(Login(secret, clock), self._budget, deadline=deadline, clock=clock)

    def fill_page(
        self, kind: Kind, after: str, *, country: str, everything: bool = False, most: int = queries.ROWS
    ) -> Page:
        """Raises TransientError and ConfigurationError where not even the first record could be read."""
        if not self._budget.has_calls_for_repeats():
            raise BudgetError("api_calls_kept_for_new_submissions")
        found = self._read(kind, after, everything=everything, most=most)
        rows = found["rows"]["records"]
        filled, same, refused, error = 0, 0, Counter[str](), None
        for records in batched(rows, _PER_CALL, strict=False):
            changed = [(row, keys) for row in records if (keys := _changed(row, country))]
            try:
                refusals = list(self._write(kind, changed))
            except FormToLeadError as failed:
                error = failed
                break
            filled += len(changed) - len(refusals)
            same += len(records) - len(changed)
            refused.update(refusals)
            after = str(records[-1]["Id"])
        is_last = error is None and bool(found["rows"]["done"]) and len(rows) < most
        left = int(found["count"]["totalSize"]) if "count" in found else None
        return Page(left, filled, same, dict(refused), "" if is_last else after, error)

    def _read(self, kind: Kind, after: str, *, everything: bool, most: int) -> dict[str, Mapping[str, Any]]:
        """One API call."""
        asked = {"rows": ("query", queries.to_fill(kind, after, everything=everything, most=most))}
        if not after:
            # In a large org counting takes its time: once is enough.
            asked["count"] = ("query", queries.how_many_to_fill(kind, everything=everything))
        return ask(self._connection, asked)

    def _write(self, kind: Kind, changed: Sequence[tuple[Record, Record]]) -> Iterator[str]:
        """Codes of those that the org refuses."""
        if not changed:
            return
        if not self._budget.has_calls_for_repeats():
            raise BudgetError("api_calls_kept_for_new_submissions")
        records = [{"attributes": {"type": kind}, "Id": row["Id"], **keys} for row, keys in changed]
        body: dict[str, Any] = {"allOrNone": False, "records": records}
        written = answers.of_collection(
            self._connection.write("PATCH", "composite/sobjects", body, _HEADERS), len(records)
        )
        for one in written:
            if isinstance(one.error, ConfigurationError):
                # A field that the API user may not write refuses every record after this one too.
                raise one.error
            if one.error:
                yield one.error.code


def _changed(row: Record, country: str) -> Record:
    """The keys that the record should have, where it has not all of them."""
    keys = match_key_fields(row, country)
    return keys if any((row.get(name) or None) != key for name, key in keys.items()) else {}
