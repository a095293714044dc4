"""Backfill: when an operator asks, gives one page of Leads or Contacts the match keys that they lack."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import boto3

from functions.backfill.order import read_order
from shared.aws.clients import CONFIG
from shared.aws.secrets import Secret
from shared.deadline import Deadline
from shared.errors import FormToLeadError
from shared.observability import log, redacting
from shared.salesforce.backfill import Backfill
from shared.settings import BackfillSettings


@cache
def dependencies() -> tuple[Backfill, Deadline]:
    settings = BackfillSettings.load()
    deadline = Deadline()
    secret = Secret(boto3.client("secretsmanager", config=CONFIG), settings.salesforce_secret_arn)
    return Backfill(secret, reserve=settings.api_reserve_percent / 100, deadline=deadline), deadline


@redacting
def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """`{"kind": "Lead", "after": id}` in; counts, and the `after` of the next page, out. It is '' behind the last one.

    An `error` says why the page ended early: what was done until then stands beside it.
    """
    try:
        order = read_order(event)
    except ValueError as error:
        return {"error": str(error)}
    backfill, deadline = dependencies()
    deadline.starts(context.get_remaining_time_in_millis() / 1000)
    try:
        page = backfill.fill_page(order.kind, order.after, country=order.country, everything=order.everything)
    except FormToLeadError as error:
        log("backfill_failed", level="error", error=error.code)
        return {"error": error.code}
    log("backfill_page", number=page.filled, error=page.error.code if page.error else "")
    return {
        "left": page.left,
        "filled": page.filled,
        "same": page.same,
        "refused": dict(page.refused),
        "after": page.after,
        "error": page.error.code if page.error else "",
    }
