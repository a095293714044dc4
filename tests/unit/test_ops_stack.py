"""Which stack is meant, and with whose credentials it is asked."""

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    NoRegionError,
    ProfileNotFound,
    ReadTimeoutError,
    SSOTokenLoadError,
    UnauthorizedSSOTokenError,
)

from ops import stack
from ops.errors import ExitCode, Failure, OpsError, in_words
from ops.operations.orders import Operator
from ops.stack import Stack, find_stack, output
from shared.errors import ConfigurationError, TransientError

ADDRESSES = {
    "api_url": "http://127.0.0.1:4000/api",
    "website_url": "http://127.0.0.1:4001",
    "salesforce_url": "https://localhost:4002",
    "aws_endpoint_url": "http://127.0.0.1:4003",
    "region": "eu-west-1",
    "stack_name": "form-to-lead",
}


def test_the_local_stack_never_sees_the_operator_s_own_credentials(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even a profile that doesn't exist, or an endpoint set for something else, gets in the way."""
    for name, value in {
        "AWS_PROFILE": "nobody",
        "AWS_ACCESS_KEY_ID": "real",
        "AWS_SECRET_ACCESS_KEY": "real",
        "AWS_SESSION_TOKEN": "real",
        "AWS_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": "https://example.com",
        "HTTP_PROXY": "http://proxy.example.com",
    }.items():
        monkeypatch.setenv(name, value)
    (tmp_path / ".local").mkdir()
    (tmp_path / ".local" / "stack.json").write_text(json.dumps(ADDRESSES))
    (tmp_path / "docs").mkdir()
    monkeypatch.chdir(tmp_path / "docs")
    monkeypatch.setattr(stack, "_outputs", lambda *_arguments: {"ApiUrl": "https://not.this.example"})
    found = find_stack("another", profile="nobody", region="us-east-1", local=True)
    assert (found.name, found.api_url) == ("form-to-lead", ADDRESSES["api_url"])
    for service in ("dynamodb", "sqs", "lambda", "sts"):
        client = found.client(service)
        assert client.meta.endpoint_url == ADDRESSES["aws_endpoint_url"]
        assert client.meta.region_name == "eu-west-1"
        credentials = client._request_signer._credentials
        assert (credentials.access_key, credentials.secret_key, credentials.token) == ("test", "test", None)
        assert client.meta.config.proxies == {}


def test_a_profile_of_the_environment_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    with pytest.raises(ProfileNotFound) as raised:
        find_stack("form-to-lead", region="eu-west-1")
    assert "no such AWS profile" in str(in_words(raised.value))


def test_an_output_that_is_missing_is_named() -> None:
    bare = Stack("bare", {}, "", lambda _service: None)
    with pytest.raises(OpsError, match="no output ReplayFunctionName") as raised:
        output(bare, "ReplayFunctionName")
    assert raised.value.exit_code is ExitCode.UNREACHABLE


class Sts:
    def __init__(self, arn: str) -> None:
        self._arn = arn

    def get_caller_identity(self) -> dict[str, str]:
        if not self._arn:
            raise ClientError({"Error": {"Code": "AccessDenied"}}, "GetCallerIdentity")
        return {"Arn": self._arn}


@pytest.mark.parametrize(
    ("arn", "name"),
    [
        ("arn:aws:sts::123456789012:assumed-role/Admin/sanne", "sanne"),
        ("arn:aws:iam::123456789012:user/team/sanne", "sanne"),
        ("arn:aws:iam::123456789012:root", "root"),
        ("arn:aws:iam::123456789012:user/" + "x" * 150, "x" * 100),
        ("", "local-user"),
    ],
)
def test_orders_name_who_gave_them(arn: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: "local-user")
    clients: dict[str, Any] = {"sts": Sts(arn)}
    assert Operator(Stack("", {}, "", clients.__getitem__)).name == name


def test_a_container_without_users_still_has_an_operator(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_user() -> str:
        raise OSError("no such user")

    monkeypatch.setattr("getpass.getuser", no_user)
    clients: dict[str, Any] = {"sts": Sts("")}
    assert Operator(Stack("", {}, "", clients.__getitem__)).name == "operator"


def _client_error(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "Kanarievogel"}}, "Query")


@pytest.mark.parametrize(
    ("error", "exit_code", "says"),
    [
        (_client_error("AccessDeniedException"), ExitCode.UNREACHABLE, "Access denied (Query)"),
        (_client_error("ExpiredTokenException"), ExitCode.UNREACHABLE, "Log in again"),
        (_client_error("ResourceNotFoundException"), ExitCode.UNREACHABLE, "not there any more"),
        (_client_error("ThrottlingException"), ExitCode.REFUSED, "again in a moment"),
        (ConfigurationError("dynamodb:AccessDeniedException"), ExitCode.UNREACHABLE, "Access denied (dynamodb)"),
        (ConfigurationError("dynamodb:ValidationException"), ExitCode.UNREACHABLE, "AWS refuses this"),
        (TransientError("dynamodb:EndpointConnectionError"), ExitCode.UNREACHABLE, "can't be reached"),
        (TransientError("dynamodb:NoCredentialsError"), ExitCode.UNREACHABLE, "no AWS credentials"),
        (TransientError("dynamodb:ProvisionedThroughputExceededException"), ExitCode.REFUSED, "again in a moment"),
        (NoRegionError(), ExitCode.UNREACHABLE, "--region"),
        (UnauthorizedSSOTokenError(), ExitCode.UNREACHABLE, "login has ended"),
        (SSOTokenLoadError(error_msg="x", profile_name="y"), ExitCode.UNREACHABLE, "login has ended"),
        (ReadTimeoutError(endpoint_url="https://example.com"), ExitCode.UNREACHABLE, "may have been done"),
        (BotoCoreError(), ExitCode.UNREACHABLE, "can't be reached"),
    ],
)
def test_every_failure_has_a_sentence_and_an_exit_code(error: Failure, exit_code: ExitCode, says: str) -> None:
    """AWS's own texts quote requests; they are never repeated."""
    told = in_words(error)
    assert told.exit_code is exit_code
    assert says in str(told)
    assert "Kanarievogel" not in str(told)
    assert "\n" not in str(told)
