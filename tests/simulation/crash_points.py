"""`python -m tests.simulation.crash_points`: each call of a function killed before and after, singly and in pairs."""

import argparse
import itertools
import os
import sys
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import Final

from rich.console import Console
from rich.progress import Progress

from tests.simulation.checking import faults_of
from tests.simulation.trial import Plan, run

ENDS: Final = ("killed_before", "killed_after")
SEED: Final = 1


def calls() -> int:
    """Of the story, when nothing goes wrong."""
    trial = run(_plan({0: ""}))
    assert faults_of(trial) == []
    return trial.storm.counted


def points(count: int, *, pairs: bool) -> Iterator[dict[int, str]]:
    """One kill each, or two; a call that a kill before made later counts under its new number."""
    numbers = range(1, count + 1)
    for at in numbers:
        yield from ({at: end} for end in ENDS)
    if pairs:
        for first, second in itertools.combinations(numbers, 2):
            yield from ({first: one, second: other} for one, other in itertools.product(ENDS, ENDS))


def wrong_at(planned: dict[int, str]) -> tuple[dict[int, str], list[str]]:
    return planned, faults_of(run(_plan(planned)))


def _plan(planned: dict[int, str]) -> Plan:
    return Plan(SEED, hours=1.2, rate=0, planned=planned, scripted=True)


def tried(chosen: Iterable[dict[int, str]], processes: int) -> Iterator[tuple[dict[int, str], list[str]]]:
    if processes == 1:
        yield from map(wrong_at, chosen)
        return
    with ProcessPoolExecutor(processes) as pool:
        yield from pool.map(wrong_at, chosen, chunksize=16)


def main() -> int:
    """0: whatever is killed, nothing is lost, created twice or unaccounted for."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.crash_points", description=__doc__)
    parser.add_argument("--pairs", action="store_true", help="two kills in each run, too: some thousands of runs")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args()
    count = calls()
    chosen = list(points(count, pairs=asked.pairs))
    started, found = time.monotonic(), 0
    console = Console(stderr=True)
    with Progress(console=console, transient=True) as progress:
        bar = progress.add_task("crash points", total=len(chosen))
        for planned, wrong in tried(chosen, asked.processes):
            progress.advance(bar)
            if wrong:
                found += 1
                console.print(f"{planned}: {'; '.join(wrong[:3])}", style="red")
    print(f"{count} calls, {len(chosen):,} runs in {time.monotonic() - started:.0f} s: {found} went wrong")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
