"""Measures the matcher on a simulated org, beside others, on FEBRL, and what it costs.

Exit code 1 when a target is missed. The train seeds are for working on the matcher; the test seeds are for publishing,
and nothing is tuned on them.
"""

import argparse
import json
import warnings
from collections.abc import Callable
from dataclasses import asdict

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from tests.benchmarks.matching import febrl, page, plot
from tests.benchmarks.matching.run import OURS, Case, Results, run
from tests.benchmarks.matching.showing import show
from tests.benchmarks.matching.simulation import TEST_SEEDS, TRAIN_SEEDS
from tests.benchmarks.matching.tables import Rows, all_tables


def main() -> int:
    options = _options()
    console = Console(width=None if Console().is_terminal else 150)
    if options.febrl_train:
        return _febrl_train(console)
    columns = (SpinnerColumn(), *Progress.get_default_columns(), TimeElapsedColumn(), TextColumn(""))
    with Progress(*columns, console=Console(stderr=True)) as progress, warnings.catch_warnings():
        # What the compared packages complain about on newer versions of what they use.
        warnings.simplefilter("ignore")
        seeds = TEST_SEEDS if options.test else TRAIN_SEEDS
        results = run(seeds, progress, everything=not options.ours)
    tables = all_tables(results)
    if options.json:
        console.print_json(json.dumps(as_json(results)))
    else:
        for rows in tables.values():
            console.print(_on_screen(rows))
    _show(console, results, options.show)
    if options.write_docs:
        page.PAGE.write_text(page.with_tables(page.PAGE.read_text("utf-8"), tables), "utf-8")
        plot.write(results, page.PLOT)
    return 0 if all(target.is_reached for target in results.targets()) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench-matching", description=__doc__)
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--train", action="store_true", help="the train seeds (this is the default)")
    which.add_argument("--test", action="store_true", help="the test seeds, to report; not for tuning")
    parser.add_argument("--ours", action="store_true", help="this matcher alone, without peers, FEBRL and costs")
    parser.add_argument("--show", type=int, default=0, metavar="N", help="the first N wrong merges, seconds and holds")
    parser.add_argument("--json", action="store_true", help="for machines")
    parser.add_argument("--write-docs", action="store_true", help="put tables and plot into docs/; with --test")
    parser.add_argument("--febrl-train", action="store_true", help="FEBRL 1 and 2 by threshold, to fix one")
    options = parser.parse_args()
    if options.write_docs and (options.ours or not options.test):
        parser.error("--write-docs publishes all of it on the test seeds: give --test, and not --ours")
    return options


def as_json(results: Results) -> dict[str, object]:
    return {
        "seeds": results.seeds,
        "methods": {name: one.as_json() for name, one in results.pooled.items()},
        "by_seed": {str(seed): one.as_json() for seed, one in results.by_seed.items()},
        "blocking_recall": {str(seed): recall for seed, recall in results.blocking.items()},
        "families": [asdict(row) for row in results.families],
        "febrl": {
            str(number): {name: asdict(one) for name, one in by_method.items()}
            for number, by_method in results.febrl.items()
        },
        "costs": asdict(results.costs) if results.costs else None,
        "targets": [{**asdict(target), "reached": target.is_reached} for target in results.targets()],
    }


def _on_screen(rows: Rows) -> Table:
    table = Table(*rows.columns, title=rows.title, title_justify="left")
    for row in rows.rows:
        bold = row[0] == OURS or row[-1] == "missed"
        table.add_row(*row, style="bold" if bold else None)
    return table


def _show(console: Console, results: Results, most: int) -> None:
    kinds: dict[str, Callable[[Case], bool]] = {
        "wrong merges": lambda case: case[1].is_wrong_merge,
        "created twice": lambda case: case[1].is_second,
        "held, though known": lambda case: case[1].outcome == "hold" and case[1].submission.is_known,
        "held, though new": lambda case: case[1].outcome == "hold" and not case[1].submission.is_known,
    }
    for heading, is_one in kinds.items() if most else ():
        show(console, heading, [case for case in results.cases if is_one(case)][:most])


def _febrl_train(console: Console) -> int:
    table = Table("data set", "threshold", "precision", "recall", "F1")
    for number in febrl.TRAINING:
        linked = febrl.load(number)
        scores = febrl.OURS.scorer(linked.pairs)
        for threshold in range(4, 25):
            found = febrl.pair_measures(linked, scores, threshold)
            figures = (f"{value:.4f}" for value in (found.precision, found.recall, found.f1))
            table.add_row(f"FEBRL {number}", str(threshold), *figures)
    console.print(table)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
