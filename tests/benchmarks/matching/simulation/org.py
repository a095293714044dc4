"""The org that submissions come to: Leads and Contacts of people alone, in households and in firms.

Shares of the units (a unit is one person, household or firm): 45 % people alone, 30 % households of two to four, 25 %
firms of one to eight; besides, three big firms have 60 of their people in an org of 8,000. Every second Lead is a
consumer's then, as in an org that both sells to consumers and to firms. Of the households 25 % share one mailbox, and
10 % have a father and a son of one name (three times what is usual: the juniors' cases need them). In 25 % of the
firms one or two people are known by the firm's role mailbox. 3 % of the records hold placeholders. 2 % of the people
are in the org twice. A quarter of the records are Contacts, of which 30 % were converted from a Lead, which is another
view of the same record.
"""

from dataclasses import dataclass, field, replace
from random import Random
from typing import Final

from shared.matching import Person
from tests.benchmarks.matching.simulation.people import Firm, Human, Mark, World
from tests.benchmarks.matching.simulation.places import draw_country
from tests.benchmarks.matching.simulation.sheets import (
    RECORD,
    Context,
    Facts,
    context_of,
    facts_of,
    written,
)
from tests.benchmarks.matching.simulation.spelling import typo

PLACEHOLDER_EMAILS: Final = ("test@test.nl", "noreply@example.com", "geen@geen.nl", "n/a", "info@test.com")
PLACEHOLDER_PHONES: Final = ("0600000000", "0612345678", "000", "n/a", "0000000000", "0611111111")
_BIG_FIRMS: Final = 3
_RECORD_MESS: Final = 0.12
"""How often a field of a record isn't spelled the plain way: imports and colleagues."""
_RECORD_TYPO: Final = 0.01


@dataclass(frozen=True, slots=True)
class Entry:
    """A record, whose it is and what was meant. `views` are what the matcher is given: one, or Contact and Lead."""

    human: Human
    context: Context
    facts: Facts
    views: tuple[Person, ...]

    @property
    def id(self) -> str:
        return self.views[0].id

    @property
    def is_contact(self) -> bool:
        return self.id.startswith("003")


@dataclass(slots=True)
class Org:
    entries: list[Entry] = field(default_factory=list)
    by_human: dict[str, list[Entry]] = field(default_factory=dict)
    by_firm: dict[str, list[Entry]] = field(default_factory=dict)
    big_firms: list[Firm] = field(default_factory=list)

    @property
    def views(self) -> list[Person]:
        return [view for entry in self.entries for view in entry.views]

    def records_of(self, human_id: str) -> list[Entry]:
        return self.by_human.get(human_id, [])

    def entries_of(self, firm: Firm) -> list[Entry]:
        return self.by_firm.get(firm.domain, [])


def build(world: World, size: int) -> Org:
    """At least `size` records."""
    rng, org = world.rng, Org()
    for _ in range(_BIG_FIRMS):
        firm = world.firm("NL")
        org.big_firms.append(firm)
        for _ in range(max(4, 60 * size // 8000)):
            _add(org, world.human(iso="NL", firm=firm), "work", rng)
    while len(org.entries) < size:
        rng.choices([_alone, _household, _firm], [45, 30, 25])[0](org, world)
    return org


def _alone(org: Org, world: World) -> None:
    _add(org, world.human(), "private", world.rng)


def _household(org: Org, world: World) -> None:
    rng = world.rng
    members = [world.human()]
    if members[0].name.gender == "male" and rng.random() < 0.2:
        marks: tuple[Mark, Mark] = ("Sr", "Jr") if rng.random() < 0.5 else ("", "")
        members = [replace(members[0], mark=marks[0])]
        son = world.human(name=members[0].name, address=members[0].address, mark=marks[1])
        if rng.random() < 0.4:
            members.append(son)
    members += [world.relative(members[0]) for _ in range(rng.choices([1, 2, 3], [6, 2, 2])[0])]
    if rng.random() < 0.25:
        members = [replace(one, mailbox=members[0].mailbox) for one in members]
    for member in members:
        if member is members[0] or rng.random() < 0.6:
            _add(org, member, "private", rng)


def _firm(org: Org, world: World) -> None:
    rng = world.rng
    owner = world.human(iso=draw_country(rng))
    firm = world.firm(owner.iso, owner.name)
    staff = [world.human(iso=owner.iso, name=owner.name, firm=firm)]
    staff += [
        world.human(iso=owner.iso, firm=firm) for _ in range(rng.choices(range(8), [30, 20, 15, 12, 9, 6, 5, 3])[0])
    ]
    if rng.random() < 0.25:
        for at in range(min(len(staff), rng.choice([1, 2]))):
            staff[at] = replace(staff[at], work_mailbox=firm.role_mailbox)
    for human in staff:
        _add(org, human, context_of(human, rng), rng)


def _add(org: Org, human: Human, context: Context, rng: Random) -> None:
    for _ in range(2 if rng.random() < 0.02 else 1):
        number = len(org.entries)
        facts = facts_of(human, context, RECORD, rng)
        if rng.random() < 0.03:
            facts = with_placeholders(facts, rng)
        if rng.random() < 0.25:
            views = [_typed(facts, f"003{number:06}", rng)]
            if rng.random() < 0.3:
                earlier = facts_of(human, context, RECORD, rng)
                views.append(_typed(earlier, f"003{number:06}", rng))
        else:
            views = [_typed(facts, f"00Q{number:06}", rng)]
        entry = Entry(human, context, facts, tuple(views))
        org.entries.append(entry)
        org.by_human.setdefault(human.id, []).append(entry)
        if human.firm:
            org.by_firm.setdefault(human.firm.domain, []).append(entry)
        context = context_of(human, rng)


def with_placeholders(facts: Facts, rng: Random) -> Facts:
    """As people fill in what a form insists on and they won't tell."""
    email, phone = rng.choice([(True, True), (True, False), (False, True)])
    return replace(
        facts,
        emails=(rng.choice(PLACEHOLDER_EMAILS),) if email else facts.emails,
        phones=() if phone else facts.phones,
        typed_phone=rng.choice(PLACEHOLDER_PHONES) if phone else None,
        placeholder=None if facts.company else rng.choice(["particulier", "-", "n.v.t."]),
    )


def _typed(facts: Facts, record_id: str, rng: Random) -> Person:
    """Colleagues mistype a name now and then."""
    if facts.last and rng.random() < _RECORD_TYPO:
        facts = replace(facts, last=typo(facts.last, rng))
    return written(facts, record_id, rng, mess=_RECORD_MESS)
