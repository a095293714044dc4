"""`form-to-lead quarantine ...`: suspected spam."""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from typing import Annotated, Final

import typer
from rich.text import Text

from ops.commands.batches import run_batch
from ops.commands.gathering import Where, gathered
from ops.commands.options import (
    LISTED,
    WHICH,
    AllOption,
    CsvOption,
    FormOption,
    IdArgument,
    IdOption,
    IdsArgument,
    JsonOption,
    LimitOption,
    NewerOption,
    OlderOption,
    RevealOption,
    WhyOption,
    YesOption,
)
from ops.commands.showing import show_row
from ops.errors import usage
from ops.operations.filters import Filter, build_filter, parse_why
from ops.operations.orders import Done, Operator
from ops.operations.quarantine import SpamFilter, expect_quarantined, find_quarantined, known_signs
from ops.output import screen, tables, views
from ops.stack import Stack, ledger
from shared.spam.lists import Subject
from shared.submission import State

_COLUMNS: Final = ("submission_id", "form_id", "received_at", "spam_score", "spam_reasons")


class Taught(StrEnum):
    ADDRESS = "address"
    DOMAIN = "domain"


TeachOption = Annotated[
    Taught, typer.Option("--teach", help="What is let through from now on: the sender's address, or its whole domain.")
]
NoTeachOption = Annotated[bool, typer.Option("--no-teach", help="Release only; the lists learn nothing.")]
BlockOption = Annotated[
    Taught | None, typer.Option("--block", help="Also put aside what comes from this address or domain from now on.")
]


@dataclass(frozen=True, kw_only=True)
class WhichSpam:
    sign: Annotated[
        list[str] | None,
        typer.Option("--sign", metavar="SIGN", help="Only with this sign, such as honeypot.", rich_help_panel=WHICH),
    ] = None
    min_score: Annotated[
        int, typer.Option("--min-score", min=0, help="At least so many points.", rich_help_panel=WHICH)
    ] = 0
    max_score: Annotated[
        int, typer.Option("--max-score", min=0, help="At most so many points; 0 is any.", rich_help_panel=WHICH)
    ] = 0
    form: FormOption = ""
    older_than: OlderOption = ""
    newer_than: NewerOption = ""

    def filter(self, ids: Iterable[str] | None) -> SpamFilter:
        """Raises OpsError (usage)."""
        which = build_filter(
            states=(State.QUARANTINED,),
            reason=None,
            form_id=self.form,
            older_than=self.older_than,
            newer_than=self.newer_than,
            ids=ids,
        )
        return SpamFilter(which, known_signs(self.sign), self.min_score, self.max_score)


quarantine_app = typer.Typer(
    help="Suspected spam, which is never thrown away unseen: list, show, release, discard.", no_args_is_help=True
)


@quarantine_app.command("list")
@gathered
def quarantine_list(
    *,
    which: WhichSpam,
    ids: IdOption = None,
    limit: LimitOption = LISTED,
    as_csv: CsvOption = False,
    as_json: JsonOption = False,
    where: Where,
) -> None:
    """List suspected spam, newest first, with its points and signs. Nothing personal is in the list.

    [bold]Examples[/]

      form-to-lead quarantine list --newer-than 1d

      form-to-lead quarantine list --max-score 120 --sign disposable_domain
    """
    with screen.told():
        if as_csv and as_json:
            raise usage("Give --csv or --json, not both.")
        wanted = which.filter(ids)
        there = where.find_stack()
        found = list(
            itertools.islice(
                find_quarantined(ledger(there), wanted, now=datetime.now(UTC)), limit + 1 if limit else None
            )
        )
        rows = found[:limit] if limit else found
        lines = [views.quarantine_view(row) for row in rows]
        if as_csv:
            typer.echo(views.as_csv(lines, _COLUMNS), nl=False)
        elif as_json:
            screen.show_json({"submissions": lines, "more": len(found) > len(rows)})
        else:
            screen.show(tables.quarantined(rows, datetime.now(UTC)) if rows else Text("Nothing is in quarantine."))
        if len(found) > len(rows):
            screen.say_more(limit)


@quarantine_app.command("show")
@gathered
def quarantine_show(
    *,
    submission_id: IdArgument,
    reveal: RevealOption = False,
    as_json: JsonOption = False,
    where: Where,
) -> None:
    """Show everything about one submission, with its points and signs.

    [bold]Example[/]

      form-to-lead quarantine show 0b2f6f0e-4c1d-4b5e-9d3a-7f1c2d3e4f50 --reveal
    """
    with screen.told():
        row = show_row(where, submission_id, reveal=reveal, as_json=as_json)
        if row.state is State.QUARANTINED:
            screen.say(f"It is honest: form-to-lead quarantine release {row.submission_id} --yes")
            screen.say(f"It is spam: form-to-lead quarantine discard {row.submission_id} --why spam --yes")
        else:
            screen.say(f"It is not in quarantine: it is {row.state}.")


@quarantine_app.command("release")
@gathered
def quarantine_release(
    *,
    ids: IdsArgument = None,
    teach: TeachOption = Taught.ADDRESS,
    no_teach: NoTeachOption = False,
    which: WhichSpam,
    everything: AllOption = False,
    limit: LimitOption = 0,
    yes: YesOption = False,
    as_json: JsonOption = False,
    where: Where,
) -> None:
    """Send submissions on as if nothing had been suspected. Without --yes it is only shown.

    Their senders are let through from now on: the address is remembered as a keyed hash, for two years.

    [bold]Examples[/]

      form-to-lead quarantine release 0b2f6f0e-4c1d-4b5e-9d3a-7f1c2d3e4f50 --yes

      form-to-lead quarantine release 0b2f6f0e-4c1d-4b5e-9d3a-7f1c2d3e4f50 --teach domain --yes

      form-to-lead quarantine release --sign form_start_old --no-teach --yes
    """
    with screen.told():
        wanted = which.filter(ids)
        there = where.find_stack()
        subject: Subject | None = None if no_teach else teach.value
        order = partial(Operator(there).release_many, teach=subject)
        _carry_out(there, wanted, limit, "release", order if yes else None, everything=everything, as_json=as_json)


@quarantine_app.command("discard")
@gathered
def quarantine_discard(
    *,
    ids: IdsArgument = None,
    why: WhyOption,
    block: BlockOption = None,
    which: WhichSpam,
    everything: AllOption = False,
    limit: LimitOption = 0,
    yes: YesOption = False,
    as_json: JsonOption = False,
    where: Where,
) -> None:
    """End submissions that are spam. They are deleted 30 days later. Without --yes it is only shown.

    [bold]Examples[/]

      form-to-lead quarantine discard --sign honeypot --older-than 1w --why spam --yes

      form-to-lead quarantine discard 0b2f6f0e-4c1d-4b5e-9d3a-7f1c2d3e4f50 --block address --why spam --yes
    """
    with screen.told():
        reason = parse_why(why)
        wanted = which.filter(ids)
        there = where.find_stack()
        subject: Subject | None = block.value if block else None
        order = partial(Operator(there).discard_spam, why=reason, block=subject)
        _carry_out(there, wanted, limit, "discard", order if yes else None, everything=everything, as_json=as_json)


def _carry_out(
    there: Stack,
    wanted: SpamFilter,
    limit: int,
    verb: str,
    order: "partial[Iterator[list[Done]]] | None",
    *,
    everything: bool,
    as_json: bool,
) -> None:
    if not wanted.narrows and not everything:
        raise usage("Say which: give ids, a filter such as --sign or --newer-than, or --all.")
    rows = ledger(there)
    expect_quarantined(rows, wanted.which.ids)
    found = find_quarantined(rows, wanted, now=datetime.now(UTC))
    chosen = tuple(row.submission_id for row in itertools.islice(found, limit or None))
    if chosen:
        run_batch(there, Filter(states=(State.QUARANTINED,), ids=chosen), 0, verb, order, as_json=as_json)
        return
    if as_json:
        screen.show_json({"done": [], "error": None})
    screen.say(f"Nothing to {verb}.")
