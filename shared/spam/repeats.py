"""The same text from one address after another. Only what to count; the counting is the spam store's."""

import hashlib
import hmac
from typing import Final

from shared.form.field import FieldType
from shared.spam.signs import Post
from shared.values.cleaning import folded
from shared.values.email_address import same_mailbox

SENDERS_ALLOWED: Final = 3
"""Different addresses that may send one text within the window: a family, a class, a copied example."""
WINDOW_HOURS: Final = 24
_ENOUGH: Final = 40
"""Letters. `Please send me the brochure` is everybody's text."""


def repeat_key(post: Post) -> tuple[str, str] | None:
    """Keyed hashes of the text and of its sender; None for a text that many may write, or where there is no address."""
    text = "".join(folded(one) for one in post.typed(FieldType.TEXTAREA))
    addresses = post.addresses()
    if len(text) < _ENOUGH or not addresses:
        return None
    key = hmac.new(post.secret, b"repeat-filter", hashlib.sha256).digest()
    of_text = hmac.new(key, f"text\n{post.form.id}\n{text}".encode(), hashlib.sha256).hexdigest()
    of_sender = hmac.new(key, f"sender\n{same_mailbox(addresses[0])}".encode(), hashlib.sha256).hexdigest()
    return f"repeat.{of_text}", of_sender[:16]
