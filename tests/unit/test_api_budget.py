"""When the org's daily API calls are down to what is kept for new submissions: the alarm and the wait agree."""

import pytest

from shared.salesforce.budget import ApiBudget


def a_budget(reserve: float, *headers: str) -> ApiBudget:
    budget = ApiBudget(reserve, lambda: 0.0)
    for header in headers:
        budget.told(header)
    return budget


@pytest.mark.parametrize(
    ("reserve", "used", "reached"),
    [(0.1, 8999, False), (0.1, 9000, True), (0.1, 10001, True), (0, 9999, False), (0, 10000, True), (0.9, 1000, True)],
)
def test_the_reserve_is_reached_once_no_more_than_it_is_left(reserve: float, used: int, reached: bool) -> None:
    budget = a_budget(reserve, f"api-usage={used}/10000")
    assert budget.is_down_to_reserve is reached
    assert budget.has_calls_for_repeats() is not reached


def test_nothing_is_known_before_the_first_answer() -> None:
    assert not a_budget(0.1).is_down_to_reserve
    assert a_budget(0.1).has_calls_for_repeats()
