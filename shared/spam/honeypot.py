"""A field that people can't see, under a name that neither browsers nor password managers fill in."""

from shared.spam.signs import Post, Sign, texts


def honeypot(post: Post) -> tuple[Sign, ...]:
    filled = any(text.strip() for text in texts(post.sent.get(post.form.spam.honeypot, "")))
    return (Sign("honeypot"),) if filled else ()
