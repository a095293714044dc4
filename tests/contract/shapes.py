"""Compares a JSON value with a shape: which parts must be literally so, and which only of a kind.

A shape is JSON too. Anything stands for itself, save these:

| shape | matches |
|---|---|
| "$any" | anything, null too |
| "$string", "$int", "$number", "$bool", "$null" | a value of that type; an int is a number too, a bool is neither |
| "$id18", "$id15" | a record id of that length; the 18-character one with a right checksum |
| "$datetime", "$date" | "2026-11-22T03:37:07.000+0000" and "2026-11-22" |
| "$digits" | a text of digits |
| "$id15\\|id18" | either kind; any kinds can be joined so |
| "$match:<regular expression>" | a text that all of it matches |
| ["$each", shape] | a list of one or more, where every one matches |
| ["$contains", shape, ...] | a list in which each of these shapes has a match |
| {"key?": shape} | the key may be absent |
| {"$open": true, ...} | an object that may have more keys than these; without it, a further key is a difference |
"""

import re
from collections.abc import Callable, Mapping

from local.salesforce_org.messages import JsonObject, JsonValue
from local.salesforce_org.schema.ids import normal_id


def _is_int(value: JsonValue) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: JsonValue) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _text(pattern: str) -> Callable[[JsonValue], bool]:
    compiled = re.compile(pattern, re.DOTALL)
    return lambda value: isinstance(value, str) and compiled.fullmatch(value) is not None


_KINDS: Mapping[str, Callable[[JsonValue], bool]] = {
    "any": lambda _: True,
    "string": lambda value: isinstance(value, str),
    "int": _is_int,
    "number": _is_number,
    "bool": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "id18": lambda value: isinstance(value, str) and len(value) == 18 and normal_id(value) == value,
    "id15": _text(r"[0-9A-Za-z]{15}"),
    "datetime": _text(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000"),
    "date": _text(r"\d{4}-\d\d-\d\d"),
    "digits": _text(r"\d+"),
}


def differences(shape: JsonValue, value: JsonValue, where: str = "body") -> list[str]:
    """Where the value departs from the shape, a line each; none when it matches. Raises ValueError for a bad shape."""
    match shape:
        case str() if shape.startswith("$"):
            return _placeholder(shape, value, where)
        case dict():
            return _in_object(shape, value, where)
        case ["$each", each]:
            return _in_each(each, value, where)
        case ["$contains", *wanted]:
            return _missing_from(wanted, value, where)
        case list():
            return _in_list(shape, value, where)
    # 1 == True and 1 == 1.0 in Python; in JSON only the latter two are the same.
    same = shape == value and isinstance(shape, bool) == isinstance(value, bool)
    return [] if same else [f"{where}: {value!r} instead of {shape!r}"]


def _placeholder(shape: str, value: JsonValue, where: str) -> list[str]:
    kind, colon, pattern = shape[1:].partition(":")
    if kind == "match" and colon:
        fits = _text(pattern)(value)
    else:
        unknown = [each for each in shape[1:].split("|") if each not in _KINDS]
        if unknown:
            raise ValueError(f"{where}: no such kind of value: {unknown}")
        fits = any(_KINDS[each](value) for each in shape[1:].split("|"))
    return [] if fits else [f"{where}: {value!r} is not {shape}"]


def _in_object(shape: JsonObject, value: JsonValue, where: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{where}: {value!r} instead of an object"]
    found: list[str] = []
    known = {name.removesuffix("?") for name in shape if name != "$open"}
    for name, expected in shape.items():
        key = name.removesuffix("?")
        if name == "$open":
            continue
        if key in value:
            found += differences(expected, value[key], f"{where}.{key}")
        elif not name.endswith("?"):
            found.append(f"{where}.{key}: missing")
    if shape.get("$open") is not True:
        found += [f"{where}.{name}: not expected" for name in value if name not in known]
    return found


def _in_list(shape: list[JsonValue], value: JsonValue, where: str) -> list[str]:
    if not isinstance(value, list):
        return [f"{where}: {value!r} instead of a list"]
    if len(value) != len(shape):
        return [f"{where}: {len(value)} items instead of {len(shape)}: {value!r}"]
    pairs = enumerate(zip(shape, value, strict=True))
    return [line for index, (wanted, given) in pairs for line in differences(wanted, given, f"{where}[{index}]")]


def _in_each(shape: JsonValue, value: JsonValue, where: str) -> list[str]:
    if not isinstance(value, list) or not value:
        return [f"{where}: {value!r} instead of a list of one or more"]
    return [line for index, each in enumerate(value) for line in differences(shape, each, f"{where}[{index}]")]


def _missing_from(wanted: list[JsonValue], value: JsonValue, where: str) -> list[str]:
    if not isinstance(value, list):
        return [f"{where}: {value!r} instead of a list"]
    found: list[str] = []
    for shape in wanted:
        attempts = [differences(shape, each, f"{where}[{index}]") for index, each in enumerate(value)]
        if all(attempts):
            nearest = min(attempts, key=len, default=["it is empty"])
            found.append(f"{where}: nothing matches {shape!r}; nearest: {'; '.join(nearest)}")
    return found
