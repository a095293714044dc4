"""The REST resources: an authorised Request to a Response, by path and method.

Nothing here knows of sockets, sessions or faults. `route` is also what a composite request calls for its parts.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count
from typing import NoReturn
from urllib.parse import parse_qs, unquote

from . import assignment, batch, collection_calls, composite, parameterized_search, tree
from .behaviour import Behaviour
from .describe import describe, summary
from .duplicate_rules import HEADER, save_options
from .errors import ApiError, RecordError, not_found
from .fields import SOBJECTS, SObject, sobject_named
from .ids import make_id, normal_id
from .messages import JsonObject, JsonValue, Request, Response, Scalar
from .query import Plan, Relationship, compile_query
from .quota import Quota
from .records import Records, SeveralMatches, Upserted, upsert_field
from .references import INVALID_CROSS_REFERENCE
from .search import Searcher
from .store import read_value
from .validation import changes_of

OLDEST_VERSION, NEWEST_VERSION = 31, 68
LARGEST_PAGE, SMALLEST_PAGE = 2_000, 200  # rows
# Older versions answer an upsert that changed a record with 204 and no body; the exact cut-over is not documented.
_VERSION_WITH_CREATED = 46
_VERSION_WITH_PREDUPE = 50
_VERSION_WITH_SEARCH_RECORDS = 37
_VERSION = re.compile(r"v(\d+)\.0")
_BATCH_SIZE = re.compile(r"batchSize\s*=\s*(\d+)", re.IGNORECASE)
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


@dataclass
class Api:
    """Open query cursors live here."""

    records: Records
    quota: Quota
    behaviour: Behaviour = field(default_factory=Behaviour)
    _cursors: dict[str, tuple[Plan, list[tuple[Scalar, ...]]]] = field(default_factory=dict)
    _cursor_numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def forget_cursors(self) -> None:
        self._cursors.clear()

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
            _allow(request, "GET", "HEAD")
            return Response(200, _versions())
        call = _Call(request, _version(parts[2]))
        self.records.auto_assign = request.headers.get(assignment.HEADER, "")
        options = save_options(request.headers.get(HEADER, ""), call.version, call.base)
        with self.records.duplicates.during(options):
            return self._resource(call, parts[3:])

    def _resource(self, call: "_Call", parts: Sequence[str]) -> Response:
        match parts:
            case ["composite", *rest]:
                return self._composite_resource(call, rest)
            case ["sobjects", *rest]:
                return self._sobject_resource(call, rest)
            case ["ui-api", "predupe"] if call.version >= _VERSION_WITH_PREDUPE:
                return self._predupe(call)
            case ["query" | "queryAll" as kind, *rest] if len(rest) < 2:
                call.allow("GET", "HEAD")
                return self._next_page(call, rest[0], kind) if rest else self._query(call, kind)
            case ["search" | "parameterizedSearch" as kind]:
                return self._search(call, kind)
            case [] | ["limits"]:
                call.allow("GET", "HEAD")
                return Response(200, self.quota.limits() if parts else _resources(call.base))
        raise not_found()

    def _composite_resource(self, call: "_Call", parts: Sequence[str]) -> Response:
        match parts:
            case []:
                return self._composite(call)
            case ["sobjects"]:
                return self._collection(call)
            case ["batch"]:
                return self._batch(call)
            case ["tree", name]:
                call.allow("POST")
                sobject = _sobject(name)
                _must_be_writable(sobject)
                status, answer = tree.create_tree(self.records, sobject, call.json())
                return Response(status, answer)
            case ["sobjects", name]:
                return self._retrieve_many(call, _sobject(name))
            case ["sobjects", name, by]:
                call.allow("PATCH")
                sobject = _sobject(name)
                _must_be_writable(sobject)
                found = upsert_field(self.records.seen(sobject), by)
                return Response(200, collection_calls.upsert_many(self.records, sobject, found, call.json()))
        raise not_found()

    def _sobject_resource(self, call: "_Call", parts: Sequence[str]) -> Response:
        match parts:
            case []:
                call.allow("GET", "HEAD")
                every: list[JsonValue] = [summary(sobject, call.base) for sobject in SOBJECTS.values()]
                return Response(200, {"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": every})
            case [name]:
                return self._object(call, _sobject(name))
            case [name, "describe"]:
                call.allow("GET", "HEAD")
                sobject = self.records.seen(_sobject(name))
                return Response(200, describe(sobject, call.base, self.records.record_types(sobject)))
            case [name, record_id]:
                return self._record(call, _sobject(name), record_id)
            case [name, by, value]:
                return self._by_external_id(call, _sobject(name), by, value)
        raise not_found()

    def _object(self, call: "_Call", sobject: SObject) -> Response:
        call.allow("GET", "HEAD", "POST")
        if call.request.method != "POST":
            return Response(200, {"objectDescribe": summary(sobject, call.base), "recentItems": []})
        _must_be_writable(sobject)
        record_id = self.records.create(sobject, call.record_body(forbidden=("Id",)))
        return self._saved(call, sobject, record_id, created=None)

    def _record(self, call: "_Call", sobject: SObject, text: str) -> Response:
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
                _must_be_writable(sobject)
                self.records.update(sobject, record_id, call.record_body(forbidden=("Id",)))
                return Response(204)
            case "DELETE":
                _must_be_writable(sobject)
                self.records.delete(sobject, record_id)
                return Response(204)
        return Response(200, self._shown(call, sobject, record_id))

    def _by_external_id(self, call: "_Call", sobject: SObject, by: str, value: str) -> Response:
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
            _must_be_writable(sobject)
            self.records.delete(sobject, record_id)
            return Response(204)
        return Response(200, self._shown(call, sobject, record_id))

    def _upsert(self, call: "_Call", sobject: SObject, by: str, value: str) -> Response:
        _must_be_writable(sobject)
        field = upsert_field(self.records.seen(sobject), by)
        payload = call.record_body(forbidden=("Id", field.name))
        update_only = call.parameter("updateOnly", "false").lower() == "true"
        key = (normal_id(value) or value) if field.type == "id" else value
        done: Upserted = self.records.upsert(sobject, field, key, payload, update_only=update_only)
        return self._saved(call, sobject, done.record_id, created=done.created)

    def _saved(self, call: "_Call", sobject: SObject, record_id: str, *, created: bool | None) -> Response:
        body: JsonObject = {"id": record_id, "success": True, "errors": []}
        modern = call.version >= _VERSION_WITH_CREATED
        if created is not None and modern:
            body["created"] = created
        if created is False:
            with_body = modern and self.behaviour.upsert_update_status == 200
            return Response(200, body) if with_body else Response(204)
        return Response(201, body, {"Location": f"{call.base}/sobjects/{sobject.name}/{record_id}"})

    def _shown(self, call: "_Call", sobject: SObject, record_id: str) -> JsonObject:
        wanted = [name.strip() for name in call.parameter("fields", "").split(",") if name.strip()]
        values = self.records.retrieve(sobject, record_id)
        seen = self.records.seen(sobject)
        shown: JsonObject = {"attributes": _attributes(call.base, sobject.name, record_id)}
        if not wanted:
            return shown | values
        for name in [*wanted, "Id"]:
            field = seen.field(name)
            if field is None:
                raise ApiError(400, "INVALID_FIELD", f"No such column '{name}' on sobject of type {sobject.name}")
            shown[field.name] = values[field.name]
        return shown

    def _collection(self, call: "_Call") -> Response:
        call.allow("POST", "PATCH", "DELETE")
        match call.request.method:
            case "POST":
                return Response(200, collection_calls.create_many(self.records, call.json()))
            case "PATCH":
                return Response(200, collection_calls.update_many(self.records, call.json()))
        ids = [each for each in call.parameter("ids", "").split(",") if each]
        all_or_none = call.parameter("allOrNone", "false").lower() == "true"
        return Response(200, collection_calls.delete_many(self.records, ids, all_or_none=all_or_none))

    def _predupe(self, call: "_Call") -> Response:
        """The UI API's check for duplicates without a save. How it words its refusals is not looked into here."""
        call.allow("POST")
        body = call.json()
        name, values = (body.get("apiName"), body.get("fields")) if isinstance(body, dict) else (None, None)
        if not isinstance(name, str) or not isinstance(values, dict):
            raise ApiError(400, "ILLEGAL_QUERY_PARAMETER_VALUE", "apiName and fields must be given")
        sobject = _sobject(name)
        row = changes_of(self.records.seen(sobject), values, creating=True)
        return Response(200, self.records.duplicates.before_saving(sobject, row))

    def _retrieve_many(self, call: "_Call", sobject: SObject) -> Response:
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
        collection_calls.check_size(len(ids))
        malformed = next((each for each in ids if normal_id(str(each)) is None), None)
        if malformed is not None:
            raise ApiError(400, "MALFORMED_ID", f"malformed id {malformed}")
        seen, fields = self.records.seen(sobject), []
        for name in dict.fromkeys([*(str(each) for each in names), "Id"]):
            field = seen.field(name)
            if field is None:
                raise ApiError(400, "INVALID_FIELD", f"No such column '{name}' on sobject of type {sobject.name}")
            fields.append(field.name)
        results: list[JsonValue] = []
        for text in ids:
            record_id = normal_id(str(text))
            row = self.records.store.get(sobject, record_id) if record_id else None
            if record_id is None or row is None or row.get("IsDeleted"):
                results.append(None)
                continue
            values = self.records.retrieve(sobject, record_id)
            shown: JsonObject = {"attributes": _attributes(call.base, sobject.name, record_id)}
            results.append(shown | {name: values[name] for name in fields})
        return Response(200, results)

    def _composite(self, call: "_Call") -> Response:
        call.allow("POST")
        subrequests, all_or_none = composite.parse(call.json())
        with self.records.store.transaction() as work:
            results, undo = composite.run(subrequests, all_or_none, lambda part: self._subrequest(call, part))
            if undo:
                work.undo()
        return Response(200, {"compositeResponse": results})

    def _batch(self, call: "_Call") -> Response:
        call.allow("POST")
        parts, halt_on_error = batch.parse(call.json())
        return Response(200, batch.run(parts, halt_on_error, lambda part: self._subrequest(call, part)))

    def _subrequest(self, call: "_Call", request: Request) -> Response:
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

    def _query(self, call: "_Call", kind: str) -> Response:
        text = call.parameter("q", "")
        if not text.strip():
            raise ApiError(400, "MALFORMED_QUERY", "SOQL statement cannot be empty")
        include_deleted = kind == "queryAll"
        plan = compile_query(text, self.records.now(), include_deleted=include_deleted, visible=self.records.seen)
        rows = self.records.store.run(plan)
        if plan.is_count:
            return Response(200, {"totalSize": rows[0][0], "done": True, "records": []})
        locator = make_id("01g", next(self._cursor_numbers))
        if len(rows) > call.page_size():
            self._cursors[locator] = (plan, rows)
        return self._page(call, f"{kind}/{locator}", plan, rows, start=0)

    def _search(self, call: "_Call", kind: str) -> Response:
        call.allow(*("GET", "HEAD") if kind == "search" else ("GET", "HEAD", "POST"))
        if kind == "search":
            text = call.parameter("q", "")
        elif call.request.method == "POST":
            text = parameterized_search.sosl_of_body(call.json())
        else:
            given = parse_qs(call.request.query_string, keep_blank_values=True)
            text = parameterized_search.sosl_of_parameters(given)
        lag = timedelta(seconds=self.behaviour.search_lag_seconds)
        found = Searcher(self.records.store, self.records.now(), lag, self.records.seen).find(text)
        records: list[JsonValue] = [_found(call.base, plan, row) for plan, rows in found for row in rows]
        # Older versions answer the bare list; the exact cut-over is not documented.
        return Response(200, {"searchRecords": records} if call.version >= _VERSION_WITH_SEARCH_RECORDS else records)

    def _next_page(self, call: "_Call", text: str, kind: str) -> Response:
        locator, _, start = text.partition("-")
        if locator not in self._cursors or not start.isdigit():
            raise ApiError(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
        plan, rows = self._cursors[locator]
        return self._page(call, f"{kind}/{locator}", plan, rows, start=int(start))

    def _page(
        self, call: "_Call", cursor: str, plan: Plan, rows: Sequence[tuple[Scalar, ...]], *, start: int
    ) -> Response:
        end = start + call.page_size()
        body: JsonObject = {"totalSize": len(rows), "done": end >= len(rows)}
        if end < len(rows):
            body["nextRecordsUrl"] = f"{call.base}/{cursor}-{end}"
        body["records"] = [_record(call.base, plan, row) for row in rows[start:end]]
        return Response(200, body)


@dataclass(frozen=True)
class _Call:
    """One request within one API version."""

    request: Request
    version: int

    @property
    def base(self) -> str:
        return f"/services/data/v{self.version}.0"

    def allow(self, *methods: str) -> None:
        _allow(self.request, *methods)

    def parameter(self, name: str, default: str) -> str:
        values = parse_qs(self.request.query_string, keep_blank_values=True).get(name)
        return values[0] if values else default

    def page_size(self) -> int:
        found = _BATCH_SIZE.search(self.request.headers.get("sforce-query-options", ""))
        return max(SMALLEST_PAGE, min(LARGEST_PAGE, int(found[1]))) if found else LARGEST_PAGE

    def json(self) -> JsonValue:
        content_type = self.request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if content_type != "application/json":
            message = f"Content-Type header specified in HTTP request is not supported: {content_type}"
            raise ApiError(415, "UNSUPPORTED_MEDIA_TYPE", message)
        return parse_json(self.request.body)

    def record_body(self, forbidden: Sequence[str]) -> JsonObject:
        """The fields of one record. The id fields belong in the URL: in the body they are an error."""
        body = self.json()
        if not isinstance(body, dict):
            raise ApiError(400, "JSON_PARSER_ERROR", "Cannot deserialize instance of sobject at [line:1, column:1]")
        for name in body:
            if name.lower() in {each.lower() for each in forbidden}:
                message = f"The {name} field should not be specified in the sobject data."
                raise ApiError(400, "INVALID_FIELD", message)
        return body


def _refuse_constant(text: str) -> NoReturn:
    raise ValueError(text)


def parse_json(body: bytes) -> JsonValue:
    """Raises the org's JSON_PARSER_ERROR."""
    try:
        parsed: JsonValue = json.loads(body, parse_constant=_refuse_constant)
        # Half a surrogate pair parses, but is no text that could be stored.
        json.dumps(parsed, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        where = f"at [line:{error.lineno}, column:{error.colno}]"
        raise ApiError(400, "JSON_PARSER_ERROR", f"{error.msg} {where}") from None
    except (ValueError, RecursionError):
        raise ApiError(400, "JSON_PARSER_ERROR", "Unexpected character at [line:1, column:1]") from None
    return parsed


def _allow(request: Request, *methods: str) -> None:
    if request.method not in methods:
        # Real orgs name HEAD before GET.
        allowed = sorted(methods, key=lambda name: name != "HEAD")
        message = f"HTTP Method '{request.method}' not allowed. Allowed are {','.join(allowed)}"
        raise ApiError(405, "METHOD_NOT_ALLOWED", message)


def _version(text: str) -> int:
    match = _VERSION.fullmatch(text)
    version = int(match[1]) if match else 0
    if match and version < OLDEST_VERSION:
        raise ApiError(410, "GONE", "The requested API version has been retired.")
    if not match or version > NEWEST_VERSION:
        raise not_found()
    return version


def _sobject(name: str) -> SObject:
    sobject = sobject_named(name)
    if sobject is None:
        raise not_found()
    return sobject


def _must_be_writable(sobject: SObject) -> None:
    if not sobject.writable:
        message = f"entity type {sobject.name} does not support this operation"
        raise ApiError(400, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", message)


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


def _attributes(base: str, kind: str, record_id: str) -> JsonObject:
    return {"type": kind, "url": f"{base}/sobjects/{kind}/{record_id}"}


def _record(base: str, plan: Plan, row: Sequence[Scalar]) -> JsonObject:
    """One row of a query as nested JSON; a relationship that leads nowhere is null."""
    record: JsonObject = {"attributes": _attributes(base, plan.sobject.name, str(row[0]))}
    for column, value in zip(plan.columns, row[1:], strict=False):
        holder = _holder(base, plan.relationships, row, record, column.path)
        if holder is not None:
            holder[column.path[-1]] = read_value(column.field, value)
    return record


def _found(base: str, plan: Plan, row: Sequence[Scalar]) -> JsonObject:
    """One row of a search; without a field list it shows the Id."""
    record = _record(base, plan, row)
    return record if plan.columns else {**record, "Id": row[0]}


def _holder(
    base: str,
    relationships: Mapping[tuple[str, ...], Relationship],
    row: Sequence[Scalar],
    record: JsonObject,
    path: tuple[str, ...],
) -> JsonObject | None:
    """The object that a column's value belongs in; None when a relationship on the way leads nowhere."""
    holder = record
    for depth in range(1, len(path)):
        nested = _nested(base, relationships, row, holder, path[:depth])
        if nested is None:
            return None
        holder = nested
    return holder


def _nested(
    base: str,
    relationships: Mapping[tuple[str, ...], Relationship],
    row: Sequence[Scalar],
    parent: JsonObject,
    path: tuple[str, ...],
) -> JsonObject | None:
    relationship = relationships[path]
    record_id, kind = row[relationship.position], row[relationship.position + 1]
    if record_id is None:
        parent[path[-1]] = None
        return None
    existing = parent.get(path[-1])
    if isinstance(existing, dict):
        return existing
    attributes = _attributes(base, str(kind), str(record_id))
    if relationship.polymorphic:
        attributes["type"] = "Name"
    nested: JsonObject = {"attributes": attributes}
    parent[path[-1]] = nested
    return nested
