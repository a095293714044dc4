"""What the integration user sees of an object: field permissions, and fields that only some orgs have."""

from dataclasses import dataclass, field, replace
from functools import lru_cache
from types import MappingProxyType

from local.salesforce_org.errors import ApiError
from local.salesforce_org.messages import JsonObject, JsonValue

from .countries import CODE_FIELDS
from .fields import SOBJECTS, SObject, sobject_named


@dataclass
class Access:
    """`Lead.Rating` and the like: a hidden field is as good as absent, a read-only one cannot be written."""

    hidden: set[str] = field(default_factory=set)
    read_only: set[str] = field(default_factory=set)

    def clear(self) -> None:
        self.hidden.clear()
        self.read_only.clear()

    def shown(self) -> JsonObject:
        return {"hidden": [*sorted(self.hidden)], "read_only": [*sorted(self.read_only)]}

    def change(self, given: JsonValue) -> None:
        """Replaces both sets. Raises ApiError 400 that says what is wrong."""
        if not isinstance(given, dict) or given.keys() - {"hidden", "read_only"}:
            raise ApiError(400, "BAD_ACCESS", 'wanted: {"hidden": ["Lead.Rating"], "read_only": [...]}')
        hidden, read_only = _fields(given.get("hidden", [])), _fields(given.get("read_only", []))
        self.clear()
        self.hidden |= hidden
        self.read_only |= read_only

    def seen(self, sobject: SObject, *, address_codes: bool) -> SObject:
        return _seen(sobject.name, frozenset(self.hidden), frozenset(self.read_only), address_codes)


def _fields(given: JsonValue) -> set[str]:
    if not isinstance(given, list):
        raise ApiError(400, "BAD_ACCESS", "a list of names like Lead.Rating is wanted")
    names = set()
    for each in given:
        sobject_name, _, name = str(each).partition(".")
        sobject = sobject_named(sobject_name)
        found = sobject.field(name) if sobject else None
        if sobject is None or found is None:
            raise ApiError(400, "BAD_ACCESS", f"there is no field {each}")
        names.add(f"{sobject.name}.{found.name}")
    return names


@lru_cache(maxsize=256)
def _seen(name: str, hidden: frozenset[str], read_only: frozenset[str], address_codes: bool) -> SObject:
    sobject = SOBJECTS[name]
    absent = {each for each in sobject.fields if f"{name}.{each}" in hidden}
    if not address_codes:
        absent |= CODE_FIELDS & sobject.fields.keys()
    locked = {each for each in sobject.fields if f"{name}.{each}" in read_only}
    if not absent and not locked:
        return sobject
    fields = {
        each.name: replace(each, flags=each.flags - {"c", "u"}) if each.name in locked else each
        for each in sobject.fields.values()
        if each.name not in absent
    }
    return replace(sobject, fields=MappingProxyType(fields))
