"""Orders to the privacy function: it finds and erases, since operators have neither the key nor a login for that."""

import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ops.errors import OpsError
from ops.operations.functions import answer_of
from ops.operations.orders import Operator
from ops.stack import DeployedStack
from shared.privacy.erasing import Found

BATCH: Final = 50
"""Rows in one order to erase: some seconds."""
IDS: Final = 100
"""Submissions in one question to the org."""
IDS_IN_FULL: Final = 10
"""The same where whole records are wanted: an answer holds 6 MB at most."""
_BUSY_WAITS: Final = (2, 5, 10, 20)
"""Seconds, while a submission of that person is being processed."""


@dataclass(frozen=True, slots=True)
class Person:
    """As the operator typed it."""

    email: str
    phone: str = ""


class PrivacyFunction:
    """Methods raise OpsError, ClientError and BotoCoreError. Every order can be given again without harm."""

    def __init__(self, stack: DeployedStack, person: Person, *, sleep: Callable[[float], None] | None = None) -> None:
        self._stack = stack
        self._person = {"email": person.email, "phone": person.phone}
        self._sleep = sleep or time.sleep

    def find(self, advance: Callable[[int], object]) -> list[Found]:
        """Oldest first. `advance` hears how many rows of the table were looked at."""
        found: list[Found] = []
        after, first = "", True
        while after or first:
            page = self._order("find", **self._person, after=after)
            found += [Found(**one) for one in page["rows"]]
            advance(int(page["looked_at"]))
            after, first = str(page["after"]), False
        return sorted(found, key=lambda one: one.received_at)

    def begin(self, action: str, *, salesforce: bool) -> str:
        """The audit's id."""
        by = Operator(self._stack).name
        return str(self._order("begin", **self._person, action=action, by=by, salesforce=salesforce))

    def end(self, audit_id: str, progress: str, counts: dict[str, int]) -> None:
        self._order("end", audit_id=audit_id, progress=progress, counts=counts)

    def erase(self, submission_ids: Sequence[str], also: Sequence[str]) -> Iterator[list[dict[str, Any]]]:
        """One order a batch, given when the next item is asked for."""
        by = Operator(self._stack).name
        for batch in itertools.batched(submission_ids, BATCH, strict=False):
            ours = [one for one in also if one in batch]
            yield self._order("erase", **self._person, submission_ids=list(batch), also=ours, by=by)

    def delete_letters(self, submission_ids: Sequence[str]) -> list[str]:
        """Whose were deleted, in as many orders as it takes: each sees only some of one person's letters."""
        deleted: list[str] = []
        while found := self._order("letters", submission_ids=list(submission_ids)):
            deleted += map(str, found)
        return deleted

    def taught(self) -> str:
        """`allow`, `block` or ''."""
        return str(self._order("taught", **self._person))

    def forget(self) -> int:
        """How many entries of the taught lists were about this address."""
        return int(self._order("forget", **self._person))

    def look(
        self, submission_ids: Sequence[str], *, keep: Sequence[str] = (), everything: bool = False
    ) -> list[dict[str, Any]]:
        """What the org holds, in as many answers as it takes; without submissions, by the address alone."""
        most = IDS_IN_FULL if everything else IDS
        return [
            self._order("look", **self._person, submission_ids=batch, keep=list(keep), everything=everything)
            for batch in _batches(submission_ids, most)
        ]

    def delete(self, submission_ids: Sequence[str], *, keep: Sequence[str] = ()) -> Iterator[dict[str, Any]]:
        """One order a batch, and another where there was more than one answer holds."""
        for batch in _batches(submission_ids, IDS):
            more = True
            while more:
                done = self._delete(batch, keep)
                yield done
                more = bool(done["more"]) and done["leads"] + done["tasks"] > 0

    def _delete(self, submission_ids: list[str], keep: Sequence[str]) -> dict[str, Any]:
        for wait in (*_BUSY_WAITS, 0):
            done: dict[str, Any] = self._order("delete", **self._person, submission_ids=submission_ids, keep=list(keep))
            if not done["busy"]:
                return done
            self._sleep(wait)
        raise OpsError(
            "Somebody of this address, name or number is being processed, or Salesforce has not answered for them yet:"
            " nothing was deleted there. Give the same command again; it takes twelve minutes at the longest."
        )

    def _order(self, command: str, **content: Any) -> Any:
        answer = answer_of(self._stack, "PrivacyFunctionName", {"command": command, **content})
        return _content(answer, command)


def _batches(ids: Sequence[str], most: int) -> Iterator[list[str]]:
    """At least one, perhaps empty."""
    yield from map(list, itertools.batched(ids, most, strict=False)) if ids else ([],)


def _content(content: Any, command: str) -> Any:
    match content:
        case {"error": str(error)}:
            hint = _HINTS.get(error.partition(":")[0], "")
            raise OpsError(f"The privacy function says: {error}.{hint}")
        case dict() if command in content:
            return content[command]
        case _:
            raise OpsError("The privacy function failed. Its log says where; the same command can be given again.")


_HINTS: Final = {
    "INSUFFICIENT_ACCESS_OR_READONLY": (
        " The API user may not delete a Lead or Task: salesforce/README.md says which permission set it needs."
    )
}
