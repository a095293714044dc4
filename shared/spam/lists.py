"""Who is always let through and who is always put aside: by the form file, and by what operators taught.

The more exact entry wins, whoever made it: an address over its domain, and a domain over a word. At the same level
letting through wins.
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
from shared.values.cleaning import one_line
from shared.values.email_address import same_mailbox
from shared.values.looks import folded_address, folded_domain, plain

type Ruling = Literal["allow", "block"]
type Subject = Literal["address", "domain"]

SUBJECTS: Final[tuple[Subject, ...]] = ("address", "domain")
_WORDS: Final = {"allow": "allowed", "block": "blocked"}
MOST_EXACT: Final = "allowed_address"
_BY_EXACTNESS: Final = (
    MOST_EXACT, "blocked_address", "allowed_domain", "blocked_domain", "allowed_word", "blocked_word", "",
)  # fmt: skip


def most_exact(*reasons: str) -> str:
    """Of what lists say the one that counts; '' where none says anything."""
    return min(reasons, key=_BY_EXACTNESS.index, default="")


def listed(post: Post) -> str:
    """The reason that the form's own lists give, such as `allowed_domain`; '' where nothing of it is on any."""
    spam = post.form.spam
    for subject, stands_in in (("address", _has_address), ("domain", _has_domain), ("word", _has_word)):
        for ruling, entries in (("allowed", spam.allow), ("blocked", spam.block)):
            if stands_in(entries, post):
                return f"{ruling}_{subject}"
    return ""


def _has_address(entries: Listed, post: Post) -> bool:
    mailboxes = {same_mailbox(folded_address(one)) for one in entries.addresses}
    return any(same_mailbox(one) in mailboxes for one in post.addresses())


def _has_domain(entries: Listed, post: Post) -> bool:
    domains = {folded_domain(one) for one in entries.domains}
    return any(domain in domains for one in post.addresses() for domain in with_parents(one.rpartition("@")[2]))


def _has_word(entries: Listed, post: Post) -> bool:
    if not entries.words:
        return False
    pattern = _as_pattern(entries.words)
    typed = post.typed(FieldType.TEXT, FieldType.TEXTAREA, FieldType.NAME)
    return any(pattern.search(one_line(plain(text))) for text in typed)


@lru_cache(maxsize=100)
def _as_pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    either = "|".join(re.escape(one_line(plain(word))) for word in words)
    return re.compile(rf"(?<!\w)(?:{either})(?!\w)")


# --- what operators taught ---------------------------------------------------------------------------------------


def taught_key(secret: bytes, subject: Subject, value: str) -> str:
    """Of an address or a domain: a keyed hash, so that the store does not say whom it knows."""
    key = hmac.new(secret, b"taught-lists", hashlib.sha256).digest()
    value = same_mailbox(folded_address(value)) if subject == "address" else folded_domain(value)
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
    return most_exact(*(f"{_WORDS[found[key]]}_{subject}" for key, subject in keys.items() if key in found))
