"""Who is always let through and who is always put aside: by the form file, and by what operators taught.

The more exact entry wins: an address over its domain, and a domain over a word. At the same level letting through wins.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, Literal

from shared.form.field import FieldType
from shared.form.spam_section import Listed
from shared.spam.disposable import with_parents
from shared.spam.signs import Post
from shared.values.email_address import same_mailbox

type Ruling = Literal["allow", "block"]
type Subject = Literal["address", "domain"]

SUBJECTS: Final[tuple[Subject, ...]] = ("address", "domain")
_WORDS: Final = {"allow": "allowed", "block": "blocked"}


def listed(post: Post) -> str:
    """The reason that the form's own lists give, such as `allowed_domain`; '' where nothing of it is on any."""
    spam = post.form.spam
    for subject, stands_in in (("address", _has_address), ("domain", _has_domain), ("word", _has_word)):
        for ruling, entries in (("allowed", spam.allow), ("blocked", spam.block)):
            if stands_in(entries, post):
                return f"{ruling}_{subject}"
    return ""


def _has_address(entries: Listed, post: Post) -> bool:
    mailboxes = {same_mailbox(one) for one in entries.addresses}
    return any(same_mailbox(one) in mailboxes for one in post.addresses())


def _has_domain(entries: Listed, post: Post) -> bool:
    return any(domain in entries.domains for one in post.addresses() for domain in with_parents(one.rpartition("@")[2]))


def _has_word(entries: Listed, post: Post) -> bool:
    if not entries.words:
        return False
    pattern = _as_pattern(entries.words)
    typed = post.typed(FieldType.TEXT, FieldType.TEXTAREA, FieldType.NAME)
    return any(pattern.search(" ".join(text.split())) for text in typed)


@lru_cache(maxsize=100)
def _as_pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    either = "|".join(re.escape(" ".join(word.split())) for word in words)
    return re.compile(rf"(?<!\w)(?:{either})(?!\w)", re.IGNORECASE)


# --- what operators taught ---------------------------------------------------------------------------------------


def taught_key(secret: bytes, subject: Subject, value: str) -> str:
    """Of an address or a domain: a keyed hash, so that the store does not say whom it knows."""
    key = hmac.new(secret, b"taught-lists", hashlib.sha256).digest()
    value = same_mailbox(value) if subject == "address" else value.strip().lower()
    return f"taught.{hmac.new(key, f'{subject}\n{value}'.encode(), hashlib.sha256).hexdigest()}"


def taught_keys(post: Post) -> dict[str, Subject]:
    """What to look up, with what each is about: the more exact comes first."""
    by_address: dict[str, Subject] = {taught_key(post.secret, "address", one): "address" for one in post.addresses()}
    by_domain: dict[str, Subject] = {
        taught_key(post.secret, "domain", domain): "domain"
        for one in post.addresses()
        for domain in with_parents(one.rpartition("@")[2])
    }
    return by_address | by_domain


def taught(keys: Mapping[str, Subject], found: Mapping[str, Ruling]) -> str:
    """The reason that the taught entries give, such as `blocked_address`; '' where there are none."""
    for key, subject in keys.items():
        if key in found:
            return f"{_WORDS[found[key]]}_{subject}"
    return ""
