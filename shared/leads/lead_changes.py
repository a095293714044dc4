"""What a known Lead gets of a submission: blanks, and what the form wants replaced, added or appended. Pure.

Nothing newer is overwritten by something older: a late delivery and a replay replace nothing, since somebody may have
changed the Lead after they were sent.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from shared.form.definition import Form
from shared.form.lead_fields import TEXT_LENGTHS
from shared.form.texts import Language
from shared.intake.validation import CleanValue
from shared.leads.lead import Record, consent_fields, written_by
from shared.submission import Submission, timestamp
from shared.values.cleaning import cut, folded

_SENT: Final[dict[Language, str]] = {"en": "submission", "nl": "inzending"}
_ADDRESS: Final = ("Street", "City", "State", "StateCode", "PostalCode", "Country", "CountryCode")
_SHORT_ID: Final = 8
"""Letters of a submission's id that mark its text: among those on one Lead no two are alike."""


def changes_to(lead: Mapping[str, Any], form: Form, submission: Submission, values: Mapping[str, CleanValue]) -> Record:
    stands = _by_any_case(lead)
    newest = _is_newer(submission.received_at, lead.get("LastModifiedDate"))
    sent = written_by([field for field in form.fields if field.on_existing != "never"], form, values)
    changes = blanks_to_fill(lead, sent)
    for field in form.fields:
        if field.lead_field in changes or field.lead_field not in sent:
            continue
        there, new = stands.get(field.lead_field.lower()), sent[field.lead_field]
        if field.on_existing == "add":
            new = _added(str(there), str(new))
        if new != there and (field.on_existing == "add" or (field.on_existing == "replace" and newest)):
            changes[field.lead_field] = new
    changes |= _appended(stands, sent, form, submission, values)
    if newest:
        changes |= {
            name: tick for name, tick in consent_fields(form, submission).items() if not stands.get(name.lower())
        }
    return changes


def blanks_to_fill(lead: Mapping[str, Any], record: Record) -> Record:
    """The part of `record` for which the Lead has nothing yet; False counts as filled in."""
    stands = _by_any_case(lead)
    blanks = {name: value for name, value in record.items() if stands.get(name.lower()) in (None, "")}
    if any(_contradicts(stands.get(name.lower()), record.get(name)) for name in _ADDRESS):
        # A street of one town in another is nobody's address.
        return {name: value for name, value in blanks.items() if name not in _ADDRESS}
    return blanks


def _contradicts(there: Any, new: Any) -> bool:
    return bool(there and new) and folded(str(there)) != folded(str(new))


def with_changes(lead: Mapping[str, Any], changes: Mapping[str, Any], received_at: datetime) -> Record:
    """As the Lead will be for the next of the batch: changed by something that was sent at `received_at`."""
    if not changes:
        return dict(lead)
    modified = lead.get("LastModifiedDate")
    newer = timestamp(received_at) if _is_newer(received_at, modified) else modified
    return {**lead, **changes, "LastModifiedDate": newer}


def _by_any_case(lead: Mapping[str, Any]) -> dict[str, Any]:
    """Salesforce answers with its own spelling of a field's name, and takes any."""
    return {name.lower(): value for name, value in lead.items()}


def _added(there: str, new: str) -> str:
    """Both lists of a multi-select picklist as one, each value once; Salesforce puts `;` between them."""
    known = {value.lower() for value in there.split(";")}
    return ";".join([there, *(value for value in new.split(";") if value.lower() not in known)])


def _is_newer(received_at: datetime, last_modified: str | None) -> bool:
    return last_modified is None or received_at >= datetime.fromisoformat(last_modified)


# --- texts that grow ----------------------------------------------------------------------------------------


def _appended(
    stands: Mapping[str, Any], sent: Record, form: Form, submission: Submission, values: Mapping[str, CleanValue]
) -> Record:
    """By Lead field. Each text carries its submission's mark, by which a repeat knows that it is there.

    Nothing where not a letter of it has room below what stands there: the Task tells it all.
    """
    growing = [field for field in form.fields if field.on_existing == "append" and field.name in values]
    short_id = submission.submission_id[:_SHORT_ID]
    # The day in UTC, as all our times.
    mark = f"— {timestamp(submission.received_at)[:10]} ({_SENT[form.languages[0]]} {short_id})"
    changes: Record = {}
    for lead_field in dict.fromkeys(field.lead_field for field in growing):
        writers = [field for field in growing if field.lead_field == lead_field]
        room = writers[0].room or TEXT_LENGTHS["Description"]
        there = str(stands.get(lead_field.lower()) or "")
        # A blank Description takes the answers that are only kept as well.
        new = str((written_by(writers, form, values) if there else sent)[lead_field])
        above = f"{there}\n\n{mark}\n" if there else f"{mark}\n"
        left = room - _length(above) - new.count("\n")
        if left > 0 and f" {short_id})" not in there:
            changes[lead_field] = above + cut(new, left)
    return changes


def _length(text: str) -> int:
    """In UTF-16 units; a line break as two, which is how Salesforce may store it."""
    return len(text.encode("utf-16-le")) // 2 + text.count("\n") - text.count("\r\n")
