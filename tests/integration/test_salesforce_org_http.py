# ruff: noqa: S608 - SOQL pasted together on purpose
"""The Salesforce stand-in over real TLS, with requests and with simple-salesforce."""

import contextlib
import gzip
import http.client
import json
import signal
import socket
import ssl
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jwt
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from simple_salesforce.api import Salesforce
from simple_salesforce.exceptions import (
    SalesforceAuthenticationFailed,
    SalesforceMalformedRequest,
    SalesforceResourceNotFound,
)
from simple_salesforce.format import format_external_id
from simple_salesforce.login import SalesforceLogin

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


UNPACKED = {"Accept-Encoding": "identity"}


def bearer(session: requests.Session) -> dict[str, str]:
    return {"Authorization": str(session.headers["Authorization"])}


def port_of(running: RunningOrg) -> int:
    return int(running.url.rpartition(":")[2])


@contextmanager
def connected(running: RunningOrg) -> Iterator[http.client.HTTPSConnection]:
    context = ssl.create_default_context(cafile=running.ca_file)
    connection = http.client.HTTPSConnection("localhost", port_of(running), timeout=SECONDS, context=context)
    try:
        yield connection
    finally:
        connection.close()


@contextmanager
def tls(running: RunningOrg) -> Iterator[ssl.SSLSocket]:
    """A connection for bytes that no library would send."""
    context = ssl.create_default_context(cafile=running.ca_file)
    with (
        socket.create_connection(("127.0.0.1", port_of(running)), timeout=SECONDS) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as wire,
    ):
        yield wire


def request_head(running: RunningOrg, session: requests.Session, method: str, path: str, *lines: str) -> bytes:
    usual = (f"{method} {path} HTTP/1.1", f"Host: localhost:{port_of(running)}", "Content-Type: application/json")
    return "\r\n".join((*usual, f"Authorization: {bearer(session)['Authorization']}", *lines, "", "")).encode()


def status_on(wire: ssl.SSLSocket) -> int:
    """Reads one whole answer."""
    answer = http.client.HTTPResponse(wire)
    answer.begin()
    answer.read()
    return answer.status


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


def test_the_daily_limit_is_set_and_told_over_http(running: RunningOrg, base: str, session: requests.Session) -> None:
    control = f"{running.url}/_org/limits"
    session.post(control, json={"daily": 1_000, "used": 998}, timeout=SECONDS).raise_for_status()
    answers = [session.get(f"{base}/sobjects", timeout=SECONDS) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 403]
    assert answers[2].headers["Sforce-Limit-Info"] == "api-usage=1000/1000"
    assert session.get(control, timeout=SECONDS).json() == {"daily": 1_000, "used": 1_000}


def test_an_answer_that_breaks_off_leaves_the_record(running: RunningOrg, base: str, session: requests.Session) -> None:
    fault = {"fault": "commit_then_truncate"}
    url = f"{base}/sobjects/Lead/Submission_Id__c/k"
    for _ in range(2):  # the second finds the record, with a session that goes on
        session.post(f"{running.url}/_org/faults", json=[fault], timeout=SECONDS).raise_for_status()
        with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
            session.patch(url, json={"LastName": "X", "Company": "Y"}, timeout=SECONDS)
        rows = session.get(f"{running.url}/_org/records/Lead", timeout=SECONDS).json()
        assert sum(row["Submission_Id__c"] == "k" for row in rows) == 1


def test_a_truncated_answer_without_a_body_is_no_answer(
    running: RunningOrg, base: str, session: requests.Session
) -> None:
    lead = running.org.add("Lead", {"LastName": "X", "Company": "Y"})
    session.post(f"{running.url}/_org/faults", json=[{"fault": "commit_then_truncate"}], timeout=SECONDS)
    with pytest.raises(requests.ConnectionError):
        session.patch(f"{base}/sobjects/Lead/{lead}", json={"City": "Zeist"}, timeout=SECONDS)
    assert running.org.rows("Lead")[-1]["City"] == "Zeist"


def test_half_of_a_truncated_answer_comes(running: RunningOrg, base: str, session: requests.Session) -> None:
    """Seen on the wire: the length of the whole, half of the bytes."""
    whole = session.get(f"{base}/sobjects/Lead/describe", headers=UNPACKED, timeout=SECONDS).content
    session.post(f"{running.url}/_org/faults", json=[{"fault": "commit_then_truncate"}], timeout=SECONDS)
    with connected(running) as connection:
        connection.request("GET", "/services/data/v60.0/sobjects/Lead/describe", headers=bearer(session))
        answer = connection.getresponse()
        assert answer.getheader("Content-Length") == str(len(whole))
        with pytest.raises(http.client.IncompleteRead) as caught:
            answer.read()
    assert caught.value.partial == whole[: len(whole) // 2]


@pytest.mark.parametrize("body", ["html", "json", "empty"])
def test_a_proxy_s_answer_reaches_the_client(
    running: RunningOrg, base: str, session: requests.Session, body: str
) -> None:
    fault = {"fault": "status", "status": 502, "body": body}
    session.post(f"{running.url}/_org/faults", json=[fault], timeout=SECONDS).raise_for_status()
    answer = session.get(f"{base}/sobjects", timeout=SECONDS)
    assert answer.status_code == 502
    kinds = {"html": "text/html; charset=UTF-8", "json": "application/json;charset=UTF-8", "empty": None}
    assert answer.headers.get("Content-Type") == kinds[body]
    assert bool(answer.content) is (body != "empty")


def test_chunks_on_the_wire_and_the_next_request_on_the_same_connection(
    running: RunningOrg, session: requests.Session
) -> None:
    pieces = (b'{"LastName": "Chunk",', b' "Company": "Y"}')
    head = request_head(
        running, session, "POST", "/services/data/v60.0/sobjects/Lead/", "Transfer-Encoding: chunked"
    )  # fmt: skip
    chunks = b"".join(f"{len(piece):X};ext=1\r\n".encode() + piece + b"\r\n" for piece in pieces)
    second = request_head(running, session, "GET", "/services/data/v60.0/sobjects/", "Content-Length: 0")
    with tls(running) as wire:
        wire.sendall(head + chunks + b"0\r\n\r\n")
        assert status_on(wire) == 201
        wire.sendall(second)
        assert status_on(wire) == 200


def test_a_broken_chunk_ends_the_connection(running: RunningOrg, session: requests.Session) -> None:
    head = request_head(
        running, session, "POST", "/services/data/v60.0/sobjects/Lead/", "Transfer-Encoding: chunked"
    )  # fmt: skip
    with tls(running) as wire:
        wire.sendall(head + b"zz\r\nabc\r\n0\r\n\r\n")
        received = b"".join(iter(lambda: wire.recv(65_536), b""))
    assert received.startswith(b"HTTP/1.1 400 ")
    assert b"Connection: close" in received
    assert received.count(b"HTTP/1.1") == 1


def test_a_client_may_wait_for_100_continue(running: RunningOrg, session: requests.Session) -> None:
    body = b'{"LastName": "Patient", "Company": "Y"}'
    lines = ("Expect: 100-continue", f"Content-Length: {len(body)}")
    with tls(running) as wire:
        wire.sendall(request_head(running, session, "POST", "/services/data/v60.0/sobjects/Lead", *lines))
        assert wire.recv(65_536) == b"HTTP/1.1 100 Continue\r\n\r\n"
        wire.sendall(body)
        assert status_on(wire) == 201


def test_gzipped_and_deflated_requests_are_read_and_others_refused(base: str, session: requests.Session) -> None:
    body = b'{"LastName": "Packed", "Company": "Y"}'
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    packed = session.post(f"{base}/sobjects/Lead", data=gzip.compress(body), headers=headers, timeout=SECONDS)
    assert packed.status_code == 201
    broken = session.post(f"{base}/sobjects/Lead", data=body, headers=headers, timeout=SECONDS)
    assert broken.status_code == 400
    headers["Content-Encoding"] = "deflate"
    deflated = session.post(f"{base}/sobjects/Lead", data=zlib.compress(body), headers=headers, timeout=SECONDS)
    assert deflated.status_code == 201
    headers["Content-Encoding"] = "br"
    unknown = session.post(f"{base}/sobjects/Lead", data=body, headers=headers, timeout=SECONDS)
    assert unknown.status_code == 415
    assert "gzip and deflate" in unknown.text


def test_a_head_request_has_the_headers_alone(base: str, session: requests.Session) -> None:
    with_body = session.get(f"{base}/sobjects/Lead/describe", headers=UNPACKED, timeout=SECONDS)
    head = session.head(f"{base}/sobjects/Lead/describe", headers=UNPACKED, timeout=SECONDS)
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["Content-Length"] == str(len(with_body.content))
    assert session.get(f"{base}/sobjects", timeout=SECONDS).status_code == 200


def test_both_authorization_schemes_and_a_method_override_work(base: str, session: requests.Session) -> None:
    token = str(session.headers["Authorization"]).removeprefix("Bearer ")
    session.headers["Authorization"] = f"OAuth {token}"
    made = session.post(f"{base}/sobjects/Lead/", json={"LastName": "X", "Company": "Y"}, timeout=SECONDS).json()
    url = f"{base}/sobjects/Lead/{made['id']}"
    assert session.post(f"{url}?_HttpMethod=PATCH", json={"City": "Zeist"}, timeout=SECONDS).status_code == 204
    assert session.get(url, timeout=SECONDS).json()["City"] == "Zeist"


@pytest.fixture(scope="module")
def private_key() -> str:
    key = rsa.generate_private_key(65_537, 2_048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def upload(running: RunningOrg, session: requests.Session, private_key: str) -> None:
    public = load_pem_private_key(private_key.encode(), None).public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    session.post(f"{running.url}/_org/public_key", json={"pem": pem}, timeout=SECONDS).raise_for_status()


def test_a_jwt_login_over_http(running: RunningOrg, base: str, session: requests.Session, private_key: str) -> None:
    upload(running, session, private_key)
    assertion = jwt.encode(
        {
            "iss": running.client_id,
            "sub": "form.integratie@example.com",
            "aud": running.url,
            "exp": str(int(time.time()) + 180),
        },
        private_key,
        "RS256",
    )
    form = {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": assertion}
    opened = session.post(f"{running.url}/services/oauth2/token", data=form, timeout=SECONDS)
    assert opened.status_code == 200
    headers = {"Authorization": f"Bearer {opened.json()['access_token']}"}
    assert session.get(f"{base}/sobjects", headers=headers, timeout=SECONDS).status_code == 200
    assert session.get(opened.json()["id"], headers=headers, timeout=SECONDS).json()["id"] == opened.json()["id"]
    token = {"token": opened.json()["access_token"]}
    assert session.post(f"{running.url}/services/oauth2/revoke", data=token, timeout=SECONDS).status_code == 200
    assert session.get(f"{base}/sobjects", headers=headers, timeout=SECONDS).status_code == 401


class ToTheStandIn(requests.adapters.HTTPAdapter):
    """simple-salesforce writes `.salesforce.com` into every login address: this leads such a name to the stand-in."""

    def __init__(self, running: RunningOrg) -> None:
        super().__init__()
        self.running = running
        self.asked: list[str] = []

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        host = urlsplit(str(request.url)).netloc
        self.asked.append(host)
        request.url = str(request.url).replace(f"https://{host}", self.running.url)
        return super().send(request, *args, **options)


@pytest.fixture
def redirected(running: RunningOrg, session: requests.Session) -> ToTheStandIn:
    adapter = ToTheStandIn(running)
    for name in ("acme.my", "test", "login"):
        session.mount(f"https://{name}.salesforce.com", adapter)
    del session.headers["Authorization"]
    return adapter


@pytest.mark.parametrize("domain", ["login", "test"])
def test_simple_salesforce_logs_in_by_jwt(
    running: RunningOrg, session: requests.Session, redirected: ToTheStandIn, private_key: str, domain: str
) -> None:
    """Its own assertion, with `exp` as a text and the public login host as audience."""
    upload(running, session, private_key)
    user = "form.integratie@example.com"
    salesforce: Any = Salesforce(
        username=user,
        consumer_key=running.client_id,
        privatekey=private_key,
        instance_url="acme.my",
        domain=domain,
        session=session,
    )
    made: Any = salesforce.Lead.create({"LastName": "X", "Company": "Y"})
    assert made["success"]
    assert redirected.asked == ["acme.my.salesforce.com"]
    with pytest.raises(SalesforceAuthenticationFailed) as caught, pytest.warns(UserWarning, match="authorize"):
        SalesforceLogin(
            username="nobody@example.com", consumer_key=running.client_id, privatekey=private_key, session=session
        )
    assert caught.value.code == "invalid_grant"


def test_simple_salesforce_logs_in_by_client_credentials(
    running: RunningOrg, session: requests.Session, redirected: ToTheStandIn
) -> None:
    token, instance = SalesforceLogin(
        consumer_key=running.client_id, consumer_secret=running.client_secret, domain="acme.my", session=session
    )
    assert instance == running.url.removeprefix("https://")
    assert running.org.sessions.user_of(token) == running.org.sessions.user_id
    with pytest.raises(SalesforceAuthenticationFailed) as caught:
        SalesforceLogin(consumer_key=running.client_id, consumer_secret="x", domain="acme.my", session=session)
    assert caught.value.code == "invalid_client"


@pytest.mark.parametrize("version", ["59.0", "65.0"])
def test_simple_salesforce_understands_the_refusal_of_a_soap_login(
    session: requests.Session, redirected: ToTheStandIn, version: str
) -> None:
    with pytest.raises(SalesforceAuthenticationFailed) as caught:
        SalesforceLogin(username="a", password="b", security_token="c", sf_version=version, session=session)
    assert caught.value.code == "INVALID_OPERATION"


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


def test_a_plain_http_client_may_send_a_body_in_chunks_and_the_whole_url(
    running: RunningOrg, session: requests.Session
) -> None:
    context = ssl.create_default_context(cafile=str(running.ca_file))
    wire = http.client.HTTPSConnection("localhost", int(running.url.rpartition(":")[2]), context=context)
    headers = {"Authorization": str(session.headers["Authorization"]), "Content-Type": "application/json"}
    parts = iter((b'{"LastName": "Chunks",', b' "Company": "Y"}'))
    with contextlib.closing(wire):
        wire.request("POST", "/services/data/v60.0/sobjects/Lead", parts, headers, encode_chunked=True)
        with wire.getresponse() as made:
            assert (made.status, json.loads(made.read())["success"]) == (201, True)
        wire.request("GET", f"{running.url}/services/data/v60.0/limits", headers=headers)
        with wire.getresponse() as limits:
            assert (limits.status, "DailyApiRequests" in json.loads(limits.read())) == (200, True)
