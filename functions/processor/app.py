"""Processor: takes submissions off the queue and makes each a Lead, a note on a known person, or a dead letter."""

from datetime import UTC, datetime
from functools import cache, partial
from math import inf
from typing import Any

import boto3

from shared.aws.clients import CONFIG
from shared.aws.lead_queue import DeadLetterQueue, SubmissionQueue
from shared.aws.ledger import Ledger
from shared.aws.person_locks import PersonLocks
from shared.aws.secrets import Secret, person_key
from shared.deadline import Deadline
from shared.errors import ConfigurationError, FormToLeadError
from shared.form.definition import forms
from shared.leads.dependencies import Dependencies
from shared.leads.processing import Message, Retry, process
from shared.leads.retrying import wait
from shared.observability import count, log, redacting
from shared.salesforce.crm import SalesforceCrm
from shared.settings import ProcessorSettings


@cache
def dependencies() -> tuple[Dependencies, SubmissionQueue, Deadline]:
    settings = ProcessorSettings.load()
    dynamodb = boto3.client("dynamodb", config=CONFIG)
    sqs = boto3.client("sqs", config=CONFIG)
    manager = boto3.client("secretsmanager", config=CONFIG)
    secret = Secret(manager, settings.salesforce_secret_arn)
    deadline = Deadline()
    processing = Dependencies(
        ledger=Ledger(dynamodb, settings.submissions_table),
        dead_letters=DeadLetterQueue(sqs, settings.dead_letter_queue_url),
        locks=PersonLocks(dynamodb, settings.person_locks_table),
        crm=SalesforceCrm(
            secret, deadline=deadline, reserve=settings.api_reserve_percent / 100, match_keys=settings.match_keys
        ),
        forms=forms(),
        now=partial(datetime.now, UTC),
        secret=person_key(Secret(manager, settings.person_key_secret_arn, max_age=inf)),
    )
    return processing, SubmissionQueue(sqs, settings.submission_queue_url), deadline


@redacting
def handler(event: dict[str, Any], context: Any) -> dict[str, list[dict[str, str]]]:
    """An SQS batch in; out goes which of its messages are not done (an empty list acknowledges all)."""
    messages = [_message(record) for record in event["Records"]]
    processing, queue, deadline = dependencies()
    deadline.starts(context.get_remaining_time_in_millis() / 1000)
    try:
        retries = process(messages, processing, run_id=context.aws_request_id)
    except FormToLeadError as error:
        log("batch_unreadable", level="error", error=error.code)
        count("Retried", reason="configuration" if isinstance(error, ConfigurationError) else "transient")
        retries = [Retry(message, wait(message.deliveries)) for message in messages]
    for retry in retries:
        _delay(queue, retry)
    return {"batchItemFailures": [{"itemIdentifier": retry.message.message_id} for retry in retries]}


def _delay(queue: SubmissionQueue, retry: Retry) -> None:
    try:
        queue.delay(retry.message.receipt_handle, retry.delay)
    except FormToLeadError as error:
        # Then it comes back after the queue's own visibility time-out.
        log("delay_failed", level="warning", error=error.code)


def _message(record: dict[str, Any]) -> Message:
    return Message(
        message_id=record["messageId"],
        receipt_handle=record["receiptHandle"],
        group=record["attributes"]["MessageGroupId"],
        body=record["body"],
        deliveries=int(record["attributes"]["ApproximateReceiveCount"]),
    )
