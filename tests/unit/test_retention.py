"""How long rejected and held submissions wait for a person, where a form sets a limit: never silently, never early."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from shared.form.definition import Form, Retention
from shared.privacy.audit import Audit
from shared.privacy.retention import TOLD_BEFORE, Expired, endings, ends_at, expire
from shared.privacy.tombstone import KEPT, tombstone
from shared.submission import Change, Claim, State, Submission
from tests.builders import NOW, a_submission, contact_form
from tests.fakes.stores import FakeLedger

LIMITED = contact_form(retention=Retention(rejected_days=30, held_days=60))
DAYS = {State.REJECTED: 30, State.HELD: 60}
both = pytest.mark.parametrize("state", [State.REJECTED, State.HELD])


@dataclass
class FakeRows:
    ledger: FakeLedger
    audits: list[Audit] = field(default_factory=list)

    def get_many(self, submission_ids: Iterable[str]) -> dict[str, Mapping[str, Any]]:
        return {one: self.ledger.rows[one].model_dump(mode="json", exclude_none=True) for one in submission_ids}

    def erase(self, seen: Mapping[str, Any], left: Submission, *, also_as_seen: Collection[str] = ()) -> bool:
        there = self.ledger.rows[left.submission_id].model_dump(mode="json", exclude_none=True)
        if any(there.get(name) != seen.get(name) for name in also_as_seen):
            return False
        self.ledger.rows[left.submission_id] = left
        return True

    def write_audit(self, audit: Audit) -> None:
        self.audits.append(audit)


def waiting(ledger: FakeLedger, state: State, days: float, **changes: Any) -> Submission:
    """Last changed so many days ago, and received long before."""
    row = a_submission(state=state)
    at = NOW - timedelta(days=days)
    change = Change(at=at, from_state="received", to_state=state, by="processor")
    row = row.model_copy(
        update={"received_at": at - timedelta(days=300), "history": (change,), "fingerprint": "f", **changes}
    )
    ledger.add(row)
    return row


def run(ledger: FakeLedger, forms: Mapping[str, Form] = LIMITED, now: datetime = NOW) -> tuple[Expired, FakeRows]:
    rows = FakeRows(ledger)
    return expire(ledger, rows, forms, now), rows


@both
def test_without_a_limit_they_wait_without_end(state: State) -> None:
    """Nothing acknowledged is lost: only who writes the form can say that it may be."""
    ledger = FakeLedger()
    row = waiting(ledger, state, days=9_999)
    done, rows = run(ledger, contact_form())
    assert done == Expired(0, 0, 0)
    assert ledger.rows[row.submission_id] == row
    assert rows.audits == []
    assert (Retention().rejected_days, Retention().held_days) == (None, None)


def test_what_a_person_had_erased_meanwhile_says_so() -> None:
    ledger = FakeLedger()
    row = waiting(ledger, State.REJECTED, days=31)
    rows = FakeRows(ledger)
    get_many = rows.get_many

    def erased_first(submission_ids: Iterable[str]) -> dict[str, Mapping[str, Any]]:
        item = row.model_dump(mode="json", exclude_none=True)
        ledger.rows[row.submission_id] = tombstone(item, key="e.x", by="eva", now=NOW, why="erasure")
        return get_many(submission_ids)

    rows.get_many = erased_first  # type: ignore[method-assign]
    assert expire(ledger, rows, LIMITED, NOW).erased == 0
    assert ledger.rows[row.submission_id].history[-1].by == "eva"


@pytest.mark.parametrize("when", ["get_many", "erase"])
def test_what_is_mended_while_others_are_erased_starts_anew(when: str) -> None:
    """All that are over are read first; by the time of the last one an operator may have told `edited`."""
    ledger = FakeLedger()
    row = waiting(ledger, State.REJECTED, days=31)
    rows = FakeRows(ledger)
    method: Callable[..., Any] = getattr(rows, when)

    def mended_first(*arguments: Any, **more: Any) -> Any:
        assert ledger.edit(row, {**row.fields, "last_name": "Bakker"}, by="eva", now=NOW)
        return method(*arguments, **more)

    setattr(rows, when, mended_first)
    assert expire(ledger, rows, LIMITED, NOW) == Expired(0, 1, 0)
    left = ledger.rows[row.submission_id]
    assert (left.state, left.fields["last_name"]) == (State.REJECTED, "Bakker")
    assert rows.audits == []


@both
def test_at_its_limit_a_row_is_erased_and_counted_without_anything_personal(state: State) -> None:
    ledger = FakeLedger()
    row = waiting(ledger, state, days=DAYS[state] + 1)
    done, rows = run(ledger)
    assert done == Expired(1, 0, 0)
    left = ledger.rows[row.submission_id]
    assert (left.state, left.fields, left.history[-1].by) == (State.ERASED, {}, "retention")
    [audit] = rows.audits
    assert (audit.action, audit.reason, audit.counts, audit.person_keys) == ("retention", "done", {state: 1}, ())
    assert "sanne" not in audit.model_dump_json() + left.model_dump_json()


@both
def test_two_weeks_before_its_limit_a_row_is_told_of_and_kept(state: State) -> None:
    ledger = FakeLedger()
    early = waiting(ledger, state, days=DAYS[state] - 15)
    soon = waiting(ledger, state, days=DAYS[state] - 13)
    done, _ = run(ledger)
    assert done == Expired(0, 1, 0)
    assert {ledger.rows[one.submission_id].state for one in (early, soon)} == {state}
    [ending] = endings(ledger, LIMITED, NOW + TOLD_BEFORE)
    assert (ending.row.submission_id, ending.at) == (soon.submission_id, NOW + timedelta(days=13))


def quarantined(ledger: FakeLedger, days_left: float, **changes: Any) -> Submission:
    ends = int((NOW + timedelta(days=days_left)).timestamp())
    return waiting(ledger, State.QUARANTINED, days=1, expires_at=ends, **changes)


def test_two_weeks_before_the_table_drops_it_suspected_spam_is_told_of_apart_from_the_rest() -> None:
    """It was acknowledged, too, and there is a lot of it: told together it would hide a dead letter. The table ends it
    by itself, so that nothing is erased here, also when that is late."""
    ledger = FakeLedger()
    soon, late, gone_form = quarantined(ledger, 13), quarantined(ledger, -1), quarantined(ledger, 3, form_id="gone")
    quarantined(ledger, 15)
    done, rows = run(ledger)
    assert done == Expired(0, 0, 3)
    assert {one.state for one in ledger.rows.values()} == {State.QUARANTINED}
    assert rows.audits == []
    told = {one.row.submission_id: one.at for one in endings(ledger, LIMITED, NOW + TOLD_BEFORE)}
    assert told == {
        soon.submission_id: NOW + timedelta(days=13),
        late.submission_id: NOW - timedelta(days=1),
        gone_form.submission_id: NOW + timedelta(days=3),
    }


def test_what_was_released_since_the_index_was_read_is_not_told_of() -> None:
    ledger = FakeLedger()
    row = quarantined(ledger, 3)
    [summary] = ledger.by_state(State.QUARANTINED)
    ledger.reopen(row, person_keys=(), due_at=NOW, by="eva", now=NOW, why="release")
    ledger.by_state = lambda state, **_order: iter([summary] if state is State.QUARANTINED else [])  # type: ignore[method-assign]
    assert run(ledger)[0] == Expired(0, 0, 0)


def test_days_count_from_the_last_time_that_anybody_did_anything() -> None:
    """A dead letter that was mended, replayed and rejected again starts anew."""
    ledger = FakeLedger()
    row = waiting(ledger, State.REJECTED, days=1)
    assert ends_at(row, LIMITED) == NOW + timedelta(days=29)
    assert run(ledger)[0] == Expired(0, 0, 0)


def test_a_pair_that_is_being_decided_right_now_is_left_alone() -> None:
    ledger = FakeLedger()
    claim = Claim(run="r", by="eva", decision="merge", until=NOW + timedelta(minutes=5))
    row = waiting(ledger, State.HELD, days=61, claim=claim)
    assert run(ledger)[0] == Expired(0, 1, 0)
    assert ledger.rows[row.submission_id].state is State.HELD


@pytest.mark.parametrize("state", [State.RECEIVED, State.CREATED, State.QUARANTINED, State.DISCARDED])
def test_rows_that_wait_for_nobody_have_no_such_end(state: State) -> None:
    ledger = FakeLedger()
    row = waiting(ledger, state, days=9_999)
    assert ends_at(row, LIMITED) is None
    assert run(ledger)[0] == Expired(0, 0, 0)


def test_a_row_whose_form_is_gone_waits() -> None:
    ledger = FakeLedger()
    waiting(ledger, State.REJECTED, days=9_999, form_id="gone")
    assert run(ledger)[0] == Expired(0, 0, 0)


def test_what_was_erased_before_a_failure_is_counted_too() -> None:
    ledger = FakeLedger()
    waiting(ledger, State.REJECTED, days=40)
    waiting(ledger, State.REJECTED, days=41)
    rows = FakeRows(ledger)
    erase = rows.erase
    erased: list[bool] = []

    def fails_the_second_time(seen: Mapping[str, Any], left: Submission, **more: Any) -> bool:
        if erased:
            raise TimeoutError
        erased.append(erase(seen, left, **more))
        return True

    rows.erase = fails_the_second_time  # type: ignore[method-assign]
    with pytest.raises(TimeoutError):
        expire(ledger, rows, LIMITED, NOW)
    assert [audit.counts for audit in rows.audits] == [{"rejected": 1}]


def test_what_was_settled_is_kept_until_no_repeat_of_it_can_come_any_more() -> None:
    """As an erased one's trace: a repeat would find no row, and of a Task it can't see that it was written."""
    assert Retention(settled_days=KEPT.days).settled_days == 30
    with pytest.raises(ValidationError):
        Retention(settled_days=KEPT.days - 1)


@pytest.mark.parametrize("key", ["rejected_days", "held_days"])
@pytest.mark.parametrize("days", [0, 29])
def test_a_limit_is_a_month_at_least(key: str, days: int) -> None:
    """The alarm tells two weeks before, and people have holidays."""
    with pytest.raises(ValidationError):
        Retention.model_validate({key: days})
