"""Two operators decide about one held pair at one moment, and runs that die half-way."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.match import app as match_app
from shared.aws.ledger import Ledger
from shared.crm import Written
from shared.errors import TransientError
from shared.form.definition import forms
from shared.review.reviewing import CLAIM, Done, Wish, decide
from shared.salesforce.people import SalesforcePeople
from shared.submission import State, Submission, timestamp
from tests.fakes.stores import KilledError
from tests.integration.match_desk import MatchDesk, match_desk

__all__ = ["match_desk"]

MERGE, SEPARATE = Wish("merge", "eva"), Wish("separate", "bob", "brothers")


def at(desk: MatchDesk, row: Submission, wish: Wish, later: timedelta = timedelta()) -> Done:
    _, people, deadline = match_app.dependencies()
    deadline.starts(60)
    now = datetime.now(UTC) + later
    return decide(row.submission_id, wish, ledger=desk.ledger, people=people, forms=forms(), now=now)


def in_the_middle_of(monkeypatch: pytest.MonkeyPatch, method: str, then: Callable[[], object]) -> list[object]:
    """What `then` gave, once it ran: just before Salesforce is told for the first time."""
    real = getattr(SalesforcePeople, method)
    gave: list[object] = []

    def told(*arguments: Any) -> Any:
        if not gave:
            gave.append(None)
            gave[0] = then()
        return real(*arguments)

    monkeypatch.setattr(SalesforcePeople, method, told)
    return gave


def dies(*_: object, **_more: object) -> None:
    raise KilledError


def merges(desk: MatchDesk) -> int:
    return len([path for path in desk.api_calls() if "/Soap/" in path])


def test_who_says_separate_while_another_merges_is_told_and_changes_nothing(
    match_desk: MatchDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    row, _, candidate = match_desk.hold_a_pair()
    gave = in_the_middle_of(monkeypatch, "merge", lambda: at(match_desk, row, SEPARATE))
    done = at(match_desk, row, MERGE)
    assert gave == [Done(row.submission_id, "being_decided")]
    assert (done.result, done.record_id) == ("merge", candidate)
    assert (match_desk.row(row).state, match_desk.outcome(row).record_id) == (State.UPDATED, candidate)


def test_who_merges_while_another_says_separate_is_told_and_merges_nothing(
    match_desk: MatchDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    row, held, _ = match_desk.hold_a_pair()
    gave = in_the_middle_of(monkeypatch, "unflag", lambda: at(match_desk, row, MERGE))
    assert at(match_desk, row, SEPARATE).result == "separate"
    assert gave == [Done(row.submission_id, "being_decided")]
    assert (match_desk.row(row).state, match_desk.lead(held)["IsDeleted"], merges(match_desk)) == (
        State.CREATED, False, 0,
    )  # fmt: skip


def test_of_two_who_merge_at_once_one_merges(match_desk: MatchDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    row, _, candidate = match_desk.hold_a_pair()
    gave = in_the_middle_of(monkeypatch, "merge", lambda: at(match_desk, row, Wish("merge", "bob")))
    assert at(match_desk, row, MERGE).record_id == candidate
    assert (gave, merges(match_desk)) == ([Done(row.submission_id, "being_decided")], 1)


def test_the_same_order_given_twice_at_once_ends_as_one_merge(
    match_desk: MatchDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second run takes the first one's claim over, since it may have died."""
    row, _, candidate = match_desk.hold_a_pair()
    gave = in_the_middle_of(monkeypatch, "merge", lambda: at(match_desk, row, MERGE).result)
    assert at(match_desk, row, MERGE).result == "moved_meanwhile"
    assert gave == ["merge"]
    assert (match_desk.row(row).state, match_desk.outcome(row).record_id) == (State.UPDATED, candidate)


def test_a_second_run_of_the_same_order_that_fails_does_not_give_the_first_one_s_claim_back(
    match_desk: MatchDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Salesforce refuses the second merge because the first is under way: it may still be done."""
    row, *_ = match_desk.hold_a_pair()
    monkeypatch.setattr(SalesforcePeople, "merge", dies)
    with pytest.raises(KilledError):
        at(match_desk, row, MERGE)
    refused = Written(error=TransientError("UNABLE_TO_LOCK_ROW"))
    monkeypatch.setattr(SalesforcePeople, "merge", lambda *_: refused)
    with pytest.raises(TransientError):
        at(match_desk, row, MERGE)
    assert at(match_desk, row, SEPARATE).result == "being_decided"


def test_killed_before_the_merge_the_same_order_merges_and_another_waits(
    match_desk: MatchDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    row, held, candidate = match_desk.hold_a_pair()
    with monkeypatch.context() as patched:
        patched.setattr(SalesforcePeople, "merge", dies)
        with pytest.raises(KilledError):
            at(match_desk, row, MERGE)
    assert match_desk.row(row).state is State.HELD
    assert at(match_desk, row, SEPARATE).result == "being_decided"
    assert at(match_desk, row, MERGE).record_id == candidate
    assert match_desk.lead(held)["MasterRecordId"] == candidate
    assert match_desk.row(row).claim is None


def test_killed_before_the_merge_somebody_else_decides_once_it_has_certainly_ended(
    match_desk: MatchDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    row, *_ = match_desk.hold_a_pair()
    with monkeypatch.context() as patched:
        patched.setattr(SalesforcePeople, "merge", dies)
        with pytest.raises(KilledError):
            at(match_desk, row, MERGE)
    assert at(match_desk, row, SEPARATE, CLAIM - timedelta(seconds=5)).result == "being_decided"
    assert at(match_desk, row, SEPARATE, CLAIM).result == "separate"
    assert match_desk.row(row).state is State.CREATED


@pytest.mark.parametrize("wish", [MERGE, SEPARATE], ids=["merge", "separate"])
def test_killed_before_the_ledger_the_same_order_records_it_and_another_waits(
    match_desk: MatchDesk, monkeypatch: pytest.MonkeyPatch, wish: Wish
) -> None:
    row, held, candidate = match_desk.hold_a_pair()
    with monkeypatch.context() as patched:
        patched.setattr(Ledger, "settle", dies)
        with pytest.raises(KilledError):
            at(match_desk, row, wish)
    assert match_desk.row(row).state is State.HELD
    assert at(match_desk, row, MERGE if wish is SEPARATE else SEPARATE).result == "being_decided"
    assert at(match_desk, row, wish).result == wish.decision
    end = {"merge": (State.UPDATED, candidate, 1), "separate": (State.CREATED, held, 0)}[wish.decision]
    assert (match_desk.row(row).state, match_desk.outcome(row).record_id, merges(match_desk)) == end


def test_killed_after_the_merge_somebody_else_can_only_record_it(
    match_desk: MatchDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    row, _, candidate = match_desk.hold_a_pair()
    with monkeypatch.context() as patched:
        patched.setattr(Ledger, "settle", dies)
        with pytest.raises(KilledError):
            at(match_desk, row, MERGE)
    assert at(match_desk, row, SEPARATE, CLAIM).result == "merged"
    assert at(match_desk, row, Wish("merge", "bob"), CLAIM).record_id == candidate
    assert match_desk.row(row).history[-1].by == "bob"


def test_a_merge_without_an_answer_keeps_everybody_else_waiting_its_own_operator_too(match_desk: MatchDesk) -> None:
    """Salesforce may be at it for ten minutes more."""
    row, *_ = match_desk.hold_a_pair()
    match_desk.org.faults({"fault": "unavailable_html", "path": "/Soap/"})
    assert "nobody knows" in match_desk.decide(row, "merge")["error"]
    assert match_desk.decide(row, "separate")["done"]["result"] == "being_decided"


def test_what_salesforce_refuses_leaves_the_pair_to_everybody_at_once(match_desk: MatchDesk) -> None:
    row, *_ = match_desk.hold_a_pair()
    match_desk.org.ask("POST", "behaviour", {"may_merge_leads": False})
    assert match_desk.decide(row, "merge")["done"]["result"].startswith("refused_by_salesforce")
    assert at(match_desk, row, SEPARATE).result == "separate"


def test_a_decision_that_does_not_fit_leaves_the_pair_to_everybody_at_once(match_desk: MatchDesk) -> None:
    row, *_ = match_desk.hold_a_pair()
    assert match_desk.decide(row, "deleted")["done"]["result"] == "two_leads"
    assert match_desk.decide(row, "merge", take={"Shoe__c": "held"}) == {"refused": "unknown_field"}
    assert at(match_desk, row, SEPARATE).result == "separate"


def test_a_mark_that_was_surely_not_taken_off_leaves_the_pair_to_everybody_at_once(match_desk: MatchDesk) -> None:
    row, *_ = match_desk.hold_a_pair()
    match_desk.review(row)
    match_desk.org.faults({"fault": "lock_row", "path": "composite", "after": 1})
    assert "UNABLE_TO_LOCK_ROW" in match_desk.decide(row, "separate")["error"]
    assert at(match_desk, row, MERGE).result == "merge"


def test_a_claim_says_who_what_and_until_when_and_takes_no_line_of_the_history(
    match_desk: MatchDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    row, *_ = match_desk.hold_a_pair()
    before = datetime.now(UTC)
    monkeypatch.setattr(SalesforcePeople, "merge", dies)
    with pytest.raises(KilledError):
        at(match_desk, row, MERGE)
    found = match_desk.row(row)
    assert found.claim
    assert (found.claim.by, found.claim.decision) == ("eva", "merge")
    assert timedelta() <= found.claim.until - before - CLAIM + timedelta(milliseconds=1) < timedelta(seconds=30)
    assert found.history == row.history


# --- a mark that somebody took off ---------------------------------------------------------------------------------


def cleared(desk: MatchDesk, **evidence: str) -> tuple[Submission, str, str]:
    row, held, candidate = desk.hold_a_pair(**evidence)
    desk.org.ask("PATCH", f"records/Lead/{held}", {"Possible_Duplicate_Of__c": None})
    return row, held, candidate


def test_whose_mark_somebody_took_off_is_not_merged_any_more(match_desk: MatchDesk) -> None:
    row, held, candidate = cleared(match_desk)
    assert match_desk.review(row)["pair"]["finding"] == "cleared"
    done = match_desk.decide(row, "merge")["done"]
    assert (done["result"], done["changed"]) == ("cleared", False)
    assert [match_desk.lead(one)["IsDeleted"] for one in (held, candidate)] == [False, False]
    assert match_desk.row(row).state is State.HELD
    assert match_desk.decide(row, "separate")["done"]["record_id"] == held
    assert match_desk.row(row).state is State.CREATED


def test_a_mark_that_somebody_puts_back_counts_again(match_desk: MatchDesk) -> None:
    row, held, candidate = cleared(match_desk)
    match_desk.org.ask("PATCH", f"records/Lead/{held}", {"Possible_Duplicate_Of__c": candidate})
    assert match_desk.decide(row, "merge")["done"]["result"] == "merge"


def test_a_merge_by_hand_is_recorded_though_the_mark_was_taken_off_before(match_desk: MatchDesk) -> None:
    row, held, candidate = cleared(match_desk)
    match_desk.org.ask("POST", "merge", {"master": candidate, "loser": held})
    assert match_desk.decide(row, "merge")["done"]["record_id"] == candidate


def test_beside_a_contact_too_a_mark_that_somebody_took_off_is_told(match_desk: MatchDesk) -> None:
    row = match_desk.hold(match_desk.org.add("Contact", LastName="Kanarievogel"))
    match_desk.org.ask("PATCH", f"records/Lead/{match_desk.held(row)}", {"Possible_Duplicate_Of__c": None})
    assert match_desk.review(row)["pair"]["finding"] == "cleared"


def test_a_mark_that_the_org_never_took_was_not_taken_off(match_desk: MatchDesk) -> None:
    row, *_ = cleared(match_desk, changes_refused="FIELD_CUSTOM_VALIDATION_EXCEPTION")
    assert match_desk.decide(row, "merge")["done"]["result"] == "merge"


def test_a_mark_that_the_api_user_can_not_see_was_not_taken_off(match_desk: MatchDesk) -> None:
    row, *_ = match_desk.hold_a_pair()
    match_desk.org.ask("POST", "field_access", {"hidden": ["Lead.Possible_Duplicate_Of__c"], "read_only": []})
    assert match_desk.decide(row, "merge")["done"]["result"] == "merge"


# --- a write of the held Lead that got no answer ------------------------------------------------------------------


@pytest.mark.parametrize("decision", ["merge", "separate", "deleted"])
def test_while_the_held_lead_may_still_be_written_nobody_decides_and_nothing_is_asked(
    match_desk: MatchDesk, decision: str
) -> None:
    """It would make the Lead again that a merge took away."""
    row, held, _ = match_desk.hold_a_pair()
    until = datetime.now(UTC) + timedelta(minutes=5)
    match_desk.in_doubt(row, until)
    before = match_desk.row(row)
    done = match_desk.decide(row, decision)["done"]
    assert (done["result"], done["changed"]) == (f"being_written {timestamp(until)}", False)
    assert match_desk.row(row) == before
    assert (match_desk.api_calls(), match_desk.lead(held)["IsDeleted"]) == ([], False)


def test_once_that_write_has_certainly_ended_the_same_order_merges(match_desk: MatchDesk) -> None:
    row, held, candidate = match_desk.hold_a_pair()
    match_desk.in_doubt(row, datetime.now(UTC) + timedelta(minutes=5))
    assert at(match_desk, row, MERGE).result.startswith("being_written ")
    assert at(match_desk, row, MERGE, timedelta(minutes=5)).result == "merge"
    assert match_desk.lead(held)["MasterRecordId"] == candidate
