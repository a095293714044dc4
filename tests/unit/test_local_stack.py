"""What the launcher works out before anything runs."""

import io
import json
from dataclasses import asdict
from pathlib import Path

import pytest
from rich.console import Console

from local import aws, deployment, launcher, report
from local.progress import Progress, StepFailedError, last_lines
from local.scenarios import Result, Seen, load_scenarios
from local.stack import Addresses, local_api_url
from ops.operations.forms import Checked
from shared.form.check import FormProblem

ADDRESSES = Addresses(
    api_url="http://127.0.0.1:1/api",
    website_url="http://127.0.0.1:2",
    salesforce_url="https://localhost:3",
    aws_endpoint_url="http://127.0.0.1:1",
    region="eu-west-1",
    stack_name="form-to-lead",
)


def test_the_users_own_aws_settings_never_reach_the_emulators_clients() -> None:
    """A deploy that was meant for the emulator must not end in somebody's account."""
    own = {"AWS_PROFILE": "production", "AWS_SESSION_TOKEN": "secret", "AWS_CA_BUNDLE": "x", "PATH": "/bin"}
    env = aws.environment("http://127.0.0.1:1", own)
    assert env["PATH"] == "/bin"
    assert not {"AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_CA_BUNDLE"} & set(env)
    assert (env["AWS_ENDPOINT_URL"], env["AWS_ACCESS_KEY_ID"]) == ("http://127.0.0.1:1", "test")
    assert env["AWS_CONFIG_FILE"] == env["AWS_SHARED_CREDENTIALS_FILE"] == "/dev/null"


def test_a_company_proxy_is_not_asked_for_loopback() -> None:
    env = aws.environment("http://127.0.0.1:1", {"no_proxy": "intranet.example", "HTTPS_PROXY": "http://proxy.example"})
    assert env["NO_PROXY"] == env["no_proxy"] == "intranet.example,127.0.0.1,localhost"


def test_the_api_is_reached_by_an_address_that_resolves_everywhere() -> None:
    output = "https://a1b2c3.execute-api.eu-west-1.amazonaws.com/live"
    assert local_api_url(output, 4566) == "http://127.0.0.1:4566/restapis/a1b2c3/live/_user_request_"


def test_a_build_is_stale_when_a_source_changes_comes_or_goes(tmp_path: Path) -> None:
    (tmp_path / "functions").mkdir()
    source = tmp_path / "functions" / "app.py"
    seen = [deployment.fingerprint(tmp_path)]
    for change in (lambda: source.write_text("1"), lambda: source.write_text("2"), source.unlink):
        change()
        seen.append(deployment.fingerprint(tmp_path))
    assert seen[0] == seen[3]
    assert len(set(seen)) == 3


def test_byte_code_does_not_make_a_build_stale(tmp_path: Path) -> None:
    before = deployment.fingerprint(tmp_path)
    (tmp_path / "shared" / "__pycache__").mkdir(parents=True)
    (tmp_path / "shared" / "__pycache__" / "x.pyc").write_bytes(b"")
    assert deployment.fingerprint(tmp_path) == before


@pytest.mark.parametrize(
    ("machine", "name"), [("x86_64", "x86_64"), ("AMD64", "x86_64"), ("arm64", "arm64"), ("aarch64", "arm64")]
)
def test_the_functions_are_built_for_this_machine(monkeypatch: pytest.MonkeyPatch, machine: str, name: str) -> None:
    monkeypatch.setattr("platform.machine", lambda: machine)
    assert deployment.architecture() == name


def test_the_stack_file_has_just_what_others_read(tmp_path: Path) -> None:
    ADDRESSES.write(tmp_path / "stack.json")
    assert json.loads((tmp_path / "stack.json").read_text()) == {
        "api_url": "http://127.0.0.1:1/api",
        "website_url": "http://127.0.0.1:2",
        "salesforce_url": "https://localhost:3",
        "aws_endpoint_url": "http://127.0.0.1:1",
        "region": "eu-west-1",
        "stack_name": "form-to-lead",
    }


def test_a_failed_step_says_what_why_and_where_the_log_is(tmp_path: Path) -> None:
    log = tmp_path / "sam-build.log"
    log.write_text("".join(f"line {number}\n\n" for number in range(100)))
    printed = io.StringIO()
    Progress(Console(file=printed, width=200)).failed(StepFailedError("sam build", "ended with status 1", log))
    assert "sam build: ended with status 1" in printed.getvalue()
    assert "line 99" in printed.getvalue()
    assert "line 50" not in printed.getvalue()
    assert str(log) in printed.getvalue()


def test_a_log_that_was_never_written_has_no_lines(tmp_path: Path) -> None:
    assert last_lines(tmp_path / "none.log", 5) == []


def test_only_one_make_run_at_a_time(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, path in {
        "FOLDER": tmp_path,
        "LOCK_FILE": tmp_path / "lock",
        "STACK_FILE": tmp_path / "stack.json",
    }.items():
        monkeypatch.setattr(launcher, name, path)
    with launcher.only_one():
        ADDRESSES.write(tmp_path / "stack.json")
        with pytest.raises(StepFailedError, match=r"running already.*http://127\.0\.0\.1:2"), launcher.only_one():
            pytest.fail("a second one came up")
    with launcher.only_one():
        assert (tmp_path / "lock").exists()


def results(*differences: str) -> list[Result]:
    scenario = load_scenarios()[0]
    record = {"Id": "00Q1", "FirstName": "Sanne", "LastName": "[red]", "Email": "sanne@example.com"}
    seen = Seen(status=202, receipt="1", outcome="created", record_type="Lead", record=record)
    return [Result(scenario=scenario, number=1, sent="POST /x json", seen=seen, differences=differences)]


def test_the_table_shows_texts_as_they_are() -> None:
    """A visitor's text must not become the terminal's markup."""
    printed = io.StringIO()
    Console(file=printed, width=200).print(report.table(results()))
    assert "Lead Sanne [red]" in printed.getvalue()


def test_the_table_for_machines_says_what_was_expected_and_seen() -> None:
    content = report.as_json(results("status 500 instead of 202"), FITS)
    [step] = content["steps"]
    assert content["ok"] is step["ok"] is False
    assert (step["outcome"], step["record_id"], step["expected"]["status"]) == ("created", "00Q1", 202)
    assert json.loads(json.dumps(content)) == content


FITS = Checked(("contact",), (), {"checked": ["contact"], "problems": [], "api_calls": 1})
HIDDEN = FormProblem("contact", "fields.email", "error", "field_unknown", "Lead has no field [bold]", "Email")
DRIFTED = Checked(("contact",), (HIDDEN,), {"checked": ["contact"], "problems": [asdict(HIDDEN)], "api_calls": 1})


def test_forms_that_fit_the_org_are_one_line() -> None:
    printed = io.StringIO()
    Console(file=printed, width=200).print(report.forms(FITS))
    assert printed.getvalue() == "The form fits the org: 1 form checked.\n"


def test_forms_that_do_not_fit_the_org_are_a_table() -> None:
    printed = io.StringIO()
    Console(file=printed, width=200).print(report.forms(DRIFTED))
    assert "Lead has no field [bold]" in printed.getvalue()
    assert "1 form checked: 1 error, 0 warnings." in printed.getvalue()


def test_forms_that_do_not_fit_the_org_are_not_as_expected_for_machines_either() -> None:
    content = report.as_json(results(), DRIFTED)
    assert content["ok"] is False
    assert content["forms"]["problems"][0]["code"] == "field_unknown"
    assert report.as_json(results(), FITS)["ok"] is True
    assert json.loads(json.dumps(content)) == content


def test_the_summary_names_what_is_not_as_expected() -> None:
    assert "All 1 steps of 1 scenarios" in report.summary(results())
    assert "request_contact_created" in report.summary(results("status"))
