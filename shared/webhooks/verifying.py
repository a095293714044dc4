"""Did the source that it names send this post, and just now?"""

import hmac
import re
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from typing import Final

from shared.form.sources import Scheme
from shared.webhooks import signing

TOLERANCE: Final = timedelta(seconds=300)
MOST_KEYS: Final = 2
"""The old and the new one, while a key is being replaced."""
_MESSAGE_ID: Final = re.compile(r"[!-~]{1,255}")
_ENDS_AS_TIME: Final = re.compile(r"\.[0-9]+\Z")
_UNIX: Final = re.compile(r"[0-9]{1,15}")
_NOBODY: Final = secrets.token_bytes(32)
"""Compared with when there is no key, so that an unknown source takes as long as a known one. Nobody can guess it."""


class Verdict(Enum):
    GOOD = auto()
    WRONG = auto()
    OUT_OF_TIME = auto()


@dataclass(frozen=True, slots=True)
class Post:
    """A post as it came. `header` gives '' for a header that is not there; its names are in lower case."""

    header: Callable[[str], str]
    token: str
    body: bytes


def usable_keys(scheme: Scheme, texts: Iterable[object]) -> tuple[bytes, ...]:
    """At most two; a text that can't be a key of this scheme is none."""
    decode = signing.key_bytes if scheme is Scheme.STANDARD else signing.secret_bytes
    keys = (decode(text) for text in texts if isinstance(text, str))
    return tuple(key for key in keys if key)[:MOST_KEYS]


def verify(scheme: Scheme, keys: Sequence[bytes], post: Post, now: datetime) -> Verdict:
    """Whoever can't sign learns nothing but that: the time is only looked at under a right signature."""
    expected, given, moment = _SCHEMES[scheme](tuple(keys) or (_NOBODY,), post)
    if not _one_is_right(expected, given):
        return Verdict.WRONG
    if moment is not None and abs(now - moment) > TOLERANCE:
        return Verdict.OUT_OF_TIME
    return Verdict.GOOD


def _one_is_right(expected: Sequence[bytes], given: Sequence[str]) -> bool:
    """In constant time: no comparison is left out because an earlier one was right."""
    had = [text.encode("utf-8", "replace") for text in given]
    return any([hmac.compare_digest(one, other) for one in expected for other in had])  # noqa: C419 (never ends early)


type _Claim = tuple[Sequence[bytes], Sequence[str], datetime | None]
"""Signatures that would be right, those that were sent, and when the post says that it was sent."""


def _standard(keys: Sequence[bytes], post: Post) -> _Claim:
    message_id, stamp = post.header("webhook-id"), post.header("webhook-timestamp")
    moment = _moment(stamp, per_second=1)
    # `a.1` and `1` would be signed as `a` and `1.1` are: where id ends and time starts must be sure.
    if moment is None or not _MESSAGE_ID.fullmatch(message_id) or _ENDS_AS_TIME.search(message_id):
        return _none(keys, post)
    signatures = post.header("webhook-signature").split()
    return [signing.standard(key, message_id, stamp, post.body).encode() for key in keys], signatures, moment


def _typeform(keys: Sequence[bytes], post: Post) -> _Claim:
    return [signing.typeform(key, post.body).encode() for key in keys], [post.header("typeform-signature")], None


def _webflow(keys: Sequence[bytes], post: Post) -> _Claim:
    stamp = post.header("x-webflow-timestamp")
    moment = _moment(stamp, per_second=1000)
    if moment is None:
        return _none(keys, post)
    return (
        [signing.webflow(key, stamp, post.body).encode() for key in keys],
        [post.header("x-webflow-signature")],
        moment,
    )


def _token(keys: Sequence[bytes], post: Post) -> _Claim:
    return keys, [post.token], None


def _none(keys: Sequence[bytes], post: Post) -> _Claim:
    return [signing.typeform(key, post.body).encode() for key in keys], [], None


def _moment(text: str, *, per_second: int) -> datetime | None:
    if not (text.isascii() and _UNIX.fullmatch(text)):
        return None
    try:
        return datetime.fromtimestamp(int(text) / per_second, UTC)
    except (ValueError, OverflowError, OSError):
        return None


_SCHEMES: Final[dict[Scheme, Callable[[Sequence[bytes], Post], _Claim]]] = {
    Scheme.STANDARD: _standard,
    Scheme.TYPEFORM: _typeform,
    Scheme.WEBFLOW: _webflow,
    Scheme.TOKEN: _token,
}
