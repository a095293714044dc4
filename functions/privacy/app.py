"""Privacy: what a person may ask of us, step by step. Operators need neither the key of the hashes nor a login."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from functools import cache, partial
from math import inf
from typing import Any

import boto3

from functions.privacy.orders import AnyOrder, Begin, Delete, End, Erase, Find, Letters, Look, OfAPerson, read_order
from shared.aws.clients import CONFIG
from shared.aws.lead_queue import DeadLetterQueue
from shared.aws.ledger import Ledger
from shared.aws.person_locks import PersonLocks
from shared.aws.person_rows import PersonRows
from shared.aws.secrets import Secret, person_key
from shared.deadline import Deadline
from shared.errors import FormToLeadError
from shared.form.definition import forms
from shared.observability import count, log, redacting
from shared.privacy import erasing
from shared.privacy.retention import expire
from shared.privacy.subject import Subject, subject
from shared.salesforce.person_records import PersonRecords
from shared.settings import PrivacySettings


@cache
def dependencies() -> tuple[erasing.Dependencies, Ledger, Secret, Deadline]:
    settings = PrivacySettings.load()
    deadline = Deadline()
    manager, dynamodb = boto3.client("secretsmanager", config=CONFIG), boto3.client("dynamodb", config=CONFIG)
    outside = erasing.Dependencies(
        rows=PersonRows(dynamodb, settings.submissions_table),
        dead_letters=DeadLetterQueue(boto3.client("sqs", config=CONFIG), settings.dead_letter_queue_url),
        locks=PersonLocks(dynamodb, settings.person_locks_table),
        org=PersonRecords(Secret(manager, settings.salesforce_secret_arn), deadline),
        forms=forms(),
        now=partial(datetime.now, UTC),
    )
    key = Secret(manager, settings.person_key_secret_arn, max_age=inf)
    return outside, Ledger(dynamodb, settings.submissions_table), key, deadline


@redacting
def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """An order in, an object by the order's name out, or `error`: a sentence, nothing personal."""
    outside, ledger, secret, deadline = dependencies()
    deadline.starts(context.get_remaining_time_in_millis() / 1000)
    try:
        order = read_order(event)
        key = person_key(secret)() if isinstance(order, OfAPerson) else b""
        person = subject(key, order.email, order.phone) if isinstance(order, OfAPerson) else None
    except ValueError as error:
        return {"error": str(error)}
    except FormToLeadError as error:
        return _failed(error)
    try:
        done = _about(person, order, outside) if person else _about_nobody(order, outside, ledger)
    except FormToLeadError as error:
        return _failed(error)
    return {order.command: done}


def _failed(error: FormToLeadError) -> dict[str, Any]:
    log("privacy_failed", level="error", error=error.code)
    return {"error": f"{error.code}: not everything was done; the same command can be given again"}


def _about_nobody(order: AnyOrder, outside: erasing.Dependencies, ledger: Ledger) -> object:
    match order:
        case Letters(submission_ids=ids):
            return erasing.delete_letters(ids, outside)
        case End(audit_id=audit_id, progress=progress, counts=counts):
            return erasing.end(audit_id, progress, counts, outside)
        case _:
            expired = expire(ledger, outside.rows, outside.forms, outside.now())
            count("ExpiringSoon", expired.soon)
            return asdict(expired)


def _about(person: Subject, order: AnyOrder, outside: erasing.Dependencies) -> object:
    match order:
        case Begin(action=action, by=by, salesforce=salesforce):
            return erasing.begin(action, person.email_key, by, outside, salesforce=salesforce)
        case Erase(submission_ids=ids, by=by, also=also):
            return [asdict(one) for one in erasing.erase_rows(ids, person, by, outside, also=also)]
        case Look(submission_ids=ids, everything=everything):
            return asdict(erasing.look_in_org(person, ids, outside, everything=everything))
        case Delete(submission_ids=ids):
            return asdict(erasing.delete_in_org(person, ids, outside))
        case Find(after=after):
            return asdict(erasing.find(person, after, outside))
        case _:
            raise TypeError("an order that is about nobody")
