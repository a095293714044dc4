"""Which records a submission is compared with: the keys that the product asks Salesforce for, on an index in memory.

As without custom fields: a mailbox, some twenty ways of writing each phone number, first with last name (either way
round), last name with postcode, last name with the company's first five letters. A record is found by equality as SOQL
has it: letter case counts for nothing, accents do, so a name is asked for with and without. A key that more than 200
records share is generic and left out.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Final

from shared.cleaning import folded
from shared.matching import Person
from shared.phone import spellings, to_e164

MOST: Final = 200
_COMPANY_START: Final = 5
_DIGRAPHS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "ß": "ss"})

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
    if last and record.postcode:
        yield "postcode", last, _plain(record.postcode)
    if last and (company := _plain(record.company)):
        yield "company", last, company[:_COMPANY_START]


def _asked(person: Person, country: str) -> Iterator[Key]:
    """Every spelling that a query has to name."""
    firsts, lasts = _name_spellings(person.first_name), _name_spellings(person.last_name)
    for email in _parts(person.email):
        yield from (("email", spelling) for spelling in _email_spellings(email))
    for phone in _parts(person.phone):
        number = to_e164(phone, country)
        yield from (("phone", spelling) for spelling in (spellings(number) if number else ()))
    for first, last in product(firsts, lasts):
        yield "names", first, last
        yield "names", last, first
    yield from (("postcode", *both) for both in product(lasts, _postcode_spellings(person.postcode)))
    starts = dict.fromkeys(one[:_COMPANY_START] for one in _name_spellings(person.company))
    yield from (("company", *both) for both in product(lasts, starts))


def _plain(text: str | None) -> str:
    return " ".join((text or "").split()).lower()


def _parts(text: str | None) -> list[str]:
    return [part.strip() for part in (text or "").split(";") if part.strip()]


def _name_spellings(name: str | None) -> list[str]:
    typed = _plain(name)
    unaccented = "".join(folded(one) if not one.isascii() else one for one in typed)
    return [
        one for one in dict.fromkeys([typed, unaccented, typed.translate(_DIGRAPHS), typed.replace("-", " ")]) if one
    ]


def _postcode_spellings(postcode: str | None) -> list[str]:
    typed = _plain(postcode)
    spaceless = typed.replace(" ", "")
    spaced = [f"{spaceless[:at]} {spaceless[at:]}" for at in (4, 3, -3)]  # NL, SE, GB
    return list(dict.fromkeys([typed, spaceless, *spaced])) if typed else []


def _without_sub_address(email: str) -> str:
    local, _, domain = email.strip().lower().rpartition("@")
    return f"{local.partition('+')[0] or local}@{domain}"


def _email_spellings(email: str) -> list[str]:
    """Gmail knows no dots and two domains; a record whose dots stand elsewhere can't be asked for."""
    plain = _without_sub_address(email)
    local, _, domain = plain.rpartition("@")
    if domain not in {"gmail.com", "googlemail.com"}:
        return [plain]
    return [
        f"{one}@{at}"
        for one in dict.fromkeys([local, local.replace(".", "")])
        for at in ("gmail.com", "googlemail.com")
    ]
