"""The lock adapter: all keys or none, and no lock for ever."""

from datetime import UTC, datetime

import pytest
from mypy_boto3_dynamodb import DynamoDBClient

from shared.aws.person_locks import LEASE, PersonLocks


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


def test_a_run_may_take_its_own_lock_again(locks: PersonLocks) -> None:
    """Two submissions of one batch can share a phone."""
    assert locks.take(["p.1"], holder="one", heir="s")
    assert locks.take(["p.1"], holder="one", heir="s")


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


def test_a_try_that_fails_leaves_the_run_what_it_holds_for_another_submission(locks: PersonLocks) -> None:
    """Two phones: the first is in hand for somebody of the same batch, the second is busy elsewhere."""
    assert locks.take(["p.2"], holder="other", heir="s-9")
    assert locks.take(["p.1"], holder="run", heir="s-1")
    assert not locks.take(["p.1", "p.2"], holder="run", heir="s-2")
    assert not locks.take(["p.1"], holder="third", heir="s-3")


def test_a_try_that_fails_keeps_the_doubt_of_its_submission(locks: PersonLocks) -> None:
    assert locks.take(["p.1"], holder="one", heir="s-1")
    locks.hand_over(["p.1"], holder="one", heir="s-1", until=None)
    assert locks.take(["p.2"], holder="other", heir="s-9")
    assert not locks.take(["p.1", "p.2"], holder="two", heir="s-1")
    assert not locks.take(["p.1"], holder="third", heir="s-3")
    locks.release(["p.2"], holder="other")
    assert locks.take(["p.1", "p.2"], holder="four", heir="s-1")
