"""Intake: takes a form over HTTP, keeps it, queues its id and gives a receipt."""

from datetime import UTC, datetime
from functools import cache, partial
from math import inf
from typing import Any

import boto3

from functions.intake.dependencies import Dependencies
from functions.intake.reply import Reply, problem
from functions.intake.request import read_request
from functions.intake.routes import answer
from shared.aws.clients import CONFIG, ONE_TRY
from shared.aws.lead_queue import SubmissionQueue
from shared.aws.ledger import Ledger
from shared.aws.secrets import Secret, person_key
from shared.aws.spam_memory import SpamMemory
from shared.form.definition import forms
from shared.observability import count, log, where
from shared.settings import IntakeSettings


@cache
def dependencies() -> Dependencies:
    settings = IntakeSettings.load()
    # One client for both: the second is only read for forms that ask for it.
    manager = boto3.client("secretsmanager", config=CONFIG)
    secret = Secret(manager, settings.person_key_secret_arn, max_age=inf)
    intake_secret = Secret(manager, settings.intake_secret_arn)
    return Dependencies(
        ledger=Ledger(boto3.client("dynamodb", config=CONFIG), settings.submissions_table),
        queue=SubmissionQueue(boto3.client("sqs", config=CONFIG), settings.submission_queue_url),
        secret=person_key(secret),
        intake_secrets=intake_secret.values,
        newer_intake_secrets=intake_secret.newer,
        forms=forms(),
        extra_origins=settings.extra_origins,
        now=partial(datetime.now, UTC),
        spam_memory=SpamMemory(cache(partial(boto3.client, "dynamodb", config=ONE_TRY)), settings.spam_memory_table),
        captcha_endpoints=settings.captcha_endpoints,
    )


def handler(event: dict[str, Any], _context: object) -> Reply:
    """API Gateway's Lambda proxy event in, its proxy answer out. Never raises."""
    try:
        return answer(read_request(event), dependencies())
    except Exception as error:  # noqa: BLE001 (the edge: a bug gets a page and a plain answer, never a traceback)
        log("intake_bug", level="error", where=where(error))
        count("IntakeErrors")
        return problem(500, "internal_error", "This is our fault, and we have been told. Try again later.")
