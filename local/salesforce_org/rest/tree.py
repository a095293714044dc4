"""POST /composite/tree/{object}: up to 200 new records, all or none. Records nested in records are not taken here."""

from collections import Counter

from local.salesforce_org.errors import ApiError, Problem, RecordError
from local.salesforce_org.messages import JsonObject, JsonValue
from local.salesforce_org.records.saving import Records
from local.salesforce_org.schema.fields import SObject, sobject_named

from .collection_calls import MAX_RECORDS


def create_tree(records: Records, sobject: SObject, body: JsonValue) -> tuple[int, JsonObject]:
    """(HTTP status, answer). A failure names the records that are wrong and no others."""
    given = _given(sobject, body)
    made: list[JsonValue] = []
    refused: list[JsonValue] = []
    with records.store.transaction() as work:
        for reference, record in given:
            try:
                with records.store.transaction():
                    made.append({"referenceId": reference, "id": _create(records, sobject, record)})
            except RecordError as error:
                errors: list[JsonValue] = [problem.in_collection() for problem in error.problems]
                refused.append({"referenceId": reference, "errors": errors})
        if refused:
            work.undo()
    if refused:
        return 400, {"hasErrors": True, "results": refused}
    return 201, {"hasErrors": False, "results": made}


def _create(records: Records, sobject: SObject, record: JsonObject) -> str:
    if any(name.lower() == "id" for name in record):
        message = "cannot specify Id in an insert call"
        raise RecordError(Problem("INVALID_FIELD_FOR_INSERT_UPDATE", message, ("Id",)))
    return records.create(sobject, record)


def _given(sobject: SObject, body: JsonValue) -> list[tuple[str, JsonObject]]:
    """(referenceId, record) of each. The codes and texts of the refusals are guesses."""
    given = body.get("records") if isinstance(body, dict) else None
    if not isinstance(given, list) or not given:
        raise ApiError(400, "INVALID_INPUT", "records must hold at least one record")
    if len(given) > MAX_RECORDS:
        message = f"record limit reached. cannot submit more than {MAX_RECORDS} records into this call"
        raise ApiError(400, "EXCEEDED_ID_LIMIT", message)
    read = [_reference(sobject, each) for each in given]
    repeated = [reference for reference, count in Counter(each[0] for each in read).items() if count > 1]
    if repeated:
        raise ApiError(400, "INVALID_INPUT", f"Duplicate ReferenceId provided in the request: {repeated[0]}")
    return read


def _reference(sobject: SObject, record: JsonValue) -> tuple[str, JsonObject]:
    attributes = record.get("attributes") if isinstance(record, dict) else None
    if not isinstance(record, dict) or not isinstance(attributes, dict):
        raise ApiError(400, "INVALID_INPUT", "each record needs attributes with type and referenceId")
    kind, reference = attributes.get("type"), attributes.get("referenceId")
    if not isinstance(kind, str) or sobject_named(kind) is not sobject:
        raise ApiError(400, "INVALID_INPUT", f"attributes.type must be {sobject.name}")
    if not isinstance(reference, str) or not reference:
        raise ApiError(400, "INVALID_INPUT", "attributes.referenceId must be specified for each record")
    return reference, record
