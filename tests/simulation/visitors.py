"""Visitors of the website: what they know, and how they send it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING

from tests.simulation.people import DOMAIN, Person, answers, people
from tests.unit.intake_desk import JSON, ORIGIN, event
from tests.unit.webhook_desk import signed

if TYPE_CHECKING:
    from tests.simulation.trial import Trial
    from tests.simulation.world import Task


@dataclass
class Sent:
    """What a visitor knows: who they are, what they sent, and the receipt that they got."""

    person: Person
    form_id: str
    fields: Mapping[str, str]
    key: str = ""
    """Of the page; '' until it is first sent."""
    receipt: str = ""
    receipts: dict[str, str] = field(default_factory=dict)
    """By key: a page that has to ask for more takes another one."""
    keys: set[str] = field(default_factory=set)
    """Under which it was posted; '' without one. Each may have become a row."""
    is_server: bool = False
    """Of the shop, which signs; people's browsers don't."""


def send_evenly(trial: "Trial", submissions: int, seconds: float) -> None:
    """Contact forms over all of that time."""
    world = trial.world
    everybody = people(world.random, max(1, int(submissions * 0.7)))
    for number in range(submissions):
        person = world.random.choice(everybody)
        form_id, fields = answers(world.random, person, number)
        if form_id == "contact":
            fields.pop("contact_me_by_fax_only", None)
            sent = Sent(person, form_id, fields)
            trial.sent.append(sent)
            world.spawn("visitor", partial(visit, trial, sent), after=world.random.random() * seconds)


def visit(trial: "Trial", sent: Sent) -> None:
    """Some click twice; some pages give no key until a post was not answered."""
    world = trial.world
    if world.random.random() < 0.05 and not sent.key and _post(trial, sent, "") is _Answer.DONE:
        return
    key = sent.key = sent.key or f"key-{world.number('key')}"
    if world.random.random() < 0.05:
        world.spawn("visitor-again", lambda: _post(trial, sent, sent.key), after=0.2)
    insist(trial, sent, key)
    if world.random.random() < 0.03 and sent.receipt:
        _reuse(trial, sent)


def _reuse(trial: "Trial", sent: Sent) -> None:
    """A cached page: somebody else's answers come under the same key. They must not be taken for the first ones."""
    answer = trial.world.wait_for(_sends(trial, sent, sent.key, {**sent.fields, "email": f"iemand@{DOMAIN}"}))
    if answer and answer["statusCode"] == 202:
        trial.unexpected.append("other answers under a used key were acknowledged, and stand nowhere")


def insist(trial: "Trial", sent: Sent, key: str) -> None:
    """A browser with embed.js: it comes again with the same key until it hears something."""
    world = trial.world
    for wait in (1, 2, 4, 8, 15, 60, 600):
        match _post(trial, sent, key):
            case _Answer.DONE:
                return
            case _Answer.WRONG:
                sent.fields = {**sent.fields, "shop": "Amsterdam"}
                sent.key = key = f"key-{world.number('key')}"
        world.sleep(wait)


class _Answer(Enum):
    DONE = "the visitor need not come again"
    WRONG = "an answer is missing: the form has another version than the page that the visitor sees"
    NONE = "the visitor should try again"


def ask_for_state(trial: "Trial", sent: Sent) -> None:
    """Once they have a receipt, as often as it takes."""
    world = trial.world
    for _ in range(100):
        if sent.receipt:
            answer = world.wait_for(trial.fleet.invoke("intake", event("GET", f"/submissions/{sent.receipt}")))
            if answer and answer["statusCode"] == 200:
                return
        world.sleep(30)
    trial.unexpected.append("a receipt is never known")


def _sends(trial: "Trial", sent: Sent, key: str, fields: Mapping[str, str]) -> "Task":
    body = json.dumps(fields).encode()
    headers = {"Content-Type": JSON, "Accept": JSON}
    if sent.is_server:
        headers |= signed(body, message_id=key, timestamp=str(int(trial.world.now)))
    else:
        headers |= {"Origin": ORIGIN} | ({"Idempotency-Key": key} if key else {})
    return trial.fleet.invoke("intake", event(path=f"/forms/{sent.form_id}", headers=headers, body=body))


def _post(trial: "Trial", sent: Sent, key: str) -> _Answer:
    fields = sent.fields
    sent.keys.add(key)
    task = _sends(trial, sent, key, fields)
    answer = trial.world.wait_for(task)
    if answer is None or answer["statusCode"] >= 500:
        if answer and answer["statusCode"] != 503:
            trial.unexpected.append(f"{task.name} answered {answer['statusCode']}")
        return _Answer.NONE
    is_conflict = bool(key) and answer["statusCode"] == 409
    if is_conflict and sent.person.email in trial.erased:
        return _Answer.DONE
    if is_conflict and "form_changed" in trial.storm.happened and "shop" in fields:
        # Its first try met a version that did not ask for the shop, and wrote none; the page then takes another key.
        return _Answer.WRONG
    if answer["statusCode"] == 422 and "form_changed" in trial.storm.happened and "shop" not in fields:
        return _Answer.WRONG
    if answer["statusCode"] != 202:
        trial.unexpected.append(f"{task.name} answered {answer['statusCode']} {answer['body']}")
        return _Answer.DONE
    receipt = str(json.loads(answer["body"])["receipt"])
    if sent.receipts.setdefault(key, receipt) != receipt:
        trial.unexpected.append(f"{task.name} gave another receipt for the same key")
    sent.receipt = receipt
    return _Answer.DONE
