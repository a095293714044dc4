"""The options that several commands have, said once. Typer reads them as they stand: no `type` aliases here."""

from typing import Annotated

import typer

from shared.rejection import Reason
from shared.submission import State

_WHERE = "Which stack"
_WHICH = "Which submissions"
ProfileOption = Annotated[
    # No envvar: boto3 reads AWS_PROFILE itself, and lets keys in the environment win, as the AWS CLI does.
    str,
    typer.Option("--profile", help="AWS profile; without it AWS_PROFILE counts.", rich_help_panel=_WHERE),
]
RegionOption = Annotated[
    str,
    typer.Option("--region", envvar=["AWS_REGION", "AWS_DEFAULT_REGION"], help="AWS region.", rich_help_panel=_WHERE),
]
StackOption = Annotated[
    str, typer.Option("--stack", envvar="FORM_TO_LEAD_STACK", help="Name of the stack.", rich_help_panel=_WHERE)
]
LocalOption = Annotated[
    bool,
    typer.Option(
        "--local", help="The stack that `make run` started; the options above don't count.", rich_help_panel=_WHERE
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="JSON on standard output, for programs.")]
RevealOption = Annotated[bool, typer.Option("--reveal", help="Show personal data as it is.")]
YesOption = Annotated[bool, typer.Option("--yes", help="Do it. Without this it is only shown.")]
AllOption = Annotated[
    bool, typer.Option("--all", help="Every one, where no id and no filter is given.", rich_help_panel=_WHICH)
]
QuarantinedOption = Annotated[
    bool,
    typer.Option("--quarantined", help="Suspected spam instead of rejected ones.", rich_help_panel=_WHICH),
]
IdArgument = Annotated[str, typer.Argument(metavar="ID", help="A submission's id (the visitor's receipt).")]
IdsArgument = Annotated[list[str] | None, typer.Argument(metavar="ID", help="Submission ids.")]
IdOption = Annotated[
    list[str] | None, typer.Option("--id", help="Only this one; may be repeated.", rich_help_panel=_WHICH)
]
StateOption = Annotated[
    list[State] | None,
    typer.Option(
        "--state", metavar="STATE", help="Only in this state, such as created; may be repeated.", rich_help_panel=_WHICH
    ),
]
ReasonOption = Annotated[
    Reason | None,
    typer.Option(
        "--reason", metavar="REASON", help="Only with this reason, such as validation_failed.", rich_help_panel=_WHICH
    ),
]
FormOption = Annotated[str, typer.Option("--form", help="Only of this form.", rich_help_panel=_WHICH)]
OlderOption = Annotated[
    str, typer.Option("--older-than", help="Received longer ago, e.g. 30m, 2h, 3d, 1w.", rich_help_panel=_WHICH)
]
NewerOption = Annotated[
    str, typer.Option("--newer-than", help="Received more recently, e.g. 2h.", rich_help_panel=_WHICH)
]
LimitOption = Annotated[int, typer.Option("--limit", min=0, help="At most so many; 0 is all.", rich_help_panel=_WHICH)]

CsvOption = Annotated[bool, typer.Option("--csv", help="CSV on standard output, safe for spreadsheets.")]
SetOption = Annotated[
    list[str], typer.Option("--set", metavar="NAME=VALUE", help="A field's new value; may be repeated.")
]
WhyOption = Annotated[str, typer.Option("--why", help="Kept in the history, so nothing personal.")]
FormArgument = Annotated[str, typer.Argument(metavar="FORM", help="The form's id, such as contact.")]
FieldOption = Annotated[
    list[str] | None, typer.Option("--field", metavar="NAME=VALUE", help="An answer; may be repeated.")
]
WaitOption = Annotated[bool, typer.Option("--wait", help="Wait for the outcome and show it.")]
SecondsOption = Annotated[int, typer.Option("--timeout", metavar="SECONDS", min=1, help="How long to wait at most.")]
