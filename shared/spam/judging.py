"""Adds up what the measures find."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from shared.form.spam_section import Spam
from shared.spam.disposable import disposable
from shared.spam.foreign_script import foreign_script
from shared.spam.honeypot import honeypot
from shared.spam.links import links
from shared.spam.lists import listed
from shared.spam.offers import offers
from shared.spam.random_letters import random_letters
from shared.spam.repetition import repetition
from shared.spam.signs import Post, Sign
from shared.spam.time_trap import time_trap

type Measure = Callable[[Post], tuple[Sign, ...]]

MEASURES: Final[tuple[Measure, ...]] = (
    honeypot,
    time_trap,
    disposable,
    links,
    repetition,
    foreign_script,
    random_letters,
    offers,
)
"""In the order in which reasons are listed."""
MOST_TIMES: Final = 3


@dataclass(frozen=True, slots=True)
class Judgement:
    """`suspect` says whether it is put aside. There may be reasons without it: flags, and what lets somebody through."""

    score: int
    reasons: tuple[str, ...]
    suspect: bool


def signs_of(post: Post) -> tuple[Sign, ...]:
    return tuple(sign for measure in MEASURES for sign in measure(post))


def judge(spam: Spam, signs: Iterable[Sign]) -> Judgement:
    found = tuple(signs)
    score = sum(spam.weight(sign.reason) * min(sign.times, MOST_TIMES) for sign in found)
    return Judgement(score, tuple(dict.fromkeys(sign.reason for sign in found)), score >= spam.threshold)


def let_through(reason: str, signs: Iterable[Sign]) -> Judgement:
    """Somebody on a list that lets through. Flags stay: a captcha that nobody could verify is still one."""
    flags = [sign.reason for sign in signs if sign.reason == "captcha_unverified"]
    return Judgement(0, (reason, *flags), suspect=False)


def by_lists(post: Post, reason: str, signs: tuple[Sign, ...]) -> Judgement:
    """`reason` is what a list says."""
    if reason.startswith("allowed_"):
        return let_through(reason, signs)
    return judge(post.form.spam, (Sign(reason), *signs))


def judge_alone(post: Post, more: tuple[Sign, ...] = ()) -> tuple[Judgement, tuple[Sign, ...]]:
    """By the form file and the post, without any store; with the signs, for who looks further."""
    signs = (*signs_of(post), *more)
    if reason := listed(post):
        return by_lists(post, reason, signs), signs
    return judge(post.form.spam, signs), signs
