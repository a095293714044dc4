"""The tests' own endpoints under /_org, apart from anything that Salesforce has.

| | |
|---|---|
| GET /_org/records/{sobject} | all live records with all fields, oldest first; `?deleted=true` shows deleted ones too |
| POST /_org/records/{sobject} | a list of records to store unchecked, read-only fields too; answers their ids |
| PATCH /_org/records/{sobject}/{id} | fields to overwrite unchecked: convert a Lead, deactivate a user |
| POST /_org/reset | back to the seeded start |
| GET, DELETE /_org/calls | API and token calls so far: method, path, at, status (null: connection dropped) |
| GET, POST /_org/faults | see faults.py; a POST replaces all of them, [] clears |
| GET, POST /_org/validation_rules | [{"sobject", "field", "equals", "message"}]; a POST replaces all of them |
| GET, POST /_org/behaviour | see behaviour.py; a POST changes only the given keys and answers all of them |
| GET, POST, DELETE /_org/public_key | {"pem": "..."}: the certificate or key that JWT logins are checked against |
| GET, POST /_org/app | what the connected app may do, see login/connected_app.py; a POST changes only the given keys |
| GET, POST /_org/limits | {"daily", "used"}: the daily API limit and the calls of the past 24 hours |
| POST /_org/expire_tokens | ends every session; `/services/oauth2/revoke` ends one |
| GET, POST /_org/assignment_rules | see records/assignment.py; a POST replaces all of them, [] clears |
| GET, POST /_org/field_access | {"hidden": ["Lead.Rating"], "read_only": [...]}; a POST replaces both |
| POST /_org/merge | {"master": id, "loser": id}: two Leads become one |
| POST /_org/convert | {"lead": id, "contact": id or left out}: answers {"contact", "account"} |
| GET, POST /_org/duplicate_rules | see duplicates/duplicate_rules.py; [] leaves the standard ones, inactive |
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING

from local.salesforce_org.duplicates.duplicate_rules import parse_rules, rule_as_json
from local.salesforce_org.errors import ApiError, not_found
from local.salesforce_org.messages import JsonObject, JsonValue, Request, Response, Row
from local.salesforce_org.records.validation import ValidationRule
from local.salesforce_org.rest.call import parse_json
from local.salesforce_org.schema.fields import SObject, sobject_named

from . import life
from .faults import parse_faults
from .knobs import checked

if TYPE_CHECKING:
    from local.salesforce_org.org import Org


def handle_control(org: "Org", request: Request) -> Response:
    try:
        return Response(200, _answer(org, request))
    except ApiError as error:
        return Response(error.status, error.body())


def _answer(org: "Org", request: Request) -> JsonValue:
    resource, _, name = request.path.removeprefix("/_org/").strip("/").partition("/")
    route = _ROUTES.get((request.method, resource))
    if route is None:
        raise not_found()
    return route(org, request, name)


def _records(org: "Org", request: Request, name: str) -> JsonValue:
    deleted = "deleted=true" in request.query_string
    return [dict(row) for row in org.rows(_sobject(name).name, deleted=deleted)]


def _add_records(org: "Org", request: Request, name: str) -> JsonValue:
    sobject = _sobject(name)
    return [org.add(sobject.name, _row(sobject, each)) for each in _list(request)]


def _change_record(org: "Org", request: Request, name: str) -> JsonValue:
    sobject_name, _, record_id = name.partition("/")
    sobject = _sobject(sobject_name)
    body = parse_json(request.body)
    if not isinstance(body, dict) or not body:
        raise ApiError(400, "BAD_REQUEST", "a JSON object of fields is wanted")
    org.change(sobject.name, record_id, _row(sobject, body))
    return {"changed": record_id}


def _reset(org: "Org", _request: Request, _name: str) -> JsonValue:
    org.reset()
    return {"reset": True}


def _calls(org: "Org", _request: Request, _name: str) -> JsonValue:
    return [dict(call) for call in org.calls]


def _clear_calls(org: "Org", _request: Request, _name: str) -> JsonValue:
    org.calls.clear()
    return []


def _faults(org: "Org", _request: Request, _name: str) -> JsonValue:
    return [fault.shown() for fault in org.faults]


def _set_faults(org: "Org", request: Request, _name: str) -> JsonValue:
    org.faults[:] = parse_faults(parse_json(request.body))
    return {"faults": len(org.faults)}


def _rules(org: "Org", _request: Request, _name: str) -> JsonValue:
    return [asdict(rule) for rule in org.rules]


def _set_rules(org: "Org", request: Request, _name: str) -> JsonValue:
    org.rules[:] = [_rule(each) for each in _list(request)]
    return {"validation_rules": len(org.rules)}


def _duplicate_rules(org: "Org", _request: Request, _name: str) -> JsonValue:
    return [rule_as_json(rule) for rule in org.duplicate_rules]


def _set_duplicate_rules(org: "Org", request: Request, name: str) -> JsonValue:
    org.duplicate_rules[:] = parse_rules(_list(request))
    return _duplicate_rules(org, request, name)


def _behaviour(org: "Org", _request: Request, _name: str) -> JsonValue:
    return org.behaviour.shown()


def _change_behaviour(org: "Org", request: Request, _name: str) -> JsonValue:
    org.behaviour.change(parse_json(request.body))
    return org.behaviour.shown()


def _public_key(org: "Org", _request: Request, _name: str) -> JsonValue:
    return {"pem": org.app.public_key}


def _upload_public_key(org: "Org", request: Request, _name: str) -> JsonValue:
    given = checked(parse_json(request.body), {"pem": ("a text", lambda value: isinstance(value, str))})
    org.app.upload(str(given.get("pem", "")))
    return {"pem": org.app.public_key}


def _remove_public_key(org: "Org", _request: Request, _name: str) -> JsonValue:
    org.app.public_key = None
    return {"pem": None}


def _app(org: "Org", _request: Request, _name: str) -> JsonValue:
    return org.app.policy.shown()


def _change_app(org: "Org", request: Request, _name: str) -> JsonValue:
    org.app.policy.change(parse_json(request.body))
    return org.app.policy.shown()


def _limits(org: "Org", _request: Request, _name: str) -> JsonValue:
    return org.quota.shown()


def _change_limits(org: "Org", request: Request, _name: str) -> JsonValue:
    org.quota.change(parse_json(request.body))
    return org.quota.shown()


def _expire_tokens(org: "Org", _request: Request, _name: str) -> JsonValue:
    org.sessions.end_all()
    return {"expired": True}


_ROUTES: Mapping[tuple[str, str], Callable[["Org", Request, str], JsonValue]] = {
    ("GET", "records"): _records,
    ("POST", "records"): _add_records,
    ("PATCH", "records"): _change_record,
    ("POST", "reset"): _reset,
    ("GET", "calls"): _calls,
    ("DELETE", "calls"): _clear_calls,
    ("GET", "faults"): _faults,
    ("POST", "faults"): _set_faults,
    ("GET", "assignment_rules"): life.assignment_rules,
    ("POST", "assignment_rules"): life.set_assignment_rules,
    ("GET", "field_access"): life.field_access,
    ("POST", "field_access"): life.set_field_access,
    ("POST", "merge"): life.merge_leads,
    ("POST", "convert"): life.convert_lead,
    ("GET", "validation_rules"): _rules,
    ("POST", "validation_rules"): _set_rules,
    ("GET", "duplicate_rules"): _duplicate_rules,
    ("POST", "duplicate_rules"): _set_duplicate_rules,
    ("GET", "behaviour"): _behaviour,
    ("POST", "behaviour"): _change_behaviour,
    ("GET", "public_key"): _public_key,
    ("POST", "public_key"): _upload_public_key,
    ("DELETE", "public_key"): _remove_public_key,
    ("GET", "app"): _app,
    ("POST", "app"): _change_app,
    ("GET", "limits"): _limits,
    ("POST", "limits"): _change_limits,
    ("POST", "expire_tokens"): _expire_tokens,
}


def _list(request: Request) -> list[JsonObject]:
    body = parse_json(request.body)
    if not isinstance(body, list):
        raise ApiError(400, "BAD_REQUEST", "a JSON list of objects is wanted")
    items: list[JsonObject] = []
    for each in body:
        if not isinstance(each, dict):
            raise ApiError(400, "BAD_REQUEST", "a JSON list of objects is wanted")
        items.append(each)
    return items


def _sobject(name: str) -> SObject:
    sobject = sobject_named(name)
    if sobject is None:
        raise not_found()
    return sobject


def _row(sobject: SObject, values: JsonObject) -> Row:
    row: Row = {}
    for name, value in values.items():
        if name not in sobject.fields or isinstance(value, dict | list):
            raise ApiError(400, "INVALID_FIELD", f"No such column '{name}' on sobject of type {sobject.name}")
        row[name] = value
    return row


def _rule(value: JsonObject) -> ValidationRule:
    names = ("sobject", "field", "equals", "message")
    if set(value) != set(names) or not all(isinstance(each, str) for each in value.values()):
        raise ApiError(400, "BAD_RULE", f"a rule has exactly these texts: {', '.join(names)}")
    sobject, field, equals, message = (str(value[name]) for name in names)
    found = _sobject(sobject).field(field)
    if found is None:
        raise ApiError(400, "INVALID_FIELD", f"No such column '{field}' on sobject of type {sobject}")
    return ValidationRule(sobject, found.name, equals, message)
