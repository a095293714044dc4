"""/composite/sobjects/{object}: the same fields of many records in one call."""

from local.salesforce_org.errors import ApiError
from local.salesforce_org.messages import JsonObject, JsonValue, Response
from local.salesforce_org.records.saving import Records
from local.salesforce_org.schema.fields import SObject
from local.salesforce_org.schema.ids import normal_id

from .call import Call
from .collection_calls import check_size
from .rows_as_json import attributes


def retrieve_many(records: Records, call: Call, sobject: SObject) -> Response:
    call.allow("GET", "POST")
    if call.request.method == "POST":
        body = call.json()
        given = body if isinstance(body, dict) else {}
        ids, names = given.get("ids"), given.get("fields")
    else:
        ids = [each for each in call.parameter("ids", "").split(",") if each]
        names = [each for each in call.parameter("fields", "").split(",") if each]
    if not isinstance(ids, list) or not isinstance(names, list) or not ids or not names:
        raise ApiError(400, "MISSING_ARGUMENT", "ids and fields must be given")
    check_size(len(ids))
    malformed = next((each for each in ids if normal_id(str(each)) is None), None)
    if malformed is not None:
        raise ApiError(400, "MALFORMED_ID", f"malformed id {malformed}")
    seen, fields = records.seen(sobject), []
    for name in dict.fromkeys([*(str(each) for each in names), "Id"]):
        field = seen.field(name)
        if field is None:
            raise ApiError(400, "INVALID_FIELD", f"No such column '{name}' on sobject of type {sobject.name}")
        fields.append(field.name)
    results: list[JsonValue] = []
    for text in ids:
        record_id = normal_id(str(text))
        row = records.store.get(sobject, record_id) if record_id else None
        if record_id is None or row is None or row.get("IsDeleted"):
            results.append(None)
            continue
        values = records.retrieve(sobject, record_id)
        shown: JsonObject = {"attributes": attributes(call.base, sobject.name, record_id)}
        results.append(shown | {name: values[name] for name in fields})
    return Response(200, results)
