"""What one target did under one scenario, and how two compare. Pure."""

import math
import statistics
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from tests.benchmarks.load.client import Answer


@dataclass(frozen=True, slots=True)
class Settling:
    """What became of what was acknowledged. `states` counts settled rows; `seconds` is from the last receipt to the
    last of them; `calls` are those of Salesforce's API, without logins."""

    states: Mapping[str, int]
    seconds: float
    calls: int

    @property
    def settled(self) -> int:
        return sum(self.states.values())

    @property
    def calls_per_lead(self) -> float:
        return self.calls / self.states["created"] if self.states.get("created") else math.nan


@dataclass(frozen=True, slots=True)
class Measured:
    """Times in milliseconds. `refused` counts answers other than a receipt by status; 0 stands for none at all."""

    round: int
    scenario: str
    target: str
    sent: int
    accepted: int
    refused: dict[int, int]
    per_second: float
    p50: float
    p99: float
    settling: Settling | None = None


@dataclass(frozen=True, slots=True)
class Spread:
    """Of one figure, over the rounds: the median, the lowest and the highest."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Iterable[float]) -> "Spread":
        known = [value for value in values if not math.isnan(value)] or [math.nan]
        return cls(statistics.median(known), min(known), max(known))


FIGURES: Final[dict[str, Callable[[Measured], float]]] = {
    "accepted/s": lambda one: one.per_second,
    "p50": lambda one: one.p50,
    "p99": lambda one: one.p99,
}


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of all do not exceed: of a few, p99 is the largest. NaN of none."""
    if not values:
        return math.nan
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def measured(round_: int, scenario: str, target: str, answers: Sequence[Answer]) -> Measured:
    accepted = [answer for answer in answers if answer.accepted]
    times = [1000 * answer.seconds for answer in accepted]
    took = max(answer.planned + answer.seconds for answer in answers) - min(answer.planned for answer in answers)
    return Measured(
        round=round_,
        scenario=scenario,
        target=target,
        sent=len(answers),
        accepted=len(accepted),
        refused=dict(Counter(answer.status for answer in answers if not answer.accepted)),
        per_second=len(accepted) / took if took else math.nan,
        p50=percentile(times, 0.5),
        p99=percentile(times, 0.99),
    )


def of(all_measured: Iterable[Measured], scenario: str, target: str) -> list[Measured]:
    """One a round, in order."""
    found = [one for one in all_measured if (one.scenario, one.target) == (scenario, target)]
    return sorted(found, key=lambda one: one.round)


def ratios(all_measured: Sequence[Measured], scenario: str, target: str, baseline: str) -> dict[str, Spread]:
    """By figure. Each round's own, since both were measured in the same minute."""
    pairs = list(zip(of(all_measured, scenario, target), of(all_measured, scenario, baseline), strict=True))
    return {
        name: Spread.of(figure(one) / figure(other) for one, other in pairs if figure(other))
        for name, figure in FIGURES.items()
    }
