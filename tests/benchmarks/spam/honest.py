"""Honest submissions, drawn from a seed: people of many countries who want something of a bicycle shop."""

import random
from collections.abc import Callable, Iterator
from typing import Final

from tests.benchmarks.spam.labelled import Labelled

NAMES: Final = (
    ("Sanne", "de Vries"), ("Daan", "van den Berg"), ("Fleur", "'t Hart"), ("Jan-Willem", "Jansen"), ("J.P.", "Bakker"),
    ("Sinéad", "O'Brien-Østergård 李"), ("Nguyễn Thị", "Ánh"), ("Ali", "Ali"), ("Ayşe", "Yılmaz"), ("محمد", "العلي"),
    ("Наталья", "Иванова"), ("Krzysztof", "Brzęczyszczykiewicz"), ("Angus", "McDonald"), ("ANNA", "SMIT"), ("Xu", "Ng"),
    ("Björk", "Guðmundsdóttir"), ("Mary Ann", "St. John"), ("Pieter", "VanDenBosch"), ("Zoë", "Coëlho"), ("Bo", "Li"),
    ("Maria José", "da Silva Santos"), ("Čeněk", "Vlk"), ("jan", "jansen"), ("R.", "Schwartzkopff"), ("李", "小龍"),
    ("Oluwaseun", "Adébáyò"), ("Geert", "Hbrszcz"), ("Anne-Marie", "LeBlanc"), ("Thijs", "Rijnbeek"), ("Q", "Qvist"),
)  # fmt: skip
MAILBOXES: Final = (
    "{}@gmail.com", "{}+fietsen@gmail.com", "{}@outlook.com", "{}@hotmail.nl", "{}@xs4all.nl", "info@{}.nl",
    "{}@kpnmail.nl",
    "{}@ziggo.nl", "{}@icloud.com", "{}@qq.com", "{}@mail.ru", "inkoop@{}-bouw.nl", "{}@student.uva.nl",
    "{}@proton.me",
)  # fmt: skip
BIKES: Final = ("bakfiets", "e-bike", "vouwfiets", "kinderfiets", "racefiets", "gravelbike", "longtail", "stadsfiets")
WISHES: Final = (
    "Hebben jullie een {bike} op voorraad in maat {size}?",
    "Wat kost een {bike}? Ik heb ongeveer € {price},- te besteden.",
    "Ik wil graag een proefrit maken op een {bike}, liefst zaterdag na {hour} uur.",
    "Mijn {bike} heeft een kapotte derailleur. Wanneer kan ik langskomen?",
    "Graag een offerte voor {size} fietsen voor onze medewerkers.",
    "Is inruilen mogelijk? Mijn oude {bike} is van 2016 en kostte toen {price} euro.",
    "Do you ship a {bike} to Ireland? And is the price of €{price}.00 with VAT?",
    "I'd like to book a test ride on the {bike}. My height is 1.{size} m.",
    "We moved here from Canada and need two bikes, budget {price} euro each. Can we come on Saturday?",
    "My order FF-{price} did not arrive. Can you check? Thanks!",
    "Kan ik een factuur krijgen van {price},50? Bestelnummer {size}{hour}{price}.",
    "Ist das {bike} auch mit Rücktritt erhältlich? Ich wohne in Kleve und komme gern vorbei.",
    "Bonjour, est-ce que vous avez un {bike} pour un enfant de {hour} ans ? Merci d'avance.",
    "Dzień dobry, czy mogę przyjechać w sobotę obejrzeć {bike}? Dziękuję i pozdrawiam.",
    "Merhaba, {bike} için fiyat ne kadar? Teşekkürler.",
)
GREETINGS: Final = ("", "Hallo, ", "Goedemiddag! ", "Hi there, ", "Beste heer/mevrouw,\n\n", "L.S.\n")
ENDS: Final = (
    "",
    " Alvast bedankt!",
    "\n\nMet vriendelijke groet",
    "\n\nKind regards",
    " mvg",
    " Bel mij gerust: 06-12345678.",
)
LINKS: Final = (
    "Ik bedoel deze: https://www.marktplaats.nl/v/fietsen/m{price}",
    "We are https://www.buurtzorg-{size}.example, a care organisation.",
    "Zie onze website www.jansen-{size}.example voor ons adres.",
    "Saw it on https://www.flexfit-bikes.example/en/e-bike?size={size}, is it there?",
    "Deze fiets (https://nl.wikipedia.org/wiki/Bakfiets) of deze (https://example.org/{price}), wat raden jullie aan?",
)
SHORT: Final = (
    "Bel mij aub",
    "Prijs?",
    "info",
    "Ja",
    "Graag brochure",
    "???",
    "maat 54?",
    "Call me please",
    "Test",
    "ok 👍",
)


def honest(seed: int) -> Iterator[Labelled]:
    """Twenty-four of each kind, in the order of the kinds."""
    draw = random.Random(seed)  # noqa: S311 (no secret)
    for kind, make in KINDS.items():
        for _ in range(24):
            yield Labelled("honest", kind, {**_person(draw), **make(draw)})


def _person(draw: random.Random) -> dict[str, str]:
    first, last = draw.choice(NAMES)
    local = f"{draw.choice('abcdefgh')}{draw.randrange(10_000)}"
    return {
        "first_name": first,
        "last_name": last,
        "email": draw.choice(MAILBOXES).format(local),
        "company": draw.choice(
            ("", "", "Jansen Bouw B.V.", "Booking.com", "De Fietsenmaker", "C&A", "ING", "ACME Ltd.")
        ),
        "message": _message(draw),
        "seconds": str(draw.choice((4, 20, 75, 300, 4_000, 50_000))),
    }


def _filled(text: str, draw: random.Random) -> str:
    return text.format(
        bike=draw.choice(BIKES),
        size=draw.randrange(48, 64),
        price=draw.randrange(199, 7_999),
        hour=draw.randrange(9, 17),
    )


def _message(draw: random.Random) -> str:
    return draw.choice(GREETINGS) + _filled(draw.choice(WISHES), draw) + draw.choice(ENDS)


KINDS: Final[dict[str, Callable[[random.Random], dict[str, str]]]] = {
    "a question": lambda _: {},
    "a long letter": lambda draw: {"message": "\n\n".join(_message(draw) for _ in range(6))},
    "one link": lambda draw: {"message": f"{_message(draw)} {_filled(draw.choice(LINKS), draw)}"},
    "two links": lambda draw: {"message": "\n".join(_filled(one, draw) for one in draw.sample(LINKS, 2))},
    "a few words": lambda draw: {"message": draw.choice(SHORT)},
    "in capitals": lambda draw: {"message": _message(draw).upper(), "last_name": "JANSEN"},
    "a price list": lambda draw: {
        "message": "\n".join(
            f"{draw.randrange(1, 4)}x {draw.choice(BIKES)} à € {draw.randrange(99, 999)},00" for _ in range(8)
        )
    },
    "a tab of last week": lambda _: {"seconds": str(6 * 86_400)},
    "no script on the page": lambda _: {"seconds": ""},
    "a name only": lambda _: {"first_name": "", "company": ""},
    "name and company alike": lambda _: {"last_name": "Jansen", "company": "Jansen"},
    "emoji and signs": lambda draw: {"message": f"🚲🚲 {_message(draw)} 😀 !!! :-) <3 & >> 10%"},
    "Ukrainian and Dutch": lambda draw: {"message": f"Доброго дня! Дякую. {_message(draw)}"},
}
