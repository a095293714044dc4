"""A hundred thousand submissions in one simulated hour: none refused, the backlog drained, each person's in order.

The org stand-in keeps its records in a database and reads all of them for some questions, which is too slow for so
many; here a Salesforce in memory stands behind the product's own seam (shared/crm.py), with an index and a latency.
Intake, queue, table, locks and processing are the product's, as in every other run.
"""

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import pairwise
from typing import Any, Final

from rich.console import Console
from rich.progress import Progress

from shared.crm import Found, LookUp, NewLead, Note, Noted, Record, Written
from shared.form.lead_fields import SUBMISSION_ID_FIELD
from tests.fakes.crm import FakeCrm
from tests.simulation.checking import lost, unfinished
from tests.simulation.people import answers, people
from tests.simulation.trial import Plan, Trial, make, staged, sweep
from tests.simulation.visitors import Sent, visit
from tests.simulation.world import HOUR, START, World

LATENCY: Final = 0.3
"""Seconds of a call to Salesforce, about the middle of what orgs need."""
PROCESSORS: Final = 5
"""As the template has it."""
_STEP: Final = 10.0
"""Seconds between two looks at what waits."""
_STEPS_BETWEEN_SWEEPS: Final = 6
_KEYS: Final = ("Email", "Phone", "MobilePhone", "LastName")


@dataclass
class IndexedCrm(FakeCrm):
    """`effects` are the submissions in the order in which sales could see them."""

    world: World | None = None
    effects: list[str] = field(default_factory=list)
    _by: defaultdict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))

    def look_up(self, what: LookUp) -> Found:
        self._takes_a_while()
        lasts = {last for _, names in what.full_names for last in names}
        asked = [("Email", one) for one in what.emails] + [("LastName", one) for one in lasts]
        asked += [(kind, one) for one in what.phones for kind in ("Phone", "MobilePhone")]
        ids = {lead_id for key in asked for lead_id in self._by.get(key, ())}
        own = [lead_id for one in what.submission_ids for lead_id in self._by.get((SUBMISSION_ID_FIELD, one), ())]
        tasks = [task_id for one in what.submission_ids for task_id in self._by.get(("Task", one), ())]
        near = FakeCrm(
            leads={one: self.leads[one] for one in sorted({*ids, *own})}, tasks={one: self.tasks[one] for one in tasks}
        )
        return near.look_up(what)

    def upsert_leads(self, leads: Sequence[NewLead]) -> list[Written]:
        self._takes_a_while()
        return [self._indexed(lead) for lead in leads]

    def _indexed(self, lead: NewLead) -> Written:
        submission_id = str(lead.record[SUBMISSION_ID_FIELD])
        if known := self._by.get((SUBMISSION_ID_FIELD, submission_id)):
            return self._written(lead, next(iter(known)))
        written = self._written(lead, self.add_lead(**{"OwnerId": self.owner_of_new, **lead.record}))
        for kind in _KEYS:
            if value := lead.record.get(kind):
                self._by[kind, str(value).lower()].add(written.record_id)
        self._by[SUBMISSION_ID_FIELD, submission_id].add(written.record_id)
        self.effects.append(submission_id)
        return written

    def write_notes(self, notes: Sequence[Note]) -> list[Noted]:
        self._takes_a_while()
        noted = super().write_notes(notes)
        for note, done in zip(notes, noted, strict=True):
            submission_id = str(note.task[SUBMISSION_ID_FIELD])
            self._by["Task", submission_id].add(done.task.record_id)
            self.effects.append(submission_id)
        return noted

    def _takes_a_while(self) -> None:
        assert self.world
        self.world.sleep(LATENCY * (0.5 + self.world.random.random()))


@dataclass(frozen=True)
class Flooded:
    """`drained_after` is in seconds after the last was sent; `most_waiting` counts rows."""

    submissions: int
    refused: int
    lost: tuple[str, ...]
    out_of_order: int
    most_waiting: int
    drained_after: float
    twice: int

    @property
    def is_well(self) -> bool:
        return not (self.refused or self.lost or self.out_of_order or self.twice)


def flood(submissions: int, *, hours: float = 1.0, seed: int = 1, advance: Any = lambda _share: None) -> Flooded:
    plan = Plan(seed, submissions, hours=hours, rate=0)
    trial = make(plan)
    world = trial.world
    crm = IndexedCrm(world=world)
    trial.fleet.crm, trial.fleet.most_processors = crm, PROCESSORS
    everybody = people(world.random, max(1, submissions // 2))
    waiting: list[int] = []
    with staged(trial):
        for number in range(submissions):
            person = replace(world.random.choice(everybody), other_email="")
            form_id, fields = answers(world.random, person, number)
            if form_id == "test-ride" or "contact_me_by_fax_only" in fields:
                form_id, fields = "contact", {**_plain(fields), "message": f"Kan ik {number} keer langskomen?"}
            sent = Sent(person, form_id, fields)
            trial.sent.append(sent)
            # Most of them soon after the newsletter went out.
            world.spawn("visitor", partial(visit, trial, sent), after=world.random.random() ** 2 * hours * HOUR)
        steps = int(hours * HOUR / _STEP)
        for step in range(1, steps + 1):
            world.run(START + step * _STEP)
            waiting.append(_waiting(trial))
            if step % _STEPS_BETWEEN_SWEEPS == 0:
                sweep(trial)
            advance(step / steps)
        ended = world.now
        while _waiting(trial) and world.now < ended + 24 * HOUR:
            world.run(world.now + _STEP)
        drained = world.now - ended
        world.run(world.now + 60)
    return _what_came_of_it(trial, crm, max(waiting), drained)


def _plain(fields: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in fields.items() if name not in {"bike", "contact_me_by_fax_only"}}


def _waiting(trial: Trial) -> int:
    return sum(row["state"] == "received" for row in trial.rows.values())


def _what_came_of_it(trial: Trial, crm: IndexedCrm, most_waiting: int, drained: float) -> Flooded:
    return Flooded(
        len(trial.sent),
        len(trial.unexpected),
        (*trial.fleet.crashes, *lost(trial), *unfinished(trial)),
        _out_of_order(trial, crm),
        most_waiting,
        drained,
        _twice(trial, list(crm.leads.values())),
    )


def _out_of_order(trial: Trial, crm: IndexedCrm) -> int:
    """Submissions of one person that sales saw before an earlier one of theirs."""
    place = {submission_id: at for at, submission_id in enumerate(crm.effects)}
    who = _people(trial)
    by_person: defaultdict[int, list[str]] = defaultdict(list)
    for submission_id in dict.fromkeys(str(json.loads(body)["submission_id"]) for body, _ in trial.queue.sent):
        by_person[who[submission_id]].append(submission_id)
    pairs = (pair for ids in by_person.values() for pair in pairwise(ids))
    return sum(place[later] < place[earlier] for earlier, later in pairs)


def _people(trial: Trial) -> dict[str, int]:
    return {sent.receipt: sent.person.number for sent in trial.sent}


def _twice(trial: Trial, leads: Sequence[Record]) -> int:
    who = _people(trial)
    people_of = [who[str(lead[SUBMISSION_ID_FIELD])] for lead in leads]
    return len(people_of) - len(set(people_of))


def main() -> int:
    """0: none was refused, lost, doubled or out of order."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.flood", description=__doc__)
    parser.add_argument("--submissions", type=int, default=100_000)
    parser.add_argument("--json", action="store_true", help="the figures, for machines")
    asked = parser.parse_args()
    console = Console(stderr=True)
    with Progress(console=console, transient=True) as progress:
        bar = progress.add_task("one hour", total=1.0)
        found = flood(asked.submissions, advance=lambda share: progress.update(bar, completed=share))
    if asked.json:
        print(json.dumps({**found.__dict__, "is_well": found.is_well}))
    else:
        print(
            f"{found.submissions:,} in an hour: {found.refused} refused, {len(found.lost)} lost, {found.twice} twice,"
            f" {found.out_of_order} out of order; at most {found.most_waiting:,} waited, all were settled"
            f" {found.drained_after:.0f} s after the last"
        )
    return int(not found.is_well)


if __name__ == "__main__":
    sys.exit(main())
