"""Whether a record may point at another: it exists, is of the right kind, and can carry what points at it.

And what a record takes along when it is deleted.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from local.salesforce_org.errors import Problem, RecordError
from local.salesforce_org.messages import Row
from local.salesforce_org.schema.fields import SOBJECTS, Field, SObject, sobject_of_id

from .store import Store

INVALID_CROSS_REFERENCE = Problem("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
ENTITY_IS_DELETED = Problem("ENTITY_IS_DELETED", "entity is deleted")
CONVERTED_LEAD = Problem("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")
# By look-up: what the describe calls the relationship. It marks all of these with cascadeDelete.
CHILD_RELATIONSHIPS: Mapping[str, str] = MappingProxyType(
    {
        "Task.WhoId": "Tasks",
        "Task.WhatId": "Tasks",
        "CampaignMember.LeadId": "CampaignMembers",
        "CampaignMember.ContactId": "CampaignMembers",
        "CampaignMember.CampaignId": "CampaignMembers",
        "Contact.AccountId": "Contacts",
    }
)
_NOT_FOR_CONVERTED_LEADS = frozenset({"Task", "CampaignMember"})


def children_that_go_along(sobject: SObject) -> Iterator[tuple[SObject, Field]]:
    """(object, look-up) of the records that are deleted with the one that they belong to.

    Guesses: a Contact that goes with its Account takes nothing along itself, and a Task goes although its other
    relation still stands.
    """
    for each in CHILD_RELATIONSHIPS:
        child, _, name = each.partition(".")
        lookup = SOBJECTS[child].fields[name]
        if sobject.name in lookup.references:
            yield SOBJECTS[child], lookup


def check_reference(store: Store, sobject: SObject, lookup: Field, record_id: str) -> None:
    """Raises RecordError when a record of `sobject` cannot hold `record_id` in its field `lookup`."""
    target = sobject_of_id(record_id)
    if lookup.name == "RecordTypeId":
        _check_record_type(store, sobject, record_id)
        return
    if target is None or target.name not in lookup.references:
        message = f"{lookup.label}: id value of incorrect type: {record_id}"
        raise RecordError(Problem("FIELD_INTEGRITY_EXCEPTION", message, (lookup.name,)))
    row = store.get(target, record_id)
    if row is None:
        raise RecordError(INVALID_CROSS_REFERENCE)
    if row.get("IsDeleted"):
        raise RecordError(ENTITY_IS_DELETED)
    if lookup.name == "OwnerId":
        _check_owner(store, sobject, target, row)
    if target.name == "Lead" and row["IsConverted"] and sobject.name in _NOT_FOR_CONVERTED_LEADS:
        raise RecordError(CONVERTED_LEAD)


def _check_record_type(store: Store, sobject: SObject, record_id: str) -> None:
    """The text is from a public report; that an inactive one is refused in the same words is a guess."""
    row = store.get(SOBJECTS["RecordType"], record_id)
    if row is None or not row["IsActive"] or row["SobjectType"] != sobject.name:
        message = f"Record Type ID: this ID value isn't valid for the user: {record_id}"
        raise RecordError(Problem("INVALID_CROSS_REFERENCE_KEY", message, ("RecordTypeId",)))


def _check_owner(store: Store, sobject: SObject, target: SObject, row: Row) -> None:
    if target.name == "User" and not row["IsActive"]:
        message = f"operation performed with inactive user [{row['Id']}] as owner of {sobject.label.lower()}"
        raise RecordError(Problem("INACTIVE_OWNER_OR_USER", message))
    if target.name == "Group" and not _serves(store, row, sobject):
        message = "Queue not associated with this SObject type"
        raise RecordError(Problem("FIELD_INTEGRITY_EXCEPTION", message, ("OwnerId",)))


def _serves(store: Store, group: Row, sobject: SObject) -> bool:
    """A public group that is no queue owns nothing; the words for that case are a guess."""
    return group["Type"] == "Queue" and any(
        row["QueueId"] == group["Id"] and row["SobjectType"] == sobject.name
        for row in store.all(SOBJECTS["QueueSobject"])
    )
