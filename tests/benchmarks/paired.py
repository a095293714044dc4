"""Two things timed in turns, so that a busy machine slows both alike."""

import statistics
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ratio:
    """Medians in milliseconds; `ratio` is the median of the ratios of neighbouring runs."""

    name: str
    baseline: str
    measured_ms: float
    baseline_ms: float
    ratio: float
    limit: float | None = None

    @property
    def within(self) -> bool:
        return self.limit is None or self.ratio <= self.limit


def compare(
    name: str,
    measured: Callable[[], float],
    baseline_name: str,
    baseline: Callable[[], float],
    *,
    rounds: int,
    limit: float | None = None,
) -> Ratio:
    """Both callables do their work once and return the seconds it took, by the clock that fits."""
    measured(), baseline()  # once to warm caches; not counted
    pairs = [(measured(), baseline()) for _ in range(rounds)]
    return Ratio(
        name,
        baseline_name,
        1000 * statistics.median(one for one, _ in pairs),
        1000 * statistics.median(other for _, other in pairs),
        statistics.median(one / other for one, other in pairs),
        limit,
    )
