"""Match: what operators ask about pairs of people, so that they need no credentials of the org."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from functools import cache
from typing import Any

import boto3

from functions.match.order import AnyOrder, Decide, Look, Review, read_order
from shared.aws.clients import CONFIG
from shared.aws.ledger import Ledger
from shared.aws.secrets import Secret
from shared.deadline import Deadline
from shared.errors import FormToLeadError, UnknownOutcomeError
from shared.form.definition import forms
from shared.observability import log, redacting
from shared.review.held_pairs import look, pair_of, refusal
from shared.review.merging import UnknownFieldError
from shared.review.reviewing import Wish, decide
from shared.salesforce.people import SalesforcePeople
from shared.settings import MatchSettings


@cache
def dependencies() -> tuple[Ledger, SalesforcePeople, Deadline]:
    settings = MatchSettings.load()
    deadline = Deadline()
    secret = Secret(boto3.client("secretsmanager", config=CONFIG), settings.salesforce_secret_arn)
    ledger = Ledger(boto3.client("dynamodb", config=CONFIG), settings.submissions_table)
    return ledger, SalesforcePeople(secret, deadline), deadline


@redacting
def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """An order in; out go `seen`, `pair`, `done`, `refused` (one word) or `error` (a sentence, nothing personal)."""
    try:
        order = read_order(event)
    except ValueError as error:
        return {"error": str(error)}
    ledger, people, deadline = dependencies()
    deadline.starts(context.get_remaining_time_in_millis() / 1000)
    try:
        return _carry_out(order, ledger, people)
    except UnknownFieldError:
        return {"refused": "unknown_field"}
    except UnknownOutcomeError as error:
        log("match_unknown_outcome", level="error", error=error.code)
        return {"error": f"{error.code}: nobody knows whether Salesforce did it. The same order looks, and goes on."}
    except FormToLeadError as error:
        log("match_failed", level="error", error=error.code)
        return {"error": f"{error.code}: not done; the same order can be given again"}


def _carry_out(order: AnyOrder, ledger: Ledger, people: SalesforcePeople) -> dict[str, Any]:
    match order:
        case Look():
            return {"seen": [asdict(one) for one in look(order.record_ids, people).values()]}
        case Review():
            row = ledger.get(order.submission_id)
            if row is None or (why_not := refusal(row)):
                return {"refused": why_not if row else "unknown"}
            return {"pair": asdict(pair_of(row, ledger, people, order.take))}
        case Decide():
            wish = Wish(order.decision, order.by, order.why, order.take)
            done = decide(order.submission_id, wish, ledger=ledger, people=people, forms=forms(), now=datetime.now(UTC))
            return {"done": asdict(done)}
