"""The REST resources: an authorised Request to a Response, by path and method.

Nothing here knows of sockets, sessions or faults. `route` is also what a composite request calls for its parts.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import unquote

from local.salesforce_org.control.behaviour import Behaviour
from local.salesforce_org.duplicates.duplicate_rules import HEADER, save_options
from local.salesforce_org.errors import ApiError, RecordError, not_found
from local.salesforce_org.messages import JsonObject, JsonValue, Request, Response
from local.salesforce_org.records import assignment
from local.salesforce_org.records.saving import Records, upsert_field
from local.salesforce_org.records.validation import changes_of
from local.salesforce_org.schema.describe import describe, summary
from local.salesforce_org.schema.fields import SOBJECTS

from . import batch, collection_calls, composite, tree
from .call import NEWEST_VERSION, OLDEST_VERSION, Call, allow, api_version, must_be_writable, named
from .collection_reads import retrieve_many
from .query_calls import QueryCalls
from .quota import Quota
from .record_calls import RecordCalls

_VERSION_WITH_PREDUPE = 50
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


@dataclass
class Api:
    records: Records
    quota: Quota
    behaviour: Behaviour = field(default_factory=Behaviour)
    _of_records: RecordCalls = field(init=False)
    _of_queries: QueryCalls = field(init=False)

    def __post_init__(self) -> None:
        self._of_records = RecordCalls(self.records, self.behaviour)
        self._of_queries = QueryCalls(self.records, self.behaviour)

    def forget_cursors(self) -> None:
        self._of_queries.forget_cursors()

    def route(self, request: Request) -> Response:
        """Answers refusals too; only a bug in the stand-in raises."""
        try:
            return self._dispatch(request)
        except ApiError as error:
            return Response(error.status, error.body())
        except RecordError as error:
            return Response(error.status, error.body())

    def _dispatch(self, request: Request) -> Response:
        if _BAD_ESCAPE.search(request.target):
            raise ApiError(400, "INVALID_URL", "The request URL holds a percent sign that escapes nothing")
        # Split before unquoting: an escaped slash belongs to a value.
        parts = [unquote(part) for part in request.path.strip("/").split("/")]
        if parts[:2] != ["services", "data"]:
            raise not_found()
        if len(parts) == 2:
            allow(request, "GET", "HEAD")
            return Response(200, _versions())
        call = Call(request, api_version(parts[2]))
        self.records.auto_assign = request.headers.get(assignment.HEADER, "")
        options = save_options(request.headers.get(HEADER, ""), call.version, call.base)
        with self.records.duplicates.during(options):
            return self._resource(call, parts[3:])

    def _resource(self, call: Call, parts: Sequence[str]) -> Response:
        match parts:
            case ["composite", *rest]:
                return self._composite_resource(call, rest)
            case ["sobjects", *rest]:
                return self._sobject_resource(call, rest)
            case ["ui-api", "predupe"] if call.version >= _VERSION_WITH_PREDUPE:
                return self._predupe(call)
            case ["query" | "queryAll" as kind, *rest] if len(rest) < 2:
                call.allow("GET", "HEAD")
                return self._of_queries.next_page(call, rest[0], kind) if rest else self._of_queries.query(call, kind)
            case ["search" | "parameterizedSearch" as kind]:
                return self._of_queries.search(call, kind)
            case [] | ["limits"]:
                call.allow("GET", "HEAD")
                return Response(200, self.quota.limits() if parts else _resources(call.base))
        raise not_found()

    def _composite_resource(self, call: Call, parts: Sequence[str]) -> Response:
        match parts:
            case []:
                return self._composite(call)
            case ["sobjects"]:
                return self._collection(call)
            case ["batch"]:
                return self._batch(call)
            case ["tree", name]:
                call.allow("POST")
                sobject = named(name)
                must_be_writable(sobject)
                status, answer = tree.create_tree(self.records, sobject, call.json())
                return Response(status, answer)
            case ["sobjects", name]:
                return retrieve_many(self.records, call, named(name))
            case ["sobjects", name, by]:
                call.allow("PATCH")
                sobject = named(name)
                must_be_writable(sobject)
                found = upsert_field(self.records.seen(sobject), by)
                return Response(200, collection_calls.upsert_many(self.records, sobject, found, call.json()))
        raise not_found()

    def _sobject_resource(self, call: Call, parts: Sequence[str]) -> Response:
        match parts:
            case []:
                call.allow("GET", "HEAD")
                every: list[JsonValue] = [summary(sobject, call.base) for sobject in SOBJECTS.values()]
                return Response(200, {"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": every})
            case [name]:
                return self._of_records.of_object(call, named(name))
            case [name, "describe"]:
                call.allow("GET", "HEAD")
                sobject = self.records.seen(named(name))
                return Response(200, describe(sobject, call.base, self.records.record_types(sobject)))
            case [name, record_id]:
                return self._of_records.by_id(call, named(name), record_id)
            case [name, by, value]:
                return self._of_records.by_external_id(call, named(name), by, value)
        raise not_found()

    def _collection(self, call: Call) -> Response:
        call.allow("POST", "PATCH", "DELETE")
        match call.request.method:
            case "POST":
                return Response(200, collection_calls.create_many(self.records, call.json()))
            case "PATCH":
                return Response(200, collection_calls.update_many(self.records, call.json()))
        ids = [each for each in call.parameter("ids", "").split(",") if each]
        all_or_none = call.parameter("allOrNone", "false").lower() == "true"
        return Response(200, collection_calls.delete_many(self.records, ids, all_or_none=all_or_none))

    def _predupe(self, call: Call) -> Response:
        """The UI API's check for duplicates without a save. How it words its refusals is not looked into here."""
        call.allow("POST")
        body = call.json()
        name, values = (body.get("apiName"), body.get("fields")) if isinstance(body, dict) else (None, None)
        if not isinstance(name, str) or not isinstance(values, dict):
            raise ApiError(400, "ILLEGAL_QUERY_PARAMETER_VALUE", "apiName and fields must be given")
        sobject = named(name)
        row = changes_of(self.records.seen(sobject), values, creating=True)
        return Response(200, self.records.duplicates.before_saving(sobject, row))

    def _composite(self, call: Call) -> Response:
        call.allow("POST")
        subrequests, all_or_none = composite.parse(call.json())
        with self.records.store.transaction() as work:
            results, undo = composite.run(subrequests, all_or_none, lambda part: self._subrequest(call, part))
            if undo:
                work.undo()
        return Response(200, {"compositeResponse": results})

    def _batch(self, call: Call) -> Response:
        call.allow("POST")
        parts, halt_on_error = batch.parse(call.json())
        return Response(200, batch.run(parts, halt_on_error, lambda part: self._subrequest(call, part)))

    def _subrequest(self, call: Call, request: Request) -> Response:
        resource = request.path.strip("/").split("/")[3:]
        if resource[:1] == ["composite"] and resource[1:2] != ["sobjects"]:
            message = "Composite requests cannot be nested"
            return Response(400, ApiError(400, "INVALID_INPUT", message).body())
        with self.records.store.transaction() as work:
            # That a part takes over the header of the whole call, unless it has its own, is a guess.
            assign = request.headers.get(assignment.HEADER, call.request.headers.get(assignment.HEADER, ""))
            response = self.route(replace(request, headers={**request.headers, assignment.HEADER: assign}))
            if response.status >= 300:
                work.undo()
        return response


def _versions() -> JsonValue:
    return [
        {"label": f"API {version}.0", "url": f"/services/data/v{version}.0", "version": f"{version}.0"}
        for version in range(OLDEST_VERSION, NEWEST_VERSION + 1)
    ]


def _resources(base: str) -> JsonObject:
    return {
        name: f"{base}/{name}"
        for name in ("composite", "limits", "parameterizedSearch", "query", "queryAll", "search", "sobjects")
    }
