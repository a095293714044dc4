"""What an operator sees of submissions, forms and match keys."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from rich.console import Group as Stacked
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from ops.operations.backfill import Filled
from ops.operations.explaining import explain_reason, is_refused, result_in_words
from ops.operations.orders import Done
from ops.operations.planning import Planned
from ops.operations.reading import DeadLetters
from ops.operations.submitting import Answer
from ops.output.cells import age, headed, pairs, plain
from shared.form.check import FormProblem
from shared.rejection import Reason
from shared.submission import Submission, Summary

_COLOURS: Final = {
    "created": "green",
    "updated": "green",
    "attached": "green",
    "held": "yellow",
    "received": "cyan",
    "rejected": "red",
    "quarantined": "yellow",
    "discarded": "dim",
    "erased": "dim",
}


def submissions(rows: Iterable[Summary | Submission], now: datetime) -> Table:
    shown = list(rows)
    replayed = any(row.replay_count for row in shown)
    table = headed("Submission", "Form", "State", "Age", "Reason", *(["Replays"] if replayed else []))
    for row in shown:
        table.add_row(
            _id(row.submission_id),
            Text(plain(row.form_id)),
            _state(row.state),
            Text(age(row.received_at, now)),
            Text(plain(row.reason)),
            *([Text(str(row.replay_count or ""))] if replayed else []),
        )
    return table


def quarantined(rows: Iterable[Submission], now: datetime) -> Table:
    table = headed("Submission", "Form", "Age", "Score", "Signs")
    for row in rows:
        table.add_row(
            _id(row.submission_id),
            Text(plain(row.form_id)),
            Text(age(row.received_at, now)),
            Text(str(row.spam_score)),
            Text(plain(", ".join(row.spam_reasons)), style="yellow"),
        )
    return table


def dead_letters(found: DeadLetters, now: datetime, limit: int) -> RenderableType:
    """The causes, then the submissions themselves, at most `limit` of them (0 is all)."""
    causes = headed("Count", "Cause", "Forms", "Ages", "What to do")
    for group in found.groups:
        problem = f"{group.cause.code} {group.cause.field}".strip()
        causes.add_row(
            Text(str(group.count), style="bold"),
            Text.assemble((group.cause.reason, "red"), "\n", plain(problem)),
            Text(plain("\n".join(group.forms))),
            Text(_ages(group.newest, group.oldest, now)),
            Text(_advice(group.cause.reason)),
        )
    rows = found.rows[:limit] if limit else found.rows
    left = len(found.rows) - len(rows)
    more = [Text(f"and {left} more; --limit 0 shows all", style="dim")] if left else []
    return Stacked(causes, Text(), submissions(rows, now), *more)


def _ages(newest: datetime, oldest: datetime, now: datetime) -> str:
    ages = [age(newest, now), age(oldest, now)]
    return " to ".join(dict.fromkeys(ages))


def _advice(reason: str) -> str:
    return explain_reason(Reason(reason)).mend if reason in set(Reason) else ""


def plan(planned: Sequence[Planned], verb: str, now: datetime) -> Table:
    table = headed("Submission", "Form", "State", "Age", "With --yes")
    for one in planned:
        row = one.row
        table.add_row(
            _id(one.submission_id),
            Text(plain(row.form_id) if row else ""),
            _state(row.state) if row else Text(),
            Text(age(row.received_at, now) if row else ""),
            _verdict(one, verb),
        )
    return table


def _verdict(one: Planned, verb: str) -> Text:
    if one.refusal:
        words = "left out by the filters" if one.refusal == "not_asked_for" else result_in_words(one.refusal)
        return Text(words, style="dim")
    if one.wrong and verb == "replay":
        return Text(f"{verb}, but still wrong: {', '.join(one.wrong)}", style="yellow")
    return Text(verb, style="green")


def results(done: Iterable[Done]) -> Table:
    table = headed("Submission", "Result")
    for one in done:
        style = "red" if is_refused(one["result"]) else "green" if one["changed"] else "dim"
        table.add_row(_id(one["submission_id"]), Text(plain(result_in_words(one["result"])), style=style))
    return table


def form_problems(problems: Sequence[FormProblem]) -> Table:
    """Form by form; what is wrong with the org itself stands under `every form`."""
    table = headed("Form", "Where", "Problem", "What would be right")
    form_ids = list(dict.fromkeys(one.form_id for one in problems))
    for form_id in form_ids:
        own = [one for one in problems if one.form_id == form_id]
        for number, one in enumerate(own):
            style = "red" if one.severity == "error" else "yellow"
            table.add_row(
                Text(plain(form_id or "every form") if number == 0 else "", style="bold"),
                Text(plain(one.where)),
                Text(plain(one.what if one.severity == "error" else f"warning: {one.what}"), style=style),
                Text(plain(one.right)),
            )
    return table


def filled(kinds: Iterable[Filled]) -> Table:
    table = headed("Records", "Filled", "Right already", "Refused by the org")
    for one in kinds:
        refused = ", ".join(f"{count} x {code}" for code, count in one.refused.most_common())
        numbers = (Text(str(one.filled)), Text(str(one.same), style="dim"))
        table.add_row(Text(f"{one.kind}s"), *numbers, Text(plain(refused or "0"), style="red" if refused else "dim"))
    return table


def answer(said: Answer) -> RenderableType:
    """The API's answer to a test submission."""
    table = pairs()
    table.add_row("Answer", Text(str(said.status), style="green" if said.status < 400 else "red"))
    for name in ("receipt", "state", "code", "detail"):
        if said.body.get(name):
            table.add_row(name.capitalize(), Text(plain(said.body[name])))
    errors = said.body.get("errors")
    for error in errors if isinstance(errors, list) else []:
        if isinstance(error, Mapping):
            table.add_row("Wrong", Text(plain(f"{error.get('field', '')}: {error.get('message', '')}")))
    return table


def row(view: Mapping[str, Any], now: datetime) -> RenderableType:
    """Everything of one row; `view` comes from views.row_view."""
    received = datetime.fromisoformat(view["received_at"])
    facts = pairs()
    facts.add_row("Submission", _id(view["submission_id"]))
    facts.add_row("State", _state(view["state"]))
    facts.add_row("Form", Text(plain(f"{view['form_id']} (version {view['form_version']})")))
    facts.add_row("Received", Text(f"{_when(view['received_at'])} UTC, {age(received, now)} ago"))
    facts.add_row("Attempts", Text(_attempts(view)))
    if view["expires_at"]:
        facts.add_row("Deleted after", Text(_when(view["expires_at"])))
    for name, value in _sources(view["sources"]):
        facts.add_row(name, Text(plain(value)))
    if view["spam_reasons"]:
        signs = f"{view['spam_score']} points: {', '.join(view['spam_reasons'])}"
        facts.add_row("Signs of spam", Text(plain(signs), style="yellow"))
    for name, value in (view["outcome"] or {}).items():
        if value:
            facts.add_row(f"Salesforce {name.replace('_', ' ')}", Text(plain(_flat(value)), style="green"))
    parts: list[RenderableType] = [facts, Text(), _fields(view), Text()]
    if view["rejection"]:
        parts += [_rejection(view["rejection"], still=view["state"] == "rejected"), Text()]
    return Stacked(*parts, _history(view["history"]))


def _attempts(view: Mapping[str, Any]) -> str:
    last = f", last error {view['last_error']}" if view["last_error"] else ""
    return f"{view['attempts']}{last}; replayed {view['replay_count']}, queued again {view['requeue_count']} times"


def _sources(sources: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    consent = sources["consent"]
    if consent:
        given = "given" if consent["given"] else "not given"
        words = f"{given} {_when(consent['at'])}, text {consent['text_version']} ({consent['language']})"
        sources = {**sources, "consent": words}
    for name, value in sources.items():
        if value:
            yield name.replace("_", " ").capitalize(), _flat(value)


def _flat(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_flat(part)}" for name, part in value.items() if part != "")
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _fields(view: Mapping[str, Any]) -> Table:
    before = view["original_fields"] or {}
    table = headed("Field", "Value", *(["As it arrived"] if before else []))
    for name in dict.fromkeys([*view["fields"], *before]):
        cells = [view["fields"].get(name, "")] + ([before.get(name, "")] if before else [])
        table.add_row(Text(plain(name)), *(Text(plain(_flat(cell))) for cell in cells))
    return table


def _rejection(rejection: Mapping[str, Any], *, still: bool) -> RenderableType:
    title = Text(
        f"{'Rejected' if still else 'Was rejected before'}: {rejection['reason']}. {rejection['what']}",
        style="bold red" if still else "dim",
    )
    table = headed("Problem", "Field", "What is wrong", "What would mend it", "Detail")
    for problem in rejection["problems"]:
        cells = (problem[name] for name in ("code", "field", "what", "mend", "detail"))
        table.add_row(*(Text(plain(cell)) for cell in cells))
    return Stacked(title, table)


def _history(changes: Iterable[Mapping[str, Any]]) -> Table:
    table = headed("When (UTC)", "From", "To", "By", "Why")
    for change in changes:
        cells = (change[name] for name in ("from_state", "to_state", "by", "why"))
        table.add_row(Text(_when(change["at"])), *(Text(plain(cell)) for cell in cells))
    return table


def _id(submission_id: str) -> Text:
    return Text(plain(submission_id), style="bold", no_wrap=True)


def _state(state: str) -> Text:
    return Text(state, style=_COLOURS.get(state, ""))


def _when(timestamp: str) -> str:
    """All times are UTC; the milliseconds are for programs."""
    return timestamp[:19].replace("T", " ")
