"""Judges what a request wants to write, field by field, from the describe tables. Pure: needs no store.

Stages, as in the real org: what cannot be read as JSON for the field's type refuses the whole request
(JSON_PARSER_ERROR); then unknown and read-only fields; then required fields; then the values themselves, where all
that is wrong is reported together.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from local.salesforce_org.errors import ApiError, Problem, RecordError
from local.salesforce_org.messages import JsonObject, JsonValue, Row, Scalar
from local.salesforce_org.query.plan import stored_datetime
from local.salesforce_org.schema.fields import Field, SObject
from local.salesforce_org.schema.ids import normal_id

# The real org's own e-mail check is stricter than RFC 5322 and wants ASCII; its exact rule is not public.
_EMAIL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)


_NUMBER = re.compile(r"-?[0-9]{1,30}(?:\.[0-9]{1,30})?")


@dataclass(frozen=True)
class ValidationRule:
    """An admin's rule: a record whose field equals the text (whatever the case) is refused with the message."""

    sobject: str
    field: str
    equals: str
    message: str

    def problem(self, sobject: SObject, row: Row) -> Problem | None:
        value = row.get(self.field)
        broken = (
            sobject.name.lower() == self.sobject.lower()
            and isinstance(value, str)
            and value.strip().lower() == self.equals.strip().lower()
        )
        return Problem("FIELD_CUSTOM_VALIDATION_EXCEPTION", self.message, (self.field,)) if broken else None


def changes_of(sobject: SObject, payload: JsonObject, *, creating: bool) -> Row:
    """What a record's body asks to store, by API name. Raises RecordError, or ApiError for an unreadable value."""
    changes: Row = {}
    unknown: list[str] = []
    readonly: list[str] = []
    for name, value in payload.items():
        field = sobject.field(name)
        if field is None:
            unknown.append(name)
        elif not (field.createable if creating else field.updateable):
            readonly.append(field.name)
        else:
            changes[field.name] = _read(field, value)
    if unknown:
        raise RecordError(Problem("INVALID_FIELD", f"No such column '{unknown[0]}' on sobject of type {sobject.name}"))
    if readonly:
        message = (
            f"Unable to create/update fields: {', '.join(readonly)}. Please check the security settings of this field "
            "and verify that it is read/write for your profile or permission set."
        )
        raise RecordError(Problem("INVALID_FIELD_FOR_INSERT_UPDATE", message, tuple(readonly)))
    return changes


def check_values(sobject: SObject, changes: Row, *, creating: bool) -> None:
    """Required fields, then lengths, formats, ranges and restricted picklists. Raises RecordError with all of them."""
    missing = tuple(
        field.name
        for field in sobject.fields.values()
        if _must_have(field, creating=creating, given=field.name in changes) and changes.get(field.name) is None
    )
    if missing:
        raise RecordError(
            Problem("REQUIRED_FIELD_MISSING", f"Required fields are missing: [{', '.join(missing)}]", missing)
        )
    found = [
        problem
        for name, value in changes.items()
        if value is not None and (problem := _problem(sobject.fields[name], value)) is not None
    ]
    if found:
        raise RecordError(*found)


def _must_have(field: Field, *, creating: bool, given: bool) -> bool:
    """That a default (Status, OwnerId) cannot be blanked afterwards is a guess, as is its code."""
    return field.createable and not field.nillable and (given or (creating and not field.defaulted))


def _problem(field: Field, value: Scalar) -> Problem | None:
    if isinstance(value, str) and field.type not in {"date", "datetime"}:
        return _text_problem(field, value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        digits = field.length or field.precision - field.scale
        if abs(value) >= 10**digits:
            message = f"{field.label}: value outside of valid range on numeric field: {value}"
            return Problem("NUMBER_OUTSIDE_VALID_RANGE", message, (field.name,))
    return None


def _text_problem(field: Field, text: str) -> Problem | None:
    if field.type == "reference":
        if normal_id(text) is None:
            return Problem("MALFORMED_ID", f"{field.label}: id value of incorrect type: {text}", (field.name,))
        return None
    # Counted as UTF-16, the larger of the two possible counts; which one the org uses is not documented.
    if len(text.encode("utf-16-le")) // 2 > field.length:
        message = f"{field.label}: data value too large: {text} (max length={field.length})"
        return Problem("STRING_TOO_LONG", message, (field.name,))
    if field.type == "email" and not _EMAIL.fullmatch(text):
        return Problem("INVALID_EMAIL_ADDRESS", f"{field.label}: invalid email address: {text}", (field.name,))
    if field.restricted:
        return _choice_problem(field, text)
    return None


def _choice_problem(field: Field, text: str) -> Problem | None:
    """For a multi-select picklist, that the message names the first wrong value alone is a guess."""
    chosen = text.split(";") if field.type == "multipicklist" else [text]
    wrong = next((value for value in chosen if value not in field.values), None)
    if wrong is None:
        return None
    message = f"{field.label}: bad value for restricted picklist field: {wrong}"
    return Problem("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", message, (field.name,))


_JSON_KINDS: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (bool, "VALUE_TRUE"),
    (int, "VALUE_NUMBER_INT"),
    (float, "VALUE_NUMBER_FLOAT"),
    (str, "VALUE_STRING"),
    (list, "START_ARRAY"),
    (dict, "START_OBJECT"),
)


def unreadable(kind: str, value: JsonValue) -> ApiError:
    """A JSON value of the wrong sort for its field. The real org refuses the whole request; so does this."""
    sort = next(name for types, name in _JSON_KINDS if isinstance(value, types))
    if value is False:
        sort = "VALUE_FALSE"
    shown = f" value {value}" if isinstance(value, str | int | float) else ""
    message = f"Cannot deserialize instance of {kind} from {sort}{shown} or request may be missing a required field"
    return ApiError(400, "JSON_PARSER_ERROR", f"{message} at [line:1, column:1]")


def _read(field: Field, value: JsonValue) -> Scalar:
    """A JSON value as the field stores it: text trimmed, '' as blank, date-times in UTC and whole seconds."""
    if value is None:
        # A checkbox is never null; the real org reads null as unticked.
        return False if field.type == "boolean" else None
    return _READERS.get(field.type, _read_text)(field, value)


def _read_text(field: Field, value: JsonValue) -> Scalar:
    # The real org may take a number for a text field; a stand-in that does not keeps clients honest.
    if not isinstance(value, str):
        raise unreadable(field.type, value)
    return value.strip() or None


def _read_choices(field: Field, value: JsonValue) -> Scalar:
    """Several values joined by `;`: each once, and in the picklist's own order (the order is a guess)."""
    text = _read_text(field, value)
    if not isinstance(text, str):
        return text
    given = dict.fromkeys(part for each in text.split(";") if (part := each.strip()))
    known = [each for each in field.values if each in given]
    return ";".join([*known, *(each for each in given if each not in known)]) or None


def _read_reference(field: Field, value: JsonValue) -> Scalar:
    text = _read_text(field, value)
    return normal_id(text) or text if isinstance(text, str) else text


def _read_boolean(field: Field, value: JsonValue) -> Scalar:
    # Real orgs are on record as refusing the texts 0, 1 and FALSE. Nothing certain is public about "true".
    if not isinstance(value, bool):
        raise unreadable(field.type, value)
    return value


def _number_in(value: JsonValue) -> JsonValue:
    """Recorded: a real org takes "10000" for a number. Which other texts it takes is not public: here signs and
    decimals, but no blanks and no exponents."""
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return float(value)
    return value


def _read_int(field: Field, given: JsonValue) -> Scalar:
    value = _number_in(given)
    if isinstance(value, bool) or not isinstance(value, int | float) or not float(value).is_integer():
        raise unreadable(field.type, given)
    return int(value)


def _read_number(field: Field, given: JsonValue) -> Scalar:
    value = _number_in(given)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise unreadable(field.type, given)
    return float(value)


def _read_date(field: Field, value: JsonValue) -> Scalar:
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        raise unreadable(field.type, value)
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        raise unreadable(field.type, value) from None


_DATETIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)")


def _read_datetime(field: Field, value: JsonValue) -> Scalar:
    # A time without an offset means the user's zone to the real org; nobody should lean on that.
    if not isinstance(value, str) or not _DATETIME.fullmatch(value):
        raise unreadable(field.type, value)
    try:
        return stored_datetime(datetime.fromisoformat(value))
    except (ValueError, OverflowError):
        raise unreadable(field.type, value) from None


_READERS: Mapping[str, Callable[[Field, JsonValue], Scalar]] = {
    "multipicklist": _read_choices,
    "reference": _read_reference,
    "boolean": _read_boolean,
    "int": _read_int,
    "double": _read_number,
    "currency": _read_number,
    "date": _read_date,
    "datetime": _read_datetime,
}
