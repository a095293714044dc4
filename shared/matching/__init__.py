"""Is this person already in the org? Pure: people in, a decision with its evidence out."""

from shared.matching.decision import Decision, Evidence, FieldEvidence, Rival
from shared.matching.exact import decide, pair_score
from shared.matching.person import Person

__all__ = ["Decision", "Evidence", "FieldEvidence", "Person", "Rival", "decide", "pair_score"]
