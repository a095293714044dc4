"""Names as often as people have them, so that namesakes come by chance too."""

import re
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from random import Random
from typing import Final, Literal

from tests.benchmarks.matching.simulation.places import DATA

type Gender = Literal["male", "female"]

UNKNOWN_TO_LISTS: Final = frozenset({"cs", "ro", "hu", "hr"})
"""Languages whose given names the matcher has no list of; every country has some of their speakers."""
FAMILY_NAME_FIRST: Final = frozenset({"vi", "zh", "hu"})

_FLATTEN: Final = 8
"""Weight 1 / (rank + 8): the commonest of 260 last names is borne by 2.5 % in place of Zipf's 16 %."""

NICKNAMES: Final[dict[str, tuple[str, ...]]] = {
    "Johannes": ("Jan", "Johan", "Hans"), "Hendrik": ("Henk", "Hein"), "Cornelis": ("Kees", "Cor"),
    "Willem": ("Wim",), "Jacobus": ("Koos", "Jaap"), "Antonius": ("Ton", "Toon"), "Pieter": ("Piet",),
    "Robert": ("Rob", "Bob"), "Michael": ("Mike", "Mick"), "Wilhelmina": ("Willy", "Mien"), "Martinus": ("Tinus",),
    "Elisabeth": ("Els", "Liesbeth"), "Hendrika": ("Rika",), "Cornelia": ("Corrie",), "Margaretha": ("Greet",),
    "Johanna": ("Hanneke", "Annie"), "Katharina": ("Trijntje", "Kathi"), "Geertruida": ("Truus",),
    "Christopher": ("Chris",), "James": ("Jim", "Jimmy"), "William": ("Bill", "Will"), "Richard": ("Rick", "Dick"),
    "Thomas": ("Tom",), "Matthew": ("Matt",), "Andrew": ("Andy",), "Daniel": ("Dan",), "Stephen": ("Steve",),
    "Steven": ("Steve",), "Anthony": ("Tony",), "Edward": ("Ed", "Ted"), "Joseph": ("Joe",), "Samuel": ("Sam",),
    "Benjamin": ("Ben",), "Alexander": ("Alex", "Sander"), "Margaret": ("Maggie", "Peggy"), "Susan": ("Sue",),
    "Elizabeth": ("Liz", "Beth"), "Patricia": ("Pat", "Trish"), "Katherine": ("Kate", "Kathy"),
    "Catherine": ("Cathy", "Kate"), "Jennifer": ("Jenny", "Jen"), "Deborah": ("Debbie",), "Rebecca": ("Becky",),
    "Jessica": ("Jess",), "Victoria": ("Vicky",), "Christine": ("Chris", "Tina"), "Amanda": ("Mandy",),
    "Andreas": ("Andi",), "Wolfgang": ("Wolf",), "Matthias": ("Matze",), "Sebastian": ("Basti",),
    "Tobias": ("Tobi",), "Stefanie": ("Steffi",), "Susanne": ("Susi",), "Gabriele": ("Gabi",), "Ursula": ("Uschi",),
    "Francisco": ("Paco", "Fran"), "José": ("Pepe",), "Manuel": ("Manolo",), "Dolores": ("Lola",),
    "Concepción": ("Concha",), "Mercedes": ("Merche",), "Giuseppe": ("Beppe", "Pino"), "Francesco": ("Franco",),
    "Salvatore": ("Totò",), "Krzysztof": ("Krzysiek",), "Katarzyna": ("Kasia",), "Małgorzata": ("Gosia",),
    "Agnieszka": ("Aga",), "Tomasz": ("Tomek",), "Aleksandra": ("Ola",), "Nicolas": ("Nico",),
    "Frédéric": ("Fred",), "Alexandre": ("Alex",), "Philippe": ("Phil",), "Mohamed": ("Mo",),
}  # fmt: skip

SIMILAR: Final[tuple[tuple[str, str], ...]] = (
    ("Jan", "Jaap"), ("Jan", "Johan"), ("Marie", "Maria"), ("Maria", "Marja"), ("Anna", "Anne"), ("Karin", "Karen"),
    ("Tim", "Tom"), ("Bas", "Bart"), ("Lisa", "Lise"), ("Eva", "Ava"), ("Daan", "Dean"), ("Mark", "Marc"),
    ("Sanne", "Sanna"), ("Julia", "Julie"), ("Emma", "Emmy"), ("Lotte", "Lot"), ("Peter", "Pieter"),
    ("Johan", "Johannes"), ("Marijke", "Marieke"), ("Marjan", "Marja"), ("Niels", "Nils"), ("Michael", "Michel"),
    ("Hans", "Hanne"), ("Martin", "Martijn"), ("Sara", "Sarah"), ("Sven", "Stef"), ("Christian", "Christiane"),
    ("Simon", "Simone"), ("Louis", "Louise"), ("Jean", "Jeanne"), ("Paul", "Paula"), ("Daniel", "Daniëlle"),
    ("Andrea", "Andreas"), ("Carl", "Carla"), ("Mario", "Maria"), ("Antonio", "Antonia"), ("Mehmet", "Ahmet"),
    ("Hasan", "Hüseyin"), ("Mohamed", "Ahmed"), ("Nadia", "Nadja"), ("Gabriel", "Gabriela"), ("Marian", "Mariana"),
)  # fmt: skip
"""Given names that one family gives two of its people."""


@dataclass(frozen=True, slots=True)
class FullName:
    """`first` is None for people who have one name."""

    first: str | None
    last: str
    gender: Gender
    language: str


@cache
def _lists() -> dict[str, tuple[tuple[str, ...], tuple[float, ...]]]:
    """`nl male` and the like: names, and their weights added up."""
    text = "\n".join(line for line in (DATA / "names.txt").read_text("utf-8").splitlines() if not line.startswith("#"))
    lists = {}
    for heading, body in re.findall(r"\[(\w+ \w+)\]\n([^\[]*)", text):
        names = tuple(" ".join(name.split()) for name in body.split(",") if name.strip())
        lists[heading] = (names, tuple(accumulate(1 / (rank + _FLATTEN) for rank in range(len(names)))))
    return lists


def _draw(key: str, rng: Random) -> str:
    names, weights = _lists()[key]
    return rng.choices(names, cum_weights=weights)[0]


def draw_first(language: str, gender: Gender, rng: Random) -> str:
    return _draw(f"{language} {gender}", rng)


def draw_last(language: str, gender: Gender, rng: Random) -> str:
    last = _draw(f"{language} last", rng)
    if language == "es":
        return f"{last} {_draw('es last', rng)}" if rng.random() < 0.7 else last
    if gender == "female" and language in {"pl", "cs"}:
        return _her_form(last, language)
    if rng.random() < 0.02:
        return f"{last}-{_draw(f'{language} last', rng)}"
    return last


def _her_form(last: str, language: str) -> str:
    if language == "pl":
        return re.sub(r"(?<=[scdz]k)i$", "a", last)
    return f"{last[:-1]}á" if last.endswith("ý") else f"{last.removesuffix('a')}ová"


def draw_name(weights: dict[str, int], rng: Random) -> FullName:
    language = rng.choices(list(weights), list(weights.values()))[0]
    gender: Gender = "male" if rng.random() < 0.5 else "female"
    if language == "one":
        return FullName(None, _draw("one last", rng), gender, "one")
    return FullName(draw_first(language, gender, rng), draw_last(language, gender, rng), gender, language)


def nicknames(first: str) -> tuple[str, ...]:
    return NICKNAMES.get(first, ())


def similar_to(first: str, language: str, gender: Gender, rng: Random) -> str:
    """Another given name that looks like it: a known pair, else one with the same beginning, else any."""
    pairs = [pair for pair in SIMILAR if first in pair]
    if pairs:
        one, other = rng.choice(pairs)
        return other if first == one else one
    names = [name for name in _lists()[f"{language} {gender}"][0] if name != first and not related(name, first)]
    alike = [name for name in names if name[:2] == first[:2]] or [name for name in names if name[0] == first[0]]
    return rng.choice(alike or names)


def related(one: str, other: str) -> bool:
    """Whether one is short for the other, or both are for a third."""
    return any({one, other} <= {formal, *short} for formal, short in NICKNAMES.items())
