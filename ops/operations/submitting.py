"""A test submission: sent to the API as a website would, and its outcome awaited."""

import http.client
import json
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, urlsplit

from ops.errors import OpsError, unreachable
from ops.operations.reading import Ledger, get_row
from shared.submission import FieldValue, State, Submission

_SECONDS_TO_ANSWER: Final = 35
"""A little more than API Gateway itself waits."""
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Answer:
    """What the API said: a receipt, or a problem (RFC 9457)."""

    status: int
    body: dict[str, Any]

    @property
    def receipt(self) -> str:
        return str(self.body.get("receipt", ""))


def submit(api_url: str, form_id: str, fields: Mapping[str, FieldValue]) -> Answer:
    """Raises OpsError when there is no answer, or none of ours."""
    if urlsplit(api_url).scheme not in {"http", "https"}:
        raise unreachable("The stack has no ApiUrl: is it form-to-lead, of this release or a newer one?")
    request = urllib.request.Request(  # noqa: S310 (the scheme is checked above)
        f"{api_url.rstrip('/')}/forms/{quote(form_id, safe='')}",
        data=json.dumps(fields).encode(),
        headers={
            "Content-Type": "application/json",
            "Accept": "application/json",
            "Accept-Language": "en",  # the operator reads what is wrong; the field `lang` still decides
            "Idempotency-Key": str(uuid.uuid4()),
            "User-Agent": "form-to-lead",
        },
        method="POST",
    )
    # A company proxy must not be asked for what listens on this machine.
    direct = [urllib.request.ProxyHandler({})] if urlsplit(api_url).hostname in _LOOPBACK else []
    try:
        with urllib.request.build_opener(*direct).open(request, timeout=_SECONDS_TO_ANSWER) as response:
            return _answer(response.status, response.read())
    except urllib.error.HTTPError as error:
        with error:
            return _answer(error.code, error.read())
    except (OSError, http.client.HTTPException) as error:  # URLError and time-outs are OSErrors
        raise unreachable(f"The API can't be reached ({type(error).__name__}).") from None


def _answer(status: int, body: bytes) -> Answer:
    try:
        content = json.loads(body)
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise OpsError(f"The API answered {status}, with something that is not ours.")
    return Answer(status, content)


def wait_until_settled(
    ledger: Ledger,
    submission_id: str,
    *,
    seconds: float,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Submission:
    """The row as soon as it is not `received` any more, or as it is when the time is up. Raises OpsError."""
    end = clock() + seconds
    while True:
        row = get_row(ledger, submission_id)
        if row.state is not State.RECEIVED or clock() >= end:
            return row
        sleep(1)
