"""SOQL as another project's Apex grammar reads it, in a form that two grammars can be compared in.

A query is (columns or "COUNT()", object, alias, where, order, limit, offset). A condition is ("AND" | "OR", parts),
("NOT", part), (path, operator, values) or (path, operator, query); a value is (kind, text).
"""

from typing import Any

from tree_sitter import Node
from tree_sitter_language_pack import get_parser

from local.salesforce_org.query.soql_tree import (
    All,
    AnyOf,
    Comparison,
    Condition,
    FieldGroup,
    Not,
    Path,
    Query,
    SemiJoin,
    Value,
)

type Neutral = Any

_KINDS = {
    "string_literal": "string",
    "int": "number",
    "decimal": "number",
    "date": "date",
    "date_time": "datetime",
    "boolean": "boolean",
    "null_literal": "null",
    "date_literal": "date_literal",
    "date_literal_with_param": "date_literal",
}


def read_by_apex(soql: str) -> Neutral | None:
    """None when the Apex grammar refuses the statement."""
    body = _body(soql)
    return _query(body) if body else None


def accepted_by_apex(soql: str) -> bool:
    """Whether it finds a query without a mistake, whatever stands in it."""
    return _body(soql) is not None


def _body(soql: str) -> Node | None:
    """An expression between the brackets that is no query is not one either."""
    source = f"class A {{ List<SObject> found = [ {soql} ]; }}".encode()
    root = get_parser("apex").parse(source).root_node
    queries = [node for node in _all(root) if node.type == "query_expression"]
    return None if root.has_error or not queries else _only(queries[0], "soql_query_body")


def _all(node: Node) -> list[Node]:
    return [node, *(found for child in node.children for found in _all(child))]


def _only(node: Node, *kinds: str) -> Node:
    (found,) = (child for child in node.named_children if child.type in kinds)
    return found


def _maybe(node: Node, kind: str) -> Node | None:
    return next((child for child in node.named_children if child.type == kind), None)


def _text(node: Node) -> str:
    return (node.text or b"").decode()


def _query(body: Node) -> Neutral:
    source = _only(body, "from_clause").named_children[0]
    names = [_text(each) for each in (source.named_children if source.type == "storage_alias" else [source])]
    where, order = _maybe(body, "where_clause"), _maybe(body, "order_by_clause")
    limit, offset = _maybe(body, "limit_clause"), _maybe(body, "offset_clause")
    return (
        _columns(_only(body, "select_clause")),
        names[0],
        names[1] if len(names) > 1 else None,
        _condition(where.named_children[-1]) if where else None,
        tuple(_sort(each) for each in order.named_children if each.type == "order_expression") if order else (),
        int(_text(_only(limit, "int"))) if limit else None,
        int(_text(_only(offset, "int"))) if offset else 0,
    )


def _columns(select: Node) -> Neutral:
    columns = [each for each in select.named_children if each.type != "SELECT"]
    if columns[0].type == "count_expression":
        return "COUNT()"
    return tuple(_column(each) for each in columns)


def _column(node: Node) -> str:
    if node.type == "fields_expression":
        return f"FIELDS({_text(_only(node, 'fields_type')).upper()})"
    assert node.type == "field_identifier", node
    return _text(node)


def _condition(node: Node) -> Neutral:
    parts = [child for child in node.named_children if child.type.endswith("_expression")]
    match node.type:
        case "and_expression" | "or_expression":
            operator = node.type.removesuffix("_expression").upper()
            return (operator, tuple(_condition(part) for part in parts))
        case "not_expression":
            return ("NOT", _condition(parts[0]))
    path, sign, right = (child for child in node.named_children if child.type != "comment")
    name = " ".join(_text(sign).upper().split())
    match right.type:
        case "subquery":
            return (_text(path), name, _query(_only(right, "soql_query_body")))
        case "comparable_list":
            return (_text(path), name, tuple(_value(each) for each in right.named_children))
    return (_text(path), name, (_value(right),))


def _value(node: Node) -> Neutral:
    text = _text(node)
    kind = _KINDS[node.type]
    return (kind, text[1:-1] if kind == "string" else text)


def _sort(node: Node) -> Neutral:
    direction, nulls = _maybe(node, "order_direction"), _maybe(node, "order_null_direction")
    return (
        _text(_only(node, "field_identifier")),
        _text(direction).upper() if direction else "ASC",
        _text(nulls).upper().split()[-1] if nulls else "FIRST",
    )


def neutral(query: Query) -> Neutral:
    """The project's own tree in the same form."""
    return (
        "COUNT()" if query.columns is None else tuple(_own_column(each) for each in query.columns),
        query.sobject,
        query.alias,
        _own_condition(query.where) if query.where else None,
        tuple(
            (
                ".".join(sort.path.parts),
                "DESC" if sort.descending else "ASC",
                "LAST" if sort.nulls_last else "FIRST",
            )
            for sort in query.order
        ),
        query.limit,
        query.offset,
    )


def _own_column(column: Path | FieldGroup) -> str:
    return f"FIELDS({column.name})" if isinstance(column, FieldGroup) else ".".join(column.parts)


def _own_condition(condition: Condition) -> Neutral:
    match condition:
        case All(parts):
            return ("AND", tuple(_own_condition(part) for part in parts))
        case AnyOf(parts):
            return ("OR", tuple(_own_condition(part) for part in parts))
        case Not(part):
            return ("NOT", _own_condition(part))
        case SemiJoin(path, negated, select, _):
            return (".".join(path.parts), "NOT IN" if negated else "IN", neutral(select))
        case Comparison(path, operator, values):
            return (".".join(path.parts), operator, tuple(_own_value(each) for each in values))


def _own_value(value: Value) -> Neutral:
    return (value.kind, value.text)
