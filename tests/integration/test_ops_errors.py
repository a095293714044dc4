"""What the command line says when something can't be done, and how it explains itself."""

import json
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, NoCredentialsError
from typer.testing import CliRunner

from ops.cli import app
from tests.integration.ops_desk import TEMPLATE, UNKNOWN_ID, Desk, answer_for
from tests.integration.ops_desk import desk as desk  # noqa: PLC0414 (the fixture)


@pytest.mark.parametrize(
    ("arguments", "exit_code", "says"),
    [
        (["submissions", "show", UNKNOWN_ID], 1, "There is no submission"),
        (["submissions", "list", "--id", UNKNOWN_ID], 1, "There is no submission"),
        (["dlq", "list", "--id", UNKNOWN_ID], 1, "There is no submission"),
        (["dlq", "edit", UNKNOWN_ID, "--set", "email=a@example.com"], 1, "there is no such submission"),
        (["submissions", "show", "something"], 2, "is not a submission id"),
        (["submissions", "list", "--older-than", "2x"], 2, "is not a duration"),
        (["submissions", "list", "--state", "gone"], 2, "gone"),
        (["submissions", "list", "--csv", "--json"], 2, "not both"),
        (["submissions", "list", "--reveal"], 2, "--reveal"),
        (["dlq", "edit", UNKNOWN_ID, "--set", "email"], 2, "name=value"),
        (["dlq", "edit", UNKNOWN_ID], 2, "--set"),
        (["submissions", "list", "--stack", "other"], 3, "There is no stack 'other' in eu-west-1"),
        (["submissions", "list", "--profile", "nobody"], 3, "no such AWS profile"),
        (["submit", "contact", "--field", "x=y"], 3, "The API can't be reached"),
    ],
)
def test_errors_are_one_line_and_an_exit_code(desk: Desk, arguments: list[str], exit_code: int, says: str) -> None:
    """0 done, 1 refused or failed, 2 usage, 3 stack or credentials can't be reached."""
    result = desk.run(*arguments)
    assert result.exit_code == exit_code, result.output
    assert says in result.output
    assert "Traceback" not in result.output
    own_lines = [line for line in result.stderr.splitlines() if line.startswith("error: ")]
    assert len(own_lines) <= 1


def test_an_unknown_field_is_refused_and_the_known_ones_are_named(desk: Desk) -> None:
    one = desk.reject()
    result = desk.run("dlq", "edit", one, "--set", "e_mail=a@example.com")
    assert result.exit_code == 1
    assert "the form has no field e_mail" in result.stdout
    assert "first_name" in result.stderr


def test_a_stack_without_the_output_is_named_as_such(desk: Desk) -> None:
    boto3.client("cloudformation").create_stack(
        StackName="bare", TemplateBody=json.dumps({"Resources": TEMPLATE["Resources"]})
    )
    result = desk.run("submissions", "list", "--stack", "bare")
    assert result.exit_code == 3
    assert "no output SubmissionsTableName" in result.stderr


def test_the_stack_s_name_can_come_from_the_environment(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORM_TO_LEAD_STACK", "elsewhere")
    assert "'elsewhere'" in desk.run("dlq", "list").stderr


class Failing:
    """A client whose every call fails in the same way."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def fail(**_arguments: Any) -> Any:
            raise self._error

        return fail


@pytest.mark.parametrize(
    ("service", "error", "says"),
    [
        ("cloudformation", NoCredentialsError(), "There are no AWS credentials"),
        ("cloudformation", ClientError({"Error": {"Code": "AccessDenied"}}, "DescribeStacks"), "Access denied"),
        ("cloudformation", ClientError({"Error": {"Code": "ExpiredToken"}}, "DescribeStacks"), "Log in again"),
        ("sqs", ClientError({"Error": {"Code": "AccessDenied"}}, "GetQueueAttributes"), "Access denied"),
        ("dynamodb", ClientError({"Error": {"Code": "AccessDeniedException"}}, "Query"), "Access denied"),
    ],
)
def test_what_can_t_be_reached_is_told_in_one_line(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, service: str, error: Exception, says: str
) -> None:
    answer_for(monkeypatch, service, _paginating(error) if service == "dynamodb" else Failing(error))
    result = desk.run("dlq", "list")
    assert result.exit_code == 3
    assert says in result.stderr
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1


def _paginating(error: Exception) -> Any:
    client = Failing(error)
    client.get_paginator = lambda _operation: Failing(error)  # type: ignore[attr-defined]
    return client


def test_access_denied_to_the_function_is_told_and_nothing_is_claimed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = desk.reject()
    answer_for(monkeypatch, "lambda", Failing(ClientError({"Error": {"Code": "AccessDeniedException"}}, "Invoke")))
    result = desk.run("dlq", "replay", one, "--yes", "--json")
    assert result.exit_code == 3
    assert json.loads(result.stdout)["done"] == []
    assert "0 of 1" in result.stderr


def test_a_local_stack_that_is_gone_is_told_in_one_line(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A killed `make run` leaves its file behind."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    addresses = {
        "stack_name": "form-to-lead",
        "aws_endpoint_url": f"http://127.0.0.1:{port}",
        "region": "eu-west-1",
        "api_url": "http://127.0.0.1:9",
    }
    (tmp_path / ".local").mkdir()
    (tmp_path / ".local" / "stack.json").write_text(json.dumps(addresses))
    monkeypatch.chdir(tmp_path)
    result = desk.run("dlq", "list", "--local")
    assert result.exit_code == 3
    assert "is `make run` still running?" in result.stderr


def test_the_local_stack_needs_make_run(desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    result = desk.run("dlq", "list", "--local")
    assert result.exit_code == 3
    assert "make run" in result.stderr


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"stack_name": "x"}'])
def test_a_broken_file_of_the_local_stack_is_told(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: str
) -> None:
    (tmp_path / ".local").mkdir()
    (tmp_path / ".local" / "stack.json").write_text(content)
    monkeypatch.chdir(tmp_path)
    result = desk.run("dlq", "list", "--local")
    assert result.exit_code == 3
    assert "can't be read" in result.stderr


@pytest.mark.parametrize(
    "command",
    [
        [],
        ["submissions"],
        ["submissions", "list"],
        ["submissions", "show"],
        ["dlq"],
        ["dlq", "list"],
        ["dlq", "show"],
        ["dlq", "edit"],
        ["dlq", "replay"],
        ["dlq", "discard"],
        ["dlq", "reconcile"],
        ["forms"],
        ["forms", "check"],
        ["match"],
        ["match", "explain"],
        ["match", "review"],
        ["submit"],
    ],
)
def test_every_command_explains_itself(command: list[str]) -> None:
    result = CliRunner().invoke(app, [*command, "--help"])
    assert result.exit_code == 0
    assert "Example" in result.stdout or (len(command) < 2 and command != ["submit"])
