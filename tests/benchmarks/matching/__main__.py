"""Measures the matcher."""

import argparse

from rich.console import Console
from rich.progress import track
from rich.table import Table

from tests.benchmarks.matching import measures, ours
from tests.benchmarks.matching.showing import show
from tests.benchmarks.matching.simulation import TEST_SEEDS, TRAIN_SEEDS, simulate


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench-matching", description=__doc__)
    parser.add_argument("--ours", action="store_true")
    parser.add_argument("--train", action="store_true")
    parser.add_argument("--test", action="store_true")
    parser.add_argument("--show", type=int, default=0)
    options = parser.parse_args()
    console = Console()
    cases, asked, all_verdicts = [], [], []
    table = Table(
        "seed", "precision", "lower 95 %", "recall", "review", "created twice", "wrong merges", "blocking recall"
    )
    for seed in track(TEST_SEEDS if options.test else TRAIN_SEEDS, console=Console(stderr=True)):
        simulation = simulate(seed)
        questions = ours.questions(simulation)
        decided = ours.decisions(questions)
        verdicts = ours.verdicts(questions, decided)
        cases += [(simulation, verdict, decision) for verdict, decision in zip(verdicts, decided, strict=True)]
        asked += questions
        all_verdicts += verdicts
        _row(table, str(seed), verdicts, questions)
    _row(table, "all", all_verdicts, asked)
    console.print(table)
    families = Table("family", "in the org", "number", "update", "hold", "create", "wrong merges")
    for row in measures.by_family(all_verdicts):
        families.add_row(
            row.family,
            "yes" if row.is_known else "",
            *map(str, (row.number, row.update, row.hold, row.create, row.wrong)),
        )
    console.print(families)
    if options.show:
        show(console, "wrong merges", [one for one in cases if one[1].is_wrong_merge][: options.show])
        show(console, "created twice", [one for one in cases if one[1].is_second][: options.show])
        held = [one for one in cases if one[1].outcome == "hold" and one[1].submission.is_known]
        show(console, "held, though known", held[: options.show])
    return 0


def _row(table: Table, name: str, verdicts: list[measures.Verdicted], questions: list[ours.Question]) -> None:
    one = measures.measured(verdicts)
    shares = (one.precision, one.precision_bound, one.recall, one.review, one.twice)
    recall = ours.blocking_recall(questions)
    table.add_row(name, *(f"{share:.4f}" for share in shares), str(one.wrong_merges), f"{recall:.4f}")


if __name__ == "__main__":
    raise SystemExit(main())
