"""What has to hold for every answer, whatever was asked. Each fault is a sentence; none is the good news."""

import json
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from functions.intake.pages.problems import STATUSES
from shared.form.definition import META_FIELDS
from shared.submission import State, Submission
from tests.hostile.requests import Hostile
from tests.hostile.setting import Setting, hostile_forms
from tests.unit.intake_desk import body_text

type Reply = Mapping[str, Any]

_HEADERS_AT_MOST: Final = 10_000
"""Bytes of all headers, beyond which API Gateway fails."""
_LEAKED_FROM: Final = 12
"""Characters of a text that can't stand in a log by chance."""
_JOINERS: Final = "\u200c\u200d"
_MARKUP: Final = ("<script>alert", "<img src=x", "<svg/onload")


def faults(made: Hostile, reply: Reply, setting: Setting, ids_before: frozenset[str], said: str) -> Iterator[str]:
    """`said` is all that was logged and counted meanwhile."""
    status = reply["statusCode"]
    if not 200 <= status < 500 and not (status == 503 and made.trouble == "table"):
        yield f"status {status}: {_told(said)}"
    if "intake_bug" in said and status != 500:
        yield f"a bug that was not told: {_told(said)}"
    yield from _of_answer(reply)
    yield from _of_rows(made, reply, setting, ids_before)
    if any(len(text) >= _LEAKED_FROM and text in said for text in made.texts):
        yield "what a visitor typed is in the logs"


def _told(said: str) -> str:
    """File and line, of the log line that a bug leaves."""
    lines = (json.loads(line) for line in said.splitlines() if '"where"' in line)
    return ", ".join(line["where"] for line in lines) or "nothing logged"


def _of_answer(reply: Reply) -> Iterator[str]:
    headers: Mapping[str, str] = reply["headers"]
    for name, value in headers.items():
        if not (f"{name}{value}".isascii() and f"{name}{value}".isprintable()):
            yield f"header {name} holds what no header may"
    if sum(len(name) + len(value) + 4 for name, value in headers.items()) > _HEADERS_AT_MOST:
        yield "more headers than API Gateway takes"
    kind = headers.get("Content-Type", "").partition(";")[0]
    try:
        json.dumps(reply).encode()
        body = body_text(reply)
    except (TypeError, ValueError):
        yield "an answer that is no UTF-8"
        return
    if kind.endswith("json"):
        yield from _of_problem(reply["statusCode"], kind, json.loads(body))
    if kind == "text/html" and any(markup in body for markup in _MARKUP):
        yield "a page with what somebody typed as its markup"
    if "Location" in headers and not _is_known(headers["Location"]):
        yield "a redirect to somewhere else"


def _of_problem(status: int, kind: str, content: Mapping[str, Any]) -> Iterator[str]:
    if (status >= 400) != (kind == "application/problem+json"):
        yield f"{status} as {kind}"
    elif status >= 400 and STATUSES.get(content["code"]) != status == content["status"]:
        yield f"{status} with the code {content['code']}"


def _is_known(location: str) -> bool:
    origins = {origin for form in hostile_forms().values() for origin in form.website.origins}
    parts = urlsplit(location)
    return location.startswith("../") or f"{parts.scheme}://{parts.netloc}" in origins


# --- what was acknowledged, and what was kept ----------------------------------------------------------------------


def receipt_in(reply: Reply) -> str | None:
    if reply["statusCode"] == 202:
        return str(json.loads(reply["body"])["receipt"])
    location = reply["headers"].get("Location", "")
    return parse_qs(urlsplit(location).query).get("receipt", [None])[0] if reply["statusCode"] == 303 else None


def _of_rows(made: Hostile, reply: Reply, setting: Setting, ids_before: frozenset[str]) -> Iterator[str]:
    receipt = receipt_in(reply)
    new = setting.table.items.keys() - ids_before
    if receipt is None:
        if new:
            yield "a row without a receipt"
        return
    if not made.may_be_kept:
        yield "acknowledged without a proof of who sent it"
    row = setting.row(receipt)
    if row is None:
        yield "a receipt without its row"
        return
    if new - {receipt}:
        yield "a row that no receipt is for"
    if row.state is State.RECEIVED and receipt not in setting.sqs.sent and made.trouble != "queue":
        yield "a row that nobody will process: it is not on the queue"
    if row.state is State.QUARANTINED and receipt in setting.sqs.sent:
        yield "quarantined, and on the queue"
    if row.state not in {State.RECEIVED, State.QUARANTINED}:
        yield f"a new row that is {row.state}"
    if row.state is State.RECEIVED and row.due_at is None:
        yield "a row that the sweeper would never find"
    yield from _of_answers(made, row)


def _of_answers(made: Hostile, row: Submission) -> Iterator[str]:
    known = hostile_forms()[row.form_id].input_names - META_FIELDS
    if unknown := sorted(row.fields.keys() - known):
        yield f"kept what the form does not ask: {unknown[0]!r}"
    if made.kept is None:
        return
    if row.form_id != made.form_id:
        yield f"kept for the form {row.form_id}"
        return
    for name in sorted(made.kept.keys() | row.fields.keys()):
        wanted = made.kept.get(name, [])
        there = row.fields.get(name, [])
        if wanted is not None and _plain(wanted) != _plain([there] if isinstance(there, str) else there):
            yield f"field {name} was altered, or lost"


def _plain(texts: list[str]) -> list[str]:
    """What cleaning may not touch: the letters, their order and the lines. It may take away what no display shows,
    blanks at the ends and blank texts, and may write a letter as one character that was sent as several."""
    seen = (_seen(text).replace("\r\n", "\n").replace("\r", "\n").strip() for text in texts)
    return [text for text in seen if text]


def _seen(text: str) -> str:
    if text.isascii():
        return text.replace("\x00", "")
    whole = "".join("\ufffd" if "\ud800" <= letter <= "\udfff" else letter for letter in text)
    shown = (letter for letter in whole if letter in _JOINERS or not _is_hidden(letter))
    return unicodedata.normalize("NFC", "".join(shown))


def _is_hidden(letter: str) -> bool:
    return letter == "\x00" or unicodedata.category(letter) == "Cf"
