"""Who sends what: people of whom we know that they are one, and the odd ones among what they send."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import islice, product
from random import Random
from typing import Any, Final

from shared.form.definition import Campaign, Form, forms
from shared.matching.facts import _is_made_up
from shared.values.cleaning import folded

_FIRST: Final = (
    "Sanne", "Bram", "Fatima", "Jan-Willem", "Noor", "Pieter", "Aïcha", "Lotte", "Thijs", "Mehmet", "Roos", "Daan",
    "Emma", "Youssef", "Femke", "Gijs", "Hanna", "Ivo", "Jelle", "Katja", "Lars", "Maud", "Niels", "Olga", "Teun",
)  # fmt: skip
_CAMPAIGN: Final = "Fietsbeurs 2026"
_BEGIN: Final = ("Ooster", "Wester", "Noorder", "Zuider", "Hooge", "Laage", "Groote", "Kleine", "Oude", "Nieuwe")
_MIDDLE: Final = ("", "broek", "kamp", "veen", "wal", "dijk", "brug", "berg", "meer", "bos", "land", "hoek", "horst")
_END: Final = ("man", "ma", "stra", "huis", "inga", "sema", "ker", "aar", "ink", "mans", "pol", "beek", "huizen")
DOMAIN: Final = "kanarie.example"
"""Of every address here; it may stand in no log and on no queue."""
ADDRESS_FORM: Final = "callback"
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
    slip: str = ""
    """One of SLIPS: what they sometimes do to their name. Always the same, or the matcher would not be sure of them."""
    is_terse: bool = False
    """Sometimes they give their address alone, where a form lets them. Whether it is them nobody can be sure then."""


SLIPS: Final = ("first_name_blank", "last_name_mistyped", "names_swapped")


def people(random: Random, count: int) -> list[Person]:
    """Each with an address and a name of their own, so that nobody can be taken for another."""
    last_names = [f"{begin}{middle}{end}" for begin in _BEGIN for middle in _MIDDLE for end in _END]
    random.shuffle(last_names)
    if count > len(last_names):
        last_names = [f"{one}-{other}" for one, other in islice(product(last_names, last_names), count)]
    assert count <= len(last_names), "two people would have one name"
    return [_person(random, number, name) for number, name in enumerate(last_names[:count])]


def _person(random: Random, number: int, name: str) -> Person:
    person = Person(number, random.choice(_FIRST), name, f"p{number}.{name.lower()}@{DOMAIN}")
    kind, habit = random.random(), random.choice((*SLIPS, "terse", ""))
    if kind < 0.7:
        person = person if kind < 0.5 else replace(person, phone=_number(random))
        return _of_habit(person, habit)
    # By number alone, the matcher is sure of somebody only where no letter is missing.
    person = replace(person, slip=habit if habit == "names_swapped" else "", phone=_number(random))
    return replace(person, other_email=f"{name.lower()}.{number}@werk.{DOMAIN}")


def _of_habit(person: Person, habit: str) -> Person:
    if habit == "first_name_blank":
        # The address says whose it is: without the first name there, it might be a family's.
        address = f"{folded(person.first_name)}.{person.last_name.lower()}.{person.number}@{DOMAIN}"
        return replace(person, slip=habit, email=address)
    return replace(person, slip=habit) if habit in SLIPS else replace(person, is_terse=habit == "terse")


def names(person: Person, *, slips: bool) -> dict[str, str]:
    """As they are filled in."""
    first, last = person.first_name, person.last_name
    match person.slip if slips else "":
        case "first_name_blank":
            return {"last_name": last}
        case "last_name_mistyped":
            last = _mistyped(last)
        case "names_swapped":
            first, last = last, first
    return {"first_name": first, "last_name": last}


def _mistyped(name: str) -> str:
    """Two letters in each other's place, or one too few."""
    changed = name[:3] + name[4] + name[3] + name[5:]
    return changed if changed != name else name[:3] + name[4:]


def last_name_of(record: Mapping[str, Any], everybody: Mapping[str, Person]) -> str:
    """True last name of whom a record of the org is about: an address is never mistyped here, a name sometimes is.

    `everybody` is by address. A record without one is of whom it says.
    """
    person = everybody.get(str(record.get("Email")))
    return person.last_name if person else str(record["LastName"])


def _number(random: Random) -> str:
    """None that the matcher takes for made up: nobody would be known by it."""
    while True:
        number = f"06{random.choice('1245')}{random.randrange(10**6, 10**7)}"
        if not _is_made_up(number[-8:]):
            return number


def answers(random: Random, person: Person, number: int) -> tuple[str, dict[str, str]]:
    """A form's id, and what is filled in there."""
    fields = {
        **names(person, slips=False),
        "email": person.other_email if person.other_email and random.random() < 0.4 else person.email,
        "consent": "on",
    }
    if person.phone and (person.other_email or random.random() < 0.5):
        fields["phone"] = person.phone
    kind, slips = random.random(), random.random() < 0.3
    if kind < 0.05:
        return "test-ride", {**fields, "bike": "a bike that there is not"}
    if person.slip and slips:
        fields = {name: value for name, value in fields.items() if name not in {"first_name", "last_name"}}
        fields |= names(person, slips=True)
    fields["message"] = f"{random.choice(_TEXTS)} ({number})"
    if kind < 0.10:
        fields["contact_me_by_fax_only"] = "yes"
    return "contact", fields


def with_address_alone(fields: Mapping[str, str]) -> dict[str, str]:
    """Of answers to the contact form, those that a form for the hurried asks for."""
    asked = ("email", "consent", "message", "contact_me_by_fax_only")
    return {name: fields[name] for name in asked if name in fields}


def with_campaign(form: Form) -> Form:
    """Whoever sends it joins one that the org has."""
    return form.model_copy(update={"lead": form.lead.model_copy(update={"campaign": Campaign(name=_CAMPAIGN)})})


def address_form() -> Form:
    """For the hurried: the contact form with an address and a question alone. Its Leads have a last name by default."""
    contact = forms()["contact"]
    asked = tuple(field for field in contact.fields if field.name in {"email", "message"})
    lead = contact.lead.model_copy(update={"defaults": {**contact.lead.defaults, "LastName": "onbekend"}})
    parts = {name: getattr(contact, name) for name in Form.model_fields}
    return Form(**parts | {"id": ADDRESS_FORM, "fields": asked, "lead": lead, "sources": {}, "web_to_lead": None})
