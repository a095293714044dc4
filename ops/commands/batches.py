"""Orders for many submissions: shown first, then carried out batch by batch."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import typer
from rich.text import Text

from ops.commands.interrupts import interruptible
from ops.errors import ExitCode, OpsError
from ops.operations.explaining import result_in_words
from ops.operations.filters import Filter
from ops.operations.orders import Done, carry_out
from ops.operations.planning import Planned, plan
from ops.output import screen, tables, views
from ops.stack import Stack, ledger
from shared.form.definition import forms


def run_batch(
    there: Stack,
    wanted: Filter,
    limit: int,
    verb: str,
    order: Callable[[list[str]], Iterator[list[Done]]] | None,
    *,
    as_json: bool,
) -> None:
    """Shows what would be done; does it where there is an `order`."""
    with screen.working("Reading the ledger"):
        planned = plan(ledger(there), wanted, forms(), now=datetime.now(UTC), limit=limit)
    if order is None:
        _show_plan(planned, verb, as_json=as_json)
        return
    chosen = [one.submission_id for one in planned if one.refusal != "not_asked_for"]
    with interruptible(_say_stopping) as stopped, screen.progress(verb, len(chosen)) as advance:
        report = carry_out(order(chosen), len(chosen), stopped=stopped, advance=advance)
    show_done(report.done, report.trouble, as_json=as_json)
    changed = sum(one["changed"] for one in report.done)
    screen.say(f"{len(report.done)} of {len(chosen)} looked at, {changed} changed.")
    if report.trouble:
        screen.say(f"error: {report.trouble} The same command goes on where this one ended.", style="red")
        raise typer.Exit(report.trouble.exit_code)
    ends_refused(refused=report.refused > 0)


def _show_plan(planned: list[Planned], verb: str, *, as_json: bool) -> None:
    would = sum(not one.refusal for one in planned)
    if as_json:
        lines = [views.planned_view(one) for one in planned]
        screen.show_json({"dry_run": True, "would": verb, "count": would, "plan": lines})
    else:
        screen.show(tables.plan(planned, verb, datetime.now(UTC)) if planned else Text(f"Nothing to {verb}."))
    screen.say(f"Nothing was done. Give the same command with --yes to {verb} {would} of {len(planned)}.")
    ends_refused(refused=any(one.refusal == "unknown" for one in planned))


def _say_stopping() -> None:
    screen.say("Stopping after the batch under way; Ctrl-C again stops at once.")


def show_done(done: list[Done], trouble: OpsError | None = None, *, as_json: bool) -> None:
    if as_json:
        words = [{**one, "words": result_in_words(one["result"])} for one in done]
        screen.show_json({"done": words, "error": str(trouble) if trouble else None})
    elif done:
        screen.show(tables.results(done))


def ends_refused(*, refused: bool) -> None:
    if refused:
        raise typer.Exit(ExitCode.REFUSED)
