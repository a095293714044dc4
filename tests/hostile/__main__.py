"""A hundred thousand hostile requests through the intake's handler, on stores in memory; then those that Schemathesis
makes of the API's own description.

Exit code 1 when one of them got a 5xx, was answered oddly or late, or got a receipt that stands for nothing, or when
the description was untrue. A fault names its seed and number: that seed, and so many requests, find it again.

Examples:
  python -m tests.hostile
  python -m tests.hostile --requests 5000 --seed 7 --examples 0 --json
"""

import argparse
import json
import os
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context

from rich.console import Console
from rich.progress import Progress

from tests.hostile.report import as_json, show
from tests.hostile.trial import Described, Found, run

A_SEED = 5_000
"""Requests: each so many have a seed of their own."""


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.hostile", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--requests", type=int, default=100_000, metavar="N", help="how many; 100,000 unless told")
    parser.add_argument("--seed", type=int, default=1, help="the first; the same seeds give the same requests")
    parser.add_argument("--examples", type=int, default=300, metavar="N", help="of each operation; 300 unless told")
    parser.add_argument(
        "--processes", type=int, default=os.cpu_count() or 1, metavar="N", help="one a core, unless told"
    )
    parser.add_argument("--json", action="store_true", help="for machines")
    options = parser.parse_args()
    if min(options.requests, options.processes) < 1 or options.examples < 0:
        parser.error("--requests and --processes must be 1 or more, --examples 0 or more")
    with Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task("hostile requests", total=options.requests)
        found, described = _all(options, lambda done: progress.advance(task, done))
    if options.json:
        sys.stdout.write(json.dumps(as_json(found, described)) + "\n")
    else:
        show(found, described)
    return 0 if found.is_good and not described.faults else 1


def _all(options: argparse.Namespace, told: Callable[[int], None]) -> tuple[Found, Described]:
    found, described = Found(), Described()
    with ProcessPoolExecutor(options.processes, get_context("spawn")) as pool:
        # The longest first.
        other = pool.submit(_described, options.examples, options.seed) if options.examples else None
        starts = range(0, options.requests, A_SEED)
        jobs = [
            pool.submit(run, min(A_SEED, options.requests - start), options.seed + number)
            for number, start in enumerate(starts)
        ]
        for job in as_completed(jobs):
            found.add(job.result())
            told(job.result().requests)
        if other:
            described = other.result()
    return found, described


def _described(examples: int, number: int) -> Described:
    # Imported here: Schemathesis takes seconds, and whoever looks for one fault again does not want it.
    from tests.hostile.described import hold_to_description

    return hold_to_description(examples, number)


if __name__ == "__main__":
    raise SystemExit(main())
