"""`form-to-lead match backfill`."""

from typing import Annotated

import typer
from rich.text import Text

from ops.commands.gathering import Where, gathered
from ops.commands.interrupts import interruptible
from ops.commands.options import JsonOption
from ops.errors import ExitCode
from ops.operations.backfill import Report, backfill
from ops.output import screen, tables

EverythingOption = Annotated[
    bool, typer.Option("--all", help="Also records that have keys: somebody may have changed a number by hand since.")
]
CountryOption = Annotated[
    str,
    typer.Option(
        "--country", metavar="NL", help="Of phone numbers without a country code. Without it, the forms' country."
    ),
]


@gathered
def match_backfill(
    *,
    everything: EverythingOption = False,
    country: CountryOption = "",
    as_json: JsonOption = False,
    where: Where,
) -> None:
    """Fill the match keys of Leads and Contacts that were there before, or whose keys are of older rules.

    Ctrl-C stops after the page under way; the same command goes on where it ended. Nothing but the match keys is
    changed. Exit code 1 when the org refuses some of the records.

    [bold]Examples[/]

      form-to-lead match backfill

      form-to-lead match backfill --all --country BE --json
    """
    with screen.told():
        there = where.find_stack()
        with interruptible(_say_stopping) as stopped, screen.counting() as advance:
            report = backfill(there, country=country.upper(), everything=everything, stopped=stopped, advance=advance)
        if as_json:
            screen.show_json(_for_programs(report))
        else:
            screen.show(tables.filled(report.kinds) if report.kinds else Text("Nothing was filled."))
        if report.trouble:
            goes_on = "from the beginning" if everything else "where this one ended"
            screen.say(f"error: {report.trouble} The same command goes on {goes_on}.", style="red")
            raise typer.Exit(report.trouble.exit_code)
        if report.refused:
            screen.say(f"The org refused {report.refused} of them. They stay as they were; people are found as before.")
            raise typer.Exit(ExitCode.REFUSED)


def _for_programs(report: Report) -> dict[str, object]:
    kinds = {one.kind: {"filled": one.filled, "same": one.same, "refused": dict(one.refused)} for one in report.kinds}
    return {"records": kinds, "error": str(report.trouble) if report.trouble else None}


def _say_stopping() -> None:
    screen.say("Stopping after the page under way; Ctrl-C again stops at once.")
