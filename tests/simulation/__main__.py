"""`python -m tests.simulation`: many runs, each of its own seed, on all cores."""

import argparse
import gc
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from math import inf
from typing import Final

from rich.console import Console
from rich.progress import Progress

from tests.simulation.checking import faults_of
from tests.simulation.trial import KINDS, Plan, run

_EXAMPLES: Final = """
examples:
  python -m tests.simulation                         500 seeds of 100 submissions, as CI runs
  python -m tests.simulation --seeds 1-10000         the nightly run: a million submissions
  python -m tests.simulation --seeds 116 --story     one seed, with all that happened
  python -m tests.simulation --seeds 1-100 --again   each run twice, and whether both were the same, bit for bit
"""


@dataclass
class Found:
    """What one or many runs came to."""

    submissions: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    wrong: dict[int, list[str]] = field(default_factory=dict)
    traces: dict[int, str] = field(default_factory=dict)

    def add(self, other: "Found") -> None:
        self.submissions += other.submissions
        self.faults += other.faults
        self.states += other.states
        self.wrong |= other.wrong
        self.traces |= other.traces


def one(plan: Plan) -> Found:
    trial = run(plan)
    wrong = faults_of(trial)
    states = Counter(str(row["state"]) for row in trial.rows.values())
    return Found(
        len(trial.sent),
        Counter(trial.storm.happened),
        states,
        {plan.seed: wrong} if wrong else {},
        {plan.seed: trial.world.trace},
    )


def several(plans: Iterable[Plan], processes: int) -> Iterator[Found]:
    if processes == 1:
        yield from map(one, plans)
        return
    with ProcessPoolExecutor(processes, initializer=_prepare) as pool:
        try:
            yield from pool.map(one, plans)
        finally:
            # Whoever takes no more wants no more to be begun.
            pool.shutdown(cancel_futures=True)


def _prepare() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal tells the one that asks, and that ends them
    collect_garbage_seldom()


def collect_garbage_seldom() -> None:
    """A run makes few cycles, and looking for them takes a twentieth of its time."""
    gc.freeze()
    gc.set_threshold(200_000, 50, 50)


def shortest(plan: Plan) -> Plan:
    """The smallest run near this one that still goes wrong: fewer submissions, fewer kinds of fault."""
    for count in (5, 10, 20, 50):
        smaller = replace(plan, submissions=count)
        if count < plan.submissions and faults_of(run(smaller)):
            plan = smaller
            break
    for kind in KINDS:
        simpler = replace(plan, without=plan.without | {kind})
        if faults_of(run(simpler)):
            plan = simpler
    return plan


def command_for(plan: Plan) -> str:
    without = f" --without {','.join(sorted(plan.without))}" if plan.without else ""
    return (
        f"python -m tests.simulation --seeds {plan.seed} --submissions {plan.submissions}"
        f" --rate {plan.rate}{without} --story"
    )


def _seeds(text: str) -> range:
    first, _, last = text.partition("-")
    return range(int(first), int(last or first) + 1)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.simulation",
        description=__doc__,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--seeds", type=_seeds, default=range(1, 501), help="one, or FIRST-LAST (1-500)")
    parser.add_argument("--submissions", type=int, default=100, help="of each seed (100)")
    parser.add_argument("--rate", type=float, default=Plan.rate, help=f"of each kind of fault ({Plan.rate})")
    parser.add_argument("--without", default="", help="kinds of fault that shall not happen, with commas between them")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--seconds", type=float, default=inf, help="begin no seed after so long")
    parser.add_argument("--at-least", type=int, default=1, metavar="N", help="seeds, however long they take")
    parser.add_argument("--story", action="store_true", help="tell all that happened in the (one) run")
    parser.add_argument("--again", action="store_true", help="run each seed in another interpreter, too, and compare")
    parser.add_argument("--json", action="store_true", help="the figures, for machines")
    return parser.parse_args()


def main() -> int:
    """0: nothing was lost, created twice or unaccounted for. 1: something was. 130: Ctrl-C."""
    try:
        return _run(_arguments())
    except KeyboardInterrupt:
        print("stopped; nothing is left behind", file=sys.stderr)
        return 130


def _run(asked: argparse.Namespace) -> int:
    console = Console(stderr=True)
    plans = [
        Plan(seed, asked.submissions, rate=asked.rate, without=frozenset(filter(None, asked.without.split(","))))
        for seed in asked.seeds
    ]
    if asked.story:
        trial = run(plans[0], tells=True)
        print(*trial.world.story, *faults_of(trial), f"trace {trial.world.trace}", sep="\n")
        return int(bool(faults_of(trial)))
    found, started = Found(), time.monotonic()
    with Progress(console=console, transient=True) as progress:
        bar = progress.add_task("seeds", total=len(plans))
        for part in several(plans, asked.processes):
            found.add(part)
            progress.advance(bar)
            if time.monotonic() - started > asked.seconds and len(found.traces) >= asked.at_least:
                console.print(f"{asked.seconds:.0f} s are over: {len(found.traces)} of {len(plans)} seeds were run")
                break
    _say(found, time.monotonic() - started, as_json=asked.json)
    others = _others(asked, found.traces) if asked.again else []
    for seed in sorted(found.wrong)[:3]:
        plan = shortest(next(plan for plan in plans if plan.seed == seed))
        console.print(f"seed {seed}: {'; '.join(found.wrong[seed][:3])}\n  {command_for(plan)}", style="red")
    return int(bool(found.wrong or others))


def _others(asked: argparse.Namespace, traces: Mapping[int, str]) -> list[int]:
    """Seeds whose run is another one when an interpreter with other hashes runs it."""
    command = [sys.executable, "-m", "tests.simulation", "--seeds", f"{asked.seeds[0]}-{asked.seeds[-1]}"]
    options = ["--submissions", str(asked.submissions), "--rate", str(asked.rate), "--without", asked.without]
    again = subprocess.run(  # noqa: S603 (ourselves)
        [*command, *options, "--processes", str(asked.processes), "--json"],
        env={**os.environ, "PYTHONHASHSEED": "4711"},
        stdout=subprocess.PIPE,
        check=False,
    )
    seen = {int(seed): trace for seed, trace in json.loads(again.stdout)["traces"].items()}
    others = [seed for seed, trace in traces.items() if seen.get(seed) != trace]
    print(f"{len(traces) - len(others)} of {len(traces)} were the same again, bit for bit")
    return others


def _say(found: Found, seconds: float, *, as_json: bool) -> None:
    seeds = len(found.traces)
    if as_json:
        figures: dict[str, object] = {
            "seeds": seeds,
            "submissions": found.submissions,
            "faults": dict(found.faults.most_common()),
        }
        print(json.dumps({**figures, "states": dict(found.states), "wrong": found.wrong, "traces": found.traces}))
        return
    kinds = ", ".join(f"{kind} {count:,}" for kind, count in found.faults.most_common())
    print(
        f"{found.submissions:,} submissions of {seeds:,} seeds in {seconds:.0f} s; {len(found.wrong)} seeds went wrong"
    )
    print(f"{found.faults.total():,} faults of {len(found.faults)} kinds: {kinds}")
    print("in the end: " + ", ".join(f"{state} {count:,}" for state, count in found.states.most_common()))


if __name__ == "__main__":
    sys.exit(main())
