"""Which records a submission is compared with: the keys that the product asks Salesforce for, on an index in memory.

As without custom fields: a mailbox, some twenty ways of writing each phone number, first with last name (either way
round), either name with postcode or with the company's first letters. A record is found by equality as SOQL
has it: letter case counts for nothing, accents do, so a name is asked for with and without. A key that more than 200
records share is generic and left out.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Final

from shared.matching import Person
from shared.values.email_address import same_mailbox
from shared.values.email_address import spellings as email_spellings
from shared.values.phone import spellings, to_e164
from shared.values.spellings import COMPANY_START, company_starts, name_spellings, postcode_spellings

MOST: Final = 200

type Key = tuple[str, ...]


class Index:
    def __init__(self, views: Sequence[Person]) -> None:
        """Views of one record have one id, and are found together."""
        self._views: dict[str, list[Person]] = defaultdict(list)
        self._ids: dict[Key, dict[str, None]] = defaultdict(dict)
        for view in views:
            self._views[view.id].append(view)
            for key in _held(view):
                self._ids[key][view.id] = None

    def candidates(self, person: Person, country: str) -> list[Person]:
        """In the order of the keys; each record once."""
        found: dict[str, None] = {}
        for key in _asked(person, country):
            ids = self._ids.get(key, {})
            if len(ids) <= MOST:
                found |= ids
        return [view for record_id in found for view in self._views[record_id]]


def _held(record: Person) -> Iterator[Key]:
    """What a record says, letter case aside."""
    first, last = _plain(record.first_name), _plain(record.last_name)
    for email in _parts(record.email):
        yield "email", _without_sub_address(email)
    for phone in _parts(record.phone):
        yield "phone", phone
    if first and last:
        yield "names", first, last
    for name in filter(None, {first, last}):
        if record.postcode:
            yield "postcode", name, _plain(record.postcode)
        if company := _plain(record.company):
            yield from (("company", name, company[:length]) for length in range(2, COMPANY_START + 1))


def _asked(person: Person, country: str) -> Iterator[Key]:
    """Every spelling that a query has to name."""
    firsts, lasts = name_spellings(person.first_name or ""), name_spellings(person.last_name or "")
    for email in _parts(person.email):
        found = [*email_spellings(email), *email_spellings(same_mailbox(email))]
        yield from (("email", _without_sub_address(spelling)) for spelling in found)
    for phone in _parts(person.phone):
        number = to_e164(phone, country)
        yield from (("phone", spelling) for spelling in (spellings(number) if number else ()))
    for first, last in product(firsts, lasts):
        yield "names", first, last
        yield "names", last, first
    names = dict.fromkeys([*firsts, *lasts])
    yield from (("postcode", *both) for both in product(names, postcode_spellings(person.postcode or "")))
    yield from (("company", *both) for both in product(names, company_starts(person.company or "")))


def _plain(text: str | None) -> str:
    return " ".join((text or "").split()).lower()


def _parts(text: str | None) -> list[str]:
    return [part.strip() for part in (text or "").split(";") if part.strip()]


def _without_sub_address(email: str) -> str:
    local, _, domain = email.strip().lower().rpartition("@")
    return f"{local.partition('+')[0] or local}@{domain}"
