"""`form-to-lead match ...`: why two are one person or not, and what people decide about those in doubt."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import Annotated, cast

import typer
from rich.text import Text

from ops import match_tables, match_views, screen
from ops.backfill_commands import register_backfill
from ops.errors import ExitCode, OpsError, usage
from ops.filters import parse_ids
from ops.match_function import MatchFunction
from ops.match_people import Somebody, Sources, find_people, of_record, of_submission, record_id_in
from ops.match_words import decision_in, result_words
from ops.operations import get_row, get_rows
from ops.options import (
    JsonOption,
    LimitOption,
    LocalOption,
    ProfileOption,
    RegionOption,
    RevealOption,
    StackOption,
    YesOption,
)
from ops.stack import DEFAULT_NAME, Stack, find_stack, ledger
from shared.matching import decide as compare
from shared.review.held_pairs import Decision
from shared.review.merging import Side
from shared.submission import State, Submission

_HOME = "NL"
"""Country of phone numbers that say none, where neither a submission's form nor --country tells."""

PeopleArgument = Annotated[
    list[str] | None,
    typer.Argument(metavar="A B", help="Each a Lead's or Contact's id, a submission's id, or a JSON file."),
]
SubmissionOption = Annotated[str, typer.Option("--submission", metavar="ID", help="What was decided for this one.")]
CountryOption = Annotated[
    str, typer.Option("--country", metavar="CODE", help="Country of numbers without a code, e.g. BE; else the form's.")
]
PairArgument = Annotated[str, typer.Argument(metavar="ID", help="A held submission; without it all are listed.")]
DecideOption = Annotated[
    str, typer.Option("--decide", metavar="DECISION", help="merge, separate, or deleted (where the Lead is).")
]
WhyOption = Annotated[str, typer.Option("--why", help="Kept in the history, so nothing personal.")]
TakeOption = Annotated[
    list[str] | None,
    typer.Option("--take", metavar="FIELD=held|candidate", help="Whose value a merge keeps; may be repeated."),
]

match_app = typer.Typer(help="People who may be one: see why, and decide about those in doubt.", no_args_is_help=True)


@match_app.command("explain")
def explain(
    *,
    people: PeopleArgument = None,
    submission: SubmissionOption = "",
    country: CountryOption = "",
    reveal: RevealOption = False,
    as_json: JsonOption = False,
    profile: ProfileOption = "",
    region: RegionOption = "",
    stack: StackOption = DEFAULT_NAME,
    local: LocalOption = False,
) -> None:
    """Say why two are taken for one person or not; or what was decided for a submission, and why.

    Nothing is changed. A file holds a person's fields: {"first_name": "Sanne", "email": "sanne@example.com"}.

    [bold]Examples[/]

      form-to-lead match explain 00QFx000000001AMAQ 003Fx000000004DIAQ

      form-to-lead match explain 0b2f6f0e-4c1d-4b5e-9d3a-7f1c2d3e4f50 sanne.json --reveal

      form-to-lead match explain --submission 0b2f6f0e-4c1d-4b5e-9d3a-7f1c2d3e4f50
    """
    with screen.told():
        opened = cache(lambda: find_stack(stack, profile=profile, region=region, local=local))
        sources = Sources(lambda: ledger(opened()), lambda: MatchFunction(opened()))
        if bool(submission) == bool(people):
            raise usage("Give two people, or --submission ID.")
        if submission:
            if country:
                raise usage("--country is for two people; a submission was decided with its form's.")
            _explain_submission(submission, sources, reveal=reveal, as_json=as_json)
        else:
            _explain_two(people or [], country, sources, reveal=reveal, as_json=as_json)
        if not reveal:
            screen.say("Personal data is masked; --reveal shows it.")


def _explain_two(texts: list[str], country: str, sources: Sources, *, reveal: bool, as_json: bool) -> None:
    if len(texts) != 2:
        raise usage(f"Give two people to compare, not {len(texts)}.")
    left, right = find_people((texts[0], texts[1]), sources)
    home = country.upper() or left.country or right.country or _HOME
    # The second one's id must not be the first one's: then it would be compared with itself as one record.
    decision = compare(replace(left.person, id="left"), [right.person], country=home)
    view = match_views.explain_view(left, right, decision, reveal=reveal)
    for note in view["notes"]:
        screen.say(note)
    if as_json:
        screen.show_json(view)
    else:
        screen.show(match_tables.explained(view))


def _explain_submission(text: str, sources: Sources, *, reveal: bool, as_json: bool) -> None:
    [submission_id] = parse_ids([text])
    row = get_row(sources.ledger(), submission_id)
    found = _who_they_are(row, sources) if reveal else None
    view = match_views.explained_view(row, found, reveal=reveal)
    for note in view["notes"]:
        screen.say(note)
    if as_json:
        screen.show_json(view)
    else:
        screen.show(match_tables.explained_submission(view))
    if view["decision"] is None:
        raise typer.Exit(ExitCode.REFUSED)
    if row.state is State.HELD:
        screen.say(f"To decide: form-to-lead match review {submission_id}")


def _who_they_are(row: Submission, sources: Sources) -> dict[str, Somebody | str]:
    """Or a sentence that says why somebody can't be shown; the decision itself is told all the same."""
    decision = decision_in(row.outcome.evidence if row.outcome else {})
    if decision is None:
        return {}
    people: dict[str, Somebody | str] = {}
    try:
        people["sent"] = of_submission(row)
    except OpsError as error:
        people["sent"] = str(error)
    if decision.candidate_id and (candidate := record_id_in(decision.candidate_id)):
        seen = sources.function().look([candidate])[candidate]
        try:
            people["candidate"] = of_record(seen)
        except OpsError as error:
            people["candidate"] = str(error)
    return people


@match_app.command("review")
def review(
    *,
    pair: PairArgument = "",
    decision: DecideOption = "",
    why: WhyOption = "",
    take: TakeOption = None,
    limit: LimitOption = 50,
    yes: YesOption = False,
    reveal: RevealOption = False,
    as_json: JsonOption = False,
    profile: ProfileOption = "",
    region: RegionOption = "",
    stack: StackOption = DEFAULT_NAME,
    local: LocalOption = False,
) -> None:
    """List the held pairs, show one, or decide about it. Without --yes a decision is only shown.

    In a merge the candidate stays and keeps its values; what it has not, the held Lead gives.

    [bold]Examples[/]

      form-to-lead match review

      form-to-lead match review 0b2f6f0e-4c1d-4b5e-9d3a-7f1c2d3e4f50 --reveal

      form-to-lead match review 0b2f6f0e-4c1d-4b5e-9d3a-7f1c2d3e4f50 --decide separate --why "father and son" --yes

      form-to-lead match review 0b2f6f0e-4c1d-4b5e-9d3a-7f1c2d3e4f50 --decide merge --take Phone=held --yes
    """
    with screen.told():
        wanted = _decision(decision, why, take, yes=yes)
        taken = _taken(take or ())
        if not pair and (decision or reveal):
            raise usage("Say which pair: `form-to-lead match review` lists their ids.")
        submission_id = parse_ids([pair])[0] if pair else ""
        there = find_stack(stack, profile=profile, region=region, local=local)
        if not submission_id:
            _list(there, limit, as_json=as_json)
        elif wanted and yes:
            _decide(there, submission_id, wanted, why.strip(), taken, as_json=as_json)
        else:
            _show(there, submission_id, wanted, taken, reveal=reveal, as_json=as_json)


def _decision(decision: str, why: str, take: list[str] | None, *, yes: bool) -> Decision | None:
    if decision not in {"", "merge", "separate", "deleted"}:
        raise usage("--decide is merge, separate or deleted.")
    if yes and not decision:
        raise usage("--yes does what --decide says: give both.")
    if take and decision not in {"", "merge"}:
        raise usage("--take is for a merge.")
    if decision == "separate" and not why.strip():
        raise usage('Say why they are two people, with --why, such as --why "father and son".')
    if len(why.strip()) > 200 or "@" in why:
        raise usage("--why is at most 200 characters and stays in the history: no names, no e-mail addresses.")
    return cast("Decision", decision) if decision else None


def _taken(take: Iterable[str]) -> dict[str, Side]:
    taken: dict[str, Side] = {}
    for text in take:
        name, _, side = text.partition("=")
        if not name.strip() or side not in {"held", "candidate", "other"}:
            raise usage("--take is FIELD=held or FIELD=candidate, such as --take Phone=held.")
        taken[name.strip()] = "held" if side == "held" else "other"
    return taken


def _list(there: Stack, limit: int, *, as_json: bool) -> None:
    rows = ledger(there)
    with screen.working("Reading the ledger"):
        ids = [one.submission_id for one in rows.by_state(State.HELD)]
        found = get_rows(rows, ids[:limit] if limit else ids)
    # The index lags a little behind: what was decided a moment ago may still be in it.
    held = [match_views.held_view(found[one]) for one in ids if one in found and found[one].state is State.HELD]
    if as_json:
        screen.show_json({"held": held, "more": bool(limit) and len(ids) > limit})
    else:
        screen.show(match_tables.held(held, _now()) if held else Text("Nobody waits for a decision."))
    if limit and len(ids) > limit:
        screen.say(f"There are more than these {limit}; --limit 0 lists all.")
    if held:
        screen.say("Oldest first. To see one: form-to-lead match review ID")


def _show(
    there: Stack, submission_id: str, decision: Decision | None, take: dict[str, Side], *, reveal: bool, as_json: bool
) -> None:
    row = get_row(ledger(there), submission_id)
    with screen.working("Reading both records"):
        answer = MatchFunction(there).review(submission_id, take)
    if "pair" not in answer:
        raise OpsError(result_words(answer["refused"]))
    view = match_views.pair_view(row, answer["pair"], reveal=reveal)
    if as_json:
        screen.show_json({**view, "dry_run": True, "would": decision})
    else:
        screen.show(match_tables.pair(view, _now()))
    if not reveal:
        screen.say("Personal data is masked; --reveal shows it.")
    if decision is None:
        _say_what_can_be_done(view["possible"], submission_id)
    elif decision in view["possible"]:
        screen.say(f"Nothing was done. The same command with --yes does it: {_would(decision, view)}")
    else:
        raise OpsError(result_words(view["finding"]))


def _would(decision: Decision, view: dict[str, object]) -> str:
    if decision == "separate":
        return "they stay two, and the Lead is no longer marked as a possible duplicate."
    if decision == "deleted" or view["finding"] != "two_leads":
        return "it is recorded; nothing changes in Salesforce but a mark that may still be there."
    names = ", ".join(match_views.changed_fields(view)) or "no field"
    return f"{view['held']} goes, {view['candidate']} stays and takes over: {names}; tasks and campaigns move along."


def _say_what_can_be_done(possible: list[str], submission_id: str) -> None:
    for decision in possible:
        because = ' --why "..."' if decision == "separate" else ""
        screen.say(f"To {_VERBS[decision]}: form-to-lead match review {submission_id} --decide {decision}{because}")


_VERBS = {"merge": "make them one", "separate": "keep them two", "deleted": "record that the Lead was deleted"}


def _decide(
    there: Stack, submission_id: str, decision: Decision, why: str, take: dict[str, Side], *, as_json: bool
) -> None:
    with screen.working("Asking Salesforce"):
        answer = MatchFunction(there).decide(submission_id, decision, why, take)
    if "done" not in answer:
        raise OpsError(result_words(answer["refused"]))
    done = answer["done"]
    words = result_words(done["result"])
    is_done = done["changed"] or done["result"] == f"already_{decision}"
    if as_json:
        screen.show_json(match_views.done_view(done, words))
    else:
        record = f" It is {done['record_id']} in Salesforce." if is_done and done["record_id"] else ""
        screen.show(Text(words + record, style="green" if done["changed"] else "" if is_done else "red"))
    if not is_done:
        raise typer.Exit(ExitCode.REFUSED)


def _now() -> datetime:
    return datetime.now(UTC)


register_backfill(match_app)
