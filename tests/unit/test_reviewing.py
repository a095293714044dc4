"""What is decided about a held pair waits for a write that may still land: it would make the held Lead again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, get_args

import pytest

from shared.crm import Record, Written
from shared.form.definition import forms
from shared.form.org_shape import OrgField
from shared.review.held_pairs import Decision
from shared.review.reviewing import Done, Wish, decide
from shared.submission import Claim, Outcome, State, Submission
from tests.builders import NOW, a_submission
from tests.fakes.stores import FakeLedger

every_decision = pytest.mark.parametrize("decision", get_args(Decision.__value__))


@dataclass
class ClaimedLedger(FakeLedger):
    """Somebody is always quicker, so that a decision ends at its claim."""

    claims: list[Claim | None] = field(default_factory=list)

    def claim(self, _submission: Submission, claim: Claim | None) -> bool:
        self.claims.append(claim)
        return False


class NobodyAsked:
    def lead_fields(self) -> Sequence[OrgField]:
        raise AssertionError

    def read(self, record_ids: Sequence[str], lead_fields: Sequence[str]) -> Mapping[str, Record]:
        raise AssertionError(record_ids, lead_fields)

    def unflag(self, lead_id: str) -> None:
        raise AssertionError(lead_id)

    def merge(self, master_id: str, loser_id: str, changes: Mapping[str, Any]) -> Written:
        raise AssertionError(master_id, loser_id, changes)


def decided(ledger: ClaimedLedger, decision: Decision, **changes: Any) -> Done:
    outcome = Outcome(record_id="00Q000000000001AAA", record_type="Lead", evidence={"candidate": "00Q000000000002AAA"})
    row = a_submission(state=State.HELD).model_copy(update={"submission_id": "one", "outcome": outcome, **changes})
    ledger.add(row)
    wish = Wish(decision, "eva", "brothers")
    done = decide("one", wish, ledger=ledger, people=NobodyAsked(), forms=forms(), now=NOW)
    assert ledger.rows == {"one": row}
    return done


@every_decision
def test_while_a_write_may_still_land_nothing_is_claimed_and_it_is_told_until_when(decision: Decision) -> None:
    ledger = ClaimedLedger()
    until = NOW + timedelta(seconds=1)
    told = f"being_written {until:%Y-%m-%dT%H:%M:%S}.000Z"
    assert decided(ledger, decision, in_doubt_until=until) == Done("one", told)
    assert ledger.claims == []


@every_decision
def test_once_it_has_certainly_ended_the_decision_goes_on(decision: Decision) -> None:
    ledger = ClaimedLedger()
    assert decided(ledger, decision, in_doubt_until=NOW) == Done("one", "changed_meanwhile")
    [claim] = ledger.claims
    assert claim is not None
    assert (claim.by, claim.decision) == ("eva", decision)


def test_an_order_that_was_cut_off_before_waits_for_it_too() -> None:
    """Its merge may have been done, and be undone by what lands."""
    ledger = ClaimedLedger()
    claim = Claim(run="1", by="eva", decision="merge", until=NOW + timedelta(minutes=5))
    done = decided(ledger, "merge", claim=claim, in_doubt_until=NOW + timedelta(minutes=5))
    assert done.result.startswith("being_written ")


def test_what_is_settled_is_told_as_it_is_whatever_may_still_land() -> None:
    ledger = ClaimedLedger()
    in_doubt = {"state": State.CREATED, "in_doubt_until": NOW + timedelta(minutes=5)}
    assert decided(ledger, "merge", **in_doubt) == Done("one", "is_created")
