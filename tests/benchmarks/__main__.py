"""Prints what was measured; exit code 1 when a ratio is over its limit or a batch costs more than three calls."""

import argparse
import contextlib
import io
import json
from dataclasses import asdict

from rich.console import Console
from rich.table import Table

from tests.benchmarks import cold_import, salesforce_calls, warm_request

MOST_CALLS = 3


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--json", action="store_true", help="for machines")
    options = parser.parse_args()
    with contextlib.redirect_stdout(io.StringIO()), Console(stderr=True).status("measuring ..."):
        ratios = [cold_import.measure(), warm_request.measure()]
        calls = salesforce_calls.measure()
    console = Console()
    if options.json:
        console.print_json(json.dumps({"ratios": [asdict(ratio) for ratio in ratios], "salesforce_calls": calls}))
    else:
        table = Table("measured", "ms", "baseline", "ms", "ratio", "limit")
        for ratio in ratios:
            limit = f"{ratio.limit:.2f}" if ratio.limit else ""
            table.add_row(
                ratio.name,
                f"{ratio.measured_ms:.2f}",
                ratio.baseline,
                f"{ratio.baseline_ms:.2f}",
                f"{ratio.ratio:.2f}",
                limit,
            )
        console.print(table)
        batches = Table("batch", "Salesforce API calls")
        for name, number in calls.items():
            batches.add_row(name, str(number))
        console.print(batches)
    fine = all(ratio.within for ratio in ratios) and max(calls.values()) <= MOST_CALLS
    return 0 if fine else 1


if __name__ == "__main__":
    raise SystemExit(main())
