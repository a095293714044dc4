"""Small stories, each of few calls, which together make every function make every kind of call that it can make.

They are small since `python -m tests.simulation.crash_points` tells each of them once for each pair of its calls.
"""

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from local.salesforce_org.duplicates.duplicate_rules import DuplicateRule
from shared.form.definition import Form
from tests.simulation import operators
from tests.simulation.people import ADDRESS_FORM, DOMAIN, Person, with_address_alone, with_campaign
from tests.simulation.visitors import Sent, ask_for_state, insist
from tests.simulation.world import DAY

if TYPE_CHECKING:
    from tests.simulation.trial import Trial

_PHONE: Final = "0641739265"
SANNE: Final = Person(1, "Sanne", "Oosterbroek", f"sanne@{DOMAIN}", f"sanne@werk.{DOMAIN}", _PHONE)
BRAM: Final = Person(2, "Bram", "Westerveen", f"bram@{DOMAIN}")
_NUMBER: Final = {"phone": _PHONE}
_SPAM: Final = {"contact_me_by_fax_only": "yes"}
_SPAM_QUOTE: Final = {
    **_SPAM,
    "company": "De Molen",
    "product": "e-bike",
    "number": "12",
    "timing": "now",
    "message": "Graag ontvang ik een offerte voor twaalf fietsen, met bel en met bagagedrager.",
}
"""Of a form that counts who sends a text of this length."""


def new_person(trial: "Trial") -> None:
    """Somebody writes, becomes a Lead, and asks by their receipt what became of it."""
    sent = _writes(trial, SANNE)
    _acts(trial, "curious", lambda: ask_for_state(trial, sent), after=5)


def from_a_server(trial: "Trial") -> None:
    """The shop's own server sends somebody, and signs."""
    _writes(trial, SANNE, is_server=True)


def known_person(trial: "Trial") -> None:
    """Who is a Lead already writes again, and tells a number: a Task, and a change of the Lead."""
    _writes(trial, SANNE)
    _writes(trial, SANNE, fields=_NUMBER, after=20)


def twice_in_one_batch(trial: "Trial") -> None:
    """Two from one person lie on the queue together: the second one's Task is for the Lead of the first."""
    _writes(trial, SANNE)
    _writes(trial, SANNE, after=0.001)


def two_addresses(trial: "Trial") -> None:
    """One person under two addresses: two groups of the queue, two processors at once, and one lock."""
    _writes(trial, SANNE, fields=_NUMBER)
    _writes(trial, SANNE, fields={**_NUMBER, "email": SANNE.other_email}, after=1.6)


def spelt_otherwise(trial: "Trial") -> None:
    """The first name is blank the second time: the address is all that both share. Two processors get the first."""
    _two_processors(trial)
    _writes(trial, SANNE)
    _writes(trial, SANNE, fields={"first_name": "", "message": "Ik nog een keer"}, after=2.2)


def without_a_name(trial: "Trial") -> None:
    """A form asks for an address alone; sales have a Lead of it, and hear that this may be the same. Two processors."""
    _in_org(trial, FirstName=SANNE.first_name, LastName=SANNE.last_name, Email=SANNE.email)
    _two_processors(trial)
    _writes(trial, SANNE, ADDRESS_FORM, {"message": "Bel mij terug"})


def asked_otherwise(trial: "Trial") -> None:
    """Two wait who share a number alone, and a release makes the phone of it that was text before. Two processors."""
    contact = trial.fleet.forms["contact"]
    number = next(one for one in contact.fields if one.name == "phone")
    in_the_text = number.model_copy(update={"lead_field": "Description"})
    new, old = trial.fleet.forms, tuple(in_the_text if one is number else one for one in contact.fields)
    _form(trial, "contact", fields=old, version="before")
    trial.fleet.batches = (1,)
    _without_processors(trial, 10, lambda: trial.fleet.everything_new(new))
    swapped = {"first_name": SANNE.last_name, "last_name": SANNE.first_name, "email": SANNE.other_email}
    _writes(trial, SANNE, fields=_NUMBER)
    _writes(trial, SANNE, fields=_NUMBER | swapped, after=1.6)


def perhaps_known(trial: "Trial") -> None:
    """The org has a Lead with this address and another first name: held, and a Task asks whether it is one person."""
    _in_org(trial, FirstName="Karel", LastName=SANNE.last_name, Email=SANNE.email, Phone=_PHONE)
    _writes(trial, SANNE, fields=_NUMBER)


def stopped_by_the_org(trial: "Trial") -> None:
    """A duplicate rule of the org finds somebody of that name whom the matcher does not take for the same."""
    _in_org(trial, LastName=SANNE.last_name)
    trial.salesforce.org.duplicate_rules.append(DuplicateRule("Names", "Lead", "Lead", ("LastName",), active=True))
    _writes(trial, SANNE)


def at_the_fair(trial: "Trial") -> None:
    """A form of a campaign, which is looked up by its name and joined."""
    trial.fleet.forms = {**trial.fleet.forms, "contact": with_campaign(trial.fleet.forms["contact"])}
    _writes(trial, SANNE)


def mended(trial: "Trial") -> None:
    """A bike that there is not: rejected, mended, replayed. The dead letter of somebody else's stays where it is."""
    _rejected(trial)
    _rejected(trial, BRAM)
    _acts(trial, "operator", lambda: _mends(trial), after=20)


def given_up(trial: "Trial") -> None:
    """Rejected, and discarded by an operator."""
    _rejected(trial)
    _acts(trial, "operator", lambda: _orders(trial, "rejected", command="discard", why="test"), after=20)


def released(trial: "Trial") -> None:
    """What looks like spam is let go, and its sender from now on."""
    _writes(trial, SANNE, "quote", _SPAM_QUOTE)
    _acts(trial, "operator", lambda: _orders(trial, "quarantined", command="release", teach="address"), after=20)


def spam(trial: "Trial") -> None:
    """What is spam ends, and its sender is put aside from now on; then they want to be forgotten."""
    _writes(trial, SANNE, "quote", _SPAM_QUOTE)
    order = {"command": "discard_spam", "why": "spam", "block": "address"}
    _acts(trial, "operator", lambda: _orders(trial, "quarantined", **order), after=20)
    _acts(trial, "eraser", lambda: operators.erase_person(trial, SANNE), after=40)


def lost_message(trial: "Trial") -> None:
    """The queue loses a message: the sweeper finds its row, and sweeps again while a processor has it."""
    _writes(trial, SANNE)
    _without_processors(trial, 30, trial.queue.groups.clear)
    trial.world.later(200, lambda: _sweep(trial))
    trial.world.later(203, lambda: _sweep(trial))


def dead_lettered(trial: "Trial") -> None:
    """SQS itself gave a message up: an operator reconciles."""
    _writes(trial, SANNE)
    _without_processors(trial, 30, lambda: _give_up(trial))
    _acts(trial, "operator", lambda: operators.insist(trial, command="reconcile"), after=40)


def erased(trial: "Trial") -> None:
    """Of somebody's rejection nothing stays; of another's all does."""
    _rejected(trial, SANNE)
    _rejected(trial, BRAM)
    _acts(trial, "eraser", lambda: operators.erase_person(trial, SANNE), after=20)


def erased_meanwhile(trial: "Trial") -> None:
    """Somebody is erased while a processor has them in hand."""
    _writes(trial, SANNE)
    _acts(trial, "eraser", lambda: operators.erase_person(trial, SANNE), after=1.8)


def copied(trial: "Trial") -> None:
    """Somebody asks what is held of them: suspected spam, which has not come to the org."""
    _writes(trial, SANNE, fields=_SPAM)
    _acts(trial, "operator", lambda: operators.copy_of_person(trial, SANNE), after=20)


def kept_too_long(trial: "Trial") -> None:
    """A rejection that nobody mended in the time that its form gives: a daily run erases it."""
    retention = trial.fleet.forms["test-ride"].retention.model_copy(update={"rejected_days": 30})
    _form(trial, "test-ride", retention=retention)
    _rejected(trial)
    _acts(trial, "schedule", lambda: _expires(trial), after=31 * DAY)


STORIES: Final[Mapping[str, Callable[["Trial"], None]]] = {
    one.__name__: one
    for one in (
        new_person, from_a_server, known_person, twice_in_one_batch, two_addresses, spelt_otherwise, without_a_name,
        asked_otherwise, perhaps_known, stopped_by_the_org, at_the_fair, mended, given_up, released, spam,
        lost_message, dead_lettered, erased, erased_meanwhile, copied, kept_too_long,
    )
}  # fmt: skip


# --- who acts -------------------------------------------------------------------------------------------------------


def _acts(trial: "Trial", who: str, run: Callable[[], Any], *, after: float) -> None:
    trial.cast.append(trial.world.spawn(who, run, after=after))


def _two_processors(trial: "Trial") -> None:
    """At the same moment get whatever is on the queue in the first two seconds."""
    trial.fleet.second_within = (0.0,)
    trial.storm.rates = {"batch_twice": 1.0}
    trial.world.later(2, trial.storm.rates.clear)


def _writes(
    trial: "Trial",
    person: Person,
    form_id: str = "contact",
    fields: Mapping[str, str] = MappingProxyType({}),
    *,
    after: float = 0,
    is_server: bool = False,
) -> Sent:
    who = {"first_name": person.first_name, "last_name": person.last_name, "email": person.email, "consent": "on"}
    text = {"message": "Hebben jullie deze fiets ook in het blauw?"} if form_id == "contact" else {}
    told = {**who, **text, **fields}
    sent = Sent(person, form_id, with_address_alone(told) if form_id == ADDRESS_FORM else told, is_server=is_server)
    trial.sent.append(sent)
    key = f"key-{len(trial.sent)}"
    _acts(trial, "visitor", partial(insist, trial, sent, key), after=after)
    return sent


def _rejected(trial: "Trial", person: Person = SANNE) -> None:
    phone = _PHONE if person is SANNE else "0653718294"
    _writes(trial, person, "test-ride", {"phone": phone, "bike": "a bike that there is not"})


def _orders(trial: "Trial", state: str, **order: Any) -> None:
    """Once there is something to decide, however late that is."""
    if one := _waits_for(trial, state):
        operators.insist(trial, submission_ids=[one], **order)


def _mends(trial: "Trial") -> None:
    one = _waits_for(trial, "rejected")
    while one and not operators.mend(trial, one):
        trial.world.sleep(60)
    if one:
        operators.insist(trial, command="replay", submission_ids=[one])


def _waits_for(trial: "Trial", state: str) -> str:
    """The submission that an operator has to look at, or '' where it became a Lead without them."""
    for _ in range(1000):
        rows = trial.rows.items()
        if there := sorted(one for one, row in rows if row["state"] == state):
            return there[0]
        if rows and all(row["state"] == "created" for _, row in rows):
            return ""
        trial.world.sleep(30)
    trial.unexpected.append(f"nothing is ever {state}")
    return ""


def _expires(trial: "Trial") -> None:
    """Every day; what one run left undone is the next one's."""
    for _ in range(3):
        answer = trial.world.wait_for(trial.fleet.invoke("privacy", {}))
        if answer and "error" not in answer:
            return
        trial.world.sleep(DAY)
    trial.unexpected.append("a day's run always fails")


# --- what there is --------------------------------------------------------------------------------------------------


def _in_org(trial: "Trial", **fields: str) -> None:
    trial.salesforce.org.add("Lead", {"Company": "Particulier", "Status": "Open - Not Contacted", **fields})


def _form(trial: "Trial", form_id: str, **changes: Any) -> None:
    form: Form = trial.fleet.forms[form_id].model_copy(update=changes)
    trial.fleet.forms = {**trial.fleet.forms, form_id: form}


def _without_processors(trial: "Trial", seconds: float, then: Callable[[], None]) -> None:
    """Something happens to the queue before anybody reads it."""
    most, trial.fleet.most_processors = trial.fleet.most_processors, 0

    def again() -> None:
        then()
        trial.fleet.most_processors = most

    trial.world.later(seconds, again)


def _give_up(trial: "Trial") -> None:
    for message in trial.queue.messages():
        trial.dead_letters.send(message.body, message.group, message.deduplication)
    trial.queue.groups.clear()


def _sweep(trial: "Trial") -> None:
    trial.fleet.invoke("requeue", {})
