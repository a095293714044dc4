"""The org stand-in over real TLS, the adapter that talks to it, and the ways to disturb them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import requests

from local.salesforce_org import RunningOrg
from shared.crm import LookUp, NewLead
from shared.deadline import Deadline
from shared.salesforce.crm import SalesforceCrm

NOW = datetime.now(UTC)


@dataclass
class FixedSecret:
    content: dict[str, Any]

    def values(self) -> dict[str, Any]:
        return dict(self.content)


@dataclass
class OrgControl:
    """`clock` counts the adapter's seconds; the org has its own time."""

    running: RunningOrg
    secret: FixedSecret
    clock: list[float] = field(default_factory=lambda: [0.0])

    def __post_init__(self) -> None:
        self.ask("POST", "reset")
        self.ask("DELETE", "calls")
        self.deadline = Deadline(clock=self.time)
        self.crm = self.another_instance()

    def time(self) -> float:
        return self.clock[0]

    def another_instance(self, **settings: Any) -> SalesforceCrm:
        """As Lambda starts a second one: it knows nothing of the first."""
        secret: Any = self.secret
        return SalesforceCrm(secret, deadline=self.deadline, clock=self.time, **settings)

    @property
    def url(self) -> str:
        return self.running.url

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        answer = requests.request(
            method, f"{self.url}/_org/{path}", json=body, verify=str(self.running.ca_file), timeout=5
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    def faults(self, *faults: dict[str, Any]) -> None:
        self.ask("POST", "faults", list(faults))

    def records(self, sobject: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.ask("GET", f"records/{sobject}")
        return rows

    def add(self, sobject: str, **values: Any) -> str:
        [record_id] = self.ask("POST", f"records/{sobject}", [values])
        return str(record_id)

    def calls(self) -> list[str]:
        return [call["path"] for call in self.ask("GET", "calls")]

    def logins(self) -> int:
        return len([path for path in self.calls() if path.endswith("/services/oauth2/token")])

    def api_calls(self) -> int:
        return len([path for path in self.calls() if path.startswith("/services/data/")])


def look_up(**changes: Any) -> LookUp:
    what = {"submission_ids": ("none",), "emails": (), "mailboxes": (), "phones": (), "oldest": NOW, "lead_fields": ()}
    return LookUp(**{**what, **changes})


def a_lead(
    submission_id: str = "s-1",
    *,
    assign: bool = True,
    save_duplicate: bool = False,
    tell_owner: bool = False,
    **fields: Any,
) -> NewLead:
    record = {"LastName": "O'Brien-Østergård 李", "Company": "Particulier", "Submission_Id__c": submission_id, **fields}
    return NewLead(record, assign=assign, save_duplicate=save_duplicate, tell_owner=tell_owner)
