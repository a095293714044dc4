"""Replay: what operators ask of dead letters, so that people need no right to write to tables and queues."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from functools import cache, partial
from math import inf
from typing import Any

import boto3

from functions.replay.orders import AnyOrder, Discard, DiscardSpam, Edit, Reconcile, Release, Replay, read_order
from shared.aws.clients import CONFIG
from shared.aws.lead_queue import DeadLetterQueue, SubmissionQueue
from shared.aws.ledger import Ledger
from shared.aws.secrets import Secret, person_key
from shared.aws.spam_memory import SpamMemory
from shared.errors import FormToLeadError
from shared.form.definition import forms
from shared.observability import redacting
from shared.operations.quarantine import Teaching, discard_spam, release
from shared.operations.replaying import Dependencies, Done, discard, edit, reconcile, replay
from shared.settings import ReplaySettings


@cache
def dependencies() -> Dependencies:
    settings = ReplaySettings.load()
    sqs = boto3.client("sqs", config=CONFIG)
    secret = Secret(boto3.client("secretsmanager", config=CONFIG), settings.person_key_secret_arn, max_age=inf)
    return Dependencies(
        ledger=Ledger(boto3.client("dynamodb", config=CONFIG), settings.submissions_table),
        queue=SubmissionQueue(sqs, settings.submission_queue_url),
        dead_letters=DeadLetterQueue(sqs, settings.dead_letter_queue_url),
        forms=forms(),
        secret=person_key(secret),
        now=partial(datetime.now, UTC),
    )


@cache
def spam_memory() -> SpamMemory:
    return SpamMemory(cache(partial(boto3.client, "dynamodb", config=CONFIG)), ReplaySettings.load().spam_memory_table)


@redacting
def handler(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """An order in; out go `done` (one entry a submission) or `error`, a sentence without personal data."""
    try:
        order = read_order(event)
    except ValueError as error:
        return {"error": str(error)}
    try:
        return {"done": [asdict(done) for done in _carry_out(order)]}
    except FormToLeadError as error:
        return {"error": f"{error.code}: not everything was done; the same order can be given again"}


def _carry_out(order: AnyOrder) -> list[Done]:
    match order:
        case Replay():
            return replay(order.submission_ids, order.by, dependencies())
        case Edit():
            return [edit(order.submission_id, order.fields, order.by, dependencies())]
        case Discard():
            return discard(order.submission_ids, order.why, order.by, dependencies())
        case Release():
            teaching = Teaching(spam_memory(), order.teach)
            return release(order.submission_ids, order.by, dependencies(), teaching)
        case DiscardSpam():
            teaching = Teaching(spam_memory(), order.block)
            return discard_spam(order.submission_ids, order.why, order.by, dependencies(), teaching)
        case Reconcile():
            return reconcile(dependencies())
