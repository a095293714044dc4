"""The lock adapter: all keys or none, and no lock for ever."""

import pytest
from mypy_boto3_dynamodb import DynamoDBClient

from shared.person_locks import LEASE, PersonLocks


@pytest.fixture
def clock() -> list[float]:
    return [1_800_000_000.0]


@pytest.fixture
def locks(dynamodb: DynamoDBClient, clock: list[float]) -> PersonLocks:
    return PersonLocks(dynamodb, "PersonLocks", clock=lambda: clock[0])


def test_a_held_key_is_nobody_else_s(locks: PersonLocks) -> None:
    assert locks.take(["p.1"], holder="one")
    assert not locks.take(["p.1"], holder="two")
    locks.release(["p.1"], holder="one")
    assert locks.take(["p.1"], holder="two")


def test_taking_some_of_the_keys_gives_them_back(locks: PersonLocks) -> None:
    assert locks.take(["p.2"], holder="one")
    assert not locks.take(["p.1", "p.2"], holder="two")
    assert locks.take(["p.1"], holder="three")


def test_a_run_may_take_its_own_lock_again(locks: PersonLocks) -> None:
    """Two submissions of one batch can share a phone."""
    assert locks.take(["p.1"], holder="one")
    assert locks.take(["p.1"], holder="one")


def test_a_lock_of_a_killed_run_ends_with_its_lease(locks: PersonLocks, clock: list[float]) -> None:
    assert locks.take(["p.1"], holder="killed")
    clock[0] += LEASE + 1
    assert locks.take(["p.1"], holder="next")
    locks.release(["p.1"], holder="killed")
    assert not locks.take(["p.1"], holder="third")


def test_no_keys_are_always_free(locks: PersonLocks) -> None:
    assert locks.take([], holder="one")
