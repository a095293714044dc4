"""The org as a page for people: the newest Leads, Contacts and Tasks. No script; everything is escaped."""

import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from html import escape
from pathlib import Path

from local.salesforce_org.messages import Response, Row, Scalar

SHOWN = 100  # newest records of each kind
REFRESH_SECONDS = 5
_STATUS_CLASSES = (
    ("Open", "open"),
    ("Not Started", "open"),
    ("Working", "working"),
    ("In Progress", "working"),
    ("Closed - Converted", "done"),
    ("Completed", "done"),
)

type Cell = tuple[str, str]  # column heading, HTML (empty: nothing to show)


@cache
def _style() -> str:
    return (Path(__file__).parent / "page.css").read_text(encoding="utf-8")


@cache
def _policy() -> str:
    digest = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def page(rows: Callable[[str], Sequence[Row]], *, paused: bool = False) -> Response:
    """`rows` gives all live records of an object, oldest first."""
    names = {
        str(row["Id"]): str(row["Name"])
        for kind in ("User", "Group", "Account", "Contact", "Lead")
        for row in rows(kind)
    }
    sections = (
        ("Leads", [_lead(row, names) for row in rows("Lead")]),
        ("Contacts", [_contact(row, names) for row in rows("Contact")]),
        ("Tasks", [_task(row, names) for row in rows("Task")]),
    )
    html = _document(sections, paused=paused).encode()
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": _policy(),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
    }
    return Response(200, html, headers)


def _document(sections: Sequence[tuple[str, list[list[Cell]]]], *, paused: bool) -> str:
    links = "".join(f'<a href="#{name.lower()}">{name}<b>{len(rows)}</b></a>' for name, rows in sections)
    if paused:
        refresh, switch = "", '<a class="refresh" href="/">Refresh by itself</a>'
    else:
        refresh = f'<meta http-equiv="refresh" content="{REFRESH_SECONDS}">'
        switch = '<a class="refresh" href="/?pause">Stop refreshing</a>'
    body = "".join(_section(name, rows) for name, rows in sections)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
{refresh}
<title>FlexFit Fietsen, org stand-in</title>
<style>{_style()}</style>
</head>
<body>
<header>
<h1>FlexFit Fietsen</h1>
<p>A stand-in for the shop's Salesforce org, on this machine only. Everyone in it is invented.</p>
<nav aria-label="Records">{links}{switch}</nav>
</header>
<main>{body}</main>
<footer>The newest {SHOWN} of each kind, newest first.</footer>
</body>
</html>
"""


def _section(name: str, rows: Sequence[Sequence[Cell]]) -> str:
    """Columns without a single value are left out."""
    newest = list(reversed(rows))[:SHOWN]
    filled = {heading for cells in newest for heading, html in cells if html}
    headings = [heading for heading, _ in newest[0] if heading in filled] if newest else []
    head = "".join(f'<th scope="col">{heading}</th>' for heading in headings)
    body = "".join(f"<tr>{''.join(_cell(*cell) for cell in cells if cell[0] in filled)}</tr>" for cells in newest)
    table = (
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        if newest
        else '<p class="none">None yet.</p>'
    )
    return f'<section id="{name.lower()}"><h2>{name}<small>{len(rows)}</small></h2>{table}</section>'


def _cell(heading: str, html: str) -> str:
    blank = "" if html else ' class="blank"'
    return f'<td data-label="{heading}"{blank}>{html}</td>'


def _lead(row: Row, names: Mapping[str, str]) -> list[Cell]:
    return [
        ("Name", _named(row["Name"], row["Company"])),
        ("Reached at", _lines(row["Email"], row["Phone"], row["MobilePhone"])),
        ("Source", _lines(row["LeadSource"], row["Form__c"])),
        ("Status, owner", _status(row, names)),
        ("Description", _long(row["Description"])),
        ("Created (UTC), submission", _origin(row)),
    ]


def _contact(row: Row, names: Mapping[str, str]) -> list[Cell]:
    return [
        ("Name", _named(row["Name"], names.get(str(row["AccountId"])))),
        ("Reached at", _lines(row["Email"], row["Phone"], row["MobilePhone"])),
        ("Source", _lines(row["LeadSource"])),
        ("Owner", _lines(names.get(str(row["OwnerId"])))),
        ("Description", _long(row["Description"])),
        ("Created (UTC)", _origin(row)),
    ]


def _task(row: Row, names: Mapping[str, str]) -> list[Cell]:
    related = (names.get(str(row[field])) for field in ("WhoId", "WhatId"))
    return [
        ("Subject", _named(row["Subject"], None)),
        ("About", _lines(*related)),
        ("Status, owner", _status(row, names)),
        ("Description", _long(row["Description"])),
        ("Created (UTC), submission", _origin(row)),
    ]


def _text(value: Scalar) -> str:
    return "" if value is None else escape(str(value))


def _named(name: Scalar, below: Scalar) -> str:
    small = f"<small>{_text(below)}</small>" if below else ""
    return f"<div><strong>{_text(name)}</strong>{small}</div>"


def _lines(*values: Scalar) -> str:
    present = [_text(value) for value in values if value]
    return f"<div>{'<br>'.join(present)}</div>" if present else ""


def _long(value: Scalar) -> str:
    return f'<div class="long" tabindex="0">{_text(value)}</div>' if value else ""


def _status(row: Row, names: Mapping[str, str]) -> str:
    status = row["Status"]
    kind = next((name for start, name in _STATUS_CLASSES if str(status).startswith(start)), "closed")
    owner = names.get(str(row["OwnerId"]), "")
    return f'<div><span class="badge {kind}">{_text(status)}</span><small>{_text(owner)}</small></div>'


def _origin(row: Row) -> str:
    """When the record was made (to the minute) and from which submission; dates are stored as 2026-11-22T01:02:03..."""
    moment = _text(row["CreatedDate"])
    submission = row.get("Submission_Id__c")
    code = f"<code>{_text(submission)}</code>" if submission else ""
    return f'<div><time datetime="{moment}">{moment[:10]} {moment[11:16]}</time>{code}</div>'
