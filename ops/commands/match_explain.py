"""`form-to-lead match explain`: why two are one person or not, and what was decided for a submission."""

from dataclasses import replace
from functools import cache
from typing import Annotated

import typer

from ops.commands.gathering import Where, gathered
from ops.commands.options import JsonOption, RevealOption
from ops.errors import ExitCode, OpsError, usage
from ops.operations.filters import parse_ids
from ops.operations.match_function import MatchFunction
from ops.operations.match_people import Somebody, Sources, find_people, of_record, of_submission, record_id_in
from ops.operations.reading import get_row
from ops.output import match_tables, match_views, screen
from ops.output.match_words import decision_in
from ops.stack import ledger
from shared.matching import decide as compare
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


@gathered
def explain(
    *,
    people: PeopleArgument = None,
    submission: SubmissionOption = "",
    country: CountryOption = "",
    reveal: RevealOption = False,
    as_json: JsonOption = False,
    where: Where,
) -> None:
    """Say why two are taken for one person or not; or what was decided for a submission, and why.

    Nothing is changed. A file holds a person's fields: {"first_name": "Sanne", "email": "sanne@example.com"}.

    [bold]Examples[/]

      form-to-lead match explain 00QFx000000001AMAQ 003Fx000000004DIAQ

      form-to-lead match explain 0b2f6f0e-4c1d-4b5e-9d3a-7f1c2d3e4f50 sanne.json --reveal

      form-to-lead match explain --submission 0b2f6f0e-4c1d-4b5e-9d3a-7f1c2d3e4f50
    """
    with screen.told():
        opened = cache(where.find_stack)
        sources = Sources(lambda: ledger(opened()), lambda: MatchFunction(opened()))
        if bool(submission) == bool(people):
            raise usage("Give two people, or --submission ID.")
        if submission:
            if country:
                raise usage("--country is for two people; a submission was decided with its form's.")
            _explain_submission(submission, sources, reveal=reveal, as_json=as_json)
        else:
            _explain_two(people or [], country, sources, reveal=reveal, as_json=as_json)
        screen.say_whether_masked(reveal=reveal)


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
