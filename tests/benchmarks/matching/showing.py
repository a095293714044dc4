"""Single cases on the screen, for whoever works on the matcher. All of it is synthetic."""

from collections.abc import Sequence
from dataclasses import fields

from rich.console import Console
from rich.table import Table

from shared.matching import Decision, Person
from tests.benchmarks.matching.measures import Verdicted
from tests.benchmarks.matching.simulation import Simulation


def show(console: Console, heading: str, cases: Sequence[tuple[Simulation, Verdicted, Decision]]) -> None:
    console.rule(heading)
    for simulation, verdict, decision in cases:
        submission = verdict.submission
        by_id = {entry.id: entry.views for entry in simulation.org.entries}
        title = f"seed {simulation.seed} · {submission.family} · {decision.outcome} · {decision.score:+g} bits"
        table = Table("field", "submission", title=title, title_justify="left")
        columns = [submission.person]
        for record_id in list(submission.record_ids)[:2]:
            table.add_column(f"its own: {record_id}")
            columns.append(by_id[record_id][0])
        if decision.candidate_id and decision.candidate_id not in submission.record_ids:
            table.add_column(f"chosen: {decision.candidate_id}")
            columns.append(by_id[decision.candidate_id][0])
        for field in fields(Person)[1:]:
            values = [getattr(one, field.name) or "" for one in columns]
            if any(values):
                table.add_row(field.name, *values)
        console.print(table)
        console.print("  ".join(f"{name}: {text}" for name, text in decision.as_texts().items()), markup=False)
