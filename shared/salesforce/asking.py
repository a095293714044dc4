"""Several queries as one API call."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from shared.salesforce import answers
from shared.salesforce.codes import error_in
from shared.salesforce.connection import BASE, Connection, of_the_call
from shared.salesforce.queries import Queries

MOST_QUERIES: Final = 5
"""In one composite request, by Salesforce's documentation."""


def ask(connection: Connection, wanted: Queries) -> dict[str, Mapping[str, Any]]:
    """What Salesforce answers to each, by the queries' names. Raises the error of the first that it refuses."""
    if not wanted:
        return {}
    asked = [query_request(name, resource, soql) for name, (resource, soql) in wanted.items()]
    answer = connection.read("POST", "composite", {"allOrNone": False, "compositeRequest": asked})
    bodies: dict[str, Mapping[str, Any]] = {}
    for name, one in zip(wanted, answers.of_composite(answer, len(asked)), strict=True):
        if one["httpStatusCode"] != 200:
            raise of_the_call(error_in(one["body"], one["httpStatusCode"]))
        bodies[name] = one["body"]
    return bodies


def query_request(name: str, resource: str, soql: str) -> dict[str, str]:
    """One query as a part of a composite request."""
    return {"method": "GET", "referenceId": name, "url": f"{BASE}/{resource}?q={quote(soql, safe='')}"}
