"""The table that `make run` ends in, for people and for machines."""

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import parse_qs

from rich.console import Group as Stacked
from rich.console import RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from local.scenarios import Result, all_as_expected
from ops.operations.forms import Checked, verdict
from ops.output.tables import form_problems

COLOURS = {
    "created": "green",
    "updated": "green",
    "attached": "green",
    "held": "yellow",
    "quarantined": "yellow",
    "rejected": "red",
}


def table(results: Iterable[Result]) -> Table:
    grid = Table(title="What was sent, and what became of it", title_justify="left", header_style="bold", expand=True)
    grid.add_column("")
    grid.add_column("Sent", ratio=5, overflow="fold")
    grid.add_column("Answer", no_wrap=True)
    grid.add_column("Outcome", no_wrap=True)
    grid.add_column("In Salesforce", ratio=4, overflow="fold")
    grid.add_column("Why", ratio=5, overflow="fold")
    for result in results:
        last = result.number == len(result.scenario.steps)
        grid.add_row(_tick(result), _sent(result), _answer(result), _outcome(result), _record(result), _why(result))
        if last:
            grid.add_section()
    return grid


def summary(results: Sequence[Result]) -> str:
    wrong = sorted({result.scenario.name for result in results if result.differences})
    if not wrong:
        return f"[green]All {len(results)} steps of {_scenarios(results)} scenarios ended as expected.[/]"
    return f"[red]Not as expected: {escape(', '.join(wrong))}.[/]"


def forms(checked: Checked) -> RenderableType:
    """One line when all forms fit the org, else what does not."""
    line = Text(verdict(checked), "green" if checked.fits else "red")
    return Stacked(form_problems(checked.problems), line) if checked.problems else line


def as_json(results: Sequence[Result], checked: Checked) -> dict[str, Any]:
    return {
        "ok": all_as_expected(results) and checked.fits,
        "forms": dict(checked.answer),
        "steps": [_step(result) for result in results],
    }


def _step(result: Result) -> dict[str, Any]:
    seen = result.seen
    return {
        "scenario": result.scenario.name,
        "title": result.scenario.title,
        "why": result.scenario.why,
        "step": result.number,
        "sent": result.sent,
        "status": seen.status,
        "code": seen.code,
        "errors": seen.errors,
        "location": seen.location,
        "operator_result": seen.result,
        "receipt": seen.receipt,
        "outcome": seen.outcome,
        "reason": seen.reason,
        "because": seen.because,
        "record_type": seen.record_type,
        "record_id": (seen.record or {}).get("Id"),
        "record": seen.record,
        "expected": result.step.expect.model_dump(exclude_unset=True),
        "ok": not result.differences,
        "differences": list(result.differences),
    }


def _scenarios(results: Iterable[Result]) -> int:
    return len({result.scenario.name for result in results})


def _tick(result: Result) -> Text:
    return Text("✗", "bold red") if result.differences else Text("✓", "bold green")


def _sent(result: Result) -> Text:
    text = Text(result.scenario.title if result.number == 1 else "")
    text.append(f"{'\n' if text else ''}{result.sent}", "dim")
    return text


def _answer(result: Result) -> Text:
    seen = result.seen
    first = " ".join(filter(None, [str(seen.status or ""), seen.result, seen.code]))
    if not seen.location:
        return Text("\n".join([first, *seen.errors]))
    page, _, query = seen.location.partition("?")
    return Text("\n".join([f"{first} → {page}", *parse_qs(query).get("error", [])]))


def _outcome(result: Result) -> Text:
    outcome = result.seen.outcome or "nothing stored"
    text = Text(outcome, COLOURS.get(outcome, "dim"))
    if outcome == "rejected":
        text.append(f"\n{result.seen.reason}", "dim")
    return text


def _record(result: Result) -> Text:
    record = result.seen.record
    if record is None:
        return Text("")
    name = " ".join(filter(None, [record.get("FirstName"), record.get("LastName")]))
    text = Text(f"{result.seen.record_type} {name}")
    details = [record.get("Company"), record.get("Email"), record.get("Phone") or record.get("MobilePhone")]
    text.append("".join(f"\n{detail}" for detail in details if detail), "dim")
    return text


def _why(result: Result) -> Text:
    text = Text(result.scenario.why if result.number == 1 else "")
    if result.seen.because:
        text.append(f"{'\n' if text else ''}{result.seen.because}", "dim")
    if result.differences:
        text.append(f"{'\n' if text else ''}Not as expected: {'; '.join(result.differences)}", "bold red")
    return text
