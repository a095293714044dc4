"""The parameters of /parameterizedSearch as the SOSL that they stand for."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from local.salesforce_org.errors import ApiError
from local.salesforce_org.messages import JsonObject, JsonValue
from local.salesforce_org.query.soql_text import stand_in_limit

from .sosl_terms import malformed_search

_GROUPS = frozenset({"ALL", "EMAIL", "NAME", "PHONE", "SIDEBAR"})
_NAME = re.compile(r"[A-Za-z]\w*")
_PATHS = re.compile(r"[A-Za-z][\w.]*")
_TERM = re.compile(r"(?:[^{}\\]|\\.)*", re.DOTALL)


@dataclass(frozen=True)
class Wanted:
    """One object to search."""

    name: str
    fields: tuple[str, ...]
    limit: int | None


def sosl_of_parameters(given: Mapping[str, Sequence[str]]) -> str:
    """The SOSL of a GET: q, in, fields, sobject, defaultLimit, and {sobject}.fields and .limit."""
    names = list(given.get("sobject", ()))
    known = {"q", "in", "fields", "sobject", "defaultLimit"} | {
        f"{n}.{key}" for n in names for key in ("fields", "limit")
    }
    _refuse_unknown(given.keys() - known)
    one = {key: values[0] for key, values in given.items()}
    default_limit = _limit(one.get("defaultLimit"))
    wanted = [
        Wanted(
            name,
            _fields(one.get(f"{name}.fields", one.get("fields", "")).split(",")),
            _limit(one.get(f"{name}.limit")) or default_limit,
        )
        for name in names
    ]
    return _sosl(one.get("q", ""), one.get("in", "ALL"), wanted)


def sosl_of_body(body: JsonValue) -> str:
    """The SOSL of a POST: {"q", "in", "fields", "sobjects": [{"name", "fields", "limit"}], "defaultLimit"}."""
    if not isinstance(body, dict):
        raise ApiError(400, "JSON_PARSER_ERROR", "A JSON object is wanted at [line:1, column:1]")
    _refuse_unknown(body.keys() - {"q", "in", "fields", "sobjects", "defaultLimit"})
    default_limit = _limit(body.get("defaultLimit"))
    wanted = []
    for each in _objects(body):
        _refuse_unknown(each.keys() - {"name", "fields", "limit"})
        fields = _fields(each.get("fields", body.get("fields", [])))
        wanted.append(Wanted(str(each.get("name", "")), fields, _limit(each.get("limit")) or default_limit))
    return _sosl(str(body.get("q", "")), str(body.get("in", "ALL")), wanted)


def _objects(body: JsonObject) -> list[JsonObject]:
    given = body.get("sobjects", [])
    objects = [each for each in given if isinstance(each, dict)] if isinstance(given, list) else []
    if not isinstance(given, list) or len(objects) < len(given):
        raise ApiError(400, "JSON_PARSER_ERROR", "sobjects must be a list of objects at [line:1, column:1]")
    return objects


def _sosl(term: str, group: str, wanted: Sequence[Wanted]) -> str:
    if not _TERM.fullmatch(term):
        raise malformed_search("unexpected brace in the search term")
    if group.upper() not in _GROUPS:
        raise malformed_search(f"Invalid IN fields group: {group}")
    if bad := [each.name for each in wanted if not _NAME.fullmatch(each.name)]:
        raise malformed_search(f"unexpected token: '{bad[0]}'")
    returned = []
    for each in wanted:
        limit = "" if each.limit is None else f" LIMIT {each.limit}"
        returned.append(f"{each.name}({', '.join(each.fields or ('Id',))}{limit})")
    returning = f" RETURNING {', '.join(returned)}" if returned else ""
    return f"FIND {{{term}}} IN {group} FIELDS{returning}"


def _fields(given: JsonValue | list[str]) -> tuple[str, ...]:
    if not isinstance(given, list):
        raise ApiError(400, "JSON_PARSER_ERROR", "fields must be a list at [line:1, column:1]")
    names = [str(name).strip() for name in given if str(name).strip()]
    if bad := [name for name in names if not _PATHS.fullmatch(name)]:
        raise malformed_search(f"unexpected token: '{bad[0]}'")
    return tuple(names)


def _limit(given: JsonValue) -> int | None:
    if given is None:
        return None
    if isinstance(given, bool) or not str(given).isdigit():
        raise malformed_search(f"unexpected limit: '{given}'")
    return int(str(given))


def _refuse_unknown(names: set[str]) -> None:
    if names:
        raise stand_in_limit(f"{', '.join(sorted(names))} in a parameterized search")
