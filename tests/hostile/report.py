"""What was found, as tables for people and as JSON for machines."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.hostile.requests import ROUTES
from tests.hostile.trial import Described, Found

_SHOWN = 20


def as_json(found: Found, described: Described) -> dict[str, Any]:
    return {
        "requests": found.requests,
        "counts": [
            {"route": route, "encoding": encoding, "status": status, "requests": number}
            for (route, encoding, status), number in sorted(found.counts.items())
        ],
        "transports": dict(found.transports),
        "sources": [
            {"source": source, "status": status, "requests": number}
            for (source, status), number in sorted(found.sources.items())
        ],
        "acknowledged": found.acknowledged,
        "quarantined": found.quarantined,
        "compared": found.compared,
        "faults": found.faults,
        "worst": _slowest(found.worst),
        "worst_cold": _slowest(found.worst_cold),
        "described": {
            "requests": dict(described.requests),
            "statuses": dict(sorted(described.statuses.items())),
            "faults": described.faults,
        },
    }


def _slowest(slow: Sequence[tuple[float, str]]) -> list[dict[str, Any]]:
    return [{"ms": round(milliseconds, 1), "request": which} for milliseconds, which in slow]


def show(found: Found, described: Described) -> None:
    console = Console()
    console.print(_by_kind(found))
    console.print(_numbers("status", _statuses(found)))
    console.print(_by_source(found))
    console.print(_numbers("body", Counter({name: n for name, n in found.transports.items() if name})))
    console.print(
        f"{found.acknowledged:,} acknowledged, each with its row; {found.quarantined:,} of them quarantined; "
        f"the answers of {found.compared:,} held against what was sent"
    )
    for title, slow in (("slowest, CPU time", found.worst), ("slowest before all was loaded", found.worst_cold)):
        for milliseconds, which in slow[:3]:
            console.print(f"{title}: {milliseconds:.1f} ms ({which})", markup=False)
    if described.requests:
        console.print(_numbers("of the description", described.requests))
        console.print(_numbers("status", described.statuses))
    for fault in [*found.faults, *described.faults][:_SHOWN]:
        console.print(fault, style="bold red", markup=False)
    number = len(found.faults) + len(described.faults)
    console.print(f"{number:,} faults" if number else "no faults")


def _statuses(found: Found) -> Counter[int]:
    statuses: Counter[int] = Counter()
    for (*_, status), number in found.counts.items():
        statuses[status] += number
    return statuses


def _by_kind(found: Found) -> Table:
    """Route and encoding, with the statuses that they got, the most frequent first."""
    table = Table("route", "encoding", "requests", "share", "statuses")
    kinds = sorted({(route, encoding) for route, encoding, _ in found.counts}, key=lambda kind: _place(*kind))
    for kind in kinds:
        got = Counter({status: number for (*of, status), number in found.counts.items() if tuple(of) == kind})
        table.add_row(*kind, f"{got.total():,}", f"{got.total() / found.requests:.1%}", _told(got))
    return table


def _by_source(found: Found) -> Table:
    table = Table("source, proved", "requests", "statuses")
    for source in sorted({source for source, _ in found.sources}):
        got = Counter({status: number for (of, status), number in found.sources.items() if of == source})
        table.add_row(source, f"{got.total():,}", _told(got))
    return table


def _told(got: Counter[int]) -> str:
    return " ".join(f"{status}: {number:,}" for status, number in got.most_common())


def _place(route: str, encoding: str) -> tuple[int, str]:
    return list(ROUTES).index(route), encoding


def _numbers(title: str, numbers: Counter[Any]) -> Table:
    table = Table(title, "requests")
    for name, number in sorted(numbers.items()):
        table.add_row(str(name), f"{number:,}")
    return table
