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

from rich.console import Console
from rich.progress import Progress

from tests.hostile.report import as_json, show
from tests.hostile.whole import whole


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
        found, described = whole(
            options.requests,
            options.seed,
            options.examples,
            options.processes,
            lambda done: progress.advance(task, done),
        )
    if options.json:
        sys.stdout.write(json.dumps(as_json(found, described)) + "\n")
    else:
        show(found, described)
    return 0 if found.is_good and not described.faults else 1


if __name__ == "__main__":
    raise SystemExit(main())
