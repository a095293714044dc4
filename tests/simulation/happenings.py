"""What can happen in a step of the state machine: a fault of a call to come, an order, and the weather."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tests.simulation.calls import Storm
from tests.simulation.trial import Trial
from tests.simulation.world import World


def _each(calls: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple((function, after) for function, count in calls.items() for after in range(count))


CALLS_TO_THE_ORG: Final = _each({"processor": 4, "privacy": 2})
CALLS_TO_AWS: Final = _each({"processor": 13, "intake": 2, "replay": 4, "requeue": 3, "privacy": 4})
"""A function, and how many of its calls are spared before one fails. So many come of most invocations."""
ORDERS: Final[Mapping[str, Mapping[str, Any]]] = {
    "edit": {"fields": {"bike": "cargo-bike", "phone": "0653718294"}},
    "replay": {},
    "release": {"teach": None},
    "release and trust": {"teach": "address"},
    "discard": {"why": "spam"},
    "discard_spam": {"why": "spam", "block": None},
    "discard_spam and block": {"why": "spam", "block": "address"},
    "reconcile": {},
}
"""What operators say of one submission, or of all; the first word is the command."""


@dataclass
class Awaited:
    """A fault of one of a function's next calls: of the first that can have it, or of one so many later."""

    function: str
    spared: int
    kind: str
    of_the_org: bool
    """Whether it is a call to the org; else to AWS."""


@dataclass
class NextCalls(Storm):
    """Nothing is left to chance: calls have the faults that were asked for."""

    awaited: list[Awaited] = field(default_factory=list)

    def at(self, world: World, what: str, possible: tuple[str, ...]) -> str:
        function = world.here().name.partition("#")[0]
        self.calls.append((function, what))
        where = function, what.startswith("salesforce:")
        meant = [one for one in self.awaited if (one.function, one.of_the_org) == where and one.kind in possible]
        now = next((one for one in meant if not one.spared), None)
        if self.is_over or now is None:
            for one in meant:
                one.spared -= 1
            return ""
        self.awaited.remove(now)
        self.note(now.kind)
        return now.kind

    def note(self, kind: str) -> None:
        super().note(kind)
        if kind == "batch_twice":
            self.rates = {}


def _swept(trial: Trial) -> None:
    trial.fleet.invoke("requeue", {})


def _expired(trial: Trial) -> None:
    trial.store.expire()


def _handed_out_twice(trial: Trial) -> None:
    trial.storm.rates = {"batch_twice": 1.0}


def _deployed(trial: Trial) -> None:
    trial.storm.note("deployment")
    trial.fleet.everything_new()


def _org_gone_or_back(trial: Trial) -> None:
    if trial.salesforce.outages:
        trial.salesforce.outages.clear()
    else:
        trial.storm.note("sf_outage")
        trial.salesforce.outages.append((trial.world.now, float("inf")))


HAPPENINGS: Final[Mapping[str, Callable[[Trial], None]]] = {
    "the sweeper runs": _swept,
    "a batch is handed out twice": _handed_out_twice,
    "the org goes, or is back": _org_gone_or_back,
    "a release is deployed": _deployed,
    "what has expired goes": _expired,
}
