"""Stand-ins that hold state as the real ones do, in memory: the ledger, the queues, the locks."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from shared.aws.lead_queue import DeadLetter
from shared.errors import FormToLeadError, TransientError
from shared.rejection import Rejection
from shared.spam.lists import Ruling
from shared.submission import Change, FieldValue, Outcome, State, Submission, Summary


@dataclass
class FakeLedger:
    """Conditional like the real one: a change only lands on the row as it was seen."""

    rows: dict[str, Submission] = field(default_factory=dict)
    fails_next: FormToLeadError | None = None
    crash_before_settle: bool = False
    writes_again: bool = False
    """The answer to each new row is lost: the client writes again, and meets what it wrote."""

    def _trip(self) -> None:
        if self.fails_next:
            error, self.fails_next = self.fails_next, None
            raise error

    def add(self, submission: Submission) -> Submission | None:
        self._trip()
        there = self.rows.get(submission.submission_id)
        if there is None:
            self.rows[submission.submission_id] = submission
            return submission if self.writes_again else None
        return there

    def get(self, submission_id: str) -> Submission | None:
        self._trip()
        return self.rows.get(submission_id)

    def get_many(self, submission_ids: Iterable[str]) -> dict[str, Submission]:
        self._trip()
        return {one: self.rows[one] for one in submission_ids if one in self.rows}

    def by_state(self, state: State, *, newest_first: bool = False) -> Iterator[Summary]:
        self._trip()
        rows = [row for row in self.rows.values() if row.state is state]
        rows.sort(key=lambda row: row.received_at, reverse=newest_first)
        yield from (Summary.model_validate(row.model_dump()) for row in rows)

    def settle(
        self,
        submission: Submission,
        state: State,
        *,
        by: str,
        now: datetime,
        why: str = "",
        outcome: Outcome | None = None,
        rejection: Rejection | None = None,
        expires_at: int | None = None,
    ) -> bool:
        self._trip()
        if self.crash_before_settle:
            raise KilledError
        change = Change(at=now, from_state=submission.state, to_state=state, by=by, why=why)
        keys = {"person_keys": submission.person_keys}
        new: dict[str, Any] = {"state": state, "history": (*submission.history, change), **keys}
        if outcome:
            new["outcome"] = outcome
        if rejection:
            new |= {"rejection": rejection, "reason": rejection.reason}
        if expires_at:
            new["expires_at"] = expires_at
        return self._change(submission, new)

    def note_attempt(
        self,
        submission: Submission,
        *,
        error: str,
        due_at: datetime,
        counted: bool,
        in_doubt_until: datetime | None,
        no_try_before: datetime | None = None,
    ) -> bool:
        self._trip()
        new: dict[str, Any] = {"attempts": submission.attempts + int(counted), "last_error": error, "due_at": due_at}
        new |= {"same_error_tries": submission.tries_with(error) + int(counted), "person_keys": submission.person_keys}
        if in_doubt_until:
            new["in_doubt_until"] = in_doubt_until
        if no_try_before:
            new["no_try_before"] = no_try_before
        return self._change(submission, new)

    def note_requeue(self, summary: Summary, *, due_at: datetime) -> bool:
        row = self.rows[summary.submission_id]
        if row.due_at != summary.due_at:
            return False
        return self._change(summary, {"requeue_count": summary.requeue_count + 1, "due_at": due_at})

    def edit(self, submission: Submission, fields: Mapping[str, FieldValue], *, by: str, now: datetime) -> bool:
        change = Change(at=now, from_state=submission.state, to_state=submission.state, by=by, why="edited")
        new = {
            "fields": dict(fields),
            "original_fields": submission.original_fields or submission.fields,
            "history": (*submission.history, change),
        }
        return self._change(submission, new)

    def reopen(
        self, submission: Submission, *, person_keys: Sequence[str], due_at: datetime, by: str, now: datetime, why: str
    ) -> bool:
        change = Change(at=now, from_state=submission.state, to_state=State.RECEIVED, by=by, why=why)
        new = {
            "state": State.RECEIVED,
            "replay_count": submission.replay_count + 1,
            "person_keys": tuple(person_keys),
            "due_at": due_at,
            "attempts": 0,
            "same_error_tries": 0,
            "requeue_count": 0,
            "reason": "",
            "expires_at": None,
            "history": (*submission.history, change),
        }
        return self._change(submission, new)

    def _change(self, seen: Submission | Summary, new: Mapping[str, Any]) -> bool:
        row = self.rows.get(seen.submission_id)
        if row is None or (row.state, row.replay_count) != (seen.state, seen.replay_count):
            return False
        if isinstance(seen, Submission) and row.fields != seen.fields:
            return False
        self.rows[seen.submission_id] = row.model_copy(update=dict(new))
        return True


class KilledError(BaseException):
    """The process is gone: nothing of the product can catch this."""


@dataclass
class FakeQueue:
    """First in, first out within a group; a deduplication id counts once."""

    sent: list[tuple[str, str, int]] = field(default_factory=list)
    down: bool = False

    def send(self, submission_id: str, *, group: str, replay: int = 0) -> None:
        if self.down:
            raise TransientError("sqs:down")
        if (submission_id, group, replay) not in self.sent:
            self.sent.append((submission_id, group, replay))


@dataclass
class FakeDeadLetters:
    letters: list[dict[str, Any]] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    released: list[str] = field(default_factory=list)
    down: bool = False

    def send(self, submission_id: str, *, reason: str, form_id: str, group: str, replay: int, now: datetime) -> None:
        assert group, now
        if self.down:
            raise TransientError("sqs:down")
        self.letters.append(
            {"submission_id": submission_id, "reason": reason, "form_id": form_id, "replay": replay, "group": group}
        )

    def redrive(self, submission_id: str) -> None:
        """What SQS does after too many deliveries: it moves the message as it is, without a reason."""
        self.letters.append({"submission_id": submission_id})

    def messages(self) -> Iterator[DeadLetter]:
        if self.down:
            raise TransientError("sqs:down")
        yield from [
            DeadLetter(letter["submission_id"], str(id(letter)), replay=letter.get("replay")) for letter in self.letters
        ]

    def delete(self, letter: DeadLetter) -> None:
        self.deleted.append(letter.submission_id)
        self.letters = [one for one in self.letters if str(id(one)) != letter.receipt_handle]

    def release(self, letter: DeadLetter) -> None:
        assert any(str(id(one)) == letter.receipt_handle for one in self.letters)
        self.released.append(letter.submission_id)


@dataclass
class FakeLocks:
    """`kept_until` is by heir."""

    holders: dict[str, str] = field(default_factory=dict)
    kept_until: dict[str, datetime | None] = field(default_factory=dict)

    def take(self, keys: Iterable[str], *, holder: str, heir: str) -> bool:
        keys = list(keys)
        if any(self.holders.get(key, holder) not in {holder, heir} for key in keys):
            return False
        self.holders |= dict.fromkeys(keys, holder)
        return True

    def hand_over(self, keys: Iterable[str], *, holder: str, heir: str, until: datetime | None) -> None:
        """A key that was handed to another submission of the same run stays that one's."""
        self.kept_until[heir] = until
        for key in keys:
            if self.holders.get(key) == holder:
                self.holders[key] = heir

    def release(self, keys: Iterable[str], *, holder: str) -> None:
        for key in keys:
            if self.holders.get(key) == holder:
                del self.holders[key]


@dataclass
class FakeSpamMemory:
    """`asked` counts the calls that the real one would make."""

    rulings: dict[str, Ruling] = field(default_factory=dict)
    texts: dict[str, tuple[datetime, set[str]]] = field(default_factory=dict)
    asked: int = 0
    down: bool = False

    def _call(self) -> None:
        self.asked += 1
        if self.down:
            raise TransientError("dynamodb:down")

    def taught(self, keys: Collection[str]) -> Mapping[str, Ruling]:
        self._call()
        return {key: self.rulings[key] for key in keys if key in self.rulings}

    def teach(self, rulings: Mapping[str, Ruling]) -> None:
        self._call()
        self.rulings |= rulings

    def senders(self, key: str, sender: str, *, now: datetime, window: timedelta) -> int:
        self._call()
        end, known = self.texts.get(key, (now, set()))
        if end <= now:
            end, known = now + window, set()
        self.texts[key] = (end, known | {sender})
        return len(known | {sender})
