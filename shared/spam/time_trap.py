"""How long the form was open. A page that knows no signed moment may send a plain one: that is only believed where it
speaks against the sender, and less, since the clock may be the visitor's own and wrong."""

from datetime import UTC, datetime, timedelta
from typing import Final

from shared.intake.form_start import started_at
from shared.spam.signs import Post, Sign, texts

_OLD: Final = timedelta(hours=24)
"""Tabs stay open for long; but a moment that is sent again and again is a machine's."""
_EXPIRED: Final = timedelta(days=30)
"""No tab is open for a month."""


def time_trap(post: Post) -> tuple[Sign, ...]:
    sent = [text.strip() for text in texts(post.sent.get("form_started_at", "")) if text.strip()]
    reason = _missing(post) if not sent else _reason(sent, post)
    return (Sign(reason),) if reason else ()


def _missing(post: Post) -> str:
    return "form_start_missing" if post.form.spam.form_start == "required" else ""


def _reason(sent: list[str], post: Post) -> str:
    signed = started_at(post.secret, post.form.id, sent[0])
    started = signed or _moment(sent[0])
    if started is None or len(sent) > 1:
        return "form_start_forged"
    passed = post.now - started
    too_fast = timedelta(0) <= passed < timedelta(seconds=post.form.spam.min_seconds)
    if signed is None:
        return "too_fast_unsigned" if too_fast else _missing(post)
    if too_fast:
        return "too_fast"
    if passed > _OLD:
        return "form_start_expired" if passed > _EXPIRED else "form_start_old"
    return ""


def _moment(text: str) -> datetime | None:
    """Unix seconds or milliseconds, as browsers and servers write them; None for anything else."""
    if not (text.isascii() and text.isdecimal()) or len(text) > 13:
        return None
    number = int(text)
    return datetime.fromtimestamp(number / 1000 if len(text) > 11 else number, UTC)
