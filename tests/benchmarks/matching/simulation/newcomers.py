"""Submissions of people who are not in the org: one function for each case family.

Each hostile one is given somebody's record and makes a new person who is easily taken for that one; None where the
record gives no occasion, and another is drawn.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from random import Random
from typing import Final

from tests.benchmarks.matching.simulation.existing import Case, Draft
from tests.benchmarks.matching.simulation.names import FullName
from tests.benchmarks.matching.simulation.org import with_placeholders
from tests.benchmarks.matching.simulation.people import Human
from tests.benchmarks.matching.simulation.places import draw_address
from tests.benchmarks.matching.simulation.sheets import SUBMISSION, Facts, context_of, facts_of


def unrelated(case: Case) -> tuple[Human, Draft] | None:
    """Nobody's relative or colleague; a namesake by chance at most. Every third writes for a firm."""
    rng = case.rng
    human = case.world.human()
    if rng.random() < 0.35:
        human = case.world.human(iso=human.iso, firm=case.world.firm(human.iso))
    return human, Draft(facts_of(human, context_of(human, rng), SUBMISSION, rng), mess=0.1)


def household_mailbox(case: Case) -> tuple[Human, Draft] | None:
    """Another member of the household, who writes from the mailbox that the record has."""
    known = _at_home(case)
    if known is None or not known.emails or "@" not in known.emails[0]:
        return None
    human = replace(case.world.relative(case.entry.human), mailbox=known.emails[0])
    return human, Draft(replace(_at_home_facts(case, human), emails=known.emails[:1]))


def household_landline(case: Case) -> tuple[Human, Draft] | None:
    known = _at_home(case)
    if known is None or case.entry.human.address.landline not in known.phones:
        return None
    human = case.world.relative(case.entry.human)
    facts = replace(_at_home_facts(case, human), phones=(human.address.landline,))
    return human, Draft(facts)


def similar_first_name(case: Case) -> tuple[Human, Draft] | None:
    """Brothers, sisters, a parent: Jan and Jaap, Marie and Maria, by the mailbox, the landline or the address."""
    known = _at_home(case)
    if known is None or case.entry.human.name.first is None:
        return None
    human = case.world.relative(case.entry.human, similar=True, same_last=True)
    facts = _at_home_facts(case, human)
    if known.emails and "@" in known.emails[0] and case.rng.random() < 0.4:
        facts = replace(facts, emails=known.emails[:1])
    elif case.rng.random() < 0.5:
        facts = replace(facts, phones=(human.address.landline,))
    else:
        facts = replace(facts, address=human.address)
    return human, Draft(facts)


def junior_marked(case: Case) -> tuple[Human, Draft] | None:
    """A son of the same name who says so. The father's record says Sr, or nothing; they may share a mailbox."""
    known, father = _at_home(case), case.entry.human
    if known is None or father.mark == "Jr" or father.name.gender != "male" or father.name.first is None:
        return None
    if not father.mark and case.rng.random() < 0.8:
        return None
    son = case.world.human(name=father.name, address=father.address, mark="Jr")
    facts = _at_home_facts(case, son)
    sign = case.rng.choice(["Jr", "jr.", "Jr.", "junior"])
    facts = replace(facts, last=f"{son.name.last} {sign}", address=son.address)
    if known.emails and case.rng.random() < 0.3:
        facts = replace(facts, emails=known.emails[:1])
    elif case.rng.random() < 0.5:
        facts = replace(facts, phones=(son.address.landline,))
    return son, Draft(facts)


def junior_unmarked(case: Case) -> tuple[Human, Draft] | None:
    """A son of the same name and address who doesn't say so: only his own mailbox and mobile tell."""
    known, father = _at_home(case), case.entry.human
    if known is None or not known.emails or father.mark or father.name.gender != "male" or father.name.first is None:
        return None
    if "@" not in known.emails[0]:
        return None
    son = case.world.human(name=father.name, address=father.address)
    phones = case.rng.choices([(son.mobile,), (), (son.address.landline,)], [60, 20, 20])[0]
    return son, Draft(replace(_at_home_facts(case, son), emails=(son.mailbox,), phones=phones, address=son.address))


def twin(case: Case) -> tuple[Human, Draft] | None:
    """Lisa and Lise at one address, their mailboxes one letter apart."""
    known, one = _at_home(case), case.entry.human
    if known is None or one.name.first is None:
        return None
    human = case.world.relative(one, similar=True, same_last=True)
    shared = human.address.landline if case.rng.random() < 0.5 else human.mobile
    facts = replace(_at_home_facts(case, human), phones=(shared,), address=human.address)
    return human, Draft(facts)


def colleague(case: Case) -> tuple[Human, Draft] | None:
    """Firm, address and switchboard are the same, the mailbox is at the same domain; every tenth is a relative too."""
    firm = case.entry.human.firm
    if firm is None or case.entry.context == "private":
        return None
    human = case.world.human(iso=case.entry.human.iso, firm=firm)
    if case.rng.random() < 0.1:
        human = case.world.human(iso=human.iso, firm=firm, name=_with_last(human.name, case))
    facts = facts_of(human, "work", SUBMISSION, case.rng)
    if case.rng.random() < 0.7:
        facts = replace(facts, phones=(firm.address.landline,), address=firm.address)
    return human, Draft(facts)


def role_mailbox(case: Case) -> tuple[Human, Draft] | None:
    """info@ of a firm: a colleague of the one whose record has it; in a family firm with the same last name."""
    firm, known = case.entry.human.firm, case.entry.facts
    if firm is None or firm.role_mailbox not in known.emails:
        return None
    human = case.world.human(iso=case.entry.human.iso, firm=firm)
    if case.rng.random() < 0.25:
        human = case.world.human(iso=human.iso, firm=firm, name=_with_last(human.name, case))
    facts = replace(facts_of(human, "work", SUBMISSION, case.rng), emails=(firm.role_mailbox,))
    if case.rng.random() < 0.4:
        facts = replace(facts, phones=(firm.address.landline,))
    return human, Draft(facts)


def namesake_far(case: Case) -> tuple[Human, Draft] | None:
    human = case.world.namesake(case.entry.human)
    if human.address.city == case.entry.human.address.city:
        return None
    return human, Draft(facts_of(human, "private", SUBMISSION, case.rng))


def namesake_in_the_city(case: Case) -> tuple[Human, Draft] | None:
    one = case.entry.human
    human = case.world.namesake(one, address=draw_address(one.iso, case.rng, city=one.address.city))
    facts = facts_of(human, "private", SUBMISSION, case.rng)
    return human, Draft(replace(facts, address=human.address, emails=(human.mailbox,)))


def namesake_at_work(case: Case) -> tuple[Human, Draft] | None:
    """Big firms have two of a name: one switchboard, mailboxes that differ by a number."""
    firm, known = case.entry.human.firm, case.entry.facts
    if firm not in case.org.big_firms or not known.emails or case.entry.context == "private":
        return None
    human = case.world.namesake(case.entry.human, firm=firm)
    facts = facts_of(human, "work", SUBMISSION, case.rng)
    email = human.work_mailbox
    return human, Draft(replace(facts, emails=(email,) if email else ()))


def recycled_mobile(case: Case) -> tuple[Human, Draft] | None:
    """A number given up and handed out again; now and then to somebody of the same first or last name."""
    known, before = case.entry.facts, case.entry.human
    if before.mobile not in known.phones:
        return None
    human = case.world.human(iso=before.iso)
    luck = case.rng.random()
    if luck < 0.10 and before.name.first:
        human = case.world.human(iso=before.iso, name=replace(human.name, first=before.name.first))
    elif luck < 0.15:
        human = case.world.human(iso=before.iso, name=_with_last(human.name, case))
    return human, Draft(replace(facts_of(human, "private", SUBMISSION, case.rng), phones=(before.mobile,)))


def successor(case: Case) -> tuple[Human, Draft] | None:
    """Who has the job now has the mailbox and the firm's phone with it."""
    firm, known = case.entry.human.firm, case.entry.facts
    if firm is None or not known.emails or not known.phones or case.entry.context == "private":
        return None
    if "@" not in known.emails[0]:
        return None
    human = case.world.human(iso=case.entry.human.iso, firm=firm)
    facts = facts_of(human, "work", SUBMISSION, case.rng)
    return human, Draft(replace(facts, emails=known.emails, phones=known.phones))


def placeholders(case: Case) -> tuple[Human, Draft] | None:
    """test@test.nl, 0600000000, `particulier`: as in the record, and every fourth has that one's name."""
    known = case.entry.facts
    if known.typed_phone is None and (not known.emails or known.emails[0] == case.entry.human.mailbox):
        return None
    if not known.placeholder or (known.emails and case.entry.human.firm):
        return None
    luck = case.rng.random()
    human = case.world.human(iso=case.entry.human.iso)
    if luck < 0.25:
        human = case.world.namesake(case.entry.human)
    elif luck < 0.5:
        human = case.world.human(iso=human.iso, name=_with_last(human.name, case))
    facts = with_placeholders(facts_of(human, "private", SUBMISSION, case.rng), case.rng)
    if known.typed_phone and case.rng.random() < 0.7:
        facts = replace(facts, typed_phone=known.typed_phone, phones=())
    if known.emails and "@" in known.emails[0] and known.emails[0] != case.entry.human.mailbox:
        facts = replace(facts, emails=known.emails)
    return human, Draft(replace(facts, placeholder=known.placeholder), mess=0)


def boss_of_an_assistant(case: Case) -> tuple[Human, Draft] | None:
    """An assistant, who is in the org, fills in for a boss, who isn't: with the own phone, at times the own mailbox."""
    assistant, known = case.entry.human, case.entry.facts
    if assistant.firm is None or case.entry.context == "private" or not known.phones:
        return None
    boss = case.world.human(iso=assistant.iso, firm=assistant.firm)
    facts = replace(facts_of(boss, "work", SUBMISSION, case.rng), phones=known.phones)
    if known.emails and case.rng.random() < 0.3:
        facts = replace(facts, emails=known.emails)
    return boss, Draft(facts)


def _at_home(case: Case) -> Facts | None:
    """What the record says, where it is about a private person."""
    return case.entry.facts if case.entry.context == "private" else None


def _at_home_facts(case: Case, human: Human) -> Facts:
    facts = facts_of(human, "private", SUBMISSION, case.rng)
    return replace(facts, address=human.address) if case.rng.random() < 0.3 else facts


def _with_last(name: FullName, case: Case) -> FullName:
    return replace(name, last=case.entry.human.name.last)


HOSTILE: Final[Mapping[Callable[[Case], tuple[Human, Draft] | None], int]] = {
    household_mailbox: 13, household_landline: 10, similar_first_name: 10, junior_marked: 5, junior_unmarked: 5,
    twin: 5, colleague: 13, role_mailbox: 9, namesake_far: 6, namesake_in_the_city: 5, namesake_at_work: 4,
    recycled_mobile: 4, successor: 3, placeholders: 5, boss_of_an_assistant: 3,
}  # fmt: skip
"""In percent of the hostile submissions."""


def pick(rng: Random) -> Callable[[Case], tuple[Human, Draft] | None]:
    return rng.choices(list(HOSTILE), list(HOSTILE.values()))[0]
