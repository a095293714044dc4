"""Rows as plain data for people and programs, masked unless the operator asked to see it all. Pure."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from ops.operations.explaining import Explanation, explain, explain_reason
from ops.operations.planning import Planned
from ops.operations.reading import DeadLetters
from ops.output import masking
from shared.form.definition import Form
from shared.rejection import Rejection
from shared.submission import FieldValue, Sources, Submission, Summary, timestamp

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
_COLUMNS: Final = ("submission_id", "form_id", "state", "received_at", "reason", "replay_count")


def summary_view(row: Submission | Summary) -> dict[str, Any]:
    """What a list shows of a row: nothing about the person."""
    return {
        "submission_id": row.submission_id,
        "form_id": row.form_id,
        "state": row.state,
        "received_at": timestamp(row.received_at),
        "reason": row.reason,
        "replay_count": row.replay_count,
    }


def row_view(row: Submission, form: Form | None, *, reveal: bool) -> dict[str, Any]:
    """Everything of a row but its keys: those are for the queue, and tell an operator nothing.

    `form` is None where this release does not know the row's form.
    """
    hidden = masking.masked_words(form, row.fields, row.original_fields)
    view = row.model_dump(mode="json", exclude={"person_keys", "fingerprint", "expires_at", "claim"})
    if not reveal:
        view["fields"] = masking.mask_fields(form, row.fields)
        view["original_fields"] = masking.mask_fields(form, row.original_fields) if row.original_fields else None
        view["sources"] = _masked_sources(row.sources, hidden)
        for change in view["history"]:
            change["why"] = masking.mask_text(change["why"])
    view["rejection"] = _rejection_view(row.rejection, form, None if reveal else hidden)
    view["expires_at"] = timestamp(datetime.fromtimestamp(row.expires_at, UTC)) if row.expires_at else None
    view["masked"] = not reveal
    return view


def _masked_sources(sources: Sources, hidden: Sequence[str]) -> dict[str, Any]:
    return {
        **sources.model_dump(mode="json"),
        "page_url": masking.mask_url(sources.page_url, hidden),
        "referrer": masking.mask_url(sources.referrer, hidden),
        "utm": {name: masking.mask_text(text, hidden) for name, text in sources.utm.items()},
        "click_ids": dict.fromkeys(sources.click_ids, masking.DOTS),
    }


def _rejection_view(rejection: Rejection | None, form: Form | None, hidden: Sequence[str] | None) -> Any:
    """`hidden` are the words that details must not repeat; None where all is to be shown."""
    if rejection is None:
        return None
    return {
        **rejection.model_dump(mode="json"),
        **_words(explain_reason(rejection.reason)),
        "problems": [
            {
                "code": problem.code,
                "field": problem.field,
                "detail": problem.detail if hidden is None else masking.mask_text(problem.detail, hidden),
                **_words(explain(problem, rejection.reason, form)),
            }
            for problem in rejection.problems
        ],
    }


def _words(explanation: Explanation) -> dict[str, str]:
    return {"what": explanation.what, "mend": explanation.mend}


def revealed_view(row: Submission) -> dict[str, Any]:
    """A line of a list with the fields, for exports that were asked to hold them."""
    return {**summary_view(row), "fields": dict(row.fields)}


def dead_letters_view(found: DeadLetters, limit: int) -> dict[str, Any]:
    """At most `limit` rows (0 is all); the groups are of all that were asked for."""
    rows = found.rows[:limit] if limit else found.rows
    return {
        "messages": found.messages,
        "rejected": found.rejected,
        "groups": [
            {
                "reason": group.cause.reason,
                "code": group.cause.code,
                "field": group.cause.field,
                "count": group.count,
                "forms": list(group.forms),
                "oldest": timestamp(group.oldest),
                "newest": timestamp(group.newest),
            }
            for group in found.groups
        ],
        "submissions": [summary_view(row) for row in rows],
        "more": len(rows) < len(found.rows),
    }


def planned_view(one: Planned) -> dict[str, Any]:
    row = summary_view(one.row) if one.row else {"submission_id": one.submission_id}
    return {**row, "refusal": one.refusal, "still_wrong": list(one.wrong)}


def quarantine_view(row: Submission) -> dict[str, Any]:
    return {
        "submission_id": row.submission_id,
        "form_id": row.form_id,
        "received_at": timestamp(row.received_at),
        "spam_score": row.spam_score,
        "spam_reasons": list(row.spam_reasons),
    }


def as_csv(views: Iterable[Mapping[str, Any]], columns: Sequence[str] = _COLUMNS) -> str:
    """Every cell quoted, and harmless in a spreadsheet: a text that would be a formula gets a `'` before it.

    Rows with `fields` get a column for each field that any row has.
    """
    rows = list(views)
    names = sorted({name for row in rows for name in row.get("fields", {})})
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([*columns, *map(spreadsheet_safe, names)])
    for row in rows:
        fields: Mapping[str, FieldValue] = row.get("fields", {})
        cells = [_cell(row[column]) for column in columns] + [_cell(fields.get(name, "")) for name in names]
        writer.writerow([spreadsheet_safe(cell) for cell in cells])
    return text.getvalue()


def _cell(value: object) -> str:
    return "; ".join(map(str, value)) if isinstance(value, list) else str(value)


def spreadsheet_safe(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
