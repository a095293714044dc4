"""merge() of the SOAP API in the Salesforce stand-in."""

from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from local.salesforce_org import Org, Request, Response
from local.salesforce_org.messages import Row
from tests.unit.org_calls import LEAD, control, created_id, row

NAMES = {"p": "urn:partner.soap.sforce.com", "soap": "http://schemas.xmlsoap.org/soap/envelope/"}
HEADERS = {"content-type": "text/xml; charset=UTF-8", "soapaction": '""'}


@pytest.fixture
def org() -> Iterator[Org]:
    with Org(":memory:") as org:
        org.seed()
        yield org


def envelope(org: Org, master: str, *losers: str, fields: str = "", kind: str = "Lead", header: str = "") -> str:
    ids = "".join(f"<p:recordToMergeIds>{one}</p:recordToMergeIds>" for one in losers)
    return (
        f'<e:Envelope xmlns:e="{NAMES["soap"]}" xmlns:p="{NAMES["p"]}" xmlns:s="urn:sobject.partner.soap.sforce.com">'
        f"<e:Header><p:SessionHeader><p:sessionId>{org.sessions.open()}</p:sessionId></p:SessionHeader>{header}"
        f"</e:Header><e:Body><p:merge><p:request><p:masterRecord><s:type>{kind}</s:type>"
        f"<s:Id>{master}</s:Id>{fields}</p:masterRecord>{ids}</p:request></p:merge></e:Body></e:Envelope>"
    )


def post(org: Org, body: str, version: str = "62.0", headers: dict[str, str] = HEADERS) -> Response:
    return org.handle(Request("POST", f"/services/Soap/u/{version}", headers, body.encode()))


def parsed(response: Response) -> ET.Element:
    assert isinstance(response.body, bytes)
    return ET.fromstring(response.body)  # noqa: S314 - our own answer


def result(response: Response) -> dict[str, Any]:
    assert response.status == 200, response.body
    found = parsed(response).find("soap:Body/p:mergeResponse/p:result", NAMES)
    assert found is not None
    return {
        "success": found.findtext("p:success", "", NAMES),
        "id": found.findtext("p:id", "", NAMES),
        "merged": [each.text for each in found.findall("p:mergedRecordIds", NAMES)],
        "related": [each.text for each in found.findall("p:updatedRelatedIds", NAMES)],
        "code": found.findtext("p:errors/p:statusCode", "", NAMES),
        "fields": [each.text for each in found.findall("p:errors/p:fields", NAMES)],
    }


def fault(response: Response) -> tuple[str, str]:
    assert response.status == 500
    found = parsed(response).find("soap:Body/soap:Fault", NAMES)
    assert found is not None
    return found.findtext("faultcode", ""), found.findtext("faultstring", "")


def test_the_master_takes_the_values_given_and_what_hung_on_the_other(org: Org) -> None:
    master, loser = created_id(org, **LEAD, Rating="Hot"), created_id(org, **LEAD, Phone="+31612345678")
    task = created_id(org, "Task", Subject="x", WhoId=loser)
    fields = (
        "<s:Phone>+31612345678</s:Phone><s:City>’s-Hertogenbosch &amp; Zn</s:City>"
        "<s:NumberOfEmployees>12</s:NumberOfEmployees><s:Email_Consent__c>true</s:Email_Consent__c>"
    )
    answer = result(post(org, envelope(org, master, loser, fields=fields)))
    assert (answer["success"], answer["id"]) == ("true", master)
    assert (answer["merged"], answer["related"]) == ([loser], [task])
    after = row(org, "Lead", master)
    assert (after["Phone"], after["City"], after["Rating"]) == ("+31612345678", "’s-Hertogenbosch & Zn", "Hot")
    assert (after["NumberOfEmployees"], after["Email_Consent__c"]) == (12, True)
    assert (row(org, "Lead", loser)["IsDeleted"], row(org, "Lead", loser)["MasterRecordId"]) == (True, master)
    assert row(org, "Task", task)["WhoId"] == master


def test_fields_can_be_emptied_by_name(org: Org) -> None:
    master, loser = created_id(org, **LEAD, City="Zeist"), created_id(org, **LEAD)
    body = envelope(org, master, loser).replace("<s:Id>", "<s:fieldsToNull>City</s:fieldsToNull><s:Id>")
    assert result(post(org, body))["success"] == "true"
    assert row(org, "Lead", master)["City"] is None


@pytest.mark.parametrize(
    ("before", "code"),
    [
        ({"IsDeleted": True}, "ENTITY_IS_DELETED"),
        ({"IsConverted": True}, "CANNOT_UPDATE_CONVERTED_LEAD"),
    ],
)
@pytest.mark.parametrize("which", ["master", "loser"])
def test_what_is_gone_or_converted_is_not_merged(org: Org, before: dict[str, Any], code: str, which: str) -> None:
    ids = {"master": created_id(org, **LEAD), "loser": created_id(org, **LEAD)}
    org.change("Lead", ids[which], before)
    answer = result(post(org, envelope(org, ids["master"], ids["loser"], fields="<s:City>Zeist</s:City>")))
    assert (answer["success"], answer["code"]) == ("false", code)
    assert row(org, "Lead", ids["master"])["City"] is None


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("2026-11-30T12:00:00Z", "2026-11-30T12:00:00.000+0000"),
        ("2026-11-30T12:00:00.250+00:00", "2026-11-30T12:00:00.000+0000"),
        ("2026-11-30T12:00:00+02:00", "2026-11-30T10:00:00.000+0000"),
    ],
)
def test_moments_are_read_as_xml_writes_them_and_kept_to_the_second(org: Org, sent: str, read: str) -> None:
    master, loser = created_id(org, **LEAD), created_id(org, **LEAD)
    fields = f"<s:Submitted_At__c>{sent}</s:Submitted_At__c>"
    assert result(post(org, envelope(org, master, loser, fields=fields)))["success"] == "true"
    assert row(org, "Lead", master)["Submitted_At__c"] == read


@pytest.mark.parametrize(
    "sent",
    ["2026-11-30T12:00:00.000+0000", "2026-11-30 12:00:00", "2026-11-30", "2026-13-30T12:00:00Z", "now"],
)
def test_a_moment_that_xml_does_not_know_is_a_fault_and_nothing_is_merged(org: Org, sent: str) -> None:
    """REST takes `+0000`, xsd:dateTime wants `Z` or `+00:00`."""
    master, loser = created_id(org, **LEAD), created_id(org, **LEAD)
    fields = f"<s:Submitted_At__c>{sent}</s:Submitted_At__c>"
    found = fault(post(org, envelope(org, master, loser, fields=fields)))
    assert found == ("soapenv:Client", f"'{sent}' is not a valid value for the type xsd:dateTime")
    assert row(org, "Lead", loser)["IsDeleted"] is False


def test_a_value_that_the_org_refuses_leaves_both_as_they_were(org: Org) -> None:
    master, loser = created_id(org, **LEAD), created_id(org, **LEAD)
    answer = result(post(org, envelope(org, master, loser, fields=f"<s:City>{'x' * 41}</s:City>")))
    assert (answer["success"], answer["code"], answer["fields"]) == ("false", "STRING_TOO_LONG", ["City"])
    assert row(org, "Lead", loser)["IsDeleted"] is False


def test_merging_takes_the_right_to_delete_leads(org: Org) -> None:
    control(org, "POST", "behaviour", {"may_merge_leads": False})
    master, loser = created_id(org, **LEAD), created_id(org, **LEAD)
    assert result(post(org, envelope(org, master, loser)))["code"] == "INSUFFICIENT_ACCESS_OR_READONLY"


def test_a_fourth_record_is_too_many_and_a_master_is_no_loser_of_its_own(org: Org) -> None:
    master, *losers = [created_id(org, **LEAD) for _ in range(4)]
    assert result(post(org, envelope(org, master, *losers)))["code"] == "MERGE_FAILED"
    assert result(post(org, envelope(org, master, master)))["code"] == "MERGE_FAILED"
    assert result(post(org, envelope(org, master, *losers[:2])))["merged"] == losers[:2]


def test_a_duplicate_rule_is_passed_only_where_the_call_says_so(org: Org) -> None:
    rule = {"name": "Standard_Lead_Duplicate_Rule", "active": True, "on_create": "alert", "on_update": "alert"}
    assert control(org, "POST", "duplicate_rules", [rule]).status == 200
    # A third one, stored unchecked, whom the rule finds once the master has his name.
    other: Row = {"FirstName": "Bo", "LastName": "Vos", "Company": "x", "Email": "bo@example.com"}
    master, loser, _ = org.add("Lead", {**other, "LastName": "Zee"}), org.add("Lead", other), org.add("Lead", other)
    fields = "<s:LastName>Vos</s:LastName>"
    assert result(post(org, envelope(org, master, loser, fields=fields)))["code"] == "DUPLICATES_DETECTED"
    header = "<p:DuplicateRuleHeader><p:allowSave>true</p:allowSave></p:DuplicateRuleHeader>"
    assert result(post(org, envelope(org, master, loser, fields=fields, header=header)))["success"] == "true"


def test_calls_that_are_not_understood_are_faults(org: Org) -> None:
    master, loser = created_id(org, **LEAD), created_id(org, **LEAD)
    good = envelope(org, master, loser)
    said = "sf:INVALID_TYPE_FOR_OPERATION", "INVALID_TYPE_FOR_OPERATION: entity type does not support merge"
    assert fault(post(org, envelope(org, master, loser, kind="Task"))) == said
    assert fault(post(org, good.replace("p:merge>", "p:mesh>")))[1].startswith("No operation available for request")
    assert fault(post(org, good, headers={"content-type": "text/xml"}))[1] == "SOAPAction HTTP header missing"
    assert fault(post(org, good, version="99.0"))[0] == "sf:UNSUPPORTED_API_VERSION"
    assert result(post(org, envelope(org, master)))["success"] == "false"
    late = good.replace("<p:request>", "<p:request><p:recordToMergeIds>x</p:recordToMergeIds>")
    assert fault(post(org, late))[0] == "soapenv:Client"
    assert row(org, "Lead", loser)["IsDeleted"] is False


@pytest.mark.parametrize("body", ["", "<a/>", "{}", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'])
def test_what_is_no_message_has_no_session(org: Org, body: str) -> None:
    assert fault(post(org, body))[0] == "sf:INVALID_SESSION_ID"


def test_the_session_stands_in_the_message_and_not_in_the_header(org: Org) -> None:
    body = envelope(org, created_id(org, **LEAD), created_id(org, **LEAD))
    org.sessions.end_all()
    bearer = {**HEADERS, "authorization": f"Bearer {org.sessions.open()}"}
    code, text = fault(post(org, body, headers=bearer))
    assert (code, text) == ("sf:INVALID_SESSION_ID", "INVALID_SESSION_ID: Session expired or invalid")


def test_a_call_counts_and_is_refused_when_the_day_s_calls_are_used_up(org: Org) -> None:
    master, loser = created_id(org, **LEAD), created_id(org, **LEAD)
    used = org.quota.used
    answer = parsed(post(org, envelope(org, master, created_id(org, **LEAD))))
    assert org.quota.used == used + 2
    assert answer.findtext("soap:Header/p:LimitInfoHeader/p:limitInfo/p:current", "", NAMES) == str(org.quota.used)
    control(org, "POST", "limits", {"daily": 5, "used": 5})
    assert fault(post(org, envelope(org, master, loser)))[0] == "sf:REQUEST_LIMIT_EXCEEDED"


def test_faults_that_tests_ask_for_hit_merges_too(org: Org) -> None:
    master, loser = created_id(org, **LEAD), created_id(org, **LEAD)
    control(org, "POST", "faults", [{"fault": "lock_row", "path": "/Soap/"}])
    assert result(post(org, envelope(org, master, loser)))["code"] == "UNABLE_TO_LOCK_ROW"
    control(org, "POST", "faults", [{"fault": "unauthorized", "path": "/Soap/"}])
    assert fault(post(org, envelope(org, master, loser)))[0] == "sf:INVALID_SESSION_ID"
    control(org, "POST", "faults", [{"fault": "commit_then_drop", "path": "/Soap/"}])
    assert post(org, envelope(org, master, loser)).drop
    assert row(org, "Lead", loser)["MasterRecordId"] == master
