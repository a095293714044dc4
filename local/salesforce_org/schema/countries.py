"""State and Country/Territory picklists, for orgs that have them on: labels, ISO codes, and how the two go together.

A small part of the list that such an org starts with. Only Lead has the code fields here; the real org adds them to
every address. Exact labels only: how forgiving the real org is about case is not documented.
"""

from collections.abc import Mapping
from types import MappingProxyType

from local.salesforce_org.errors import Problem, RecordError
from local.salesforce_org.messages import Row

COUNTRIES: Mapping[str, str] = MappingProxyType(
    {
        "AT": "Austria",
        "AU": "Australia",
        "BE": "Belgium",
        "CA": "Canada",
        "CH": "Switzerland",
        "DE": "Germany",
        "DK": "Denmark",
        "ES": "Spain",
        "FR": "France",
        "GB": "United Kingdom",
        "IE": "Ireland",
        "IT": "Italy",
        "LU": "Luxembourg",
        "NL": "Netherlands",
        "NO": "Norway",
        "PL": "Poland",
        "PT": "Portugal",
        "SE": "Sweden",
        "US": "United States",
    }
)
# By country; a country without states takes no state at all.
STATES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "AU": {
            "ACT": "Australian Capital Territory",
            "NSW": "New South Wales",
            "NT": "Northern Territory",
            "QLD": "Queensland",
            "SA": "South Australia",
            "TAS": "Tasmania",
            "VIC": "Victoria",
            "WA": "Western Australia",
        },
        "CA": {"AB": "Alberta", "BC": "British Columbia", "ON": "Ontario", "QC": "Quebec"},
        "US": {
            "CA": "California",
            "FL": "Florida",
            "NY": "New York",
            "TX": "Texas",
            "WA": "Washington",
        },
    }
)
CODE_FIELDS = frozenset({"CountryCode", "StateCode"})
_LABELS = {
    "Country": "Country",
    "CountryCode": "Country Code",
    "State": "State/Province",
    "StateCode": "State/Province Code",
}


def settled(before: Row, changes: Row) -> Row:
    """The changes with labels and codes brought together. Raises RecordError.

    The texts about a wrong country and a wrong state are recorded, the others are pieced together from public reports.
    """
    if not changes.keys() & _LABELS.keys():
        return changes
    country = _country(before, changes)
    state = _state(before, changes, country)
    return changes | {
        "CountryCode": country,
        "Country": COUNTRIES.get(country or ""),
        "StateCode": state,
        "State": STATES.get(country or "", {}).get(state or ""),
    }


def _country(before: Row, changes: Row) -> str | None:
    if not changes.keys() & {"Country", "CountryCode"}:
        return _code_of(before.get("Country"), COUNTRIES)
    found: list[str] = []
    for name in ("Country", "CountryCode"):
        given = changes.get(name)
        if given is None:
            continue
        code = _code_of(given, COUNTRIES) if name == "Country" else given if given in COUNTRIES else None
        if code is None:
            raise _refused(
                "There's a problem with this country, even though it may appear correct. Please select a "
                "country/territory from the list of valid countries.",
                name,
            )
        found.append(str(code))
    return _only(found, "Country")


def _state(before: Row, changes: Row, country: str | None) -> str | None:
    states = STATES.get(country or "", {})
    given = {name: changes[name] for name in ("State", "StateCode") if changes.get(name) is not None}
    if not changes.keys() & {"State", "StateCode"}:
        kept = _text(before.get("StateCode"))
        if kept is not None and kept not in states:
            raise _refused("The existing country/territory doesn't recognize the state value for field", "StateCode")
        return kept
    if given and country is None:
        raise _refused("A country/territory must be specified before specifying a state value for field", "State")
    found: list[str] = []
    for name, value in given.items():
        code = _code_of(value, states) if name == "State" else value if value in states else None
        if code is None:
            raise _refused(
                "There's a problem with this state, even though it may appear correct. Please select a state from the "
                "list of valid states.",
                name,
            )
        found.append(str(code))
    return _only(found, "State")


def _only(codes: list[str], name: str) -> str | None:
    if len(set(codes)) > 1:
        raise _refused("Mismatched integration value and ISO code for field", name)
    return codes[0] if codes else None


def _code_of(label: object, codes: Mapping[str, str]) -> str | None:
    return next((code for code, each in codes.items() if each == label), None)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _refused(message: str, name: str) -> RecordError:
    return RecordError(Problem("FIELD_INTEGRITY_EXCEPTION", f"{message}: {_LABELS[name]}", (name,)))
