"""`form-to-lead privacy ...`: what a person may ask of us, and what is too old to keep."""

import itertools
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from ops.commands.gathering import Where, gathered
from ops.commands.options import (
    LISTED,
    JsonOption,
    LimitOption,
    RevealOption,
    YesOption,
)
from ops.errors import ExitCode, usage
from ops.operations.audits import all_audits
from ops.operations.filters import parse_age, parse_ids
from ops.operations.privacy import (
    Chosen,
    Erasure,
    choose,
    counts_of,
    erase,
    expect_kept,
    expect_new,
    export,
    parse_kept,
    write_private,
)
from ops.operations.privacy_function import Person, PrivacyFunction
from ops.output import privacy_tables, screen
from ops.stack import ledger, person_rows
from shared.form.definition import forms
from shared.privacy.erasing import Found
from shared.privacy.retention import Ending, endings
from shared.submission import timestamp

EmailOption = Annotated[
    str, typer.Option("--email", metavar="ADDRESS", help="Whose data; - reads it from standard input.")
]
PhoneOption = Annotated[
    str, typer.Option("--phone", metavar="NUMBER", help="Also what was sent with this number and no address.")
]
SalesforceOption = Annotated[bool, typer.Option("--salesforce", help="In the Salesforce org, too.")]
OutputOption = Annotated[
    Path | None, typer.Option("--output", metavar="FILE", help="Where the copy is written; a new file.")
]
AlsoOption = Annotated[
    list[str] | None, typer.Option("--also", metavar="ID", help="Of what was found but stays: this one is theirs, too.")
]
KeepOption = Annotated[
    list[str] | None,
    typer.Option("--keep", metavar="ID", help="Of what would be erased: leave this one, a submission or a Lead."),
]
WithinOption = Annotated[str, typer.Option("--within", help="How far ahead to look, e.g. 2w, 30d.")]

privacy_app = typer.Typer(
    help="A person's copy and erasure; what was erased, by whom; what is about to be.", no_args_is_help=True
)


@privacy_app.command("export")
@gathered
def privacy_export(
    *,
    email: EmailOption,
    phone: PhoneOption = "",
    salesforce: SalesforceOption = False,
    also: AlsoOption = None,
    file: OutputOption = None,
    reveal: RevealOption = False,
    as_json: JsonOption = False,
    where: Where,
) -> None:
    """Collect all that is held of a person. On the screen stand counts and ids; the file has everything.

    The file is new, readable by you alone, and full of personal data: give it to the person, then delete it.

    [bold]Examples[/]

      form-to-lead privacy export --email sanne@example.com --salesforce --output sanne.json

      form-to-lead privacy export --email - < address.txt
    """
    with screen.told():
        others = parse_ids(also or ())
        if file:
            expect_new(file)
        there = where.find_stack()
        function = PrivacyFunction(there, _person(email, phone))
        found = _find(function)
        chosen = choose(found, also=others)
        whole = bool(file or reveal)
        audit_id = function.begin("export", salesforce=salesforce) if whole else ""
        with screen.working("Collecting"):
            rows = person_rows(there)
            copy = export(function, rows, chosen, salesforce=salesforce)
        counts = counts_of(copy)
        if file:
            write_private(file, copy)
        if audit_id:
            function.end(audit_id, "done", counts)
        if reveal:
            screen.show_json(copy)
        elif as_json:
            screen.show_json({"counts": counts, "submissions": [asdict(one) for one in found]})
        else:
            screen.show(
                privacy_tables.found(found, datetime.now(UTC)) if found else Text("No submissions of this person.")
            )
        as_stored = counts.pop("as_stored", 0)
        screen.say(", ".join(f"{count} {name}" for name, count in counts.items()) + ".")
        if as_stored:
            what = "it stands" if as_stored == 1 else "they stand"
            screen.say(f"{as_stored} of them can't be read by this release: {what} in the copy as it is stored.")
        screen.say(f"Written to {file}." if file else "Nothing was written: --output FILE writes all of it.")


@privacy_app.command("erase")
@gathered
def privacy_erase(
    *,
    email: EmailOption,
    phone: PhoneOption = "",
    salesforce: SalesforceOption = False,
    also: AlsoOption = None,
    keep: KeepOption = None,
    yes: YesOption = False,
    as_json: JsonOption = False,
    where: Where,
) -> None:
    """Erase a person. Without --yes it is only shown what would go, and what a person has to look at.

    The same command again is harmless, and goes on where an earlier one was cut off. Deleted Leads and Tasks stay in
    the org's recycle bin for 15 days. docs/privacy.md says what is not reached.

    [bold]Examples[/]

      form-to-lead privacy erase --email sanne@example.com --salesforce

      form-to-lead privacy erase --email sanne@example.com --phone +31612345678 --salesforce --yes
    """
    with screen.told():
        others, stays = parse_ids(also or ()), parse_kept(keep or ())
        there = where.find_stack()
        function = PrivacyFunction(there, _person(email, phone))
        found = _find(function)
        chosen = choose(found, also=others, keep=stays)
        expect_kept(function, chosen, found, salesforce=salesforce)
        if not yes:
            _show_plan(function, chosen, salesforce=salesforce, as_json=as_json)
            return
        with screen.progress("erase", len(chosen.submission_ids)) as advance:
            done = erase(function, chosen, also=others, salesforce=salesforce, advance=advance)
        _show_erasure(done, salesforce=salesforce, as_json=as_json)
        if not done.is_done:
            raise typer.Exit(ExitCode.REFUSED)


def _show_plan(function: PrivacyFunction, chosen: Chosen, *, salesforce: bool, as_json: bool) -> None:
    seen: dict[str, list[Any]] = {"leads": [], "tasks": [], "left": []}
    submissions: dict[str, str] = {}
    if salesforce:
        with screen.working("Asking the org"):
            for part in function.look(chosen.submission_ids, keep=chosen.keep):
                for name, known in seen.items():
                    known += [one for one in part[name] if one not in known]
                submissions |= part["submissions"]
    if as_json:
        in_org = {**seen, "submissions": submissions} if salesforce else None
        lines = [
            {**asdict(one), "would": would}
            for would, rows in (("erase", chosen.erase), ("look_for_traces", chosen.erased), ("keep", chosen.others))
            for one in rows
        ]
        screen.show_json({"dry_run": True, "submissions": lines, "salesforce": in_org})
    else:
        some = chosen.submission_ids or chosen.others
        screen.show(privacy_tables.plan(chosen, datetime.now(UTC)) if some else Text("No submissions of this person."))
        if any(seen.values()):
            gone = {one: of for one, of in submissions.items() if of not in chosen.submission_ids}
            screen.show(privacy_tables.in_org(seen["leads"], seen["tasks"], seen["left"], gone))
    records = f", {len(seen['leads'])} Leads, {len(seen['tasks'])} Tasks" if salesforce else ""
    screen.say(f"Nothing was done. The same command with --yes erases {len(chosen.erase)} submissions{records}.")


def _show_erasure(done: Erasure, *, salesforce: bool, as_json: bool) -> None:
    if as_json:
        screen.show_json({**asdict(done), "counts": done.counts, "done": done.is_done})
    else:
        screen.show(privacy_tables.erasure(done) if done.rows else Text("No submissions of this person."))
        if done.left:
            screen.show(privacy_tables.in_org((), (), done.left))
    screen.say(", ".join(f"{name.replace('_', ' ')} {count}" for name, count in done.counts.items()) + ".")
    if salesforce and done.leads + done.tasks:
        screen.say("They stay in the org's recycle bin for 15 days, unless an admin empties it.")
    for code, count in done.refused.items():
        screen.say(f"Salesforce refused {count} of them ({code}). Give the same command again.", style="red")
    if done.stays:
        what = "1 more has" if len(done.stays) == 1 else f"{len(done.stays)} more have"
        screen.say(f"{what} to do with this person and stays: without --yes you see which, and --also ID takes one in.")
    if done.look_again_after:
        moment = datetime.fromisoformat(done.look_again_after)
        screen.say(
            f"Something of it may still reach Salesforce until {moment:%H:%M} UTC. Give the same command again after"
            f" that{'' if salesforce else ', with --salesforce'}: it deletes what came.",
            style="red",
        )
    if done.letters_hidden_until:
        moment = datetime.fromisoformat(done.letters_hidden_until)
        screen.say(
            "Not every rejection had a dead letter: somebody may be looking at them. Give the same command again after"
            f" {moment:%H:%M} UTC: it deletes those that it finds then.",
            style="red",
        )


@privacy_app.command("audit")
@gathered
def privacy_audit(
    *,
    limit: LimitOption = LISTED,
    as_json: JsonOption = False,
    where: Where,
) -> None:
    """List what was erased and exported, by whom and when, newest first. It holds no personal data and is kept.

    [bold]Example[/]

      form-to-lead privacy audit
    """
    with screen.told():
        rows = all_audits(where.find_stack())
        listed = list(itertools.islice(rows, limit or None))
        if as_json:
            lines = [{**one.model_dump(mode="json", exclude={"state"}), "ended": words} for one, words in listed]
            screen.show_json({"audit": lines, "more": len(listed) < len(rows)})
        else:
            screen.show(privacy_tables.audits(listed) if listed else Text("Nothing was erased or exported yet."))


@privacy_app.command("expiring")
@gathered
def privacy_expiring(
    *,
    within: WithinOption = "2w",
    as_json: JsonOption = False,
    where: Where,
) -> None:
    """List rejected and held submissions that are erased soon, because their form says how long they may wait, and
    suspected spam that soon leaves the quarantine unseen.

    [bold]Example[/]

      form-to-lead privacy expiring --within 30d
    """
    with screen.told():
        ahead = parse_age(within)
        rows = ledger(where.find_stack())
        ends = sorted(endings(rows, forms(), datetime.now(UTC) + ahead), key=lambda one: one.at)
        if as_json:
            screen.show_json({"expiring": [_ending_view(one) for one in ends]})
        else:
            screen.show(privacy_tables.expiring(ends) if ends else Text("Nothing is erased that soon."))


def _ending_view(one: Ending) -> dict[str, str]:
    row = one.row
    return {
        "submission_id": row.submission_id,
        "form_id": row.form_id,
        "state": row.state,
        "received_at": timestamp(row.received_at),
        "erased_after": timestamp(one.at),
    }


def _person(email: str, phone: str) -> Person:
    address = sys.stdin.readline().strip() if email == "-" else email.strip()
    if not address:
        raise usage("--email needs an address, or - and the address on standard input.")
    return Person(address, phone.strip())


def _find(function: PrivacyFunction) -> list[Found]:
    with screen.looking() as looked_at:
        return function.find(looked_at)
