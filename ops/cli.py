"""form-to-lead: the operators' command line. Each command parses, makes one call and prints."""

import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from functools import partial

import typer
from rich.text import Text

from ops import screen, tables, views
from ops.errors import ExitCode, OpsError, usage
from ops.explaining import explain_wrong, is_refused, result_in_words, wrong_now
from ops.filters import Filter, build_filter, parse_assignments, parse_ids
from ops.forms_commands import forms_app
from ops.import_commands import import_app
from ops.interrupts import interruptible
from ops.match_commands import match_app
from ops.operations import (
    Done,
    Operator,
    Planned,
    carry_out,
    dead_letters,
    get_row,
    get_rows,
    list_rows,
    plan,
    submit,
    wait_until_settled,
)
from ops.options import (
    AllOption,
    CsvOption,
    FieldOption,
    FormArgument,
    FormOption,
    IdArgument,
    IdOption,
    IdsArgument,
    JsonOption,
    LimitOption,
    LocalOption,
    NewerOption,
    OlderOption,
    ProfileOption,
    QuarantinedOption,
    ReasonOption,
    RegionOption,
    RevealOption,
    SecondsOption,
    SetOption,
    StackOption,
    StateOption,
    WaitOption,
    WhyOption,
    YesOption,
)
from ops.stack import DEFAULT_NAME, Stack, find_stack, ledger
from ops.webhooks_commands import webhooks_app
from shared.form.definition import forms
from shared.submission import IN_SALESFORCE, State, Submission

_LIMIT = 50
"""Rows of a list, unless asked otherwise."""

app = typer.Typer(
    help="Look at submissions, mend dead letters and send them round again; check the forms; decide who is who.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # its tracebacks are wide, and can be told to show values
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
submissions_app = typer.Typer(help="All submissions: list them, show one.", no_args_is_help=True)
dlq_app = typer.Typer(
    help="Dead letters, which are rejected submissions: list, show, edit, replay, discard, reconcile.",
    no_args_is_help=True,
)
app.add_typer(submissions_app, name="submissions")
app.add_typer(dlq_app, name="dlq")
app.add_typer(forms_app, name="forms")
app.add_typer(match_app, name="match")
app.add_typer(webhooks_app, name="webhooks")
app.add_typer(import_app, name="import")

# --- submissions -----------------------------------------------------------------------------------------


@submissions_app.command("list")
def submissions_list(
    *,
    state: StateOption = None,
    reason: ReasonOption = None,
    form: FormOption = "",
    older_than: OlderOption = "",
    newer_than: NewerOption = "",
    ids: IdOption = None,
    limit: LimitOption = _LIMIT,
    as_csv: CsvOption = False,
    reveal: RevealOption = False,
    as_json: JsonOption = False,
    profile: ProfileOption = "",
    region: RegionOption = "",
    stack: StackOption = DEFAULT_NAME,
    local: LocalOption = False,
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
        wanted = build_filter(
            states=tuple(state or ()),
            reason=reason,
            form_id=form,
            older_than=older_than,
            newer_than=newer_than,
            ids=ids,
        )
        rows = ledger(find_stack(stack, profile=profile, region=region, local=local))
        listed = list_rows(rows, wanted, now=_now(), limit=limit)
        lines = [views.summary_view(row) for row in listed.rows]
        if reveal:
            full = get_rows(rows, [row.submission_id for row in listed.rows])
            lines = [views.revealed_view(full[one["submission_id"]]) for one in lines if one["submission_id"] in full]
        if as_csv:
            typer.echo(views.as_csv(lines), nl=False)
        elif as_json:
            screen.show_json({"submissions": lines, "more": listed.more})
        else:
            screen.show(tables.submissions(listed.rows, _now()) if listed.rows else Text("No submissions."))
        if listed.more:
            screen.say(f"There are more than these {limit}; --limit 0 lists all.")


# --- dead letters ----------------------------------------------------------------------------------------


@dlq_app.command("list")
def dlq_list(
    *,
    reason: ReasonOption = None,
    form: FormOption = "",
    older_than: OlderOption = "",
    newer_than: NewerOption = "",
    ids: IdOption = None,
    limit: LimitOption = _LIMIT,
    as_json: JsonOption = False,
    profile: ProfileOption = "",
    region: RegionOption = "",
    stack: StackOption = DEFAULT_NAME,
    local: LocalOption = False,
) -> None:
    """List rejected submissions, grouped by cause, the largest group first.

    [bold]Examples[/]

      form-to-lead dlq list

      form-to-lead dlq list --reason salesforce_rejected --older-than 1d
    """
    with screen.told():
        wanted = build_filter(
            states=(State.REJECTED,),
            reason=reason,
            form_id=form,
            older_than=older_than,
            newer_than=newer_than,
            ids=ids,
        )
        there = find_stack(stack, profile=profile, region=region, local=local)
        with screen.working("Reading the dead letters"):
            found = dead_letters(there, ledger(there), wanted, now=_now())
        if as_json:
            screen.show_json(views.dead_letters_view(found, limit))
        else:
            screen.show(tables.dead_letters(found, _now(), limit) if found.rows else Text("No dead letters."))
        screen.say(f"Messages on the dead-letter queue: {found.messages}. Rejected submissions: {found.rejected}.")
        if found.messages > found.rejected:
            screen.say(
                "There are more messages than rejected submissions: `form-to-lead dlq reconcile` makes them agree."
            )
        elif found.messages < found.rejected:
            screen.say("Messages go after 14 days, rows stay: all of them can still be edited and replayed.")


@submissions_app.command("show")
@dlq_app.command("show")
def show(
    *,
    submission_id: IdArgument,
    reveal: RevealOption = False,
    as_json: JsonOption = False,
    profile: ProfileOption = "",
    region: RegionOption = "",
    stack: StackOption = DEFAULT_NAME,
    local: LocalOption = False,
) -> None:
    """Show everything about one submission: what was sent, what became of it and why, and what would mend it.

    [bold]Examples[/]

      form-to-lead submissions show 0b2f6f0e-4c1d-4b5e-9d3a-7f1c2d3e4f50

      form-to-lead dlq show 0b2f6f0e-4c1d-4b5e-9d3a-7f1c2d3e4f50 --reveal
    """
    with screen.told():
        [wanted] = parse_ids([submission_id])
        row = get_row(ledger(find_stack(stack, profile=profile, region=region, local=local)), wanted)
        view = views.row_view(row, forms().get(row.form_id), reveal=reveal)
        if as_json:
            screen.show_json(view)
        else:
            screen.show(tables.row(view, _now()))
        if not reveal:
            screen.say("Personal data is masked; --reveal shows it.")
        if row.state is State.REJECTED:
            screen.say(f"To mend: form-to-lead dlq edit {wanted} --set NAME=VALUE")
            screen.say(f"Then: form-to-lead dlq replay {wanted} --yes")


@dlq_app.command("edit")
def dlq_edit(
    *,
    submission_id: IdArgument,
    changes: SetOption,
    as_json: JsonOption = False,
    profile: ProfileOption = "",
    region: RegionOption = "",
    stack: StackOption = DEFAULT_NAME,
    local: LocalOption = False,
) -> None:
    """Change fields of a rejected or quarantined submission. What arrived is kept beside them.

    [bold]Examples[/]

      form-to-lead dlq edit 0b2f6f0e-4c1d-4b5e-9d3a-7f1c2d3e4f50 --set email=sanne@example.com

      form-to-lead dlq edit 0b2f6f0e-4c1d-4b5e-9d3a-7f1c2d3e4f50 --set phone= --set company="FlexFit B.V."
    """
    with screen.told():
        [wanted] = parse_ids([submission_id])
        fields = parse_assignments(changes)
        there = find_stack(stack, profile=profile, region=region, local=local)
        done = Operator(there).edit(wanted, fields)
        row = None if done["result"] == "unknown" else ledger(there).get(wanted)
        _show_done([done], as_json=as_json)
        if row:
            _say_after_edit(row, done)
        _exit(refused=is_refused(done["result"]))


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
def dlq_replay(
    *,
    ids: IdsArgument = None,
    reason: ReasonOption = None,
    form: FormOption = "",
    older_than: OlderOption = "",
    newer_than: NewerOption = "",
    quarantined: QuarantinedOption = False,
    everything: AllOption = False,
    limit: LimitOption = 0,
    yes: YesOption = False,
    as_json: JsonOption = False,
    profile: ProfileOption = "",
    region: RegionOption = "",
    stack: StackOption = DEFAULT_NAME,
    local: LocalOption = False,
) -> None:
    """Send rejected submissions round again, or release quarantined ones. Without --yes it is only shown.

    The id stays the same, so however often it is replayed there is one Lead.

    [bold]Examples[/]

      form-to-lead dlq replay 0b2f6f0e-4c1d-4b5e-9d3a-7f1c2d3e4f50 --yes

      form-to-lead dlq replay --reason salesforce_rejected --newer-than 3d

      form-to-lead dlq replay --quarantined --form contact --yes
    """
    with screen.told():
        wanted = build_filter(
            states=_states(quarantined, ids),
            reason=reason,
            form_id=form,
            older_than=older_than,
            newer_than=newer_than,
            ids=ids,
        )
        _expect_narrow(wanted, everything)
        there = find_stack(stack, profile=profile, region=region, local=local)
        _batch(there, wanted, limit, "replay", Operator(there).replay_many if yes else None, as_json=as_json)


@dlq_app.command("discard")
def dlq_discard(
    *,
    ids: IdsArgument = None,
    why: WhyOption,
    reason: ReasonOption = None,
    form: FormOption = "",
    older_than: OlderOption = "",
    newer_than: NewerOption = "",
    quarantined: QuarantinedOption = False,
    everything: AllOption = False,
    limit: LimitOption = 0,
    yes: YesOption = False,
    as_json: JsonOption = False,
    profile: ProfileOption = "",
    region: RegionOption = "",
    stack: StackOption = DEFAULT_NAME,
    local: LocalOption = False,
) -> None:
    """End submissions that will never be Leads. They are deleted 30 days later. Without --yes it is only shown.

    [bold]Examples[/]

      form-to-lead dlq discard 0b2f6f0e-4c1d-4b5e-9d3a-7f1c2d3e4f50 --why "test by our own staff" --yes

      form-to-lead dlq discard --quarantined --older-than 4w --why spam --yes
    """
    with screen.told():
        if not 1 <= len(why.strip()) <= 200 or "@" in why:
            raise usage("--why is 1 to 200 characters and stays in the history: no names, no e-mail addresses.")
        wanted = build_filter(
            states=_states(quarantined, ids),
            reason=reason,
            form_id=form,
            older_than=older_than,
            newer_than=newer_than,
            ids=ids,
        )
        _expect_narrow(wanted, everything)
        there = find_stack(stack, profile=profile, region=region, local=local)
        operator = Operator(there)
        order = partial(operator.discard_many, why=why.strip()) if yes else None
        _batch(there, wanted, limit, "discard", order, as_json=as_json)


@dlq_app.command("reconcile")
def dlq_reconcile(
    *,
    as_json: JsonOption = False,
    profile: ProfileOption = "",
    region: RegionOption = "",
    stack: StackOption = DEFAULT_NAME,
    local: LocalOption = False,
) -> None:
    """Make the dead-letter queue and the ledger agree, where `dlq list` says that they don't.

    Messages of submissions that are not rejected any more go. A submission whose message ran out of tries
    is marked as rejected, with its last error.

    [bold]Example[/]

      form-to-lead dlq reconcile
    """
    with screen.told():
        done = Operator(find_stack(stack, profile=profile, region=region, local=local)).reconcile()
        _show_done(done, as_json=as_json)
        if not done:
            screen.say("Queue and ledger agree.")
        _exit(refused=any(is_refused(one["result"]) for one in done))


# --- test submissions ------------------------------------------------------------------------------------


@app.command("submit")
def submit_command(
    *,
    form: FormArgument,
    fields: FieldOption = None,
    wait: WaitOption = False,
    seconds: SecondsOption = 60,
    as_json: JsonOption = False,
    profile: ProfileOption = "",
    region: RegionOption = "",
    stack: StackOption = DEFAULT_NAME,
    local: LocalOption = False,
) -> None:
    """Send a test submission to the API, as a website would. On a real stack it becomes a real Lead.

    [bold]Example[/]

      form-to-lead submit contact --field last_name=Test --field email=test@example.com --field message=Hi
      --field consent=yes --wait --local
    """
    with screen.told():
        answers = parse_assignments(fields or ())
        there = find_stack(stack, profile=profile, region=region, local=local)
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
                screen.show(tables.row(view, _now()))
        if row and row.state is State.RECEIVED:
            screen.say(f"No outcome after {seconds} s. Nothing is lost; look later:")
            screen.say(f"form-to-lead submissions show {row.submission_id}")
        _exit(refused=said.status >= 400 or (row is not None and row.state not in IN_SALESFORCE))


# --- what the commands share -----------------------------------------------------------------------------


def _states(quarantined: bool, ids: Iterable[str] | None) -> tuple[State, ...]:
    """Ids speak for themselves; filters mean rejected submissions unless asked otherwise."""
    if quarantined:
        return (State.QUARANTINED,)
    return () if ids else (State.REJECTED,)


def _expect_narrow(wanted: Filter, everything: bool) -> None:
    if not wanted.narrows and not everything:
        raise usage("Say which: give ids, a filter such as --reason or --newer-than, or --all.")


def _batch(
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
        planned = plan(ledger(there), wanted, forms(), now=_now(), limit=limit)
    if order is None:
        _show_plan(planned, verb, as_json=as_json)
        return
    chosen = [one.submission_id for one in planned if one.refusal != "not_asked_for"]
    with interruptible(_say_stopping) as stopped, screen.progress(verb, len(chosen)) as advance:
        report = carry_out(order(chosen), len(chosen), stopped=stopped, advance=advance)
    _show_done(report.done, report.trouble, as_json=as_json)
    changed = sum(one["changed"] for one in report.done)
    screen.say(f"{len(report.done)} of {len(chosen)} looked at, {changed} changed.")
    if report.trouble:
        screen.say(f"error: {report.trouble} The same command goes on where this one ended.", style="red")
        raise typer.Exit(report.trouble.exit_code)
    _exit(refused=report.refused > 0)


def _show_plan(planned: list[Planned], verb: str, *, as_json: bool) -> None:
    would = sum(not one.refusal for one in planned)
    if as_json:
        lines = [views.planned_view(one) for one in planned]
        screen.show_json({"dry_run": True, "would": verb, "count": would, "plan": lines})
    else:
        screen.show(tables.plan(planned, verb, _now()) if planned else Text(f"Nothing to {verb}."))
    screen.say(f"Nothing was done. Give the same command with --yes to {verb} {would} of {len(planned)}.")
    _exit(refused=any(one.refusal == "unknown" for one in planned))


def _say_stopping() -> None:
    screen.say("Stopping after the batch under way; Ctrl-C again stops at once.")


def _show_done(done: list[Done], trouble: OpsError | None = None, *, as_json: bool) -> None:
    if as_json:
        words = [{**one, "words": result_in_words(one["result"])} for one in done]
        screen.show_json({"done": words, "error": str(trouble) if trouble else None})
    elif done:
        screen.show(tables.results(done))


def _exit(*, refused: bool) -> None:
    if refused:
        raise typer.Exit(ExitCode.REFUSED)


def _now() -> datetime:
    return datetime.now(UTC)


def main() -> None:
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(errors="replace")  # a screen that can't show a letter must not stop the work
    app()
