"""`form-to-lead submissions ...`: all submissions, in whatever state."""

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.text import Text

from ops.commands.gathering import Where, Which, gathered
from ops.commands.options import (
    LISTED,
    WHICH,
    CsvOption,
    IdArgument,
    IdOption,
    JsonOption,
    LimitOption,
    RevealOption,
)
from ops.commands.showing import show_row
from ops.errors import usage
from ops.operations.reading import get_rows, list_rows
from ops.output import screen, tables, views
from ops.stack import ledger
from shared.submission import State

StateOption = Annotated[
    list[State] | None,
    typer.Option(
        "--state", metavar="STATE", help="Only in this state, such as created; may be repeated.", rich_help_panel=WHICH
    ),
]

submissions_app = typer.Typer(help="All submissions: list them, show one.", no_args_is_help=True)


@submissions_app.command("list")
@gathered
def submissions_list(
    *,
    state: StateOption = None,
    which: Which,
    ids: IdOption = None,
    limit: LimitOption = LISTED,
    as_csv: CsvOption = False,
    reveal: RevealOption = False,
    as_json: JsonOption = False,
    where: Where,
) -> None:
    """List submissions, newest first. Nothing personal is in the list.

    [bold]Examples[/]

      form-to-lead submissions list --newer-than 2h

      form-to-lead submissions list --state quarantined --form contact

      form-to-lead submissions list --csv --limit 0 > submissions.csv
    """
    with screen.told():
        if as_csv and as_json:
            raise usage("Give --csv or --json, not both.")
        if reveal and not (as_csv or as_json):
            raise usage("--reveal adds the fields to --csv or --json; `submissions show ID --reveal` shows one row.")
        wanted = which.filter(tuple(state or ()), ids)
        rows = ledger(where.find_stack())
        listed = list_rows(rows, wanted, now=datetime.now(UTC), limit=limit)
        lines = [views.summary_view(row) for row in listed.rows]
        if reveal:
            full = get_rows(rows, [row.submission_id for row in listed.rows])
            lines = [views.revealed_view(full[one["submission_id"]]) for one in lines if one["submission_id"] in full]
        if as_csv:
            typer.echo(views.as_csv(lines), nl=False)
        elif as_json:
            screen.show_json({"submissions": lines, "more": listed.more})
        else:
            screen.show(tables.submissions(listed.rows, datetime.now(UTC)) if listed.rows else Text("No submissions."))
        if listed.more:
            screen.say_more(limit)


@submissions_app.command("show")
@gathered
def show(
    *,
    submission_id: IdArgument,
    reveal: RevealOption = False,
    as_json: JsonOption = False,
    where: Where,
) -> None:
    """Show everything about one submission: what was sent, what became of it and why, and what would mend it.

    [bold]Examples[/]

      form-to-lead submissions show 0b2f6f0e-4c1d-4b5e-9d3a-7f1c2d3e4f50

      form-to-lead dlq show 0b2f6f0e-4c1d-4b5e-9d3a-7f1c2d3e4f50 --reveal
    """
    with screen.told():
        row = show_row(where, submission_id, reveal=reveal, as_json=as_json)
        if row.state is State.REJECTED:
            screen.say(f"To mend: form-to-lead dlq edit {row.submission_id} --set NAME=VALUE")
            screen.say(f"Then: form-to-lead dlq replay {row.submission_id} --yes")
