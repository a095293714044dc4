"""What a search finds: an index of words over the records, as old as the org's search lag.

A real index is behind the records by an unknown time, so nothing that must be sure (is this person there already?)
may ask it. What was changed within the lag is not found at all here; a real org would still find it by its old words.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from local.salesforce_org.messages import Row, Scalar
from local.salesforce_org.query.moments import stored_datetime
from local.salesforce_org.query.plan import Plan, compile_tree
from local.salesforce_org.query.scopes import Visible, whole
from local.salesforce_org.query.soql_text import stand_in_limit
from local.salesforce_org.query.soql_tree import Query
from local.salesforce_org.records.store import Store
from local.salesforce_org.schema.fields import SOBJECTS, SObject

from .sosl import MOST_ROWS, Group, Search, parse_search
from .sosl_terms import Term, Text, indexed, matches

_MOST_UNFILTERED = 250  # rows of an object, unless one object is asked for with WHERE or ORDER BY
_SEARCHABLE = frozenset({"Lead", "Contact", "Account", "Opportunity", "Campaign", "Task", "User"})
_NAME_FIELDS = {
    "Account": ("Name", "Website", "Site"),
    "Contact": ("Name", "AssistantName"),
    "Lead": ("Name", "Company"),
    "Task": ("Subject",),
}
"""What IN NAME FIELDS searches besides the object's Name, as far as the stand-in has it."""
_WORD_TYPES = frozenset({"string", "textarea", "phone", "email", "url", "combobox"})
"""Which fields have words in the index is a guess as far as picklists go, which are left out."""

type Rows = list[tuple[Scalar, ...]]


@dataclass(frozen=True)
class Searcher:
    """`visible` gives an object as the user sees it."""

    store: Store
    now: datetime
    lag: timedelta
    visible: Visible = whole

    def find(self, text: str) -> list[tuple[Plan, Rows]]:
        """For each object asked for, in that order, its plan and the rows found."""
        search = parse_search(text)
        queries = search.returning if search.returning is not None else _everything(text)
        most = min(MOST_ROWS // len(queries), _MOST_UNFILTERED)
        found: list[tuple[Plan, Rows]] = []
        for query in queries:
            filtered = len(queries) == 1 and (query.where is not None or bool(query.order))
            found.append(self._rows(query, search, MOST_ROWS if filtered else most))
        total = sum(len(rows) for _, rows in found)
        if total > search.limit and len(found) > 1:
            raise stand_in_limit("a LIMIT that is shared out among several objects")
        return [(plan, rows[: search.limit]) for plan, rows in found]

    def _rows(self, query: Query, search: Search, most: int) -> tuple[Plan, Rows]:
        plan = compile_tree(replace(query, limit=None, offset=0), self.now, visible=self.visible)
        if plan.sobject.name not in _SEARCHABLE:
            raise stand_in_limit(f"searching {plan.sobject.name}")
        hits = set(self._hits(SOBJECTS[plan.sobject.name], search.term, search.group)) if search.term else set()
        rows = [row for row in self.store.run(plan) if row[0] in hits]
        limit = most if query.limit is None else min(query.limit, most)
        return plan, rows[query.offset : query.offset + limit]

    def _hits(self, sobject: SObject, term: Term, group: Group) -> Iterator[str]:
        newest = stored_datetime(self.now - self.lag)
        for row in self.store.all(sobject):
            if not self.lag or str(row.get("SystemModstamp") or "") <= newest:
                texts = [*self._texts(sobject, row, group)]
                if matches(term, texts):
                    yield str(row["Id"])

    def _texts(self, sobject: SObject, row: Row, group: Group) -> Iterator[Text]:
        seen = self.visible(sobject)
        for field in seen.stored:
            value = row.get(field.name)
            if isinstance(value, str) and field.name in _searched(seen, group):
                yield indexed(value, is_phone=field.type == "phone")
        if group == "NAME" and sobject.name == "Contact" and row.get("AccountId"):
            account = self.store.get(SOBJECTS["Account"], str(row["AccountId"]))
            yield indexed(str(account["Name"]) if account else "", is_phone=False)


def _searched(sobject: SObject, group: Group) -> Sequence[str]:
    match group:
        case "ALL":
            return [field.name for field in sobject.stored if field.type in _WORD_TYPES]
        case "EMAIL" | "PHONE":
            return [field.name for field in sobject.stored if field.type == group.lower()]
        case "NAME":
            return _NAME_FIELDS.get(sobject.name, ("Name",))
    raise stand_in_limit("IN SIDEBAR FIELDS")


def _everything(text: str) -> tuple[Query, ...]:
    return tuple(Query(text, (), name, 0) for name in SOBJECTS if name in _SEARCHABLE)
