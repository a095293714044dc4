"""What Salesforce answered, record by record. Collections, single writes and composites each say it another way."""

from collections.abc import Mapping
from typing import Any, Final

from shared.crm import Match, Written
from shared.errors import TransientError, UnknownOutcomeError
from shared.salesforce.codes import error_in

_WHOM_A_RULE_FOUND: Final = ("duplicateResut", "duplicateResult")
"""The first is how Salesforce has long spelled it; the second was seen in 2024."""

type Json = Any
type Answer = Mapping[str, Json]
"""Of a subrequest: `httpStatusCode` and `body`."""


def of_composite(answer: Json, expected: int) -> list[Answer]:
    """Answers of the subrequests, in order."""
    answers = answer.get("compositeResponse") if isinstance(answer, Mapping) else None
    if not isinstance(answers, list) or len(answers) != expected:
        raise UnknownOutcomeError("unexpected_answer")
    return answers


def of_collection(answers: Json, expected: int) -> list[Written]:
    """Results of the records, in order."""
    if not isinstance(answers, list) or len(answers) != expected:
        raise UnknownOutcomeError("unexpected_answer")
    return [
        Written(record_id=str(answer["id"]))
        if answer.get("success")
        else Written(error=error_in(answer.get("errors"), 400))
        for answer in answers
    ]


def of_single_upsert(answer: Answer) -> Written:
    status, body = answer["httpStatusCode"], answer["body"]
    if status < 300 and isinstance(body, Mapping) and body.get("id"):
        return Written(record_id=str(body["id"]))
    if status < 300:
        # Older versions answer 204 without an id: the next look-up finds the Lead by its submission's id.
        return Written(error=TransientError("written_without_id"))
    if status == 300:
        return Written(error=error_in([{"errorCode": "DUPLICATE_EXTERNAL_ID"}], status))
    return Written(error=error_in(body, status), matches=matches_in(body))


def of_update(answer: Answer) -> Written:
    status = answer["httpStatusCode"]
    return Written() if status < 300 else Written(error=error_in(answer["body"], status))


def matches_in(body: Json) -> tuple[Match, ...]:
    """Whom a duplicate rule found, best first; empty where the org does not tell, or the API user may not see them."""
    first = body[0] if isinstance(body, list) and body and isinstance(body[0], Mapping) else {}
    found: Mapping[str, Json] = next(
        (first[key] for key in _WHOM_A_RULE_FOUND if isinstance(first.get(key), Mapping)), {}
    )
    rule = str(found.get("duplicateRule") or "")
    matches = [
        Match(str(record["record"]["Id"]), _percent(record.get("matchConfidence")), rule)
        for result in found.get("matchResults") or ()
        for record in result.get("matchRecords") or ()
        if isinstance(record, Mapping) and isinstance(record.get("record"), Mapping) and record["record"].get("Id")
    ]
    return tuple(sorted(matches, key=lambda match: -match.confidence))


def _percent(confidence: Json) -> float:
    return float(confidence) if isinstance(confidence, int | float) else 0.0
