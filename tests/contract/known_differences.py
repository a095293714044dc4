"""Answers of real orgs that the stand-in deliberately does not give: the answer's name and the reason."""

from collections.abc import Mapping
from types import MappingProxyType

KNOWN_DIFFERENCES: Mapping[str, str] = MappingProxyType({})
