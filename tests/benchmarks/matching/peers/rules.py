"""What needs no package: the exact address, what form connectors do, and Salesforce's standard matching rule."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from local.salesforce_org.duplicates import matching_rules
from shared.matching import Person
from tests.benchmarks.matching.method import Method, Pair
from tests.benchmarks.matching.peers.cleaned import cleaned


def _exact_email(pairs: Sequence[Pair]) -> list[float]:
    return [float(bool(_emails(pair.one) & _emails(pair.other))) for pair in pairs]


def _connector(pairs: Sequence[Pair]) -> list[float]:
    return [float(_connected(pair)) for pair in pairs]


def _connected(pair: Pair) -> bool:
    if _emails(pair.one) & _emails(pair.other):
        return True
    if not _same(pair, "first_name") or not _same(pair, "last_name"):
        return False
    return _same(pair, "company") or _same(pair, "postcode")


def _same(pair: Pair, field: str) -> bool:
    one, other = (" ".join((getattr(person, field) or "").split()).lower() for person in (pair.one, pair.other))
    return bool(one) and one == other


@lru_cache(maxsize=200_000)
def _emails(person: Person) -> frozenset[str]:
    return frozenset(part.strip().lower() for part in (person.email or "").split(";") if part.strip())


def _salesforce(pairs: Sequence[Pair]) -> list[float]:
    """Several numbers on one side are several tries, as Phone and MobilePhone are not; it flatters the rule."""
    return [
        max(
            matching_rules.confidence(one, other) or 0.0
            for one in _as_salesforce(pair.one, pair.country)
            for other in _as_salesforce(pair.other, pair.country)
        )
        for pair in pairs
    ]


@lru_cache(maxsize=200_000)
def _as_salesforce(person: Person, country: str) -> tuple[matching_rules.Person, ...]:
    email = (person.email or "").partition(";")[0].strip()
    return tuple(
        matching_rules.Person(
            first=person.first_name or "",
            last=person.last_name or "",
            company=person.company or "",
            email=email if "@" in email else "",
            phone=phone,
            street=person.street or "",
            city=person.city or "",
            zip=person.postcode or "",
        )
        for phone in cleaned(person, country).phones or ("",)
    )


EXACT_EMAIL: Final = Method(
    "exact e-mail", "the address, letter case aside", _exact_email, accept=1, review=1, pairs_from=1
)
CONNECTOR: Final = Method(
    "connector rule",
    "the address; or first name, last name and company; or first name, last name and postcode",
    _connector,
    accept=1,
    review=1,
    pairs_from=1,
)
SALESFORCE: Final = Method(
    "Salesforce standard rule",
    "re-implemented from the public help text, thresholds as documented, numbers in E.164; a match is an update",
    _salesforce,
    accept=1,
    review=1,
    pairs_from=1,
)
