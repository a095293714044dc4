"""Who sends what: people of whom we know that they are one, and the odd ones among what they send."""

from dataclasses import dataclass, replace
from itertools import islice, product
from random import Random
from typing import Final

from shared.matching.facts import _is_made_up

_FIRST: Final = (
    "Sanne", "Bram", "Fatima", "Jan-Willem", "Noor", "Pieter", "Aïcha", "Lotte", "Thijs", "Mehmet", "Roos", "Daan",
    "Emma", "Youssef", "Femke", "Gijs", "Hanna", "Ivo", "Jelle", "Katja", "Lars", "Maud", "Niels", "Olga", "Teun",
)  # fmt: skip
_BEGIN: Final = ("Ooster", "Wester", "Noorder", "Zuider", "Hooge", "Laage", "Groote", "Kleine", "Oude", "Nieuwe")
_MIDDLE: Final = ("", "broek", "kamp", "veen", "wal", "dijk", "brug", "berg", "meer", "bos", "land", "hoek", "horst")
_END: Final = ("man", "ma", "stra", "huis", "inga", "sema", "ker", "aar", "ink", "mans", "pol", "beek", "huizen")
DOMAIN: Final = "kanarie.example"
"""Of every address here; it may stand in no log and on no queue."""
_TEXTS: Final = (
    "Kan ik morgen langskomen voor een proefrit?",
    "Hebben jullie deze fiets ook in het blauw?",
    "Wat kost een onderhoudsbeurt bij jullie?",
    "Graag ontvang ik een offerte voor twaalf fietsen.",
    "Mijn zadel piept, kan ik daarvoor terecht?",
)


@dataclass(frozen=True)
class Person:
    number: int
    first_name: str
    last_name: str
    email: str
    other_email: str = ""
    """Of some, who then always give their phone: two message groups, which are one person all the same."""
    phone: str = ""


def people(random: Random, count: int) -> list[Person]:
    """Each with an address and a name of their own, so that nobody can be taken for another."""
    names = [f"{begin}{middle}{end}" for begin in _BEGIN for middle in _MIDDLE for end in _END]
    random.shuffle(names)
    if count > len(names):
        names = [f"{one}-{other}" for one, other in islice(product(names, names), count)]
    assert count <= len(names), "two people would have one name"
    return [_person(random, number, name) for number, name in enumerate(names[:count])]


def _person(random: Random, number: int, name: str) -> Person:
    person = Person(number, random.choice(_FIRST), name, f"p{number}.{name.lower()}@{DOMAIN}")
    kind = random.random()
    if kind < 0.5:
        return person
    person = replace(person, phone=_number(random))
    return person if kind < 0.7 else replace(person, other_email=f"{name.lower()}.{number}@werk.{DOMAIN}")


def _number(random: Random) -> str:
    """None that the matcher takes for made up: nobody would be known by it."""
    while True:
        number = f"06{random.choice('1245')}{random.randrange(10**6, 10**7)}"
        if not _is_made_up(number[-8:]):
            return number


def answers(random: Random, person: Person, number: int) -> tuple[str, dict[str, str]]:
    """A form's id, and what is filled in there."""
    fields = {
        "first_name": person.first_name,
        "last_name": person.last_name,
        "email": person.other_email if person.other_email and random.random() < 0.4 else person.email,
        "consent": "on",
    }
    if person.phone and (person.other_email or random.random() < 0.5):
        fields["phone"] = person.phone
    kind = random.random()
    if kind < 0.05:
        return "test-ride", {**fields, "bike": "a bike that there is not"}
    fields["message"] = f"{random.choice(_TEXTS)} ({number})"
    if kind < 0.10:
        fields["contact_me_by_fax_only"] = "yes"
    return "contact", fields
