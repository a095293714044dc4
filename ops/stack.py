"""Finds the stack an operator means, and opens clients to it: on AWS, or the one that `make run` started."""

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from botocore.exceptions import ClientError

from ops.errors import unreachable

if TYPE_CHECKING:
    import boto3

    from shared.aws.ledger import Ledger
    from shared.aws.person_rows import PersonRows

DEFAULT_NAME: Final = "form-to-lead"
LOCAL_FILE: Final = Path(".local") / "stack.json"
_WAIT: Final[dict[str, Any]] = {
    "connect_timeout": 5,
    "read_timeout": 20,
    "retries": {"total_max_attempts": 3, "mode": "standard"},
}
_WAIT_FOR_FUNCTION: Final[dict[str, Any]] = {
    "connect_timeout": 5,
    "read_timeout": 150,
    "retries": {"total_max_attempts": 1},
}
"""Longer than the 120 s of the replay and the backfill function, and never repeated behind the operator's back."""
_LOCAL: Final[dict[str, Any]] = {"proxies": {}, "retries": {"total_max_attempts": 1}}
"""A company proxy must not be asked for what listens on this machine; and either it is there or it is not."""
_NO_FILES: Final = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
}
"""botocore's settings by name: for the local stack the operator's own profiles must not count."""


class DeployedStack(Protocol):
    """What the operations need of a stack; the local stack has it too."""

    @property
    def outputs(self) -> Mapping[str, str]: ...
    def client(self, service: str) -> Any: ...


@dataclass(frozen=True)
class Stack:
    """`outputs` are those of template.yaml; `open_client` takes the name of an AWS service."""

    name: str
    outputs: Mapping[str, str]
    api_url: str
    open_client: Callable[[str], Any]

    def client(self, service: str) -> Any:
        return self.open_client(service)


def output(stack: DeployedStack, name: str) -> str:
    """Raises OpsError."""
    if name not in stack.outputs:
        raise unreachable(f"The stack has no output {name}: is it form-to-lead, of this release or a newer one?")
    return stack.outputs[name]


def ledger(stack: DeployedStack) -> "Ledger":
    from shared.aws.ledger import Ledger  # noqa: PLC0415 (it brings boto3 along, see find_stack)

    return Ledger(stack.client("dynamodb"), output(stack, "SubmissionsTableName"))


def person_rows(stack: DeployedStack) -> "PersonRows":
    from shared.aws.person_rows import PersonRows  # noqa: PLC0415 (likewise)

    return PersonRows(stack.client("dynamodb"), output(stack, "SubmissionsTableName"))


def find_stack(name: str, *, profile: str = "", region: str = "", local: bool = False) -> Stack:
    """With `local` the other settings don't count. Raises OpsError, ClientError and BotoCoreError."""
    if local:
        return _local_stack(_local_file(Path.cwd()))
    import boto3  # noqa: PLC0415 (0.3 s, which --help and every mistyped command need not pay)

    session = boto3.Session(profile_name=profile or None, region_name=region or None)
    open_client = _opener(session, endpoint_url=None)
    outputs = _outputs(open_client("cloudformation"), name, session.region_name or "")
    return Stack(name, outputs, outputs.get("ApiUrl", ""), open_client)


def _local_file(folder: Path) -> Path:
    for place in (folder, *folder.parents):
        if (place / LOCAL_FILE).is_file():
            return place / LOCAL_FILE
    raise unreachable(f"There is no {LOCAL_FILE} here: say `make run` first, and leave it running.")


def _local_stack(path: Path) -> Stack:
    try:
        addresses = json.loads(path.read_text("utf-8"))
        name, endpoint_url = addresses["stack_name"], addresses["aws_endpoint_url"]
        region, api_url = addresses["region"], addresses["api_url"]
    except (OSError, ValueError, KeyError, TypeError):
        raise unreachable(f"{path} can't be read: stop `make run` and start it again.") from None
    import boto3  # noqa: PLC0415 (as above)
    import botocore.session  # noqa: PLC0415

    session = boto3.Session(
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106 (opens nothing but the emulator)
        region_name=region,
        botocore_session=botocore.session.Session(session_vars=_NO_FILES),
    )
    open_client = _opener(session, endpoint_url)
    return Stack(name, _outputs(open_client("cloudformation"), name, region), api_url, open_client)


def _opener(session: "boto3.Session", endpoint_url: str | None) -> Callable[[str], Any]:
    from botocore.config import Config  # noqa: PLC0415 (as above)

    make: Any = session.client  # as in local/aws.py
    nearby = Config(**_LOCAL) if endpoint_url else Config()

    @cache
    def open_client(service: str) -> Any:
        wait = _WAIT_FOR_FUNCTION if service == "lambda" else _WAIT
        return make(service, endpoint_url=endpoint_url, config=Config(**wait).merge(nearby))

    return open_client


def _outputs(cloudformation: Any, name: str, region: str) -> dict[str, str]:
    try:
        found = cloudformation.describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") == "ValidationError":
            raise _unknown(name, region) from None
        raise
    if not found:
        raise _unknown(name, region)
    return {one["OutputKey"]: one["OutputValue"] for one in found[0].get("Outputs", [])}


def _unknown(name: str, region: str) -> Exception:
    return unreachable(f"There is no stack {name!r} in {region} for these credentials. Give --stack and --region.")
