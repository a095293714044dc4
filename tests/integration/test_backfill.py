"""The backfill of match keys, from the operator's command to the org stand-in over TLS."""

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest
from boto3.session import Session as SessionClass
from mypy_boto3_secretsmanager import SecretsManagerClient
from typer.testing import CliRunner, Result

from functions.backfill import app as backfill_function
from local.salesforce_org import Org, RunningOrg, serve
from local.salesforce_org.control.faults import parse_faults
from local.salesforce_org.messages import Scalar
from ops.cli import app
from shared.leads.match_keys import MATCH_KEY_LENGTHS, MATCH_KEYS_VERSION, VERSION_FIELD
from shared.salesforce.backfill import Backfill
from shared.salesforce.connection import Connection

TEMPLATE = {
    "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
    "Outputs": {"BackfillFunctionName": {"Value": "form-to-lead-backfill"}},
}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningOrg]:
    with Org(":memory:") as org, serve(org, tmp_path_factory.mktemp("certs")) as running:
        yield running


class Context:
    aws_request_id = "run-1"

    def get_remaining_time_in_millis(self) -> int:
        return 120_000


@dataclass
class FakeLambda:
    """Runs the real handler; `before` is called with each order."""

    before: Callable[[dict[str, Any]], None] = lambda _order: None
    orders: list[dict[str, Any]] = field(default_factory=list)

    def invoke(self, *, FunctionName: str, InvocationType: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803 (boto3's names)
        assert (FunctionName, InvocationType) == ("form-to-lead-backfill", "RequestResponse")
        order = json.loads(Payload)
        self.orders.append(order)
        self.before(order)
        return {"Payload": io.BytesIO(json.dumps(backfill_function.handler(order, Context())).encode())}


@dataclass
class Desk:
    """An operator's terminal, the function and the org behind it."""

    org: Org
    function: FakeLambda

    def run(self, *arguments: str) -> Result:
        return CliRunner().invoke(app, ["match", "backfill", *arguments], env={"COLUMNS": "200"})

    def order(self, **order: Any) -> dict[str, Any]:
        return backfill_function.handler(order, Context())

    def keys(self, sobject: str) -> list[Scalar]:
        """Versions of all that can be filled."""
        return [row[VERSION_FIELD] for row in self.org.rows(sobject) if not row.get("IsConverted")]

    def writes(self) -> list[dict[str, Any]]:
        return [call for call in self.org.calls if call["method"] == "PATCH"]

    def faults(self, *faults: dict[str, Any]) -> None:
        self.org.faults[:] = parse_faults(list(faults))


@pytest.fixture
def desk(running: RunningOrg, secretsmanager: SecretsManagerClient, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    running.org.reset()
    running.org.calls.clear()
    login = {"login_url": running.url, "client_id": running.client_id, "client_secret": running.client_secret}
    secret = secretsmanager.create_secret(Name="salesforce", SecretString=json.dumps(login))["ARN"]
    boto3.client("cloudformation").create_stack(StackName="form-to-lead", TemplateBody=json.dumps(TEMPLATE))
    for name, value in {"SALESFORCE_SECRET_ARN": secret, "REQUESTS_CA_BUNDLE": str(running.ca_file)}.items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_PROFILE", "AWS_REGION", "FORM_TO_LEAD_STACK"):
        monkeypatch.delenv(name, raising=False)
    for place in ("shared.salesforce.connection", "shared.salesforce.login"):
        monkeypatch.setattr(f"{place}.count", lambda *_event, **_fields: None)
    for place in ("functions.backfill.app", "shared.salesforce.login"):
        monkeypatch.setattr(f"{place}.log", lambda *_event, **_fields: None)
    function = FakeLambda()
    real: Any = SessionClass.client

    def client(session: SessionClass, name: str, *arguments: Any, **options: Any) -> Any:
        return function if name == "lambda" else real(session, name, *arguments, **options)

    monkeypatch.setattr(SessionClass, "client", client)
    backfill_function.dependencies.cache_clear()
    yield Desk(running.org, function)
    backfill_function.dependencies.cache_clear()
    running.org.faults.clear()


def crowd(desk: Desk, count: int) -> None:
    for number in range(count):
        desk.org.add("Lead", {"LastName": f"L{number}", "Company": "Onbekend", "Email": f"p{number}@example.com"})


# --- what is filled ----------------------------------------------------------------------------------------------


def test_every_open_lead_and_every_contact_gets_its_keys(desk: Desk) -> None:
    before = {sobject: desk.org.rows(sobject) for sobject in ("Lead", "Contact")}
    result = desk.run("--json")
    assert result.exit_code == 0, result.output
    for sobject in before:
        assert set(desk.keys(sobject)) == {MATCH_KEYS_VERSION}
    [pieter] = [row for row in desk.org.rows("Contact") if row["FirstName"] == "Pieter"]
    assert {name: pieter[name] for name in MATCH_KEY_LENGTHS} == {
        "Match_Email__c": "pieter.jansen@example.com",
        "Match_Phone__c": None,
        "Match_Mobile__c": "+31624681357",
        "Match_Name__c": "jansen pieter",
        "Match_Keys__c": MATCH_KEYS_VERSION,
    }
    answer = json.loads(result.stdout)
    assert answer["error"] is None
    counts = {kind: one["filled"] for kind, one in answer["records"].items()}
    assert counts == {sobject: len(desk.keys(sobject)) for sobject in before}


def test_nothing_but_the_keys_is_changed(desk: Desk) -> None:
    stamps = {"LastModifiedDate", "SystemModstamp", "LastModifiedById", *MATCH_KEY_LENGTHS}

    def rest() -> list[dict[str, Any]]:
        return [
            {name: value for name, value in row.items() if name not in stamps}
            for sobject in ("Lead", "Contact")
            for row in desk.org.rows(sobject)
        ]

    before = rest()
    assert desk.run().exit_code == 0
    assert rest() == before


def test_no_assignment_rule_runs_and_no_rule_that_warns_stops_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = []
    real = Connection.write

    def write(connection: Connection, method: str, path: str, body: Any, headers: Any = None) -> Any:
        sent.append((method, path, body["allOrNone"], headers))
        return real(connection, method, path, body, headers)

    monkeypatch.setattr(Connection, "write", write)
    desk.run()
    headers = {"Sforce-Auto-Assign": "FALSE", "Sforce-Duplicate-Rule-Header": "allowSave=true"}
    assert sent == [("PATCH", "composite/sobjects", False, headers)] * 2


def test_a_second_run_writes_nothing(desk: Desk) -> None:
    desk.run()
    desk.org.calls.clear()
    result = desk.run("--json")
    assert {one["filled"] for one in json.loads(result.stdout)["records"].values()} == {0}
    assert desk.writes() == []


def test_all_mends_what_somebody_changed_by_hand_and_only_that(desk: Desk) -> None:
    desk.run()
    [pieter] = [row for row in desk.org.rows("Contact") if row["FirstName"] == "Pieter"]
    desk.org.change("Contact", str(pieter["Id"]), {"MobilePhone": "06-87654321"})
    answer = json.loads(desk.run("--all", "--json").stdout)
    assert answer["records"]["Contact"]["filled"] == 1
    assert answer["records"]["Contact"]["same"] == len(desk.keys("Contact")) - 1
    [pieter] = [row for row in desk.org.rows("Contact") if row["FirstName"] == "Pieter"]
    assert pieter["Match_Mobile__c"] == "+31687654321"


def test_numbers_without_a_code_are_read_by_the_country_that_is_asked_for(desk: Desk) -> None:
    lead = desk.org.add("Lead", {"LastName": "X", "Company": "Y", "Phone": "02 555 12 12"})
    desk.run("--country", "be")
    [row] = [row for row in desk.org.rows("Lead") if row["Id"] == lead]
    assert row["Match_Phone__c"] == "+3225551212"


# --- pages -------------------------------------------------------------------------------------------------------


def test_pages_follow_each_other_until_all_is_done(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    crowd(desk, 25)
    in_tens(monkeypatch)
    result = desk.run("--json")
    assert result.exit_code == 0, result.output
    leads = [order for order in desk.function.orders if order["kind"] == "Lead"]
    assert len(leads) == len(desk.keys("Lead")) // 10 + 1
    assert [order["after"] for order in leads] == sorted({order["after"] for order in leads})
    assert set(desk.keys("Lead")) == {MATCH_KEYS_VERSION}


def in_tens(monkeypatch: pytest.MonkeyPatch) -> None:
    real = Backfill.fill_page

    def fill_page(*arguments: Any, **options: Any) -> Any:
        return real(*arguments, **options, most=10)

    monkeypatch.setattr(Backfill, "fill_page", fill_page)


def test_a_run_that_was_cut_off_goes_on_where_it_ended(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    crowd(desk, 25)
    in_tens(monkeypatch)

    def interrupt(_order: dict[str, Any]) -> None:
        if len(desk.function.orders) == 3:
            raise KeyboardInterrupt

    desk.function.before = interrupt
    first = desk.run("--json")
    assert first.exit_code == 1
    done = json.loads(first.stdout)
    assert done["records"]["Lead"]["filled"] == 20
    assert "Stopped" in done["error"]
    assert "goes on where this one ended" in first.stderr
    desk.function.before = lambda _order: None
    second = json.loads(desk.run("--json").stdout)
    assert second["records"]["Lead"]["filled"] == len(desk.keys("Lead")) - 20
    assert set(desk.keys("Lead")) == {MATCH_KEYS_VERSION}


# --- what goes wrong ---------------------------------------------------------------------------------------------


def test_records_that_the_org_refuses_are_counted_and_not_tried_again_in_the_same_run(desk: Desk) -> None:
    """A row that somebody else holds: the next run fills it."""
    desk.faults({"fault": "lock_row", "times": 1, "path": "composite/sobjects"})
    result = desk.run("--json")
    assert result.exit_code == 1
    records = json.loads(result.stdout)["records"]
    refused = sum(records["Lead"]["refused"].values())
    assert set(records["Lead"]["refused"]) == {"UNABLE_TO_LOCK_ROW"}
    assert desk.keys("Lead").count(None) == refused > 0
    assert len(desk.writes()) == 2
    assert desk.run().exit_code == 0
    assert set(desk.keys("Lead")) == {MATCH_KEYS_VERSION}


def test_a_field_that_the_org_lacks_ends_it_with_a_sentence(desk: Desk) -> None:
    desk.org.access.change({"hidden": ["Contact.Match_Name__c"]})
    result = desk.run()
    assert result.exit_code == 3
    assert "lacks a match key field" in result.stderr


def test_a_field_that_the_api_user_may_not_edit_ends_it_at_the_first_record(desk: Desk) -> None:
    desk.org.access.change({"read_only": ["Lead.Match_Name__c"]})
    result = desk.run()
    assert result.exit_code == 3
    assert "may not edit it" in result.stderr
    assert len(desk.writes()) == 1


def test_what_is_left_of_the_daily_calls_is_kept_for_new_submissions(desk: Desk) -> None:
    desk.org.quota.daily = 4
    desk.run()
    result = desk.run()
    assert result.exit_code == 3
    assert "kept for new submissions" in result.stderr


def test_an_outage_ends_it_and_what_was_done_is_told(desk: Desk) -> None:
    desk.faults({"fault": "unavailable_html", "times": 1, "path": "composite/sobjects"})
    result = desk.run("--json")
    assert result.exit_code == 3
    answer = json.loads(result.stdout)
    assert answer["records"]["Lead"]["filled"] == 0
    assert "backfill function says" in answer["error"]


def test_a_page_that_ends_early_says_how_far_it_came(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.salesforce.backfill._PER_CALL", 2)
    desk.faults({"fault": "unavailable_html", "times": 1, "after": 1, "path": "composite/sobjects"})
    first = desk.order(kind="Lead")
    assert (first["filled"], first["error"] != "") == (2, True)
    ids = sorted(str(row["Id"]) for row in desk.org.rows("Lead") if row[VERSION_FIELD])
    assert first["after"] == ids[-1]
    second = desk.order(kind="Lead", after=first["after"])
    assert (second["left"], second["error"], second["after"]) == (None, "", "")
    assert second["filled"] == first["left"] - 2
    assert set(desk.keys("Lead")) == {MATCH_KEYS_VERSION}


@pytest.mark.parametrize(
    "order",
    [
        {},
        {"kind": "Account"},
        {"kind": "Lead", "after": "' OR Id != null"},
        {"kind": "Lead", "country": "Nederland"},
        {"kind": "Lead", "most": 1},
    ],
)
def test_an_order_that_makes_no_sense_is_refused_without_quoting_it(desk: Desk, order: dict[str, Any]) -> None:
    answer = desk.order(**order)
    assert answer["error"].startswith("this order can't be read: ")
    assert "OR Id" not in answer["error"]
    assert desk.org.calls == []


def test_a_table_says_what_was_done(desk: Desk) -> None:
    desk.faults({"fault": "lock_row", "times": 1, "path": "composite/sobjects"})
    result = desk.run()
    assert "Right already" in result.stdout
    assert "UNABLE_TO_LOCK_ROW" in result.stdout
    assert "They stay as they were" in result.stderr
