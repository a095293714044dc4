"""Duplicate rules of the Salesforce stand-in over real TLS, with simple-salesforce."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from simple_salesforce.api import Salesforce
from simple_salesforce.exceptions import SalesforceMalformedRequest

from local.salesforce_org import Org, RunningOrg, serve

SECONDS = 10  # for any one answer
LEAD_RULE = {"name": "Standard_Lead_Duplicate_Rule", "active": True, "on_create": "alert", "on_update": "alert"}
LEAD = {"FirstName": "Sanne", "LastName": "de Vries", "Company": "Catering", "Email": "sanne.devries@example.com"}
HEADERS = {"Sforce-Duplicate-Rule-Header": "allowSave=true; includeRecordDetails=true; runAsCurrentUser=true"}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningOrg]:
    folder = tmp_path_factory.mktemp("org")
    with Org(folder / "org.sqlite") as org, serve(org, folder / "certs") as running:
        yield running


@pytest.fixture
def session(running: RunningOrg) -> Iterator[requests.Session]:
    running.org.reset()
    with requests.Session() as session:
        session.trust_env = False  # or REQUESTS_CA_BUNDLE would win over `verify`
        session.verify = str(running.ca_file)
        yield session


@pytest.fixture
def salesforce(running: RunningOrg, session: requests.Session) -> Any:
    """Any: its attributes are objects only at run time."""
    token = running.org.sessions.open()
    return Salesforce(session_id=token, instance_url=running.url, session=session, version="60.0")


def set_rules(running: RunningOrg, session: requests.Session, *rules: dict[str, Any]) -> None:
    answer = session.post(f"{running.url}/_org/duplicate_rules", json=rules, timeout=SECONDS)
    assert answer.status_code == 200, answer.text


def test_a_refused_lead_names_its_duplicate_and_the_header_saves_it(
    running: RunningOrg, session: requests.Session, salesforce: Any
) -> None:
    set_rules(running, session, LEAD_RULE)
    with pytest.raises(SalesforceMalformedRequest) as caught:
        salesforce.Lead.create(LEAD)
    refused: Any = caught.value.content
    assert refused[0]["errorCode"] == "DUPLICATES_DETECTED"
    record = refused[0]["duplicateResut"]["matchResults"][0]["matchRecords"][0]["record"]
    assert record["attributes"]["url"] == f"/services/data/v60.0/sobjects/Lead/{record['Id']}"
    assert salesforce.Lead.get(record["Id"])["Email"] == LEAD["Email"]
    assert salesforce.Lead.create(LEAD, headers=HEADERS)["success"]


def test_a_block_rule_holds_against_the_header_and_gives_the_details(
    running: RunningOrg, session: requests.Session, salesforce: Any
) -> None:
    set_rules(running, session, LEAD_RULE | {"on_create": "block"})
    with pytest.raises(SalesforceMalformedRequest) as caught:
        salesforce.Lead.upsert("Submission_Id__c/k", LEAD, headers=HEADERS)
    refused: Any = caught.value.content
    assert refused[0]["duplicateResut"]["allowSave"] is False
    record = refused[0]["duplicateResut"]["matchResults"][0]["matchRecords"][0]["record"]
    assert record["Company"] == "De Vries Catering"


def test_a_collection_takes_the_header_of_its_request(
    running: RunningOrg, session: requests.Session, salesforce: Any
) -> None:
    set_rules(running, session, LEAD_RULE)
    body = {"records": [{"attributes": {"type": "Lead"}, **LEAD}]}
    refused: Any = salesforce.restful("composite/sobjects", method="POST", json=body)
    assert [set(error) for error in refused[0]["errors"]] == [{"statusCode", "message", "fields"}]
    headers = HEADERS | {"Authorization": f"Bearer {salesforce.session_id}"}
    saved = session.post(
        f"{running.url}/services/data/v60.0/composite/sobjects", json=body, headers=headers, timeout=SECONDS
    )
    assert [result["success"] for result in saved.json()] == [True]


def test_rules_stay_until_the_org_is_reset(running: RunningOrg, session: requests.Session) -> None:
    set_rules(running, session, LEAD_RULE)
    url = f"{running.url}/_org/duplicate_rules"
    assert [rule["active"] for rule in session.get(url, timeout=SECONDS).json()] == [True, False, False, False]
    session.post(f"{running.url}/_org/reset", timeout=SECONDS).raise_for_status()
    assert not any(rule["active"] for rule in session.get(url, timeout=SECONDS).json())
