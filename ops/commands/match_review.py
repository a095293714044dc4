"""`form-to-lead match review`: what people decide about those in doubt."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated, cast

import typer
from rich.text import Text

from ops.commands.gathering import Where, gathered
from ops.commands.options import LISTED, JsonOption, LimitOption, RevealOption, WhyOption, YesOption
from ops.errors import ExitCode, OpsError, usage
from ops.operations.filters import parse_ids
from ops.operations.match_function import MatchFunction
from ops.operations.reading import get_row, get_rows
from ops.output import match_tables, match_views, screen
from ops.output.match_words import result_words
from ops.stack import Stack, ledger
from shared.review.held_pairs import Decision
from shared.review.merging import Side
from shared.submission import State

PairArgument = Annotated[str, typer.Argument(metavar="ID", help="A held submission; without it all are listed.")]
DecideOption = Annotated[
    str, typer.Option("--decide", metavar="DECISION", help="merge, separate, or deleted (where the Lead is).")
]
TakeOption = Annotated[
    list[str] | None,
    typer.Option("--take", metavar="FIELD=held|candidate", help="Whose value a merge keeps; may be repeated."),
]


@gathered
def review(
    *,
    pair: PairArgument = "",
    decision: DecideOption = "",
    why: WhyOption = "",
    take: TakeOption = None,
    limit: LimitOption = LISTED,
    yes: YesOption = False,
    reveal: RevealOption = False,
    as_json: JsonOption = False,
    where: Where,
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
        there = where.find_stack()
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
        screen.show(match_tables.held(held, datetime.now(UTC)) if held else Text("Nobody waits for a decision."))
    if limit and len(ids) > limit:
        screen.say_more(limit)
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
        screen.show(match_tables.pair(view, datetime.now(UTC)))
    screen.say_whether_masked(reveal=reveal)
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
