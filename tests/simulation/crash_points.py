"""`python -m tests.simulation.crash_points`: each call of each function killed before, after, meanwhile; and in pairs.

What runs are the stories of tests/simulation/stories.py, which together make each kind of call. A call is known by its
number among all calls of its run, the first being 1. `killed_meanwhile` is a process that ends while it waits for the
answer: what it asked for is done a little later, or in Salesforce up to ten minutes later. Lambda's time-out is a kill,
too.

All pairs are: for each first kill (before and after each call of the story as it goes when nothing is wrong) each
second kill (before and after each call that comes then). A first kill changes what follows: calls are made again, later
and under other numbers, and others are made that the quiet story never makes. So the numbers of the second kill go up
to as many calls as the run with the first kill alone has, until everything is settled. Up to the second kill both runs
are the same, bit for bit, so each of these calls is met, and no other pair is there.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from rich.console import Console
from rich.progress import Progress

from tests.simulation.__main__ import collect_garbage_seldom
from tests.simulation.calls import AWS_FAULTS
from tests.simulation.checking import faults_of
from tests.simulation.salesforce import FAULTS, faults_of_call
from tests.simulation.stories import STORIES
from tests.simulation.trial import Plan, Trial, run

type Planned = Mapping[int, str]
"""What happens to the call of which number."""

ENDS: Final = ("killed_before", "killed_after")
KILLS: Final = (*ENDS, "killed_meanwhile")
_SEED: Final = 1
_EXAMPLES: Final = """
examples:
  python -m tests.simulation.crash_points                               each call killed, in all stories
  python -m tests.simulation.crash_points --faults                      each other fault of each call as well
  python -m tests.simulation.crash_points --pairs                       two kills in each run, too: half an hour of CPU
  python -m tests.simulation.crash_points --pairs --story mended --sample 20
  python -m tests.simulation.crash_points --story mended --at 12:killed_before,30:killed_after --tell
"""


@dataclass(frozen=True)
class Tried:
    """One run. `calls` are all that were made in it."""

    planned: Planned
    wrong: tuple[str, ...]
    calls: tuple[tuple[str, str], ...]


def told(story: str, planned: Planned, *, tells: bool = False) -> Trial:
    return run(Plan(_SEED, rate=0, planned=planned, story=story), tells=tells)


def tried(story: str, planned: Planned) -> Tried:
    trial = told(story, planned)
    is_short = any(number > len(trial.storm.calls) for number in planned)
    missed = ["not all that was planned came to happen"] if is_short else []
    return Tried(planned, (*missed, *faults_of(trial)), tuple(trial.storm.calls))


def quiet(story: str) -> Tried:
    """As it goes when nothing goes wrong."""
    return tried(story, {})


def singles(calls: Sequence[tuple[str, str]], *, faults: bool = False) -> Iterator[dict[int, str]]:
    """One kill each, or with `faults` one of anything that can happen to that call."""
    for number, (_, what) in enumerate(calls, 1):
        possible = faults_of_call(what) if what.startswith("salesforce:") else AWS_FAULTS
        yield from ({number: kind} for kind in (possible if faults else KILLS))


def pairs(first: Tried) -> Iterator[dict[int, str]]:
    """All second kills after this first one."""
    (at,) = first.planned
    for number in range(at + 1, len(first.calls) + 1):
        yield from ({**first.planned, number: end} for end in ENDS)


def is_first_of_pairs(one: Tried) -> bool:
    return set(one.planned.values()) <= set(ENDS)


def text_of(planned: Planned) -> str:
    return ",".join(f"{number}:{kind}" for number, kind in planned.items())


def command_for(story: str, planned: Planned) -> str:
    return f"python -m tests.simulation.crash_points --story {story} --at {text_of(planned)} --tell"


# --- the command ----------------------------------------------------------------------------------------------------


@dataclass
class Found:
    """What came of a story."""

    story: str
    calls: int = 0
    singles: int = 0
    pairs: int = 0
    seconds: float = 0.0
    wrong: list[Tried] = field(default_factory=list)

    def line(self) -> str:
        pairs = f", {self.pairs:,} pairs" if self.pairs else ""
        return (
            f"{self.story}: {self.calls} calls, {self.singles:,} single faults{pairs} in {self.seconds:.0f} s;"
            f" {len(self.wrong)} went wrong"
        )

    def figures(self) -> dict[str, Any]:
        wrong = [{"at": text_of(one.planned), "said": one.wrong} for one in self.wrong]
        return {**vars(self), "seconds": round(self.seconds, 1), "wrong": wrong}


def _planned(text: str) -> dict[int, str]:
    planned = {}
    for part in text.split(","):
        number, _, kind = part.partition(":")
        if not number.isdecimal() or int(number) < 1 or kind not in {*AWS_FAULTS, *FAULTS}:
            raise argparse.ArgumentTypeError(f"{part!r} is not a call's number and a fault, such as 12:killed_before")
        planned[int(number)] = kind
    return planned


def _at_least_one(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 up")
    return int(text)


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.simulation.crash_points",
        description=__doc__,
        epilog=f"{_EXAMPLES}\nexit codes: 0 all is well, 1 something went wrong, 2 the command can't be read",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--story", choices=tuple(STORIES), action="append", help="this one alone; may be given again")
    parser.add_argument("--faults", action="store_true", help="singly also each fault that is not the process's end")
    parser.add_argument("--pairs", action="store_true", help="two kills in each run, too")
    parser.add_argument("--sample", type=_at_least_one, default=1, metavar="N", help="one in N of the pairs, or runs")
    parser.add_argument("--at", type=_planned, help="this run alone, such as 12:killed_before,30:killed_after")
    parser.add_argument("--tell", action="store_true", help="all that happens in it (with --at)")
    parser.add_argument("--processes", type=_at_least_one, default=os.cpu_count() or 1)
    parser.add_argument("--json", action="store_true", help="the figures, for machines")
    asked = parser.parse_args(given)
    if asked.at and len(asked.story or ()) != 1:
        parser.error("--at needs one --story")
    if asked.tell and not asked.at:
        parser.error("--tell needs --at")
    return asked


def main(given: Sequence[str] | None = None) -> int:
    """0: whatever is killed, nothing is lost, created twice or unaccounted for."""
    asked = _arguments(given)
    if asked.at:
        return _one(asked.story[0], asked.at, tells=asked.tell)
    found: list[Found] = []
    console = Console(stderr=True)
    with ExitStack() as stack:
        run_all: Any = map
        if asked.processes > 1:
            pool = ProcessPoolExecutor(asked.processes, initializer=collect_garbage_seldom)
            run_all = partial(stack.enter_context(pool).map, chunksize=16)
        for story in asked.story or STORIES:
            found.append(_all_of(story, asked, run_all, console))
            if not asked.json:
                print(found[-1].line(), flush=True)
    if asked.json:
        print(json.dumps([one.figures() for one in found]))
    elif len(found) > 1:
        runs, seconds = sum(one.singles + one.pairs for one in found), sum(one.seconds for one in found)
        wrong = sum(len(one.wrong) for one in found)
        print(f"{len(found)} stories, {runs:,} runs in {seconds:.0f} s: {wrong} went wrong")
    return int(any(one.wrong for one in found))


def _one(story: str, planned: Planned, *, tells: bool) -> int:
    trial = told(story, planned, tells=tells)
    wrong = faults_of(trial)
    print(*trial.world.story, *(wrong or ["all is well"]), sep="\n")
    return int(bool(wrong))


def _all_of(story: str, asked: argparse.Namespace, run_all: Callable[..., Iterable[Tried]], console: Console) -> Found:
    started = time.monotonic()
    first = quiet(story)
    found = Found(story, len(first.calls), wrong=[first] if first.wrong else [])
    firsts: list[Tried] = []
    with Progress(console=console, transient=True) as progress:

        def each(what: str, plans: Sequence[Planned]) -> Iterator[Tried]:
            bar = progress.add_task(f"{story}: {what}", total=len(plans))
            for one in run_all(partial(tried, story), plans):
                progress.advance(bar)
                if one.wrong:
                    found.wrong.append(one)
                    console.print(f"{'; '.join(one.wrong[:3])}\n  {command_for(story, one.planned)}", style="red")
                yield one

        chosen = list(singles(first.calls, faults=asked.faults))[:: 1 if asked.pairs else asked.sample]
        for one in each("single faults", chosen):
            found.singles += 1
            if asked.pairs and is_first_of_pairs(one):
                firsts.append(one)
        chosen = [planned for one in firsts for planned in pairs(one)][:: asked.sample]
        found.pairs = sum(1 for _ in each("pairs", chosen)) if chosen else 0
    found.seconds = time.monotonic() - started
    return found


if __name__ == "__main__":
    collect_garbage_seldom()
    sys.exit(main())
