"""Judges the labelled set as the intake does, and counts."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Final

from shared.form.definition import Form, forms
from shared.form.spam_section import DEFAULT_WEIGHTS, Spam
from shared.intake.suspecting import judgement
from shared.spam.judging import Judgement
from shared.spam.lists import Ruling
from shared.spam.repeats import SENDERS_ALLOWED
from tests.benchmarks.spam.honest import honest
from tests.benchmarks.spam.labelled import Labelled, by_hand
from tests.benchmarks.spam.spam import spam
from tests.fakes.stores import FakeSpamMemory

SEED: Final = 20_261_130
_START: Final = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
_SECRET: Final = b"a person key for the benchmark, long enough"

type Rows = list[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Judged:
    one: Labelled
    judgement: Judgement


@cache
def labelled() -> tuple[Labelled, ...]:
    return (*honest(SEED), *by_hand("honest"), *spam(SEED), *by_hand("spam"))


def form_with(*, repeat_filter: bool = False, without: str = "") -> Form:
    """The contact form; `without` one of the signs."""
    weights = {without: 0} if without else {}
    section = Spam(repeat_filter=repeat_filter, weights=weights)
    return forms()["contact"].model_copy(update={"spam": section})


@cache
def judged(*, repeat_filter: bool = False) -> tuple[Judged, ...]:
    """Ten seconds apart, so that all come within the window of the repeat filter."""
    form, memory = form_with(repeat_filter=repeat_filter), FakeSpamMemory()
    return tuple(
        Judged(one, judgement(one.post(form, _SECRET, _sent_at(number)), None, memory))
        for number, one in enumerate(labelled())
    )


def _sent_at(number: int) -> datetime:
    return _START + timedelta(seconds=10 * number)


@dataclass(frozen=True, slots=True)
class _Remembered:
    """The repeat filter's answer of an earlier judgement: what it counts does not depend on any sign's points."""

    repeat: bool

    def taught(self, keys: Collection[str]) -> Mapping[str, Ruling]:  # noqa: ARG002 (the store's signature)
        return {}

    def senders(self, key: str, sender: str, *, now: datetime, window: timedelta) -> int:  # noqa: ARG002 (the same)
        return SENDERS_ALLOWED + self.repeat


def _held_by_it_alone(sign: str) -> int:
    """Spam that is let through once the sign has no points. Only where it was found can that be."""
    form = form_with(repeat_filter=True, without=sign)
    return sum(
        not judgement(
            one.one.post(form, _SECRET, _sent_at(number)), None, _Remembered("repeat" in one.judgement.reasons)
        ).suspect
        for number, one in enumerate(judged(repeat_filter=True))
        if one.one.label == "spam" and one.judgement.suspect and sign in one.judgement.reasons
    )


def _held(found: Sequence[Judged], label: str) -> tuple[int, int]:
    """How many of this label are put aside, and how many there are."""
    of_label = [one for one in found if one.one.label == label]
    return sum(one.judgement.suspect for one in of_label), len(of_label)


def overall() -> Rows:
    rows: Rows = [("Form", "Honest", "Put aside", "Spam", "Put aside", "Let through")]
    for name, repeat_filter in (("as it comes", False), ("with `repeat_filter = true`", True)):
        found = judged(repeat_filter=repeat_filter)
        (false, people), (held, machines) = _held(found, "honest"), _held(found, "spam")
        rate = f"{held} ({100 * held / machines:.1f} %)"
        rows.append((name, str(people), str(false), str(machines), rate, str(machines - held)))
    return rows


def by_sign() -> Rows:
    """With the repeat filter. `alone`: spam that would be let through without this one sign."""
    rows: Rows = [("Sign", "Points", "On spam", "Held by it alone", "On honest", "Honest put aside with it")]
    found = judged(repeat_filter=True)
    seen = {label: Counter(reason for one in found if one.one.label == label for reason in one.judgement.reasons)
            for label in ("honest", "spam")}  # fmt: skip
    false = Counter(reason for one in false_positives() for reason in one.judgement.reasons)
    for sign, points in DEFAULT_WEIGHTS.items():
        if not seen["honest"][sign] and not seen["spam"][sign]:
            continue
        cells = (points, seen["spam"][sign], _held_by_it_alone(sign), seen["honest"][sign], false[sign])
        rows.append((f"`{sign}`", *map(str, cells)))
    return rows


def by_kind() -> Rows:
    """Spam drawn from the seed, kind by kind; then what was written by hand."""
    rows: Rows = [("Kind of spam", "Submissions", "Put aside", "Put aside with the repeat filter")]
    drawn = dict.fromkeys(one.kind for one in spam(SEED))
    for kind in (*drawn, "written by hand"):
        cells = []
        for repeat_filter in (False, True):
            of_kind = [
                one.judgement.suspect
                for one in judged(repeat_filter=repeat_filter)
                if one.one.label == "spam" and (one.one.kind if one.one.kind in drawn else "written by hand") == kind
            ]
            cells.append(sum(of_kind))
        rows.append((kind, str(len(of_kind)), *map(str, cells)))
    return rows


def false_positives() -> list[Judged]:
    found = judged(repeat_filter=True)
    return [one for one in found if one.one.label == "honest" and one.judgement.suspect]


def by_false_positive() -> Rows:
    rows: Rows = [("Honest, but put aside", "Points", "Signs")]
    for one in false_positives():
        rows.append((one.one.kind, str(one.judgement.score), ", ".join(f"`{it}`" for it in one.judgement.reasons)))
    return rows


def by_author() -> Rows:
    """Of what was written by hand: the rules are kindest to the examples of those who made them."""
    rows: Rows = [("Written by hand by", "Honest", "Put aside", "Spam", "Put aside")]
    for name, by_a_critic in (("those who wrote the rules", False), ("a critic", True)):
        drawn = {one.kind for one in (*honest(SEED), *spam(SEED))}
        theirs = [one for one in judged() if one.one.by_a_critic == by_a_critic and one.one.kind not in drawn]
        (false, people), (held, machines) = _held(theirs, "honest"), _held(theirs, "spam")
        rows.append((name, *map(str, (people, false, machines, held))))
    return rows


def by_miss() -> Rows:
    """Of the spam that was written by hand."""
    drawn = {one.kind for one in spam(SEED)}
    rows: Rows = [("Spam by hand, but let through", "Points", "Signs")]
    for one in judged(repeat_filter=True):
        if one.one.label == "spam" and one.one.kind not in drawn and not one.judgement.suspect:
            signs = ", ".join(f"`{it}`" for it in one.judgement.reasons)
            rows.append((one.one.kind, str(one.judgement.score), signs))
    return rows


TABLES: Final = {
    "overall": overall,
    "authors": by_author,
    "signs": by_sign,
    "kinds": by_kind,
    "false_positives": by_false_positive,
    "misses": by_miss,
}
