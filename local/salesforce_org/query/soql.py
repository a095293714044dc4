"""SOQL text to a syntax tree, with the real org's refusals.

The grammar is the part of SOQL that the project uses, as strict as the real one there: AND and OR never mix without
parentheses, NOT stands alone or in parentheses, a backslash escapes only what the reference lists. What is valid
SOQL but not built here (GROUP BY, functions, child sub-queries, FOR VIEW) is refused as a limit of the stand-in,
never answered wrongly.
"""

import re
from collections.abc import Set
from functools import cache, lru_cache
from typing import Any, Final

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken, VisitError

from local.salesforce_org.errors import ApiError

from .moments import is_date_literal
from .shapes import filled, shape_of
from .soql_text import malformed, stand_in_limit
from .soql_tree import (
    All,
    AnyOf,
    Comparison,
    Condition,
    FieldGroup,
    LiteralKind,
    Not,
    Path,
    Query,
    SemiJoin,
    Sort,
    Value,
)

MAX_STATEMENT = 100_000  # characters
MAX_STRING = 4_000  # characters of one string in WHERE
_MAX_OFFSET = 2_000  # rows
_MAX_LIMIT = 2**31 - 1  # rows; more would not fit the database's numbers

CLAUSES: Final = r"""
?columns: fields | count
fields: column ("," column)*
?column: path | field_group
field_group: FIELDS "(" NAME ")"
count: COUNT "(" ")"
using: USING NAME NAME
where: WHERE condition
?condition: simple | conjunction | disjunction | negation
conjunction: simple (AND simple)+
disjunction: simple (OR simple)+
negation: NOT simple
?simple: "(" condition ")" | comparison | membership | semi_join
comparison: path OPERATOR value | path LIKE value
membership: path _set_operator "(" value ("," value)* ")"
semi_join: path IN _OPEN query ")" | path NOT IN _OPEN query ")"
_set_operator: IN | NOT IN | INCLUDES | EXCLUDES
order_by: ORDER_BY sort ("," sort)*
sort: path direction? nulls?
direction: ASC | DESC
nulls: NULLS (FIRST | LAST)
limit: LIMIT NUMBER
offset: OFFSET NUMBER
path: NAME ("." NAME)*
value: STRING | DATETIME | DATE | NUMBER | TRUE | FALSE | NULL | DATE_LITERAL | NAME
query: SELECT columns FROM NAME NAME? using? where? order_by? limit? offset?

SELECT.2: /select\b/i
FROM.2: /from\b/i
USING.2: /using\b/i
WHERE.2: /where\b/i
AND.2: /and\b/i
OR.2: /or\b/i
NOT.2: /not\b/i
IN.2: /in\b/i
LIKE.2: /like\b/i
INCLUDES.2: /includes\b/i
EXCLUDES.2: /excludes\b/i
ORDER_BY.2: /order\s+by\b/i
ASC.2: /asc\b/i
DESC.2: /desc\b/i
NULLS.2: /nulls\b/i
FIRST.2: /first\b/i
LAST.2: /last\b/i
LIMIT.2: /limit\b/i
OFFSET.2: /offset\b/i
TRUE.2: /true\b/i
FALSE.2: /false\b/i
NULL.2: /null\b/i
COUNT.2: /count(?=\s*\()/i
FIELDS.2: /fields(?=\s*\()/i
_OPEN.2: /\((?=\s*select\b)/i
OPERATOR: /!=|<>|<=|>=|=|<|>/
STRING: /'(?:[^'\\\r\n]|\\.)*'/
DATETIME.3: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)/
DATE.2: /\d{4}-\d\d-\d\d/
DATE_LITERAL.3: /[A-Za-z]+(?:_[A-Za-z]+)+:\d+/
NUMBER: /-?\d+(?:\.\d+)?/
NAME: /[A-Za-z][A-Za-z0-9_]*/
%ignore /\s+/
"""
"""What SOQL and the RETURNING of SOSL have in common."""

_GRAMMAR = rf"""
start: query | _NEVER not_built
not_built: WITH | GROUP_BY | HAVING | TYPEOF | FOR | UPDATE | ALL_ROWS
%declare _NEVER
{CLAUSES}
WITH.2: /with\b/i
GROUP_BY.2: /group\s+by\b/i
HAVING.2: /having\b/i
TYPEOF.2: /typeof\b/i
FOR.2: /for\s+(view|reference|update)\b/i
UPDATE.2: /update\s+(tracking|viewstat)\b/i
ALL_ROWS.2: /all\s+rows\b/i
"""
# Clauses that the grammar never accepts, but knows, to name them when it trips over one.
NOT_BUILT: Final = frozenset({"WITH", "GROUP_BY", "HAVING", "TYPEOF", "FOR", "UPDATE"})
_RESERVED = re.compile(r"(?:select|from|where|and|or|not|in|like|includes|excludes|by|limit|offset)", re.IGNORECASE)
_NO_ALIAS = frozenset({"group", "having", "with"})  # the other words that are no alias are tokens of their own


@v_args(inline=True)
class Builder(Transformer[Token, Any]):
    """Parse tree to syntax tree. lark hands children over untyped, hence Any."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def start(self, query: Query) -> Query:
        return query

    def query(self, _select: Token, columns: tuple[Path, ...] | None, _from: Token, name: Token, *rest: Any) -> Query:
        alias, clauses = None, list(rest)
        if clauses and isinstance(clauses[0], Token):
            alias = clauses.pop(0)
            if alias.lower() in _NO_ALIAS:
                raise malformed(self._text, alias.start_pos or 0, f"unexpected token: '{alias}'")
        return self.build(columns, name, str(alias) if alias else None, clauses)

    def build(
        self, columns: tuple[Path, ...] | None, name: Token, alias: str | None, clauses: list[dict[str, Any]]
    ) -> Query:
        given = {key: value for clause in clauses for key, value in clause.items()}
        return Query(
            text=self._text,
            columns=columns,
            sobject=str(name),
            sobject_position=name.start_pos or 0,
            alias=alias,
            **given,
        )

    def fields(self, *columns: Path | FieldGroup) -> tuple[Path | FieldGroup, ...]:
        return columns

    def field_group(self, fields: Token, name: Token) -> FieldGroup:
        match name.upper():
            case "ALL" | "STANDARD" | "CUSTOM" as known:
                return FieldGroup(known, fields.start_pos or 0)
        raise malformed(self._text, name.start_pos or 0, f"unexpected token: '{name}'")

    def count(self, _count: Token) -> None:
        return None

    def using(self, using: Token, word: Token, scope: Token) -> dict[str, Any]:
        if word.lower() != "scope":
            raise malformed(self._text, word.start_pos or 0, f"unexpected token: '{word}'")
        if scope.lower() != "everything":
            raise stand_in_limit(f"'{using} {word} {scope}' in SOQL")
        return {}

    def where(self, _where: Token, condition: Condition) -> dict[str, Any]:
        return {"where": condition}

    def conjunction(self, *parts: Any) -> All:
        return All(tuple(part for part in parts if not isinstance(part, Token)))

    def disjunction(self, *parts: Any) -> AnyOf:
        return AnyOf(tuple(part for part in parts if not isinstance(part, Token)))

    def negation(self, _not: Token, condition: Condition) -> Not:
        return Not(condition)

    def comparison(self, path: Path, operator: Token, value: Value) -> Comparison:
        if operator == "<>":
            # Orgs are said to take it for !=, the reference does not have it.
            raise stand_in_limit("'<>' in SOQL")
        return Comparison(path, str(operator).upper(), (value,))  # type: ignore[arg-type]  # the grammar limits it

    def membership(self, path: Path, *rest: Token | Value) -> Comparison:
        operator = " ".join(part.type for part in rest if isinstance(part, Token))
        values = tuple(part for part in rest if isinstance(part, Value))
        return Comparison(path, operator, values)  # type: ignore[arg-type]  # the grammar limits it

    def semi_join(self, path: Path, *rest: Token | Query) -> SemiJoin:
        (select,) = (part for part in rest if isinstance(part, Query))
        words = [part for part in rest if isinstance(part, Token)]
        position = words[-1].end_pos or 0
        return SemiJoin(path, len(words) == 2, select, self._text.index("(", position))

    def order_by(self, _order: Token, *sorts: Sort) -> dict[str, Any]:
        return {"order": sorts}

    def sort(self, path: Path, *modifiers: str) -> Sort:
        return Sort(path, descending="DESC" in modifiers, nulls_last="LAST" in modifiers)

    def direction(self, token: Token) -> str:
        return token.type

    def nulls(self, _nulls: Token, token: Token) -> str:
        return token.type

    def limit(self, _limit: Token, number: Token) -> dict[str, Any]:
        return {"limit": min(self._row_count(number), _MAX_LIMIT)}

    def offset(self, _offset: Token, number: Token) -> dict[str, Any]:
        offset = self._row_count(number)
        if offset > _MAX_OFFSET:
            raise ApiError(400, "NUMBER_OUTSIDE_VALID_RANGE", f"Maximum SOQL offset allowed is {_MAX_OFFSET}")
        return {"offset": offset}

    def path(self, *names: Token) -> Path:
        return Path(tuple(str(name) for name in names), names[0].start_pos or 0)

    def value(self, token: Token) -> Value:
        position = token.start_pos or 0
        match token.type:
            case "STRING":
                if len(token) - 2 > MAX_STRING:
                    raise malformed(self._text, position, f"string literal exceeds {MAX_STRING} characters")
                return Value("string", str(token)[1:-1], position)
            case "TRUE" | "FALSE":
                return Value("boolean", str(token), position)
            case "NAME" | "DATE_LITERAL":
                if not is_date_literal(token):
                    raise malformed(self._text, position, f"unexpected token: '{token}'")
                return Value("date_literal", str(token), position)
        kind: LiteralKind = token.type.lower()  # type: ignore[assignment]  # the grammar limits it
        return Value(kind, str(token), position)

    def _row_count(self, number: Token) -> int:
        if not number.isdigit():
            raise malformed(self._text, number.start_pos or 0, f"unexpected token: '{number}'")
        return int(number)


@cache
def _parser() -> Lark:
    # The basic lexer keeps keywords reserved everywhere, as the real org does.
    return Lark(_GRAMMAR, start="start", parser="lalr", lexer="basic", maybe_placeholders=False)


def _unexpected(text: str, error: UnexpectedInput, not_built: Set[str]) -> ApiError:
    """The org's refusal of the token that the parser tripped over, or the stand-in's of what it does not know."""
    at_end = isinstance(error, UnexpectedToken) and error.token.type == "$END"
    # lark declares this attribute as None and then stores numbers in it.
    position: int | None = getattr(error, "pos_in_stream", None)
    if at_end or position is None:
        position = len(text)
    before, rest = text[:position], text[position:]
    word = match[0] if (match := re.match(r"\w+|\S", rest)) else "<EOF>"
    is_child = re.match(r"\(\s*select\b", rest, re.IGNORECASE) and re.search(r"(?i:\bselect|,)\s*$", before)
    if is_child or (isinstance(error, UnexpectedToken) and error.token.type in not_built):
        return stand_in_limit(f"'{' '.join(rest.split()[:2])}' here in SOQL")
    if isinstance(error, UnexpectedToken) and error.token.type == "ALL_ROWS":
        return malformed(text, position, "ALL ROWS not allowed in this context")
    if isinstance(error, UnexpectedCharacters) and word == ":":
        return malformed(text, position, "Bind variables only allowed in Apex code")
    if _is_call(before, word) or re.match(r"count\s*\(\s*\w", rest, re.IGNORECASE):
        return stand_in_limit("this function in SOQL")
    if not before.strip() and word != "<EOF>":
        # Recorded: what does not even begin as a query is refused without its place.
        return ApiError(400, "MALFORMED_QUERY", f"unexpected token: '{word}'")
    return malformed(text, position, f"unexpected token: '{word}'")


def _is_call(before: str, word: str) -> bool:
    """An unexpected bracket after a name, or something in the brackets of COUNT."""
    if re.search(r"\bcount\s*\(\s*$", before, re.IGNORECASE):
        return re.match(r"\w", word) is not None
    names = re.search(r"(?:(\w+)\s+)?([A-Za-z]\w*)\s*$", before)
    if word != "(" or names is None or (names[1] or "").lower() == "from":
        return False
    return _RESERVED.fullmatch(names[2]) is None


def check_length(text: str, code: str) -> None:
    if len(text) > MAX_STATEMENT:
        kind = "SOSL" if code == "MALFORMED_SEARCH" else "SOQL"
        raise ApiError(400, code, f"{kind} statements cannot be longer than {MAX_STATEMENT} characters.")


def build(parser: Lark, text: str, padded: str, builder: Builder, not_built: Set[str] = NOT_BUILT) -> Any:
    """Parses `padded`, which has what `text` has at the same places, into what the builder makes of it.

    Raises ApiError for what does not parse; a token of a type in `not_built` is a limit of the stand-in.
    """
    try:
        return builder.transform(parser.parse(padded))
    except UnexpectedInput as error:
        raise _unexpected(text, error, not_built) from None
    except VisitError as error:
        if isinstance(error.orig_exc, ApiError):
            raise error.orig_exc from None
        raise
    except RecursionError:
        raise ApiError(400, "QUERY_TOO_COMPLICATED", "the filter conditions are too complicated") from None


@lru_cache(maxsize=256)
def parse(text: str) -> Query:
    """Raises ApiError MALFORMED_QUERY in the org's own words, or STAND_IN_LIMIT for SOQL that is not built here."""
    check_length(text, "MALFORMED_QUERY")
    shape = shape_of(text)
    try:
        tree = parse_whole(shape.text) if shape.longest <= MAX_STRING else None
    except ApiError:
        tree = None  # the refusal must show the statement as it is
    return filled(tree, shape, text) if tree else parse_whole(text)


@lru_cache(maxsize=1_024)
def parse_whole(text: str) -> Query:
    """Without regard to its shape."""
    query: Query = build(_parser(), text, text, Builder(text))
    return query
