"""A POST that stands for another method, for clients that can't send it: `?_HttpMethod=PATCH`.

The parameter is documented. That the header X-HTTP-Method-Override does the same is a guess from reports.
"""

from dataclasses import replace
from urllib.parse import parse_qs

from local.salesforce_org.messages import Request

_METHODS = frozenset({"GET", "HEAD", "PATCH", "PUT", "DELETE"})


def effective(request: Request) -> Request:
    """The request that is meant. What names no method is left as the POST that it is."""
    if request.method != "POST" or not request.path.startswith("/services/data/"):
        return request
    named = parse_qs(request.query_string).get("_HttpMethod", [])
    wanted = (named[0] if named else request.headers.get("x-http-method-override", "")).strip().upper()
    return replace(request, method=wanted) if wanted in _METHODS else request
