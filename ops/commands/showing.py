"""One submission, as the `show` of several groups shows it."""

from datetime import UTC, datetime

from ops.commands.gathering import Where
from ops.operations.filters import parse_ids
from ops.operations.reading import get_row
from ops.output import screen, tables, views
from ops.stack import ledger
from shared.form.definition import forms
from shared.submission import Submission


def show_row(where: Where, submission_id: str, *, reveal: bool, as_json: bool) -> Submission:
    """`submission_id` as it was typed. Raises OpsError, ClientError and BotoCoreError."""
    [wanted] = parse_ids([submission_id])
    row = get_row(ledger(where.find_stack()), wanted)
    view = views.row_view(row, forms().get(row.form_id), reveal=reveal)
    if as_json:
        screen.show_json(view)
    else:
        screen.show(tables.row(view, datetime.now(UTC)))
    screen.say_whether_masked(reveal=reveal)
    return row
