"""A held pair, the function that operators ask about it, the ledger and the org stand-in behind."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import boto3
import pytest
from mypy_boto3_dynamodb import DynamoDBClient
from mypy_boto3_secretsmanager import SecretsManagerClient

from functions.match import app as match_app
from shared.aws.ledger import Ledger
from shared.submission import Change, Outcome, State, Submission, timestamp
from tests.builders import NOW, a_submission
from tests.integration.salesforce_desk import OrgControl

PERSON = {"FirstName": "Wilhelmina", "LastName": "Kanarievogel", "Company": "Volière B.V."}
HELD = {**PERSON, "Email": "w@kanarie.example", "Phone": "+31612345678", "City": "Zeist", "Street": "Dorpsstraat 1"}
CANDIDATE = {**PERSON, "FirstName": "Mina", "City": "Utrecht", "Email": "w@kanarie.example"}
EVIDENCE = {
    "rule": "possible_duplicate",
    "score": "14.5",
    "fields": "first_name:different:-4 last_name:exact:+8 email:exact:+14 phone:unknown:+0",
    "guards": "first_names_differ",
    "config": "hand-1",
}


class Context:
    aws_request_id = "run-1"

    def get_remaining_time_in_millis(self) -> int:
        return 60_000


@dataclass
class MatchDesk:
    ledger: Ledger
    org: OrgControl

    def ask(self, command: str, **content: Any) -> dict[str, Any]:
        """As over the wire: what is no JSON would fail there."""
        event = json.loads(json.dumps({"command": command, **content}))
        answer: dict[str, Any] = json.loads(json.dumps(match_app.handler(event, Context())))
        return answer

    def decide(self, row: Submission, decision: str, **content: Any) -> dict[str, Any]:
        return self.ask("decide", submission_id=row.submission_id, decision=decision, by="eva", **content)

    def review(self, row: Submission, **content: Any) -> dict[str, Any]:
        return self.ask("review", submission_id=row.submission_id, **content)

    def hold(
        self, candidate_id: str, held: dict[str, Any] | None = None, form_id: str = "contact", **evidence: str
    ) -> Submission:
        """A submission whose new Lead may be the same person as the candidate."""
        row = a_submission().model_copy(update={"form_id": form_id})
        lead_id = self.org.add(
            "Lead", **(held or HELD), Submission_Id__c=row.submission_id, Possible_Duplicate_Of__c=candidate_id
        )
        outcome = Outcome(
            record_id=lead_id,
            record_type="Lead",
            task_id="00T000000000001AAA",
            evidence={**EVIDENCE, "candidate": candidate_id, **evidence},
        )
        change = Change(at=NOW, from_state="received", to_state="held", by="processor", why="possible_duplicate")
        row = row.model_copy(update={"state": State.HELD, "outcome": outcome, "history": (*row.history, change)})
        assert self.ledger.add(row) is None
        return row

    def hold_a_pair(self, form_id: str = "contact", **evidence: str) -> tuple[Submission, str, str]:
        """The row, the held Lead and the candidate, another Lead."""
        candidate = self.org.add("Lead", **CANDIDATE)
        row = self.hold(candidate, None, form_id, **evidence)
        return row, self.held(row), candidate

    def in_doubt(self, row: Submission, until: datetime) -> None:
        """As where its Lead's first upsert got no answer, and the second made the Lead."""
        boto3.client("dynamodb").update_item(
            TableName="Submissions",
            Key={"submission_id": {"S": row.submission_id}},
            UpdateExpression="SET in_doubt_until = :until",
            ExpressionAttributeValues={":until": {"S": timestamp(until)}},
        )

    @staticmethod
    def held(row: Submission) -> str:
        assert row.outcome
        return row.outcome.record_id

    def row(self, row: Submission) -> Submission:
        found = self.ledger.get(row.submission_id)
        assert found
        return found

    def outcome(self, row: Submission) -> Outcome:
        found = self.row(row).outcome
        assert found
        return found

    def lead(self, record_id: str) -> dict[str, Any]:
        rows = self.org.ask("GET", "records/Lead?deleted=true")
        return next(one for one in rows if one["Id"] == record_id)

    def api_calls(self) -> list[str]:
        return [path for path in self.org.calls() if "oauth2" not in path]


@pytest.fixture
def match_desk(
    dynamodb: DynamoDBClient,
    secretsmanager: SecretsManagerClient,
    org: OrgControl,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[MatchDesk]:
    secret = secretsmanager.create_secret(Name="salesforce", SecretString=json.dumps(org.secret.values()))["ARN"]
    monkeypatch.setenv("SUBMISSIONS_TABLE", "Submissions")
    monkeypatch.setenv("SALESFORCE_SECRET_ARN", secret)
    match_app.dependencies.cache_clear()
    yield MatchDesk(Ledger(dynamodb, "Submissions"), org)
    match_app.dependencies.cache_clear()
