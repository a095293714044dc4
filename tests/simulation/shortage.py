"""A day on which others in the org use nearly all of its API calls, and most writes meet a locked row.

What is tried again would take the calls that new submissions need. Within the reserve it waits; the others' calls are
a day old at last, and then all are settled.

python -m tests.simulation.shortage                400 submissions, under a minute
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Final

from rich.console import Console
from rich.progress import Progress

from tests.simulation.checking import faults_of
from tests.simulation.trial import Plan, make, staged, sweep
from tests.simulation.visitors import send_evenly
from tests.simulation.weather import SMALLEST_DAY
from tests.simulation.world import DAY, HOUR, START

LEFT: Final = 1_500
"""Calls that others leave: what the template keeps for new submissions, a tenth."""
_LOCKED: Final = 0.9
"""The share of writes that the org refuses for that day."""
_SHORT_FOR: Final = 24 * 60
_THEN: Final = 3 * 60
"""Minutes."""


@dataclass(frozen=True)
class Shortage:
    """`calls` are ours, `refused` those of them that the org had none left for; `most_used` counts the others', too.

    `waited` is how many were unsettled when the others' calls were a day old.
    """

    submissions: int
    calls: int
    refused: int
    most_used: int
    waited: int
    states: dict[str, int]
    wrong: tuple[str, ...]

    @property
    def is_well(self) -> bool:
        return not self.wrong and not self.refused and set(self.states) <= {"created", "updated"}


def shortage(submissions: int, left: int, *, advance: Callable[[float], None] = lambda _share: None) -> Shortage:
    trial = make(Plan(1, submissions, rate=0))
    world, salesforce = trial.world, trial.salesforce
    salesforce.org.quota.change({"daily": SMALLEST_DAY, "used": SMALLEST_DAY - left})
    trial.storm.rates = {"sf_row_locked": _LOCKED}
    trial.calm_since = START + _SHORT_FOR * 60
    most_used = waited = 0
    with staged(trial):
        send_evenly(trial, submissions, DAY)
        for minute in range(1, _SHORT_FOR + _THEN):
            world.run(START + minute * 60)
            sweep(trial)
            most_used = max(most_used, salesforce.org.quota.used)
            if minute == _SHORT_FOR - 1:
                waited = sum(row["state"] == "received" for row in trial.rows.values())
                trial.storm.rates = {}
            advance(minute / (_SHORT_FOR + _THEN))
        world.run(world.now + HOUR)
    states = Counter(str(row["state"]) for row in trial.rows.values())
    refused = salesforce.over_the_limit
    return Shortage(states.total(), salesforce.calls, refused, most_used, waited, dict(states), tuple(faults_of(trial)))


def main() -> int:
    """0: no call was refused, and all were settled without an operator."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.simulation.shortage",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--submissions", type=int, default=400)
    parser.add_argument("--left", type=int, default=LEFT, metavar="CALLS", help=f"for us in that day ({LEFT})")
    parser.add_argument("--json", action="store_true", help="the figures, for machines")
    asked = parser.parse_args()
    with Progress(console=Console(stderr=True), transient=True) as progress:
        bar = progress.add_task("shortage", total=1.0)
        found = shortage(asked.submissions, asked.left, advance=lambda share: progress.update(bar, completed=share))
    if asked.json:
        print(json.dumps({**asdict(found), "is_well": found.is_well}))
    else:
        states = ", ".join(f"{state} {count}" for state, count in sorted(found.states.items()))
        print(
            f"{asked.left:,} calls left, {found.submissions} submissions: {states}; {found.waited} of them waited for"
            f" the next day; {found.calls:,} calls, of which the org refused {found.refused};"
            f" at most {found.most_used:,} of {SMALLEST_DAY:,} were used in 24 hours"
        )
        for said in found.wrong:
            print(said)
    return int(not found.is_well)


if __name__ == "__main__":
    sys.exit(main())
