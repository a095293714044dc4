"""How long the form was open. A page that knows no signed moment may send a plain one: that is only believed where it
speaks against the sender."""

from datetime import UTC, datetime, timedelta
from typing import Final

from shared.intake.form_start import looks_signed, started_at
from shared.spam.signs import Post, Sign

_OLD: Final = timedelta(hours=24)
"""Tabs stay open for long; but a moment that is sent again and again is a machine's."""


def time_trap(post: Post) -> tuple[Sign, ...]:
    value = post.sent.get("form_started_at", "")
    text = value.strip() if isinstance(value, str) else ""
    signed = looks_signed(text)
    started = started_at(post.secret, post.form.id, text) if signed else _moment(text)
    if started is None:
        return (Sign("form_start_forged"),) if signed else ()
    passed = post.now - started
    if timedelta(0) <= passed < timedelta(seconds=post.form.spam.min_seconds):
        return (Sign("too_fast"),)
    return (Sign("form_start_old"),) if signed and passed > _OLD else ()


def _moment(text: str) -> datetime | None:
    """Unix seconds or milliseconds, as browsers and servers write them; anything else says nothing."""
    if not (text.isascii() and text.isdecimal()) or len(text) > 13:
        return None
    number = int(text)
    return datetime.fromtimestamp(number / 1000 if len(text) > 11 else number, UTC)
