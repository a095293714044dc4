"""The questions, in SOQL. Every value passes format_soql: a visitor writes part of most of them."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Final

from simple_salesforce.format import format_soql

from shared.crm import LookUp, Named
from shared.lead_fields import (
    LOOKED_UP_ON_LEADS,
    LOOKED_UP_ON_PEOPLE,
    MATCH_EVIDENCE_FIELD,
    POSSIBLE_DUPLICATE_FIELD,
    SUBMISSION_ID_FIELD,
)
from shared.submission import timestamp

ROWS: Final = 2000
"""One page of a query. Equality on e-mail or phone finds far fewer, or the key is no key."""
_CLOCK_SKEW: Final = timedelta(hours=1)
_FATE_FIELDS: Final = ("IsDeleted", "MasterRecordId")
"""What has become of a record; only queryAll sees a deleted one."""

_OWN_FIELDS: Final = (
    "Id", "IsConverted", "OwnerId", SUBMISSION_ID_FIELD, POSSIBLE_DUPLICATE_FIELD, MATCH_EVIDENCE_FIELD
)  # fmt: skip
"""Of a Lead of ours: whether it was held, and whose Task that makes."""

type Queries = dict[str, tuple[str, str]]
"""By name: `query` or `queryAll`, and the SOQL."""


def look_up(what: LookUp) -> Queries:
    """By the field of Found that each fills. At most four; a composite request takes five."""
    ids = list(what.submission_ids)
    own_fields = _columns(_OWN_FIELDS, _FATE_FIELDS)
    queries = {
        # A Lead of ours that was merged since is gone from every other query.
        "own_leads": (
            "queryAll",
            format_soql("SELECT {:literal} FROM Lead WHERE Submission_Id__c IN {}", own_fields, ids),
        ),
        # Submission_Id__c of Task has no index; CreatedDate has, and a Task is younger than its submission.
        "own_tasks": (
            "query",
            format_soql(
                "SELECT Id, WhoId, Submission_Id__c FROM Task"
                " WHERE Submission_Id__c IN {} AND CreatedDate >= {:literal}",
                ids,
                timestamp(what.oldest - _CLOCK_SKEW),
            ),
        ),
    }
    if same := _same_person(what):
        queries["open_leads"] = (
            "query",
            format_soql(
                "SELECT {:literal} FROM Lead WHERE IsConverted = false AND ({:literal})"
                " ORDER BY LastModifiedDate DESC LIMIT {}",
                _columns(LOOKED_UP_ON_LEADS, what.lead_fields),
                same,
                ROWS,
            ),
        )
        queries["contacts"] = (
            "query",
            format_soql(
                "SELECT {:literal} FROM Contact WHERE {:literal} ORDER BY LastModifiedDate DESC LIMIT {}",
                _columns(LOOKED_UP_ON_PEOPLE),
                same,
                ROWS,
            ),
        )
    return queries


def _same_person(what: LookUp) -> str:
    same = [format_soql("Email IN {}", list(what.emails))] if what.emails else []
    for mailbox in what.mailboxes:
        local, _, domain = mailbox.rpartition("@")
        same.append(format_soql("Email LIKE '{:like}+%@{:like}'", local, domain))
    if what.phones:
        phones = list(what.phones)
        same += [format_soql("Phone IN {}", phones), format_soql("MobilePhone IN {}", phones)]
    return " OR ".join(same)


def owners(submission_ids: Sequence[str]) -> str:
    return format_soql("SELECT OwnerId, Submission_Id__c FROM Lead WHERE Submission_Id__c IN {}", list(submission_ids))


def by_id(record_ids: Sequence[str], lead_fields: Iterable[str]) -> Queries:
    """Leads and Contacts as they are today, deleted ones too."""
    leads = [one for one in record_ids if one.startswith("00Q")]
    contacts = [one for one in record_ids if one.startswith("003")]
    queries: Queries = {}
    if leads:
        columns = _columns(LOOKED_UP_ON_LEADS, (*_FATE_FIELDS, "IsConverted", "ConvertedContactId"), lead_fields)
        queries["leads"] = ("queryAll", format_soql("SELECT {:literal} FROM Lead WHERE Id IN {}", columns, leads))
    if contacts:
        columns = _columns(LOOKED_UP_ON_PEOPLE, _FATE_FIELDS)
        soql = format_soql("SELECT {:literal} FROM Contact WHERE Id IN {}", columns, contacts)
        queries["contacts"] = ("queryAll", soql)
    return queries


_NAME_FIELDS: Final = {
    "record_type": "DeveloperName",
    "queue": "DeveloperName",
    "user": "Username",
    "campaign": "Name",
}
"""By kind: the field that holds what a form calls the name."""


def named(wanted: Iterable[Named]) -> Queries:
    """By kind; one query a kind."""
    names: dict[str, set[str]] = {}
    for one in wanted:
        names.setdefault(one.kind, set()).add(one.name)
    return {kind: ("query", _named(kind, sorted(asked))) for kind, asked in names.items()}


def _named(kind: str, names: list[str]) -> str:
    match kind:
        case "record_type":
            return format_soql(
                "SELECT Id, DeveloperName FROM RecordType"
                " WHERE SobjectType = 'Lead' AND IsActive = true AND DeveloperName IN {}",
                names,
            )
        case "queue":
            return format_soql(
                "SELECT Id, DeveloperName FROM Group WHERE Type = 'Queue' AND DeveloperName IN {}", names
            )
        case "user":
            return format_soql("SELECT Id, Username FROM User WHERE IsActive = true AND Username IN {}", names)
        case _:
            return format_soql("SELECT Id, Name FROM Campaign WHERE Name IN {}", names)


def name_field(kind: str) -> str:
    return _NAME_FIELDS[kind]


def _columns(*groups: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(name for group in groups for name in group))
