"""What is compared: ways to score pairs, and what each does with its best candidate."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from shared.matching import Person
from shared.matching.decision import Verdict
from tests.benchmarks.matching.measures import Verdicted
from tests.benchmarks.matching.ours import Question


@dataclass(frozen=True, slots=True)
class Pair:
    """`country` reads phone numbers without a country code."""

    one: Person
    other: Person
    country: str


type Scorer = Callable[[Sequence[Pair]], Sequence[float]]


@dataclass(frozen=True, slots=True)
class Method:
    """From `accept` on it updates, from `review` on a human looks; on FEBRL, without humans, `pairs_from` decides."""

    name: str
    settings: str
    scorer: Scorer
    accept: float
    review: float
    pairs_from: float


def verdicts(method: Method, asked: Sequence[Question]) -> list[Verdicted]:
    """The best candidate decides; of equals, the first."""
    pairs = [Pair(one.submission.person, other, one.submission.country) for one in asked for other in one.candidates]
    scores = iter(method.scorer(pairs))
    decided = []
    for one in asked:
        scored = [(next(scores), candidate.id) for candidate in one.candidates]
        score, record_id = max(scored, key=lambda entry: entry[0], default=(float("-inf"), ""))
        outcome: Verdict = "update" if score >= method.accept else "hold" if score >= method.review else "create"
        decided.append(Verdicted(one.submission, outcome, None if outcome == "create" else record_id))
    return decided
