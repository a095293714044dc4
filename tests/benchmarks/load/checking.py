"""What must be true after the load, whatever it was. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.submission import State, Submission
from tests.benchmarks.load.measures import Measured
from tests.simulation.people import Person

_WRITTEN = frozenset({State.CREATED, State.UPDATED})
_WITHOUT_A_LEAD = frozenset({State.REJECTED, State.QUARANTINED})


@dataclass(frozen=True)
class Found:
    """`sent` is who got which receipt. `listed` has an id as often as the index by state has it."""

    sent: Mapping[str, Person]
    rows: Mapping[str, Submission]
    listed: Sequence[str]
    leads: Sequence[Mapping[str, Any]]
    tasks: Sequence[Mapping[str, Any]]


def refusals(measured: Iterable[Measured]) -> Iterator[str]:
    for one in measured:
        for status, count in sorted(one.refused.items()):
            answer = f"status {status}" if status else "no answer"
            yield f"refused: {one.target}, {one.scenario}, round {one.round}: {count} of {one.sent} got {answer}"


def faults(found: Found) -> list[str]:
    """Each by the id of a submission or the number of a person who does not exist: no personal data."""
    return [*_lost(found), *_people(found), *_records(found)]


def _lost(found: Found) -> Iterator[str]:
    times = Counter(found.listed)
    for receipt in found.sent:
        row = found.rows.get(receipt)
        if row is None:
            yield f"lost: {receipt} was acknowledged and has no row"
        elif row.state is State.RECEIVED:
            yield f"not settled: {receipt}, after {row.attempts} tries, last error {row.last_error or 'none'}"
        elif row.state not in _WRITTEN | _WITHOUT_A_LEAD:
            yield f"{receipt} is {row.state}, which nothing here should be"
        elif times[receipt] != 1:
            yield f"{receipt} is listed in {times[receipt]} states"


def _people(found: Found) -> Iterator[str]:
    leads = Counter(str(lead["Email"]).lower() for lead in found.leads)
    states: defaultdict[Person, set[State]] = defaultdict(set)
    for receipt, person in found.sent.items():
        if receipt in found.rows:
            states[person].add(found.rows[receipt].state)
    for person, reached in states.items():
        count = leads[person.email] + (leads[person.other_email] if person.other_email else 0)
        if count > 1:
            yield f"created twice: person {person.number} has {count} Leads"
        elif reached & _WRITTEN and not count:
            yield f"person {person.number} has no Lead"
        elif count and reached <= _WITHOUT_A_LEAD:
            yield f"person {person.number} has a Lead, though nothing of them may be one"


def _records(found: Found) -> Iterator[str]:
    leads = {str(lead["Id"]): lead for lead in found.leads}
    tasks = Counter(str(task["Submission_Id__c"]) for task in found.tasks if task.get("Submission_Id__c"))
    for receipt, person in found.sent.items():
        row = found.rows.get(receipt)
        if row is None or row.state not in _WRITTEN:
            continue
        lead = leads.get(row.outcome.record_id) if row.outcome else None
        if lead is None:
            yield f"{receipt} is {row.state}, and its Lead is not there"
        elif lead["LastName"] != person.last_name:
            yield f"merged wrongly: {receipt} stands on the Lead of another person"
        if tasks[receipt] != (row.state is State.UPDATED):
            yield f"{receipt} is {row.state}, and was noted {tasks[receipt]} times"
