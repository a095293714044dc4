"""A field that people can't see, under a name that neither browsers nor password managers fill in."""

from typing import Final

from shared.spam.signs import Post, Sign, texts

_EMPTY: Final = frozenset({"", "false", "0", "null"})
"""How a program writes an empty field: JSON's false, 0 and null."""


def honeypot(post: Post) -> tuple[Sign, ...]:
    filled = any(text.strip().lower() not in _EMPTY for text in texts(post.sent.get(post.form.spam.honeypot, "")))
    return (Sign("honeypot"),) if filled else ()
