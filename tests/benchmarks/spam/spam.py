"""Spam as it comes by contact form, drawn from a seed. Each kind shows one habit, so the tables tell what holds it."""

import random
import string
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from tests.benchmarks.spam.labelled import Labelled

NAMES: Final = (
    "Mike",
    "Eric Jones",
    "Sara",
    "RobertTug",
    "Amelia Brown",
    "James",
    "Olivia",
    "Normanlot",
    "Priya",
    "Ivan",
)
DOMAINS: Final = (
    "gmail.com",
    "outlook.com",
    "yahoo.com",
    "mail.ru",
    "hotmail.com",
    "rank-{}.example",
    "growth{}.example",
)
DISPOSABLE: Final = ("mailinator.com", "yopmail.com", "guerrillamail.com", "1secmail.com")
SHOP: Final = ("flexfit-fietsen.example", "your website", "your site", "your company", "your business")

TEXTS: Final[dict[str, list[str]]] = tomllib.loads((Path(__file__).parent / "spam_texts.toml").read_text("utf-8"))
EVERYWHERE: Final = ("first_name", "last_name", "company", "message")
CITIES: Final = ("Delhi", "Lagos", "Riga", "Austin", "Utrecht", "Dubai")


def spam(seed: int) -> Iterator[Labelled]:
    draw = random.Random(seed)  # noqa: S311 (no secret)
    for kind, make in KINDS.items():
        for number in range(24):
            yield Labelled("spam", kind, {**_sender(draw), **make(draw, number)})


def _sender(draw: random.Random) -> dict[str, str]:
    domain = draw.choice(DOMAINS).format(draw.randrange(1_000))
    return {
        "first_name": "",
        "last_name": draw.choice(NAMES),
        "email": f"{draw.choice('mrstk')}{draw.randrange(100_000)}@{domain}",
        "company": draw.choice(("", "google", "Growth Partners")),
        "message": "",
        "seconds": str(draw.choice((3, 9, 40, 600))),
    }


def _filled(kind: str, draw: random.Random) -> str:
    return draw.choice(TEXTS[kind]).format(
        shop=draw.choice(SHOP), city=draw.choice(CITIES), number=draw.randrange(10, 99)
    )


def _letters(draw: random.Random, least: int = 8, most: int = 16) -> str:
    return "".join(draw.choices(string.ascii_letters, k=draw.randrange(least, most)))


def _writes(kind: str) -> Callable[[random.Random, int], dict[str, str]]:
    return lambda draw, _: {"message": _filled(kind, draw)}


KINDS: Final[dict[str, Callable[[random.Random, int], dict[str, str]]]] = {
    "fills in every field": lambda draw, _: {"message": _filled("looks_honest", draw), "honeypot": "1"},
    "sends at once": lambda draw, _: {"message": _filled("looks_honest", draw), "seconds": "0"},
    "makes the moment up": lambda draw, _: {"message": _filled("seo", draw), "seconds": "forged"},
    "disposable mailbox": lambda draw, _: {
        "message": _filled("looks_honest", draw),
        "email": f"x{draw.randrange(999)}@{draw.choice(DISPOSABLE)}",
    },
    "search engine ranking": _writes("seo"),
    "web design, videos": _writes("design"),
    "crypto, loans, heirs": _writes("money"),
    "casino": _writes("casino"),
    "pills": _writes("pills"),
    "leads and lists": _writes("lists"),
    "in Russian": _writes("russian"),
    "links in markup": _writes("markup"),
    "link in the name": lambda draw, number: {
        "last_name": f"Win https://w{number}.example now",
        "message": _filled("looks_honest", draw),
    },
    "drawn names": lambda draw, _: {
        "first_name": _letters(draw), "last_name": _letters(draw), "company": _letters(draw), "message": _letters(draw),
    },
    "one text again and again": lambda draw, _: {"message": f"{_filled("design", draw)}\n" * 5},
    "one answer everywhere": lambda _, __: dict.fromkeys(EVERYWHERE, "Leonard"),
    "one text, many mailboxes": lambda _, __: {"message": TEXTS["looks_honest"][0].format(city="Riga")},
    "looks honest": _writes("looks_honest"),
}  # fmt: skip
