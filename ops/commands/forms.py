"""`form-to-lead forms ...`: the commands about forms."""

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from ops.commands.gathering import Where, gathered
from ops.commands.options import JsonOption
from ops.errors import ExitCode
from ops.operations.forms import check_forms, read_files, verdict
from ops.output import screen, tables

FilesOption = Annotated[
    list[Path] | None,
    typer.Option("--files", metavar="FILE...", help="Form files to check instead of the stack's own forms."),
]
MoreFiles = Annotated[list[Path] | None, typer.Argument(metavar="FILE", help="Form files, as with --files.")]

forms_app = typer.Typer(help="Forms: check them against the Salesforce org.", no_args_is_help=True)


@forms_app.callback()
def _group() -> None:
    """Forms: check them against the Salesforce org."""


@forms_app.command("check")
@gathered
def forms_check(
    *,
    more_files: MoreFiles = None,
    files: FilesOption = None,
    as_json: JsonOption = False,
    where: Where,
) -> None:
    """Hold forms against the org: fields, types, lengths, picklists, record types, owners, campaigns, rights.

    Without files, the forms that are deployed. Exit code 0 when all fit (warnings allowed), 1 when one does not.

    [bold]Examples[/]

      form-to-lead forms check

      form-to-lead forms check --files shared/forms/*.toml

      form-to-lead forms check shared/forms/brochure.toml --stack staging --json
    """
    with screen.told():
        # The shell makes several words of *.toml: the first is the option's, the others are arguments.
        paths = [*(files or ()), *(more_files or ())]
        texts = read_files(paths) if paths else None
        there = where.find_stack()
        with screen.working("Asking the org"):
            found = check_forms(there, texts)
        if as_json:
            screen.show_json(found.answer)
        elif found.problems:
            screen.show(tables.form_problems(found.problems))
        if as_json or not found.fits:
            screen.say(verdict(found), style="" if found.fits else "red")
        else:
            screen.show(Text(verdict(found), style="green"))
        if not found.fits:
            raise typer.Exit(ExitCode.REFUSED)
