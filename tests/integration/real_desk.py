"""The processor's use case with the real adapter, against the org stand-in; ledger, locks and queues in memory."""

from dataclasses import dataclass
from typing import Any

from shared.submission import Outcome, Submission
from tests.builders import Desk
from tests.integration.salesforce_desk import OrgControl, look_up


@dataclass
class RealDesk(Desk):
    org: OrgControl | None = None

    def __post_init__(self) -> None:
        self.new_instance()

    def new_instance(self, **settings: Any) -> None:
        """As Lambda starts the next one: no token, no names, nothing known of the org's limit."""
        crm: Any = self.salesforce.another_instance(**settings)
        self.crm = crm

    @property
    def salesforce(self) -> OrgControl:
        assert self.org is not None
        return self.org

    def logged_in(self) -> None:
        """So that the first call that is counted is not the one that logs in."""
        self.crm.look_up(look_up())
        self.salesforce.ask("DELETE", "calls")

    def leads(self) -> list[dict[str, Any]]:
        """Those that came from submissions."""
        return [lead for lead in self.salesforce.records("Lead") if lead["Submission_Id__c"]]

    def lead_of(self, submission: Submission) -> dict[str, Any]:
        [lead] = [lead for lead in self.leads() if lead["Submission_Id__c"] == submission.submission_id]
        return lead

    def tasks_of(self, submission: Submission) -> list[dict[str, Any]]:
        ours = submission.submission_id
        return [task for task in self.salesforce.records("Task") if task["Submission_Id__c"] == ours]

    def outcome(self, submission: Submission) -> Outcome:
        found = self.row(submission).outcome
        assert found is not None
        return found
