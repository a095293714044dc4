"""The figures as rows of texts, once for the screen and for the page."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from tests.benchmarks.load.measures import FIGURES, Measured, Settling, Spread, of, ratios
from tests.benchmarks.load.targets import BARE, CALLS, PRODUCT
from tests.benchmarks.matching.tables import Rows

_COMPARED = ((CALLS, BARE), (PRODUCT, BARE), (PRODUCT, CALLS))


def all_tables(found: Sequence[Measured], command: str, faults: Sequence[str]) -> dict[str, Rows]:
    """By the name of the section of the page."""
    scenarios = list(dict.fromkeys(one.scenario for one in found))
    return {
        "run": _run(found, command, faults),
        "ratios": _ratios(found, scenarios),
        "settled": _settled(found, scenarios),
        "figures": _figures(found, scenarios),
    }


def spread(value: Spread, digits: int = 2) -> str:
    if math.isnan(value.median):
        return "none"
    median, low, high = (f"{each:,.{digits}f}" for each in (value.median, value.low, value.high))
    return median if low == high else f"{median} ({low} to {high})"


def _run(found: Sequence[Measured], command: str, faults: Sequence[str]) -> Rows:
    mine = [one for one in found if one.target == PRODUCT]
    row = (
        f"`{command}`",
        f"{sum(one.sent for one in mine):,}",
        f"{sum(one.accepted for one in mine):,}",
        f"{sum(one.settling.settled for one in mine if one.settling):,}",
        str(len(faults)),
    )
    return Rows("The run", ("command", "submissions", "acknowledged", "settled", "faults"), (row,))


def _ratios(found: Sequence[Measured], scenarios: Iterable[str]) -> Rows:
    rows = tuple(
        (scenario, target, baseline, *(spread(each) for each in ratios(found, scenario, target, baseline).values()))
        for scenario in scenarios
        for target, baseline in _COMPARED
    )
    return Rows("Ratios", ("scenario", "target", "divided by", *FIGURES), rows)


def _figures(found: Sequence[Measured], scenarios: Iterable[str]) -> Rows:
    rows = tuple(
        (
            scenario,
            target,
            _total(found, scenario, target, lambda one: one.sent),
            _total(found, scenario, target, lambda one: one.sent - one.accepted),
            spread(Spread.of(one.per_second for one in of(found, scenario, target)), 1),
            spread(Spread.of(one.p50 for one in of(found, scenario, target)), 0),
            spread(Spread.of(one.p99 for one in of(found, scenario, target)), 0),
        )
        for scenario in scenarios
        for target in (BARE, CALLS, PRODUCT)
    )
    return Rows("Figures", ("scenario", "target", "sent", "refused", "accepted/s", "p50, ms", "p99, ms"), rows)


def _settled(found: Sequence[Measured], scenarios: Iterable[str]) -> Rows:
    rows = []
    for scenario in scenarios:
        mine = [one.settling for one in of(found, scenario, PRODUCT) if one.settling]
        rows.append(
            (
                scenario,
                _total(found, scenario, PRODUCT, lambda one: one.accepted),
                f"{sum(one.settled for one in mine):,}",
                _states(mine),
                spread(Spread.of(one.seconds for one in mine), 1),
                spread(Spread.of(one.calls_per_lead for one in mine)),
            )
        )
    columns = ("scenario", "acknowledged", "settled", "as", "s after the last receipt", "Salesforce API calls per Lead")
    return Rows("Settled", columns, tuple(rows))


def _states(found: Iterable[Settling]) -> str:
    counts = sum((Counter(one.states) for one in found), Counter[str]())
    return ", ".join(f"{state} {count:,}" for state, count in counts.most_common())


def _total(found: Sequence[Measured], scenario: str, target: str, count: Callable[[Measured], int]) -> str:
    return f"{sum(count(one) for one in of(found, scenario, target)):,}"
