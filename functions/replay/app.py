"""Replay: what operators ask of dead letters, so that people need no right to write to tables and queues."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from functools import cache, partial
from math import inf
from typing import Annotated, Any, Literal

import boto3
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from shared.aws_clients import CONFIG
from shared.errors import FormToLeadError
from shared.form import forms
from shared.lead_queue import DeadLetterQueue, SubmissionQueue
from shared.ledger import Ledger
from shared.observability import redacting
from shared.replaying import Dependencies, Done, discard, edit, reconcile, replay
from shared.secrets import Secret, person_key
from shared.settings import ReplaySettings
from shared.submission import FieldValue

type _Ids = Annotated[list[str], Field(min_length=1, max_length=100)]


class _Order(BaseModel):
    by: Annotated[str, Field(min_length=1, max_length=100)]


class _Replay(_Order):
    command: Literal["replay"]
    submission_ids: _Ids


class _Edit(_Order):
    command: Literal["edit"]
    submission_id: str
    fields: Annotated[dict[str, FieldValue], Field(min_length=1)]


class _Discard(_Order):
    command: Literal["discard"]
    submission_ids: _Ids
    why: Annotated[str, Field(min_length=1, max_length=200)]


class _Reconcile(_Order):
    command: Literal["reconcile"]


_orders: TypeAdapter[_Replay | _Edit | _Discard | _Reconcile] = TypeAdapter(
    Annotated[_Replay | _Edit | _Discard | _Reconcile, Field(discriminator="command")]
)


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


@redacting
def handler(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """An order in; out go `done` (one entry a submission) or `error`, a sentence without personal data."""
    try:
        order = _orders.validate_python(event)
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
        return {"error": f"this order can't be read: {faults}"}
    try:
        return {"done": [asdict(done) for done in _carry_out(order)]}
    except FormToLeadError as error:
        return {"error": f"{error.code}: not everything was done; the same order can be given again"}


def _carry_out(order: _Replay | _Edit | _Discard | _Reconcile) -> list[Done]:
    match order:
        case _Replay():
            return replay(order.submission_ids, order.by, dependencies())
        case _Edit():
            return [edit(order.submission_id, order.fields, order.by, dependencies())]
        case _Discard():
            return discard(order.submission_ids, order.why, order.by, dependencies())
        case _Reconcile():
            return reconcile(order.by, dependencies())
