"""Duplicate rules: what happens to a record that a matching rule finds already there.

The standard rules of a real org are all here and inactive. Recorded: an alert rule refuses an API save as a block rule
does. Documented: unless the call's Sforce-Duplicate-Rule-Header says allowSave=true (from version 52 on, and never
against a block rule). Guesses, since no text at hand settles them:
- an update is looked at when it changes a field that the matching rule compares;
- records of one call are compared with what was stored before it, not with each other;
- validation rules come first and unique fields later;
- of several rules that match, one is reported: a block rule first, then the order of the list;
- converted Leads are no duplicates;
- all duplicates that one rule finds are listed, the oldest first, up to the documented hundred candidates;
- a header that makes no sense is ignored, and so is runAsCurrentUser: the one user sees every record.

/_org/duplicate_rules takes and shows a list of
    {"name", "active", "on_create", "on_update", "message"}, the actions being "allow", "alert" or "block"
where a rule that is not one of the standard rules also has
    {"sobject": "Lead" | "Contact", "matches": "Lead" | "Contact", "fields": ["Email", ...]}
and is active unless it says otherwise. Everything but the name and these three may be left out.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields, replace
from functools import cached_property, partial
from typing import Literal

from local.salesforce_org.errors import ApiError, Problem
from local.salesforce_org.messages import JsonObject, JsonValue, Row, Scalar
from local.salesforce_org.records.store import Store
from local.salesforce_org.schema.fields import SOBJECTS, SObject

from .matching_rules import CONTACT_FIELDS, LEAD_FIELDS, Person, confidence, contact_person, lead_person

type Action = Literal["allow", "alert", "block"]

MOST_MATCHES = 100
HEADER = "sforce-duplicate-rule-header"
_HEADER_SINCE = 52  # API version
_MESSAGE = "You're creating a duplicate record. We recommend you use an existing record instead."
_COMPARED: Mapping[str, Mapping[str, str]] = {"Lead": LEAD_FIELDS, "Contact": CONTACT_FIELDS}
_STANDARD_MATCHING = {"Lead": "Standard_Lead_Match_Rule_v1_0", "Contact": "Standard_Contact_Match_Rule_v1_1"}


@dataclass(frozen=True)
class DuplicateRule:
    """Compares a `sobject` that is saved with every `matches`: by the standard matching rule, or, where `fields` are
    given, by these fields, which all must be the same and not blank.

    `allow` only reports in a real org: nothing of it shows in an answer.
    """

    name: str
    sobject: str
    matches: str
    fields: tuple[str, ...] = ()
    active: bool = False
    on_create: Action = "alert"
    # As recovered from a real org: the standard rules report a duplicate update, and let it pass.
    on_update: Action = "allow"
    message: str = _MESSAGE

    @property
    def compared(self) -> frozenset[str]:
        """The fields of the saved object that the matching rule looks at."""
        return frozenset(self.fields or _COMPARED[self.sobject])

    @property
    def matching_rule(self) -> str:
        # The name of a custom rule's matching rule is up to the admin.
        return f"{self.name}_Matching_Rule" if self.fields else _STANDARD_MATCHING[self.matches]

    @property
    def engine(self) -> str:
        return "ExactMatchEngine" if self.fields else "FuzzyMatchEngine"


STANDARD_RULES = (
    DuplicateRule("Standard_Lead_Duplicate_Rule", "Lead", "Lead"),
    DuplicateRule("Standard_Contact_Duplicate_Rule", "Contact", "Contact"),
    DuplicateRule("Standard_Rule_for_Leads_with_Duplicate_Contacts", "Lead", "Contact"),
    DuplicateRule("Standard_Rule_for_Contacts_with_Duplicate_Leads", "Contact", "Lead"),
)


@dataclass(frozen=True)
class Match:
    record_id: str
    confidence: float


class _Stored:
    """A row, and the person in it for rules that ask for one."""

    def __init__(self, row: Row, person: Callable[[Row], Person]) -> None:
        self.row = row
        self._read = person

    @cached_property
    def person(self) -> Person:
        return self._read(self.row)


@dataclass(frozen=True)
class SaveOptions:
    """What the call under way says about duplicates; `base` is its version's path."""

    allow_save: bool = False
    include_details: bool = False
    base: str = ""


def save_options(header: str, version: int, base: str) -> SaveOptions:
    """Reads `allowSave=true; includeRecordDetails=true; runAsCurrentUser=true`."""
    if version < _HEADER_SINCE:
        return SaveOptions(base=base)
    pairs = (part.partition("=") for part in re.split("[;,]", header.lower()))
    given = {name.strip() for name, _, value in pairs if value.strip() == "true"}
    return SaveOptions("allowsave" in given, "includerecorddetails" in given, base)


@dataclass(frozen=True)
class DuplicatesDetected(Problem):
    """A single call tells the duplicates under `key`; a collection's error has no place for them."""

    key: str = ""
    result: JsonObject = field(default_factory=dict)

    def alone(self) -> JsonObject:
        return {self.key: self.result, "errorCode": self.code, "message": self.message}


@dataclass
class DuplicateRules:
    """The org's rules, and what they must know of the call under way."""

    store: Store
    rules: list[DuplicateRule] = field(default_factory=lambda: list(STANDARD_RULES))
    _options: SaveOptions = field(default_factory=SaveOptions)
    # What the call under way compares with, by object: read once, so that what it saves itself is not in it.
    # None outside a call.
    _stored: dict[str, list[_Stored]] | None = None

    @contextmanager
    def during(self, options: SaveOptions) -> Iterator[None]:
        """The time of one call; the parts of a composite call nest."""
        outer = self._options, self._stored
        self._options, self._stored = options, {}
        try:
            yield
        finally:
            self._options, self._stored = outer

    def problem(
        self,
        sobject: SObject,
        row: Row,
        before: Row | None,
        key: str,
        details: Callable[[SObject, str], JsonObject],
    ) -> Problem | None:
        """What is wrong with saving `row`. `before` is the stored record of an update, `details` reads a record."""
        for rule, action in self._applying(sobject, row, before):
            if action == "alert" and self._options.allow_save:
                continue
            matches = self._matches(rule, row, own_id=before["Id"] if before else None)
            if matches:
                result = self._result(rule, action, matches, details)
                return DuplicatesDetected("DUPLICATES_DETECTED", rule.message, key=key, result=result)
        return None

    def before_saving(self, sobject: SObject, row: Row) -> JsonObject:
        """The `Duplicates` of the UI API for a record that is not saved, as its guide lists their properties.

        The guide says neither what the keys of duplicateResultInfos and the items of duplicateRules are (here rule
        names), nor what allowSave says when there are no duplicates (here true).
        """
        found = [
            (rule, action, matches)
            for rule, action in self._applying(sobject, row, None)
            if (matches := self._matches(rule, row, own_id=None))
        ]
        rules: list[JsonValue] = [rule.name for rule, _, _ in found]
        return {
            "allowSave": all(action == "alert" for _, action, _ in found),
            "duplicateError": bool(found),
            "duplicateRules": rules,
            "matches": [_ui_match(rule, action, matches) for rule, action, matches in found],
        }

    def _applying(self, sobject: SObject, row: Row, before: Row | None) -> list[tuple[DuplicateRule, Action]]:
        """The rules that look at this save, those that block first."""
        applying: list[tuple[DuplicateRule, Action]] = []
        for rule in self.rules:
            action = rule.on_create if before is None else rule.on_update
            touched = before is None or any(before.get(name) != row.get(name) for name in rule.compared)
            if rule.active and rule.sobject == sobject.name and action != "allow" and touched:
                applying.append((rule, action))
        return sorted(applying, key=lambda each: each[1] != "block")

    def _matches(self, rule: DuplicateRule, row: Row, own_id: Scalar) -> list[Match]:
        person, wanted = self._person(rule.sobject, row), _values(rule, row)
        found: list[Match] = []
        for other in self._stored_now(rule.matches):
            if rule.fields:
                sure = 100.0 if None not in wanted and wanted == _values(rule, other.row) else None
            else:
                sure = confidence(person, other.person)
            if sure is not None and other.row["Id"] != own_id:
                found.append(Match(str(other.row["Id"]), sure))
        return found[:MOST_MATCHES]

    def _stored_now(self, kind: str) -> list[_Stored]:
        if self._stored is not None and kind in self._stored:
            return self._stored[kind]
        rows = (row for row in self.store.all(SOBJECTS[kind]) if not row.get("IsConverted"))
        stored = [_Stored(row, partial(self._person, kind)) for row in rows]
        if self._stored is not None:
            self._stored[kind] = stored
        return stored

    def _person(self, kind: str, row: Row) -> Person:
        if kind == "Lead":
            return lead_person(row)
        account_id = row.get("AccountId")
        account = self.store.get(SOBJECTS["Account"], account_id) if isinstance(account_id, str) else None
        return contact_person(row, str(account["Name"]) if account else "")

    def _result(
        self,
        rule: DuplicateRule,
        action: Action,
        matches: Sequence[Match],
        details: Callable[[SObject, str], JsonObject],
    ) -> JsonObject:
        """In the shape and the order of keys of a recorded answer."""
        records: list[JsonValue] = [
            {
                "additionalInformation": [],
                "fieldDiffs": [],
                "matchConfidence": match.confidence,
                "record": self._record(rule.matches, match.record_id, details),
            }
            for match in matches
        ]
        match_result: JsonObject = {
            "entityType": rule.matches,
            "errors": [],
            "matchEngine": rule.engine,
            "matchRecords": records,
            "rule": rule.matching_rule,
            "size": len(records),
            "success": True,
        }
        return {
            "allowSave": action == "alert",
            "duplicateRule": rule.name,
            "duplicateRuleEntityType": rule.sobject,
            "errorMessage": rule.message,
            "matchResults": [match_result],
        }

    def _record(self, kind: str, record_id: str, details: Callable[[SObject, str], JsonObject]) -> JsonObject:
        url = f"{self._options.base}/sobjects/{kind}/{record_id}"
        shown: JsonObject = {"attributes": {"type": kind, "url": url}, "Id": record_id}
        return shown | details(SOBJECTS[kind], record_id) if self._options.include_details else shown


def _values(rule: DuplicateRule, row: Row) -> list[Scalar]:
    return [_comparable(row.get(name)) for name in rule.fields]


def _comparable(value: Scalar) -> Scalar:
    """That neither capitals nor outer blanks make a difference is from memory, and so a guess."""
    return (value.strip().casefold() or None) if isinstance(value, str) else value


def _ui_match(rule: DuplicateRule, action: Action, matches: Sequence[Match]) -> JsonObject:
    ids: list[JsonValue] = [match.record_id for match in matches]
    info: JsonObject = {
        "allowSave": action == "alert",
        "matchResultInfo": {"recordIds": ids, "rule": rule.matching_rule},
        "rule": rule.name,
    }
    return {"duplicateResultInfos": {rule.name: info}, "objectApiName": rule.matches, "recordIds": ids}


def rule_as_json(rule: DuplicateRule) -> JsonObject:
    return asdict(rule) | {"fields": list(rule.fields)}


def parse_rules(given: Sequence[JsonObject]) -> list[DuplicateRule]:
    """The standard rules with the given changes, then the given custom rules. Raises ApiError 400."""
    rules = {rule.name: rule for rule in STANDARD_RULES}
    for each in given:
        rule = _parsed(each, rules)
        rules[rule.name] = rule
    return list(rules.values())


def _parsed(given: JsonObject, rules: Mapping[str, DuplicateRule]) -> DuplicateRule:
    name = given.get("name")
    if unknown := given.keys() - {each.name for each in fields(DuplicateRule)}:
        raise _bad_rule(f"unknown keys {sorted(unknown)}")
    if not isinstance(name, str) or not name:
        raise _bad_rule("a rule has a name")
    message, active = given.get("message", _MESSAGE), given.get("active", name not in rules)
    if not isinstance(message, str) or not isinstance(active, bool):
        raise _bad_rule("message is a text, active is true or false")
    rule = rules[name] if name in rules else _custom(name, given)
    of_rule = rule_as_json(rule)
    if any(of_rule[key] != given[key] for key in given.keys() & {"sobject", "matches", "fields"}):
        raise _bad_rule(f"{name} compares {rule.sobject} with {rule.matches}, which can't be changed")
    return replace(
        rule,
        active=active,
        message=message,
        on_create=_action(given.get("on_create", rule.on_create)),
        on_update=_action(given.get("on_update", rule.on_update)),
    )


def _custom(name: str, given: JsonObject) -> DuplicateRule:
    sobject, matches, names = given.get("sobject"), given.get("matches"), given.get("fields")
    if sobject not in _COMPARED or matches not in _COMPARED or not isinstance(names, list) or not names:
        raise _bad_rule("a custom rule has sobject and matches, each Lead or Contact, and fields to compare")
    for each in names:
        if not all(str(each) in SOBJECTS[str(kind)].fields for kind in (sobject, matches)):
            raise _bad_rule(f"both objects must have the field {each}")
    return DuplicateRule(name, str(sobject), str(matches), tuple(str(each) for each in names))


def _action(given: JsonValue) -> Action:
    match given:
        case "allow" | "alert" | "block":
            return given
    raise _bad_rule("on_create and on_update are allow, alert or block")


def _bad_rule(message: str) -> ApiError:
    return ApiError(400, "BAD_RULE", message)
