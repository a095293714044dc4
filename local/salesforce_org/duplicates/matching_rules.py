"""The standard matching rules for Leads and Contacts: whether two people are one. Pure.

Equation, fields, algorithms, scoring and thresholds are those of Salesforce's help ("Standard Contact Matching Rule and
Standard Lead Matching Rule"). Guesses, since no text settles them:
- how a telephone number that is not North American is cut into sections: here the last four digits, the three before
  them, the three before those, and the rest, whatever the country;
- the weights of a street's sections, and of a ZIP code's; that a section which both values lack does not count;
- whether e-mail addresses are compared in the form that the match keys have: here they are;
- with all names blank, the groups with Email do not match: "ignored" would leave the address alone to decide;
- how several fields make one confidence: here their average, in the group that fits best.
Match keys, with which the real org picks its candidates first, are left out: every record is compared.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from local.salesforce_org.messages import Row, Scalar

from .similarity import (
    DIFFERENT,
    SAME,
    acronym,
    edited,
    exact,
    fold,
    initials,
    jaro_winkler,
    mistyped,
    name_variant,
    sounds_alike,
    syllables_alike,
)

THRESHOLDS: Mapping[str, float] = {
    "first": 85,
    "last": 90,
    "title": 50,
    "company": 70,
    "email": 100,
    "phone": 80,
    "street": 80,
    "city": 85,
    "zip": 80,
}
"""By field of a Person: the score from which two values match."""

_NAME_FIELDS = ("first", "last")
# The seven groups of the equation, beside First and Last, which all have; the fourth has three forms.
GROUPS: tuple[tuple[str, ...], ...] = (
    ("title", "company"),
    ("email",),
    ("phone", "company"),
    ("street", "city"),
    ("street", "zip"),
    ("street", "phone"),
    ("street", "title"),
    ("title", "email"),
    ("phone",),
)


@dataclass(frozen=True)
class Person:
    """The fields that the rules compare, '' for a blank."""

    first: str = ""
    last: str = ""
    title: str = ""
    company: str = ""
    email: str = ""
    phone: str = ""
    street: str = ""
    city: str = ""
    zip: str = ""


LEAD_FIELDS: Mapping[str, str] = {
    "FirstName": "first",
    "LastName": "last",
    "Title": "title",
    "Company": "company",
    "Email": "email",
    "Phone": "phone",
    "Street": "street",
    "City": "city",
    "PostalCode": "zip",
}
"""What a recorded answer lists as a Lead's fields for duplicates, by field of a Person."""

CONTACT_FIELDS: Mapping[str, str] = {
    "FirstName": "first",
    "LastName": "last",
    "Title": "title",
    "AccountId": "company",
    "Email": "email",
    "Phone": "phone",
    "MailingStreet": "street",
    "MailingCity": "city",
    "MailingPostalCode": "zip",
}
"""The company is the name of the Contact's Account."""


def lead_person(row: Row) -> Person:
    return Person(**{ours: _text(row.get(theirs)) for theirs, ours in LEAD_FIELDS.items()})


def contact_person(row: Row, account_name: str) -> Person:
    values = {ours: _text(row.get(theirs)) for theirs, ours in CONTACT_FIELDS.items()}
    return Person(**values | {"company": account_name})


def _text(value: Scalar) -> str:
    return value if isinstance(value, str) else ""


def groups_met(one: Person, other: Person) -> dict[tuple[str, ...], float]:
    """The groups of GROUPS in which the two match, each with the average score of its fields."""
    names = _names(one, other)
    if not names:
        return {}
    met: dict[tuple[str, ...], float] = {}
    for group in GROUPS:
        # A blank name is ignored beside an e-mail address, and matches nothing elsewhere.
        if len(names) < len(_NAME_FIELDS) and "email" not in group:
            continue
        scores = [_score(field, one, other) for field in group]
        if all(score >= THRESHOLDS[field] for field, score in zip(group, scores, strict=True)):
            met[group] = sum(names + scores) / len(names + scores)
    return met


def confidence(one: Person, other: Person) -> float | None:
    """How sure the rule is that the two are one, up to 100; None when they are not."""
    met = groups_met(one, other)
    return round(max(met.values()), 1) if met else None


def _names(one: Person, other: Person) -> list[float]:
    """The scores of the names that neither lacks, as given or with first and last transposed; empty for no match."""
    best = _compared_names(one.first, one.last, other)
    if len(best) < len(_NAME_FIELDS) and one.first and one.last:
        best = _compared_names(one.last, one.first, other) or best
    return best


def _compared_names(first: str, last: str, other: Person) -> list[float]:
    scores: list[float] = []
    # The last name is first to fail: most people differ in it.
    for field, mine, theirs in (("last", last, other.last), ("first", first, other.first)):
        if mine and theirs:
            score = _SCORES[field](mine, theirs)
            if score < THRESHOLDS[field]:
                return []
            scores.append(score)
    return scores


def _score(field: str, one: Person, other: Person) -> float:
    mine, theirs = getattr(one, field), getattr(other, field)
    return _SCORES[field](mine, theirs) if mine and theirs else DIFFERENT


def first_name_score(one: str, other: str) -> float:
    mine, theirs = fold(one), fold(other)
    if not mine or not theirs:
        return DIFFERENT
    return max(each(mine, theirs) for each in (exact, initials, jaro_winkler, sounds_alike, name_variant))


def last_name_score(one: str, other: str) -> float:
    mine, theirs = fold(one), fold(other)
    if not mine or not theirs:
        return DIFFERENT
    if mine == theirs or sounds_alike(mine, theirs):
        return SAME
    # Each letter too many costs at least one edit, so most names are told apart by their lengths.
    shorter, longer = sorted((len(mine), len(theirs)))
    return mistyped(mine, theirs) if SAME * shorter / longer >= THRESHOLDS["last"] else DIFFERENT


def title_score(one: str, other: str) -> float:
    mine, theirs = fold(one), fold(other)
    return max(exact(mine, theirs), acronym(mine, theirs))


_LEGAL_FORMS = frozenset(
    {"ab", "ag", "aps", "as", "bv", "bvba", "cv", "gmbh", "kg", "nv", "oy", "oyj", "sa", "sarl", "sas", "spa", "srl"}
    | {"co", "company", "corp", "corporation", "inc", "incorporated", "limited", "llc", "llp", "ltd", "plc", "vof"}
)
_FILLERS = frozenset({"and", "en", "the", "und"})


def company_name(text: str) -> str:
    """Without legal form, fillers and punctuation: `smit verhuur` for Smit Verhuur B.V."""
    words = fold(text.replace(".", "")).split()
    while len(words) > 1 and words[-1] in _LEGAL_FORMS | _FILLERS:
        words.pop()
    return " ".join(word for word in words if word not in _FILLERS) or " ".join(words)


def company_score(one: str, other: str) -> float:
    mine, theirs = company_name(one), company_name(other)
    if not mine or not theirs:
        return DIFFERENT
    return max(exact(mine, theirs), acronym(mine, theirs), syllables_alike(mine, theirs))


_SHARED_SECOND_LEVELS = frozenset({"ac", "co", "com", "edu", "gov", "net", "org"})


def email_key(address: str) -> str:
    """johndoe@ibm.com for john_doe@us.ibm.com, the documented example."""
    local, _, domain = address.strip().lower().rpartition("@")
    labels = domain.split(".")
    kept = 3 if len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SHARED_SECOND_LEVELS else 2
    return f"{local.replace('_', '')}@{'.'.join(labels[-kept:])}"


def email_score(one: str, other: str) -> float:
    return exact(email_key(one), email_key(other))


def _phone_sections(text: str) -> tuple[str, str, str, str]:
    """(international code, area, next three, last four) of a number."""
    digits = re.sub(r"\D", "", text).removeprefix("00")
    return digits[:-10], digits[-10:-7], digits[-7:-4], digits[-4:]


def phone_score(one: str, other: str) -> float:
    weights = (10, 50, 30, 10)  # documented
    sections = zip(_phone_sections(one), _phone_sections(other), strict=True)
    return _average(weights, [_section(mine, theirs) for mine, theirs in sections])


def _average(weights: Sequence[float], scores: Sequence[float | None]) -> float:
    """The weighted average of the sections' scores; None is a section that both values lack."""
    present = [(weight, score) for weight, score in zip(weights, scores, strict=True) if score is not None]
    total = sum(weight for weight, _ in present)
    return sum(weight * score for weight, score in present) / total if total else DIFFERENT


def _section(one: str, other: str) -> float | None:
    return exact(one, other) if one or other else None


_STREET_KINDS = {
    "avenue": "ave",
    "boulevard": "blvd",
    "drive": "dr",
    "lane": "ln",
    "place": "pl",
    "road": "rd",
    "square": "sq",
    "street": "st",
}
_UNITS = frozenset({"apartment", "apt", "room", "suite", "ste", "unit"})


@lru_cache(maxsize=65_536)
def _street_sections(text: str) -> tuple[str, str, str, str]:
    """(name, number, kind of street, unit) of a first line such as `123 Maple Avenue, Suite 4` or `Dorpsstraat 12a`."""
    words = [_STREET_KINDS.get(word, word) for word in fold(text).split()]
    unit = next((at for at, word in enumerate(words) if word in _UNITS), len(words))
    words, unit_words = words[:unit], words[unit + 1 :]
    number = next((word for word in words if word[0].isdigit()), "")
    kind = next((word for word in reversed(words) if word in _STREET_KINDS.values()), "")
    name = " ".join(word for word in words if word not in {number, kind})
    return name, number, kind, " ".join(unit_words)


def street_score(one: str, other: str) -> float:
    mine, theirs = _street_sections(one), _street_sections(other)
    if not mine[0] or not theirs[0]:
        return exact(fold(one), fold(other))
    rest = [_section(ours, others) for ours, others in zip(mine[1:], theirs[1:], strict=True)]
    return _average((50, 20, 15, 15), [edited(mine[0], theirs[0]), *rest])


def city_score(one: str, other: str) -> float:
    return edited(fold(one), fold(other))


_ZIP = re.compile(r"(\d{5})(?:-?(\d{4}))?")


def zip_score(one: str, other: str) -> float:
    """Documented for the United States alone: other postal codes never match."""
    mine, theirs = _ZIP.fullmatch(one.strip()), _ZIP.fullmatch(other.strip())
    if mine is None or theirs is None:
        return DIFFERENT
    return _average((90, 10), [exact(mine[1], theirs[1]), _section(mine[2] or "", theirs[2] or "")])


_SCORES: Mapping[str, Callable[[str, str], float]] = {
    "first": first_name_score,
    "last": last_name_score,
    "title": title_score,
    "company": company_score,
    "email": email_score,
    "phone": phone_score,
    "street": street_score,
    "city": city_score,
    "zip": zip_score,
}
