"""What the org holds of one person who asks: found for a copy or an erasure, and of ours, deleted."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from simple_salesforce.format import format_soql

from shared.aws.secrets import Secret
from shared.crm import CLOCK_SKEW, Record, Written
from shared.deadline import Deadline
from shared.errors import ConfigurationError
from shared.form.lead_fields import SUBMISSION_ID_FIELD
from shared.leads.candidates import CONTACT_PREFIX
from shared.salesforce import answers
from shared.salesforce.asking import ask
from shared.salesforce.connection import Connection
from shared.salesforce.describe import connect, object_in
from shared.salesforce.queries import ROWS, Queries
from shared.submission import timestamp
from shared.values.email_address import spellings

_PER_CALL: Final = 200
"""Records in one collection, by Salesforce's documentation."""
_LEAD: Final = "00Q"
_COLUMNS: Final = {
    "Lead": (
        *("Id", "IsDeleted", "MasterRecordId", "IsConverted", "ConvertedContactId", SUBMISSION_ID_FIELD),
        *("FirstName", "LastName", "Email", "Phone", "MobilePhone"),
    ),
    "Contact": ("Id",),
    "Task": ("Id", "WhoId", SUBMISSION_ID_FIELD),
}
"""What a decision about a record takes, and who is locked with it; a copy has all that the API user may see."""
_UNREADABLE: Final = frozenset({"address", "location", "base64"})
"""Types whose parts are fields of their own, or which no query returns."""


@dataclass(frozen=True, slots=True)
class InOrg:
    """Leads: live ones with the address, all that came from the submissions (merged and deleted ones too), and what
    they were merged into. Contacts: with the address, or converted from these Leads. Tasks: only those of submissions.
    `noted`: others, on whom a Task of these submissions is. `more`: there is more than one answer holds."""

    leads: tuple[Record, ...]
    tasks: tuple[Record, ...]
    contacts: tuple[Record, ...]
    noted: tuple[Record, ...] = ()
    more: bool = False


class PersonRecords:
    """Kept between invocations. Methods raise what a call raises."""

    def __init__(self, secret: Secret, deadline: Deadline, clock: Callable[[], float] = time.monotonic) -> None:
        self._connection: Connection = connect(secret, deadline, clock)

    def look(
        self, email: str, submission_ids: Sequence[str], oldest: datetime | None, *, everything: bool = False
    ) -> InOrg:
        """At most 100 submissions, of which the `oldest` came then. Two API calls; three more for `everything`."""
        columns = self._all_columns() if everything else {kind: ", ".join(names) for kind, names in _COLUMNS.items()}
        first = self._ask(_first(email, submission_ids, oldest, columns))
        leads = _by_id(first, "leads", "own")
        contacts, tasks = _by_id(first, "contacts"), _by_id(first, "tasks")
        became = _names(leads.values(), "MasterRecordId", "ConvertedContactId") - {*leads, *contacts}
        others = _names(tasks.values(), "WhoId") - {*leads, *contacts, *became}
        second = self._ask(_second({*leads, *contacts} | became, became | others, columns))
        reached = _by_id(second, "leads", "contacts")
        for one in sorted(became & reached.keys()):
            (contacts if one.startswith(CONTACT_PREFIX) else leads)[one] = reached[one]
        tasks |= _by_id(second, "tasks")
        return InOrg(
            tuple(leads.values()),
            tuple(tasks.values()),
            tuple(contacts.values()),
            tuple(row for one, row in reached.items() if one in others),
            more=any(len(rows) >= ROWS for rows in [*first.values(), *second.values()]),
        )

    def delete(self, record_ids: Sequence[str]) -> list[Written]:
        """Into the org's recycle bin. In order; one API call for each 200. What is gone already counts as deleted."""
        done: list[Written] = []
        for start in range(0, len(record_ids), _PER_CALL):
            ids = list(record_ids[start : start + _PER_CALL])
            path = f"composite/sobjects?ids={','.join(ids)}&allOrNone=false"
            done += answers.of_collection(self._connection.write("DELETE", path), len(ids))
        for one in done:
            if isinstance(one.error, ConfigurationError) and one.error.code not in _GONE:
                # A right that the API user lacks: it is told, and the same order goes on once it was given.
                raise one.error
        return [Written() if one.error and one.error.code in _GONE else one for one in done]

    def _ask(self, wanted: Queries) -> dict[str, list[dict[str, Any]]]:
        return {
            name: [{key: value for key, value in row.items() if key != "attributes"} for row in body["records"]]
            for name, body in ask(self._connection, wanted).items()
        }

    def _all_columns(self) -> dict[str, str]:
        return {kind: ", ".join(self._fields(kind)) for kind in _COLUMNS}

    def _fields(self, kind: str) -> list[str]:
        described = object_in(self._connection.read("GET", f"sobjects/{kind}/describe"))
        if described is None:
            raise ConfigurationError("unexpected_answer")
        seen = [one.name for one in described.fields.values() if one.type not in _UNREADABLE]
        return list(dict.fromkeys((*_COLUMNS[kind], *seen)))


_GONE: Final = frozenset({"ENTITY_IS_DELETED", "INVALID_CROSS_REFERENCE_KEY"})
"""Deleted, or wiped, since it was found."""


def _by_id(found: dict[str, list[dict[str, Any]]], *names: str) -> dict[str, Record]:
    return {str(row["Id"]): row for name in names for row in found.get(name, ())}


def _first(email: str, submission_ids: Sequence[str], oldest: datetime | None, columns: dict[str, str]) -> Queries:
    address = _address(email)
    queries: Queries = {
        kind.lower() + "s": (
            "query",
            format_soql(
                "SELECT {:literal} FROM {:literal} WHERE {:literal} LIMIT {}", columns[kind], kind, address, ROWS
            ),
        )
        for kind in ("Lead", "Contact")
    }
    ids = list(submission_ids)
    if ids:
        # A Lead of ours that was merged since is gone from every other query.
        soql = format_soql("SELECT {:literal} FROM Lead WHERE Submission_Id__c IN {}", columns["Lead"], ids)
        queries["own"] = ("queryAll", soql)
    if ids and oldest:
        # Submission_Id__c of Task has no index; CreatedDate has, and a Task is younger than its submission.
        soql = format_soql(
            "SELECT {:literal} FROM Task WHERE Submission_Id__c IN {} AND CreatedDate >= {:literal} LIMIT {}",
            columns["Task"],
            ids,
            timestamp(oldest - CLOCK_SKEW),
            ROWS,
        )
        queries["tasks"] = ("query", soql)
    return queries


def _address(email: str) -> str:
    """The same mailboxes as the look-up for a new submission finds, and those with the dots as they were typed."""
    conditions = [format_soql("Email IN {}", spellings(email))]
    for mailbox in spellings(email):
        local, _, domain = mailbox.rpartition("@")
        if "+" in local:
            continue
        conditions.append(format_soql("Email LIKE '{:like}+%@{:like}'", local, domain))
    return " OR ".join(conditions)


def _second(people: set[str], to_read: set[str], columns: dict[str, str]) -> Queries:
    """Our Tasks on these people; and those whom their Leads and Tasks lead to."""
    queries: Queries = {}
    if people:
        soql = format_soql(
            "SELECT {:literal} FROM Task WHERE WhoId IN {} AND Submission_Id__c != null LIMIT {}",
            columns["Task"],
            sorted(people),
            ROWS,
        )
        queries["tasks"] = ("query", soql)
    for name, kind, prefix in (("leads", "Lead", _LEAD), ("contacts", "Contact", CONTACT_PREFIX)):
        if ids := sorted(one for one in to_read if one.startswith(prefix)):
            soql = format_soql("SELECT {:literal} FROM {:literal} WHERE Id IN {}", columns[kind], kind, ids)
            queries[name] = ("query", soql)
    return queries


def _names(records: Iterable[Record], *columns: str) -> set[str]:
    return {str(row[column]) for row in records for column in columns if row.get(column)}
