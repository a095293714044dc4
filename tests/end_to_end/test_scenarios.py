"""Every request of events/, sent over HTTP to the deployed stack with IAM enforced."""

import pytest

from local.playing import Player
from local.scenarios import Scenario, load_scenarios
from ops.operations.orders import Operator
from tests.end_to_end.conftest import LocalStack


@pytest.mark.parametrize("scenario", load_scenarios(), ids=lambda scenario: str(scenario.name))
def test_each_example_ends_as_it_says(stack: LocalStack, scenario: Scenario) -> None:
    stack.reset_org()
    for result in Player(stack.stack, Operator(stack.stack)).play([scenario]):
        assert result.differences == (), f"step {result.number}: {result.sent}"
