"""Creating, changing, deleting and finding single records, with everything the org checks on the way.

Nothing here locks: the Org serialises requests. Every method either does all of its work or raises RecordError.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from local.salesforce_org.control.behaviour import Behaviour
from local.salesforce_org.duplicates.duplicate_rules import DuplicateRules
from local.salesforce_org.errors import ApiError, Problem, RecordError, not_found
from local.salesforce_org.messages import JsonObject, JsonValue, Row, Scalar
from local.salesforce_org.query.plan import stored_datetime
from local.salesforce_org.schema import countries
from local.salesforce_org.schema.access import Access
from local.salesforce_org.schema.fields import SOBJECTS, Field, SObject, sobject_named

from . import assignment, campaigns
from .references import (
    CONVERTED_LEAD,
    ENTITY_IS_DELETED,
    INVALID_CROSS_REFERENCE,
    check_reference,
    children_that_go_along,
)
from .store import Store, read_value
from .validation import ValidationRule, changes_of, check_values, unreadable

_CLOSED_TASK = "Completed"


@dataclass(frozen=True)
class Upserted:
    record_id: str
    created: bool


class SeveralMatches(Exception):
    """An upsert or a look-up by external id found more than one record."""

    def __init__(self, record_ids: Sequence[str]) -> None:
        super().__init__(f"{len(record_ids)} records")
        self.record_ids = tuple(record_ids)


@dataclass
class Records:
    """`user_id` does the writing and owns what names no owner.

    `refuse` may name a problem for each write in turn. While `racing`, an upsert does not see existing records, as
    when the real org runs two at the same moment. `auto_assign` is the Sforce-Auto-Assign header of the call that is
    being answered; the assignment rules are kept by their ids.
    """

    store: Store
    now: Callable[[], datetime]
    user_id: str
    rules: list[ValidationRule] = field(default_factory=list)
    refuse: Callable[[], Problem | None] = lambda: None
    racing: bool = False
    access: Access = field(default_factory=Access)
    assignment_rules: dict[str, assignment.Rule] = field(default_factory=dict)
    auto_assign: str = ""

    def seen(self, sobject: SObject) -> SObject:
        """The object as the integration user sees it."""
        return self.access.seen(sobject, address_codes=self.behaviour.state_country_picklists)

    behaviour: Behaviour = field(default_factory=Behaviour)
    duplicates: DuplicateRules = field(init=False)

    def __post_init__(self) -> None:
        self.duplicates = DuplicateRules(self.store)

    def create(self, sobject: SObject, payload: JsonObject) -> str:
        """The id of the new record."""
        given = self._changes(sobject, payload, {}, creating=True)
        # A null for what has a default leaves the default; a guess.
        changes = {name: value for name, value in given.items() if value is not None or name not in sobject.defaults}
        row: Row = dict(sobject.defaults)
        row.update(changes)
        if sobject is campaigns.MEMBER:
            row = campaigns.with_default_status(self.store, row)
        if "OwnerId" in sobject.fields and row.get("OwnerId") is None:
            row["OwnerId"] = self.user_id
        check_values(sobject, row, creating=True)
        self._check(sobject, row, changes, own_id=None)
        row |= self._assigned(sobject, row, creating=True)
        record_id = self.store.next_id(sobject)
        moment = stored_datetime(self.now())
        row |= {"Id": record_id, "IsDeleted": False}
        row |= {"CreatedDate": moment, "CreatedById": self.user_id}
        row |= self._touched(moment) | self._computed(sobject, row)
        self.store.insert(sobject, row)
        self._add_campaign_statuses(sobject, record_id)
        return record_id

    def update(self, sobject: SObject, record_id: str, payload: JsonObject) -> None:
        before = self._live(sobject, record_id)
        changes = self._changes(sobject, payload, before, creating=False)
        if sobject.name == "Lead" and before["IsConverted"]:
            raise RecordError(CONVERTED_LEAD)
        check_values(sobject, changes, creating=False)
        after = before | changes
        self._check(sobject, after, changes, own_id=record_id)
        changes |= self._assigned(sobject, after, creating=False)
        moment = stored_datetime(self.now())
        self.store.update(sobject, record_id, changes | self._touched(moment) | self._computed(sobject, after))

    def delete(self, sobject: SObject, record_id: str) -> None:
        if sobject.name == "Lead" and not self.behaviour.may_merge_leads:
            # The code is the documented one of a missing right, the text is a guess.
            raise RecordError(Problem("INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id"))
        self._live(sobject, record_id)
        self._obey_refusal()
        gone: Row = {"IsDeleted": True} | self._touched(stored_datetime(self.now()))
        self.store.update(sobject, record_id, gone)
        for child, lookup in children_that_go_along(sobject):
            for row in self.store.find(child, lookup, record_id):
                self.store.update(child, str(row["Id"]), gone)

    def upsert(
        self, sobject: SObject, by: Field, value: str, payload: JsonObject, *, update_only: bool = False
    ) -> Upserted:
        """Creates, or changes the one record whose `by` has this value. Raises SeveralMatches."""
        found = None if self.racing else self.find(sobject, by, value)
        if found is not None:
            self.update(sobject, found, payload)
            return Upserted(found, created=False)
        if update_only or by.type == "id":
            raise not_found()
        return Upserted(self.create(sobject, {**payload, by.name: value}), created=True)

    def find(self, sobject: SObject, by: Field, value: str) -> str | None:
        """The id of the one live record whose field has this value."""
        matches = [str(row["Id"]) for row in self.store.find(sobject, by, value)]
        if len(matches) > 1:
            raise SeveralMatches(matches)
        return matches[0] if matches else None

    def retrieve(self, sobject: SObject, record_id: str) -> JsonObject:
        """All fields of a live record, as the API shows them."""
        row = self._live(sobject, record_id)
        seen = self.seen(sobject)
        shown: JsonObject = {each.name: read_value(each, row[each.name]) for each in seen.stored}
        return shown | self.store.addresses(seen, record_id)

    def insert_as_system(self, sobject: SObject, values: Mapping[str, Scalar]) -> str:
        """Stores a record unchecked, read-only fields too: for the seed and for tests that need a past."""
        row: Row = dict(sobject.defaults)
        moment = stored_datetime(self.now())
        row |= {"CreatedDate": moment, "CreatedById": self.user_id} | self._touched(moment)
        if "OwnerId" in sobject.fields:
            row["OwnerId"] = self.user_id
        row |= values
        # A given id (the organisation has one) does not use up a number.
        row["Id"] = values.get("Id") or self.store.next_id(sobject)
        row |= self._computed(sobject, row)
        known = {each.name for each in sobject.stored}
        self.store.insert(sobject, {name: value for name, value in row.items() if name in known})
        self._add_campaign_statuses(sobject, str(row["Id"]))
        return str(row["Id"])

    def set_assignment_rules(self, rules: Sequence[assignment.Rule]) -> None:
        """Replaces all of them; their rows can be queried, as in the real org, but not their entries."""
        self.store.remove_all(assignment.SOBJECT)
        self.assignment_rules.clear()
        for rule in rules:
            values: Row = {"Name": rule.name, "SobjectType": "Lead", "Active": rule.active}
            self.assignment_rules[self.insert_as_system(assignment.SOBJECT, values)] = rule

    def record_types(self, sobject: SObject) -> list[JsonObject]:
        rows = self.store.all(SOBJECTS["RecordType"])
        return [dict(row) for row in rows if row["SobjectType"] == sobject.name]

    def _touched(self, moment: str) -> Row:
        return {"LastModifiedDate": moment, "LastModifiedById": self.user_id, "SystemModstamp": moment}

    def _live(self, sobject: SObject, record_id: str) -> Row:
        row = self.store.get(sobject, record_id)
        if row is None:
            raise RecordError(INVALID_CROSS_REFERENCE)
        if row.get("IsDeleted"):
            raise RecordError(ENTITY_IS_DELETED)
        return row

    def _changes(self, sobject: SObject, payload: JsonObject, before: Row, *, creating: bool) -> Row:
        seen = self.seen(sobject)
        plain = {name: value for name, value in payload.items() if name.lower() != "attributes"}
        linked: JsonObject = {}
        for name, value in plain.items():
            lookup = seen.relationship(name)
            if lookup is not None and seen.field(name) is None:
                linked[lookup.name] = self._by_external_id(lookup, value)
            else:
                linked[name] = value
        changes = changes_of(seen, linked, creating=creating)
        self._obey_refusal()
        with_codes = self.behaviour.state_country_picklists and sobject.fields.keys() >= countries.CODE_FIELDS
        return countries.settled(before, changes) if with_codes else changes

    def _assigned(self, sobject: SObject, row: Row, *, creating: bool) -> Row:
        """What an assignment rule makes of a record that passed every check."""
        if not assignment.applies_to(sobject):
            return {}
        rule = assignment.chosen(self.assignment_rules, self.auto_assign, creating=creating)
        owner = rule.owner_of(row) if rule else None
        if owner is None:
            return {}
        check_reference(self.store, sobject, sobject.fields["OwnerId"], owner)
        return {"OwnerId": owner}

    def _add_campaign_statuses(self, sobject: SObject, record_id: str) -> None:
        if sobject.name == "Campaign":
            for row in campaigns.status_rows(record_id):
                self.insert_as_system(campaigns.STATUS, row)

    def _obey_refusal(self) -> None:
        problem = self.refuse()
        if problem is not None:
            raise RecordError(problem)

    def _by_external_id(self, lookup: Field, value: JsonValue) -> JsonValue:
        """The id behind `"Who": {"attributes": {"type": "Lead"}, "Submission_Id__c": "..."}`."""
        if value is None:
            return None
        if not isinstance(value, dict):
            raise unreadable("reference", value)
        attributes = value.get("attributes")
        kind = attributes.get("type") if isinstance(attributes, dict) else None
        target = sobject_named(str(kind)) if kind else None
        if target is None and len(lookup.references) == 1:
            target = SOBJECTS.get(lookup.references[0])
        keys = [name for name in value if name != "attributes"]
        by = self.seen(target).field(keys[0]) if target and len(keys) == 1 else None
        if target is None or by is None or not by.can_upsert_by:
            message = f"Foreign key reference for {lookup.name} must name one object type and one External Id field"
            raise RecordError(Problem("INVALID_FIELD", message))
        wanted = value[keys[0]]
        try:
            found = self.find(target, by, str(wanted))
        except SeveralMatches as several:
            raise RecordError(several_matches(by, several)) from None
        if found is None:
            message = f"Foreign key external ID: {wanted} not found for field {by.name} in entity {target.name}"
            raise RecordError(Problem("INVALID_FIELD", message))
        return found

    def _check(self, sobject: SObject, row: Row, changes: Row, own_id: str | None) -> None:
        for name, value in changes.items():
            target = sobject.fields[name]
            if target.type == "reference" and isinstance(value, str):
                check_reference(self.store, sobject, target, value)
        if sobject.name == "Task":
            self._check_task(row, changes)
        if sobject is campaigns.MEMBER:
            campaigns.check_member(self.store, row, own_id)
        broken = [problem for rule in self.rules if (problem := rule.problem(sobject, row)) is not None]
        if broken:
            raise RecordError(*broken)
        self._check_duplicates(sobject, row, own_id)
        for name, value in changes.items():
            if sobject.fields[name].unique and value is not None:
                self._check_unique(sobject, sobject.fields[name], value, own_id)

    def _check_duplicates(self, sobject: SObject, row: Row, own_id: str | None) -> None:
        before = self.store.get(sobject, own_id) if own_id else None
        key = self.behaviour.duplicate_result_key
        problem = self.duplicates.problem(sobject, row, before, key, self.retrieve)
        if problem is not None:
            raise RecordError(problem)

    def _check_task(self, row: Row, changes: Row) -> None:
        who = row.get("WhoId")
        if changes.keys() & {"WhoId", "WhatId"} and row.get("WhatId") and str(who).startswith(SOBJECTS["Lead"].prefix):
            # The rule is real (a Task about a Lead has no Related To); the wording is a guess.
            message = "Related To ID: a task about a lead can't be related to another record"
            raise RecordError(Problem("FIELD_INTEGRITY_EXCEPTION", message, ("WhatId",)))

    def _check_unique(self, sobject: SObject, unique: Field, value: Scalar, own_id: str | None) -> None:
        others = [str(row["Id"]) for row in self.store.find(sobject, unique, value) if row["Id"] != own_id]
        if others:
            message = f"duplicate value found: {unique.name} duplicates value on record with id: {others[0]}"
            raise RecordError(Problem("DUPLICATE_VALUE", message))

    def _computed(self, sobject: SObject, row: Row) -> Row:
        """Fields that the org derives: full names, and what a Task's status and people imply."""
        if "LastName" in sobject.fields and "FirstName" in sobject.fields:
            return {"Name": " ".join(str(row[part]) for part in ("FirstName", "LastName") if row.get(part))}
        if sobject is campaigns.MEMBER:
            return campaigns.derived(self.store, row, stored_datetime(self.now())[:10])
        if sobject.name != "Task":
            return {}
        closed = row.get("Status") == _CLOSED_TASK
        completed = row.get("CompletedDateTime") or stored_datetime(self.now())
        return {
            "IsClosed": closed,
            "CompletedDateTime": completed if closed else None,
            "IsHighPriority": row.get("Priority") == "High",
            "AccountId": self._task_account(row),
        }

    def _task_account(self, row: Row) -> Scalar:
        what, who = row.get("WhatId"), row.get("WhoId")
        if isinstance(what, str) and what.startswith(SOBJECTS["Account"].prefix):
            return what
        if isinstance(who, str) and who.startswith(SOBJECTS["Contact"].prefix):
            contact = self.store.get(SOBJECTS["Contact"], who)
            return contact["AccountId"] if contact else None
        return None


def several_matches(by: Field, several: SeveralMatches) -> Problem:
    listed = ", ".join(several.record_ids)
    message = f"{by.name}: more than one record found for external id field: [{listed}]"
    return Problem("DUPLICATE_EXTERNAL_ID", message, (by.name,))


def upsert_field(sobject: SObject, name: str) -> Field:
    """The field to upsert by. Raises the org's 404 for one that is no External Id and has no idLookup."""
    found = sobject.field(name)
    if found is None or not found.can_upsert_by:
        message = f"Provided external ID field does not exist or is not accessible: {name}"
        raise ApiError(404, "NOT_FOUND", message)
    return found
