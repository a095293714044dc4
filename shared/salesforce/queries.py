"""The questions, in SOQL. Every value passes format_soql: a visitor writes part of most of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from simple_salesforce.format import format_soql

from shared.crm import CLOCK_SKEW, GENERIC_AFTER, Key, LookUp, Named
from shared.form.lead_fields import (
    LOOKED_UP_ON_CONTACTS,
    LOOKED_UP_ON_LEADS,
    LOOKED_UP_ON_PEOPLE,
    MATCH_EVIDENCE_FIELD,
    POSSIBLE_DUPLICATE_FIELD,
    SUBMISSION_ID_FIELD,
)
from shared.leads.match_keys import MATCH_KEY_LENGTHS, MATCH_KEYS_VERSION, VERSION_FIELD
from shared.submission import timestamp
from shared.values.phone import spellings

ROWS: Final = 2000
"""One page of a query. A batch's keys find far fewer, or one of them is generic."""
_FATE_FIELDS: Final = ("IsDeleted", "MasterRecordId")
"""What has become of a record; only queryAll sees a deleted one."""
_OF_CONTACTS: Final = (*LOOKED_UP_ON_CONTACTS, "Account.Name")
_OF_CONVERTED: Final = tuple(f"ConvertedContact.{name}" for name in ("IsDeleted", *_OF_CONTACTS))
"""A Contact that was deleted since, or that the API user may not see, may come as a blank or as it was."""

_OWN_FIELDS: Final = (
    "Id", "IsConverted", "OwnerId", "CreatedDate", SUBMISSION_ID_FIELD, POSSIBLE_DUPLICATE_FIELD, MATCH_EVIDENCE_FIELD
)  # fmt: skip
"""Of a Lead of ours: whether it was held, and whose Task that makes."""

type Queries = dict[str, tuple[str, str]]
"""By name: `query` or `queryAll`, and the SOQL."""


def look_up(what: LookUp, *, match_keys: bool = False) -> Queries:
    """By what each finds. At most four; a composite request takes five. `match_keys`: whether the org has them."""
    queries = _own(what)
    leads, contacts = (" OR ".join(_by_kind(what, where, match_keys).values()) for where in (_ON_LEADS, _ON_CONTACTS))
    if leads:
        queries["leads"] = ("query", _leads(what, leads, ROWS))
        queries["contacts"] = ("query", _contacts(contacts, ROWS))
    return queries


def key_by_key(what: LookUp, *, match_keys: bool = False) -> dict[Key, tuple[str, str]]:
    """The SOQL for Leads and for Contacts, which gives one row too many for a key that is generic.

    Number by number: beside the switchboard's, somebody's own still tells who they are. Of all else a person has one.
    """
    numbers = {number: replace(what, phones=tuple(spellings(number)), numbers=(number,)) for number in what.numbers}
    others = replace(what, phones=(), numbers=())
    asked: dict[Key, tuple[str, str]] = {}
    for value, of_one in {"": others, **numbers}.items():
        leads, contacts = _by_kind(of_one, _ON_LEADS, match_keys), _by_kind(of_one, _ON_CONTACTS, match_keys)
        for kind in leads if not value else ("phone",):
            most = GENERIC_AFTER + 1
            asked[kind, value] = (_leads(what, leads[kind], most), _contacts(contacts[kind], most))
    return asked


def _own(what: LookUp) -> Queries:
    ids = list(what.submission_ids)
    own_fields = _columns(_OWN_FIELDS, _FATE_FIELDS)
    return {
        # A Lead of ours that was merged since is gone from every other query.
        "own_leads": (
            "queryAll",
            format_soql("SELECT {:literal} FROM Lead WHERE Submission_Id__c IN {}", own_fields, ids),
        ),
        # Submission_Id__c of Task has no index; CreatedDate has, and a Task is younger than its submission.
        "own_tasks": (
            "query",
            format_soql(
                "SELECT Id, WhoId, CreatedDate, Submission_Id__c FROM Task"
                " WHERE Submission_Id__c IN {} AND CreatedDate >= {:literal}",
                ids,
                timestamp(what.oldest - CLOCK_SKEW),
            ),
        ),
    }


def _leads(what: LookUp, same: str, most: int) -> str:
    """Converted ones too: they say by what else their Contact is known."""
    return format_soql(
        "SELECT {:literal} FROM Lead WHERE {:literal} ORDER BY LastModifiedDate DESC LIMIT {}",
        _columns(LOOKED_UP_ON_LEADS, ("IsConverted",), what.lead_fields, _OF_CONVERTED),
        same,
        most,
    )


def _contacts(same: str, most: int) -> str:
    return format_soql(
        "SELECT {:literal} FROM Contact WHERE {:literal} ORDER BY LastModifiedDate DESC LIMIT {}",
        _columns(_OF_CONTACTS),
        same,
        most,
    )


# --- who may be meant ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Where:
    """The fields of one object that hold what people are found by."""

    phones: tuple[str, ...]
    postcode: str
    company: str


_ON_LEADS: Final = _Where(("Phone", "MobilePhone"), "PostalCode", "Company")
_ON_CONTACTS: Final = _Where(("Phone", "MobilePhone", "HomePhone", "OtherPhone"), "MailingPostalCode", "Account.Name")


_PHONE_KEYS: Final = ("Match_Phone__c", "Match_Mobile__c")


def _by_kind(what: LookUp, where: _Where, match_keys: bool) -> dict[str, str]:
    """One condition for each kind of key that somebody of the batch has."""
    emails = [format_soql("Email IN {}", list(what.emails))] if what.emails else []
    for mailbox in what.mailboxes:
        local, _, domain = mailbox.rpartition("@")
        emails.append(format_soql("Email LIKE '{:like}+%@{:like}'", local, domain))
    # With match keys too: a record that somebody made or changed by hand has none of this number yet.
    phones = _in_each(where.phones, what.phones)
    names = [
        format_soql("(FirstName IN {} AND LastName IN {})", list(first), list(last)) for first, last in what.full_names
    ]
    if match_keys:
        emails += [format_soql("Match_Email__c IN {}", list(what.mailboxes))] if what.mailboxes else []
        phones += _in_each(_PHONE_KEYS, what.numbers)
        names += [format_soql("Match_Name__c IN {}", list(what.name_keys))] if what.name_keys else []
    postcodes = [
        format_soql("({:literal} AND {:literal} IN {})", _either_name(names), where.postcode, list(postcode))
        for names, postcode in what.postcodes
    ]
    companies = [
        format_soql("({:literal} AND {:literal} LIKE '{:like}%')", _either_name(names), where.company, start)
        for names, starts in what.companies
        for start in starts
    ]
    kinds = {
        "email": emails,
        "phone": phones,
        "full_name": names,
        "name_and_postcode": postcodes,
        "name_and_company": companies,
    }
    return {kind: " OR ".join(conditions) for kind, conditions in kinds.items() if conditions}


def _in_each(fields: Iterable[str], values: Sequence[str]) -> list[str]:
    """The list is quoted once: it is long, and a Contact has four fields for a number."""
    quoted = format_soql("{}", list(values)) if values else ""
    return [f"{field} IN {quoted}" for field in fields] if quoted else []


def _either_name(names: Sequence[str]) -> str:
    return format_soql("(FirstName IN {} OR LastName IN {})", list(names), list(names))


# --- records by id ---------------------------------------------------------------------------------------


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


# --- match keys ------------------------------------------------------------------------------------------


type Kind = Literal["Lead", "Contact"]
"""Of records that have match keys."""


def to_fill(kind: Kind, after: str, *, everything: bool, most: int) -> str:
    """Records behind this id whose keys are not of the present version; with `everything` whichever they are of."""
    return format_soql(
        "SELECT {:literal} FROM {:literal} WHERE {:literal} ORDER BY Id LIMIT {}",
        ", ".join((*_MADE_OF[kind], *MATCH_KEY_LENGTHS)),
        kind,
        _left(kind, after, everything=everything),
        most,
    )


def how_many_to_fill(kind: Kind, *, everything: bool) -> str:
    return format_soql("SELECT COUNT() FROM {:literal} WHERE {:literal}", kind, _left(kind, "", everything=everything))


def _left(kind: Kind, after: str, *, everything: bool) -> str:
    conditions = [format_soql("Id > {}", after)] if after else []
    if kind == "Lead":
        # Nobody can write on a converted Lead.
        conditions.append("IsConverted = false")
    if not everything:
        conditions.append(format_soql("{:literal} != {}", VERSION_FIELD, MATCH_KEYS_VERSION))
    return " AND ".join(conditions) or "Id != null"


_MADE_OF: Final[dict[Kind, tuple[str, ...]]] = {
    "Lead": ("Id", "FirstName", "LastName", "Email", "Phone", "MobilePhone", "Country"),
    "Contact": ("Id", "FirstName", "LastName", "Email", "Phone", "MobilePhone", "MailingCountry"),
}
