"""What people do inside Salesforce, for tests: they merge and convert Leads, change assignment rules and permissions.

Controls (see endpoints.py), not a part of the API that clients see.
"""

from typing import TYPE_CHECKING

from local.salesforce_org.errors import ApiError
from local.salesforce_org.messages import JsonObject, JsonValue, Request, Row
from local.salesforce_org.query.plan import stored_datetime
from local.salesforce_org.records import assignment
from local.salesforce_org.records.saving import Records
from local.salesforce_org.rest.call import parse_json
from local.salesforce_org.schema.fields import SOBJECTS
from local.salesforce_org.schema.ids import normal_id

if TYPE_CHECKING:
    from local.salesforce_org.org import Org

_LEAD, _CONTACT, _ACCOUNT = SOBJECTS["Lead"], SOBJECTS["Contact"], SOBJECTS["Account"]
_TASK, _MEMBER = SOBJECTS["Task"], SOBJECTS["CampaignMember"]
_PERSON = ("FirstName", "LastName", "Salutation", "Title", "Email", "Phone", "MobilePhone", "LeadSource", "OwnerId")


def merge_leads(org: "Org", request: Request, _name: str) -> JsonValue:
    body = _body(request, {"master", "loser"})
    with org.work() as records:
        master, loser = _lead(records, body.get("master")), _lead(records, body.get("loser"))
        if master["Id"] == loser["Id"]:
            raise ApiError(400, "BAD_REQUEST", "a Lead cannot be merged with itself")
        merge(records, master, loser)
    return {"merged": loser["Id"]}


def convert_lead(org: "Org", request: Request, _name: str) -> JsonValue:
    body = _body(request, {"lead", "contact"})
    with org.work() as records:
        return convert(records, _lead(records, body.get("lead")), body.get("contact"))


def assignment_rules(org: "Org", _request: Request, _name: str) -> JsonValue:
    with org.work() as records:
        return [{"id": record_id, **rule.shown()} for record_id, rule in records.assignment_rules.items()]


def set_assignment_rules(org: "Org", request: Request, name: str) -> JsonValue:
    with org.work() as records:
        records.set_assignment_rules(assignment.parse_rules(parse_json(request.body)))
    return assignment_rules(org, request, name)


def field_access(org: "Org", _request: Request, _name: str) -> JsonValue:
    return org.access.shown()


def set_field_access(org: "Org", request: Request, _name: str) -> JsonValue:
    org.access.change(parse_json(request.body))
    return org.access.shown()


def merge(records: Records, master: Row, loser: Row) -> None:
    """The loser is deleted and points at the master, which takes over its Tasks and its campaigns."""
    _move_tasks(records, str(loser["Id"]), str(master["Id"]))
    for member in _of(records, "LeadId", str(loser["Id"])):
        already = any(
            other["CampaignId"] == member["CampaignId"] for other in _of(records, "LeadId", str(master["Id"]))
        )
        change: Row = {"IsDeleted": True} if already else {"LeadId": master["Id"], "LeadOrContactId": master["Id"]}
        records.store.update(_MEMBER, str(member["Id"]), change | _touched(records))
    records.store.update(_LEAD, str(master["Id"]), _touched(records))
    gone: Row = {"IsDeleted": True, "MasterRecordId": master["Id"]}
    records.store.update(_LEAD, str(loser["Id"]), gone | _touched(records))


def convert(records: Records, lead: Row, contact: JsonValue) -> JsonObject:
    """Tasks move to the Contact; a campaign member keeps its Lead and gets the Contact too (a guess)."""
    if lead["IsConverted"]:
        raise ApiError(400, "BAD_REQUEST", "the Lead is converted already")
    contact_id, account_id = _existing(records, contact) if contact is not None else _made(records, lead)
    _move_tasks(records, str(lead["Id"]), contact_id)
    for member in _of(records, "LeadId", str(lead["Id"])):
        change: Row = {"ContactId": contact_id, "LeadOrContactId": contact_id, "Type": "Contact"}
        records.store.update(_MEMBER, str(member["Id"]), change | _touched(records))
    converted: Row = {
        "IsConverted": True,
        "Status": "Closed - Converted",
        "ConvertedDate": stored_datetime(records.now())[:10],
        "ConvertedContactId": contact_id,
        "ConvertedAccountId": account_id,
    }
    records.store.update(_LEAD, str(lead["Id"]), converted | _touched(records))
    return {"contact": contact_id, "account": account_id}


def _existing(records: Records, contact: JsonValue) -> tuple[str, str | None]:
    record_id = normal_id(contact) if isinstance(contact, str) else None
    row = records.store.get(_CONTACT, record_id) if record_id else None
    if row is None or row["IsDeleted"]:
        raise ApiError(400, "BAD_REQUEST", f"{contact} is no Contact")
    account = row["AccountId"]
    return str(row["Id"]), str(account) if account else None


def _made(records: Records, lead: Row) -> tuple[str, str]:
    """A queue owns no Contact: what it owned goes to whoever converts."""
    owner = lead["OwnerId"] if str(lead["OwnerId"]).startswith(SOBJECTS["User"].prefix) else records.user_id
    account = records.insert_as_system(_ACCOUNT, {"Name": lead["Company"], "OwnerId": owner})
    person = {name: lead[name] for name in _PERSON} | {"AccountId": account, "OwnerId": owner}
    return records.insert_as_system(_CONTACT, person), account


def _move_tasks(records: Records, old: str, new: str) -> None:
    contact = records.store.get(_CONTACT, new)
    for task in records.store.all(_TASK):
        if task["WhoId"] == old:
            account = contact["AccountId"] if contact else None
            records.store.update(_TASK, str(task["Id"]), {"WhoId": new, "AccountId": account} | _touched(records))


def _of(records: Records, lookup: str, person: str) -> list[Row]:
    return [row for row in records.store.all(_MEMBER) if row[lookup] == person]


def _touched(records: Records) -> Row:
    moment = stored_datetime(records.now())
    return {"LastModifiedDate": moment, "SystemModstamp": moment}


def _lead(records: Records, value: JsonValue) -> Row:
    record_id = normal_id(value) if isinstance(value, str) else None
    row = records.store.get(_LEAD, record_id) if record_id else None
    if row is None or row["IsDeleted"]:
        raise ApiError(400, "BAD_REQUEST", f"{value} is no Lead")
    return row


def _body(request: Request, names: set[str]) -> JsonObject:
    body = parse_json(request.body)
    if not isinstance(body, dict) or body.keys() - names:
        raise ApiError(400, "BAD_REQUEST", f"a JSON object with {sorted(names)} is wanted")
    return body
