"""Who is meant: a Lead, a Contact, a submission, or a person in a file, each as the matching sees them."""

import json
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final

from ops.errors import OpsError, usage
from ops.operations.match_function import MatchFunction
from ops.operations.reading import Ledger, get_row
from shared.form.definition import forms
from shared.intake.validation import check
from shared.leads.candidates import person_of
from shared.leads.lead import visitor_fields
from shared.matching import Person
from shared.record_ids import full_id
from shared.review.held_pairs import Seen
from shared.submission import State, Submission

_KINDS: Final = {"00Q": "Lead", "003": "Contact"}
_ID_LIKE: Final = re.compile(r"(?=.*\d)[0-9A-Za-z]{15}(?:[0-9A-Za-z]{3})?", re.ASCII)
_OTHER_KINDS: Final = {
    "001": "an Account",
    "005": "a User",
    "006": "an Opportunity",
    "00T": "a Task",
    "701": "a Campaign",
}
_PERSON_FIELDS: Final = tuple(one.name for one in fields(Person) if one.name != "id")


@dataclass(frozen=True, slots=True)
class Somebody:
    """`country` (ISO) reads their phone numbers, '' where nothing says which."""

    label: str
    person: Person
    country: str = ""
    note: str = ""


@dataclass(frozen=True)
class Sources:
    """Where people are looked up; opened only for those who need it."""

    ledger: Callable[[], Ledger]
    function: Callable[[], MatchFunction]


def find_people(texts: tuple[str, str], sources: Sources) -> list[Somebody]:
    """Raises OpsError. Records are read with one order."""
    wanted = [record_id_in(text) for text in texts]
    record_ids = [one for one in dict.fromkeys(wanted) if one]
    seen = sources.function().look(record_ids) if record_ids else {}
    return [
        of_record(seen[record_id]) if record_id else _from_elsewhere(text, sources)
        for text, record_id in zip(texts, wanted, strict=True)
    ]


def record_id_in(text: str) -> str:
    """The 18-character id of a Lead or Contact; '' for what is no record id at all. Raises OpsError for another."""
    if not _ID_LIKE.fullmatch(text) or Path(text).is_file():
        return ""
    record_id = full_id(text)
    if record_id is None:
        raise usage(f"{text} looks like a Salesforce id, but its last three characters don't fit the others.")
    if record_id[:3] not in _KINDS:
        kind = _OTHER_KINDS.get(record_id[:3], "something else")
        raise usage(f"{text} is {kind}: only Leads (00Q...) and Contacts (003...) are people here.")
    return record_id


def of_record(seen: Seen) -> Somebody:
    """Raises OpsError where there is nobody to look at any more."""
    label = record_label(seen.record_id)
    if seen.record is None:
        raise OpsError(_gone(seen, label))
    note = f"{label} was converted to the Contact {seen.moved_to}." if seen.fate == "converted" else ""
    return Somebody(label, person_of(seen.record_id, seen.record), note=note)


def _gone(seen: Seen, label: str) -> str:
    match seen.fate:
        case "merged":
            return f"{label} was merged into {seen.moved_to}: compare with that one."
        case "deleted":
            return f"{label} was deleted in Salesforce."
        case _:
            return f"{label} is not in the org, or its API user may not see it."


def record_label(record_id: str) -> str:
    return f"{_KINDS.get(record_id[:3], 'Record')} {record_id}" if record_id else "nobody"


def _from_elsewhere(text: str, sources: Sources) -> Somebody:
    if is_submission_id(text):
        return of_submission(get_row(sources.ledger(), text.lower()))
    path = Path(text)
    if path.is_file():
        return Somebody(path.name, _person_in(path))
    raise usage(
        f"{text} is neither a Salesforce id (00Q... or 003...), nor a submission's id, nor a file: "
        "`form-to-lead match explain --help` has examples."
    )


def is_submission_id(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False


def of_submission(row: Submission) -> Somebody:
    """What its form makes of what was sent. Raises OpsError."""
    if row.state is State.ERASED:
        raise OpsError(f"Submission {row.submission_id} was erased: nothing personal is kept of it.")
    form = forms().get(row.form_id)
    if form is None:
        raise OpsError(f"This release has no form {row.form_id!r} to read submission {row.submission_id} with.")
    record = visitor_fields(form, check(form, row.fields, row.sources.language).values)
    return Somebody(f"Submission {row.submission_id}", person_of(row.submission_id, record), form.country)


def _person_in(path: Path) -> Person:
    try:
        content = json.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, ValueError):
        raise usage(f"{path} can't be read: a person is a JSON object in UTF-8.") from None
    if not isinstance(content, dict):
        raise usage(f"{path} holds no person: a JSON object is wanted.")
    values = {name: value for name, value in content.items() if name != "id" and value is not None}
    if foreign := sorted(values.keys() - set(_PERSON_FIELDS)):
        raise usage(f"{path}: a person has no {foreign[0]}. There are: {', '.join(_PERSON_FIELDS)}.")
    if wrong := [name for name, value in values.items() if not isinstance(value, str)]:
        raise usage(f"{path}: {wrong[0]} must be a text.")
    return Person(id=path.name, **values)
