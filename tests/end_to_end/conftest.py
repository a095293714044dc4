"""One whole local stack for all end-to-end tests: beside a running `make run`, on ports of its own."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from rich.console import Console

from local.progress import Progress
from local.stack import Stack, running
from shared.aws.ledger import Ledger
from shared.submission import State, Submission

SECONDS_TO_SETTLE = 60
SECONDS_TO_ANSWER = 180
"""The emulator starts a process for each request that comes in beside others: twenty at once are twenty cold starts."""


@dataclass(frozen=True)
class LocalStack:
    """What a test may do with the running stack. `http` follows no proxy; the org is asked over its own TLS."""

    stack: Stack
    http: requests.Session

    @property
    def api_url(self) -> str:
        return self.stack.addresses.api_url

    @property
    def website_url(self) -> str:
        return self.stack.addresses.website_url

    @property
    def salesforce_url(self) -> str:
        return self.stack.addresses.salesforce_url

    @property
    def aws_endpoint_url(self) -> str:
        return self.stack.addresses.aws_endpoint_url

    @property
    def region(self) -> str:
        return self.stack.addresses.region

    @property
    def stack_name(self) -> str:
        return self.stack.addresses.stack_name

    @property
    def outputs(self) -> dict[str, str]:
        return self.stack.outputs

    @property
    def ca_file(self) -> Path:
        return self.stack.ca_file

    def client(self, service: str) -> Any:
        """A boto3 client with the emulator's root credentials."""
        return self.stack.client(service)

    @property
    def ledger(self) -> Ledger:
        return Ledger(self.client("dynamodb"), self.outputs["SubmissionsTableName"])

    def post(self, form_id: str, fields: dict[str, Any], **headers: str) -> requests.Response:
        """As a program: JSON in, JSON out. Underscores in header names stand for hyphens."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.http.post(
            f"{self.api_url}/forms/{form_id}",
            json=fields,
            headers={"Accept": "application/json"} | named,
            allow_redirects=False,
            timeout=SECONDS_TO_ANSWER,
        )

    def settled(self, receipt: str) -> Submission:
        """The row, once it is no longer `received`."""
        return self.wait_for(receipt, lambda row: row.state is not State.RECEIVED)

    def wait_for(self, receipt: str, wanted: Callable[[Submission], bool]) -> Submission:
        deadline = time.monotonic() + SECONDS_TO_SETTLE
        while time.monotonic() < deadline:
            row = self.ledger.get(receipt)
            if row is not None and wanted(row):
                return row
            time.sleep(0.1)
        pytest.fail(f"submission {receipt} is not as wanted after {SECONDS_TO_SETTLE} s")

    def records(self, sobject: str) -> list[dict[str, Any]]:
        """All records of the org, with all fields, oldest first."""
        records: list[dict[str, Any]] = self._org("GET", f"records/{sobject}")
        return records

    def deleted_lead(self) -> str:
        """A Lead that somebody has deleted: it is in the recycle bin."""
        [lead_id] = self._org("POST", "records/Lead", [{"LastName": "Weg", "Company": "Weg", "IsDeleted": True}])
        return str(lead_id)

    def convert(self, lead_id: str) -> str:
        """As sales does it. Answers the Contact."""
        return str(self._org("POST", "convert", {"lead": lead_id})["contact"])

    def calls(self) -> list[dict[str, Any]]:
        """The API and token requests that the org has had since it was reset."""
        calls: list[dict[str, Any]] = self._org("GET", "calls")
        return calls

    def faults(self, *faults: dict[str, Any]) -> None:
        """What goes wrong from now on, instead of what was set before; see local/salesforce_org/control/faults.py."""
        self._org("POST", "faults", list(faults))

    def reset_org(self) -> None:
        """Back to the seeded start, without faults."""
        self._org("POST", "reset")

    def _org(self, method: str, path: str, content: object = None) -> Any:
        answer = self.http.request(
            method, f"{self.salesforce_url}/_org/{path}", json=content, verify=str(self.ca_file), timeout=30
        )
        answer.raise_for_status()
        return answer.json()


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """Started once. Tests use people of their own, or reset the org, since they share it."""
    console = Console(stderr=True)
    with running(tmp_path_factory.mktemp("stack"), Progress(console)) as started, requests.Session() as http:
        http.trust_env = False
        yield LocalStack(started, http)
