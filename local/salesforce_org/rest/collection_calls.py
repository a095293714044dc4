"""Up to 200 records in one call: create, update, upsert, delete. Answers come in the order of the records.

With allOrNone the first pass goes through all records, so that each bad one tells what is wrong with it, and then
everything is undone.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise

from local.salesforce_org.errors import ApiError, Problem, RecordError
from local.salesforce_org.messages import JsonObject, JsonValue
from local.salesforce_org.records.references import INVALID_CROSS_REFERENCE
from local.salesforce_org.records.saving import Records, SeveralMatches, several_matches
from local.salesforce_org.schema.fields import Field, SObject, sobject_named, sobject_of_id
from local.salesforce_org.schema.ids import normal_id

MAX_RECORDS = 200
MAX_CHUNKS = 10  # runs of records of the same type
ROLLED_BACK = Problem(
    "ALL_OR_NONE_OPERATION_ROLLED_BACK",
    "Record rolled back because not all records were valid and the request was using AllOrNone header",
)


def _failed(problems: Sequence[Problem]) -> JsonObject:
    return {"success": False, "errors": [problem.in_collection() for problem in problems]}


def _saved(record_id: str, *, created: bool | None = None) -> JsonObject:
    result: JsonObject = {"id": record_id, "success": True, "errors": []}
    return result if created is None else {**result, "created": created}


def _each(records: Records, count: int, one: Callable[[int], JsonObject], *, all_or_none: bool) -> list[JsonValue]:
    """Runs `one` for each record, each in its own transaction."""
    results: list[JsonObject] = []
    with records.store.transaction() as work:
        for index in range(count):
            try:
                with records.store.transaction():
                    results.append(one(index))
            except RecordError as error:
                results.append(_failed(error.problems))
        if not all_or_none or all(result["success"] for result in results):
            return list(results)
        work.undo()
    return [_failed([ROLLED_BACK]) if result["success"] else result for result in results]


def read_body(body: JsonValue) -> tuple[list[JsonObject], bool]:
    """(records, allOrNone) of a collections request."""
    if not isinstance(body, dict):
        raise ApiError(
            400, "JSON_PARSER_ERROR", "The HTTP entity body is required, but this request has no entity body."
        )
    for name in body.keys() - {"records", "allOrNone"}:
        raise ApiError(400, "JSON_PARSER_ERROR", f'Unrecognized field "{name}" at [line:1, column:1]')
    given = body.get("records")
    all_or_none = body.get("allOrNone", False)
    if not given:
        raise ApiError(400, "REQUIRED_FIELD_MISSING", "At least 1 record is required")
    if not isinstance(given, list) or not isinstance(all_or_none, bool):
        raise ApiError(400, "JSON_PARSER_ERROR", "Unexpected value at [line:1, column:1]")
    check_size(len(given))
    records: list[JsonObject] = []
    for record in given:
        if not isinstance(record, dict):
            raise ApiError(400, "JSON_PARSER_ERROR", "Cannot deserialize instance of sobject at [line:1, column:1]")
        records.append(record)
    return records, all_or_none


def check_size(count: int) -> None:
    if count > MAX_RECORDS:
        message = f"record limit reached. cannot submit more than {MAX_RECORDS} records into this call"
        raise ApiError(400, "EXCEEDED_ID_LIMIT", message)


def _types(given: Sequence[JsonObject]) -> list[SObject]:
    """Each record's object from its attributes. The codes for a missing or unknown type are a guess."""
    types: list[SObject] = []
    for record in given:
        attributes = record.get("attributes")
        name = attributes.get("type") if isinstance(attributes, dict) else None
        if not isinstance(name, str):
            raise ApiError(400, "INVALID_TYPE", "attributes.type must be specified for each record")
        sobject = sobject_named(name)
        if sobject is None or not sobject.writable:
            raise ApiError(400, "INVALID_TYPE", f"sObject type '{name}' is not supported.")
        types.append(sobject)
    chunks = 1 + sum(before is not after for before, after in pairwise(types))
    if chunks > MAX_CHUNKS:
        message = f"Cannot have more than {MAX_CHUNKS} chunks in a single operation."
        raise ApiError(400, "LIMIT_EXCEEDED", f"{message} Please rearrange the data to reduce chunking.")
    return types


def create_many(records: Records, body: JsonValue) -> list[JsonValue]:
    given, all_or_none = read_body(body)
    types = _types(given)

    def one(index: int) -> JsonObject:
        if any(name.lower() == "id" for name in given[index]):
            message = "cannot specify Id in an insert call"
            raise RecordError(Problem("INVALID_FIELD_FOR_INSERT_UPDATE", message, ("Id",)))
        return _saved(records.create(types[index], given[index]))

    return _each(records, len(given), one, all_or_none=all_or_none)


def update_many(records: Records, body: JsonValue) -> list[JsonValue]:
    given, all_or_none = read_body(body)
    types = _types(given)
    ids = [_id_in(record) for record in given]
    # Whether the real org takes the same Id twice in one call is not settled in public (there is talk of "12 duplicate
    # updates allowed"). A client that never sends it twice is right either way, so this refuses all of them.
    repeated = {normal_id(each) for each, count in Counter(filter(None, ids)).items() if count > 1}

    def one(index: int) -> JsonObject:
        given_id, sobject = ids[index], types[index]
        if not given_id:
            raise RecordError(Problem("MISSING_ARGUMENT", "Id not specified in an update call"))
        record_id = own_id(sobject, given_id)
        if record_id in repeated:
            raise RecordError(Problem("DUPLICATE_VALUE", f"duplicate id specified: {record_id}", ("Id",)))
        records.update(sobject, record_id, _without(given[index], "Id"))
        return _saved(record_id)

    return _each(records, len(given), one, all_or_none=all_or_none)


def upsert_many(records: Records, sobject: SObject, by: Field, body: JsonValue) -> list[JsonValue]:
    given, all_or_none = read_body(body)
    if any(each is not sobject for each in _types(given)):
        raise ApiError(400, "INVALID_TYPE", f"all records must be of type {sobject.name}")
    keys = [_key_in(record, by) for record in given]
    counts = Counter(key.lower() for key in keys if key)

    def one(index: int) -> JsonObject:
        key, payload = keys[index], _without(given[index], by.name)
        if key is None and by.type == "id":
            return _saved(records.create(sobject, payload), created=True)
        if key is None:
            raise RecordError(Problem("MISSING_ARGUMENT", f"{by.name} not specified"))
        if counts[key.lower()] > 1:
            # Every record with the repeated key fails, none of them wins.
            raise RecordError(Problem("DUPLICATE_VALUE", f"Duplicate external id specified: {key}", (by.name,)))
        if by.type != "id" and any(name.lower() == "id" for name in payload):
            message = "cannot specify Id in an upsert by another field"
            raise RecordError(Problem("INVALID_FIELD_FOR_INSERT_UPDATE", message, ("Id",)))
        if by.type == "id":
            record_id = own_id(sobject, key)
            records.update(sobject, record_id, payload)
            return _saved(record_id, created=False)
        try:
            done = records.upsert(sobject, by, key, payload)
        except SeveralMatches as several:
            raise RecordError(several_matches(by, several)) from None
        return _saved(done.record_id, created=done.created)

    return _each(records, len(given), one, all_or_none=all_or_none)


def delete_many(records: Records, ids: Sequence[str], *, all_or_none: bool) -> list[JsonValue]:
    if not ids:
        raise ApiError(400, "REQUIRED_FIELD_MISSING", "At least 1 record is required")
    check_size(len(ids))

    def one(index: int) -> JsonObject:
        record_id = normal_id(ids[index])
        sobject = sobject_of_id(record_id) if record_id else None
        if record_id is None or sobject is None:
            raise RecordError(Problem("MALFORMED_ID", f"malformed id {ids[index]}"))
        if not sobject.writable:
            raise RecordError(INVALID_CROSS_REFERENCE)
        records.delete(sobject, record_id)
        return _saved(record_id)

    return _each(records, len(ids), one, all_or_none=all_or_none)


def own_id(sobject: SObject, text: str) -> str:
    """The 18-character id of a record of this object. Raises RecordError for anything else."""
    record_id = normal_id(text)
    if record_id is None or not record_id.startswith(sobject.prefix):
        label = sobject.fields["Id"].label
        raise RecordError(Problem("MALFORMED_ID", f"{label}: id value of incorrect type: {text}", ("Id",)))
    return record_id


def _id_in(record: JsonObject) -> str | None:
    value = next((value for name, value in record.items() if name.lower() == "id"), None)
    return value if isinstance(value, str) else None


def _key_in(record: JsonObject, by: Field) -> str | None:
    value = next((value for name, value in record.items() if name.lower() == by.name.lower()), None)
    if value is not None and not isinstance(value, str):
        raise ApiError(400, "JSON_PARSER_ERROR", f"Cannot deserialize instance of {by.type} at [line:1, column:1]")
    return (value or "").strip() or None


def _without(record: JsonObject, field_name: str) -> JsonObject:
    return {name: value for name, value in record.items() if name.lower() not in {field_name.lower(), "attributes"}}
