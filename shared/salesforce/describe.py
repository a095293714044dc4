"""What the check of the forms asks of the org: one API call, and a second one where a form names a campaign.

One composite request holds the describes and the queries: of these it takes five, and four are asked at most.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal
from urllib.parse import quote

from simple_salesforce.format import format_soql

from shared.aws.secrets import Secret
from shared.crm import Record
from shared.deadline import Deadline
from shared.form.check import Wanted
from shared.form.org_shape import (
    PERMISSION_SET,
    Campaign,
    OrgField,
    OrgObject,
    OrgShape,
    PicklistValue,
    Queue,
    RecordType,
    User,
    same_id,
)
from shared.salesforce import answers
from shared.salesforce.budget import ApiBudget
from shared.salesforce.codes import error_in
from shared.salesforce.connection import BASE, Connection, of_the_call
from shared.salesforce.login import Login
from shared.salesforce.queries import ROWS

_NOT_SEEN: Final = frozenset({"INVALID_TYPE", "NOT_FOUND"})
"""An object that the user may not see is as good as absent; INSUFFICIENT_ACCESS... is said too."""

type Json = Any


@dataclass(frozen=True, slots=True)
class Reading:
    """`calls` counts the API calls that it took."""

    org: OrgShape
    calls: int


def connect(secret: Secret, deadline: Deadline, clock: Callable[[], float] = time.monotonic) -> Connection:
    """With a login and a budget of its own: the check of the forms shares neither with the processor."""
    return Connection(Login(secret, clock), ApiBudget(0, clock), deadline=deadline, clock=clock)


class OrgReader:
    """Kept between invocations."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def read(self, wanted: Wanted) -> Reading:
        """Raises TransientError, and ConfigurationError where the org refuses the login or a whole call."""
        user_id = self._connection.user_id()
        found = self._ask(_first_questions(wanted, user_id))
        campaigns = _rows(found.get("campaigns"))
        statuses: Sequence[Record] = ()
        if campaigns:
            statuses = _rows(self._ask(_about_statuses([str(row["Id"]) for row in campaigns]))["statuses"])
        users = _rows(found.get("users"))
        org = OrgShape(
            lead=object_in(found["lead"]),
            task=object_in(found["task"]),
            contact=object_in(found["contact"]),
            member=object_in(found.get("member")),
            record_types=_record_types(found["lead"]),
            queues=_queues(_rows(found["queues"])),
            users=tuple(User(str(row["Id"]), str(row["Username"]), bool(row["IsActive"])) for row in users),
            campaigns=tuple(_campaign(row, statuses) for row in campaigns),
            permission_set=_permission_set(found.get("assignments")),
            api_user=next((str(row["Username"]) for row in users if user_id and same_id(str(row["Id"]), user_id)), ""),
        )
        return Reading(org, calls=2 if campaigns else 1)

    def _ask(self, urls: Mapping[str, str]) -> dict[str, Json | None]:
        """Bodies by name; None where the API user may not see what was asked for. One API call."""
        asked = [{"method": "GET", "referenceId": name, "url": url} for name, url in urls.items()]
        answer = self._connection.read("POST", "composite", {"allOrNone": False, "compositeRequest": asked})
        return {name: _body(one) for name, one in zip(urls, answers.of_composite(answer, len(asked)), strict=True)}


def _body(answer: answers.Answer) -> Json | None:
    status, body = answer["httpStatusCode"], answer["body"]
    if status == 200:
        return body
    error = error_in(body, status)
    if error.code in _NOT_SEEN or error.code.startswith("INSUFFICIENT_ACCESS"):
        return None
    raise of_the_call(error)


# --- questions -------------------------------------------------------------------------------------------


def _first_questions(wanted: Wanted, user_id: str) -> dict[str, str]:
    urls = {name.lower(): _describe(name) for name in ("Lead", "Task", "Contact")}
    if wanted.campaign_names or wanted.campaign_ids:
        urls["member"] = _describe("CampaignMember")
    user_ids = sorted({*wanted.user_ids, user_id} - {""})
    if users := _either("Username", sorted(wanted.usernames), user_ids):
        urls["users"] = _query(format_soql("SELECT Id, Username, IsActive FROM User WHERE {:literal}", users))
    if user_id:
        # A set that came through a group shows as one of the type Group, without the names of its parts.
        urls["assignments"] = _query(
            format_soql(
                "SELECT Id, PermissionSet.Name, PermissionSet.Type FROM PermissionSetAssignment WHERE AssigneeId = {}",
                user_id,
            )
        )
    urls["queues"] = _query(
        format_soql("SELECT QueueId, Queue.DeveloperName, SobjectType FROM QueueSobject LIMIT {}", ROWS)
    )
    if campaigns := _either("Name", sorted(wanted.campaign_names), sorted(wanted.campaign_ids)):
        urls["campaigns"] = _query(format_soql("SELECT Id, Name, IsActive FROM Campaign WHERE {:literal}", campaigns))
    return urls


def _about_statuses(campaign_ids: Sequence[str]) -> dict[str, str]:
    ids = list(campaign_ids)
    soql = format_soql("SELECT CampaignId, Label FROM CampaignMemberStatus WHERE CampaignId IN {}", ids)
    return {"statuses": _query(soql)}


def _either(name_field: str, names: Sequence[str], ids: Sequence[str]) -> str:
    """A condition by name or by id; '' where nothing is asked, since SOQL knows no empty list."""
    parts = [format_soql("{:literal} IN {}", name_field, list(names))] if names else []
    parts += [format_soql("Id IN {}", list(ids))] if ids else []
    return " OR ".join(parts)


def _describe(name: str) -> str:
    return f"{BASE}/sobjects/{name}/describe"


def _query(soql: str) -> str:
    return f"{BASE}/query?q={quote(soql, safe='')}"


# --- answers ---------------------------------------------------------------------------------------------


def _rows(body: Json | None) -> Sequence[Record]:
    return body["records"] if body else ()


def object_in(described: Json | None) -> OrgObject | None:
    if described is None:
        return None
    fields = [_field(one) for one in described["fields"]]
    return OrgObject(
        str(described["name"]),
        createable=bool(described["createable"]),
        updateable=bool(described["updateable"]),
        fields={one.name.lower(): one for one in fields},
    )


def _field(described: Json) -> OrgField:
    return OrgField(
        name=str(described["name"]),
        type=str(described["type"]),
        length=int(described["length"]),
        digits=int(described["digits"] or described["precision"] - described["scale"]),
        decimals=int(described["scale"]),
        createable=bool(described["createable"]),
        updateable=bool(described["updateable"]),
        nillable=bool(described["nillable"]),
        defaulted=bool(described["defaultedOnCreate"]),
        restricted=bool(described["restrictedPicklist"]),
        external_id=bool(described["externalId"]),
        unique=bool(described["unique"]),
        values=tuple(
            PicklistValue(str(one["value"]), str(one["label"])) for one in described["picklistValues"] if one["active"]
        ),
    )


def _record_types(lead: Json | None) -> tuple[RecordType, ...]:
    """Without the one called Master, which stands for none."""
    infos = lead["recordTypeInfos"] if lead else ()
    return tuple(
        RecordType(
            str(one["recordTypeId"]), str(one["developerName"]), active=bool(one["active"]), available=one["available"]
        )
        for one in infos
        if not one["master"]
    )


def _queues(rows: Sequence[Record]) -> tuple[Queue, ...]:
    names = {str(row["QueueId"]): str(row["Queue"]["DeveloperName"]) for row in rows if row["Queue"]}
    for_leads = {str(row["QueueId"]) for row in rows if row["SobjectType"] == "Lead"}
    return tuple(Queue(one, name, one in for_leads) for one, name in names.items())


def _campaign(row: Record, statuses: Sequence[Record]) -> Campaign:
    own = tuple(str(one["Label"]) for one in statuses if one["CampaignId"] == row["Id"])
    return Campaign(str(row["Id"]), str(row["Name"]), bool(row["IsActive"]), own)


def _permission_set(body: Json | None) -> Literal["assigned", "missing", "unknown"]:
    if body is None:
        return "unknown"
    sets = [row["PermissionSet"] for row in _rows(body) if row["PermissionSet"]]
    if any(str(one["Name"]).startswith(PERMISSION_SET) for one in sets):
        return "assigned"
    return "unknown" if any(one["Type"] == "Group" for one in sets) else "missing"
