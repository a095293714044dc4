"""form-to-lead: the operators' command line."""

import sys

import typer

from ops.commands.dlq import dlq_app
from ops.commands.forms import forms_app
from ops.commands.importing import import_app
from ops.commands.match import match_app
from ops.commands.privacy import privacy_app
from ops.commands.quarantine import quarantine_app
from ops.commands.submissions import submissions_app
from ops.commands.submit import submit_command
from ops.commands.webhooks import webhooks_app

app = typer.Typer(
    help="Look at submissions, mend dead letters and send them round again; check the forms; decide who is who.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # its tracebacks are wide, and can be told to show values
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("submit")(submit_command)
app.add_typer(submissions_app, name="submissions")
app.add_typer(dlq_app, name="dlq")
app.add_typer(forms_app, name="forms")
app.add_typer(match_app, name="match")
app.add_typer(webhooks_app, name="webhooks")
app.add_typer(import_app, name="import")
app.add_typer(quarantine_app, name="quarantine")
app.add_typer(privacy_app, name="privacy")


def main() -> None:
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(errors="replace")  # a screen that can't show a letter must not stop the work
    app()
