"""DynamoDB's expressions, as far as the product writes them: conditions and updates, on plain values."""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final

type Item = dict[str, Any]
type Values = Mapping[str, Any]
type Condition = Callable[[Item, Values], bool]

_TOKEN: Final = re.compile(r"\s*([()<>=,]|[#:]?\w+)")
_ABSENT: Final = object()


def holds(expression: str, item: Item | None, names: Mapping[str, str], values: Values) -> bool:
    return _condition(_named(expression, names))(item or {}, values)


def updated(expression: str, item: Item, names: Mapping[str, str], values: Values) -> Item:
    new = dict(item)
    for verb, clauses in _clauses(_named(expression, names)):
        for clause in clauses:
            _VERBS[verb](new, item, clause, values)
    return new


@lru_cache(maxsize=1000)
def _named_cached(expression: str, names: tuple[tuple[str, str], ...]) -> str:
    known = dict(names)
    return re.sub(r"#\w+", lambda found: known[found[0]], expression)


def _named(expression: str, names: Mapping[str, str]) -> str:
    return _named_cached(expression, tuple(sorted(names.items()))) if names else expression


# --- conditions ----------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1000)
def _condition(expression: str) -> Condition:
    tokens = _TOKEN.findall(expression)
    condition = _either(tokens)
    assert not tokens, f"not understood: {expression}"
    return condition


def _either(tokens: list[str]) -> Condition:
    parts = [_both(tokens)]
    while tokens and tokens[0] == "OR":
        tokens.pop(0)
        parts.append(_both(tokens))
    return lambda item, values: any(part(item, values) for part in parts)


def _both(tokens: list[str]) -> Condition:
    parts = [_one(tokens)]
    while tokens and tokens[0] == "AND":
        tokens.pop(0)
        parts.append(_one(tokens))
    return lambda item, values: all(part(item, values) for part in parts)


def _one(tokens: list[str]) -> Condition:
    token = tokens.pop(0)
    if token == "(":
        inside = _either(tokens)
        _expect(tokens, ")")
        return inside
    if token in {"attribute_not_exists", "attribute_exists"}:
        _expect(tokens, "(")
        name = tokens.pop(0)
        _expect(tokens, ")")
        wanted = token == "attribute_exists"
        return lambda item, _values: (name in item) is wanted
    measured = token == "size"
    if measured:
        _expect(tokens, "(")
        token = tokens.pop(0)
        _expect(tokens, ")")
    return _comparison(token, tokens, measured=measured)


def _comparison(name: str, tokens: list[str], *, measured: bool) -> Condition:
    sign = tokens.pop(0)
    if sign == "IN":
        _expect(tokens, "(")
        options = [tokens.pop(0)]
        while tokens[0] == ",":
            tokens.pop(0)
            options.append(tokens.pop(0))
        _expect(tokens, ")")
        return lambda item, values: item.get(name, _ABSENT) in [values[one] for one in options]
    value = tokens.pop(0)

    def compared(item: Item, values: Values) -> bool:
        there = item.get(name, _ABSENT)
        if there is _ABSENT:
            return False
        left = len(there) if measured else there
        right = values[value]
        return bool(left == right if sign == "=" else left < right if sign == "<" else left > right)

    assert sign in {"=", "<", ">"}, sign
    return compared


def _expect(tokens: list[str], token: str) -> None:
    found = tokens.pop(0)
    assert found == token, f"{token} expected, {found} found"


# --- updates -------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1000)
def _clauses(expression: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    parts = re.split(r"\b(SET|REMOVE|ADD)\b", expression)
    assert not parts[0].strip(), expression
    pairs = zip(parts[1::2], parts[2::2], strict=True)
    return tuple((verb, tuple(one.strip() for one in _apart(text))) for verb, text in pairs)


def _apart(text: str) -> list[str]:
    """At commas that stand in no parentheses."""
    found, depth = [""], 0
    for letter in text:
        depth += (letter == "(") - (letter == ")")
        if letter == "," and not depth:
            found.append("")
        else:
            found[-1] += letter
    return found


def _set(new: Item, old: Item, clause: str, values: Values) -> None:
    name, _, expression = clause.partition("=")
    new[name.strip()] = _value(expression.strip(), old, values)


def _value(expression: str, old: Item, values: Values) -> Any:
    if expression.startswith(":"):
        return values[expression]
    function, _, rest = expression.partition("(")
    if not rest:
        return old[expression]
    first, second = (one.strip() for one in _apart(rest.removesuffix(")")))
    if function == "if_not_exists":
        return old[first] if first in old else _value(second, old, values)
    assert function == "list_append", expression
    return [*_value(first, old, values), *_value(second, old, values)]


def _remove(new: Item, _old: Item, clause: str, _values: Values) -> None:
    new.pop(clause, None)


def _add(new: Item, old: Item, clause: str, values: Values) -> None:
    name, value = clause.split()
    new[name] = set(old.get(name, set())) | set(values[value])


_VERBS: Final = {"SET": _set, "REMOVE": _remove, "ADD": _add}
