"""What a decision costs: time by number of candidates, memory, import, and what is added to the package.

Times are CPU time; the baseline is timed in turns. Of five calls of each decision the fastest counts, since other work
on the machine slows single calls down; percentiles are those of the decisions. "single call" is of all calls, other
work included. What the simulation keeps in memory is kept from the garbage collector meanwhile: in the product there is
no such heap. Every cache of the product is emptied before each call, but for "seen before": in a batch, each is held
against the same records.
"""

import functools
import gc
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path
from random import Random
from typing import Any, Final

from shared.matching import Person, decide
from shared.matching.facts import Facts
from tests.benchmarks.matching.ours import Question
from tests.benchmarks.matching.simulation import Simulation

NUMBERS: Final = (1, 10, 50, 200)
_CALLS: Final = 400
_REPEATS: Final = 5
_FOUND_BY: Final = {
    ("last_name", "company"): 0.20,
    ("first_name", "company"): 0.15,
    ("phone", "company"): 0.20,
    ("first_name", "last_name"): 0.20,
    ("last_name", "postcode", "city"): 0.10,
    ("first_name", "postcode", "city"): 0.05,
    ("email",): 0.10,
}
"""What blocking's candidates have in common with the person, and how often; roughly as counted on the train seeds."""
_READ: Final = ("mailboxes", "numbers", "company", "street", "city", "postcode")
_ROOT: Final = Path(__file__).parents[3]
_CHILD: Final = """
import json, sys, time
import shared.crm, shared.values.email_address, shared.form.definition, shared.leads.lead
import shared.values.phone, shared.submission, shared.intake.validation
import phonenumbers
loaded = "shared.matching" in sys.modules
before = set(sys.modules)
started = time.process_time()
import shared.matching
imported = time.process_time()
person = shared.matching.Person("1", "Jan", "Bos", "jan@bos.nl", "0612345678", "Bos B.V.", "Dorpsstraat 1")
shared.matching.decide(person, [person])
decided = time.process_time()
added = sorted({name.partition(".")[0] for name in set(sys.modules) - before})
print(json.dumps({"import": imported - started, "first": decided - imported, "added": added, "loaded": loaded}))
"""


@dataclass(frozen=True, slots=True)
class Timed:
    """Milliseconds; `baseline_p50` is of comparing the e-mail addresses of the same candidates exactly."""

    candidates: int
    p50: float
    p99: float
    single_p99: float
    seen_p50: float
    seen_p99: float
    baseline_p50: float

    @property
    def ratio(self) -> float:
        return self.p50 / self.baseline_p50


@dataclass(frozen=True, slots=True)
class Costs:
    times: tuple[Timed, ...]
    normalise_us: float
    peak_kb: float
    import_ms: float
    first_decision_ms: float
    package_mb: float
    packages: tuple[str, ...]

    def timed(self, candidates: int) -> Timed:
        return next(one for one in self.times if one.candidates == candidates)


def measure(simulation: Simulation, asked: Sequence[Question]) -> Costs:
    rng = Random(7)  # noqa: S311 (it has to be the same each time)
    busiest = sorted(asked, key=lambda one: -len(one.candidates))[: 2 * _CALLS]
    gc.collect()
    gc.freeze()
    times = tuple(_timed(number, rng.sample(busiest, min(_CALLS, len(busiest))), simulation, rng) for number in NUMBERS)
    gc.unfreeze()
    with tempfile.TemporaryDirectory() as bytecode:
        # The layers carry compiled files; the first run writes them.
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": bytecode}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        imported = [_child(environment) for _ in range(8)][1:]
    names = tuple(str(name) for name in imported[0]["added"])
    return Costs(
        times,
        normalise_us=1000 * statistics.median(map(_reading, rng.sample(simulation.org.views, _CALLS))),
        peak_kb=_peak_kb(busiest[0], simulation, rng),
        import_ms=1000 * statistics.median(float(run["import"]) for run in imported),
        first_decision_ms=1000 * statistics.median(float(run["first"]) for run in imported),
        package_mb=_added_bytes(names) / 1e6,
        packages=tuple(name for name in names if name not in {"shared", *sys.stdlib_module_names}),
    )


def _with(number: int, question: Question, simulation: Simulation, rng: Random) -> list[Person]:
    """The candidates that blocking found, then more of the org's records up to the number, each made such that blocking
    would find it."""
    more = rng.sample(simulation.org.views, max(0, number - len(question.candidates)))
    return [*question.candidates, *(_findable(one, question.submission.person, rng) for one in more)][:number]


def _findable(record: Person, person: Person, rng: Random) -> Person:
    shares = {fields: share for fields, share in _FOUND_BY.items() if all(getattr(person, one) for one in fields)}
    (fields,) = rng.choices(list(shares), list(shares.values())) if shares else ((),)
    return replace(record, **{one: getattr(person, one) for one in fields})


def _reading(record: Person) -> float:
    """Milliseconds for all that a decision can read of a record."""
    _empty_caches()
    return _clocked(lambda: [getattr(facts, field) for facts in [Facts(record, "NL")] for field in _READ])


def _timed(number: int, asked: Sequence[Question], simulation: Simulation, rng: Random) -> Timed:
    single: list[float] = []
    seen: list[float] = []
    fresh: list[float] = []
    baseline: list[float] = []
    for question in asked:
        person, country = question.submission.person, question.submission.country
        candidates = _with(number, question, simulation, rng)
        decision = functools.partial(decide, person, candidates, country=country)
        calls = [_clocked_anew(decision) for _ in range(_REPEATS)]
        single += calls
        fresh.append(min(calls))
        seen.append(min(_clocked(decision) for _ in range(_REPEATS)))
        baseline.append(min(_clocked(functools.partial(_exact_email, person, candidates)) for _ in range(_REPEATS)))
    return Timed(
        number,
        p50=statistics.median(fresh),
        p99=_p99(fresh),
        single_p99=_p99(single),
        seen_p50=statistics.median(seen),
        seen_p99=_p99(seen),
        baseline_p50=statistics.median(baseline),
    )


def _clocked_anew(call: Callable[[], object]) -> float:
    _empty_caches()
    return _clocked(call)


def _clocked(call: Callable[[], object]) -> float:
    started = time.thread_time()
    call()
    return 1000 * (time.thread_time() - started)


def _p99(values: Sequence[float]) -> float:
    return sorted(values)[min(len(values) - 1, int(0.99 * len(values)))]


def _exact_email(person: Person, candidates: Sequence[Person]) -> str | None:
    email = (person.email or "").strip().lower()
    return next((one.id for one in candidates if email and (one.email or "").strip().lower() == email), None)


def _empty_caches() -> None:
    for cached in _caches():
        cached.cache_clear()


@functools.cache
def _caches() -> list[Any]:
    """Bounded ones of the product: what the word lists fill once and for all stays."""
    wrappers = [one for one in gc.get_objects() if isinstance(one, functools._lru_cache_wrapper)]
    return [one for one in wrappers if (one.__module__ or "").startswith("shared.") and one.cache_info().maxsize]


def _peak_kb(question: Question, simulation: Simulation, rng: Random) -> float:
    candidates = _with(200, question, simulation, rng)
    _empty_caches()
    tracemalloc.start()
    decide(question.submission.person, candidates, country=question.submission.country)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1000


def _child(environment: dict[str, str]) -> dict[str, Any]:
    answer = subprocess.run(  # noqa: S603
        [sys.executable, "-c", _CHILD], cwd=_ROOT, env=environment, check=True, capture_output=True, text=True
    )
    found: dict[str, Any] = json.loads(answer.stdout)
    if found["loaded"]:
        raise AssertionError("what should be there before the matcher has loaded it")
    return found


def _added_bytes(top_level: Sequence[str]) -> int:
    """Of the matcher's own folder without byte code, and of the packages that it is the first to import."""
    own = [path for path in (_ROOT / "shared" / "matching").rglob("*") if path.is_file() and path.suffix != ".pyc"]
    distributions = metadata.packages_distributions()
    theirs = {name for one in top_level for name in distributions.get(one, [])}
    files = [
        Path(str(file.locate())) for name in theirs for file in metadata.files(name) or [] if file.suffix != ".pyc"
    ]
    return sum(path.stat().st_size for path in [*own, *files] if path.is_file())
