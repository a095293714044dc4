"""Which records a submission is compared with: the keys that the product asks Salesforce for, on an index in memory.

As without custom fields: a mailbox, some twenty ways of writing each phone number, first with last name, last name with
postcode, last name with the company's first five letters. Equality as SOQL has it: letter case counts for nothing,
accents count. A key that more than 200 records share is generic and left out.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

from shared.email_address import same_mailbox
from shared.matching import Person
from shared.phone import spellings, to_e164

MOST: Final = 200
_COMPANY_START: Final = 5
_NAME_START: Final = 3


class Index:
    def __init__(self, views: Sequence[Person]) -> None:
        """Views of one record have one id, and are found together."""
        self._views: dict[str, list[Person]] = defaultdict(list)
        self._ids: dict[tuple[str, ...], dict[str, None]] = defaultdict(dict)
        for view in views:
            self._views[view.id].append(view)
            for key in _record_keys(view):
                self._ids[key][view.id] = None

    def candidates(self, person: Person, country: str) -> list[Person]:
        """In the order of the keys; each record once."""
        found: dict[str, None] = {}
        for key in _asked_keys(person, country):
            ids = self._ids.get(key, {})
            if len(ids) <= MOST:
                found |= ids
        return [view for record_id in found for view in self._views[record_id]]


def _plain(text: str | None) -> str:
    return " ".join((text or "").split()).casefold()


def _parts(text: str | None) -> list[str]:
    return [part.strip() for part in (text or "").split(";") if part.strip()]


def _record_keys(record: Person) -> Iterator[tuple[str, ...]]:
    for phone in _parts(record.phone):
        yield "phone", phone
    company = _plain(record.company)
    if company and record.last_name:
        yield "last+company", _plain(record.last_name), company[:_COMPANY_START]
    if record.postcode and record.last_name:
        yield "last+postcode", _plain(record.last_name), _plain(record.postcode)
        yield "first+postcode", _plain(record.first_name), _plain(record.postcode)
    yield from _shared_keys(record)


def _asked_keys(person: Person, country: str) -> Iterator[tuple[str, ...]]:
    for phone in _parts(person.phone):
        number = to_e164(phone, country)
        for spelling in spellings(number) if number else ():
            yield "phone", spelling
    company, last, postcode = _plain(person.company), _plain(person.last_name), _plain(person.postcode)
    if len(company) >= _COMPANY_START and last:
        yield "last+company", last, company[:_COMPANY_START]
    if postcode:
        spaceless = postcode.replace(" ", "")
        for spelling in dict.fromkeys([postcode, spaceless, f"{spaceless[:4]} {spaceless[4:]}"]):
            yield "last+postcode", last, spelling
            yield "first+postcode", _plain(person.first_name), spelling
    yield from _shared_keys(person)


def _shared_keys(person: Person) -> Iterator[tuple[str, ...]]:
    for email in _parts(person.email):
        yield "email", same_mailbox(email)
    first, last = _plain(person.first_name), _plain(person.last_name)
    if first and last:
        yield "first+last", *sorted((first, last))
        yield "first+start", first, last[:_NAME_START]
        yield "last+initial", last, first[0]
