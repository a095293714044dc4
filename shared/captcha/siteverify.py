"""Asks a captcha's provider about a token. Whatever goes wrong on the way, the visitor is let through with a flag.

Imported when the first form asks for it: a plain form pays nothing for it.
"""

import http.client
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlencode

from shared.form.spam_section import Captcha
from shared.spam.captcha_answer import Verdict, judge_answer, secret_refused, was_used

ENDPOINTS: Final = {
    "turnstile": "https://challenges.cloudflare.com/turnstile/v0/siteverify",
    "hcaptcha": "https://api.hcaptcha.com/siteverify",
    "recaptcha_v2": "https://www.google.com/recaptcha/api/siteverify",
    "recaptcha_v3": "https://www.google.com/recaptcha/api/siteverify",
}
SECONDS: Final = 3.0
"""For all tries together: a visitor is waiting."""
_LONGEST: Final = 64 * 1024
_TOO_SOON: Final = 0.2
"""Seconds that a second try would need at the least."""


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """A redirect is no answer: the secret goes to the provider and to nobody else."""


class _LostError(Exception):
    """No answer that can be read: the connection, a time-out, or the provider's own trouble."""


_opener: Final = urllib.request.OpenerDirector()
for _handler in (
    urllib.request.HTTPHandler(),
    urllib.request.HTTPSHandler(),
    urllib.request.HTTPDefaultErrorHandler(),
    urllib.request.HTTPErrorProcessor(),
    _NoRedirects(),
):
    _opener.add_handler(_handler)


def siteverify(
    captcha: Captcha,
    token: str,
    *,
    secret: str,
    newer_secret: Callable[[], str],
    hosts: frozenset[str],
    sender_ip: str,
    attempt_id: str,
    endpoints: Mapping[str, str],
    clock: Callable[[], float] = time.monotonic,
) -> Verdict:
    """Never raises. `attempt_id` is a UUID of the submission: Turnstile verifies a token again under the same one.

    `newer_secret` is asked when the provider refuses `secret`; '' where there is none.
    """
    fields = {"secret": secret, "response": token}
    if sender_ip and captcha.send_ip_address:
        fields["remoteip"] = sender_ip
    match captcha.provider:
        case "turnstile":
            fields["idempotency_key"] = attempt_id
        case "hcaptcha":
            fields["sitekey"] = captcha.site_key
    url = endpoints.get(captcha.provider) or ENDPOINTS[captcha.provider]
    end = clock() + SECONDS
    answer, tries = _ask_twice(url, urlencode(fields).encode(), end, clock)
    if secret_refused(answer) and (newer := newer_secret()):
        # A token is not used up by what was asked with a wrong secret.
        answer, tries = _ask_twice(url, urlencode({**fields, "secret": newer}).encode(), end, clock)
    if tries > 1 and was_used(answer):
        # Our own first try may have used it up, though its answer was lost.
        return Verdict.UNVERIFIED
    return judge_answer(captcha, answer, hosts)


def _ask_twice(url: str, body: bytes, end: float, clock: Callable[[], float]) -> tuple[object, int]:
    """The answer, None where there was none, and how many tries were made."""
    for tries in (1, 2):
        left = end - clock()
        if left < _TOO_SOON:
            return None, tries
        try:
            return _ask(url, body, left, end, clock), tries
        except _LostError:
            continue
    return None, 2


def _ask(url: str, body: bytes, seconds: float, end: float, clock: Callable[[], float]) -> object:
    request = urllib.request.Request(  # noqa: S310 (our own endpoints, or those of our settings, which must be http)
        url, data=body, headers={"Accept": "application/json", "User-Agent": "form-to-lead"}, method="POST"
    )
    try:
        with _opener.open(request, timeout=seconds) as response:
            text = _read(response, end, clock)
    except urllib.error.HTTPError as error:
        with error:
            if error.code >= 500 or error.code == 429:
                raise _LostError from None
            if error.code < 400:
                return None
            text = _read(error, end, clock)  # a provider may answer 400, and say in JSON what is wrong
    except (OSError, ValueError, http.client.HTTPException):
        raise _LostError from None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _read(response: Any, end: float, clock: Callable[[], float]) -> bytes:
    """Time-outs hold for each piece, so who sends byte after byte is stopped here. Raises _LostError."""
    pieces = b""
    try:
        while piece := response.read1(_LONGEST):
            pieces += piece
            if len(pieces) > _LONGEST or clock() > end:
                raise _LostError
    except (OSError, ValueError, http.client.HTTPException):
        raise _LostError from None
    return pieces
