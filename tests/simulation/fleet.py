"""The functions as Lambda runs them: instances that start cold and are kept, time-outs, and the queue's pollers.

Each instance has dependencies of its own, as each process would. The handlers are the product's own.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from math import inf
from typing import Any, Final, Protocol, cast

from functions.intake import app as intake
from functions.intake.dependencies import Dependencies as IntakeDependencies
from functions.privacy import app as privacy
from functions.processor import app as processor
from functions.replay import app as replay
from functions.requeue import app as requeue
from local.intake_keys import INTAKE_SECRET
from shared.aws.lead_queue import DeadLetterQueue, SubmissionQueue
from shared.aws.ledger import Ledger
from shared.aws.person_locks import PersonLocks
from shared.aws.person_rows import PersonRows
from shared.aws.secrets import Secret, person_key
from shared.aws.spam_memory import SpamMemory
from shared.crm import Crm
from shared.deadline import Deadline
from shared.errors import FormToLeadError
from shared.form.definition import Form
from shared.leads.dependencies import Dependencies as ProcessorDependencies
from shared.operations.replaying import Dependencies as ReplayDependencies
from shared.privacy import erasing
from shared.salesforce.crm import SalesforceCrm
from shared.salesforce.person_records import PersonRecords
from tests.builders import SECRET
from tests.simulation.calls import Storm, aws_call
from tests.simulation.dynamodb import DynamoDB, DynamoDBClient
from tests.simulation.sqs import HIDDEN, Message, Queue, SqsClient
from tests.simulation.world import Task, World

TIMEOUTS: Final = {"intake": 28.0, "processor": 60.0, "replay": 120.0, "requeue": 60.0, "privacy": 120.0}
"""Seconds; a test holds them to the template."""
HANDLERS: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "intake": intake.handler,
    "processor": processor.handler,
    "replay": replay.handler,
    "requeue": requeue.handler,
    "privacy": privacy.handler,
}
BATCH: Final = 10
MOST_OFF: Final = 30.0
"""Seconds that a clock is wrong at the most. Two are a minute apart then, which shared/crm.py allows for beside the ten
minutes of a call."""
COLD: Final = 1.2
"""Seconds of a start."""
SUBMISSIONS: Final = "submissions"
LOCKS: Final = "locks"
SPAM: Final = "spam"


class HasForms(Protocol):
    forms: Mapping[str, Form]


@dataclass
class Clock:
    """An instance's own, some seconds off the others': the real ones are held together, but not that well."""

    world: World
    off: float = 0.0

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.time(), UTC)

    def time(self) -> float:
        return self.world.now + self.off

    def ticks(self) -> float:
        """Monotonic: for how long something took, whatever the time."""
        return self.world.now


@dataclass
class Instance:
    function: str
    clock: Clock
    dependencies: Any = None
    busy: bool = False
    is_old: bool = False
    """It ends what it has in hand, and gets nothing more."""


@dataclass
class Context:
    """What Lambda hands to a handler."""

    world: World
    ends_at: float
    aws_request_id: str

    def get_remaining_time_in_millis(self) -> int:
        return int((self.ends_at - self.world.now) * 1000)


@dataclass
class Fleet:
    world: World
    storm: Storm
    store: DynamoDB
    queue: Queue
    dead_letters: Queue
    login: Mapping[str, str]
    forms: Mapping[str, Form]
    most_processors: int = 5
    batches: tuple[int, ...] = (1, 3, BATCH, BATCH, BATCH)
    """How many messages a poller may find at once: one of these."""
    second_within: tuple[float, ...] = (0.0, 1.0, 10.0, HIDDEN)
    """Seconds, one of these, within which a batch that is handed over twice comes the second time."""
    clocks_are_off: bool = False
    crm: Crm | None = None
    """In place of the product's adapter and the org stand-in behind it, where those would be too slow."""
    instances: dict[str, list[Instance]] = field(default_factory=dict)
    running: dict[Task, Instance] = field(default_factory=dict)
    crashes: list[str] = field(default_factory=list)
    _unheard: set[Task] = field(default_factory=set)
    """Whose answers get lost on their way to the poller."""
    _old_forms: dict[str, Mapping[str, Form]] = field(default_factory=dict)
    """Of the functions that a deployment has not come to yet."""

    def __post_init__(self) -> None:
        self.queue.on_change = self._pump_later

    # --- invocations

    def invoke(self, function: str, event: Any) -> Task:
        """Starts now; whoever wants the answer waits for the task."""
        instance = self._instance(function)
        task = self.world.spawn(function, lambda: self._invocation(instance, event))
        self.running[task] = instance
        task.at_end.append(lambda: self._ended(task))
        self.world.later(TIMEOUTS[function], lambda: self.kill(task))
        return task

    def kill(self, task: Task) -> None:
        if not task.is_over:
            self.world.note(f"{task.name} is killed")
            task.kill()

    def _invocation(self, instance: Instance, event: Any) -> Any:
        world = self.world
        ends_at = world.now + TIMEOUTS[instance.function]
        if instance.dependencies is None:
            world.sleep(COLD)
            instance.dependencies = _MAKERS[instance.function](self, instance.clock)
        request_id = f"{instance.function}-{world.number('request')}"
        answer = HANDLERS[instance.function](event, Context(world, ends_at, request_id))
        return json.loads(json.dumps(answer))

    def _instance(self, function: str) -> Instance:
        known = self.instances.setdefault(function, [])
        free = next((one for one in known if not one.busy), None)
        if free is None:
            free = Instance(function, Clock(self.world))
            if self.clocks_are_off:
                self.set_wrong(free)
            known.append(free)
        free.busy = True
        return free

    def _ended(self, task: Task) -> None:
        instance = self.running.pop(task)
        instance.busy = False
        if task.is_dead and not instance.is_old:
            self.instances[instance.function].remove(instance)
        # A run of the requeue function that can't read the ledger fails aloud; a minute later comes the next.
        if task.error and not (instance.function == "requeue" and isinstance(task.error, FormToLeadError)):
            self.crashes.append(f"{task.name}: {task.error!r}")

    def here(self) -> Instance:
        """The instance that is asking: the handlers' modules know but one set of dependencies."""
        return self.running[self.world.here()]

    def set_wrong(self, instance: Instance) -> None:
        instance.clock.off = MOST_OFF * (2 * self.world.random.random() - 1)

    def everything_new(self, forms: Mapping[str, Form] | None = None, *, within: float = 0) -> None:
        """A deployment, perhaps with other forms: one function is new before another, by some seconds.

        What runs goes on with the old ones, what comes next starts cold.
        """
        before, self.forms = self.forms, forms or self.forms
        for function in HANDLERS:
            if within:
                self._old_forms.setdefault(function, before)
                self.world.later(within * self.world.random.random(), partial(self._is_new, function))
            else:
                self._is_new(function)

    def _is_new(self, function: str) -> None:
        self._old_forms.pop(function, None)
        for one in self.instances.pop(function, []):
            one.is_old = True

    def forms_of(self, function: str) -> Mapping[str, Form]:
        return self._old_forms.get(function, self.forms)

    # --- the queue's pollers

    def _pump_later(self, seconds: float) -> None:
        self.world.later(seconds, self._pump)

    def _pump(self) -> None:
        while self._processors() < self.most_processors:
            batch = self.queue.receive(self.world.random.choice(self.batches))
            if not batch:
                return
            task = self._hand_over(batch)
            if self.world.random.random() < self.storm.rates.get("batch_twice", 0) and not self.storm.is_over:
                self.storm.note("batch_twice")
                self._hand_over_again(batch, task)

    def _processors(self) -> int:
        return sum(one.function == "processor" for one in self.running.values())

    def _hand_over(self, batch: list[Message]) -> Task:
        handles = {one.message_id: one.handle for one in batch}
        task = self.invoke("processor", {"Records": [_record(one) for one in batch]})
        task.at_end.append(lambda: self._acknowledge(task, handles))
        return task

    def _hand_over_again(self, batch: list[Message], first: Task) -> None:
        """At once or later: at least once is all that SQS and its pollers promise. Of what comes later, the poller may
        not have heard the first answer."""
        wait = self.world.random.choice(self.second_within) * self.world.random.random()
        if not wait:
            self._hand_over(batch)
            return
        if self.world.random.random() < 0.5:
            self._unheard.add(first)
        handles = [one.handle for one in batch]
        self.world.later(wait, lambda: self._hand_over_late(batch, handles))

    def _hand_over_late(self, batch: list[Message], handles: list[str]) -> None:
        """What is still hidden: nothing else of its groups was given since, and nobody has it under another handle."""
        there = [one for one, handle in zip(batch, handles, strict=True) if self.queue.is_in_flight(one, handle)]
        if there:
            self._hand_over(there)

    def _acknowledge(self, task: Task, handles: Mapping[str, str]) -> None:
        """As Lambda reads a partial answer: whatever is not one, or names somebody else, fails the whole batch."""
        if not task.is_dead and not task.error and task not in self._unheard:
            failed = _failed(task.result, handles)
            for message_id, handle in handles.items():
                if message_id not in failed:
                    self.queue.delete(handle)
        self._pump()


def _failed(answer: Any, handles: Mapping[str, str]) -> set[str]:
    if answer is None or answer == {}:
        return set()
    try:
        failures = answer["batchItemFailures"]
        named = {one["itemIdentifier"] for one in failures or ()}
    except (TypeError, KeyError):
        return set(handles)
    return named if named.issubset(handles) else set(handles)


def _record(message: Message) -> dict[str, Any]:
    return {
        "messageId": message.message_id,
        "receiptHandle": message.handle,
        "body": message.body,
        "attributes": {"MessageGroupId": message.group, "ApproximateReceiveCount": str(message.receives)},
    }


# --- what each function has -----------------------------------------------------------------------------------------


def _clients(fleet: Fleet) -> tuple[Any, Any]:
    dynamodb = DynamoDBClient(fleet.store, fleet.storm)
    sqs = SqsClient({"submissions": fleet.queue, "dead": fleet.dead_letters}, fleet.storm, fleet.world)
    return cast("Any", dynamodb), cast("Any", sqs)


@dataclass
class _Manager:
    """Secrets Manager. `content` by the secret's name."""

    fleet: Fleet
    content: Mapping[str, Mapping[str, Any]]

    def get_secret_value(self, *, SecretId: str) -> Any:  # noqa: N803 (AWS's name)
        answer = {"SecretString": json.dumps(dict(self.content[SecretId]))}
        what = f"secretsmanager:GetSecretValue {SecretId}"
        return aws_call(self.fleet.world, self.fleet.storm, what, lambda: answer)


def spam_memory(fleet: Fleet) -> SpamMemory:
    """For whichever instance asks."""
    dynamodb, _ = _clients(fleet)
    return SpamMemory(lambda: dynamodb, SPAM, clock=fleet.world.clock)


def _secret(fleet: Fleet, clock: Clock, name: str, **options: Any) -> Secret:
    content = {"salesforce": fleet.login, "person_key": {"person_key": SECRET.decode()}, "intake": INTAKE_SECRET}
    return Secret(cast("Any", _Manager(fleet, content)), name, clock=clock.ticks, **options)


def _person_key(fleet: Fleet, clock: Clock) -> Secret:
    return _secret(fleet, clock, "person_key", max_age=inf)


def _intake(fleet: Fleet, clock: Clock) -> IntakeDependencies:
    dynamodb, sqs = _clients(fleet)
    kept = _secret(fleet, clock, "intake")
    return IntakeDependencies(
        ledger=Ledger(dynamodb, SUBMISSIONS),
        queue=SubmissionQueue(sqs, "submissions"),
        secret=person_key(_person_key(fleet, clock)),
        intake_secrets=kept.values,
        newer_intake_secrets=kept.newer,
        forms=fleet.forms_of("intake"),
        extra_origins=(),
        now=clock.now,
        spam_memory=SpamMemory(lambda: dynamodb, SPAM, clock=clock.time),
    )


def _processor(fleet: Fleet, clock: Clock) -> tuple[ProcessorDependencies, SubmissionQueue, Deadline]:
    dynamodb, sqs = _clients(fleet)
    deadline = Deadline(clock.ticks)
    processing = ProcessorDependencies(
        ledger=Ledger(dynamodb, SUBMISSIONS),
        dead_letters=DeadLetterQueue(sqs, "dead"),
        locks=PersonLocks(dynamodb, LOCKS, clock=clock.time),
        crm=fleet.crm or SalesforceCrm(_secret(fleet, clock, "salesforce"), deadline=deadline, clock=clock.ticks),
        forms=fleet.forms_of("processor"),
        now=clock.now,
        secret=person_key(_person_key(fleet, clock)),
    )
    return processing, SubmissionQueue(sqs, "submissions"), deadline


def _replay(fleet: Fleet, clock: Clock) -> ReplayDependencies:
    dynamodb, sqs = _clients(fleet)
    return ReplayDependencies(
        ledger=Ledger(dynamodb, SUBMISSIONS),
        queue=SubmissionQueue(sqs, "submissions"),
        dead_letters=DeadLetterQueue(sqs, "dead"),
        forms=fleet.forms_of("replay"),
        secret=person_key(_person_key(fleet, clock)),
        now=clock.now,
    )


def _requeue(fleet: Fleet, _clock: Clock) -> tuple[Ledger, SubmissionQueue]:
    dynamodb, sqs = _clients(fleet)
    return Ledger(dynamodb, SUBMISSIONS), SubmissionQueue(sqs, "submissions")


def _privacy(fleet: Fleet, clock: Clock) -> tuple[erasing.Dependencies, Ledger, Deadline]:
    dynamodb, sqs = _clients(fleet)
    deadline = Deadline(clock.ticks)
    outside = erasing.Dependencies(
        rows=PersonRows(dynamodb, SUBMISSIONS),
        dead_letters=DeadLetterQueue(sqs, "dead"),
        locks=PersonLocks(dynamodb, LOCKS, clock=clock.time, longest_run=privacy.LONGEST_RUN),
        memory=SpamMemory(lambda: dynamodb, SPAM, clock=clock.time),
        org=PersonRecords(_secret(fleet, clock, "salesforce"), deadline, clock=clock.ticks),
        forms=fleet.forms_of("privacy"),
        now=clock.now,
        secret=person_key(_person_key(fleet, clock)),
    )
    return outside, Ledger(dynamodb, SUBMISSIONS), deadline


_MAKERS: Final[Mapping[str, Callable[[Fleet, Clock], Any]]] = {
    "intake": _intake,
    "processor": _processor,
    "replay": _replay,
    "requeue": _requeue,
    "privacy": _privacy,
}
