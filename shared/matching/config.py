"""Weights, thresholds and guards of the matcher: one TOML file with a version."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

UNKNOWN: Final = "unknown"
"""The level of a field that either of two people lacks."""
DIFFERENT: Final = "different"
_FILE = Path(__file__).parent / "matching.toml"


class MatchConfig(NamedTuple):
    """`bits` by field and level, `similarity` by field (Jaro-Winkler, 0 to 1), thresholds in bits."""

    version: str
    accept: float
    review: float
    margin: float
    worst_move: float
    bits: Mapping[str, Mapping[str, float]]
    similarity: Mapping[str, float]
    guards: frozenset[str]

    def without(self, guard: str) -> "MatchConfig":
        """The same with a guard switched off. Raises KeyError for one that is not on."""
        if guard not in self.guards:
            raise KeyError(guard)
        return self._replace(version=f"{self.version} without {guard}", guards=self.guards - {guard})


def parse_config(text: str) -> MatchConfig:
    """Raises KeyError or TypeError when something is missing: the file ships with the code, and tests read it."""
    told = tomllib.loads(text)
    return MatchConfig(
        version=told["version"],
        **told["thresholds"],
        bits=told["bits"],
        similarity=told["similarity"],
        guards=frozenset(name for name, is_on in told["guards"].items() if is_on),
    )


@cache
def default_config() -> MatchConfig:
    return parse_config(_FILE.read_text("utf-8"))
