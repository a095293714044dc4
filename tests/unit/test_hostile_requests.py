"""A slice of the hundred thousand hostile requests of `python -m tests.hostile`."""

from unittest.mock import patch

import pytest

from functions.intake import app
from tests.hostile.requests import Generator
from tests.hostile.trial import run


def test_hostile_requests_get_no_5xx_and_each_receipt_is_accounted_for() -> None:
    found = run(4_000, seed=2)
    assert found.faults == []
    assert found.requests == 4_000
    # Most are refused; were all refused, nothing would be tried behind the first gate.
    assert found.acknowledged > 400


def test_the_same_seed_gives_the_same_requests() -> None:
    one, other = Generator(3), Generator(3)
    assert [one.next() for _ in range(50)] == [other.next() for _ in range(50)]


@pytest.mark.parametrize("answer", [{"statusCode": 500}, {"statusCode": 202, "body": '{"receipt": "nobody"}'}])
def test_a_fault_is_found(answer: dict[str, object]) -> None:
    reply = {"headers": {}, "body": "", **answer}
    with patch.object(app, "handler", lambda *_: reply):
        assert len(run(1, seed=1).faults) == 1
