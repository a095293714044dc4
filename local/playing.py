"""Plays scenarios on a running stack: sends, waits for the ledger, looks into the org, compares."""

import time
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Any, Protocol

import requests
from botocore.exceptions import BotoCoreError, ClientError

from local.progress import StepFailedError
from local.scenarios import OperatorCall, Request, Result, Scenario, Seen, differences
from local.sending import Answer, describe, send
from local.stack import Stack
from ops.errors import OpsError
from shared.aws.ledger import Ledger
from shared.errors import FormToLeadError
from shared.submission import FieldValue, State, Submission

SECONDS_TO_SETTLE = 60
SECONDS_BETWEEN_LOOKS = 0.1
_UNANSWERED = (requests.RequestException, BotoCoreError, ClientError, FormToLeadError, OpsError)


class Operator(Protocol):
    """What a person at the operators' command line can do with one submission.

    The answer's `result` is one word: what was done, or why not.
    """

    def edit(self, submission_id: str, fields: Mapping[str, FieldValue]) -> Mapping[str, object]: ...

    def replay(self, submission_id: str) -> Mapping[str, object]: ...

    def discard(self, submission_id: str, why: str) -> Mapping[str, object]: ...


class Player:
    """Raises StepFailedError when the stack no longer answers."""

    def __init__(self, stack: Stack, operator: Operator) -> None:
        self._stack = stack
        self._operator = operator
        self._ledger = Ledger(stack.client("dynamodb"), stack.outputs["SubmissionsTableName"])
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy for what listens on loopback
        self._values = {"website": stack.addresses.website_url, "unique": uuid.uuid4().hex[:8]}

    def play(self, scenarios: Iterable[Scenario]) -> Iterator[Result]:
        """One result a step, as soon as it is there."""
        for scenario in scenarios:
            try:
                yield from self._play(scenario)
            except _UNANSWERED as error:
                raise StepFailedError(f"scenario {scenario.name}", f"no answer ({type(error).__name__})") from None

    def _play(self, scenario: Scenario) -> Iterator[Result]:
        receipt = ""
        for number, step in enumerate(scenario.steps, start=1):
            if step.request is not None:
                answer = self._send(step.request, receipt)
                again = {"same_receipt": answer.receipt == receipt}
                seen = self._after(answer.receipt).model_copy(update=asdict(answer) | again)
                receipt = answer.receipt or receipt
                sent = describe(step.request)
            elif step.operator is not None:
                result = self._operate(step.operator, receipt)
                seen = self._after(receipt).model_copy(update={"result": result})
                sent = f"operator: {' '.join([step.operator.command, *step.operator.set])}"
            yield Result(
                scenario=scenario, number=number, sent=sent, seen=seen, differences=differences(step.expect, seen)
            )

    def _send(self, request: Request, receipt: str) -> Answer:
        values = self._values | {"receipt": receipt, "now": str(int(time.time()))}
        return send(self._session, self._stack.addresses.api_url, request, values)

    def _operate(self, call: OperatorCall, receipt: str) -> str:
        match call.command:
            case "edit":
                done = self._operator.edit(receipt, call.set)
            case "replay":
                done = self._operator.replay(receipt)
            case "discard":
                done = self._operator.discard(receipt, call.why)
        return str(done["result"])

    def _after(self, receipt: str) -> Seen:
        if not receipt:
            return Seen()
        row = self._settled(receipt)
        if row is None:
            return Seen(receipt=receipt)
        outcome = row.outcome
        return Seen(
            receipt=receipt,
            outcome=row.state.value,
            reason=row.reason,
            because=_because(row),
            record_type=outcome.record_type if outcome else "",
            record=self._record(outcome.record_type, outcome.record_id) if outcome else None,
        )

    def _settled(self, receipt: str) -> Submission | None:
        """The row once it is no longer `received`, or as it is when that takes too long."""
        deadline = time.monotonic() + SECONDS_TO_SETTLE
        while True:
            row = self._ledger.get(receipt)
            if row is None or row.state is not State.RECEIVED or time.monotonic() > deadline:
                return row
            time.sleep(SECONDS_BETWEEN_LOOKS)

    def _record(self, record_type: str, record_id: str) -> dict[str, Any] | None:
        records = self._session.get(
            f"{self._stack.addresses.salesforce_url}/_org/records/{record_type}",
            verify=str(self._stack.ca_file),
            timeout=10,
        ).json()
        return next((record for record in records if record["Id"] == record_id), None)


def _because(row: Submission) -> str:
    """Why the row is in its state, in codes: no personal data."""
    if row.state is State.QUARANTINED:
        return " ".join(row.spam_reasons)
    if row.state is State.REJECTED and row.rejection:
        return " ".join(".".join(filter(None, [problem.field, problem.code])) for problem in row.rejection.problems)
    if row.outcome:
        return row.outcome.evidence.get("rule", "")
    return row.last_error
