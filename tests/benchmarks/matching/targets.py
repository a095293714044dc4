"""The figures to reach."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from tests.benchmarks.matching.febrl import PairMeasures
from tests.benchmarks.matching.measures import FamilyRow, Measures

NEVER_MERGED: Final = ("role_mailbox", "junior_marked", "junior_unmarked", "placeholders")
"""Families in which not one wrong merge is allowed."""


@dataclass(frozen=True, slots=True)
class Target:
    name: str
    sign: Literal[">=", "<="]
    limit: float
    figure: float
    unit: str = ""

    @property
    def is_reached(self) -> bool:
        return self.figure >= self.limit if self.sign == ">=" else self.figure <= self.limit


def of_simulation(ours: Measures, families: Sequence[FamilyRow]) -> list[Target]:
    never = sum(row.wrong for row in families if row.family in NEVER_MERGED)
    return [
        Target("simulation: automatic precision", ">=", 0.999, ours.precision),
        Target("simulation: its lower 95 % bound", ">=", 0.998, ours.precision_bound),
        Target("simulation: automatic recall", ">=", 0.85, ours.recall),
        Target("simulation: review", "<=", 0.12, ours.review),
        Target("simulation: created twice", "<=", 0.005, ours.twice),
        Target("simulation: wrong merges of role mailboxes, juniors, placeholders", "<=", 0, never),
    ]


def of_febrl(number: int, ours: PairMeasures) -> list[Target]:
    recall = {3: 0.90, 4: 0.96}[number]
    found = [
        Target(f"FEBRL {number}: precision", ">=", 0.999, ours.precision),
        Target(f"FEBRL {number}: recall", ">=", recall, ours.recall),
    ]
    return [*found, Target("FEBRL 4: F1", ">=", 0.98, ours.f1)] if number == 4 else found


def of_costs(p99_of_50_ms: float, import_ms: float, package_mb: float) -> list[Target]:
    return [
        Target("50 candidates, p99", "<=", 2.0, p99_of_50_ms, "ms"),
        Target("added import", "<=", 40, import_ms, "ms"),
        Target("added package", "<=", 6, package_mb, "MB"),
    ]
