"""Runs what was asked for and collects the figures."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from rich.progress import Progress, TaskID

from shared.matching import Decision
from tests.benchmarks.matching import costs, febrl, measures, method, ours, targets
from tests.benchmarks.matching.costs import Costs
from tests.benchmarks.matching.febrl import PairMeasures
from tests.benchmarks.matching.measures import FamilyRow, Measures, Verdicted
from tests.benchmarks.matching.method import Method
from tests.benchmarks.matching.peers.ecm_peer import ECM
from tests.benchmarks.matching.peers.rules import CONNECTOR, EXACT_EMAIL, SALESFORCE
from tests.benchmarks.matching.peers.splink_peer import SPLINK
from tests.benchmarks.matching.simulation import Simulation, simulate
from tests.benchmarks.matching.targets import Target

PEERS = (EXACT_EMAIL, CONNECTOR, SALESFORCE, SPLINK, ECM)
OURS = "this matcher"

type Case = tuple[Simulation, Verdicted, Decision]


@dataclass(slots=True)
class Results:
    """`by_seed` is ours; `pooled` has every method over all seeds, `febrl` pairwise figures by data set."""

    seeds: tuple[int, ...]
    by_seed: dict[int, Measures] = field(default_factory=dict)
    blocking: dict[int, float] = field(default_factory=dict)
    pooled: dict[str, Measures] = field(default_factory=dict)
    families: list[FamilyRow] = field(default_factory=list)
    febrl: dict[int, dict[str, PairMeasures]] = field(default_factory=dict)
    febrl_blocking: dict[int, float] = field(default_factory=dict)
    costs: Costs | None = None
    cases: list[Case] = field(default_factory=list)

    def targets(self) -> list[Target]:
        found = targets.of_simulation(self.pooled[OURS], self.families)
        for number, by_method in self.febrl.items():
            found += targets.of_febrl(number, by_method[febrl.OURS.name])
        if self.costs:
            taken = self.costs
            found += targets.of_costs(taken.timed(50).p99, taken.import_ms, taken.package_mb)
        return found


def run(seeds: Sequence[int], progress: Progress, *, everything: bool) -> Results:
    results = Results(tuple(seeds))
    peers = PEERS if everything else ()
    steps = len(seeds) * (1 + len(peers)) + (len(febrl.MEASURED) * (1 + len(peers)) + 1 if everything else 0)
    task = progress.add_task("measuring", total=steps)
    verdicts: dict[str, list[Verdicted]] = {name: [] for name in [OURS, *(peer.name for peer in peers)]}
    for seed in seeds:
        progress.update(task, description=f"seed {seed}")
        simulation = simulate(seed)
        asked = ours.questions(simulation)
        if everything and results.costs is None:
            results.costs = costs.measure(simulation, asked)
            progress.advance(task)
        decided = ours.decisions(asked)
        mine = ours.verdicts(asked, decided)
        results.cases += [(simulation, *both) for both in zip(mine, decided, strict=True)]
        results.by_seed[seed] = measures.measured(mine)
        results.blocking[seed] = ours.blocking_recall(asked)
        verdicts[OURS] += mine
        progress.advance(task)
        for peer in peers:
            progress.update(task, description=f"seed {seed}: {peer.name}")
            verdicts[peer.name] += method.verdicts(peer, asked)
            progress.advance(task)
    results.pooled = {name: measures.measured(found) for name, found in verdicts.items()}
    results.families = measures.by_family(verdicts[OURS])
    if everything:
        _run_febrl(results, (febrl.OURS, *PEERS), progress, task)
    return results


def _run_febrl(results: Results, methods: Sequence[Method], progress: Progress, task: TaskID) -> None:
    for number in febrl.MEASURED:
        linked = febrl.load(number)
        results.febrl_blocking[number] = linked.blocking_recall
        results.febrl[number] = {}
        for one in methods:
            progress.update(task, description=f"FEBRL {number}: {one.name}")
            if one is not EXACT_EMAIL:
                results.febrl[number][one.name] = febrl.measure(linked, one)
            progress.advance(task)
