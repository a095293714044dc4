"""Mailboxes that last ten minutes. The list is the one of the package disposable-email-domains (MIT), as a file:
scripts/disposable_domains.py makes it."""

from functools import cache
from pathlib import Path
from typing import Final

from shared.spam.signs import Post, Sign

_LIST: Final = Path(__file__).parent / "data" / "disposable_domains.txt"


def disposable(post: Post) -> tuple[Sign, ...]:
    found = any(is_disposable(address.rpartition("@")[2]) for address in post.addresses())
    return (Sign("disposable_domain"),) if found else ()


def is_disposable(domain: str) -> bool:
    return any(one in disposable_domains() for one in with_parents(domain))


def with_parents(domain: str) -> list[str]:
    """a.b.example.com, b.example.com, example.com: of a very long one only the last parts, which somebody owns."""
    labels = domain.split(".")[-6:]
    return [".".join(labels[start:]) for start in range(max(len(labels) - 1, 1))]


@cache
def disposable_domains() -> frozenset[str]:
    return frozenset(_LIST.read_text("utf-8").split())
