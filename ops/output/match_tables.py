"""What an operator sees of pairs. Texts of people are never read as markup, and can't steer the terminal."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from rich.console import Group as Stacked
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from ops.output.cells import age, headed, pairs, plain

_NOTHING: Final = "–"
_ALIKE_WIDTH: Final = 24
"""Columns: beside two e-mail addresses there is no more room on a screen of a hundred."""
_WHOLE: Final = frozenset({"Age", "Score", "Bits"})
"""Columns that must be read whole; a narrow screen folds the others."""
_OUTCOME_COLOURS: Final = {"create": "cyan", "update": "green", "hold": "yellow"}


def explained(view: Mapping[str, Any]) -> RenderableType:
    """Of two people that were given."""
    return Stacked(_side_by_side(view), Text(), *_verdict(view["decision"]))


def explained_submission(view: Mapping[str, Any]) -> RenderableType:
    facts = pairs()
    facts.add_row("Submission", Text(plain(view["submission_id"]), style="bold"))
    facts.add_row("State", Text(plain(view["state"])))
    if view["record_id"]:
        facts.add_row("In Salesforce", Text(plain(view["record_id"])))
    parts: list[RenderableType] = [facts, Text()]
    if view["decision"] is None:
        return Stacked(*parts, Text(plain(view["not_compared"]), style="yellow"))
    if view["fields"]:
        shown = view["left"] or view["right"]
        parts += [_side_by_side({**view, "left": "Sent"}) if shown else evidence(view["fields"]), Text()]
    parts += _verdict(view["decision"], was=True)
    if view["reviewed"]:
        parts += [Text(), Text(view["reviewed"], style="green")]
    return Stacked(*parts)


def _side_by_side(view: Mapping[str, Any]) -> Table:
    table = headed(
        "", _heading(view["left"]), _heading(view["right"] or "Candidate"), "How alike", "Bits", whole=_WHOLE
    )
    table.columns[0].no_wrap = True
    table.columns[3].max_width = _ALIKE_WIDTH
    for one in view["fields"]:
        table.add_row(
            Text(one["words"], style="bold"),
            _value(one["left"]),
            _value(one["right"]),
            _alike(one),
            _bits(one["bits"]),
        )
    return table


def _heading(label: str) -> str:
    """The kind above the id, of which a submission's beginning is enough."""
    kind, _, record_id = label.partition(" ")
    return f"{kind}\n{record_id[:8]}…" if kind == "Submission" else plain(label).replace(" ", "\n", 1)


def evidence(fields: Sequence[Mapping[str, Any]]) -> Table:
    table = headed("", "How alike", "Bits", whole=_WHOLE)
    for one in fields:
        if not one["level"] or one["level"] == "unknown":
            continue
        table.add_row(Text(one["words"], style="bold"), _alike(one), _bits(one["bits"]))
    return table


def _alike(one: Mapping[str, Any]) -> Text:
    bits = one["bits"] or 0
    return Text(one["level_words"], style="green" if bits > 0 else "red" if bits < 0 else "dim")


def _bits(bits: float | None) -> Text:
    return Text("" if bits is None else f"{bits:+g}", justify="right")


def _verdict(decision: Mapping[str, Any], *, was: bool = False) -> list[RenderableType]:
    table = pairs()
    for number, guard in enumerate(decision["guards"]):
        table.add_row("Not without a human" if number == 0 else "", Text(guard["words"], style="yellow"))
    if decision["candidate_id"] and was:
        table.add_row("Candidate", Text(plain(decision["candidate_id"])))
    for number, rival in enumerate(decision["rivals"]):
        words = f"{rival['record_id']} ({rival['score']:g} bits)"
        table.add_row("Nearly as good" if number == 0 else "", Text(plain(words)))
    if decision["keys"]:
        table.add_row("Found by", Text(plain(", ".join(decision["keys"]))))
    if decision["generic_keys"]:
        table.add_row("Shared by too many", Text(plain(", ".join(decision["generic_keys"]))))
    table.add_row("Score", Text(plain(f"{decision['score']:g} bits ({decision['config']})")))
    table.add_row("Decision", Text(decision["words"], style=_OUTCOME_COLOURS[decision["outcome"]]))
    return [table]


def held(views: Iterable[Mapping[str, Any]], now: datetime) -> Table:
    """Two lines a pair at least: the submission, then who it is about."""
    table = headed("Submission, Lead and candidate", "Age", "Score", "Why a human is asked", whole=_WHOLE)
    for one in views:
        ids = Text.assemble(
            (plain(one["submission_id"]), "bold"), f"\n{plain(one['lead_id'])} ~ {plain(one['candidate_id'])}"
        )
        score = "" if one["score"] is None else f"{one['score']:g}"
        table.add_row(
            ids, Text(age(datetime.fromisoformat(one["received_at"]), now)), Text(score), Text("\n".join(one["why"]))
        )
    return table


def pair(view: Mapping[str, Any], now: datetime) -> RenderableType:
    facts = pairs()
    facts.add_row("Submission", Text(plain(view["submission_id"]), style="bold"))
    facts.add_row("Received", Text(f"{age(datetime.fromisoformat(view['received_at']), now)} ago"))
    facts.add_row("Held", Text(plain(view["held"])))
    was = f" (when it was held: {view['candidate_was']})" if view["candidate_was"] else ""
    facts.add_row("Candidate", Text(plain(view["candidate"] + was)))
    parts: list[RenderableType] = [facts, Text()]
    if view["merge"]:
        parts += [evidence(view["fields"]), Text()]
    elif view["fields"]:
        parts += [_side_by_side({**view, "left": view["held"], "right": view["candidate"]}), Text()]
    if view["decision"]:
        parts += [*_verdict(view["decision"]), Text()]
    if view["merge"]:
        parts += [_merge(view["merge"]), Text(), Text("Owner, status and record type stay the candidate's.", "dim")]
    return Stacked(*parts, Text(view["finding_words"], style="bold"))


def _merge(choices: Sequence[Mapping[str, Any]]) -> Table:
    """What each has, with the value that a merge would keep standing out."""
    table = headed("Field", "Held Lead", "Candidate (stays)", "After a merge", whole=_WHOLE)
    table.columns[0].no_wrap = True
    for one in choices:
        won, lost = "green", "dim"
        wins_held = one["wins"] == "held"
        why = "yellow" if one["conflict"] else "green" if wins_held else "dim"
        table.add_row(
            Text(plain(one["field"]), style="bold"),
            _value(one["held"], won if wins_held else lost),
            _value(one["candidate"], lost if wins_held else won),
            Text(one["words"], style=why),
        )
    return table


def _value(value: Any, style: str = "") -> Text:
    if isinstance(value, bool):
        return Text("yes" if value else "no", style=style)
    shown = plain(value) if value not in (None, "") else _NOTHING
    return Text(shown, style=style)
