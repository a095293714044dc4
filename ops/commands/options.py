"""The options that several commands have, said once. Typer reads them as they stand: no `type` aliases here."""

from typing import Annotated, Final

import typer

from shared.rejection import Reason

WHICH: Final = "Which submissions"
JsonOption = Annotated[bool, typer.Option("--json", help="JSON on standard output, for programs.")]
RevealOption = Annotated[bool, typer.Option("--reveal", help="Show personal data as it is.")]
YesOption = Annotated[bool, typer.Option("--yes", help="Do it. Without this it is only shown.")]
AllOption = Annotated[
    bool, typer.Option("--all", help="Every one, where no id and no filter is given.", rich_help_panel=WHICH)
]
IdArgument = Annotated[str, typer.Argument(metavar="ID", help="A submission's id (the visitor's receipt).")]
IdsArgument = Annotated[list[str] | None, typer.Argument(metavar="ID", help="Submission ids.")]
IdOption = Annotated[
    list[str] | None, typer.Option("--id", help="Only this one; may be repeated.", rich_help_panel=WHICH)
]
ReasonOption = Annotated[
    Reason | None,
    typer.Option(
        "--reason", metavar="REASON", help="Only with this reason, such as validation_failed.", rich_help_panel=WHICH
    ),
]
FormOption = Annotated[str, typer.Option("--form", help="Only of this form.", rich_help_panel=WHICH)]
OlderOption = Annotated[
    str, typer.Option("--older-than", help="Received longer ago, e.g. 30m, 2h, 3d, 1w.", rich_help_panel=WHICH)
]
NewerOption = Annotated[
    str, typer.Option("--newer-than", help="Received more recently, e.g. 2h.", rich_help_panel=WHICH)
]
LISTED: Final = 50
"""Rows of a list, unless asked otherwise."""
LimitOption = Annotated[int, typer.Option("--limit", min=0, help="At most so many; 0 is all.", rich_help_panel=WHICH)]

CsvOption = Annotated[bool, typer.Option("--csv", help="CSV on standard output, safe for spreadsheets.")]
WhyOption = Annotated[str, typer.Option("--why", help="Kept in the history, so nothing personal.")]
