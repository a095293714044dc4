"""Forms check: every hour, and when an operator asks, holds the forms against the org before a lead is lost."""

from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from typing import Any

import boto3

from functions.forms_check.order import read_order
from shared.aws.clients import CONFIG
from shared.aws.secrets import Secret
from shared.deadline import Deadline
from shared.errors import FormToLeadError
from shared.form.check import check_forms, errors_among, wanted_by
from shared.observability import count, log, redacting
from shared.salesforce.describe import OrgReader, connect
from shared.settings import FormsCheckSettings


@cache
def dependencies() -> tuple[OrgReader, Deadline, bool]:
    settings = FormsCheckSettings.load()
    deadline = Deadline()
    secret = Secret(boto3.client("secretsmanager", config=CONFIG), settings.salesforce_secret_arn)
    return OrgReader(connect(secret, deadline)), deadline, settings.match_keys


@redacting
def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """A schedule's event or `{"forms": {"name.toml": text}}` in; `checked`, `problems`, `api_calls` or an `error` out.

    Only the deployed forms are counted: what an operator tries out must raise no alarm and end none.
    """
    try:
        order = read_order(event)
    except ValueError as error:
        return {"error": str(error)}
    reader, deadline, match_keys = dependencies()
    deadline.starts(context.get_remaining_time_in_millis() / 1000)
    try:
        read = reader.read(wanted_by(order.forms))
    except FormToLeadError as error:
        log("forms_check_failed", level="error", error=error.code)
        return {"error": f"{error.code}: the org could not be asked, so nothing is known about the forms"}
    problems = [*order.faults, *check_forms(order.forms, read.org, match_keys=match_keys)]
    errors = errors_among(problems)
    if order.is_deployed:
        count("FormProblems", len(errors))
        for problem in errors:
            log("form_problem", level="warning", form_id=problem.form_id, error=problem.code)
    return {
        "checked": order.checked,
        "problems": [asdict(problem) for problem in problems],
        "api_calls": read.calls,
    }
