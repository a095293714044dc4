"""Splink 5 on DuckDB, trained on the very data it links, without labels, as its manual does."""

import logging
from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from tests.benchmarks.matching.method import Method, Pair
from tests.benchmarks.matching.peers.cleaned import Cleaned, cleaned

_SEED: Final = 7
_TRAINING: Final = (("first", "last"), ("last", "postcode"), ("first", "postcode"), ("email",))
"""Columns on which pairs agree that the EM runs look at: each column's weights come from a run that leaves it free."""


def _scores(pairs: Sequence[Pair]) -> list[float]:
    import pandas as pd
    from splink import DuckDBAPI, Linker, block_on

    logging.getLogger("splink").setLevel(logging.ERROR)
    left, right, numbers = _numbered(pairs)
    sides = [
        [{"unique_id": at, "pair": found, **_columns(one)} for at, (one, found) in enumerate(side)]
        for side in (left, right)
    ]
    has_email = any(row["email"] for row in sides[0])
    database = DuckDBAPI()
    tables = [
        database.register(pd.DataFrame(rows), dataset_display_name=name)
        for name, rows in zip(("form", "org"), sides, strict=True)
    ]
    linker = Linker(tables, _settings(has_email), log_level=None)
    certain = [block_on("email")] if has_email else [block_on("first", "last", "postcode")]
    linker.training.estimate_probability_two_random_records_match(certain, recall=0.6)
    linker.training.estimate_u_using_random_sampling(max_pairs=5e6, seed=_SEED)
    for columns in _TRAINING:
        if has_email or "email" not in columns:
            linker.training.estimate_parameters_using_expectation_maximisation(block_on(*columns), max_pairs=5e6)
    predicted = linker.inference.predict().as_pandas_dataframe()
    by_numbers = {
        (left_id, right_id): float(probability)
        for left_id, right_id, probability in zip(
            predicted["unique_id_l"], predicted["unique_id_r"], predicted["match_probability"], strict=True
        )
    }
    return [by_numbers[key] for key in numbers]


type _Side = list[tuple[Cleaned, list[int]]]


def _numbered(pairs: Sequence[Pair]) -> tuple[_Side, _Side, list[tuple[int, int]]]:
    """Both sides' people, each with the numbers of the pairs it is in, and each pair's people by place.

    Whom to compare is given: who has a pair's number on both sides. So Splink is asked the same as the others.
    """
    places: tuple[dict[object, int], dict[object, int]] = ({}, {})
    people: tuple[dict[int, Cleaned], dict[int, Cleaned]] = ({}, {})
    found: tuple[dict[int, list[int]], dict[int, list[int]]] = (defaultdict(list), defaultdict(list))
    numbers = []
    for number, pair in enumerate(pairs):
        both = []
        for side, person in enumerate((pair.one, pair.other)):
            key = (person, pair.country)
            place = places[side].setdefault(key, len(places[side]))
            people[side][place] = cleaned(person, pair.country)
            found[side][place].append(number)
            both.append(place)
        numbers.append((both[0], both[1]))
    left, right = ([(people[side][place], found[side][place]) for place in range(len(people[side]))] for side in (0, 1))
    return left, right, numbers


def _columns(one: Cleaned) -> dict[str, object]:
    return {
        "first": one.first, "last": one.last, "email": one.email, "phones": list(one.phones) or None,
        "company": one.company, "street": one.street, "city": one.city, "postcode": one.postcode,
    }  # fmt: skip


def _settings(has_email: bool) -> object:
    """The library's own comparisons for such fields; contact points are left out where a data set has none."""
    import splink.comparison_library as cl
    from splink import SettingsCreator, block_on

    contact_points = [cl.EmailComparison("email"), cl.ArrayIntersectAtSizes("phones", [1])] if has_email else []
    company = [cl.JaroWinklerAtThresholds("company", [0.95, 0.85])] if has_email else []
    return SettingsCreator(
        link_type="link_only",
        blocking_rules_to_generate_predictions=[block_on("pair", arrays_to_explode=["pair"])],
        comparisons=[
            cl.NameComparison("first").configure(term_frequency_adjustments=True),
            cl.NameComparison("last").configure(term_frequency_adjustments=True),
            *contact_points,
            *company,
            cl.JaroWinklerAtThresholds("street", [0.95, 0.85]),
            cl.ExactMatch("city").configure(term_frequency_adjustments=True),
            cl.LevenshteinAtThresholds("postcode", [1, 2]),
        ],
    )


SPLINK: Final = Method(
    "Splink",
    "EM without labels on the data itself, term frequencies for names and city; p >= .99 updates, p >= .5 is looked at",
    _scores,
    accept=0.99,
    review=0.5,
    pairs_from=0.5,
)
