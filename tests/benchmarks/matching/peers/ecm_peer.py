"""The ECM classifier of recordlinkage, fitted without labels to the candidate pairs and to random ones."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any, Final

from tests.benchmarks.matching.method import Method, Pair
from tests.benchmarks.matching.peers.cleaned import Cleaned, cleaned

_COMPARED: Final = {
    "first": ("jarowinkler", 0.85), "last": ("jarowinkler", 0.85), "company": ("jarowinkler", 0.85),
    "street": ("levenshtein", 0.7), "city": ("jarowinkler", 0.85), "email": ("jarowinkler", 0.95),
    "postcode": ("damerau_levenshtein", 0.7),
}  # fmt: skip
"""The best of three sets tried on FEBRL 1 and the first train seed; 0.85 is what the package's examples have."""


_RANDOM_PAIRS: Final = 3
"""For each candidate pair, to learn what strangers look like: candidates agree in something by design."""


def _scores(pairs: Sequence[Pair]) -> list[float]:
    import pandas as pd
    import recordlinkage

    rng = Random(7)  # noqa: S311 (it has to be the same each time)
    strangers = [
        replace(rng.choice(pairs), other=rng.choice(pairs).other)
        for _ in range(min(_RANDOM_PAIRS * len(pairs), 60_000))
    ]
    features, more = _features(pairs), _features(strangers)
    # A column that never differs (FEBRL has no e-mail addresses) has no weight to find.
    columns = [name for name in features.columns if features[name].nunique() > 1]
    classifier = recordlinkage.ECMClassifier()
    classifier.fit(pd.concat([features, more])[columns])
    return [float(probability) for probability in classifier.prob(features[columns])]


def _features(pairs: Sequence[Pair]) -> Any:
    """0 and 1: the classifier knows no third. What is missing counts as agreeing, which did better than differing."""
    import pandas as pd
    import recordlinkage

    one = [cleaned(pair.one, pair.country) for pair in pairs]
    other = [cleaned(pair.other, pair.country) for pair in pairs]
    left, right = (pd.DataFrame([_columns(person) for person in side]) for side in (one, other))
    compare = recordlinkage.Compare()
    for field, (method, threshold) in _COMPARED.items():
        compare.string(field, field, method=method, threshold=threshold, missing_value=1, label=field)
    features = compare.compute(pd.MultiIndex.from_arrays([range(len(pairs))] * 2), left, right)
    features["phone"] = [
        float(not a.phones or not b.phones or bool(set(a.phones) & set(b.phones)))
        for a, b in zip(one, other, strict=True)
    ]
    return features


def _columns(one: Cleaned) -> dict[str, str | None]:
    return {
        "first": one.first, "last": one.last, "email": one.email, "company": one.company, "street": one.street,
        "city": one.city, "postcode": one.postcode,
    }  # fmt: skip


ECM: Final = Method(
    "recordlinkage ECM",
    "usual string similarities, fitted to candidates and random pairs, p >= .99 updates, p >= .5 is held",
    _scores,
    accept=0.99,
    review=0.5,
    pairs_from=0.5,
)
