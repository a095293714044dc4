"""What was decided, and why: it holds ids, names of rules and figures, never what a person is called."""

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

type Verdict = Literal["create", "update", "hold"]


class FieldEvidence(NamedTuple):
    """How alike one field is (`level`), and what that counts for: `bits` is log2 of how much likelier the level is
    for one person's two records than for two people's."""

    field: str
    level: str
    bits: float


class Rival(NamedTuple):
    """Another record that fits nearly as well; `score` in bits."""

    id: str
    score: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """Of the best candidate. `guards` are the names of what forbids an automatic update, `keys` of what found the
    candidate, `generic_keys` of what was left out because too many records share it."""

    fields: tuple[FieldEvidence, ...] = ()
    guards: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    generic_keys: tuple[str, ...] = ()
    rivals: tuple[Rival, ...] = ()
    config: str = ""

    def as_texts(self) -> dict[str, str]:
        """Flat, for a row of the ledger; what is empty is left out."""
        texts = {
            "config": self.config,
            "fields": " ".join(f"{one.field}:{one.level}:{one.bits:+g}" for one in self.fields),
            "guards": " ".join(self.guards),
            "keys": " ".join(self.keys),
            "generic_keys": " ".join(self.generic_keys),
            "rivals": " ".join(f"{one.id}:{one.score:g}" for one in self.rivals),
        }
        return {name: text for name, text in texts.items() if text}


@dataclass(frozen=True, slots=True)
class Decision:
    """`update` and `hold` name a candidate; `create` may name the best of those that were not good enough.

    `score` is the candidate's, in bits.
    """

    outcome: Verdict
    candidate_id: str | None = None
    score: float = 0.0
    evidence: Evidence = field(default_factory=Evidence)

    def as_texts(self) -> dict[str, str]:
        """Flat, for a row of the ledger. `rule` is what its history says."""
        rule = {"create": "new_person", "update": "same_person", "hold": "possible_duplicate"}[self.outcome]
        found = {"candidate": self.candidate_id, "score": f"{self.score:g}"} if self.candidate_id else {}
        return {"rule": rule, **found, **self.evidence.as_texts()}
