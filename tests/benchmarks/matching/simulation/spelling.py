"""Other ways to write the same thing, and ways to write it wrongly."""

import re
from collections.abc import Callable
from random import Random
from typing import Final

from shared.values.cleaning import folded
from tests.benchmarks.matching.simulation.places import Phone as PhoneNumber
from tests.benchmarks.matching.simulation.places import places

_TRANSLITERATED: Final = str.maketrans({
    "ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ø": "oe", "å": "aa", "æ": "ae",
})  # fmt: skip
_STREETS: Final = (
    ("straat", "str."), ("straat", "str"), ("laan", "ln"), ("plein", "pln"), ("weg", "wg"), ("straße", "str."),
    ("straße", "strasse"), ("platz", "pl."), ("Street", "St"), ("Street", "St."), ("Road", "Rd"), ("Avenue", "Ave"),
    ("Avenue", "Av."), ("Lane", "Ln"), ("Drive", "Dr"), ("Boulevard", "Bd"), ("Boulevard", "Blvd"), ("Place", "Pl."),
    ("Chemin", "Ch."), ("Calle", "C/"), ("Avenida", "Avda."), ("Plaza", "Pza."), ("Via", "V."), ("Viale", "V.le"),
    ("Corso", "C.so"), ("Piazza", "P.za"), ("ul. ", ""), ("gatan", "g."), ("vägen", "v."), ("steenweg", "stwg"),
    ("Burgemeester", "Burg."), ("Sint ", "St. "), ("Prins ", "Pr. "), ("Saint-", "St "),
)  # fmt: skip
_NEIGHBOURS: Final = {
    "a": "sqz", "b": "vn", "c": "xv", "d": "sf", "e": "wr", "f": "dg", "g": "fh", "h": "gj", "i": "uo", "j": "hk",
    "k": "jl", "l": "k", "m": "n", "n": "bm", "o": "ip", "p": "o", "q": "wa", "r": "et", "s": "ad", "t": "ry",
    "u": "yi", "v": "cb", "w": "qe", "x": "zc", "y": "tu", "z": "x", "0": "9", "1": "2", "2": "13", "3": "24",
    "4": "35", "5": "46", "6": "57", "7": "68", "8": "79", "9": "80",
}  # fmt: skip


def phone(number: PhoneNumber, rng: Random) -> str:
    """With weights in percent: common ways are common; a few no query asks for."""
    place = places()[number.iso]
    area, rest, zero = number.area, number.rest, place.trunk
    pairs = " ".join(rest[at : at + 2] for at in range(0, len(rest), 2))
    ways = {
        f"{zero}{area}{rest}": 20, f"{zero}{area}-{rest}": 20, f"{zero}{area} {pairs}": 10, f"({zero}{area}) {rest}": 5,
        number.e164: 15, f"+{place.code} {area} {rest}": 10, f"+{place.code} {area} {pairs}": 5,
        f"+{place.code} (0){area} {rest}" if zero else f"+{place.code}-{area}-{rest}": 7,
        f"00{place.code}{area}{rest}": 4, f"{zero}{area}.{rest[:3]}.{rest[3:]}": 2, f"{zero}{area}  {pairs} ": 2,
    }  # fmt: skip
    return rng.choices(list(ways), list(ways.values()))[0]


def name(text: str, rng: Random) -> str:
    ways: list[Callable[[str], str]] = [str.lower, str.upper, lambda given: f" {given}  "]
    if not text.isascii():
        ways += [plain, plain, lambda given: plain(given.translate(_TRANSLITERATED))]
    if re.match(r"(?i)(van|de|der|den|el|al|ben) ", text):
        ways += [str.title, lambda given: given[0].upper() + given[1:], lambda given: given.replace(" ", "")]
    if "-" in text:
        ways += [lambda given: given.replace("-", " "), lambda given: given.replace("-", " - ")]
    return rng.choice(ways)(text)


def plain(text: str) -> str:
    """Without accents, in its own case."""
    letters = [(folded(one) or one) if not one.isascii() else one for one in text]
    return "".join(
        new.capitalize() if old.isupper() and not old.isascii() else new for old, new in zip(text, letters, strict=True)
    )


def email(address: str, rng: Random) -> str:
    local, _, domain = address.partition("@")
    return rng.choice([address.upper(), address.title(), f"{local}@{domain.upper()}", f" {address} "])


def company(text: str, rng: Random) -> str:
    words = text.split()
    shorter = " ".join(words[:2]) if len(words) > 2 else text
    undotted = text.replace(".", "")
    return rng.choice([shorter, shorter, text.lower(), text.upper(), undotted, plain(text)])


def street(text: str, rng: Random) -> str:
    short = [(long, abbreviated) for long, abbreviated in _STREETS if long in text]
    if short and rng.random() < 0.7:
        return text.replace(*rng.choice(short))
    return rng.choice([text.lower(), plain(text), re.sub(r"(\d)([ab])\b", r"\1 \2", text), text.upper()])


def postcode(text: str, rng: Random) -> str:
    spaceless = text.replace(" ", "")
    return rng.choice([spaceless, spaceless.lower(), text.lower(), f" {text}"])


def typo(text: str, rng: Random, *, within: str | None = None) -> str:
    """One slip of the finger, after the first letter, which people rarely get wrong: a neighbour on the keyboard, two
    letters swapped, one lost or doubled. `within` keeps to letters or digits of that pattern."""
    spots = [at for at, sign in enumerate(text) if at > 0 and re.match(within or r"\w", sign)]
    if not spots:
        return text
    at = rng.choice(spots)
    kind = rng.choices(["neighbour", "swapped", "lost", "doubled"], [40, 25, 20, 15])[0]
    if kind == "swapped" and at + 1 in spots and text[at] != text[at + 1]:
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    if kind == "lost" and len(text) > 3:
        return text[:at] + text[at + 1 :]
    if kind == "doubled":
        return text[: at + 1] + text[at] + text[at + 1 :]
    near = _NEIGHBOURS.get(text[at].lower())
    return text[:at] + (rng.choice(near) if near else text[at]) + text[at + 1 :]


def typo_in_phone(text: str, rng: Random) -> str:
    """A digit changed or two swapped: the length stays, for forms check it. In the last six, behind the area."""
    spots = [at for at, sign in enumerate(text) if sign.isdigit()][-6:]
    at = rng.randrange(len(spots) - 1)
    here, there = spots[at], spots[at + 1]
    signs = list(text)
    if rng.random() < 0.5 and signs[here] != signs[there]:
        signs[here], signs[there] = signs[there], signs[here]
    else:
        signs[here] = rng.choice(_NEIGHBOURS[signs[here]])
    return "".join(signs)


def typo_in_email(address: str, rng: Random) -> str:
    """Nearly always in the local part: the provider's name is offered, or bounces."""
    local, _, domain = address.partition("@")
    if rng.random() < 0.15:
        return f"{local}@{typo(domain, rng, within='[a-z]')}"
    return f"{typo(local, rng)}@{domain}"
