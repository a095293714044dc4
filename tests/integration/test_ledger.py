"""The DynamoDB adapter: rows keep everything, and a change only lands on the row as it was seen."""

from datetime import timedelta
from typing import Any

import pytest
from mypy_boto3_dynamodb import DynamoDBClient

from shared.aws.ledger import Ledger
from shared.errors import ConfigurationError
from shared.rejection import Problem, Reason, Rejection
from shared.submission import Claim, Outcome, State, Summary
from tests.builders import NOW, a_submission

REJECTION = Rejection(reason=Reason.VALIDATION_FAILED, problems=(Problem(code="required", field="email"),))


@pytest.fixture
def ledger(dynamodb: DynamoDBClient) -> Ledger:
    return Ledger(dynamodb, "Submissions")


def test_a_row_comes_back_as_it_was_written(ledger: Ledger) -> None:
    submission = a_submission(last_name="O'Brien-Østergård 李", message="één\nregel\ten 😀", extras=["a", "b"])
    assert ledger.add(submission) is None
    assert ledger.get(submission.submission_id) == submission
    assert ledger.get_many([submission.submission_id, "unknown"]) == {submission.submission_id: submission}


def test_an_id_that_is_taken_gives_the_row_that_is_there(ledger: Ledger) -> None:
    first = a_submission()
    ledger.add(first)
    second = first.model_copy(update={"fields": {"last_name": "Other"}})
    assert ledger.add(second) == first
    assert ledger.get(first.submission_id) == first


def test_nothing_is_found_where_nothing_is(ledger: Ledger) -> None:
    assert ledger.get("unknown") is None
    assert ledger.get_many([]) == {}


def test_settling_writes_state_outcome_history_and_expiry_at_once(ledger: Ledger) -> None:
    submission = a_submission()
    ledger.add(submission)
    outcome = Outcome(record_id="00Q1", record_type="Lead", evidence={"rule": "same_email"})
    assert ledger.settle(
        submission, State.UPDATED, by="processor", now=NOW, why="same_email", outcome=outcome, expires_at=123
    )
    row = ledger.get(submission.submission_id)
    assert row is not None
    assert (row.state, row.outcome, row.expires_at) == (State.UPDATED, outcome, 123)
    assert [(change.from_state, change.to_state, change.by) for change in row.history] == [
        ("", "received", "intake"),
        ("received", "updated", "processor"),
    ]


def test_a_row_is_settled_once(ledger: Ledger) -> None:
    submission = a_submission()
    ledger.add(submission)
    assert ledger.settle(submission, State.CREATED, by="processor", now=NOW)
    assert not ledger.settle(submission, State.REJECTED, by="processor", now=NOW, rejection=REJECTION)
    row = ledger.get(submission.submission_id)
    assert row is not None
    assert (row.state, row.rejection) == (State.CREATED, None)


def test_a_row_has_the_keys_that_the_processor_locked(ledger: Ledger) -> None:
    """Its form may give more than the intake's did; an erasure locks what stands in the row."""
    submission = a_submission()
    ledger.add(submission)
    keys = (*submission.person_keys, "p.more")
    locked = submission.model_copy(update={"person_keys": keys})
    assert ledger.note_attempt(locked, error="ReadTimeout", due_at=NOW, counted=True, in_doubt_until=NOW)
    tried = ledger.get(submission.submission_id)
    assert ledger.settle(locked, State.CREATED, by="processor", now=NOW)
    done = ledger.get(submission.submission_id)
    assert tried is not None
    assert done is not None
    assert (tried.person_keys, done.person_keys) == (keys, keys)


def test_a_row_that_is_gone_is_not_brought_back(ledger: Ledger) -> None:
    """An erased submission stays erased, whatever a late worker wants to write."""
    submission = a_submission()
    assert not ledger.settle(submission, State.CREATED, by="processor", now=NOW)
    assert ledger.get(submission.submission_id) is None


def test_a_late_worker_of_before_a_replay_changes_nothing(ledger: Ledger) -> None:
    before = a_submission()
    ledger.add(before)
    ledger.settle(before, State.REJECTED, by="processor", now=NOW, rejection=REJECTION)
    rejected = ledger.get(before.submission_id)
    assert rejected is not None
    assert ledger.reopen(rejected, person_keys=["e.new"], due_at=NOW, by="operator", now=NOW, why="replay")
    assert not ledger.settle(before, State.CREATED, by="processor", now=NOW)
    row = ledger.get(before.submission_id)
    assert row is not None
    assert (row.state, row.replay_count, row.person_keys, row.reason) == (State.RECEIVED, 1, ("e.new",), "")
    assert row.received_at == before.received_at


def test_a_replay_happens_once(ledger: Ledger) -> None:
    submission = a_submission(state=State.REJECTED)
    ledger.add(submission)
    assert ledger.reopen(submission, person_keys=["k"], due_at=NOW, by="operator", now=NOW, why="replay")
    assert not ledger.reopen(submission, person_keys=["k"], due_at=NOW, by="operator", now=NOW, why="replay")


def test_an_edit_keeps_what_arrived_and_loses_to_another_edit(ledger: Ledger) -> None:
    submission = a_submission(state=State.REJECTED, email="wrong")
    ledger.add(submission)
    mended = {**submission.fields, "email": "right@example.com"}
    assert ledger.edit(submission, mended, by="operator", now=NOW)
    assert not ledger.edit(submission, {**submission.fields, "email": "other"}, by="operator", now=NOW)
    row = ledger.get(submission.submission_id)
    assert row is not None
    assert (row.fields, row.original_fields) == (mended, submission.fields)
    assert row.history[-1].why == "edited email"


def test_a_claim_lands_on_the_row_as_it_was_seen_and_goes_with_the_decision(ledger: Ledger) -> None:
    row = a_submission(state=State.HELD)
    ledger.add(row)
    mine, other = (Claim(run=run, by="eva", decision="merge", until=NOW) for run in ("1", "2"))
    assert ledger.claim(row, mine)
    assert not ledger.claim(row, other)
    assert not ledger.claim(row, None)
    claimed = ledger.get(row.submission_id)
    assert claimed == row.model_copy(update={"claim": mine})
    assert not ledger.settle(row, State.CREATED, by="bob", now=NOW)
    assert ledger.claim(claimed, None)
    assert ledger.get(row.submission_id) == row
    assert not ledger.settle(claimed, State.CREATED, by="eva", now=NOW)
    assert ledger.claim(row, mine)
    assert ledger.settle(claimed, State.CREATED, by="eva", now=NOW)
    settled = ledger.get(row.submission_id)
    assert settled is not None
    assert (settled.state, settled.claim) == (State.CREATED, None)


def test_tries_are_counted_unless_they_do_not_count(ledger: Ledger) -> None:
    submission = a_submission()
    ledger.add(submission)
    later = NOW + timedelta(hours=1)
    assert ledger.note_attempt(submission, error="http_503", due_at=later, counted=True, in_doubt_until=later)
    row = ledger.get(submission.submission_id)
    assert row is not None
    assert (row.attempts, row.last_error, row.due_at) == (1, "http_503", later)
    assert (row.tries_with("http_503"), row.tries_with("invalid_client"), row.in_doubt_until) == (1, 0, later)
    assert ledger.note_attempt(row, error="invalid_client", due_at=later, counted=False, in_doubt_until=None)
    again = ledger.get(submission.submission_id)
    assert again is not None
    assert (again.attempts, again.tries_with("invalid_client"), again.in_doubt_until) == (1, 0, later)


def test_that_a_row_must_not_be_tried_yet_stays_through_a_try_that_says_nothing_of_it(ledger: Ledger) -> None:
    submission = a_submission()
    ledger.add(submission)
    later = NOW + timedelta(minutes=11)
    told: dict[str, Any] = {"due_at": later, "counted": True, "in_doubt_until": later}
    assert ledger.note_attempt(submission, error="ReadTimeout", **told, no_try_before=later)
    assert ledger.note_attempt(submission, error="http_503", **told)
    row = ledger.get(submission.submission_id)
    assert row is not None
    assert row.no_try_before == later


def test_rows_are_listed_by_state_oldest_first_in_every_page(ledger: Ledger) -> None:
    rows = [a_submission().model_copy(update={"received_at": NOW - timedelta(hours=hours)}) for hours in range(3)]
    for row in (*rows, a_submission(state=State.REJECTED)):
        ledger.add(row)
    listed = list(ledger.by_state(State.RECEIVED))
    assert [summary.submission_id for summary in listed] == [row.submission_id for row in reversed(rows)]
    assert listed[0].person_keys == rows[2].person_keys
    assert [s.submission_id for s in ledger.by_state(State.RECEIVED, newest_first=True)] == [
        row.submission_id for row in rows
    ]


def test_a_forgotten_row_is_claimed_once(ledger: Ledger) -> None:
    ledger.add(a_submission())
    [summary] = ledger.by_state(State.RECEIVED)
    assert ledger.note_requeue(summary, due_at=NOW + timedelta(minutes=5))
    assert not ledger.note_requeue(summary, due_at=NOW + timedelta(minutes=5))


def test_a_row_that_this_release_cannot_read_stops_nobody_else(ledger: Ledger, dynamodb: DynamoDBClient) -> None:
    good = a_submission()
    ledger.add(good)
    dynamodb.put_item(
        TableName="Submissions",
        Item={"submission_id": {"S": "odd"}, "state": {"S": "received"}, "received_at": {"S": "someday"}},
    )
    assert ledger.get_many(["odd", good.submission_id]) == {good.submission_id: good}
    assert [summary.submission_id for summary in ledger.by_state(State.RECEIVED)] == [good.submission_id]
    with pytest.raises(ConfigurationError):
        ledger.get("odd")


@pytest.mark.parametrize("number", ["attempts", "replay_count"])
@pytest.mark.parametrize(
    "odd", [{"L": []}, {"M": {}}, {"B": b"12"}, {"NS": ["1"]}, {"S": "x"}], ids=lambda odd: next(iter(odd))
)
def test_a_number_that_is_none_stops_nobody_else(
    ledger: Ledger, dynamodb: DynamoDBClient, number: str, odd: Any
) -> None:
    good, broken = a_submission(), a_submission()
    for row in (good, broken):
        ledger.add(row)
    dynamodb.update_item(
        TableName="Submissions",
        Key={"submission_id": {"S": broken.submission_id}},
        UpdateExpression="SET #number = :odd",
        ExpressionAttributeNames={"#number": number},
        ExpressionAttributeValues={":odd": odd},
    )
    ids = [good.submission_id, broken.submission_id]
    assert ledger.get_many(ids) == {good.submission_id: good}
    # Only one of the two stands in the index.
    listed = [good.submission_id] if number in Summary.model_fields else sorted(ids)
    assert sorted(summary.submission_id for summary in ledger.by_state(State.RECEIVED)) == listed
    with pytest.raises(ConfigurationError):
        ledger.get(broken.submission_id)


def test_a_table_that_is_not_there_is_a_configuration_error(dynamodb: DynamoDBClient) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Ledger(dynamodb, "Nowhere").get("x")
    assert caught.value.code == "dynamodb:ResourceNotFoundException"
