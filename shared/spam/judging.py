"""Adds up what the measures find."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from shared.form.spam_section import Spam
from shared.spam.disposable import disposable
from shared.spam.foreign_script import foreign_script
from shared.spam.honeypot import honeypot
from shared.spam.links import links
from shared.spam.offers import offers
from shared.spam.random_letters import random_letters
from shared.spam.repetition import repetition
from shared.spam.signs import Post, Sign
from shared.spam.time_trap import time_trap

type Measure = Callable[[Post], tuple[Sign, ...]]

TRAPS: Final[tuple[Measure, ...]] = (honeypot, time_trap)
"""What a page and its browser give away: they say nothing about a server that has proved who it is."""
CONTENTS: Final[tuple[Measure, ...]] = (disposable, links, repetition, foreign_script, random_letters, offers)
"""Who wrote, and what. In the order in which reasons are listed."""
MOST_TIMES: Final = 3
_LINKS: Final = ("link", "short_link", "many_links")


@dataclass(frozen=True, slots=True)
class Judgement:
    """`suspect`: it is put aside. There may be reasons without that: flags, and what lets somebody through."""

    score: int
    reasons: tuple[str, ...]
    suspect: bool


def signs_of(post: Post) -> tuple[Sign, ...]:
    measures = CONTENTS if post.proven else (*TRAPS, *CONTENTS)
    return tuple(sign for measure in measures for sign in measure(post))


def judge(spam: Spam, signs: Iterable[Sign], reason: str = "") -> Judgement:
    """`reason` is what a list says of the sender: `allowed_...` overrules all signs, `blocked_...` joins them."""
    found = tuple(signs)
    if is_allowed(reason):
        # Flags stay: a captcha that nobody could verify is still one.
        flags = [sign.reason for sign in found if not spam.weight(sign.reason)]
        return Judgement(0, (reason, *flags), suspect=False)
    if reason:
        found = (Sign(reason), *found)
    score = _score({sign.reason: spam.weight(sign.reason) * min(sign.times, MOST_TIMES) for sign in found})
    return Judgement(score, tuple(dict.fromkeys(sign.reason for sign in found)), score >= spam.threshold)


def _score(points: Mapping[str, int]) -> int:
    """Who writes in their own script and adds a link has done one thing, and not two: the heavier of both counts."""
    in_links = sum(points.get(reason, 0) for reason in _LINKS)
    return sum(points.values()) - min(in_links, points.get("foreign_script", 0))


def is_allowed(reason: str) -> bool:
    return reason.startswith("allowed_")
