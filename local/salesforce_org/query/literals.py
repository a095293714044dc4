"""Literals of a query as the columns store them, and the refusals of literals that do not fit their field."""

from datetime import date, datetime

from local.salesforce_org.errors import ApiError
from local.salesforce_org.schema.fields import ID_TYPES, TEXT_TYPES, Field
from local.salesforce_org.schema.ids import normal_id

from .moments import FIRST_DAY, LAST_DAY, stored_datetime
from .soql_text import at_caret, invalid_field, malformed, stand_in_limit, unescape
from .soql_tree import Value

_MILLISECOND = 1_000  # microseconds
_WANTED = {
    "boolean": ("boolean", "boolean and should not be enclosed in quotes"),
    "datetime": ("datetime", "dateTime and should not be enclosed in quotes"),
    "date": ("date", "date and should not be enclosed in quotes"),
}


def stored_value(text: str, target: Field, value: Value) -> object:
    """The literal as the column stores it; None for a blank, which '' is too. `text` is the statement.

    Raises INVALID_FIELD for the wrong kind of literal.
    """
    if value.kind == "null":
        # A checkbox is never blank: null stands for false.
        return 0 if target.type == "boolean" else None
    if target.type in ID_TYPES or is_text(target):
        return _text_value(text, target, value)
    kind, wanted = _WANTED.get(target.type, ("number", f"{target.type} and should not be enclosed in quotes"))
    if value.kind != kind:
        raise wrong_kind(text, target, value, wanted)
    match kind:
        case "boolean":
            return int(value.text.lower() == "true")
        case "datetime":
            return _datetime(text, value)
        case "date":
            return _date(text, value)
    return float(value.text)


def is_text(target: Field) -> bool:
    return target.type in TEXT_TYPES or target.type == "multipicklist"


def string_of(text: str, value: Value) -> str:
    try:
        return unescape(value.text)
    except ValueError as error:
        raise bad_escape(text, value, error) from None


def wrong_kind(text: str, target: Field, value: Value, wanted: str) -> ApiError:
    message = f"value of filter criterion for field '{target.name}' must be of type {wanted}"
    return invalid_field(text, value.position, message)


def bad_escape(text: str, value: Value, error: ValueError) -> ApiError:
    message = f"Invalid string literal '{value.text}'. Illegal character sequence '{error}' in string literal."
    return malformed(text, value.position, message)


def _text_value(text: str, target: Field, value: Value) -> object:
    if value.kind != "string":
        kind = "ID" if target.type in ID_TYPES else "string"
        raise wrong_kind(text, target, value, f"{kind} and should be enclosed in quotes")
    string = string_of(text, value)
    if not string:
        return None
    if target.type not in ID_TYPES:
        return string.lower()
    if (record_id := normal_id(string)) is None:
        message = at_caret(text, value.position, f"invalid ID field: {string}")
        raise ApiError(400, "INVALID_QUERY_FILTER_OPERATOR", message)
    return record_id


def _date(text: str, value: Value) -> str:
    try:
        day = date.fromisoformat(value.text)
    except ValueError:
        day = None
    if day is None or not FIRST_DAY <= day <= LAST_DAY:
        raise malformed(text, value.position, f"Invalid date: {value.text}")
    return value.text


def _datetime(text: str, value: Value) -> str:
    try:
        moment = datetime.fromisoformat(value.text)
    except ValueError:
        moment = None
    if moment is None or not FIRST_DAY <= moment.date() <= LAST_DAY:
        raise malformed(text, value.position, f"Invalid date time: {value.text}")
    milliseconds, rest = divmod(moment.microsecond, _MILLISECOND)
    if rest:
        raise stand_in_limit("parts of a millisecond in SOQL")
    return stored_datetime(moment).replace(".000", f".{milliseconds:03}")
