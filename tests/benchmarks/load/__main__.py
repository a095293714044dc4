"""Brings the whole local stack up and loads it; beside it a bare function, and the intake's two AWS calls alone. Shows
what each did, as ratios, and checks that nothing acknowledged was lost and nobody created twice.

A round is a steady stream, then many at once. Before the first one as many come at once to functions that have no
instance yet. Exit code 1: something was refused, lost, not settled or created twice; 2: the stack did not come up.
"""

import argparse
import json
import shlex
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from local.launcher import FOLDER, WIDTH_WITHOUT_TERMINAL, catch_endings, only_one
from local.progress import Progress, StepFailedError
from local.stack import running
from tests.benchmarks.load.checking import faults, refusals
from tests.benchmarks.load.crowd import MOST, Crowd, at_once, steady
from tests.benchmarks.load.loading import Load
from tests.benchmarks.load.measures import Measured
from tests.benchmarks.load.tables import all_tables
from tests.benchmarks.load.targets import Target, targets
from tests.benchmarks.matching.page import with_tables
from tests.benchmarks.matching.tables import Rows

PAGE: Final = Path(__file__).parents[3] / "docs" / "load.md"
COMMAND: Final = "python -m tests.benchmarks.load"
MOST_A_SECOND, MOST_AT_ONCE = 50, 100
"""The template's ThrottleRatePerSecond and ThrottleBurst: beyond these the API itself answers 429."""
SECONDS_TO_SETTLE: Final = 180
_EXAMPLES: Final = """
examples:
  python -m tests.benchmarks.load                                    as docs/load.md has it, some seven minutes
  python -m tests.benchmarks.load --rounds 1 --seconds 5 --burst 10  a first look
  python -m tests.benchmarks.load --rate 20 --json                   a faster machine, for a program to read
"""


def main() -> int:
    options = _options()
    progress = Progress(Console(stderr=True))
    catch_endings()
    try:
        with only_one(), running(FOLDER / "load", progress) as stack:
            with progress.step("Bare functions"):
                every = targets(stack)
            crowds = {target.name: Crowd(options.seed, _count(options)) for target in every}
            load = Load(stack, FOLDER / "load", crowds, SECONDS_TO_SETTLE)
            found = list(_measure(load, every, options, progress))
            with progress.step("Check"):
                wrong = [*refusals(found), *faults(load.found())]
    except KeyboardInterrupt:
        progress.console.print("Stopped before the end. Nothing is left running.")
        return 130
    except StepFailedError as error:
        progress.failed(error)
        return 2
    _report(found, wrong, options)
    return int(bool(wrong))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog=COMMAND, description=__doc__, epilog=_EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="each gives a ratio of its own (5)")
    parser.add_argument("--rate", type=float, default=10.0, metavar="N", help="requests a second of the stream (10)")
    parser.add_argument("--seconds", type=float, default=10.0, metavar="N", help="how long the stream lasts (10)")
    parser.add_argument("--burst", type=int, default=20, metavar="N", help="requests at once (20)")
    parser.add_argument("--seed", type=int, default=1, help="of the people and their answers (1)")
    parser.add_argument("--json", action="store_true", help="each round's figures, for machines")
    parser.add_argument("--write-docs", action="store_true", help=f"put the tables into docs/{PAGE.name}")
    options = parser.parse_args()
    if not 0 < options.rate <= MOST_A_SECOND or not 1 <= options.burst <= MOST_AT_ONCE:
        parser.error(
            f"--rate must be above 0 and at most {MOST_A_SECOND}, --burst 1 to {MOST_AT_ONCE}: the template's throttle"
        )
    if options.rounds < 1 or options.rate * options.seconds < 1:
        parser.error("--rounds must be 1 or more, and --seconds long enough for one request")
    if _count(options) > MOST:
        parser.error(
            f"that is {_count(options):,} requests to each, and there are people for {MOST:,}: fewer --rounds, "
            "--seconds, or a lower --rate"
        )
    return options


def _count(options: argparse.Namespace) -> int:
    each = len(steady(options.rate, options.seconds)) + options.burst
    return int(options.burst + options.rounds * each)


def _measure(load: Load, every: list[Target], options: argparse.Namespace, progress: Progress) -> Iterator[Measured]:
    """Targets take turns in being the first of a round."""
    cold = f"{options.burst} at once, no instance yet"
    warm = f"{options.burst} at once"
    stream = f"{options.rate:g} a second for {options.seconds:g} s"
    scenarios = [(0, cold, at_once(options.burst))]
    for number in range(1, options.rounds + 1):
        scenarios += [(number, stream, steady(options.rate, options.seconds)), (number, warm, at_once(options.burst))]
    for number, scenario, moments in scenarios:
        turn = number % len(every)
        for target in every[turn:] + every[:turn]:
            with progress.step(f"{f'Round {number}: ' if number else ''}{scenario}, {target.name}"):
                found = load.run(number, scenario, target, moments)
            yield found


def _report(found: list[Measured], wrong: list[str], options: argparse.Namespace) -> None:
    given = [argument for argument in sys.argv[1:] if argument not in {"--write-docs", "--json"}]
    tables = all_tables(found, shlex.join([*COMMAND.split(), *given]), wrong)
    if options.json:
        sys.stdout.write(json.dumps({"measured": [asdict(one) for one in found], "faults": wrong}) + "\n")
    else:
        console = Console(width=None if sys.stdout.isatty() else WIDTH_WITHOUT_TERMINAL)
        for rows in tables.values():
            console.print(_on_screen(rows))
    for fault in wrong:
        Console(stderr=True).print(fault, style="red", markup=False)
    if options.write_docs:
        PAGE.write_text(with_tables(PAGE.read_text("utf-8"), tables), "utf-8")


def _on_screen(rows: Rows) -> Table:
    table = Table(*rows.columns, title=rows.title, title_justify="left")
    for row in rows.rows:
        table.add_row(*row)
    return table


if __name__ == "__main__":
    raise SystemExit(main())
