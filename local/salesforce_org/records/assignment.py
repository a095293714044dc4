"""Lead assignment rules: who gets a Lead that is created or changed through the API.

The header `Sforce-Auto-Assign` decides, as documented: TRUE (also when it is absent) applies the active rule to
created and updated Leads, FALSE none, the id of a rule applies that rule, active or not, to created Leads.
Tests set the rules as [{"name", "active", "entries": [{"field", "equals", "ownerId"}], "default": id or null}].
A guess: an owner that the request names gives way to the rule's, too.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from local.salesforce_org.errors import ApiError
from local.salesforce_org.messages import JsonObject, JsonValue, Row
from local.salesforce_org.schema.fields import SOBJECTS, SObject
from local.salesforce_org.schema.ids import normal_id

HEADER = "sforce-auto-assign"
SOBJECT = SOBJECTS["AssignmentRule"]


@dataclass(frozen=True)
class Entry:
    """A Lead whose field equals the text (whatever the case) goes to the owner."""

    field: str
    equals: str
    owner_id: str

    def fits(self, row: Row) -> bool:
        value = row.get(self.field)
        text = str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)
        return text.strip().lower() == self.equals.strip().lower()


@dataclass(frozen=True)
class Rule:
    """The first entry that fits wins; without one the Lead goes to the default, or stays where it is."""

    name: str
    active: bool
    entries: tuple[Entry, ...]
    default: str | None = None

    def owner_of(self, row: Row) -> str | None:
        return next((entry.owner_id for entry in self.entries if entry.fits(row)), self.default)

    def shown(self) -> JsonObject:
        entries: list[JsonValue] = [
            {"field": each.field, "equals": each.equals, "ownerId": each.owner_id} for each in self.entries
        ]
        return {"name": self.name, "active": self.active, "entries": entries, "default": self.default}


def chosen(rules: dict[str, Rule], header: str, *, creating: bool) -> Rule | None:
    """The rule that a header's value asks for. Raises ApiError for an id of no rule (the answer is a guess)."""
    wanted = header.strip().upper()
    if wanted == "FALSE":
        return None
    if wanted in {"", "TRUE"}:
        return next((rule for rule in rules.values() if rule.active), None)
    record_id = normal_id(header.strip())
    if record_id not in rules:
        raise ApiError(400, "INVALID_ID_FIELD", f"Invalid assignment rule: {header}")
    return rules[record_id] if creating else None


def parse_rules(body: JsonValue) -> list[Rule]:
    """The body of POST /_org/assignment_rules. Raises ApiError 400."""
    if not isinstance(body, list):
        raise _bad("a JSON list of rules is wanted; [] clears")
    rules = [_rule(each) for each in body]
    if sum(rule.active for rule in rules) > 1:
        raise _bad("only one rule can be active")
    return rules


def _rule(value: JsonValue) -> Rule:
    if not isinstance(value, dict) or value.keys() - {"name", "active", "entries", "default"}:
        raise _bad("a rule has name, active, entries and default")
    name, active = value.get("name", "Standard"), value.get("active", True)
    entries, default = value.get("entries", []), value.get("default")
    if not isinstance(name, str) or not isinstance(active, bool) or not isinstance(entries, list):
        raise _bad("name is a text, active true or false, entries a list")
    return Rule(name, active, tuple(_entry(each) for each in entries), None if default is None else _owner(default))


def _entry(value: JsonValue) -> Entry:
    if not isinstance(value, dict) or value.keys() != {"field", "equals", "ownerId"}:
        raise _bad("an entry has exactly field, equals and ownerId")
    found = SOBJECTS["Lead"].field(str(value["field"]))
    if found is None:
        raise _bad(f"Lead has no field {value['field']}")
    return Entry(found.name, str(value["equals"]), _owner(value["ownerId"]))


def _owner(value: JsonValue) -> str:
    record_id = normal_id(value) if isinstance(value, str) else None
    if record_id is None or record_id[:3] not in _owner_prefixes():
        raise _bad(f"{value} is no id of a User or a queue")
    return record_id


def _owner_prefixes() -> Sequence[str]:
    return [SOBJECTS[name].prefix for name in ("User", "Group")]


def _bad(message: str) -> ApiError:
    return ApiError(400, "BAD_RULE", message)


def applies_to(sobject: SObject) -> bool:
    return sobject.name == "Lead"
