"""Submissions of people who are in the org: one function for each case family.

Each is given somebody's record and says what the person writes now, or None where the family doesn't fit (nobody is
married twice, a firm's one employee has no assistant): then another person is drawn. A submission that has nothing in
common with the record but a name is none of them: no rule could tell the person from a namesake.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Final

from shared.matching import Person
from tests.benchmarks.matching.simulation import spelling
from tests.benchmarks.matching.simulation.names import FAMILY_NAME_FIRST, draw_last, nicknames
from tests.benchmarks.matching.simulation.org import Entry, Org
from tests.benchmarks.matching.simulation.people import World
from tests.benchmarks.matching.simulation.places import draw_address
from tests.benchmarks.matching.simulation.sheets import SUBMISSION, Facts, facts_of, shares_a_contact_point

_FORM_MESS: Final = 0.04
"""Even a careful visitor spells a field another way now and then."""


@dataclass(frozen=True, slots=True)
class Draft:
    facts: Facts
    mess: float = _FORM_MESS
    touch: Callable[[Person, Random], Person] | None = None
    """What befalls the written text."""


@dataclass(frozen=True, slots=True)
class Case:
    world: World
    org: Org
    entry: Entry

    @property
    def rng(self) -> Random:
        return self.world.rng

    def facts(self) -> Facts:
        """As the person would write it today, in the same role."""
        return facts_of(self.entry.human, self.entry.context, SUBMISSION, self.rng)


def clean(case: Case) -> Draft | None:
    return Draft(case.facts(), mess=0)


def formats(case: Case) -> Draft | None:
    return Draft(case.facts(), mess=0.6)


def typos(case: Case) -> Draft | None:
    return Draft(case.facts(), touch=_mistyped)


def _mistyped(person: Person, rng: Random) -> Person:
    """One field, and every eighth time another one too: who mistypes one field in 25 rarely does so twice. Every
    eighth field has two slips in it."""
    fields = ["first_name", "last_name", "email", "phone", "street"]
    there = [field for field in fields if getattr(person, field)]
    for field in rng.sample(there, min(len(there), 2 if rng.random() < 0.125 else 1)):
        slip = {"email": spelling.typo_in_email, "phone": spelling.typo_in_phone}.get(field, spelling.typo)
        text: str = slip(getattr(person, field), rng)
        person = replace(person, **{field: slip(text, rng) if rng.random() < 0.125 else text})
    return person


def nickname(case: Case) -> Draft | None:
    facts = case.facts()
    short = nicknames(facts.first or "")
    return Draft(replace(facts, first=case.rng.choice(short))) if short else None


def initial(case: Case) -> Draft | None:
    facts = case.facts()
    return Draft(replace(facts, first=f"{facts.first[0]}{case.rng.choice(['.', ''])}")) if facts.first else None


def swapped_names(case: Case) -> Draft | None:
    facts = case.facts()
    return Draft(replace(facts, first=facts.last, last=facts.first)) if facts.first else None


def family_name_first(case: Case) -> Draft | None:
    """As Hungarians, Vietnamese and Chinese do; half of them with the whole name in the last name's field."""
    if case.entry.human.name.language not in FAMILY_NAME_FIRST:
        return None
    facts = case.facts()
    if case.rng.random() < 0.5:
        return Draft(replace(facts, first=facts.last, last=facts.first))
    return Draft(replace(facts, first=None, last=f"{facts.last} {facts.first}"))


def no_first_name(case: Case) -> Draft | None:
    facts = case.facts()
    return Draft(replace(facts, first=None)) if facts.first and _in_touch(case, facts) else None


def no_phone(case: Case) -> Draft | None:
    return Draft(replace(case.facts(), phones=()))


def no_email(case: Case) -> Draft | None:
    return Draft(replace(case.facts(), emails=()))


def one_word_name(case: Case) -> Draft | None:
    return Draft(case.facts()) if case.entry.human.name.first is None else None


def job_change(case: Case) -> Draft | None:
    """Another firm, its mailbox and address; the mobile stays, or the private mailbox was known anyway."""
    human = case.entry.human
    if human.firm is None:
        return None
    firm = case.world.firm(human.iso)
    new = replace(human, firm=firm, work_mailbox=case.world.work_mailbox(human.name, firm))
    facts = facts_of(new, "work", SUBMISSION, case.rng)
    if case.entry.context == "private":
        facts = replace(facts, emails=(human.mailbox,))
    facts = replace(facts, phones=(human.mobile,) if case.rng.random() < 0.85 else facts.phones)
    return Draft(facts) if _in_touch(case, facts) else None


def moved_house(case: Case) -> Draft | None:
    human = case.entry.human
    if case.entry.context == "work":
        return None
    facts = facts_of(case.world.moved(human), "private", SUBMISSION, case.rng)
    facts = replace(facts, address=facts.address or draw_address(human.iso, case.rng))
    return Draft(facts) if _in_touch(case, facts) else None


def marriage(case: Case) -> Draft | None:
    """Another last name, or both; the mailbox stays (60 %), or is a new one in the new name."""
    human, rng = case.entry.human, case.rng
    if human.name.gender != "female" or human.mark or human.name.first is None:
        return None
    theirs = draw_last(human.name.language, "male", rng)
    last = rng.choice([theirs, f"{theirs}-{human.name.last}", f"{human.name.last}-{theirs}"])
    facts = replace(case.facts(), last=last)
    if rng.random() < 0.4:
        named = replace(human.name, last=theirs)
        facts = replace(facts, emails=(case.world.mailbox(named, human.mailbox.partition("@")[2]),))
    return Draft(facts) if _in_touch(case, facts) else None


def sub_address(case: Case) -> Draft | None:
    facts = case.facts()
    if not facts.emails:
        return None
    local, _, domain = facts.emails[0].partition("@")
    if domain == "gmail.com":
        undotted = local.replace(".", "")
        dotted = ".".join((undotted[:3], undotted[3:])) if len(undotted) > 4 else local
        ways = [f"{local}+{case.rng.choice(['web', 'shop', 'nieuws'])}@gmail.com", f"{undotted}@gmail.com"]
        ways += [f"{dotted}@gmail.com", f"{local}@googlemail.com"]
    else:
        ways = [f"{local}+{case.rng.choice(['web', 'shop', 'nieuws'])}@{domain}"]
    email = case.rng.choice(ways)
    # `facts` keep the mailbox, for the truth; the text is what differs.
    return Draft(facts, touch=lambda person, _: replace(person, email=email))


def two_addresses(case: Case) -> Draft | None:
    """The private mailbox and home where the record has the work's, or the other way round, or both mailboxes."""
    human = case.entry.human
    if human.firm is None or human.work_mailbox is None:
        return None
    other = "private" if case.entry.context == "work" else "work"
    facts = facts_of(human, "work" if other == "work" else "private", SUBMISSION, case.rng)
    if case.rng.random() < 0.4:
        facts = replace(facts, emails=(human.work_mailbox, human.mailbox))
    return Draft(facts) if _in_touch(case, facts) else None


def converted(case: Case) -> Draft | None:
    return Draft(case.facts()) if case.entry.is_contact else None


def twice_in_the_org(case: Case) -> Draft | None:
    return Draft(case.facts()) if len(case.org.records_of(case.entry.human.id)) > 1 else None


def by_an_assistant(case: Case) -> Draft | None:
    """The boss's name and mailbox, the assistant's phone; either may be in the org."""
    human = case.entry.human
    if human.firm is None or case.entry.context == "private":
        return None
    colleagues = [one.human for one in case.org.entries_of(human.firm) if one.human.id != human.id]
    if not colleagues:
        return None
    facts = replace(case.facts(), phones=(case.rng.choice(colleagues).mobile,))
    return Draft(facts) if _in_touch(case, facts) else None


def _in_touch(case: Case, facts: Facts) -> bool:
    return any(shares_a_contact_point(facts, one.facts) for one in case.org.records_of(case.entry.human.id))


FAMILIES: Final[Mapping[Callable[[Case], Draft | None], int]] = {
    clean: 33, formats: 15, typos: 8, nickname: 5, initial: 4, swapped_names: 2, family_name_first: 2,
    no_first_name: 2, no_phone: 4, no_email: 3, one_word_name: 1, job_change: 6, moved_house: 4, marriage: 3,
    sub_address: 2, two_addresses: 2, converted: 2, twice_in_the_org: 1, by_an_assistant: 1,
}  # fmt: skip
"""In percent of the submissions by people who are in the org. Typing errors: in one field of fifty, and four or five
are filled in."""
