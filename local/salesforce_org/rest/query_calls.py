"""/query, /queryAll with their pages, /search and /parameterizedSearch."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from urllib.parse import parse_qs

from local.salesforce_org.control.behaviour import Behaviour
from local.salesforce_org.errors import ApiError
from local.salesforce_org.messages import JsonObject, JsonValue, Response, Scalar
from local.salesforce_org.query.plan import Plan
from local.salesforce_org.query.prepared import plan_of
from local.salesforce_org.records.saving import Records
from local.salesforce_org.schema.ids import make_id
from local.salesforce_org.search import parameterized_search
from local.salesforce_org.search.searcher import Searcher

from .call import Call
from .rows_as_json import found_json, record_json

_VERSION_WITH_SEARCH_RECORDS = 37


@dataclass(frozen=True)
class QueryCalls:
    """Open query cursors live here."""

    records: Records
    behaviour: Behaviour
    _cursors: dict[str, tuple[Plan, list[tuple[Scalar, ...]]]] = field(default_factory=dict)
    _cursor_numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def forget_cursors(self) -> None:
        self._cursors.clear()

    def query(self, call: Call, kind: str) -> Response:
        text = call.parameter("q", "")
        if not text.strip():
            raise ApiError(400, "MALFORMED_QUERY", "SOQL statement cannot be empty")
        include_deleted = kind == "queryAll"
        plan = plan_of(text, self.records.now(), include_deleted=include_deleted, visible=self.records.seen)
        rows = self.records.store.run(plan)
        if plan.is_count:
            return Response(200, {"totalSize": rows[0][0], "done": True, "records": []})
        locator = make_id("01g", next(self._cursor_numbers))
        if len(rows) > call.page_size():
            self._cursors[locator] = (plan, rows)
        return self._page(call, f"{kind}/{locator}", plan, rows, start=0)

    def search(self, call: Call, kind: str) -> Response:
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
        records: list[JsonValue] = [found_json(call.base, plan, row) for plan, rows in found for row in rows]
        # Older versions answer the bare list; the exact cut-over is not documented.
        return Response(200, {"searchRecords": records} if call.version >= _VERSION_WITH_SEARCH_RECORDS else records)

    def next_page(self, call: Call, text: str, kind: str) -> Response:
        locator, _, start = text.partition("-")
        if locator not in self._cursors or not start.isdigit():
            raise ApiError(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
        plan, rows = self._cursors[locator]
        return self._page(call, f"{kind}/{locator}", plan, rows, start=int(start))

    def _page(self, call: Call, cursor: str, plan: Plan, rows: Sequence[tuple[Scalar, ...]], *, start: int) -> Response:
        end = start + call.page_size()
        body: JsonObject = {"totalSize": len(rows), "done": end >= len(rows)}
        if end < len(rows):
            body["nextRecordsUrl"] = f"{call.base}/{cursor}-{end}"
        body["records"] = [record_json(call.base, plan, row) for row in rows[start:end]]
        return Response(200, body)
