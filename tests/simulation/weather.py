"""What goes wrong in a run beside its calls: outages, deployments, clocks, and whatever else a seed brings."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

from shared.form.definition import Form, forms
from tests.simulation.world import HOUR, START

if TYPE_CHECKING:
    from tests.simulation.trial import Trial

OF_THE_WEATHER: Final = (
    "batch_twice",
    "sf_outage",
    "calls_run_short",
    "deployment",
    "form_changed",
    "clock_jump",
    "rows_expire",
    "killed_at_random",
)
"""Kinds of it."""
SMALLEST_DAY: Final = 15_000
"""Calls that an org has at the least."""
_ROLLED_OUT: Final = 300.0
"""Seconds in which a deployment comes to all functions."""


def weather(trial: "Trial") -> None:
    world, hours = trial.world, trial.plan.hours
    if world.random.random() < 0.3 and "sf_outage" not in trial.plan.without:
        start = START + world.random.random() * hours * HOUR
        trial.salesforce.outages.append((start, start + world.random.random() * hours * HOUR))
        trial.storm.note("sf_outage")
    if world.random.random() < 0.1 and "calls_run_short" not in trial.plan.without:
        # Nine tenths are soon used: whoever was tried before waits until some calls are a day old.
        used = int(0.9 * SMALLEST_DAY) - trial.plan.submissions // 2
        trial.salesforce.org.quota.change({"daily": SMALLEST_DAY, "used": used})
        trial.storm.note("calls_run_short")
    trial.fleet.clocks_are_off = "clock_jump" not in trial.plan.without and world.random.random() < 0.5
    for kind, happens, how_often in (
        ("deployment", _deploy, (0, 0, 1, 2)),
        ("form_changed", _change_form, (0, 0, 1, 2)),
        ("clock_jump", _jump, (0, 0, 2, 6)),
        ("rows_expire", _expire, (0, 2, 4)),
        ("killed_at_random", _kill_one, (0, 1, 3)),
    ):
        for _ in range(world.random.choice(how_often)):
            after = world.random.random() * hours * HOUR
            if kind not in trial.plan.without:
                world.later(after, partial(_happens, trial, kind, happens))


def _happens(trial: "Trial", kind: str, what: "Callable[[Trial], bool]") -> None:
    if what(trial):
        trial.storm.note(kind)


def _deploy(trial: "Trial") -> bool:
    trial.fleet.everything_new(within=_ROLLED_OUT)
    return True


def _change_form(trial: "Trial") -> bool:
    """The contact form gets another version: one with a question more, which must be answered, or without it again.

    What came under the one may be processed under the other.
    """
    fields = forms()["contact"].fields
    number = trial.world.number("version") + 1
    if number % 2 == 0:
        [message] = [one for one in fields if one.name == "message"]
        fields = (*fields, message.model_copy(update={"name": "shop", "required": True}))
    parts = {name: getattr(trial.fleet.forms["contact"], name) for name in Form.model_fields}
    changed = Form(**parts | {"version": str(number), "fields": fields})
    trial.fleet.everything_new({**trial.fleet.forms, "contact": changed}, within=_ROLLED_OUT)
    return True


def _jump(trial: "Trial") -> bool:
    instances = [one for known in trial.fleet.instances.values() for one in known]
    if not instances or not trial.fleet.clocks_are_off:
        return False
    trial.fleet.set_wrong(trial.world.random.choice(instances))
    return True


def _expire(trial: "Trial") -> bool:
    """DynamoDB deletes what has expired when it pleases: locks, mostly."""
    trial.store.expire()
    return True


def _kill_one(trial: "Trial") -> bool:
    running = list(trial.fleet.running)
    if running:
        trial.fleet.kill(trial.world.random.choice(running))
    return bool(running)
