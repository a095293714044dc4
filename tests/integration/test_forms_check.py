"""The check of the forms from the operator's command to the org stand-in over TLS, and what it counts and logs."""

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from boto3.session import Session as SessionClass
from mypy_boto3_secretsmanager import SecretsManagerClient
from typer.testing import CliRunner, Result

from functions.forms_check import app as forms_check
from local.salesforce_org import Org, RunningOrg, serve
from local.salesforce_org.control.faults import parse_faults
from ops.cli import app
from shared.form.definition import forms
from tests.unit.checked_forms import field, form_text

TEMPLATE = {
    "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
    "Outputs": {"FormsCheckFunctionName": {"Value": "form-to-lead-forms-check"}},
}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningOrg]:
    with Org(":memory:") as org, serve(org, tmp_path_factory.mktemp("certs")) as running:
        yield running


class Context:
    aws_request_id = "run-1"

    def get_remaining_time_in_millis(self) -> int:
        return 60_000


class FakeLambda:
    """Runs the real handler."""

    def invoke(self, *, FunctionName: str, InvocationType: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803 (boto3's names)
        assert (FunctionName, InvocationType) == ("form-to-lead-forms-check", "RequestResponse")
        return {"Payload": io.BytesIO(json.dumps(forms_check.handler(json.loads(Payload), Context())).encode())}


@dataclass
class Desk:
    """An operator's terminal, the function and the org behind it."""

    org: Org
    secrets: SecretsManagerClient
    secret: str
    folder: Path

    def check(self, event: dict[str, Any] | None = None) -> dict[str, Any]:
        return forms_check.handler(event or {}, Context())

    def run(self, *arguments: str) -> Result:
        return CliRunner().invoke(app, ["forms", "check", *arguments], env={"COLUMNS": "250"})

    def file(self, name: str, text: str) -> str:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    def api_calls(self) -> list[str]:
        return [str(call["path"]) for call in self.org.calls if "oauth2" not in str(call["path"])]

    def change(self, sobject: str, by: dict[str, Any], values: dict[str, Any]) -> None:
        [row] = [row for row in self.org.rows(sobject) if by.items() <= row.items()]
        self.org.change(sobject, str(row["Id"]), values)


@pytest.fixture
def desk(
    running: RunningOrg, secretsmanager: SecretsManagerClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Desk]:
    running.org.reset()
    login = {"login_url": running.url, "client_id": running.client_id, "client_secret": running.client_secret}
    secret = secretsmanager.create_secret(Name="salesforce", SecretString=json.dumps(login))["ARN"]
    boto3.client("cloudformation").create_stack(StackName="form-to-lead", TemplateBody=json.dumps(TEMPLATE))
    for name, value in {"SALESFORCE_SECRET_ARN": secret, "REQUESTS_CA_BUNDLE": str(running.ca_file)}.items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_PROFILE", "AWS_REGION", "FORM_TO_LEAD_STACK"):
        monkeypatch.delenv(name, raising=False)
    function = FakeLambda()
    real: Any = SessionClass.client

    def client(session: SessionClass, name: str, *arguments: Any, **options: Any) -> Any:
        return function if name == "lambda" else real(session, name, *arguments, **options)

    monkeypatch.setattr(SessionClass, "client", client)
    forms_check.dependencies.cache_clear()
    yield Desk(running.org, secretsmanager, secret, tmp_path)
    forms_check.dependencies.cache_clear()


@dataclass
class Said:
    """What went to CloudWatch: log lines and metrics."""

    lines: list[dict[str, Any]]

    def metric(self, name: str) -> list[float]:
        return [value for line in self.lines if "_aws" in line and name in line for value in line[name]]

    def logged(self, message: str) -> list[tuple[str, str]]:
        found = [line for line in self.lines if line.get("message") == message]
        return [(line.get("form_id", ""), line["error"]) for line in found]


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """In Lambda this goes to CloudWatch; here it would stand between what the command prints."""
    for place in ("functions.forms_check.app", "shared.salesforce.connection", "shared.salesforce.login"):
        monkeypatch.setattr(f"{place}.count", lambda *_event, **_fields: None)
    monkeypatch.setattr("functions.forms_check.app.log", lambda *_event, **_fields: None)
    monkeypatch.setattr("shared.salesforce.login.log", lambda *_event, **_fields: None)


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> Said:
    lines: list[dict[str, Any]] = []
    monkeypatch.setattr(forms_check, "count", lambda name, value=1: lines.append({"_aws": {}, name: [value]}))
    monkeypatch.setattr(
        forms_check, "log", lambda event, *, level, **fields: lines.append({"message": event, "level": level, **fields})
    )
    return Said(lines)


# --- what is found ---------------------------------------------------------------------------------------


def test_ten_planted_faults_are_found_and_nothing_else(desk: Desk, quiet: None) -> None:
    """One hidden field, one read-only field, one permission set taken away, and seven faults of forms."""
    desk.org.access.change({"hidden": ["Lead.Language__c"], "read_only": ["Lead.Rating"]})
    someone_else = next(str(row["Id"]) for row in desk.org.rows("User") if row["LastName"] == "Sales")
    desk.change("PermissionSetAssignment", {"IsActive": True}, {"AssigneeId": someone_else})
    files = {
        "hidden-field": form_text(form_id="hidden-field", lead='sources = { language = "Language__c" }'),
        "read-only-field": form_text(form_id="read-only-field", lead='fixed = { Rating = "Hot" }'),
        "inactive-record-type": form_text(form_id="inactive-record-type", lead='record_type = "Beurs"'),
        "queue-of-tasks": form_text(form_id="queue-of-tasks", lead='owner = "queue:Werkplaats"'),
        "inactive-user": form_text(form_id="inactive-user", lead='owner = "user:noor.vertrokken@example.com"'),
        "unknown-campaign": form_text(form_id="unknown-campaign", lead='campaign = { name = "Fietsbeurs 2027" }'),
        "unknown-status": form_text(
            form_id="unknown-status", lead='campaign = { name = "Fietsbeurs 2026", status = "Respond" }'
        ),
        "wrong-choice": form_text(
            field("wish", type="choice", choices=("E-bike", "Tandem"), lead_field="Product_Interest__c"),
            form_id="wrong-choice",
        ),
        "too-long": form_text(field("note", max_length=200, lead_field="Short_Note__c"), form_id="too-long"),
    }
    paths = [desk.file(f"{name}.toml", text) for name, text in files.items()]
    result = desk.run("--files", *paths, "--json")
    assert result.exit_code == 1, result.output
    answer = json.loads(result.stdout)
    found = [(one["form_id"], one["where"], one["severity"], one["code"]) for one in answer["problems"]]
    assert found == [
        ("", "permission set", "error", "permission_set_missing"),
        ("hidden-field", "lead.sources.language", "error", "field_unknown"),
        ("read-only-field", "lead.fixed.Rating", "error", "field_not_createable"),
        ("inactive-record-type", "lead.record_type", "error", "record_type_inactive"),
        ("queue-of-tasks", "lead.owner", "error", "queue_not_for_leads"),
        ("inactive-user", "lead.owner", "error", "user_inactive"),
        ("unknown-campaign", "lead.campaign", "error", "campaign_unknown"),
        ("unknown-status", "lead.campaign.status", "error", "member_status_unknown"),
        ("wrong-choice", "fields.wish.choices.Tandem", "error", "value_not_in_picklist"),
        ("too-long", "fields.note", "error", "too_long"),
    ]
    assert answer["checked"] == list(files)
    assert answer["api_calls"] == 2


def test_what_fits_the_org_has_no_problems(desk: Desk, quiet: None) -> None:
    """Everything that the stand-in has names for, used rightly; and exactly as often as it was asked."""
    text = form_text(
        field("wish", type="choice", choices=("E-bike",), lead_field="Product_Interest__c"),
        field("interests", type="choices", choices=("Service", "Lease"), lead_field="Interests__c"),
        field("no_calls", type="boolean", lead_field="DoNotCall"),
        lead="""record_type = "Website"
owner = "queue:Website_Leads"
campaign = { name = "Fietsbeurs 2026", status = "Responded" }""",
        consent='lead_field = "Email_Consent__c"',
    )
    assert desk.check({"forms": {"brochure.toml": text}}) == {
        "checked": ("brochure",),
        "problems": [],
        "api_calls": 2,
    }
    assert desk.api_calls() == ["/services/data/v62.0/composite"] * 2


def test_an_inactive_value_of_a_picklist_is_none(desk: Desk, quiet: None) -> None:
    text = form_text(field("interests", type="choices", choices=("Trailers",), lead_field="Interests__c"))
    [found] = desk.check({"forms": {"brochure.toml": text}})["problems"]
    assert found["code"] == "value_not_in_picklist"


def test_state_and_country_picklists_of_the_org_are_seen(desk: Desk, quiet: None) -> None:
    """The quote form writes country names: not every one of them is on the org's list."""
    desk.org.behaviour.change({"state_country_picklists": True})
    [found] = desk.check()["problems"]
    assert (found["form_id"], found["where"], found["code"]) == ("quote", "fields.country", "country_text")


# --- what is counted and logged --------------------------------------------------------------------------


def test_the_forms_of_this_release_fit_the_org_stand_in_in_one_call(desk: Desk, said: Said) -> None:
    schedule = {"version": "0", "detail-type": "Scheduled Event", "source": "aws.scheduler", "detail": "{}"}
    assert desk.check(schedule) == {"checked": tuple(forms()), "problems": [], "api_calls": 1}
    assert said.metric("FormProblems") == [0]
    assert len(desk.api_calls()) == 1


def test_errors_of_the_deployed_forms_are_counted_and_logged_and_warnings_are_not(desk: Desk, said: Said) -> None:
    desk.org.access.change({"hidden": ["Lead.Language__c"]})
    answer = desk.check()
    assert said.metric("FormProblems") == [3]
    assert said.logged("form_problem") == [(form_id, "field_unknown") for form_id in forms()]
    assert len(answer["problems"]) == 3


def test_what_an_operator_tries_out_is_neither_counted_nor_logged(desk: Desk, said: Said) -> None:
    text = form_text(field("note", max_length=40, lead_field="No_Such__c"))
    assert len(desk.check({"forms": {"brochure.toml": text}})["problems"]) == 1
    assert said.lines == []


@pytest.mark.parametrize("fault", ["unavailable_html", "limit_exceeded", "drop"])
def test_an_org_that_does_not_answer_is_said_so_and_counted_as_nothing(desk: Desk, said: Said, fault: str) -> None:
    """Silence raises the alarm after some hours; a count of 0 would say that all is well."""
    desk.org.faults[:] = parse_faults([{"fault": fault, "times": 9, "path": "composite"}])
    answer = desk.check()
    assert list(answer) == ["error"]
    assert "nothing is known about the forms" in answer["error"]
    assert said.metric("FormProblems") == []
    assert len(said.logged("forms_check_failed")) == 1


def test_a_refused_login_is_said_so(desk: Desk, said: Said) -> None:
    desk.secrets.put_secret_value(SecretId=desk.secret, SecretString="{}")
    assert desk.check()["error"].startswith("salesforce_secret: ")
    assert said.logged("forms_check_failed") == [("", "salesforce_secret")]


def test_a_session_that_ran_out_is_renewed(desk: Desk, quiet: None) -> None:
    desk.check()
    desk.org.sessions.end_all()
    assert desk.check()["problems"] == []


@pytest.mark.parametrize("event", [{"forms": {}}, {"forms": ["x"]}, {"forms": {"x.toml": 5}}])
def test_an_order_that_can_t_be_read_is_said_so(desk: Desk, quiet: None, event: dict[str, Any]) -> None:
    assert desk.check(event)["error"].startswith("this order can't be read: forms")
    assert desk.api_calls() == []


# --- the command -----------------------------------------------------------------------------------------


def test_forms_that_fit_are_told_in_one_line(desk: Desk, quiet: None) -> None:
    result = desk.run()
    assert result.exit_code == 0, result.output
    assert result.stdout == "All forms fit the org: 3 forms checked.\n"


def test_forms_that_don_t_fit_are_a_table_by_form_and_exit_code_1(desk: Desk, quiet: None) -> None:
    desk.org.access.change({"hidden": ["Lead.Rating", "Lead.Language__c"]})
    result = desk.run()
    assert result.exit_code == 1
    header, *rows = result.stdout.splitlines()
    assert header.split("  ")[0] == "Form"
    assert [row.split()[0] for row in rows if row[:1].strip()] == ["contact", "quote", "test-ride"]
    assert "lead.fixed.Rating" in result.stdout
    assert "3 forms checked: 4 errors, 0 warnings." in result.stderr


def test_warnings_alone_are_shown_and_are_no_failure(desk: Desk, quiet: None) -> None:
    path = desk.file("brochure.toml", form_text(lead='campaign = { name = "Zomeractie 2025" }'))
    result = desk.run(path)
    assert result.exit_code == 0
    assert "warning: the campaign Zomeractie 2025 is not active" in result.stdout
    assert "The form fits the org: 1 form checked, 1 warning." in result.stdout


def test_faults_of_a_file_itself_are_problems_too_beside_those_of_other_files(desk: Desk, quiet: None) -> None:
    broken = form_text(field("x", max_length=0), form_id="broken").replace('version = "1"', "")
    paths = [
        desk.file("broken.toml", broken),
        desk.file("none.toml", "id ="),
        desk.file("other.toml", form_text()),
        desk.file("brochure.toml", form_text(lead='record_type = "Beurs"')),
    ]
    result = desk.run(*paths, "--json")
    assert result.exit_code == 1
    found = [(one["form_id"], one["where"], one["code"]) for one in json.loads(result.stdout)["problems"]]
    assert found == [
        ("broken", "version", "form_error"),
        ("broken", "fields.1.max_length", "form_error"),
        ("none", "the form", "form_error"),
        ("other", "id", "form_error"),
        ("brochure", "lead.record_type", "record_type_inactive"),
    ]


@pytest.mark.parametrize(
    ("arguments", "exit_code", "says"),
    [
        (["--files", "nowhere.toml"], 2, "nowhere.toml can't be read"),
        (["--stack", "other"], 3, "There is no stack 'other'"),
    ],
)
def test_a_command_that_can_t_be_done_has_another_exit_code(
    desk: Desk, quiet: None, arguments: list[str], exit_code: int, says: str
) -> None:
    result = desk.run(*arguments)
    assert (result.exit_code, result.stdout) == (exit_code, "")
    assert says in result.stderr


def test_an_org_that_can_t_be_asked_is_not_the_same_as_forms_that_don_t_fit(desk: Desk, quiet: None) -> None:
    desk.secrets.put_secret_value(SecretId=desk.secret, SecretString="{}")
    result = desk.run()
    assert (result.exit_code, result.stdout) == (3, "")
    assert "The forms check function says: salesforce_secret: the org could not be asked" in result.stderr
