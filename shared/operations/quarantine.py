"""What operators do with suspected spam: let it go its way, or end it; and what the lists learn from that.

The lists learn first, and then the submission moves: an order that broke off in between can be given again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from shared.form.definition import Form
from shared.matching.word_lists import free_mail_domains
from shared.operations.replaying import Dependencies, Done, discard, replay
from shared.spam.lists import Ruling, Subject, taught_key
from shared.spam.signs import Post
from shared.submission import State, Submission

_FREE_MAIL: Final = "free_mail_domain"


class Memory(Protocol):
    def teach(self, rulings: Mapping[str, Ruling]) -> None: ...


@dataclass(frozen=True)
class Teaching:
    """`subject` is None where the lists are to learn nothing."""

    memory: Memory
    subject: Subject | None


def release(submission_ids: Iterable[str], by: str, dependencies: Dependencies, teaching: Teaching) -> list[Done]:
    """They are processed as if nothing had been suspected; their senders are let through from now on."""
    chosen, done = _taught(submission_ids, "allow", dependencies, teaching)
    released = replay(chosen, by, dependencies) if chosen else []
    return done + [_renamed(one) for one in released]


def discard_spam(
    submission_ids: Iterable[str], why: str, by: str, dependencies: Dependencies, teaching: Teaching
) -> list[Done]:
    """They end here; with a subject, their senders are put aside from now on."""
    chosen, done = _taught(submission_ids, "block", dependencies, teaching)
    return done + (discard(chosen, why, by, dependencies) if chosen else [])


def _taught(
    submission_ids: Iterable[str], ruling: Ruling, dependencies: Dependencies, teaching: Teaching
) -> tuple[list[str], list[Done]]:
    """The ids that may go on, and what is to be said of the others."""
    rulings: dict[str, Ruling] = {}
    chosen: list[str] = []
    refused: list[Done] = []
    for submission_id in dict.fromkeys(submission_ids):
        row = dependencies.ledger.get(submission_id)
        if row is None or row.state is not State.QUARANTINED:
            refused.append(Done(submission_id, f"is_{row.state}" if row else "unknown"))
            continue
        keys, trouble = _keys(row, dependencies, teaching.subject)
        if trouble:
            refused.append(Done(submission_id, trouble))
            continue
        chosen.append(submission_id)
        rulings |= dict.fromkeys(keys, ruling)
    if rulings:
        teaching.memory.teach(rulings)
    return chosen, refused


def _keys(row: Submission, dependencies: Dependencies, subject: Subject | None) -> tuple[list[str], str]:
    """A submission without an e-mail address teaches nothing."""
    if subject is None:
        return [], ""
    form = dependencies.forms.get(row.form_id)
    addresses = _addresses(form, row) if form else ()
    secret = dependencies.secret()
    if subject == "address":
        return [taught_key(secret, subject, one) for one in addresses], ""
    domains = {one.rpartition("@")[2] for one in addresses}
    if domains & free_mail_domains():
        return [], _FREE_MAIL
    return [taught_key(secret, subject, domain) for domain in sorted(domains)], ""


def _addresses(form: Form, row: Submission) -> tuple[str, ...]:
    return Post(form, row.fields, secret=b"", now=row.received_at).addresses()


def _renamed(done: Done) -> Done:
    return Done(done.submission_id, "released", changed=True) if done.result == "replayed" else done
