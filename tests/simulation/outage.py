"""Salesforce is away for thirteen days: how many wait, for how long, and how many calls it costs.

python -m tests.simulation.outage                  thirteen days, a few minutes
python -m tests.simulation.outage --write-docs     and docs/outage.svg
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.progress import Progress

from tests.simulation.checking import faults_of
from tests.simulation.plot import Panel, draw
from tests.simulation.trial import Plan, Trial, make, staged, sweep
from tests.simulation.visitors import send_evenly
from tests.simulation.weather import SMALLEST_DAY
from tests.simulation.world import DAY, HOUR, START

PICTURE: Final = Path(__file__).parents[2] / "docs" / "outage.svg"
BEFORE: Final = 0.5
"""Days until it begins."""
AFTER: Final = 1.0


@dataclass(frozen=True)
class Sample:
    """At a moment, in days since the start. `oldest` is in hours; `tries` are calls in the hour before, also those that
    got no answer."""

    day: float
    waiting: int
    oldest: float
    tries: int


@dataclass(frozen=True)
class Outage:
    """`settled_after` is in minutes since Salesforce came back; `most_calls` are those that it counted in any 24 h."""

    days: float
    submissions: int
    samples: tuple[Sample, ...]
    states: dict[str, int]
    settled_after: float
    most_calls: int
    wrong: tuple[str, ...]

    @property
    def is_well(self) -> bool:
        return not self.wrong and self.most_calls <= SMALLEST_DAY and "rejected" not in self.states


def outage(
    days: float = 13, submissions: int = 150, *, advance: Callable[[float], None] = lambda _share: None
) -> Outage:
    trial = make(Plan(1, submissions, rate=0))
    world, salesforce = trial.world, trial.salesforce
    ends = START + (BEFORE + days) * DAY
    salesforce.outages.append((START + BEFORE * DAY, ends))
    trial.calm_since = ends
    salesforce.org.quota.change({"daily": SMALLEST_DAY, "used": 0})
    samples: list[Sample] = []
    most_calls, settled_at = 0, float("inf")
    minutes = int((days + BEFORE + AFTER) * 24 * 60)
    with staged(trial):
        send_evenly(trial, submissions, (days + BEFORE) * DAY)
        for minute in range(1, minutes + 1):
            world.run(START + minute * 60)
            sweep(trial)
            most_calls = max(most_calls, salesforce.org.quota.used)
            waiting = [row for row in trial.rows.values() if row["state"] == "received"]
            if world.now > ends and not waiting:
                settled_at = min(settled_at, world.now)
            if minute % 60 == 0:
                samples.append(_sample(trial, waiting, sum(one.tries for one in samples)))
                advance(minute / minutes)
        world.run(world.now + HOUR)
    states = Counter(str(row["state"]) for row in trial.rows.values())
    return Outage(
        days, submissions, tuple(samples), dict(states), (settled_at - ends) / 60, most_calls, tuple(faults_of(trial))
    )


def _sample(trial: Trial, waiting: Sequence[Mapping[str, Any]], tries_before: int) -> Sample:
    now = trial.world.now
    ages = [now - datetime.fromisoformat(str(row["received_at"])).timestamp() for row in waiting]
    return Sample((now - START) / DAY, len(waiting), max(ages, default=0) / HOUR, trial.salesforce.tries - tries_before)


def picture(found: Outage) -> str:
    days = [one.day for one in found.samples]
    span = (BEFORE, BEFORE + found.days)
    return draw(
        f"Salesforce is away for {found.days:g} days ({sum(found.states.values())} submissions)",
        "days",
        span,
        [
            Panel("submissions that wait", days, [one.waiting for one in found.samples]),
            Panel("age of the oldest, in days", days, [one.oldest / 24 for one in found.samples]),
            Panel("calls tried, each hour", days, [one.tries for one in found.samples]),
        ],
    )


def main() -> int:
    """0: all were settled without an operator, within the org's calls."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.simulation.outage", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--days", type=float, default=13)
    parser.add_argument("--submissions", type=int, default=150)
    parser.add_argument("--json", action="store_true", help="the figures, for machines")
    parser.add_argument("--write-docs", action="store_true", help="draw docs/outage.svg")
    asked = parser.parse_args()
    console = Console(stderr=True)
    with Progress(console=console, transient=True) as progress:
        bar = progress.add_task("outage", total=1.0)
        found = outage(asked.days, asked.submissions, advance=lambda share: progress.update(bar, completed=share))
    if asked.write_docs:
        PICTURE.write_text(picture(found), encoding="utf-8")
    if asked.json:
        print(json.dumps({**asdict(found), "is_well": found.is_well}))
    else:
        states = ", ".join(f"{state} {count}" for state, count in sorted(found.states.items()))
        print(
            f"{found.days:g} days of outage, {sum(found.states.values())} submissions: {states}; the last settled"
            f" {found.settled_after:.0f} minutes after its end; at most {found.most_calls} calls in 24 hours"
        )
        for said in found.wrong:
            print(said)
    return int(not found.is_well)


if __name__ == "__main__":
    sys.exit(main())
