"""Privacy: what a person may ask of us, step by step. Operators need neither the key of the hashes nor a login."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache, partial
from math import inf
from typing import Any, Final

import boto3

from functions.privacy.carrying_out import about, about_nobody
from functions.privacy.orders import OfAPerson, read_order
from shared.aws.clients import CONFIG
from shared.aws.lead_queue import DeadLetterQueue
from shared.aws.ledger import Ledger
from shared.aws.person_locks import PersonLocks
from shared.aws.person_rows import PersonRows
from shared.aws.secrets import Secret, person_key
from shared.aws.spam_memory import SpamMemory
from shared.deadline import Deadline
from shared.errors import FormToLeadError
from shared.form.definition import forms
from shared.observability import log, redacting
from shared.privacy import erasing
from shared.privacy.subject import subject
from shared.salesforce.person_records import PersonRecords
from shared.settings import PrivacySettings

LONGEST_RUN: Final = 120
"""Seconds: the template's time-out of this function."""


@cache
def dependencies() -> tuple[erasing.Dependencies, Ledger, Deadline]:
    settings = PrivacySettings.load()
    deadline = Deadline()
    manager, dynamodb = boto3.client("secretsmanager", config=CONFIG), boto3.client("dynamodb", config=CONFIG)
    outside = erasing.Dependencies(
        rows=PersonRows(dynamodb, settings.submissions_table),
        dead_letters=DeadLetterQueue(boto3.client("sqs", config=CONFIG), settings.dead_letter_queue_url),
        locks=PersonLocks(dynamodb, settings.person_locks_table, longest_run=LONGEST_RUN),
        memory=SpamMemory(lambda: dynamodb, settings.spam_memory_table),
        org=PersonRecords(Secret(manager, settings.salesforce_secret_arn), deadline),
        forms=forms(),
        now=partial(datetime.now, UTC),
        secret=person_key(Secret(manager, settings.person_key_secret_arn, max_age=inf)),
    )
    return outside, Ledger(dynamodb, settings.submissions_table), deadline


@redacting
def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """An order in, an object by the order's name out, or `error`: a sentence, nothing personal."""
    outside, ledger, deadline = dependencies()
    deadline.starts(context.get_remaining_time_in_millis() / 1000)
    try:
        order = read_order(event)
        person = subject(outside.secret(), order.email, order.phone) if isinstance(order, OfAPerson) else None
    except ValueError as error:
        return {"error": str(error)}
    except FormToLeadError as error:
        return _failed(error)
    try:
        done = about(person, order, outside) if person else about_nobody(order, outside, ledger)
    except FormToLeadError as error:
        return _failed(error)
    return {order.command: done}


def _failed(error: FormToLeadError) -> dict[str, Any]:
    log("privacy_failed", level="error", error=error.code)
    return {"error": f"{error.code}: not everything was done; the same command can be given again"}
