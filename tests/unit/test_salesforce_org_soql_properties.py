"""Generated WHERE clauses: the rows that the stand-in finds against what a direct reading of each row says."""

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local.salesforce_org import Org
from local.salesforce_org.schema.fields import SOBJECTS

COMPARED: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
TEXTS = ["a", "A", "ab", "aB", "Ba", "a%", "a_b", "%", "é", "É", "x'y", 'x"y', "b\\n", "two\nlines", " a"]
NUMBERS = [-1, 0, 1, 5, 10]
TEXT_FIELDS, NUMBER_FIELDS, FLAG_FIELDS = ["City", "State"], ["NumberOfEmployees"], ["IsUnreadByOwner"]
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "City": st.none() | st.sampled_from(TEXTS),
            "State": st.none() | st.sampled_from(TEXTS),
            "NumberOfEmployees": st.none() | st.sampled_from(NUMBERS),
            "IsUnreadByOwner": st.booleans(),
        }
    ),
    min_size=1,
    max_size=8,
)


@dataclass(frozen=True)
class Clause:
    """A condition as SOQL and as a question about a row."""

    soql: str
    holds: Callable[[Mapping[str, Any]], bool]


def literal(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool | int):
        return str(value).lower()
    text = value.replace("\\", "\\\\").replace("'", "\\'").replace('"', '\\"').replace("\n", "\\n")
    return f"'{text}'"


def folded(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def compared(field: str, sign: str, value: Any) -> Clause:
    """Case never counts; a blank equals only a blank, and is neither less nor more than anything."""

    def holds(row: Mapping[str, Any]) -> bool:
        own, other = folded(row[field]), folded(value)
        if sign in {"=", "!="}:
            return COMPARED[sign](own, other)
        return own is not None and COMPARED[sign](own, other)

    return Clause(f"{field} {sign} {literal(value)}", holds)


def listed(field: str, values: list[Any], *, negated: bool) -> Clause:
    def holds(row: Mapping[str, Any]) -> bool:
        return (folded(row[field]) in [folded(value) for value in values]) is not negated

    return Clause(f"{field} {'NOT IN' if negated else 'IN'} ({', '.join(map(literal, values))})", holds)


def like(field: str, pattern: list[tuple[str, str]]) -> Clause:
    """A pattern is a list of ("any" | "one" | "text", character)."""
    soql = "".join({"any": "%", "one": "_"}.get(kind, literal_in_pattern(text)) for kind, text in pattern)

    def matched(text: str, rest: list[tuple[str, str]]) -> bool:
        if not rest:
            return not text
        (kind, character), tail = rest[0], rest[1:]
        if kind == "any":
            return any(matched(text[start:], tail) for start in range(len(text) + 1))
        return bool(text) and (kind == "one" or text[0] == character.lower()) and matched(text[1:], tail)

    def holds(row: Mapping[str, Any]) -> bool:
        return row[field] is not None and matched(row[field].lower(), pattern)

    return Clause(f"{field} LIKE '{soql}'", holds)


def literal_in_pattern(text: str) -> str:
    return f"\\{text}" if text in "%_" else literal(text)[1:-1]


def negated(clause: Clause) -> Clause:
    return Clause(f"(NOT {clause.soql})", lambda row: not clause.holds(row))


def joined(word: str, clauses: list[Clause]) -> Clause:
    every = all if word == "AND" else any
    return Clause(
        f"({f' {word} '.join(clause.soql for clause in clauses)})",
        lambda row: every(clause.holds(row) for clause in clauses),
    )


def single() -> st.SearchStrategy[Clause]:
    texts, numbers = st.sampled_from(TEXT_FIELDS), st.sampled_from(NUMBER_FIELDS)
    some_texts = st.none() | st.sampled_from(TEXTS)
    piece = st.sampled_from([("any", ""), ("one", ""), *(("text", each) for each in "aBé%_'\n")])
    return st.one_of(
        st.builds(compared, texts, st.sampled_from(["=", "!="]), some_texts),
        st.builds(compared, texts, st.sampled_from(list(COMPARED)), st.sampled_from(TEXTS)),
        st.builds(compared, numbers, st.sampled_from(["=", "!="]), st.none() | st.sampled_from(NUMBERS)),
        st.builds(compared, numbers, st.sampled_from(list(COMPARED)), st.sampled_from(NUMBERS)),
        st.builds(compared, st.sampled_from(FLAG_FIELDS), st.sampled_from(["=", "!="]), st.booleans()),
        st.builds(listed, texts, st.lists(some_texts, min_size=1, max_size=3), negated=st.booleans()),
        st.builds(listed, numbers, st.lists(st.sampled_from(NUMBERS), min_size=1, max_size=3), negated=st.booleans()),
        st.builds(like, texts, st.lists(piece, min_size=1, max_size=4)),
    )


def trees() -> st.SearchStrategy[Clause]:
    return st.recursive(
        single(),
        lambda inner: (
            st.builds(negated, inner)
            | st.builds(joined, st.sampled_from(["AND", "OR"]), st.lists(inner, min_size=2, max_size=3))
        ),
        max_leaves=8,
    )


@pytest.fixture(scope="module")
def org() -> Iterator[Org]:
    """One for all examples: a new one for each would take most of the time."""
    with Org(":memory:", now=lambda: datetime(2026, 1, 1, tzinfo=UTC)) as org:
        yield org


@settings(max_examples=300)
@given(rows=ROWS, clause=trees())
def test_a_query_finds_exactly_the_rows_that_its_conditions_hold_for(
    org: Org, rows: list[dict[str, Any]], clause: Clause
) -> None:
    with org.work() as records:
        records.store.remove_all(SOBJECTS["Lead"])
    for number, row in enumerate(rows):
        org.add("Lead", {"LastName": str(number), "Company": "x", **row})
    soql = f"SELECT LastName FROM Lead WHERE {clause.soql}"  # noqa: S608 - made up above
    response: Any = org.call("GET", f"query?{urlencode({'q': soql})}")
    assert response.status == 200, response.body
    found = [int(record["LastName"]) for record in response.body["records"]]
    assert found == [number for number, row in enumerate(rows) if clause.holds(row)]
