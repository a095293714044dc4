"""`python -m tests.simulation.planted`: the product with a fault planted in it. Each must be caught.

By a test of the unit or of one adapter where there is one, since that costs seconds, or by a run of the simulation.
"""

import argparse
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tests.simulation.checking import faults_of
from tests.simulation.mutants import MUTANTS, Mutant
from tests.simulation.trial import Plan, run

SEEDS: Final = 40
PAGE: Final = Path(__file__).parents[2] / "docs" / "promises.md"
_BEGIN: Final = "<!-- planted -->"
_END: Final = "<!-- /planted -->"


def caught_by(mutant: Mutant, seeds: Sequence[int] | range = range(1, SEEDS + 1)) -> tuple[int, str]:
    """The first seed that goes wrong with it, and only with it, and what is said; (0, '') where none does."""
    for seed in seeds:
        plan = Plan(seed, submissions=60, rate=0.01)
        with mutant.plant():
            wrong = faults_of(run(plan))
        if wrong and not faults_of(run(plan)):
            return seed, wrong[0]
    return 0, ""


def held_by(name: str) -> str:
    """The first test that fails with it."""
    if not MUTANTS[name].test:
        return ""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "tests.simulation.planting", "--planted", name]
    answer = subprocess.run([*command, MUTANTS[name].test], capture_output=True, text=True, check=False)  # noqa: S603 (our own)
    failed = re.search(r"^FAILED (\S+::\w+)", answer.stdout, re.MULTILINE)
    return failed[1] if failed else ""


def main() -> int:
    """0: each planted fault was caught."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.planted", description=__doc__)
    parser.add_argument("--only", default="", help="those whose name has this in it")
    parser.add_argument("--cheapest", action="store_true", help="no seeds for what a test holds")
    parser.add_argument("--write-docs", action="store_true", help=f"the table in {PAGE.name}")
    asked = parser.parse_args()
    rows: list[str] = []
    missed = 0
    for name, mutant in MUTANTS.items():
        if asked.only not in name:
            continue
        test = held_by(name)
        seed, said = caught_by(mutant) if mutant.shows_in_seeds and not (test and asked.cheapest) else (0, "")
        missed += not (seed or test)
        rows.append(f"| {name} | {_short(test)} | {seed or ''} | {_without_ids(said)} |")
        print(rows[-1], flush=True)
    if asked.write_docs:
        head = "| Fault | Test that fails | Seed | What the simulation says |\n|---|---|---|---|"
        page = PAGE.read_text(encoding="utf-8")
        before, _, rest = page.partition(_BEGIN)
        PAGE.write_text(
            f"{before}{_BEGIN}\n{head}\n{'\n'.join(rows)}\n{_END}{rest.partition(_END)[2]}", encoding="utf-8"
        )
    return int(bool(missed))


def _short(test: str) -> str:
    path, _, name = test.partition("::")
    return f"`{path.removeprefix('tests/')}`: {name.removeprefix('test_').replace('_', ' ')}" if test else ""


def _without_ids(said: str) -> str:
    """Ids are others with each change of the product."""
    without_lines = re.sub(r"(?<=\.py):\d+", "", said)
    return re.sub(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|00Q\w{15}", "…", without_lines)


if __name__ == "__main__":
    sys.exit(main())
