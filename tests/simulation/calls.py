"""One call to AWS: where time passes, where things go wrong, and where a process can be killed.

The product's clients try each call twice (shared/aws/clients.py), so a write whose answer got lost is made again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, cast

from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from tests.simulation.world import World

_ANSWER: Final = {"dynamodb": 0.004, "sqs": 0.008, "secretsmanager": 0.015}
"""Seconds, about."""
PATIENCE: Final = 2.0
"""Seconds that the product's clients wait for an answer."""


def refusal(code: str, operation: str = "call", **more: Any) -> ClientError:
    return ClientError(cast("Any", {"Error": {"Code": code, "Message": "as asked"}, **more}), operation)


@dataclass
class Storm:
    """How often each kind of fault happens, of 1; and, for crash points, what happens at a call's number."""

    rates: Mapping[str, float] = field(default_factory=dict)
    planned: Mapping[int, str] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)
    """The function and what it asked for, of each call so far; a plan counts them from 1."""
    happened: dict[str, int] = field(default_factory=dict)
    is_over: bool = False
    _sums: dict[tuple[str, ...], float] = field(default_factory=dict)

    def at(self, world: World, what: str, possible: tuple[str, ...]) -> str:
        """The fault that this call has, or ''."""
        if self.is_over:
            return ""
        self.calls.append((world.here().name.partition("#")[0], what))
        kind = self.planned.get(len(self.calls), "") or self._drawn(world, possible)
        if kind:
            self.note(kind)
        return kind

    def _likely(self, possible: tuple[str, ...]) -> float:
        if possible not in self._sums:
            self._sums[possible] = sum(self.rates.get(kind, 0) for kind in possible)
        return self._sums[possible]

    def note(self, kind: str) -> None:
        self.happened[kind] = self.happened.get(kind, 0) + 1

    def _drawn(self, world: World, possible: tuple[str, ...]) -> str:
        if not self.rates:
            return ""
        drawn = world.random.random()
        if drawn >= self._likely(possible):
            return ""
        for kind in possible:
            drawn -= self.rates.get(kind, 0)
            if drawn < 0:
                return kind
        return ""


AWS_FAULTS: Final = (
    "killed_before",
    "killed_after",
    "killed_meanwhile",
    "aws_throttled",
    "aws_unavailable",
    "aws_answer_lost",
    "aws_request_lost",
    "aws_done_twice",
    "aws_slow",
)


def aws_call(world: World, storm: Storm, what: str, do: Callable[[], Any]) -> Any:
    """`do` takes effect at one moment, whole or not at all. `what` begins with the service."""
    service = what.partition(":")[0]
    fault = storm.at(world, what, AWS_FAULTS)
    world.note(f"{what} {fault}".rstrip())
    if fault == "killed_before":
        world.die()
    if fault == "killed_meanwhile":
        world.later(PATIENCE * world.random.random(), lambda: _quietly(do))
        world.die()
    wait = _ANSWER[service] * (0.7 + 1.5 * world.random.random())
    world.sleep(wait + (1.5 * world.random.random() if fault == "aws_slow" else 0))
    match fault:
        case "aws_throttled":
            raise refusal("ThrottlingException" if service != "dynamodb" else "ProvisionedThroughputExceededException")
        case "aws_unavailable":
            raise refusal("InternalServerError")
        case "aws_request_lost":
            world.sleep(2 * PATIENCE)
            raise EndpointConnectionError(endpoint_url=f"https://{service}.example")
        case "aws_done_twice":
            _quietly(do)
            world.sleep(PATIENCE)
    answer, error = _tried(do)
    if fault == "killed_after":
        world.die()
    if fault == "aws_answer_lost":
        world.sleep(2 * PATIENCE)
        raise ReadTimeoutError(endpoint_url=f"https://{service}.example")
    # What it does next touches nothing of others before its next call, which waits first.
    if error:
        raise error
    return answer


def _tried(do: Callable[[], Any]) -> tuple[Any, ClientError | None]:
    try:
        return do(), None
    except ClientError as error:
        return None, error


def _quietly(do: Callable[[], Any]) -> None:
    _tried(do)
