"""Spam at the intake: the rules of shared/spam/ with the two things from outside that they may need.

A form that asks for nothing pays for nothing: the store of taught lists and repeats is asked about submissions that are
suspect already, unless the form wants it for all; a captcha's provider only by forms with a captcha. Neither can stop a
submission: without their answer it goes on, with a flag where a captcha could not be verified.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from urllib.parse import urlsplit

from shared.errors import FormToLeadError
from shared.form.definition import Form
from shared.form.spam_section import Captcha
from shared.intake.limits import TOKEN_LENGTH
from shared.observability import count, log
from shared.spam.captcha_answer import TOKEN_FIELDS, Verdict
from shared.spam.judging import Judgement, is_allowed, judge, signs_of
from shared.spam.lists import MOST_EXACT, Ruling, listed, most_exact, taught, taught_keys
from shared.spam.repeats import SENDERS_ALLOWED, WINDOW_HOURS, repeat_key
from shared.spam.signs import Post, Sign, texts
from shared.submission import FieldValue


class Memory(Protocol):
    def taught(self, keys: Collection[str]) -> Mapping[str, Ruling]: ...
    def senders(self, key: str, sender: str, *, now: datetime, window: timedelta) -> int: ...


class Verify(Protocol):
    def __call__(
        self, captcha: Captcha, token: str, *, hosts: frozenset[str], sender_ip: str, attempt_id: str
    ) -> Verdict: ...


@dataclass(frozen=True, slots=True)
class Guards:
    """What a deployment has against spam beside the rules. Without a `verify`, no token can be verified."""

    memory: Memory | None = None
    verify: Verify | None = None


def token_in(captcha: Captcha, sent: Mapping[str, FieldValue]) -> str:
    """'' where there is none, or none that a provider could have made."""
    for name in TOKEN_FIELDS[captcha.provider]:
        for text in texts(sent.get(name, "")):
            if 0 < len(text) <= TOKEN_LENGTH and text.isascii() and text.isprintable():
                return text
    return ""


def verified(
    captcha: Captcha, token: str, *, guards: Guards, hosts: Collection[str], form: Form, sender_ip: str, attempt_id: str
) -> Verdict:
    if not token:
        return Verdict.FAILED
    if guards.verify is None:
        return Verdict.UNVERIFIED
    known = {urlsplit(origin).hostname or "" for origin in form.website.origins}
    verdict = guards.verify(
        captcha,
        token,
        hosts=frozenset({*known, *captcha.hostnames, *hosts} - {""}),
        sender_ip=sender_ip,
        attempt_id=attempt_id,
    )
    if verdict is not Verdict.PASSED:
        count("CaptchaNotPassed", form=form.id, verdict=verdict)
    return verdict


def judgement(post: Post, captcha: Verdict | None, memory: Memory | None) -> Judgement:
    """`captcha` is None where none was asked for. Never raises because of the store."""
    signs = signs_of(post)
    if captcha and captcha is not Verdict.PASSED:
        signs = (*signs, Sign(captcha))
    reason = listed(post)
    if memory:
        if not is_allowed(reason) and _is_repeat(post, memory):
            signs = (*signs, Sign("repeat"))
        # A taught address is more exact than a domain or a word of the form's own; its allowed address is final.
        if reason != MOST_EXACT and _is_looked_up(
            post, judge(post.form.spam, signs, "" if is_allowed(reason) else reason)
        ):
            reason = most_exact(reason, _taught(post, memory))
    return judge(post.form.spam, signs, reason)


def _is_repeat(post: Post, memory: Memory) -> bool:
    repeat = repeat_key(post) if post.form.spam.repeat_filter else None
    if repeat is None:
        return False
    try:
        return memory.senders(*repeat, now=post.now, window=timedelta(hours=WINDOW_HOURS)) > SENDERS_ALLOWED
    except FormToLeadError as error:
        return _without_memory(error)


def _is_looked_up(post: Post, judged: Judgement) -> bool:
    when = post.form.spam.taught_lists
    return when == "always" or (when == "suspicious" and judged.score > 0)


def _taught(post: Post, memory: Memory) -> str:
    keys = taught_keys(post)
    if not keys:
        return ""
    try:
        return taught(keys, memory.taught(keys))
    except FormToLeadError as error:
        _without_memory(error)
        return ""


def _without_memory(error: FormToLeadError) -> bool:
    log("spam_memory_unavailable", level="warning", error=error.code)
    count("SpamMemoryUnavailable")
    return False
