"""Leads and Contacts for an operator who looks at a pair of them: read, unflagged, merged."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from simple_salesforce.format import format_soql

from shared.aws.secrets import Secret
from shared.crm import Record, Written
from shared.deadline import Deadline
from shared.errors import ConfigurationError
from shared.form.lead_fields import POSSIBLE_DUPLICATE_FIELD
from shared.form.org_shape import OrgField
from shared.leads.candidates import CONTACT_PREFIX
from shared.salesforce import answers, soap
from shared.salesforce.codes import error_in
from shared.salesforce.connection import BASE, Connection, of_the_call
from shared.salesforce.describe import connect, object_in

_LEAD: Final = "00Q"
_FATE: Final = ("Id", "IsDeleted", "MasterRecordId", "OwnerId", "CreatedDate", "LastModifiedDate")
_LEAD_FATE: Final = (*_FATE, "IsConverted", "ConvertedContactId")
_CONTACT_FIELDS: Final = (
    "Salutation", "FirstName", "LastName", "Email", "Phone", "MobilePhone", "HomePhone", "OtherPhone", "MailingStreet",
    "MailingPostalCode", "MailingCity", "MailingState", "MailingCountry", "Account.Name",
)  # fmt: skip
_UNREADABLE: Final = frozenset({"address", "location", "base64"})
"""Types whose parts are fields of their own, or which no query returns."""

type Json = Any


class SalesforcePeople:
    """Kept between invocations; what it knows of the Lead's fields lives for one of them."""

    def __init__(self, secret: Secret, deadline: Deadline, clock: Callable[[], float] = time.monotonic) -> None:
        self._connection: Connection = connect(secret, deadline, clock)

    def lead_fields(self) -> list[OrgField]:
        """As the API user sees them. One API call."""
        described = object_in(self._connection.read("GET", "sobjects/Lead/describe"))
        if described is None:
            raise ConfigurationError("unexpected_answer")
        return [one for one in described.fields.values() if one.type not in _UNREADABLE]

    def read(self, record_ids: Sequence[str], lead_fields: Sequence[str]) -> dict[str, Record]:
        """By id, deleted ones too; a Contact's values by the names that a Lead has for them. One API call.

        What the org has never had, or has wiped, is left out.
        """
        queries = _queries(record_ids, lead_fields)
        if not queries:
            return {}
        asked = [
            {"method": "GET", "referenceId": name, "url": f"{BASE}/queryAll?q={quote(soql, safe='')}"}
            for name, soql in queries.items()
        ]
        answer = self._connection.read("POST", "composite", {"allOrNone": False, "compositeRequest": asked})
        found: dict[str, Record] = {}
        for name, one in zip(queries, answers.of_composite(answer, len(asked)), strict=True):
            if one["httpStatusCode"] != 200:
                raise of_the_call(error_in(one["body"], one["httpStatusCode"]))
            rows: Sequence[Record] = one["body"]["records"]
            found |= {str(row["Id"]): _as_lead(row) if name == "contacts" else _plain(row) for row in rows}
        return found

    def unflag(self, lead_id: str) -> None:
        """Takes the mark of a possible duplicate off a Lead. One API call.

        Raises TransientError where the Lead is gone or converted since it was read.
        """
        # Without the header, an update can hand a Lead that somebody works on to another owner.
        body = {
            "allOrNone": False,
            "compositeRequest": [
                {
                    "method": "PATCH",
                    "referenceId": "lead",
                    "url": f"{BASE}/sobjects/Lead/{lead_id}",
                    "httpHeaders": {"Sforce-Auto-Assign": "FALSE"},
                    "body": {POSSIBLE_DUPLICATE_FIELD: None},
                }
            ],
        }
        [answer] = answers.of_composite(self._connection.write("POST", "composite", body), 1)
        if error := answers.of_update(answer).error:
            raise error

    def merge(self, master_id: str, loser_id: str, changes: Mapping[str, Any]) -> Written:
        """The loser goes, all that hangs on it moves to the master. One API call.

        Raises UnknownOutcomeError where nobody knows whether it was done.
        """
        answer = self._connection.write_soap(lambda session: soap.merge_message(session, master_id, loser_id, changes))
        return soap.merged(answer)


def _queries(record_ids: Sequence[str], lead_fields: Sequence[str]) -> dict[str, str]:
    ids = list(dict.fromkeys(record_ids))
    leads = [one for one in ids if one.startswith(_LEAD)]
    contacts = [one for one in ids if one.startswith(CONTACT_PREFIX)]
    queries: dict[str, str] = {}
    if leads:
        columns = ", ".join(dict.fromkeys((*_LEAD_FATE, *lead_fields)))
        queries["leads"] = format_soql("SELECT {:literal} FROM Lead WHERE Id IN {}", columns, leads)
    if contacts:
        columns = ", ".join((*_FATE, *_CONTACT_FIELDS))
        queries["contacts"] = format_soql("SELECT {:literal} FROM Contact WHERE Id IN {}", columns, contacts)
    return queries


def _as_lead(contact: Record) -> Record:
    account = contact.get("Account")
    row = {name.removeprefix("Mailing"): value for name, value in _plain(contact).items() if name != "Account"}
    return row | {"Company": account.get("Name") if isinstance(account, Mapping) else None}


def _plain(row: Record) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "attributes"}
