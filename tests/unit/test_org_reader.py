"""What the check of the forms makes of answers that the org stand-in does not give: refusals, groups, odd logins."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from shared.errors import RefusedCallError, TransientError
from shared.form.check import Wanted
from shared.salesforce.describe import OrgReader

ME = "005000000000001AAC"
FIELD = {
    "name": "Note__c", "type": "double", "length": 0, "digits": 0, "precision": 18, "scale": 2, "createable": True,
    "updateable": True, "nillable": True, "defaultedOnCreate": False, "restrictedPicklist": False,
    "externalId": False, "unique": False, "picklistValues": [],
}  # fmt: skip
LEAD = {"name": "Lead", "createable": True, "updateable": True, "fields": [FIELD], "recordTypeInfos": []}
TASK = LEAD | {"name": "Task"}


def rows(*records: dict[str, Any]) -> dict[str, Any]:
    return {"httpStatusCode": 200, "body": {"records": list(records)}}


def refused(status: int, code: str) -> dict[str, Any]:
    return {"httpStatusCode": status, "body": [{"errorCode": code, "message": "words"}]}


class FakeConnection:
    """Answers by the subrequest's name; `asked` keeps the queries."""

    def __init__(self, user_id: str = ME, **answers: dict[str, Any]) -> None:
        self._user_id = user_id
        self._answers = {
            "lead": {"httpStatusCode": 200, "body": LEAD},
            "task": {"httpStatusCode": 200, "body": TASK},
            "contact": {"httpStatusCode": 200, "body": LEAD | {"name": "Contact"}},
            "member": {"httpStatusCode": 200, "body": LEAD | {"name": "CampaignMember", "createable": False}},
            "users": rows({"Id": ME, "Username": "api@example.com", "IsActive": True}),
            "assignments": rows(),
            "queues": rows(),
            **answers,
        }
        self.asked: dict[str, str] = {}

    def user_id(self) -> str:
        return self._user_id

    def read(self, _method: str, _path: str, body: dict[str, Any]) -> dict[str, Any]:
        names = [one["referenceId"] for one in body["compositeRequest"]]
        queries = {one["referenceId"]: urlsplit(one["url"]).query for one in body["compositeRequest"]}
        self.asked |= {name: parse_qs(query)["q"][0] for name, query in queries.items() if query}
        return {"compositeResponse": [self._answers[name] for name in names]}


def reader(**answers: Any) -> tuple[OrgReader, FakeConnection]:
    connection = FakeConnection(**answers)
    return OrgReader(connection), connection  # type: ignore[arg-type]  # a Connection as far as it is used


def assigned(*sets: tuple[str, str]) -> dict[str, Any]:
    return rows(*({"Id": "1", "PermissionSet": {"Name": name, "Type": kind}} for name, kind in sets))


@pytest.mark.parametrize(
    ("answer", "means"),
    [
        (assigned(("Form_To_Lead_Integration", "Regular")), "assigned"),
        (assigned(("X", "Profile"), ("Form_To_Lead_Integration_Acme", "Regular")), "assigned"),
        (assigned(("X", "Profile"), ("Other", "Regular")), "missing"),
        (assigned(("X", "Group")), "unknown"),
        (assigned(), "missing"),
        (refused(400, "INVALID_TYPE"), "unknown"),
        (refused(403, "INSUFFICIENT_ACCESS_OR_READONLY"), "unknown"),
    ],
    ids=["assigned", "a copy", "other sets", "a group", "none", "object unseen", "no access"],
)
def test_whether_the_permission_set_is_assigned(answer: dict[str, Any], means: str) -> None:
    asking, _ = reader(assignments=answer)
    assert asking.read(Wanted()).org.permission_set == means


def test_a_login_that_does_not_tell_its_user_leaves_the_permission_set_unknown() -> None:
    asking, connection = reader(user_id="")
    org = asking.read(Wanted()).org
    assert (org.permission_set, org.api_user, org.users) == ("unknown", "", ())
    assert set(connection.asked) == {"queues"}


@pytest.mark.parametrize("name", ["lead", "task", "contact"])
def test_an_object_that_may_not_be_seen_is_none(name: str) -> None:
    asking, _ = reader(**{name: refused(404, "NOT_FOUND")})
    org = asking.read(Wanted()).org
    assert [one for one in ("lead", "task", "contact") if getattr(org, one) is None] == [name]


def test_campaign_members_are_asked_about_only_where_a_form_has_a_campaign() -> None:
    asking, _ = reader(campaigns=rows())
    assert asking.read(Wanted()).org.member is None
    member = asking.read(Wanted(campaign_names=frozenset({"Spring"}))).org.member
    assert member is not None
    assert (member.createable, member.updateable) == (False, True)


def test_campaigns_that_may_not_be_seen_are_none_and_cost_no_second_call() -> None:
    asking, _ = reader(campaigns=refused(400, "INVALID_TYPE"))
    reading = asking.read(Wanted(campaign_names=frozenset({"Spring"})))
    assert (reading.org.campaigns, reading.calls) == ((), 1)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (refused(400, "MALFORMED_QUERY"), RefusedCallError),
        (refused(500, "UNKNOWN_EXCEPTION"), TransientError),
        ({"httpStatusCode": 503, "body": "<html>"}, TransientError),
    ],
)
def test_any_other_refusal_of_a_part_ends_the_check(answer: dict[str, Any], error: type[Exception]) -> None:
    """Half an org would make problems of what was only not read."""
    asking, _ = reader(queues=answer)
    with pytest.raises(error):
        asking.read(Wanted())


def test_names_are_asked_for_in_one_query_a_kind_and_never_as_an_empty_list() -> None:
    wanted = Wanted(
        usernames=frozenset({"o'brien@example.com"}),
        campaign_names=frozenset({"Spring"}),
        campaign_ids=frozenset({"701000000000001AAC"}),
    )
    campaign = {"Id": "701000000000001AAC", "Name": "Spring", "IsActive": True}
    statuses = rows({"CampaignId": "701000000000001AAC", "Label": "Sent"}, {"CampaignId": "701x", "Label": "Other"})
    asking, connection = reader(campaigns=rows(campaign), statuses=statuses)
    reading = asking.read(wanted)
    assert reading.calls == 2
    assert [one.statuses for one in reading.org.campaigns] == [("Sent",)]
    assert connection.asked["users"].endswith(f"WHERE Username IN ('o\\'brien@example.com') OR Id IN ('{ME}')")
    assert connection.asked["campaigns"].endswith("WHERE Name IN ('Spring') OR Id IN ('701000000000001AAC')")


def test_a_number_s_digits_are_those_before_the_point() -> None:
    asking, _ = reader()
    org = asking.read(Wanted()).org
    assert org.lead is not None
    assert [one.digits for one in org.lead.fields.values()] == [16]


def test_a_queue_is_for_leads_where_one_of_its_objects_is_lead() -> None:
    found = [("q1", "Both", "Task"), ("q1", "Both", "Lead"), ("q2", "Tasks", "Task")]
    queues = rows(
        *({"QueueId": one, "Queue": {"DeveloperName": name}, "SobjectType": kind} for one, name, kind in found)
    )
    asking, _ = reader(queues=queues)
    org = asking.read(Wanted()).org
    assert [(one.developer_name, one.for_leads) for one in org.queues] == [("Both", True), ("Tasks", False)]
