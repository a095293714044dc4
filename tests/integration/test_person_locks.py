"""The lock adapter: all keys or none, and no lock for ever."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from mypy_boto3_dynamodb import DynamoDBClient

from shared.aws.person_locks import LEASE, PersonLocks
from shared.errors import TransientError
from shared.leads.held_keys import HeldKeys
from shared.submission import Submission
from tests.builders import a_submission


@pytest.fixture
def clock() -> list[float]:
    return [1_800_000_000.0]


@pytest.fixture
def locks(dynamodb: DynamoDBClient, clock: list[float]) -> PersonLocks:
    return PersonLocks(dynamodb, "PersonLocks", clock=lambda: clock[0])


def test_a_held_key_is_nobody_else_s(locks: PersonLocks) -> None:
    assert locks.take(["p.1"], holder="one", heir="s")
    assert not locks.take(["p.1"], holder="two", heir="s")
    locks.release(["p.1"], holder="one")
    assert locks.take(["p.1"], holder="two", heir="s")


def test_taking_some_of_the_keys_gives_them_back(locks: PersonLocks) -> None:
    assert locks.take(["p.2"], holder="one", heir="s")
    assert not locks.take(["p.1", "p.2"], holder="two", heir="s")
    assert locks.take(["p.1"], holder="three", heir="s")


def test_a_lock_of_a_killed_run_ends_with_its_lease(locks: PersonLocks, clock: list[float]) -> None:
    assert locks.take(["p.1"], holder="killed", heir="s")
    clock[0] += LEASE + 1
    assert locks.take(["p.1"], holder="next", heir="s")
    locks.release(["p.1"], holder="killed")
    assert not locks.take(["p.1"], holder="third", heir="s")


def test_a_handed_over_lock_ends_with_the_doubt(locks: PersonLocks, clock: list[float]) -> None:
    """A submission that is settled has no next try that would give it back sooner."""
    assert locks.take(["p.1"], holder="one", heir="s-1")
    until = datetime.fromtimestamp(clock[0] + 5, UTC)
    locks.hand_over(["p.1"], holder="one", heir="s-1", until=until)
    clock[0] += 5
    assert not locks.take(["p.1"], holder="two", heir="s-2")
    clock[0] += 11  # for clocks that differ
    assert locks.take(["p.1"], holder="two", heir="s-2")


def test_no_keys_are_always_free(locks: PersonLocks) -> None:
    assert locks.take([], holder="one", heir="s")


def test_a_handed_over_lock_is_its_submission_s_only_until_the_doubt_is_over(
    locks: PersonLocks, clock: list[float]
) -> None:
    assert locks.take(["p.1"], holder="one", heir="s-1")
    locks.hand_over(["p.1"], holder="one", heir="s-1", until=None)
    clock[0] += LEASE - 1
    assert not locks.take(["p.1"], holder="two", heir="s-2")
    assert locks.take(["p.1"], holder="three", heir="s-1")
    locks.hand_over(["p.1"], holder="three", heir="s-1", until=None)
    clock[0] += LEASE + 1
    assert locks.take(["p.1"], holder="four", heir="s-2")


def test_a_run_takes_what_it_holds_for_another_submission_only_once(locks: PersonLocks) -> None:
    """Two submissions of one batch can share a phone."""
    with HeldKeys(locks, "run") as held:
        assert held.take(a_row("s-1", "p.1"))
        assert held.take(a_row("s-2", "p.1", "p.2"))
        held.know(in_doubt={}, untold=())
    assert locks.take(["p.1", "p.2"], holder="other", heir="s-3")


def test_a_try_that_fails_leaves_the_run_what_it_holds_for_another_submission(locks: PersonLocks) -> None:
    """Two phones: the first is in hand for somebody of the same batch, the second is busy elsewhere."""
    assert locks.take(["p.2"], holder="other", heir="s-9")
    with HeldKeys(locks, "run") as held:
        assert held.take(a_row("s-1", "p.1"))
        assert not held.take(a_row("s-2", "p.1", "p.2"))
        assert not locks.take(["p.1"], holder="third", heir="s-3")


def test_a_try_that_fails_keeps_the_doubt_of_its_submission(locks: PersonLocks) -> None:
    assert locks.take(["p.1"], holder="one", heir="s-1")
    locks.hand_over(["p.1"], holder="one", heir="s-1", until=None)
    assert locks.take(["p.2"], holder="other", heir="s-9")
    assert not locks.take(["p.1", "p.2"], holder="two", heir="s-1")
    assert not locks.take(["p.1"], holder="third", heir="s-3")
    locks.release(["p.2"], holder="other")
    assert locks.take(["p.1", "p.2"], holder="four", heir="s-1")


def test_a_doubt_ends_when_it_ends_though_its_submission_tried_in_between(
    locks: PersonLocks, clock: list[float]
) -> None:
    until = datetime.fromtimestamp(clock[0], UTC) + timedelta(seconds=30)
    assert locks.take(["p.1"], holder="one", heir="s-1")
    locks.hand_over(["p.1"], holder="one", heir="s-1", until=until)
    assert locks.take(["p.2"], holder="other", heir="s-9")
    assert not locks.take(["p.1", "p.2"], holder="two", heir="s-1")
    clock[0] += 41
    assert locks.take(["p.1"], holder="third", heir="s-3")


class Flaky:
    """In place of the table's client: at the put of a key something happens, once."""

    def __init__(self, client: DynamoDBClient, key: str, happens: str) -> None:
        self._client, self._key, self._happens = client, key, happens

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def put_item(self, **call: Any) -> Mapping[str, Any]:
        if call["Item"]["lock_key"]["S"] != self._key or not self._happens:
            return self._client.put_item(**call)
        happens, self._happens = self._happens, ""
        if happens == "throttled":
            error: Any = {"Error": {"Code": "ProvisionedThroughputExceededException", "Message": "slower"}}
            raise ClientError(error, "PutItem")
        self._client.put_item(**call)
        return self._client.put_item(**call)


def test_locks_of_a_run_that_could_not_take_them_all_are_its_submission_s(
    dynamodb: DynamoDBClient, clock: list[float]
) -> None:
    """Else the person would wait for a whole lease because the table was busy once."""
    flaky: Any = Flaky(dynamodb, "p.2", "throttled")
    locks = PersonLocks(flaky, "PersonLocks", clock=lambda: clock[0])
    with pytest.raises(TransientError), HeldKeys(locks, "one") as held:
        held.take(a_row("s-1", "p.1", "p.2"))
    assert locks.take(["p.1", "p.2"], holder="two", heir="s-1")


@pytest.mark.parametrize("was_in_doubt", [False, True])
def test_a_key_that_was_written_twice_is_left_to_its_submission_alone(
    dynamodb: DynamoDBClient, clock: list[float], was_in_doubt: bool
) -> None:
    """The second answer shows our own first write: a doubt of this submission may have stood there before."""
    flaky: Any = Flaky(dynamodb, "p.1", "")
    locks = PersonLocks(flaky, "PersonLocks", clock=lambda: clock[0])
    if was_in_doubt:
        assert locks.take(["p.1"], holder="zero", heir="s-1")
        locks.hand_over(["p.1"], holder="zero", heir="s-1", until=None)
    assert locks.take(["p.2"], holder="other", heir="s-9")
    flaky._happens = "twice"
    with HeldKeys(locks, "one") as held:
        assert not held.take(a_row("s-1", "p.1", "p.2"))
    locks.release(["p.2"], holder="other")
    assert not locks.take(["p.1"], holder="third", heir="s-3")
    assert locks.take(["p.1", "p.2"], holder="two", heir="s-1")


def a_row(submission_id: str, *keys: str) -> Submission:
    return a_submission().model_copy(update={"submission_id": submission_id, "person_keys": keys})
