"""A person is erased: from the ledger, from the dead letters and, if asked, from the org.

    find ▶ begin ▶ erase rows ▶ delete dead letters ▶ forget what was taught ▶ delete in the org ▶ end

Each step is an order of its own and can be given again. What is left of a row says that it was erased and keeps the
keyed hashes, so a run that was cut off anywhere finds its rows again, and with them what came of them in the org. The
row goes first: from then on no processor, replay or sweeper takes it up, since each of them writes on condition that
the row is as they saw it. Only who had it in hand at that moment may still write to Salesforce; `look_again_after` is
when that has ended, and the same orders then delete what landed.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from shared.aws.lead_queue import LOOK_SECONDS, DeadLetter
from shared.crm import Record, Written
from shared.form.definition import Form
from shared.observability import count, log
from shared.privacy.audit import AUDIT_STATE, Action, Audit, Progress, new_audit_id
from shared.privacy.subject import THEIRS, Item, Subject, relation
from shared.privacy.tombstone import moment_in, tombstone
from shared.submission import State, Submission, timestamp

_PAGES: Final = 20
"""Of 1 MB, in one order: some seconds, so that whoever waits sees it go on."""
_LETTER_HIDDEN: Final = timedelta(seconds=2 * LOOK_SECONDS)
"""From the erasure of its row on: whoever looks at the dead letters hides them for a while, and may die over it. Twice
as long, since that may be an order of this erasure."""
_SEEN_AGAIN: Final = 3
"""Tries on a row that changes between the look and the write."""


class Rows(Protocol):
    def page(self, after: str) -> tuple[list[Item], str]: ...
    def get_many(self, submission_ids: Iterable[str]) -> dict[str, Item]: ...
    def erase(self, seen: Item, left: Submission, *, also_as_seen: Collection[str] = ()) -> bool: ...
    def write_audit(self, audit: Audit) -> None: ...


class DeadLetters(Protocol):
    def messages(self) -> Iterator[DeadLetter]: ...
    def delete(self, letter: DeadLetter) -> None: ...
    def release(self, letter: DeadLetter) -> None: ...


class Locks(Protocol):
    def take(self, keys: Iterable[str], *, holder: str, heir: str) -> bool: ...
    def release(self, keys: Iterable[str], *, holder: str) -> None: ...


class Memory(Protocol):
    def taught(self, keys: Collection[str]) -> Mapping[str, str]: ...
    def forget(self, key: str) -> bool: ...


class InOrg(Protocol):
    """What the org holds: shared/salesforce/person_records.py says which records these are."""

    @property
    def leads(self) -> tuple[Record, ...]: ...
    @property
    def tasks(self) -> tuple[Record, ...]: ...
    @property
    def contacts(self) -> tuple[Record, ...]: ...
    @property
    def noted(self) -> tuple[Record, ...]: ...
    @property
    def more(self) -> bool: ...


class Org(Protocol):
    def look(
        self, email: str, submission_ids: Sequence[str], oldest: datetime | None, *, everything: bool = False
    ) -> InOrg: ...
    def delete(self, record_ids: Sequence[str]) -> list[Written]: ...


@dataclass(frozen=True)
class Dependencies:
    rows: Rows
    dead_letters: DeadLetters
    locks: Locks
    memory: Memory
    org: Org
    forms: Mapping[str, Form]
    now: Callable[[], datetime]
    secret: Callable[[], bytes]
    """The key of all person keys; raises ConfigurationError when there is none."""


# --- find ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Found:
    """A row that has to do with the person, and how. Nothing personal."""

    submission_id: str
    form_id: str
    state: str
    received_at: str
    relation: str


@dataclass(frozen=True, slots=True)
class FoundPage:
    """`after` is where the next page begins, '' behind the last one."""

    rows: tuple[Found, ...]
    looked_at: int
    after: str


def find(person: Subject, after: str, dependencies: Dependencies) -> FoundPage:
    found: list[Found] = []
    looked_at = 0
    for _ in range(_PAGES):
        items, after = dependencies.rows.page(after)
        looked_at += len(items)
        for item in items:
            how = _relation(item, person, dependencies.forms)
            if how != "none":
                found.append(
                    Found(
                        str(item["submission_id"]),
                        str(item.get("form_id", "")),
                        str(item.get("state", "")),
                        str(item.get("received_at", "")),
                        how,
                    )
                )
        if not after:
            break
    return FoundPage(tuple(found), looked_at, after)


def _relation(item: Item, person: Subject, forms: Mapping[str, Form]) -> str:
    if item.get("state") == AUDIT_STATE:
        return "none"
    return relation(item, person, forms.get(str(item.get("form_id", ""))))


# --- audit -----------------------------------------------------------------------------------------------


def begin(action: Action, key: str, by: str, dependencies: Dependencies, *, salesforce: bool) -> str:
    """The audit's id. Written before anything is erased: a run that dies is known too."""
    audit = Audit(
        submission_id=new_audit_id(),
        action=action,
        by=by,
        received_at=dependencies.now(),
        person_keys=(key,) if key else (),
        salesforce=salesforce,
    )
    dependencies.rows.write_audit(audit)
    return audit.submission_id


def end(audit_id: str, progress: Progress, counts: Mapping[str, int], dependencies: Dependencies) -> bool:
    """False where there is no such audit."""
    there = dependencies.rows.get_many([audit_id]).get(audit_id)
    if there is None or there.get("state") != AUDIT_STATE:
        return False
    new = {"reason": progress, "counts": dict(counts), "ended_at": dependencies.now()}
    dependencies.rows.write_audit(Audit.model_validate({**there, **new}))
    log("privacy_request", reason=str(there.get("action", "")), state=progress, number=counts.get("rows", 0))
    return True


# --- the ledger ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ErasedRow:
    """`result` is one word. Moments, or '': `look_again_after` is until when Salesforce may still get something of it,
    `letter_hidden_until` until when the dead letter of what was rejected may be where nobody finds it."""

    submission_id: str
    result: str
    changed: bool = False
    look_again_after: str = ""
    letter_hidden_until: str = ""


def erase_rows(
    submission_ids: Iterable[str], person: Subject, by: str, dependencies: Dependencies, *, also: Iterable[str] = ()
) -> list[ErasedRow]:
    """Only the person's own rows, and those of `also`, which an operator has looked at."""
    return [_erase_row(one, person, by, dependencies, sure=one in set(also)) for one in dict.fromkeys(submission_ids)]


def _erase_row(submission_id: str, person: Subject, by: str, dependencies: Dependencies, *, sure: bool) -> ErasedRow:
    for _ in range(_SEEN_AGAIN):
        item = dependencies.rows.get_many([submission_id]).get(submission_id)
        if item is None or item.get("state") == AUDIT_STATE:
            return ErasedRow(submission_id, "unknown")
        if item.get("state") == State.ERASED:
            # Of its letter nothing is said: where an earlier run found it, nobody would ever be done.
            again = _if_later(moment_in(item.get("in_doubt_until")), dependencies.now())
            return ErasedRow(submission_id, "already_erased", look_again_after=again)
        if not sure and _relation(item, person, dependencies.forms) not in THEIRS:
            return ErasedRow(submission_id, "not_theirs")
        now = dependencies.now()
        left = tombstone(item, key=person.email_key, by=by, now=now, why="erasure")
        if dependencies.rows.erase(item, left):
            count("Erased")
            log("erased", submission_id=submission_id)
            again = timestamp(left.in_doubt_until) if left.in_doubt_until else ""
            hidden = timestamp(now + _LETTER_HIDDEN) if item.get("state") == State.REJECTED else ""
            return ErasedRow(submission_id, "erased", changed=True, look_again_after=again, letter_hidden_until=hidden)
    return ErasedRow(submission_id, "changed_meanwhile")


def _if_later(moment: datetime | None, now: datetime) -> str:
    return timestamp(moment) if moment and moment > now else ""


def delete_letters(submission_ids: Iterable[str], dependencies: Dependencies) -> list[str]:
    """Deletes dead letters of rows that were erased, and says whose: they hold an id only, but would ring the alarm for
    what is gone.

    One pass. Of one person's letters, which are one group, the queue gives ten, and the next ones once these are gone:
    whoever wants all of them gone asks until none is found.
    """
    gone = set(submission_ids)
    deleted: list[str] = []
    for letter in list(dependencies.dead_letters.messages()):
        if letter.submission_id in gone:
            dependencies.dead_letters.delete(letter)
            deleted.append(letter.submission_id)
        else:
            dependencies.dead_letters.release(letter)
    return deleted


# --- the lists that operators taught ---------------------------------------------------------------------


def taught(person: Subject, dependencies: Dependencies) -> str:
    """`allow` or `block` where an operator said so of this address, else ''. Their domain is not theirs alone."""
    return dependencies.memory.taught([person.taught_key]).get(person.taught_key, "")


def forget(person: Subject, dependencies: Dependencies) -> int:
    """How many entries there were."""
    return int(dependencies.memory.forget(person.taught_key))
