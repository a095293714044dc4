"""Ids of what forms call by name. Asked for once, then remembered for a while: names seldom move."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from shared.crm import Named, Record
from shared.errors import ConfigurationError
from shared.salesforce import queries

_REMEMBERED_FOR: Final = 900.0
"""Seconds. What was not found is not remembered: an admin may be making it right now."""

type Ask = Callable[[queries.Queries], Mapping[str, Sequence[Record]]]


class Names:
    def __init__(self, ask: Ask, clock: Callable[[], float]) -> None:
        self._ask = ask
        self._clock = clock
        self._ids: dict[Named, tuple[str, float]] = {}

    def learn(self, values: Iterable[Any]) -> None:
        """Looks up the names among the values that it does not know: one API call, or none."""
        wanted = {value for value in values if isinstance(value, Named) and self._known(value) is None}
        if not wanted:
            return
        found = self._ask(queries.named(wanted))
        for one in wanted:
            field = queries.name_field(one.kind)
            ids = [str(row["Id"]) for row in found[one.kind] if str(row[field]).lower() == one.name.lower()]
            if len(ids) == 1:
                self._ids[one] = (ids[0], self._clock())

    def filled_in(self, record: Record) -> dict[str, Any]:
        """The record with ids for names. Raises ConfigurationError for a name that the org has not, or twice."""
        return {field: self.id_of(value) for field, value in record.items()}

    def id_of(self, value: Any) -> Any:
        """Any other value is given back as it is."""
        if not isinstance(value, Named):
            return value
        if (found := self._known(value)) is None:
            raise ConfigurationError(f"{value.kind}_not_found", detail=value.name)
        return found

    def _known(self, one: Named) -> str | None:
        found, at = self._ids.get(one, ("", float("-inf")))
        return found if self._clock() - at < _REMEMBERED_FOR else None
