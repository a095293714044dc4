"""Answers of real orgs that the stand-in deliberately does not give: the answer's name and the reason."""

from collections.abc import Mapping
from types import MappingProxyType

KNOWN_DIFFERENCES: Mapping[str, str] = MappingProxyType(
    {
        "a count of records by object": "limits/recordCount is not built: nothing here asks for it",
        "what has not changed since is not told again": "conditional requests are not built: every answer is told anew",
        "a mailing country that the org's list has not": "of the addresses, only a Lead's own knows the country list",
        "a tree of records with children": "a tree takes records side by side, none nested in another",
        "a tree with a wrong child names only that one": "a tree takes records side by side, none nested in another",
    }
)
