"""Puts the parts together: one seed gives one org and its submissions, the same on every machine."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Final

from shared.matching import Person
from tests.benchmarks.matching.simulation import existing, newcomers
from tests.benchmarks.matching.simulation.existing import Case, Draft
from tests.benchmarks.matching.simulation.org import Org, build
from tests.benchmarks.matching.simulation.people import World
from tests.benchmarks.matching.simulation.sheets import recognisable, written

TRAIN_SEEDS: Final = (1, 2, 3, 4, 5, 6, 7, 8, 9)
"""Whoever changes weights, thresholds or guards looks at these."""
TEST_SEEDS: Final = (201, 202, 203)
"""What is published. Nothing was tuned on them: they are run with `--test` alone, to report."""
SIZE: Final = 8_000


@dataclass(frozen=True, slots=True)
class Submission:
    """`record_ids` are the records of its person: any of them is right, none means a new person."""

    person: Person
    country: str
    family: str
    record_ids: frozenset[str]

    @property
    def is_known(self) -> bool:
        return bool(self.record_ids)


@dataclass(frozen=True, slots=True)
class Simulation:
    seed: int
    org: Org
    submissions: tuple[Submission, ...]


def simulate(seed: int, size: int = SIZE) -> Simulation:
    """`size` records and as many submissions: half known, a quarter new, a quarter new and hostile."""
    rng = Random(seed)  # noqa: S311 (it has to be the same each time)
    world = World(rng)
    org = build(world, size)
    deck = _Deck(org, rng)
    submissions: list[Submission] = []
    for number in range(size):
        record_id = f"web-{number:05}"
        kind = number % 4
        if kind < 2:
            submissions.append(_known(world, deck, record_id))
        else:
            submissions.append(_new(world, deck, record_id, hostile=kind == 3))
    return Simulation(seed, org, tuple(submissions))


class _Deck:
    """Records in random order, one after the other; those that don't suit a family come back for the next."""

    def __init__(self, org: Org, rng: Random) -> None:
        self.org, self._rng = org, rng
        self._cards = deque(rng.sample(org.entries, len(org.entries)))

    def deal[T](self, world: World, attempt: Callable[[Case], T | None]) -> T | None:
        """The first that suits; None when none of all the records does."""
        for _ in range(len(self._cards)):
            entry = self._cards.popleft()
            result = attempt(Case(world, self.org, entry))
            self._cards.append(entry)
            if result is not None:
                return result
        return None


def _known(world: World, deck: _Deck, record_id: str) -> Submission:
    rng = world.rng
    families = existing.FAMILIES
    family = rng.choices(list(families), list(families.values()))[0]

    def attempt(case: Case) -> Submission | None:
        draft = family(case)
        records = case.org.records_of(case.entry.human.id)
        if draft is None or not any(recognisable(draft.facts, one.facts) for one in records):
            return None
        return _submission(draft, record_id, family.__name__, rng, frozenset(one.id for one in records))

    return deck.deal(world, attempt) or _known(world, deck, record_id)


def _new(world: World, deck: _Deck, record_id: str, *, hostile: bool) -> Submission:
    rng = world.rng
    family = newcomers.pick(rng) if hostile else newcomers.unrelated

    def attempt(case: Case) -> Submission | None:
        made = family(case)
        return _submission(made[1], record_id, family.__name__, rng, frozenset()) if made else None

    return deck.deal(world, attempt) or _new(world, deck, record_id, hostile=hostile)


def _submission(draft: Draft, record_id: str, family: str, rng: Random, record_ids: frozenset[str]) -> Submission:
    person = written(draft.facts, record_id, rng, mess=draft.mess)
    if draft.touch:
        person = draft.touch(person, rng)
    return Submission(person, draft.facts.iso, family, record_ids)
