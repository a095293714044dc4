"""`form-to-lead submit`: a test submission."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from ops.commands.batches import ends_refused
from ops.commands.gathering import Where, gathered
from ops.commands.options import JsonOption
from ops.operations.filters import parse_assignments
from ops.operations.submitting import submit, wait_until_settled
from ops.output import screen, tables, views
from ops.stack import ledger
from shared.form.definition import forms
from shared.submission import IN_SALESFORCE, State, Submission

FormArgument = Annotated[str, typer.Argument(metavar="FORM", help="The form's id, such as contact.")]
FieldOption = Annotated[
    list[str] | None, typer.Option("--field", metavar="NAME=VALUE", help="An answer; may be repeated.")
]
WaitOption = Annotated[bool, typer.Option("--wait", help="Wait for the outcome and show it.")]
SecondsOption = Annotated[int, typer.Option("--timeout", metavar="SECONDS", min=1, help="How long to wait at most.")]


@gathered
def submit_command(
    *,
    form: FormArgument,
    fields: FieldOption = None,
    wait: WaitOption = False,
    seconds: SecondsOption = 60,
    as_json: JsonOption = False,
    where: Where,
) -> None:
    """Send a test submission to the API, as a website would. On a real stack it becomes a real Lead.

    [bold]Example[/]

      form-to-lead submit contact --field last_name=Test --field email=test@example.com --field message=Hi
      --field consent=yes --wait --local
    """
    with screen.told():
        answers = parse_assignments(fields or ())
        there = where.find_stack()
        said = submit(there.api_url, form, answers)
        row: Submission | None = None
        if wait and said.receipt:
            with screen.working("Waiting for the outcome"):
                row = wait_until_settled(ledger(there), said.receipt, seconds=seconds)
        view = views.row_view(row, forms().get(row.form_id), reveal=False) if row else None
        if as_json:
            screen.show_json({"status": said.status, "answer": said.body, "outcome": view})
        else:
            screen.show(tables.answer(said))
            if view:
                screen.show(tables.row(view, datetime.now(UTC)))
        if row and row.state is State.RECEIVED:
            screen.say(f"No outcome after {seconds} s. Nothing is lost; look later:")
            screen.say(f"form-to-lead submissions show {row.submission_id}")
        ends_refused(refused=said.status >= 400 or (row is not None and row.state not in IN_SALESFORCE))
