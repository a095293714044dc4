"""The product's matcher on the simulation."""

from collections.abc import Callable
from dataclasses import dataclass

from shared.matching import Decision, Person, decide
from tests.benchmarks.matching.blocking import Index
from tests.benchmarks.matching.measures import Verdicted
from tests.benchmarks.matching.simulation import Simulation, Submission


@dataclass(frozen=True, slots=True)
class Question:
    """A submission with the records that blocking found for it; every method is asked the same."""

    submission: Submission
    candidates: tuple[Person, ...]

    @property
    def is_findable(self) -> bool:
        return any(one.id in self.submission.record_ids for one in self.candidates)


def questions(simulation: Simulation) -> list[Question]:
    index = Index(simulation.org.views)
    return [Question(one, tuple(index.candidates(one.person, one.country))) for one in simulation.submissions]


def blocking_recall(asked: list[Question]) -> float:
    """Of the submissions of known people: one of the person's records is among the candidates."""
    known = [one for one in asked if one.submission.is_known]
    return sum(one.is_findable for one in known) / len(known)


def decisions(asked: list[Question], tick: Callable[[], None] = lambda: None) -> list[Decision]:
    found = []
    for one in asked:
        found.append(decide(one.submission.person, one.candidates, country=one.submission.country))
        tick()
    return found


def verdicts(asked: list[Question], decided: list[Decision]) -> list[Verdicted]:
    return [
        Verdicted(one.submission, decision.outcome, decision.candidate_id)
        for one, decision in zip(asked, decided, strict=True)
    ]
