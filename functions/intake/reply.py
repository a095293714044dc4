"""What goes back: JSON for programs, a redirect or a small page for browsers. No reply can carry an attack."""

import html
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlencode, urlsplit, urlunsplit

from shared.form.texts import PAGES, Language

type Reply = dict[str, Any]
"""What API Gateway's Lambda proxy takes: statusCode, headers, body."""

_ALWAYS: Final = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_PAGE_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_TITLES: Final = {
    400: "Bad request",
    401: "Not known to be who it says",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    409: "Conflict",
    413: "Too large",
    415: "Unsupported media type",
    422: "Some fields need attention",
    500: "Something went wrong on our side",
    503: "Try again in a moment",
}
_STYLE: Final = (
    "body{font:1.1rem/1.6 system-ui,sans-serif;max-width:38rem;margin:3rem auto;padding:0 1rem;color:#1b1b1b}"
    "h1{font-size:1.5rem}li{margin:.4rem 0}"
)


def json_reply(status: int, content: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Reply:
    return _reply(status, json.dumps(content), "application/json", headers)


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    headers: Mapping[str, str] | None = None,
    errors: Sequence[Mapping[str, str]] = (),
) -> Reply:
    """RFC 9457. `code` is repeated as a member of its own, since many clients never look at `type`."""
    content: dict[str, Any] = {
        "type": f"urn:form-to-lead:problem:{code}",
        "title": _TITLES.get(status, "Error"),
        "status": status,
        "detail": detail,
        "code": code,
    }
    if errors:
        content["errors"] = list(errors)
    return _reply(status, json.dumps(content), "application/problem+json", headers)


def redirect(url: str, parameters: Sequence[tuple[str, str]]) -> Reply:
    """`url` must come from the form's allow-list. 303: the browser fetches it with GET."""
    parts = urlsplit(url)
    query = "&".join(filter(None, (parts.query, urlencode(parameters))))
    return _reply(303, "", "text/plain", {"Location": urlunsplit(parts._replace(query=query))})


def page(
    status: int, language: Language, texts: Sequence[str], *, title: str = "error_title", helped: bool = True
) -> Reply:
    """For browsers where the form names no page of its own."""
    heading = html.escape(PAGES[title][language])
    items = "".join(f"<li>{html.escape(text)}</li>" for text in texts)
    help_text = f"<p>{html.escape(PAGES['error_help'][language])}</p>" if helped else ""
    return html_reply(status, language, PAGES[title][language], f"<h1>{heading}</h1><ul>{items}</ul>{help_text}")


def html_reply(status: int, language: Language, title: str, main: str) -> Reply:
    """`main` is HTML: whoever makes it has escaped what came from outside."""
    body = (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{html.escape(title)}</title><style>{_STYLE}</style></head>"
        f"<body><main>{main}</main></body></html>"
    )
    return _reply(status, body, "text/html; charset=utf-8", {"Content-Security-Policy": _PAGE_POLICY})


def document_reply(status: int, body: str, headers: Mapping[str, str]) -> Reply:
    return _reply(status, body, "text/html; charset=utf-8", headers)


def public_reply(status: int, body: str, content_type: str | None, headers: Mapping[str, str]) -> Reply:
    """For what every website may read: it holds nothing of anybody. A 304 has no body, so no type either."""
    read_by_all = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin", **headers}
    return _reply(status, body, content_type, read_by_all) if content_type else empty(status, read_by_all)


def empty(status: int, headers: Mapping[str, str]) -> Reply:
    return {"statusCode": status, "headers": {**_ALWAYS, **headers}, "body": ""}


def _reply(status: int, body: str, content_type: str, headers: Mapping[str, str] | None) -> Reply:
    return {
        "statusCode": status,
        "headers": {**_ALWAYS, "Content-Type": content_type, **(headers or {})},
        "body": body,
    }
