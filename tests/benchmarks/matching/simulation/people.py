"""The true people, households and firms of a simulated world: who they are, whatever anybody wrote down."""

import re
from dataclasses import dataclass, field, replace
from random import Random
from typing import Final, Literal

from shared.values.cleaning import folded
from tests.benchmarks.matching.simulation.names import (
    FullName,
    Gender,
    draw_first,
    draw_last,
    draw_name,
    related,
    similar_to,
)
from tests.benchmarks.matching.simulation.places import (
    Address,
    Phone,
    draw_address,
    draw_country,
    draw_mobile,
    places,
)

type Mark = Literal["", "Sr", "Jr"]

ROLES: Final = ("info", "info", "info", "sales", "contact", "administratie", "office", "kontakt", "verkoop", "mail")
_SECTORS: Final = ("Bouw", "Techniek", "Advies", "Transport", "Software", "Groep", "Design", "Media", "Consulting")
_SECTORS_MORE: Final = ("Logistics", "Solutions", "Installaties", "Schilderwerken", "Verhuur", "Food", "Partners")


@dataclass(frozen=True, slots=True)
class Firm:
    name: str
    domain: str
    address: Address
    role_mailbox: str
    mailbox_shape: int
    """Firms name all mailboxes alike."""


@dataclass(frozen=True, slots=True)
class Human:
    """One true person. `mark` is what tells a father from a son of the same name, where they use it."""

    id: str
    name: FullName
    address: Address
    mobile: Phone
    mailbox: str
    firm: Firm | None = None
    work_mailbox: str | None = None
    mark: Mark = ""

    @property
    def iso(self) -> str:
        return self.address.iso


@dataclass(slots=True)
class World:
    """Hands out what exists once: ids, mailboxes, mobile numbers, domains."""

    rng: Random
    _taken: set[str] = field(default_factory=set)
    _people: int = 0

    def human(
        self, *, iso: str | None = None, name: FullName | None = None, address: Address | None = None,
        firm: Firm | None = None, mark: Mark = "",
    ) -> Human:  # fmt: skip
        """Somebody new; what isn't given is drawn."""
        self._people += 1
        iso = address.iso if address else iso or draw_country(self.rng)
        name = name or draw_name(places()[iso].names, self.rng)
        address = address or draw_address(iso, self.rng)
        mailbox = self.mailbox(name, self.rng.choice(places()[iso].providers))
        work = self.work_mailbox(name, firm) if firm else None
        return Human(f"human-{self._people}", name, address, self.mobile(iso), mailbox, firm, work, mark)

    def mobile(self, iso: str) -> Phone:
        while (phone := draw_mobile(iso, self.rng)).e164 in self._taken:
            pass
        self._taken.add(phone.e164)
        return phone

    def mailbox(self, name: FullName, domain: str, shape: int | None = None) -> str:
        """As people choose them; a provider gives a mailbox to one customer, and Gmail knows no dots."""
        first, last = latin(name.first or ""), latin(name.last)
        shapes = [f"{first}.{last}", f"{first}{last}", f"{first[:1]}.{last}", f"{first[:1]}{last}", f"{last}.{first}"]
        chosen = _shape(self.rng) if shape is None else shape
        local = shapes[chosen].strip(".") or "post"
        for number in ["", *(str(self.rng.randint(2, 99)) for _ in range(40)), str(self._people)]:
            address = f"{local}{number}@{domain}"
            if self._claim(address):
                return address
        raise AssertionError(f"no mailbox left at {domain}")

    def work_mailbox(self, name: FullName, firm: Firm) -> str:
        return self.mailbox(name, firm.domain, firm.mailbox_shape)

    def firm(self, iso: str, owner: FullName | None = None) -> Firm:
        place = places()[iso]
        owner = owner or draw_name(place.names, self.rng)
        trade = self.rng.choice(_SECTORS + _SECTORS_MORE)
        stem = self.rng.choice([f"{owner.last} {trade}", f"{owner.last} {trade}", f"{trade} {owner.last}"])
        top = {"GB": "co.uk", "US": "com"}.get(iso, iso.lower())
        domain = f"{latin(stem)}.{top}"
        while not self._claim(domain):
            domain = f"{latin(stem)}{self.rng.randint(2, 999)}.{top}"
        name = f"{stem} {self.rng.choice(place.legal)}"
        return Firm(name, domain, draw_address(iso, self.rng), f"{self.rng.choice(ROLES)}@{domain}", _shape(self.rng))

    def relative(self, of: Human, *, similar: bool = False, same_last: bool | None = None) -> Human:
        """A member of the household, with another given name: one that looks like it, or one that doesn't."""
        gender: Gender = of.name.gender if similar or self.rng.random() < 0.4 else _other(of.name.gender)
        language = "nl" if of.name.language == "one" else of.name.language
        mine = of.name.first or of.name.last
        first = similar_to(mine, language, gender, self.rng) if similar else draw_first(language, gender, self.rng)
        while not similar and (first == mine or related(first, mine)):
            first = draw_first(language, gender, self.rng)
        if same_last is None:
            same_last = self.rng.random() < 0.7
        last = of.name.last if same_last else draw_last(language, gender, self.rng)
        return self.human(name=FullName(first, last, gender, language), address=of.address)

    def namesake(self, of: Human, *, address: Address | None = None, firm: Firm | None = None) -> Human:
        return self.human(iso=of.iso, name=of.name, address=address, firm=firm)

    def moved(self, human: Human) -> Human:
        return replace(human, address=draw_address(human.iso, self.rng))

    def _claim(self, address: str) -> bool:
        local, at, domain = address.partition("@")
        key = f"{local.replace('.', '')}@{domain}" if domain in {"gmail.com", "googlemail.com"} else local + at + domain
        fresh = key not in self._taken
        self._taken.add(key)
        return fresh


def _shape(rng: Random) -> int:
    return rng.choices(range(5), [45, 15, 20, 12, 8])[0]


def latin(text: str) -> str:
    """What is left of a name in an address: small letters and digits."""
    return re.sub(r"[^a-z0-9]", "", folded(text))


def _other(gender: Gender) -> Gender:
    return "female" if gender == "male" else "male"
