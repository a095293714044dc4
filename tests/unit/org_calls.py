"""Calls into the Salesforce stand-in, and how its answers are read."""

import json
from typing import Any

from local.salesforce_org import Org, Request, Response

LEAD: dict[str, Any] = {"LastName": "de Vries", "Company": "Catering"}


def create(org: Org, sobject: str = "Lead", **fields: Any) -> Response:
    return org.call("POST", f"sobjects/{sobject}/", fields)


def created_id(org: Org, sobject: str = "Lead", **fields: Any) -> str:
    response = create(org, sobject, **fields)
    assert response.status == 201, response.body
    assert isinstance(response.body, dict)
    return str(response.body["id"])


def update(org: Org, record_id: str, **fields: Any) -> Response:
    return org.call("PATCH", f"sobjects/Lead/{record_id}", fields)


def error(response: Response) -> dict[str, Any]:
    """The only error of a refusal."""
    assert isinstance(response.body, list), response.body
    assert len(response.body) == 1
    only: Any = response.body[0]
    return dict(only)


def refusal(response: Response) -> tuple[str, str, list[str] | None]:
    """(code, message, fields) of the only error; fields None when the answer has no such key."""
    only = error(response)
    return only["errorCode"], only["message"], only.get("fields")


def of(org: Org, sobject: str, name: str) -> str:
    """The id of the record of that name."""
    return next(str(row["Id"]) for row in org.rows(sobject) if row["Name"] == name)


def row(org: Org, sobject: str, record_id: str) -> dict[str, Any]:
    """A record with all its stored fields, a deleted one too."""
    return next(dict(each) for each in org.rows(sobject, deleted=True) if each["Id"] == record_id)


def described(org: Org, sobject: str = "Lead") -> dict[str, Any]:
    body: Any = org.call("GET", f"sobjects/{sobject}/describe").body
    return dict(body)


def described_fields(org: Org, sobject: str = "Lead") -> dict[str, Any]:
    return {field["name"]: field for field in described(org, sobject)["fields"]}


def control(org: Org, method: str, path: str, body: object = None) -> Response:
    return org.handle(Request(method, f"/_org/{path}", {}, b"" if body is None else json.dumps(body).encode()))
