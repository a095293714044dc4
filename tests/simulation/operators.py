"""Operators at any moment: they mend and replay, release, discard, reconcile; and they erase people."""

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import batched
from typing import TYPE_CHECKING, Any, Final

from ops.errors import OpsError
from ops.operations.privacy import choose, erase
from ops.operations.privacy_function import Person as Subject
from ops.operations.privacy_function import PrivacyFunction
from tests.simulation.people import Person

if TYPE_CHECKING:
    from tests.simulation.trial import Trial

_TRIES: Final = 40
_MOST_AT_ONCE: Final = 100
"""Submissions in an order."""
_BETWEEN: Final = 800.0
"""Seconds until the command is given again: longer than anything may still land."""


def operate(trial: "Trial") -> None:
    """Whatever comes to an operator's mind, about whatever there is."""
    world = trial.world
    rows = sorted(trial.rows.values(), key=lambda row: str(row["submission_id"]))
    rejected = [row for row in rows if row["state"] == "rejected"]
    quarantined = [row for row in rows if row["state"] == "quarantined"]
    chance = world.random.random()
    if rejected and chance < 0.5:
        one = str(world.random.choice(rejected)["submission_id"])
        if world.random.random() < 0.7:
            mend(trial, one)
        order(trial, command="replay", submission_ids=[one], by="sim")
    elif quarantined and chance < 0.8:
        one = str(world.random.choice(quarantined)["submission_id"])
        verb = world.random.choice(("release", "discard_spam"))
        more: dict[str, Any] = {"teach": None} if verb == "release" else {"why": "spam", "block": None}
        order(trial, command=verb, submission_ids=[one], by="sim", **more)
    elif rejected and chance < 0.9:
        order(trial, command="discard", submission_ids=[str(rejected[0]["submission_id"])], why="spam", by="sim")
    elif rows:
        order(trial, command="replay", submission_ids=[str(world.random.choice(rows)["submission_id"])], by="sim")
    if world.random.random() < 0.2:
        order(trial, command="reconcile", by="sim")


def mend_one(trial: "Trial") -> None:
    """Whatever is rejected, as soon as it is; an order that failed is given again."""
    for _ in range(_TRIES):
        rejected = sorted(one for one, row in trial.rows.items() if row["state"] == "rejected")
        if not rejected:
            return
        mend(trial, rejected[0])
        order(trial, command="replay", submission_ids=rejected[:1], by="sim")
        trial.world.sleep(120)


def mend_all(trial: "Trial", rejected: Sequence[str]) -> None:
    """When nothing goes wrong any more; then SQS's own dead letters are queued again, and those of the mended go."""
    for one in rejected:
        mend(trial, one)
    for some in batched(rejected, _MOST_AT_ONCE, strict=False):
        insist(trial, command="replay", submission_ids=list(some))
    waiting = set(rejected)
    while waiting:
        trial.world.sleep(60)
        waiting &= {one for one, row in trial.rows.items() if row["state"] == "received"}
    for _ in range(_TRIES):
        if not trial.dead_letters.messages():
            return
        insist(trial, command="reconcile")
        trial.world.sleep(trial.dead_letters.visibility)


def mend(trial: "Trial", submission_id: str) -> bool:
    """What a form can find wrong here: a bike that there is not, and no number; or that it asks for a shop by now."""
    row = trial.rows[submission_id]
    phone = {} if row["fields"].get("phone") else {"phone": f"0201{trial.world.number('phone'):06}"}
    fields = {"bike": "cargo-bike", **phone} if row["form_id"] == "test-ride" else {"shop": "Utrecht"}
    return order(trial, command="edit", submission_id=submission_id, fields=fields, by="sim")


def insist(trial: "Trial", **asked: Any) -> None:
    """Given again until it is answered, as every order can be."""
    for _ in range(_TRIES):
        if order(trial, **asked, by="sim"):
            return
        trial.world.sleep(60)
    trial.unexpected.append(f"an order is never done: {asked['command']}")


def order(trial: "Trial", **asked: Any) -> bool:
    """Whether it was done; where nothing went wrong, it must be."""
    answer = trial.world.wait_for(trial.fleet.invoke("replay", asked))
    error = answer.get("error", "") if answer else ""
    if error and ("can't be read" in error or not trial.storm.happened):
        trial.unexpected.append(f"{asked['command']}: {error}")
    return bool(answer) and not error


# --- an erasure, with the operators' own code -----------------------------------------------------------------------


@dataclass
class _Lambda:
    trial: "Trial"

    def invoke(self, *, Payload: bytes, **_: Any) -> dict[str, Any]:  # noqa: N803 (boto3's name)
        answer = self.trial.world.wait_for(self.trial.fleet.invoke("privacy", json.loads(Payload)))
        if answer is None:
            return {"FunctionError": "Unhandled", "Payload": io.BytesIO(b"{}")}
        return {"Payload": io.BytesIO(json.dumps(answer).encode())}


class _Sts:
    def get_caller_identity(self) -> dict[str, str]:
        return {"Arn": "arn:aws:iam::1:user/sim"}


@dataclass
class _Stack:
    trial: "Trial"

    @property
    def outputs(self) -> Mapping[str, str]:
        return {"PrivacyFunctionName": "privacy"}

    def client(self, service: str) -> Any:
        return _Lambda(self.trial) if service == "lambda" else _Sts()


def erase_person(trial: "Trial", person: Person) -> None:
    """Again and again until the command says that it is done, as docs/privacy.md tells operators to.

    However long Salesforce is away: those tries don't count.
    """
    world = trial.world
    trial.erased.setdefault(person.email, world.now)
    trial.erasing += 1
    try:
        tries = 0
        while tries < _TRIES:
            if _erased(trial, person):
                return
            tries += not trial.salesforce.is_out()
            world.sleep(_BETWEEN)
        trial.unexpected.append("an erasure is never done")
    finally:
        trial.erasing -= 1


def copy_of_person(trial: "Trial", person: Person) -> None:
    """What the operators' command asks of the function for a copy: nothing is changed."""
    function = PrivacyFunction(_Stack(trial), Subject(person.email), sleep=trial.world.sleep)
    for _ in range(_TRIES):
        try:
            found = choose(function.find(lambda _rows: None))
            function.taught()
            function.look(found.submission_ids, everything=True)
        except OpsError:
            trial.world.sleep(60)
        else:
            return
    trial.unexpected.append("a copy is never done")


def _erased(trial: "Trial", person: Person) -> bool:
    function = PrivacyFunction(_Stack(trial), Subject(person.email), sleep=trial.world.sleep)
    try:
        found = function.find(lambda _rows: None)
        done = erase(function, choose(found), also=(), salesforce=True, advance=lambda _rows: None)
    except OpsError:
        return False
    return done.is_done
