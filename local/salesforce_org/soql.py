"""SOQL text to a syntax tree, with the real org's refusals.

The grammar is the part of SOQL that the project uses, as strict as the real one there: AND and OR never mix without
parentheses, NOT stands alone or in parentheses, a backslash escapes only what the reference lists. What is valid
SOQL but not built here (GROUP BY, sub-queries, functions, date literals) is refused as a limit of the stand-in,
never answered wrongly.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import UnexpectedInput, UnexpectedToken, VisitError

from .errors import ApiError

MAX_STATEMENT = 100_000  # characters
MAX_STRING = 4_000  # characters of one string in WHERE
MAX_OFFSET = 2_000  # rows
_MAX_LIMIT = 2**31 - 1  # rows; more would not fit the database's numbers
_SHOWN_BEFORE = 34  # characters of a long line shown on either side of the caret

_GRAMMAR = r"""
query: SELECT columns FROM NAME NAME? where? order_by? limit? offset?
?columns: fields | count
fields: path ("," path)*
count: COUNT "(" ")"
where: WHERE condition
?condition: simple | conjunction | disjunction | negation
conjunction: simple (AND simple)+
disjunction: simple (OR simple)+
negation: NOT simple
?simple: "(" condition ")" | comparison | membership
comparison: path OPERATOR value | path LIKE value
membership: path IN "(" value ("," value)* ")" | path NOT IN "(" value ("," value)* ")"
order_by: ORDER_BY sort ("," sort)*
sort: path direction? nulls?
direction: ASC | DESC
nulls: NULLS (FIRST | LAST)
limit: LIMIT NUMBER
offset: OFFSET NUMBER
path: NAME ("." NAME)*
value: STRING | DATETIME | DATE | NUMBER | TRUE | FALSE | NULL

SELECT.2: /select\b/i
FROM.2: /from\b/i
WHERE.2: /where\b/i
AND.2: /and\b/i
OR.2: /or\b/i
NOT.2: /not\b/i
IN.2: /in\b/i
LIKE.2: /like\b/i
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
OPERATOR: /!=|<=|>=|=|<|>/
STRING: /'(?:[^'\\\r\n]|\\.)*'/
DATETIME.3: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)/
DATE.2: /\d{4}-\d\d-\d\d/
NUMBER: /[+-]?\d+(?:\.\d+)?/
NAME: /[A-Za-z][A-Za-z0-9_]*/
%ignore /\s+/
"""

# Valid in a real org, not built here. Saying so beats a MALFORMED_QUERY that the real org would not give.
_NOT_BUILT_CLAUSE = re.compile(r"(?:group|having|using|with|for|all)$", re.IGNORECASE)
_NOT_BUILT = re.compile(
    r"(?:group|having|typeof|using|with|for|all|includes|excludes|select|today|yesterday|tomorrow|"
    r"(?:last|this|next)_\w+|n_\w+_ago)$",
    re.IGNORECASE,
)
_RESERVED = re.compile(r"(?:select|from|where|and|or|not|in|like|by|limit|offset)$", re.IGNORECASE)

type Operator = Literal["=", "!=", "<", "<=", ">", ">=", "LIKE", "IN", "NOT IN"]
type LiteralKind = Literal["string", "datetime", "date", "number", "boolean", "null"]


@dataclass(frozen=True)
class Path:
    """A field as written, such as ("Account", "Name"). `position` is its offset in the statement."""

    parts: tuple[str, ...]
    position: int


@dataclass(frozen=True)
class Value:
    """A literal. `text` is as written, without quotes; a string keeps its escapes, which LIKE reads differently."""

    kind: LiteralKind
    text: str
    position: int


@dataclass(frozen=True)
class Comparison:
    path: Path
    operator: Operator
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Not:
    condition: "Condition"


@dataclass(frozen=True)
class All:
    conditions: tuple["Condition", ...]


@dataclass(frozen=True)
class AnyOf:
    conditions: tuple["Condition", ...]


type Condition = Comparison | Not | All | AnyOf


@dataclass(frozen=True)
class Sort:
    path: Path
    descending: bool
    nulls_last: bool


@dataclass(frozen=True)
class Query:
    """`columns` is None for COUNT(); `sobject` and `alias` are as written."""

    text: str
    columns: tuple[Path, ...] | None
    sobject: str
    sobject_position: int
    alias: str | None
    where: Condition | None
    order: tuple[Sort, ...]
    limit: int | None
    offset: int


def at_caret(text: str, position: int, message: str) -> str:
    """The message as the org writes it: a piece of the statement, a caret under the culprit, row and column.

    How much of the line the real org shows is not documented; recorded answers cut a long line at a word, some
    thirty characters before the caret, and so does this.
    """
    line_start = text.rfind("\n", 0, position) + 1
    line_end = text.find("\n", position)
    line = text[line_start : line_end if line_end >= 0 else len(text)]
    column = position - line_start
    shown_from = 0
    if column > _SHOWN_BEFORE:
        shown_from = next(
            (match.end() for match in re.finditer(r"[ ,]+", line) if match.end() >= column - _SHOWN_BEFORE),
            column,
        )
        shown_from = min(shown_from, column)
    shown = line[shown_from : column + _SHOWN_BEFORE]
    row = text.count("\n", 0, position) + 1
    return f"\n{shown}\n{' ' * (column - shown_from)}^\nERROR at Row:{row}:Column:{column + 1}\n{message}"


def malformed(text: str, position: int, message: str) -> ApiError:
    return ApiError(400, "MALFORMED_QUERY", at_caret(text, position, message))


def invalid_field(text: str, position: int, message: str) -> ApiError:
    return ApiError(400, "INVALID_FIELD", at_caret(text, position, message))


_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", '"': '"', "'": "'", "\\": "\\"}
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|.)", re.DOTALL)


def unescape(text: str, keep: str = "") -> str:
    """A string literal's characters. Escapes of the characters in `keep` stay as written (LIKE's wildcards).

    Raises ValueError with the offending sequence on a backslash that escapes nothing.
    """

    def one(match: re.Match[str]) -> str:
        code = match[1]
        if len(code) == 5:
            return chr(int(code[1:], 16))
        if code in keep:
            return match[0]
        if code.lower() in _ESCAPES:
            return _ESCAPES[code.lower()]
        raise ValueError(match[0])

    return _ESCAPE.sub(one, text)


def like_regex(text: str) -> str:
    """A LIKE pattern (still escaped) as a regular expression over lower-case text."""
    pieces: list[str] = []
    for match in re.finditer(r"\\u[0-9A-Fa-f]{4}|\\.|.", text, re.DOTALL):
        piece = match[0]
        if piece == "%":
            pieces.append(".*")
        elif piece == "_":
            pieces.append(".")
        elif piece in {r"\%", r"\_"}:
            pieces.append(re.escape(piece[1]))
        else:
            pieces.append(re.escape(unescape(piece).lower()))
    return "".join(pieces)


@v_args(inline=True)
class _Builder(Transformer[Token, Query]):
    """Parse tree to the dataclasses above. lark hands children over untyped, hence Any."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def query(self, _select: Token, columns: tuple[Path, ...] | None, _from: Token, name: Token, *rest: Any) -> Query:
        clauses: dict[str, Any] = {}
        alias = None
        for part in rest:
            if isinstance(part, Token):
                alias = str(part)
            else:
                clauses.update(part)
        return Query(
            text=self._text,
            columns=columns,
            sobject=str(name),
            sobject_position=name.start_pos or 0,
            alias=alias,
            where=clauses.get("where"),
            order=clauses.get("order", ()),
            limit=clauses.get("limit"),
            offset=clauses.get("offset", 0),
        )

    def fields(self, *paths: Path) -> tuple[Path, ...]:
        return paths

    def count(self, _count: Token) -> None:
        return None

    def where(self, _where: Token, condition: Condition) -> dict[str, Any]:
        return {"where": condition}

    def conjunction(self, *parts: Any) -> All:
        return All(tuple(part for part in parts if not isinstance(part, Token)))

    def disjunction(self, *parts: Any) -> AnyOf:
        return AnyOf(tuple(part for part in parts if not isinstance(part, Token)))

    def negation(self, _not: Token, condition: Condition) -> Not:
        return Not(condition)

    def comparison(self, path: Path, operator: Token, value: Value) -> Comparison:
        return Comparison(path, str(operator).upper(), (value,))  # type: ignore[arg-type]  # the grammar limits it

    def membership(self, path: Path, first: Token, *rest: Any) -> Comparison:
        values = tuple(part for part in rest if isinstance(part, Value))
        return Comparison(path, "NOT IN" if first.type == "NOT" else "IN", values)

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
        if offset > MAX_OFFSET:
            raise ApiError(400, "NUMBER_OUTSIDE_VALID_RANGE", f"Maximum SOQL offset allowed is {MAX_OFFSET}")
        return {"offset": offset}

    def path(self, *names: Token) -> Path:
        return Path(tuple(str(name) for name in names), names[0].start_pos or 0)

    def value(self, token: Token) -> Value:
        position = token.start_pos or 0
        if token.type == "STRING":
            if len(token) - 2 > MAX_STRING:
                raise malformed(self._text, position, f"string literal exceeds {MAX_STRING} characters")
            return Value("string", str(token)[1:-1], position)
        kind: LiteralKind = "boolean" if token.type in {"TRUE", "FALSE"} else token.type.lower()  # type: ignore[assignment]
        return Value(kind, str(token), position)

    def _row_count(self, number: Token) -> int:
        if not number.isdigit():
            raise malformed(self._text, number.start_pos or 0, f"unexpected token: '{number}'")
        return int(number)


@cache
def _parser() -> Lark:
    # The basic lexer keeps keywords reserved everywhere, as the real org does.
    return Lark(_GRAMMAR, start="query", parser="lalr", lexer="basic", maybe_placeholders=False)


def _unexpected(text: str, position: int) -> ApiError:
    before, rest = text[:position], text[position:]
    word = match[0] if (match := re.match(r"\w+|\S", rest)) else "<EOF>"
    previous = match[1] if (match := re.search(r"(\w+)\s*$", before)) else ""
    # GROUP BY and FOR UPDATE trip on their second word: the first was taken for an alias.
    is_second_word = _NOT_BUILT_CLAUSE.match(previous) is not None and before[-1:].isspace()
    is_call = word == "(" and bool(previous) and _RESERVED.match(previous) is None
    is_subquery = re.match(r"\(\s*select\b", rest, re.IGNORECASE) is not None
    if is_second_word or is_call or is_subquery or _NOT_BUILT.match(word):
        return ApiError(501, "STAND_IN_LIMIT", f"This stand-in for Salesforce does not do '{previous} {word}' in SOQL.")
    return malformed(text, position, f"unexpected token: '{word}'")


def parse(text: str) -> Query:
    """Raises ApiError MALFORMED_QUERY in the org's own words, or STAND_IN_LIMIT for SOQL that is not built here."""
    if len(text) > MAX_STATEMENT:
        raise ApiError(400, "MALFORMED_QUERY", f"SOQL statements cannot be longer than {MAX_STATEMENT} characters.")
    try:
        return _Builder(text).transform(_parser().parse(text))
    except UnexpectedInput as error:
        at_end = isinstance(error, UnexpectedToken) and error.token.type == "$END"
        # lark declares this attribute as None and then stores numbers in it.
        position: int | None = getattr(error, "pos_in_stream", None)
        raise _unexpected(text, len(text) if at_end or position is None else position) from None
    except VisitError as error:
        if isinstance(error.orig_exc, ApiError):
            raise error.orig_exc from None
        raise
    except RecursionError:
        raise ApiError(400, "QUERY_TOO_COMPLICATED", "the filter conditions are too complicated") from None
