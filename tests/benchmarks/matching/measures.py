"""What a method's decisions are worth, the truth known."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shared.matching.decision import Verdict
from tests.benchmarks.matching.simulation import Submission


@dataclass(frozen=True, slots=True)
class Verdicted:
    """A submission and what a method did with it."""

    submission: Submission
    outcome: Verdict
    candidate_id: str | None

    @property
    def is_wrong_merge(self) -> bool:
        """Written onto somebody else's record. Of a person who is in the org twice, either record is right."""
        return self.outcome == "update" and self.candidate_id not in self.submission.record_ids

    @property
    def is_right_merge(self) -> bool:
        return self.outcome == "update" and self.candidate_id in self.submission.record_ids

    @property
    def is_second(self) -> bool:
        """Created although the person is there."""
        return self.outcome == "create" and self.submission.is_known


@dataclass(frozen=True, slots=True)
class Measures:
    """Counts; the shares derive from them. `known` are the submissions of people who are in the org."""

    submissions: int
    known: int
    right_merges: int
    wrong_merges: int
    held: int
    created_twice: int

    @property
    def precision(self) -> float:
        """Of the automatic updates; 1 where there are none."""
        return _share(self.right_merges, self.right_merges + self.wrong_merges, empty=1.0)

    @property
    def precision_bound(self) -> float:
        return wilson_lower(self.right_merges, self.right_merges + self.wrong_merges)

    @property
    def recall(self) -> float:
        """Of the submissions of known people: updated without a human, and rightly."""
        return _share(self.right_merges, self.known)

    @property
    def review(self) -> float:
        return _share(self.held, self.submissions)

    @property
    def twice(self) -> float:
        """Of the submissions of known people."""
        return _share(self.created_twice, self.known)

    @property
    def false_merges(self) -> float:
        """Of all submissions."""
        return _share(self.wrong_merges, self.submissions)

    def as_json(self) -> dict[str, float]:
        return {
            "submissions": self.submissions,
            "precision": self.precision,
            "precision_lower_95": self.precision_bound,
            "recall": self.recall,
            "review": self.review,
            "created_twice": self.twice,
            "false_merges": self.false_merges,
            "wrong_merges": self.wrong_merges,
        }


@dataclass(frozen=True, slots=True)
class FamilyRow:
    """`wrong` of the updates went to somebody else's record."""

    family: str
    is_known: bool
    number: int
    update: int
    hold: int
    create: int
    wrong: int


def measured(verdicts: Sequence[Verdicted]) -> Measures:
    return Measures(
        submissions=len(verdicts),
        known=sum(one.submission.is_known for one in verdicts),
        right_merges=sum(one.is_right_merge for one in verdicts),
        wrong_merges=sum(one.is_wrong_merge for one in verdicts),
        held=sum(one.outcome == "hold" for one in verdicts),
        created_twice=sum(one.is_second for one in verdicts),
    )


def by_family(verdicts: Iterable[Verdicted]) -> list[FamilyRow]:
    """Known people's families first, each part with its largest first."""
    outcomes: dict[tuple[bool, str], Counter[str]] = {}
    for one in verdicts:
        counts = outcomes.setdefault((one.submission.is_known, one.submission.family), Counter())
        counts[one.outcome] += 1
        counts["wrong"] += one.is_wrong_merge
    rows = [
        FamilyRow(family, known, counts["update"] + counts["hold"] + counts["create"], counts["update"],
                  counts["hold"], counts["create"], counts["wrong"])
        for (known, family), counts in outcomes.items()
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (not row.is_known, -row.number, row.family))


def wilson_lower(right: int, number: int) -> float:
    """The lower end of Wilson's two-sided 95 % interval of a share; 0 where nothing was seen."""
    if not number:
        return 0.0
    z, share = 1.959964, right / number
    centre = share + z * z / (2 * number)
    spread = z * math.sqrt(share * (1 - share) / number + z * z / (4 * number * number))
    return (centre - spread) / (1 + z * z / number)


def _share(part: int, whole: int, *, empty: float = 0.0) -> float:
    return part / whole if whole else empty
