"""A placeholder of the matcher to come: the same e-mail address, or the same phone with the same last name."""

from collections.abc import Sequence

from shared.cleaning import folded
from shared.email_address import same_mailbox
from shared.matching.decision import Decision, Evidence
from shared.matching.person import Person
from shared.phone import to_e164


def decide(person: Person, candidates: Sequence[Person], *, country: str = "NL") -> Decision:
    """`country` (ISO) reads phone numbers that were written without a country code."""
    scored = [(pair_score(person, one, country=country), one.id) for one in candidates]
    best = max(scored, key=lambda entry: entry[0], default=(0.0, ""))
    evidence = Evidence(config="exact-2")
    return Decision("update", best[1], best[0], evidence) if best[0] >= 16 else Decision("create", evidence=evidence)


def pair_score(person: Person, other: Person, *, country: str = "NL") -> float:
    same_last = folded(person.last_name or "") == folded(other.last_name or "") != ""
    emails = {same_mailbox(one.email) for one in (person, other) if one.email}
    by_email = bool(person.email and other.email) and len(emails) == 1
    firsts = {folded(one.first_name) for one in (person, other) if one.first_name}
    by_phone = same_last and len(firsts) < 2 and bool(_phones(person, country) & _phones(other, country))
    return 16.0 * by_email + 16.0 * by_phone + (8.0 if same_last else 0.0)


def _phones(person: Person, country: str) -> set[str]:
    return {number for text in (person.phone or "").split(";") if (number := to_e164(text, country))}
