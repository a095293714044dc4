"""One run: people send, functions work, things go wrong, operators act; then the storm ends and all must be well."""

import contextlib
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache, partial
from random import Random
from typing import Any, Final, NamedTuple
from unittest.mock import patch

import requests.sessions

from functions.intake import app as intake
from functions.privacy import app as privacy
from functions.processor import app as processor
from functions.replay import app as replay
from functions.requeue import app as requeue
from local.salesforce_org import Org
from shared import observability
from shared.aws import ledger, person_rows
from shared.form.definition import forms
from tests.simulation.calls import AWS_FAULTS, Storm
from tests.simulation.codec import from_wire, to_wire
from tests.simulation.dynamodb import DynamoDB, Table
from tests.simulation.fleet import BATCH, LOCKS, SPAM, SUBMISSIONS, Fleet, spam_memory
from tests.simulation.operators import erase_person, insist, mend_all, operate
from tests.simulation.people import (
    ADDRESS_FORM,
    Person,
    address_form,
    answers,
    people,
    with_address_alone,
    with_campaign,
)
from tests.simulation.salesforce import FAULTS, Salesforce, Transport
from tests.simulation.sqs import HIDDEN, Queue, submission_of, was_given_up
from tests.simulation.stories import STORIES
from tests.simulation.visitors import Sent, visit
from tests.simulation.weather import OF_THE_WEATHER, weather
from tests.simulation.world import HOUR, START, Task, World, uuid_from

KINDS: Final = tuple(dict.fromkeys((*AWS_FAULTS, *FAULTS, *OF_THE_WEATHER)))
"""Of faults."""
MENDED_ONE_IN: Final = 3
"""In one seed of so many, since it costs a fourteenth of a run."""
_LOGIN: Final = "https://org.example"
MANY: Final = 5
"""Processors at once."""
SWEPT_EVERY: Final = 15 * 60.0
"""Seconds, in a story: longer than a message is hidden from other processors."""


@dataclass(frozen=True)
class Plan:
    """What a seed is about. `rate` is of each kind of fault at each call that can have it."""

    seed: int
    submissions: int = 100
    hours: float = 1.0
    rate: float = 0.003
    without: frozenset[str] = frozenset()
    """Kinds of fault that don't happen."""
    planned: Mapping[int, str] = field(default_factory=dict)
    story: str = ""
    """Of tests/simulation/stories.py, instead of chance."""


class Rejected(NamedTuple):
    row: Mapping[str, Any]
    has_letter: bool


@dataclass
class Trial:
    plan: Plan
    world: World
    storm: Storm
    store: DynamoDB
    queue: Queue
    dead_letters: Queue
    salesforce: Salesforce
    fleet: Fleet
    sent: list[Sent] = field(default_factory=list)
    known_as: dict[str, str] = field(default_factory=dict)
    """Lead or Contact, which the org had before anybody wrote, by last name: nobody here has another's."""
    erased: dict[str, float] = field(default_factory=dict)
    """When the erasure of an address began, by address."""
    erasing: int = 0
    calm_since: float = START
    """When the storm, the outage or the shortage ended, where there is one: until then nobody's wait counts."""
    cast: list[Task] = field(default_factory=list)
    """Whoever acts in a story: it ends when they all have done their part."""
    logged: list[str] = field(default_factory=list)
    counted: Counter[str] = field(default_factory=Counter)
    unexpected: list[str] = field(default_factory=list)
    rejected: dict[str, Rejected] | None = None
    """As they were before operators mended them all; None where nobody did."""

    @property
    def rows(self) -> dict[str, dict[str, Any]]:
        """Of the ledger, with plain values."""
        return {one: row.plain for one, row in self.store.tables[SUBMISSIONS].rows.items()}

    @property
    def people(self) -> dict[str, Person]:
        """Who sent something, by each of their addresses."""
        return {email: one.person for one in self.sent for email in (one.person.email, one.person.other_email) if email}


def make(plan: Plan, storm: Storm | None = None) -> Trial:
    world = World(plan.seed)
    storm = storm or Storm(_rates(world.random, plan), plan.planned)
    store = DynamoDB(world, {SUBMISSIONS: Table("submission_id"), LOCKS: Table("lock_key"), SPAM: Table("entry")})
    # Most have one page of all they have; with pages of a few, an erasure and a sweep can fail between two of them.
    store.page = world.random.choice((0, 0, 0, 3, 25)) if plan.rate and not plan.story else 0
    dead = Queue(world, "dead", 180)
    # Seldom the queue itself gives up what a run can't wait for: 500 tries take days.
    most_receives = world.random.choice((500, 500, 500, 6)) if plan.rate and not plan.story else 500
    queue = Queue(world, "queue", HIDDEN, most_receives=most_receives, dead_letters=dead)
    org = the_org()
    org.reset_for(world)
    if world.random.random() < 0.5:
        # An org without rules of its own: then nobody but us keeps anybody from being created twice.
        org.org.duplicate_rules.clear()
    login = {"login_url": _LOGIN, "client_id": org.org.client_id, "client_secret": org.org.client_secret}
    salesforce = Salesforce(world, storm, org.org)
    # An account that is short of instances gives full batches; one that is not, many at once.
    published = {**forms(), ADDRESS_FORM: address_form()}
    if plan.rate and not plan.story and world.random.random() < 0.3:
        published["contact"] = with_campaign(published["contact"])
    fleet = Fleet(world, storm, store, queue, dead, login, published, most_processors=world.random.choice((1, 2, MANY)))
    return Trial(plan, world, storm, store, queue, dead, salesforce, fleet)


def _rates(random: Random, plan: Plan) -> dict[str, float]:
    """Of each kind of fault. Each seed has its own weather: how rough, and which kinds there are not."""
    rough = plan.rate * random.choice((0.2, 0.5, 1.0))
    # A submission costs ten calls to AWS and one or two to the org.
    rates = {**dict.fromkeys(FAULTS, 5 * rough), **dict.fromkeys((*AWS_FAULTS, "batch_twice"), rough)}
    absent = {kind for kind in rates if random.random() < 0.1} | plan.without
    # Where one call in two fails, nothing is ever done.
    too_much = max(1, sum(rates[kind] for kind in FAULTS if kind not in absent) / 0.5)
    return {kind: rate / too_much for kind, rate in rates.items() if kind not in absent} if plan.rate else {}


class OneOrg:
    """Making an org takes longer than a run, so there is one, which is emptied. Its clock is that of the run."""

    def __init__(self) -> None:
        self._world: World | None = None
        self._start: bytes | None = None
        self.org = Org(":memory:", now=self._now, sleep=lambda _seconds: None)
        self.org.instance_url = _LOGIN

    def _now(self) -> datetime:
        return self._world.utc_now() if self._world else datetime.fromtimestamp(START, UTC)

    def reset_for(self, world: World) -> None:
        self._world = world
        self.org.reset(self._start)
        self._start = self._start or self.org.records_as_they_are()


the_org = cache(OneOrg)


@contextlib.contextmanager
def staged(trial: Trial) -> Iterator[None]:
    """The product's modules see this trial's instances, clock and chance, and nothing of the machine."""
    world = trial.world

    class Logger:
        service = "simulation"

        def info(self, said: str, *, extra: Mapping[str, Any], **_: Any) -> None:
            trial.logged.append(f"{said} {extra}")
            if said.endswith("_bug") or said == "unexpected_answer":
                trial.unexpected.append(trial.logged[-1])

        warning = error = info

    @contextlib.contextmanager
    def metric(*, name: str, value: float, **_: Any) -> Iterator[Any]:
        trial.counted[name] += int(value)
        yield _Dimensions()

    class Now:
        @staticmethod
        def now(_zone: Any = None) -> Any:
            return trial.fleet.here().clock.now()

    logger = Logger()
    with contextlib.ExitStack() as stack:
        for module in (intake, processor, replay, requeue, privacy):
            stack.enter_context(patch.object(module, "dependencies", lambda: trial.fleet.here().dependencies))
        stack.enter_context(patch.object(replay, "spam_memory", lambda: spam_memory(trial.fleet)))
        stack.enter_context(patch.object(requeue, "datetime", Now))
        stack.enter_context(patch.object(uuid, "uuid4", uuid_from(world.random)))
        stack.enter_context(patch.object(observability, "_logger", lambda: logger))
        stack.enter_context(patch.object(observability, "single_metric", metric))
        for module in (ledger, person_rows):
            stack.enter_context(patch.object(module, "_from_dynamodb", from_wire))
            stack.enter_context(patch.object(module, "_to_dynamodb", to_wire))
        stack.enter_context(patch.object(requests.sessions, "HTTPAdapter", Transport))
        stack.enter_context(patch.object(requests.sessions, "get_environ_proxies", lambda *_, **__: {}))
        stack.enter_context(patch.object(requests.sessions, "get_netrc_auth", lambda *_: None))
        stack.enter_context(patch.object(Transport, "now", trial.salesforce))
        yield


class _Dimensions:
    def add_dimension(self, *_: str) -> None:
        """Of no interest here."""


# --- the run --------------------------------------------------------------------------------------------------------


def run(plan: Plan, *, tells: bool = False) -> Trial:
    trial = make(plan)
    trial.world.tells = tells
    with staged(trial):
        if plan.story:
            trial.fleet.most_processors, trial.fleet.batches = MANY, (BATCH,)
            STORIES[plan.story](trial)
            _tell_to_the_end(trial)
        else:
            _begin(trial)
            trial.world.run(START + plan.hours * HOUR)
            drain(trial)
    trial.world.note_contents(_contents(trial))
    return trial


def _contents(trial: Trial) -> Iterator[Any]:
    """Of tables, queues and org: all that two runs of one seed must have in common."""
    for name, table in trial.store.tables.items():
        yield name, sorted((key, row.plain) for key, row in table.rows.items())
    for queue in (trial.queue, trial.dead_letters):
        yield queue.name, [(one.body, one.group, one.sent_at, one.receives) for one in queue.messages()], queue.sent
    for sobject in ("Lead", "Contact", "Task", "CampaignMember"):
        yield sobject, trial.salesforce.org.rows(sobject, deleted=True)


def _begin(trial: Trial) -> None:
    world, plan = trial.world, trial.plan
    for minute in range(1, int(plan.hours * 60)):
        world.later(minute * 60, lambda: sweep(trial))
    everybody = people(world.random, max(1, int(plan.submissions * 0.7)))
    for one in everybody:
        if world.random.random() < 0.15:
            _put_in_org(trial, one)
    person, moment = everybody[0], 0.0
    for number in range(plan.submissions):
        # Some come back within minutes, perhaps from their other address.
        comes_back = number and world.random.random() < 0.3
        person = person if comes_back else world.random.choice(everybody)
        form_id, fields = answers(world.random, person, number)
        if person.is_terse and form_id == "contact" and world.random.random() < 0.5:
            form_id, fields = ADDRESS_FORM, with_address_alone(fields)
        # In waves: a newsletter goes out, and many come at once, so that batches are full and instances many.
        in_wave = world.random.random() < 0.9
        wave = world.random.choice((0.0, 0.1, 0.4, 0.7)) if in_wave else world.random.random()
        once = wave * plan.hours * HOUR * 0.9 + world.random.random() * world.random.choice((0.5, 3, 30))
        moment = moment + 400 * world.random.random() ** 4 if comes_back else once
        sent = Sent(person, form_id, fields)
        trial.sent.append(sent)
        world.spawn("visitor", partial(visit, trial, sent), after=moment)
    if plan.rate:
        weather(trial)
    for _ in range(max(1, plan.submissions // 20)):
        world.spawn("operator", partial(operate, trial), after=world.random.random() * plan.hours * HOUR)
    for _ in range(plan.submissions // 30 if world.random.random() < 0.4 else 0):
        # Of who writes under two addresses, an erasure by one leaves what the other sent, as docs/privacy.md says.
        person = world.random.choice([one for one in everybody if not one.other_email] or everybody[:1])
        after = (0.2 + 0.8 * world.random.random()) * plan.hours * HOUR
        world.spawn("eraser", partial(erase_person, trial, person), after=after)


def _put_in_org(trial: Trial, person: Person) -> None:
    """Sales know somebody from elsewhere."""
    kind = trial.known_as[person.last_name] = trial.world.random.choice(("Lead", "Contact"))
    who = {"FirstName": person.first_name, "LastName": person.last_name, "Email": person.email}
    # A number is there only where they always tell it, too.
    number = {"Phone": f"+31{person.phone[1:]}"} if person.other_email else {}
    rest = {"Company": "Particulier", "Status": "Open - Not Contacted"} if kind == "Lead" else {}
    trial.salesforce.org.add(kind, {**who, **number, **rest})


def sweep(trial: Trial) -> None:
    trial.fleet.invoke("requeue", {})


def drain(trial: Trial) -> None:
    """Nothing goes wrong any more; the clock still ticks. Operators mend what waits for them."""
    world = trial.world
    trial.storm.is_over = True
    trial.calm_since = world.now
    trial.salesforce.outages.clear()
    _until_quiet(trial)
    world.run(world.now + HOUR)
    if any(map(was_given_up, trial.dead_letters.messages())):
        # The alarm rings for what SQS gave up, also of rows that were settled or erased since; the runbook says this.
        trial.cast.append(world.spawn("operator", partial(insist, trial, command="reconcile")))
        _until_quiet(trial)
    if trial.plan.seed % MENDED_ONE_IN == 1:
        trial.rejected = rejected_now(trial)
    if trial.rejected is not None and trial.dead_letters.messages():
        trial.cast.append(world.spawn("operator", partial(mend_all, trial, tuple(trial.rejected))))
        _until_quiet(trial)


def _until_quiet(trial: Trial) -> None:
    world = trial.world
    for _ in range(60):
        if _is_quiet(trial):
            break
        for minute in (0, 20, 40):
            world.later(minute * 60, lambda: sweep(trial))
        world.run(world.now + HOUR)


def rejected_now(trial: Trial) -> dict[str, Rejected]:
    letters = {submission_of(one) for one in trial.dead_letters.messages()}
    rows = sorted(trial.rows.items())
    return {one: Rejected(row, one in letters) for one, row in rows if row["state"] == "rejected"}


def _tell_to_the_end(trial: Trial) -> None:
    """What a plan has in store happens here, too. Nobody sweeps while nothing waits: that would be calls without a
    meaning, and a plan counts them all."""
    world = trial.world
    for _ in range(4000):
        world.run(world.now + SWEPT_EVERY)
        if _is_quiet(trial):
            break
        if any(row["state"] == "received" for row in trial.rows.values()):
            sweep(trial)
    # What Salesforce was asked for may still land.
    world.run(world.now + HOUR)


def _is_quiet(trial: Trial) -> bool:
    return (
        all(one.is_over for one in trial.cast)
        and not trial.fleet.running
        and not trial.erasing
        and not trial.queue.messages()
        and all(row["state"] != "received" for row in trial.rows.values())
    )
