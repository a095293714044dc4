"""A hundred thousand hostile requests through the intake's handler, with what it stores in memory.

Exit code 1 when one of them got a 5xx, was answered oddly, or got a receipt that stands for nothing.

Examples:
  python -m tests.hostile
  python -m tests.hostile --requests 5000 --seed 7 --json
"""

import argparse
import json
import logging
import sys

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from tests.hostile.trial import Found, run


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.hostile", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--requests", type=int, default=100_000, metavar="N", help="how many; 100,000 unless told")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same requests")
    parser.add_argument("--json", action="store_true", help="for machines")
    options = parser.parse_args()
    if options.requests < 1:
        parser.error("--requests must be 1 or more")
    logging.disable(logging.CRITICAL)
    with Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task("hostile requests", total=options.requests)
        found = run(options.requests, options.seed, lambda done: progress.update(task, completed=done))
    if options.json:
        sys.stdout.write(json.dumps(as_json(found)) + "\n")
    else:
        _show(found)
    return 0 if found.is_good else 1


def as_json(found: Found) -> dict[str, object]:
    return {
        "requests": found.requests,
        "statuses": dict(sorted(found.statuses.items())),
        "acknowledged": found.acknowledged,
        "quarantined": found.quarantined,
        "faults": found.faults,
        "worst_ms": [round(milliseconds, 2) for milliseconds, _ in found.worst],
    }


def _show(found: Found) -> None:
    console = Console()
    table = Table("status", "requests")
    for status, number in sorted(found.statuses.items()):
        table.add_row(str(status), f"{number:,}")
    console.print(table)
    console.print(f"{found.acknowledged:,} acknowledged, each with its row ({found.quarantined:,} quarantined)")
    slowest = ", ".join(f"{milliseconds:.1f} ms (request {number})" for milliseconds, number in found.worst)
    console.print(f"slowest, CPU time: {slowest}")
    for fault in found.faults[:20]:
        console.print(fault, style="bold red", markup=False)
    console.print("no faults" if found.is_good else f"{len(found.faults):,} faults")


if __name__ == "__main__":
    raise SystemExit(main())
