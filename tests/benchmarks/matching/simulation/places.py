"""Countries, cities, addresses and phone numbers of people who don't exist."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, Final

DATA: Final = Path(__file__).parent / "data"
_LETTERS: Final = "ABCDEGHJKLMNPRSTVWXZ"


@dataclass(frozen=True, slots=True)
class Place:
    """A country's ways. `names` and `share` are weights; a phone pattern's blank parts the area from the rest."""

    iso: str
    share: int
    code: int
    trunk: str
    mobile: list[str]
    number_first: bool
    names: dict[str, int]
    providers: list[str]
    legal: list[str]
    cities: list[list[str]]
    streets: list[str]
    kinds: list[str]


@dataclass(frozen=True, slots=True)
class Phone:
    """`area` and `rest` in digits, without the country's code and the trunk's 0."""

    iso: str
    area: str
    rest: str

    @property
    def e164(self) -> str:
        return f"+{places()[self.iso].code}{self.area}{self.rest}"

    @property
    def national(self) -> str:
        return f"{places()[self.iso].trunk}{self.area} {self.rest}"


@dataclass(frozen=True, slots=True)
class Address:
    iso: str
    street: str
    city: str
    postcode: str
    landline: Phone


@cache
def places() -> dict[str, Place]:
    tables: dict[str, dict[str, Any]] = tomllib.loads((DATA / "places.toml").read_text("utf-8"))
    return {iso: Place(iso=iso, **table) for iso, table in tables.items()}


def filled(pattern: str, rng: Random) -> str:
    """`10## @@` with digits for `#`, 2 to 9 for `N`, letters for `@`."""
    alphabets = {"#": "0123456789", "N": "23456789", "@": _LETTERS}
    return "".join(rng.choice(alphabets[sign]) if sign in alphabets else sign for sign in pattern)


def draw_country(rng: Random) -> str:
    everywhere = places()
    return rng.choices(list(everywhere), [place.share for place in everywhere.values()])[0]


def draw_mobile(iso: str, rng: Random) -> Phone:
    return _phone(iso, rng.choice(places()[iso].mobile), rng)


def draw_address(iso: str, rng: Random, city: str | None = None) -> Address:
    place = places()[iso]
    name, postcode, landline = rng.choice([one for one in place.cities if city in {None, one[0]}])
    street = rng.choice(place.streets).replace("*", rng.choice(place.kinds))
    number = f"{rng.randint(1, 180)}{rng.choice(['', '', '', '', 'a', 'b'])}"
    line = f"{number} {street}" if place.number_first else f"{street} {number}"
    return Address(iso, line, name, filled(postcode, rng), _phone(iso, landline, rng))


def _phone(iso: str, pattern: str, rng: Random) -> Phone:
    area, _, rest = filled(pattern, rng).partition(" ")
    return Phone(iso, area, rest.replace(" ", ""))
