"""A Web-to-Lead page from the operator's command to the Lead in the org stand-in."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from typer.testing import CliRunner, Result

from ops.cli import app
from ops.web_to_lead.importing import Wish, import_page
from shared.form.definition import parse_form
from shared.submission import State
from tests.integration.real_desk import RealDesk
from tests.integration.test_forms_check import Desk as CheckDesk
from tests.integration.test_forms_check import desk as check_desk
from tests.integration.test_forms_check import quiet, running
from tests.unit.intake_desk import URLENCODED, Intake, event

__all__ = ["check_desk", "quiet", "running"]

PAGE = """
<form action="https://webto.salesforce.com/servlet/servlet.WebToLead?encoding=UTF-8" method="POST">
<input type=hidden name="oid" value="00D000000000062">
<input type=hidden name="retURL" value="https://www.example.com/thanks">
<input type=hidden name="lead_source" value="Web">
<label for="last_name">Last Name</label><input id="last_name" maxlength="80" name="last_name" type="text" /><br>
<label for="email">Email</label><input id="email" maxlength="80" name="email" type="text" /><br>
<label for="faxOptOut">Fax Opt Out</label><input id="faxOptOut" name="faxOptOut" type="checkbox" value="1" /><br>
UTM Campaign:<input id="00N000000000001" maxlength="255" name="00N000000000001" type="text" /><br>
{more}
</form>
"""
UNKNOWN = 'UTM Campagne:<input id="00N000000000002" maxlength="255" name="00N000000000002" type="text" /><br>'


def saved(folder: Path, more: str = "") -> Path:
    path = folder / "spring.html"
    path.write_text(PAGE.replace("{more}", more), "utf-8")
    return path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["import", "web-to-lead", *map(str, arguments)], env={"COLUMNS": "200"})


def test_a_guess_that_the_org_knows_is_a_guess_no_more(check_desk: CheckDesk, quiet: None, tmp_path: Path) -> None:
    content = json.loads(run(saved(tmp_path), "--check", "--json").stdout)
    assert content["unknown"] == content["problems"] == []
    assert "TODO" not in content["toml"]


def test_a_guess_that_the_org_does_not_know_stays_one_and_the_nearest_is_told(
    check_desk: CheckDesk, quiet: None, tmp_path: Path
) -> None:
    output = tmp_path / "spring.toml"
    result = run(saved(tmp_path, UNKNOWN), "--check", "--output", output)
    assert result.exit_code == 0, result.output
    assert "TODO: UTM_Campagne__c" in result.stderr
    assert "UTM_Campaign__c" in result.stderr
    [marked] = [line for line in output.read_text("utf-8").splitlines() if "TODO" in line]
    assert marked.startswith('lead_field = "UTM_Campagne__c"  # TODO: guessed from the label;')


@pytest.mark.parametrize(("arguments", "says"), [(["--stack", "other"], "There is no stack 'other'"), ([], "secret")])
def test_where_the_org_can_not_be_asked_the_file_is_written_and_the_exit_code_is_3(
    check_desk: CheckDesk, quiet: None, tmp_path: Path, arguments: list[str], says: str
) -> None:
    check_desk.secrets.put_secret_value(SecretId=check_desk.secret, SecretString="{}")
    output = tmp_path / "spring.toml"
    result = run(saved(tmp_path), "--check", "--output", output, *arguments)
    assert result.exit_code == 3
    assert "the org was not asked" in result.stderr
    assert says in result.stderr
    assert "TODO" in output.read_text("utf-8")


def test_the_imported_page_s_post_becomes_the_lead_in_the_org(desk: RealDesk, tmp_path: Path) -> None:
    form = parse_form(import_page(saved(tmp_path), Wish()).text, name="spring.toml")
    body = (
        b"oid=00D000000000062&retURL=https%3A%2F%2Fwww.example.com%2Fthanks&lead_source=Web&last_name=Okafor"
        b"&email=okafor%40example.com&faxOptOut=1&00N000000000001=lente&OwnerId=005000000000001"
    )
    intake = Intake(forms={"spring": form})
    happening: dict[str, Any] = event(
        path="/servlet/servlet.WebToLead", headers={"Content-Type": URLENCODED, "Accept": "text/html"}, body=body
    )
    assert intake.hears(happening).status == 303
    desk.forms = intake.forms
    desk.process(intake.row)
    assert desk.state(intake.row) is State.CREATED
    lead = desk.lead_of(intake.row)
    named = ("LastName", "Email", "Company", "LeadSource", "HasOptedOutOfFax", "UTM_Campaign__c")
    assert [lead[name] for name in named] == [
        "Okafor", "okafor@example.com", "[not provided]", "Web", True, "lente",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "revenue"),
    [("€ 1.250.000,50", 1250000.5), ("1,250,000", 1250000), ("9999999999998.99", 9999999999998.99), ("15%", 15)],
)
def test_an_amount_as_people_write_it_is_the_org_s_number(
    desk: RealDesk, tmp_path: Path, typed: str, revenue: float
) -> None:
    form = parse_form(import_page(saved(tmp_path, '<input name="revenue" size="20">'), Wish()).text, name="spring.toml")
    intake = Intake(forms={"spring": form})
    body = urlencode({"oid": "00D000000000062", "last_name": "Okafor", "revenue": typed}).encode()
    intake.hears(event(path="/servlet/servlet.WebToLead", headers={"Content-Type": URLENCODED}, body=body))
    desk.forms = intake.forms
    desk.process(intake.row)
    assert desk.lead_of(intake.row)["AnnualRevenue"] == revenue
