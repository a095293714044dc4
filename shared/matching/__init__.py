"""Is this person already in the org? Pure: people in, a decision with its evidence out."""

from shared.matching.config import MatchConfig, default_config
from shared.matching.deciding import decide, pair_score
from shared.matching.decision import Decision, Evidence, FieldEvidence, Rival
from shared.matching.keys import shared_keys
from shared.matching.person import Person

__all__ = [
    "Decision",
    "Evidence",
    "FieldEvidence",
    "MatchConfig",
    "Person",
    "Rival",
    "decide",
    "default_config",
    "pair_score",
    "shared_keys",
]
