# ruff: noqa: S608 - SOQL pasted together on purpose
"""The Salesforce stand-in over real TLS, with requests and with simple-salesforce."""

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests
from simple_salesforce.api import Salesforce
from simple_salesforce.exceptions import SalesforceMalformedRequest, SalesforceResourceNotFound
from simple_salesforce.format import format_external_id

from local.salesforce_org import Org, RunningOrg, serve

SECONDS = 10  # for any one answer
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningOrg]:
    folder = tmp_path_factory.mktemp("org")
    with Org(folder / "org.sqlite") as org, serve(org, folder / "certs") as running:
        yield running


@pytest.fixture
def session(running: RunningOrg) -> Iterator[requests.Session]:
    """Logged in, on a freshly seeded org."""
    running.org.reset()
    with requests.Session() as session:
        session.trust_env = False  # or REQUESTS_CA_BUNDLE would win over `verify`
        session.verify = str(running.ca_file)
        form = {"grant_type": "client_credentials", "client_id": running.client_id}
        answer = session.post(
            f"{running.url}/services/oauth2/token",
            data=form | {"client_secret": running.client_secret},
            timeout=SECONDS,
        )
        assert answer.json()["instance_url"] == running.url
        session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        yield session


@pytest.fixture
def salesforce(running: RunningOrg, session: requests.Session) -> Any:
    """Any: its attributes are objects only at run time."""
    token = str(session.headers["Authorization"]).removeprefix("Bearer ")
    return Salesforce(session_id=token, instance_url=running.url, session=session, version="60.0")


@pytest.fixture
def base(running: RunningOrg) -> str:
    return f"{running.url}/services/data/v60.0"


def test_the_certificate_holds_for_both_names_and_only_by_its_own_authority(
    running: RunningOrg, session: requests.Session
) -> None:
    by_number = running.url.replace("localhost", "127.0.0.1")
    assert session.get(f"{by_number}/services/data", timeout=SECONDS).status_code == 200
    session.verify = True
    with pytest.raises(requests.exceptions.SSLError):
        session.get(f"{running.url}/services/data", timeout=SECONDS)


def test_simple_salesforce_creates_reads_updates_and_deletes(salesforce: Any) -> None:
    made = salesforce.Lead.create({"LastName": "O'Neil", "Company": "Zoë & Co"})
    assert made["success"]
    assert salesforce.Lead.get(made["id"])["Name"] == "O'Neil"
    assert salesforce.Lead.update(made["id"], {"City": "Zeist"}) == 204
    found = salesforce.query("SELECT Id, City, Company FROM Lead WHERE LastName = 'O\\'Neil'")
    assert [(row["City"], row["Company"]) for row in found["records"]] == [("Zeist", "Zoë & Co")]
    assert salesforce.Lead.delete(made["id"]) == 204
    with pytest.raises(SalesforceResourceNotFound) as caught:
        salesforce.Lead.get(made["id"])
    content: Any = caught.value.content
    assert content == [{"message": "entity is deleted", "errorCode": "ENTITY_IS_DELETED", "fields": []}]


def test_simple_salesforce_upserts_by_external_id(salesforce: Any) -> None:
    path = format_external_id("Submission_Id__c", "a/b c+d")
    assert salesforce.Lead.upsert(path, {"LastName": "X", "Company": "Y"}) == 201
    assert salesforce.Lead.upsert(path, {"City": "Zeist"}) == 200
    assert salesforce.Lead.get(path)["City"] == "Zeist"


def test_simple_salesforce_reads_page_after_page(running: RunningOrg, salesforce: Any) -> None:
    for number in range(2_100):
        running.org.add("Contact", {"LastName": f"Person {number}"})
    rows = salesforce.query_all("SELECT LastName FROM Contact WHERE LastName LIKE 'Person %'")
    assert rows["totalSize"] == len(rows["records"]) == 2_100
    assert salesforce.query("SELECT COUNT() FROM Contact WHERE LastName LIKE 'Person %'")["totalSize"] == 2_100


def test_simple_salesforce_raises_what_the_org_refuses(salesforce: Any) -> None:
    with pytest.raises(SalesforceMalformedRequest) as caught:
        salesforce.Lead.create({"LastName": "X", "Company": "Verboden BV"})
    refused: Any = caught.value.content
    assert refused[0]["errorCode"] == "FIELD_CUSTOM_VALIDATION_EXCEPTION"
    with pytest.raises(SalesforceMalformedRequest) as caught:
        salesforce.query("SELECT Id FROM Lead WHERE City = 'a' AND City = 'b' OR City = 'c'")
    malformed: Any = caught.value.content
    assert malformed[0]["errorCode"] == "MALFORMED_QUERY"


def test_simple_salesforce_describes_limits_and_collections(salesforce: Any) -> None:
    fields = {field["name"] for field in salesforce.Lead.describe()["fields"]}
    assert {"Submission_Id__c", "UTM_Source__c", "Consent_Given_At__c"} <= fields
    assert salesforce.limits()["DailyApiRequests"]["Max"] == 100_000
    record = {"attributes": {"type": "Lead"}, "LastName": "X", "Company": "Y", "Submission_Id__c": "k"}
    body = {"allOrNone": False, "records": [record]}
    results: Any = salesforce.restful("composite/sobjects/Lead/Submission_Id__c", method="PATCH", json=body)
    assert [result["created"] for result in results] == [True]
    assert salesforce.api_usage["api-usage"].used == 3


def test_twenty_upserts_of_one_key_at_once_make_one_lead(base: str, session: requests.Session) -> None:
    def upsert(_: int) -> int:
        path = f"{base}/sobjects/Lead/Submission_Id__c/same"
        with requests.Session() as own:
            own.trust_env, own.verify, own.headers = False, session.verify, session.headers
            return own.patch(path, json={"LastName": "X", "Company": "Y"}, timeout=SECONDS).status_code

    with ThreadPoolExecutor(20) as pool:
        statuses = sorted(pool.map(upsert, range(20)))
    assert statuses == [200] * 19 + [201]
    count = session.get(f"{base}/query?q=SELECT COUNT() FROM Lead WHERE Submission_Id__c = 'same'", timeout=SECONDS)
    assert count.json()["totalSize"] == 1


def test_a_commit_without_an_answer_leaves_the_record(
    running: RunningOrg, base: str, session: requests.Session
) -> None:
    url = f"{base}/sobjects/Lead/Submission_Id__c/k"
    for fault, leads in (("drop", 0), ("commit_then_drop", 1)):
        session.post(f"{running.url}/_org/faults", json=[{"fault": fault}], timeout=SECONDS).raise_for_status()
        with pytest.raises(requests.ConnectionError):
            session.patch(url, json={"LastName": "X", "Company": "Y"}, timeout=SECONDS)
        rows = session.get(f"{running.url}/_org/records/Lead", timeout=SECONDS).json()
        assert sum(row["Submission_Id__c"] == "k" for row in rows) == leads
    assert session.patch(url, json={"City": "Zeist"}, timeout=SECONDS).status_code == 200


def test_slow_answers_do_not_hold_up_others(running: RunningOrg, base: str, session: requests.Session) -> None:
    fault = {"fault": "slow", "seconds": 2, "path": "/limits"}
    session.post(f"{running.url}/_org/faults", json=[fault], timeout=SECONDS).raise_for_status()
    with pytest.raises(requests.ReadTimeout):
        session.get(f"{base}/limits", timeout=0.2)
    assert session.get(f"{base}/sobjects", timeout=1).status_code == 200


def test_a_silent_connection_does_not_hold_up_others(running: RunningOrg, base: str, session: requests.Session) -> None:
    """Someone who connects and never starts TLS keeps only their own thread busy."""
    port = int(running.url.rpartition(":")[2])
    session.close()  # the next call must open a connection of its own
    with socket.create_connection(("127.0.0.1", port)):
        assert session.get(f"{base}/sobjects", timeout=2).status_code == 200


def test_chunked_bodies_and_compressed_answers_work(base: str, session: requests.Session) -> None:
    pieces = iter([b'{"LastName": "X",', b' "Company": "Y"}'])
    headers = {"Content-Type": "application/json"}
    assert session.post(f"{base}/sobjects/Lead", data=pieces, headers=headers, timeout=SECONDS).status_code == 201
    described = session.get(f"{base}/sobjects/Lead/describe", timeout=SECONDS)
    assert described.headers["Content-Encoding"] == "gzip"
    assert described.json()["name"] == "Lead"
    plain = session.get(f"{base}/sobjects/Lead/describe", headers={"Accept-Encoding": "identity"}, timeout=SECONDS)
    assert "Content-Encoding" not in plain.headers
    assert plain.json() == described.json()


def test_a_url_that_is_too_long_is_refused(base: str, session: requests.Session) -> None:
    """As in the real org: a long IN list belongs in a composite body."""
    ids = ", ".join(["'00QFx0000000001MAA'"] * 1_000)
    soql = f"SELECT Id FROM Lead WHERE Id IN ({ids})"
    assert session.get(f"{base}/query", params={"q": soql}, timeout=SECONDS).status_code == 414
    part = {"method": "GET", "url": f"/services/data/v60.0/query?q={soql}", "referenceId": "long"}
    answer = session.post(f"{base}/composite", json={"compositeRequest": [part]}, timeout=SECONDS).json()
    assert answer["compositeResponse"][0]["httpStatusCode"] == 200


def test_every_data_answer_tells_the_api_usage(base: str, session: requests.Session) -> None:
    answers = [session.get(f"{base}{path}", timeout=SECONDS) for path in ("/limits", "/nope", "/query")]
    assert [answer.headers["Sforce-Limit-Info"] for answer in answers] == [
        f"api-usage={used}/100000" for used in (1, 2, 3)
    ]


def test_foreign_names_and_websites_are_turned_away(running: RunningOrg, session: requests.Session) -> None:
    for headers in ({"Host": "evil.example"}, {"Origin": "https://evil.example"}):
        assert session.get(f"{running.url}/_org/calls", headers=headers, timeout=SECONDS).status_code == 403


def test_the_page_is_served(running: RunningOrg, session: requests.Session) -> None:
    answer = session.get(running.url, timeout=SECONDS)
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "Sanne de Vries" in answer.text


def test_the_command_serves_until_it_is_told_to_stop(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "local.salesforce_org", "--certs", str(tmp_path / "certs"), "--database"]
    with subprocess.Popen(  # noqa: S603 - this Python and fixed arguments
        [*command, str(tmp_path / "org.sqlite")], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        where = json.loads(process.stdout.readline())
        with requests.Session() as session:
            session.trust_env = False
            versions = session.get(f"{where['url']}/services/data", verify=where["ca_file"], timeout=SECONDS)
        assert versions.status_code == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=SECONDS) == 0
        assert process.stderr.read() == ""


def test_closing_frees_the_port(tmp_path: Path) -> None:
    with Org(":memory:") as org:
        with serve(org, tmp_path) as running:
            port = int(running.url.rpartition(":")[2])
            socket.create_connection(("127.0.0.1", port), timeout=SECONDS).close()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=SECONDS)
        with serve(org, tmp_path, port) as again:
            assert again.url.endswith(f":{port}")
