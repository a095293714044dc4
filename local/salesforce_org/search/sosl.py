"""SOSL text: FIND {...} IN ... FIELDS RETURNING ... LIMIT n. What RETURNING asks for is SOQL in other clothes."""

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final, Literal

from lark import Lark, Token, v_args

from local.salesforce_org.errors import ApiError
from local.salesforce_org.query.soql import CLAUSES, NOT_BUILT, Builder, build, check_length
from local.salesforce_org.query.soql_tree import Query

from .sosl_terms import Term, malformed_search, parse_term

type Group = Literal["ALL", "EMAIL", "NAME", "PHONE", "SIDEBAR"]

MOST_ROWS = 2_000
_MAX_OFFSET = 2_000  # rows
_FIND = re.compile(r"\s*find\s*\{((?:[^{}\\]|\\.)*)\}", re.IGNORECASE | re.DOTALL)
_GRAMMAR: Final = rf"""
search: group? returning? row_limit? | _NEVER not_built
not_built: WITH | UPDATE | USING
%declare _NEVER
group: IN GROUP
returning: RETURNING returned ("," returned)*
returned: NAME | NAME "(" fields where? order_by? limit? offset? ")"
row_limit: limit
{CLAUSES}
GROUP.3: /(all|email|name|phone|sidebar)\s+fields\b/i
RETURNING.2: /returning\b/i
WITH.2: /with\b/i
UPDATE.2: /update\s+(tracking|viewstat)\b/i
"""


@dataclass(frozen=True)
class Search:
    """`term` is None when it is too long to find anything, `returning` is None for every object that can be found.

    A returned object without a field list has no columns.
    """

    term: Term | None
    group: Group
    returning: tuple[Query, ...] | None
    limit: int


@v_args(inline=True)
class _SearchBuilder(Builder):
    def search(self, *clauses: dict[str, Any]) -> dict[str, Any]:
        return {key: value for clause in clauses for key, value in clause.items()}

    def group(self, _in: Token, group: Token) -> dict[str, Any]:
        return {"group": group.split()[0].upper()}

    def returning(self, _returning: Token, *queries: Query) -> dict[str, Any]:
        return {"returning": queries}

    def returned(self, name: Token, columns: Any = (), *clauses: Any) -> Query:
        return self.build(columns, name, None, list(clauses))

    def row_limit(self, limit: dict[str, Any]) -> dict[str, Any]:
        if limit["limit"] > MOST_ROWS:
            raise malformed_search(f"SOSL limit should be between 1 to {MOST_ROWS}")
        return limit

    def offset(self, _offset: Token, number: Token) -> dict[str, Any]:
        if not number.isdigit() or int(number) > _MAX_OFFSET:
            raise malformed_search(f"SOSL offset should be between 0 to {_MAX_OFFSET}")
        return {"offset": int(number)}


@cache
def _parser() -> Lark:
    return Lark(_GRAMMAR, start="search", parser="lalr", lexer="basic", maybe_placeholders=False)


@lru_cache(maxsize=256)
def parse_search(text: str) -> Search:
    """Raises ApiError MALFORMED_SEARCH, INVALID_SEARCH or, for what is not built here, STAND_IN_LIMIT."""
    check_length(text, "MALFORMED_SEARCH")
    found = _FIND.match(text)
    if found is None:
        raise malformed_search("No search term found. The search term must be enclosed in braces.")
    term = parse_term(found[1])
    # Line breaks stay where they are, so that errors name the right row and column.
    padded = re.sub(r"[^\n]", " ", found[0]) + text[found.end() :]
    try:
        clauses = build(_parser(), text, padded, _SearchBuilder(text), NOT_BUILT | {"USING"})
    except ApiError as error:
        if error.code == "MALFORMED_QUERY":
            raise malformed_search(error.message) from None
        raise
    search = Search(term, clauses.get("group", "ALL"), clauses.get("returning"), clauses.get("limit", MOST_ROWS))
    _check_returning(search.returning or ())
    return search


def _check_returning(queries: tuple[Query, ...]) -> None:
    names = [query.sobject.lower() for query in queries]
    if len(set(names)) < len(names):
        raise malformed_search("duplicate object type in RETURNING")
    if len(names) > 1 and any(query.offset for query in queries):
        raise malformed_search("OFFSET can only be used when querying a single object")
