"""Country names and codes to ISO 3166-1 alpha-2. The names' source and licence stand in data/countries.json."""

import json
from functools import cache
from pathlib import Path

from shared.values.cleaning import folded

_ALIASES = {
    **dict.fromkeys(("uk", "vk", "greatbritain", "grootbrittannie", "britain"), "GB"),
    **dict.fromkeys(("england", "engeland", "scotland", "schotland", "wales"), "GB"),
    **dict.fromkeys(("northernireland", "noordierland"), "GB"),
    **dict.fromkeys(("usa", "vs", "america", "amerika", "unitedstatesofamerica"), "US"),
    "czechrepublic": "CZ",
    "holland": "NL",
    "deutschland": "DE",
    "belgie": "BE",
    "turkey": "TR",
    "ivorycoast": "CI",
    # Who means the North says so.
    **dict.fromkeys(("korea", "coree", "republicofkorea", "korearepublicof"), "KR"),
}
_DATA = Path(__file__).parents[1] / "data" / "countries.json"


@cache
def _names() -> dict[str, list[str]]:
    names: dict[str, list[str]] = json.loads(_DATA.read_text("utf-8"))["names"]
    return names


@cache
def _codes() -> dict[str, str]:
    by_name = {folded(name): code for code, names in _names().items() for name in names}
    return by_name | {code.lower(): code for code in _names()} | _ALIASES


def country_code(text: str) -> str | None:
    """`Nederland`, `the netherlands`, `NL` and `nl` are all NL; None where the country is not known."""
    plain = folded(text)
    return _codes().get(plain) or _codes().get(plain.removeprefix("the"))


def english_name(code: str) -> str:
    """What Salesforce's Country holds where the org has no country picklist."""
    return _names()[code][0]


def english_names() -> dict[str, str]:
    """All that `english_name` can say, by code."""
    return {code: names[0] for code, names in _names().items()}
