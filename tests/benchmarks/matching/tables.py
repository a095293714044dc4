"""The figures as rows of texts, once for the screen and for the page."""

from dataclasses import dataclass
from typing import Final

from tests.benchmarks.matching.measures import Measures
from tests.benchmarks.matching.run import PEERS, Results
from tests.benchmarks.matching.targets import Target

_MEASURES: Final = (
    "automatic precision", "lower 95 %", "automatic recall", "review", "created twice", "false merges", "wrong merges",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rows:
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def all_tables(results: Results) -> dict[str, Rows]:
    """By the name of the section of the page."""
    found = {"targets": _targets(results.targets()), "methods": _methods(results), "seeds": _seeds(results)}
    found["families"] = _families(results)
    if results.febrl:
        found["febrl"] = _febrl(results)
        found["settings"] = _settings()
    if results.costs:
        found["costs"], found["footprint"] = _times(results), _footprint(results)
    return found


def _targets(found: list[Target]) -> Rows:
    rows = tuple(
        (one.name, f"{one.sign} {one.limit:g} {one.unit}".strip(), f"{one.figure:.4g} {one.unit}".strip(),
         "reached" if one.is_reached else "missed")
        for one in found
    )  # fmt: skip
    return Rows("Targets", ("target", "limit", "measured", ""), rows)


def _shares(one: Measures) -> tuple[str, ...]:
    return (
        f"{one.precision:.4f}", f"{one.precision_bound:.4f}", f"{one.recall:.3f}", f"{one.review:.1%}",
        f"{one.twice:.2%}", f"{one.false_merges:.2%}", str(one.wrong_merges),
    )  # fmt: skip


def _methods(results: Results) -> Rows:
    rows = tuple((name, *_shares(one)) for name, one in results.pooled.items())
    return Rows(f"Methods, seeds {_seed_list(results)} together", ("method", *_MEASURES), rows)


def _seeds(results: Results) -> Rows:
    rows = tuple((str(seed), *_shares(one), f"{results.blocking[seed]:.4f}") for seed, one in results.by_seed.items())
    return Rows("This matcher by seed", ("seed", *_MEASURES, "blocking recall"), rows)


def _families(results: Results) -> Rows:
    rows = tuple(
        (row.family.replace("_", " "), "yes" if row.is_known else "no", str(row.number), str(row.update),
         str(row.hold), str(row.create), str(row.wrong))
        for row in results.families
    )  # fmt: skip
    columns = ("case family", "in the org", "number", "update", "hold", "create", "wrong merges")
    return Rows(f"This matcher by case family, seeds {_seed_list(results)}", columns, rows)


def _febrl(results: Results) -> Rows:
    numbers = sorted(results.febrl)
    columns = ["method", *(f"FEBRL {number} {name}" for number in numbers for name in ("P", "R", "F1"))]
    rows = []
    for name in results.febrl[numbers[0]]:
        figures = [results.febrl[number][name] for number in numbers]
        rows.append((name, *(f"{value:.4f}" for one in figures for value in (one.precision, one.recall, one.f1))))
    found = [f"FEBRL {number}: {results.febrl_blocking[number]:.4f}" for number in numbers]
    return Rows(f"FEBRL, pairwise (blocking recall {', '.join(found)})", tuple(columns), tuple(rows))


def _settings() -> Rows:
    return Rows("Settings of the methods", ("method", "settings"), tuple((one.name, one.settings) for one in PEERS))


def _times(results: Results) -> Rows:
    taken = results.costs
    rows = tuple(
        (str(one.candidates), *(f"{ms:.3f}" for ms in (one.p50, one.p99, one.single_p99, one.seen_p50, one.seen_p99)),
         f"{one.baseline_p50:.4f}", f"{one.ratio:.0f}")
        for one in (taken.times if taken else ())
    )  # fmt: skip
    columns = (
        "candidates",
        "p50 ms",
        "p99 ms",
        "single call p99 ms",
        "seen before p50 ms",
        "seen before p99 ms",
        "exact e-mail p50 ms",
        "ratio",
    )
    return Rows("Time of one decision", columns, rows)


def _footprint(results: Results) -> Rows:
    taken = results.costs
    if taken is None:
        raise ValueError("nothing was measured")
    rows = (
        ("normalising all of a record, caches empty", f"{taken.normalise_us:.0f} µs"),
        ("memory of a decision among 200 at its peak, caches empty", f"{taken.peak_kb:.0f} kB"),
        ("added import", f"{taken.import_ms:.1f} ms"),
        ("first decision after it (word lists are read)", f"{taken.first_decision_ms:.1f} ms"),
        (f"added package ({', '.join(taken.packages) or 'no other package'})", f"{taken.package_mb:.2f} MB"),
    )
    return Rows("What the matcher adds", ("", "measured"), rows)


def _seed_list(results: Results) -> str:
    return ", ".join(str(seed) for seed in results.seeds)
