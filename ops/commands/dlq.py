"""`form-to-lead dlq ...`: dead letters, which are rejected submissions."""

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import partial
from typing import Annotated

import typer
from rich.text import Text

from ops.commands.batches import ends_refused, run_batch, show_done
from ops.commands.gathering import Where, Which, gathered
from ops.commands.options import (
    LISTED,
    WHICH,
    AllOption,
    IdArgument,
    IdOption,
    IdsArgument,
    JsonOption,
    LimitOption,
    WhyOption,
    YesOption,
)
from ops.commands.submissions import show
from ops.errors import usage
from ops.operations.explaining import explain_wrong, is_refused, wrong_now
from ops.operations.filters import Filter, parse_assignments, parse_ids, parse_why
from ops.operations.orders import Done, Operator
from ops.operations.reading import dead_letters
from ops.output import screen, tables, views
from ops.stack import ledger
from shared.form.definition import forms
from shared.privacy.retention import TOLD_BEFORE, ends_at
from shared.submission import State, Submission

QuarantinedOption = Annotated[
    bool,
    typer.Option("--quarantined", help="Suspected spam instead of rejected ones.", rich_help_panel=WHICH),
]
SetOption = Annotated[
    list[str], typer.Option("--set", metavar="NAME=VALUE", help="A field's new value; may be repeated.")
]

dlq_app = typer.Typer(
    help="Dead letters, which are rejected submissions: list, show, edit, replay, discard, reconcile.",
    no_args_is_help=True,
)


@dlq_app.command("list")
@gathered
def dlq_list(
    *,
    which: Which,
    ids: IdOption = None,
    limit: LimitOption = LISTED,
    as_json: JsonOption = False,
    where: Where,
) -> None:
    """List rejected submissions, grouped by cause, the largest group first.

    [bold]Examples[/]

      form-to-lead dlq list

      form-to-lead dlq list --reason salesforce_rejected --older-than 1d
    """
    with screen.told():
        now = _now()
        wanted = which.filter((State.REJECTED,), ids)
        there = where.find_stack()
        with screen.working("Reading the dead letters"):
            found = dead_letters(there, ledger(there), wanted, now=now)
        if as_json:
            screen.show_json(views.dead_letters_view(found, limit))
        else:
            screen.show(tables.dead_letters(found, now, limit) if found.rows else Text("No dead letters."))
        screen.say(f"Messages on the dead-letter queue: {found.messages}. Rejected submissions: {found.rejected}.")
        if found.messages > found.rejected:
            screen.say(
                "There are more messages than rejected submissions: `form-to-lead dlq reconcile` makes them agree."
            )
        elif found.messages < found.rejected:
            screen.say("Messages go after 14 days, rows stay: all of them can still be edited and replayed.")
        soon = [one for one in (ends_at(row, forms()) for row in found.rows) if one and one < now + TOLD_BEFORE]
        if soon:
            screen.say(f"{len(soon)} of them are erased within two weeks, the first on {min(soon):%Y-%m-%d}:")
            screen.say("form-to-lead privacy expiring")


dlq_app.command("show")(show)


@dlq_app.command("edit")
@gathered
def dlq_edit(
    *,
    submission_id: IdArgument,
    changes: SetOption,
    as_json: JsonOption = False,
    where: Where,
) -> None:
    """Change fields of a rejected or quarantined submission. What arrived is kept beside them.

    [bold]Examples[/]

      form-to-lead dlq edit 0b2f6f0e-4c1d-4b5e-9d3a-7f1c2d3e4f50 --set email=sanne@example.com

      form-to-lead dlq edit 0b2f6f0e-4c1d-4b5e-9d3a-7f1c2d3e4f50 --set phone= --set company="FlexFit B.V."
    """
    with screen.told():
        [wanted] = parse_ids([submission_id])
        fields = parse_assignments(changes)
        there = where.find_stack()
        done = Operator(there).edit(wanted, fields)
        row = None if done["result"] == "unknown" else ledger(there).get(wanted)
        show_done([done], as_json=as_json)
        if row:
            _say_after_edit(row, done)
        ends_refused(refused=is_refused(done["result"]))


def _say_after_edit(row: Submission, done: Done) -> None:
    form = forms().get(row.form_id)
    if done["result"].startswith("unknown_field") and form:
        screen.say(f"Fields of {form.id}: {', '.join(sorted(field.name for field in form.fields))}.")
    if is_refused(done["result"]):
        return
    wrong = wrong_now(form, row.fields)
    for error in wrong:
        if form:
            screen.say(f"Still wrong: {explain_wrong(form, error).what}")
    if not wrong:
        screen.say(f"To send it round again: form-to-lead dlq replay {row.submission_id} --yes")


@dlq_app.command("replay")
@gathered
def dlq_replay(
    *,
    ids: IdsArgument = None,
    which: Which,
    quarantined: QuarantinedOption = False,
    everything: AllOption = False,
    limit: LimitOption = 0,
    yes: YesOption = False,
    as_json: JsonOption = False,
    where: Where,
) -> None:
    """Send rejected submissions round again, or release quarantined ones. Without --yes it is only shown.

    The id stays the same, so however often it is replayed there is one Lead.

    [bold]Examples[/]

      form-to-lead dlq replay 0b2f6f0e-4c1d-4b5e-9d3a-7f1c2d3e4f50 --yes

      form-to-lead dlq replay --reason salesforce_rejected --newer-than 3d

      form-to-lead dlq replay --quarantined --form contact --yes
    """
    with screen.told():
        wanted = which.filter(_states(quarantined, ids), ids)
        _expect_narrow(wanted, everything)
        there = where.find_stack()
        run_batch(there, wanted, limit, "replay", Operator(there).replay_many if yes else None, as_json=as_json)


@dlq_app.command("discard")
@gathered
def dlq_discard(
    *,
    ids: IdsArgument = None,
    why: WhyOption,
    which: Which,
    quarantined: QuarantinedOption = False,
    everything: AllOption = False,
    limit: LimitOption = 0,
    yes: YesOption = False,
    as_json: JsonOption = False,
    where: Where,
) -> None:
    """End submissions that will never be Leads. They are deleted 30 days later. Without --yes it is only shown.

    [bold]Examples[/]

      form-to-lead dlq discard 0b2f6f0e-4c1d-4b5e-9d3a-7f1c2d3e4f50 --why "test by our own staff" --yes

      form-to-lead dlq discard --quarantined --older-than 4w --why spam --yes
    """
    with screen.told():
        reason = parse_why(why)
        wanted = which.filter(_states(quarantined, ids), ids)
        _expect_narrow(wanted, everything)
        there = where.find_stack()
        order = partial(Operator(there).discard_many, why=reason) if yes else None
        run_batch(there, wanted, limit, "discard", order, as_json=as_json)


@dlq_app.command("reconcile")
@gathered
def dlq_reconcile(
    *,
    as_json: JsonOption = False,
    where: Where,
) -> None:
    """Make the dead-letter queue and the ledger agree, where `dlq list` says that they don't.

    Messages of submissions that are not rejected any more go. A submission whose message ran out of tries
    on the queue is queued again: only a new try can tell whether an earlier one reached Salesforce.

    [bold]Example[/]

      form-to-lead dlq reconcile
    """
    with screen.told():
        done = Operator(where.find_stack()).reconcile()
        show_done(done, as_json=as_json)
        if not done:
            screen.say("Queue and ledger agree.")
        ends_refused(refused=any(is_refused(one["result"]) for one in done))


def _states(quarantined: bool, ids: Iterable[str] | None) -> tuple[State, ...]:
    """Ids speak for themselves; filters mean rejected submissions unless asked otherwise."""
    if quarantined:
        return (State.QUARANTINED,)
    return () if ids else (State.REJECTED,)


def _expect_narrow(wanted: Filter, everything: bool) -> None:
    if not wanted.narrows and not everything:
        raise usage("Say which: give ids, a filter such as --reason or --newer-than, or --all.")


def _now() -> datetime:
    return datetime.now(UTC)
