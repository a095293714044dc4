"""The API as OpenAPI 3.1: its routes, what forms take, and every answer with its codes. A test holds it to the code."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from functions.intake.pages.openapi_webhooks import BODIES, PARAMETERS, SECURITY, SECURITY_SCHEMES
from functions.intake.pages.problems import ABOUT, STATUSES
from shared.form.definition import Form
from shared.form.texts import LANGUAGES
from shared.intake.json_schema import DIALECT, json_schema
from shared.version import CODE_VERSION

type Described = dict[str, Any]

PROBLEM: Final[Described] = {
    "type": "object",
    "description": "RFC 9457, with the code as a member of its own.",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"enum": list(STATUSES)},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "code", "message"],
                "properties": {name: {"type": "string"} for name in ("field", "code", "message")},
            },
        },
    },
}
_RECEIPT: Final[Described] = {"type": "string", "format": "uuid"}
_ACCEPTED: Final[Described] = {
    "type": "object",
    "required": ["receipt", "state"],
    "properties": {"receipt": _RECEIPT, "state": {"const": "received"}},
}
_IGNORED: Final[Described] = {
    "type": "object",
    "required": ["state", "detail"],
    "properties": {"state": {"const": "ignored"}, "detail": {"type": "string"}},
}
_THROTTLED: Final[Described] = {
    "type": "object",
    "description": "From what stands before the code, so it has no code of ours.",
    "required": ["type", "title", "status", "detail"],
    "properties": {"status": {"const": 429}, **{name: {"type": "string"} for name in ("type", "title", "detail")}},
}
_POSTED: Final = (
    "malformed_payload", "signature_wrong", "timestamp_out_of_range",
    "origin_not_allowed", "unknown_form", "key_used_before", "too_large",
    "unsupported_media_type", "unsupported_charset", "unsupported_encoding", "files_not_taken", "validation_failed",
    "internal_error", "unavailable",
)  # fmt: skip


_NOT_OF_PAGES: Final = frozenset({"signature_wrong", "timestamp_out_of_range", "unknown_form", "validation_failed"})
"""A visitor of a generated page can't be asked to mend an answer."""
_JSON: Final = ("application/json", "application/*+json")
_FIELDS: Final = ("application/x-www-form-urlencoded", "multipart/form-data")
_SENT_ALONG: Final = {405: {"Allow": {"type": "string"}}, 503: {"Retry-After": {"type": "integer"}}}
"""Headers of a refusal, by its status. Retry-After counts seconds."""


def openapi(forms: Mapping[str, Form]) -> Described:
    return {
        "openapi": "3.1.0",
        "jsonSchemaDialect": DIALECT,
        "info": {
            "title": "form-to-lead",
            "version": CODE_VERSION,
            "description": "What people send becomes exactly one good Salesforce Lead, or a named reason why not.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        # Relative to where this document was read: the same behind a stage's path and behind a domain of one's own.
        "servers": [{"url": "."}],
        "paths": _paths(forms),
        "components": {
            "schemas": {
                "Problem": PROBLEM,
                "Accepted": _ACCEPTED,
                "Throttled": _THROTTLED,
                **BODIES,
                **{_name(form): _schema(form) for form in forms.values()},
            },
            "responses": {"Throttled": _throttled()},
            "securitySchemes": SECURITY_SCHEMES,
        },
    }


def _paths(forms: Mapping[str, Form]) -> Described:
    form_id = _in_path("form_id", {"enum": sorted(forms)})
    receipt = _in_path("receipt", _RECEIPT)
    return {
        "/forms/{form_id}": {
            "parameters": [form_id],
            "get": _told_to_browsers_too(
                _operation("showForm", "The form as a page for people", _page(200), ["lang", "receipt"], [
                    "origin_not_allowed", "unknown_form", "internal_error", "unavailable",
                ])
            ),
            "post": _post(forms),
            "options": _operation(
                "preflightForm", "CORS, for the form's own websites", _nothing(204), [],
                ["origin_not_allowed", "unknown_form", "internal_error"],
            ),
        },
        "/forms/{form_id}/schema": {
            "parameters": [form_id],
            "get": _operation(
                "describeForm", "The form as JSON Schema 2020-12", _cached("application/schema+json"), ["lang"],
                ["unknown_form", "internal_error"],
            ),
            "options": _operation("preflightSchema", "CORS", _nothing(204), [], ["unknown_form", "internal_error"]),
        },
        "/forms/{form_id}/start": {
            "parameters": [form_id],
            "get": _operation("startForm", "A signed moment for the field form_started_at; never cached", _json(
                200, {"type": "object", "required": ["form_started_at"], "properties": {
                    "form_started_at": {"type": "string"},
                }},
            ), [], ["unknown_form", "internal_error", "unavailable"]),
            "options": _operation("preflightStart", "CORS", _nothing(204), [], ["unknown_form", "internal_error"]),
        },
        "/servlet/servlet.WebToLead": {
            "post": _post_page(forms),
            "options": _operation(
                "preflightPage", "CORS, for the forms' own websites", _nothing(204), [],
                ["origin_not_allowed", "internal_error"],
            ),
            "get": _refused("getPage", "Not taken: pages are posted"),
        },
        "/submissions/{receipt}": {
            "parameters": [receipt],
            "get": _operation(
                "readState", "Whether a submission was received, and nothing else", _json(200, _ref("Accepted")), [],
                ["unknown_receipt", "internal_error", "unavailable"],
            ),
            "post": _told_to_browsers_too(_refused("postState", "Not taken: a state can only be read")),
            "options": _refused("preflightState", "Not taken: a state can only be read"),
        },
        "/embed.js": {
            "get": _operation("readScript", "The script for websites", _cached("text/javascript"), [], [
                "internal_error",
            ]),
            "options": _operation("preflightScript", "CORS", _nothing(204), [], ["internal_error"]),
        },
        "/openapi.json": {
            "get": _operation("readDescription", "This document", _cached("application/json"), [], ["internal_error"]),
            "options": _operation("preflightDescription", "CORS", _nothing(204), [], ["internal_error"]),
        },
        "/health": {
            "get": _operation("readHealth", "Whether the API answers", _json(
                200, {"type": "object", "properties": {"status": {"const": "ok"}}},
            ), [], ["internal_error"]),
        },
    }  # fmt: skip


def _post(forms: Mapping[str, Form]) -> Described:
    answers = {
        "200": _answer("A form tool's event that is no submission: nothing is stored", {"application/json": _IGNORED}),
        "202": _answer("Stored: programs get the receipt", {"application/json": _ref("Accepted")}),
        "303": _answer(
            "Stored, or fields are wrong: browsers go to a page of the website, or of ours", {}, ["Location"]
        ),
    }
    operation = _told_to_browsers_too(_operation("sendForm", "Send a form", answers, [], _POSTED))
    operation["parameters"] = [
        {
            "name": "Idempotency-Key",
            "in": "header",
            "description": "The same key with the same answers gives the same receipt and makes nothing new.",
            "schema": {"type": "string", "maxLength": 255},
        },
        *PARAMETERS,
    ]
    operation["security"] = SECURITY
    taken = [_ref(_name(form)) for form in forms.values()]
    operation["requestBody"] = {
        "required": True,
        "description": "UTF-8, at most 64 KiB (a form tool's webhook: 256 KiB), no files.",
        "content": {
            **{kind: {"schema": {"anyOf": [*taken, _ref("WebhookObject")]}} for kind in _JSON},
            **{kind: {"schema": {"anyOf": [*taken, _ref("WebhookFields")]}} for kind in _FIELDS},
        },
    }
    return operation


def _post_page(forms: Mapping[str, Form]) -> Described:
    """What a page sends beside its oid are ids of Salesforce's own, so no schema can name them."""
    codes = [code for code in _POSTED if code not in _NOT_OF_PAGES] + ["unknown_oid", "ambiguous_oid"]
    answers = {
        "200": _answer("The debugging page, where the form's file allows `debug=1`", {"text/html": {"type": "string"}}),
        "202": _answer("Stored: programs get the receipt", {"application/json": _ref("Accepted")}),
        "303": _answer("Stored: browsers go to `retURL`, or to a page of the website or of ours", {}, ["Location"]),
    }
    operation = _operation("sendPage", "Send a page that Salesforce's Web-to-Lead generated", answers, [], codes)
    page = {
        "type": "object",
        "required": ["oid"],
        "properties": {name: {"type": "string"} for name in ("oid", "retURL", "debug", "encoding")},
    }
    operation["parameters"] = [_in_query("form", "Which form, where several have the oid.", {"enum": sorted(forms)})]
    operation["requestBody"] = {"required": True, "content": {kind: {"schema": page} for kind in (*_JSON, *_FIELDS)}}
    return _told_to_browsers_too(operation)


def _operation(name: str, summary: str, answers: Described, query: Iterable[str], codes: Iterable[str]) -> Described:
    return {
        "operationId": name,
        "summary": summary,
        "parameters": [_QUERY[each] for each in query],
        "responses": {**_by_status(list(codes)), **answers, "429": {"$ref": "#/components/responses/Throttled"}},
    }


def _told_to_browsers_too(operation: Described) -> Described:
    """Browsers that post, or ask for the hosted page, get refusals as a page."""
    for answer in operation["responses"].values():
        if "application/problem+json" in answer.get("content", {}):
            answer["content"]["text/html"] = {"schema": {"type": "string"}}
    return operation


def _by_status(codes: list[str]) -> Described:
    statuses = dict.fromkeys(STATUSES[code] for code in codes)
    return {str(status): _problem(status, [code for code in codes if STATUSES[code] == status]) for status in statuses}


def _problem(status: int, codes: list[str]) -> Described:
    told = " ".join(f"`{code}`: {ABOUT[code]}" for code in codes)
    narrowed = {"allOf": [_ref("Problem"), {"properties": {"code": {"enum": codes}}}]}
    return _answer(told, {"application/problem+json": narrowed}) | _sure_headers(_SENT_ALONG.get(status, {}))


def _throttled() -> Described:
    """By API Gateway, or by the firewall, which knows but one kind of JSON."""
    told = "Too many requests at once, or from one address. Nothing was stored: come back after `Retry-After`."
    content = dict.fromkeys(("application/problem+json", "application/json"), _ref("Throttled"))
    return _answer(told, content) | _sure_headers({"Retry-After": {"type": "integer"}})


def _sure_headers(schemas: Mapping[str, Described]) -> Described:
    headers = {name: {"required": True, "schema": schema} for name, schema in schemas.items()}
    return {"headers": headers} if headers else {}


def _refused(name: str, why: str) -> Described:
    return _operation(name, why, {}, [], ["method_not_allowed", "internal_error"])


def _answer(told: str, content: Mapping[str, Described], headers: Iterable[str] = ()) -> Described:
    answer: Described = {"description": told}
    if content:
        answer["content"] = {kind: {"schema": schema} for kind, schema in content.items()}
    if listed := {name: {"schema": {"type": "string"}} for name in headers}:
        answer["headers"] = listed
    return answer


def _page(status: int) -> Described:
    return {str(status): _answer("A page", {"text/html": {"type": "string"}})}


def _json(status: int, schema: Described) -> Described:
    return {str(status): _answer("As described", {"application/json": schema})}


def _cached(kind: str) -> Described:
    content: Described = {"type": "string"} if kind.startswith("text/") else {"type": "object"}
    return {
        "200": _answer("The document", {kind: content}, ["ETag", "Cache-Control"]),
        "304": _answer("Unchanged since the ETag in If-None-Match", {}, ["ETag", "Cache-Control"]),
    }


def _nothing(status: int) -> Described:
    return {str(status): _answer("No content", {}, ["Allow"])}


def _in_path(name: str, schema: Described) -> Described:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string", **schema}}


def _in_query(name: str, told: str, schema: Described) -> Described:
    return {"name": name, "in": "query", "description": told, "schema": {"type": "string", **schema}}


_QUERY: Final = {
    "lang": _in_query("lang", "Else Accept-Language decides, else the form's first.", {"enum": list(LANGUAGES)}),
    "receipt": _in_query("receipt", "Shows the thank-you instead.", {"format": "uuid"}),
}


def _ref(name: str) -> Described:
    return {"$ref": f"#/components/schemas/{name}"}


def _name(form: Form) -> str:
    return f"form-{form.id}"


def _schema(form: Form) -> Described:
    """Without what only pages need, and without a dialect of its own: the document names it once."""
    schema = json_schema(form, form.languages[0])
    return {key: value for key, value in schema.items() if key not in {"$schema", "x-form-to-lead"}}
