"""A matcher that is in doubt where a test wants it to be: what follows from a doubt is tested apart from who doubts."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from shared.leads.candidates import Known, Prepared
from shared.matching import Decision, Evidence, FieldEvidence

DOUBT = Evidence(
    fields=(FieldEvidence("first_name", "different", -4.0), FieldEvidence("email", "exact", 14.0)),
    guards=("first_names_differ",),
    keys=("email",),
    config="doubt-1",
)


def in_doubt(monkeypatch: pytest.MonkeyPatch, *last_names: str) -> None:
    """Of these people, or of everybody, the matcher is not sure, whatever it finds."""
    sure = Known.decide

    def decide(known: Known, one: Prepared) -> Decision:
        decision = sure(known, one)
        doubts = not last_names or one.values.get("last_name") in last_names
        return (
            replace(decision, outcome="hold", evidence=DOUBT) if decision.outcome != "create" and doubts else decision
        )

    monkeypatch.setattr(Known, "decide", decide)


def decided(monkeypatch: pytest.MonkeyPatch, verdicts: Mapping[str, Decision]) -> None:
    """By submission id: whatever the matcher would have found."""
    monkeypatch.setattr(Known, "decide", lambda _known, one: verdicts[one.id])
