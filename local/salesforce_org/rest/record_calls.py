"""/sobjects/{object} and what is below it: one record at a time."""

from dataclasses import dataclass

from local.salesforce_org.control.behaviour import Behaviour
from local.salesforce_org.errors import ApiError, not_found
from local.salesforce_org.messages import JsonObject, JsonValue, Response
from local.salesforce_org.records.references import INVALID_CROSS_REFERENCE
from local.salesforce_org.records.saving import Records, SeveralMatches, Upserted, upsert_field
from local.salesforce_org.schema.describe import summary
from local.salesforce_org.schema.fields import SObject
from local.salesforce_org.schema.ids import normal_id

from .call import Call, must_be_writable
from .rows_as_json import attributes

# Older versions answer an upsert that changed a record with 204 and no body; the exact cut-over is not documented.
_VERSION_WITH_CREATED = 46


@dataclass(frozen=True)
class RecordCalls:
    records: Records
    behaviour: Behaviour

    def of_object(self, call: Call, sobject: SObject) -> Response:
        call.allow("GET", "HEAD", "POST")
        if call.request.method != "POST":
            return Response(200, {"objectDescribe": summary(sobject, call.base), "recentItems": []})
        must_be_writable(sobject)
        record_id = self.records.create(sobject, call.record_body(forbidden=("Id",)))
        return self._saved(call, sobject, record_id, created=None)

    def by_id(self, call: Call, sobject: SObject, text: str) -> Response:
        call.allow("GET", "HEAD", "PATCH", "DELETE")
        record_id = normal_id(text)
        if record_id is None or not record_id.startswith(sobject.prefix):
            # The real org takes the segment for the name of an external id field.
            message = f"Provided external ID field does not exist or is not accessible: {text}"
            raise ApiError(404, "NOT_FOUND", message)
        if self.records.store.get(sobject, record_id) is None:
            if call.request.method in {"PATCH", "DELETE"}:
                raise ApiError(404, INVALID_CROSS_REFERENCE.code, INVALID_CROSS_REFERENCE.message)
            raise not_found()
        match call.request.method:
            case "PATCH":
                must_be_writable(sobject)
                self.records.update(sobject, record_id, call.record_body(forbidden=("Id",)))
                return Response(204)
            case "DELETE":
                must_be_writable(sobject)
                self.records.delete(sobject, record_id)
                return Response(204)
        return Response(200, self._shown(call, sobject, record_id))

    def by_external_id(self, call: Call, sobject: SObject, by: str, value: str) -> Response:
        call.allow("GET", "HEAD", "PATCH", "DELETE")
        found = upsert_field(self.records.seen(sobject), by)
        value = value.strip()
        if not value:
            raise not_found()
        try:
            if call.request.method == "PATCH":
                return self._upsert(call, sobject, by, value)
            record_id = self.records.find(sobject, found, value)
        except SeveralMatches as several:
            urls: list[JsonValue] = [f"{call.base}/sobjects/{sobject.name}/{each}" for each in several.record_ids]
            return Response(300, urls)
        if record_id is None:
            raise not_found()
        if call.request.method == "DELETE":
            must_be_writable(sobject)
            self.records.delete(sobject, record_id)
            return Response(204)
        return Response(200, self._shown(call, sobject, record_id))

    def _upsert(self, call: Call, sobject: SObject, by: str, value: str) -> Response:
        must_be_writable(sobject)
        field = upsert_field(self.records.seen(sobject), by)
        payload = call.record_body(forbidden=("Id", field.name))
        update_only = call.parameter("updateOnly", "false").lower() == "true"
        key = (normal_id(value) or value) if field.type == "id" else value
        done: Upserted = self.records.upsert(sobject, field, key, payload, update_only=update_only)
        return self._saved(call, sobject, done.record_id, created=done.created)

    def _saved(self, call: Call, sobject: SObject, record_id: str, *, created: bool | None) -> Response:
        body: JsonObject = {"id": record_id, "success": True, "errors": []}
        modern = call.version >= _VERSION_WITH_CREATED
        if created is not None and modern:
            body["created"] = created
        if created is False:
            with_body = modern and self.behaviour.upsert_update_status == 200
            return Response(200, body) if with_body else Response(204)
        return Response(201, body, {"Location": f"{call.base}/sobjects/{sobject.name}/{record_id}"})

    def _shown(self, call: Call, sobject: SObject, record_id: str) -> JsonObject:
        wanted = [name.strip() for name in call.parameter("fields", "").split(",") if name.strip()]
        values = self.records.retrieve(sobject, record_id)
        seen = self.records.seen(sobject)
        shown: JsonObject = {"attributes": attributes(call.base, sobject.name, record_id)}
        if not wanted:
            return shown | values
        for name in [*wanted, "Id"]:
            field = seen.field(name)
            if field is None:
                raise ApiError(400, "INVALID_FIELD", f"No such column '{name}' on sobject of type {sobject.name}")
            shown[field.name] = values[field.name]
        return shown
