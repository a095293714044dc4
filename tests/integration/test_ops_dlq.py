"""The commands about dead letters against AWS in this process."""

import os
import signal
from datetime import timedelta

import boto3
import pytest

from ops.operations import orders
from shared.aws.lead_queue import SubmissionQueue
from shared.rejection import Problem, Reason
from shared.submission import State
from tests.builders import a_submission
from tests.integration.ops_desk import PERSON, UNKNOWN_ID, Desk
from tests.integration.ops_desk import desk as desk  # noqa: PLC0414 (the fixture)


def test_a_dead_letter_is_listed_shown_mended_and_replayed_once(desk: Desk) -> None:
    """The whole way of an operator's work; the second replay changes nothing."""
    one = desk.reject(fields=PERSON)

    listed = desk.json("dlq", "list")
    assert [row["submission_id"] for row in listed["submissions"]] == [one]
    assert (listed["messages"], listed["rejected"]) == (1, 1)

    shown = desk.json("dlq", "show", one)
    assert shown["rejection"]["problems"][0]["what"] == "E-mail address (email): it is not an e-mail address."

    assert desk.json("dlq", "edit", one, "--set", "email=mended@example.com")["done"][0]["result"] == "edited"
    assert desk.row(one).fields["email"] == "mended@example.com"
    assert desk.row(one).original_fields == PERSON

    assert desk.json("dlq", "replay", one, "--yes")["done"][0]["result"] == "replayed"
    assert desk.queue() == [one]
    replayed = desk.row(one)
    assert (replayed.state, replayed.replay_count) == (State.RECEIVED, 1)
    assert desk.json("dlq", "list") == {
        "messages": 0, "rejected": 0, "groups": [], "submissions": [], "more": False,
    }  # fmt: skip

    again = desk.json("dlq", "replay", one, "--yes", exit_code=1)
    assert again["done"][0]["result"] == "is_received"
    assert desk.row(one) == replayed
    assert desk.queue() == [one]


@pytest.mark.parametrize("command", [("replay",), ("discard", "--why", "a test of our own")])
def test_without_yes_nothing_is_done(desk: Desk, command: tuple[str, ...]) -> None:
    one = desk.reject()
    before = desk.row(one)
    result = desk.run("dlq", *command, one)
    assert result.exit_code == 0
    assert one in result.stdout
    assert "Nothing was done" in result.stderr
    assert desk.function.orders == []
    assert desk.row(one) == before


def test_the_dry_run_says_what_would_be_refused_and_what_is_still_wrong(desk: Desk) -> None:
    wrong, right = desk.reject(fields={"email": "no address"}), desk.reject()
    settled = a_submission(state=State.CREATED)
    desk.ledger.add(settled)
    result = desk.json("dlq", "replay", wrong, right, settled.submission_id, UNKNOWN_ID, exit_code=1)
    assert [(one["refusal"], one["still_wrong"]) for one in result["plan"]] == [
        ("", ["email"]),
        ("", []),
        ("is_created", []),
        ("unknown", []),
    ]
    assert result["count"] == 2
    table = desk.run("dlq", "replay", wrong, settled.submission_id).stdout
    assert "still wrong: email" in table
    assert "it is created" in table


def test_filters_choose_what_is_replayed(desk: Desk) -> None:
    """By filter only rejected rows are meant, never quarantined ones."""
    wanted = desk.reject(reason=Reason.SALESFORCE_REJECTED)
    desk.reject(reason=Reason.VALIDATION_FAILED)
    desk.reject(reason=Reason.SALESFORCE_REJECTED, age=timedelta(days=3))
    desk.ledger.add(a_submission(state=State.QUARANTINED).model_copy(update={"reason": "salesforce_rejected"}))
    done = desk.json("dlq", "replay", "--reason", "salesforce_rejected", "--newer-than", "1d", "--yes")["done"]
    assert [(one["submission_id"], one["result"]) for one in done] == [(wanted, "replayed")]


def test_the_same_filter_twice_finds_nothing_the_second_time(desk: Desk) -> None:
    desk.reject()
    assert len(desk.json("dlq", "replay", "--all", "--yes")["done"]) == 1
    assert desk.json("dlq", "replay", "--all", "--yes")["done"] == []


def test_filters_also_hold_for_ids_that_are_given(desk: Desk) -> None:
    kept, sent = desk.reject(reason=Reason.INTERNAL_ERROR), desk.reject()
    done = desk.json("dlq", "replay", kept, sent, "--reason", "validation_failed", "--yes")["done"]
    assert [one["submission_id"] for one in done] == [sent]


def test_a_quarantined_submission_can_be_released(desk: Desk) -> None:
    row = a_submission(state=State.QUARANTINED)
    desk.ledger.add(row)
    assert desk.json("dlq", "replay", "--quarantined", "--form", "contact", "--yes")["done"][0]["changed"]
    assert desk.row(row.submission_id).state is State.RECEIVED


def test_a_discard_keeps_its_reason_in_the_history(desk: Desk) -> None:
    one = desk.reject()
    assert desk.run("dlq", "discard", one, "--why", "a test of our own", "--yes").exit_code == 0
    row = desk.row(one)
    assert (row.state, row.history[-1].why) == (State.DISCARDED, "a test of our own")
    assert desk.run("dlq", "discard", one, "--why", "a test of our own", "--yes").exit_code == 1
    assert desk.row(one) == row


@pytest.mark.parametrize("why", ["", " ", "x" * 201, "sanne@example.com asked"])
def test_a_reason_that_would_not_do_is_not_taken(desk: Desk, why: str) -> None:
    assert desk.run("dlq", "discard", "--all", "--why", why, "--yes").exit_code == 2


@pytest.mark.parametrize("command", [("replay",), ("discard", "--why", "spam")])
def test_all_of_them_must_be_asked_for_aloud(desk: Desk, command: tuple[str, ...]) -> None:
    result = desk.run("dlq", *command, "--yes")
    assert result.exit_code == 2
    assert desk.function.orders == []


def test_orders_go_in_batches_and_name_the_caller(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orders, "BATCH", 2)
    for _ in range(5):
        desk.reject()
    assert len(desk.json("dlq", "replay", "--all", "--yes")["done"]) == 5
    assert [len(order["submission_ids"]) for order in desk.function.orders] == [2, 2, 1]
    arn = boto3.client("sts").get_caller_identity()["Arn"]
    assert {order["by"] for order in desk.function.orders} == {arn.rpartition("/")[2]}


def test_ctrl_c_stops_after_the_batch_under_way(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was begun is finished and told; the rest is untouched."""
    monkeypatch.setattr(orders, "BATCH", 2)
    ids = [desk.reject(age=timedelta(hours=5 - number)) for number in range(5)]
    desk.function.before = lambda: signal.raise_signal(signal.SIGINT)
    result = desk.run("dlq", "replay", "--all", "--yes")
    assert result.exit_code == 1
    assert "2 of 5" in result.stderr
    assert [desk.row(one).state for one in ids] == [State.RECEIVED] * 2 + [State.REJECTED] * 3


def test_a_second_ctrl_c_stops_at_once_and_still_tells_how_far_it_got(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(orders, "BATCH", 1)
    for _ in range(3):
        desk.reject()

    def press_twice() -> None:
        if len(desk.function.orders) == 2:
            # To this thread: of two that wait for another thread the process hears one.
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGINT)

    desk.function.before = press_twice
    # Where the tests run in the background, the shell had it ignored.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        result = desk.run("dlq", "replay", "--all", "--yes")
    finally:
        signal.signal(signal.SIGINT, before)
    assert result.exit_code == 1
    assert "1 of 3" in result.stderr
    assert "Stopped at once" in result.stderr


def test_a_failing_function_is_told_without_its_words(desk: Desk) -> None:
    """A traceback of the function may quote what it was working on."""
    one = desk.reject()
    desk.function.fails = "Unhandled"
    result = desk.run("dlq", "replay", one, "--yes")
    assert result.exit_code == 1
    assert "The replay function failed" in result.stderr
    assert "Kanarievogel" not in result.output


# --- queue and ledger -----------------------------------------------------------------------------------


def test_more_messages_than_rejected_rows_are_told_and_reconciled(desk: Desk) -> None:
    left_over = a_submission()
    desk.ledger.add(left_over)
    url = os.environ["DEAD_LETTER_QUEUE_URL"]
    SubmissionQueue(boto3.client("sqs"), url).send(left_over.submission_id, group="g")  # as SQS itself moves it
    listed = desk.run("dlq", "list")
    assert listed.exit_code == 0
    assert "dlq reconcile" in listed.stderr
    assert desk.json("dlq", "reconcile")["done"][0]["result"] == "queued_again"
    assert "dlq reconcile" not in desk.run("dlq", "list").stderr
    assert desk.json("dlq", "reconcile")["done"] == []


def test_dead_letters_that_went_after_14_days_are_explained(desk: Desk) -> None:
    desk.reject(letter=False)
    result = desk.run("dlq", "list")
    assert "Messages go after 14 days" in result.stderr
    assert "reconcile" not in result.stderr


def test_dead_letters_are_grouped_by_cause(desk: Desk) -> None:
    for _ in range(3):
        desk.reject()
    desk.reject(Problem(code="STRING_TOO_LONG", field="City"), reason=Reason.SALESFORCE_REJECTED, form_id="quote")
    groups = desk.json("dlq", "list", "--limit", "1")
    assert [(one["count"], one["reason"], one["code"], one["field"], one["forms"]) for one in groups["groups"]] == [
        (3, "validation_failed", "invalid_email", "email", ["contact"]),
        (1, "salesforce_rejected", "STRING_TOO_LONG", "City", ["quote"]),
    ]
    assert (len(groups["submissions"]), groups["more"]) == (1, True)
    table = desk.run("dlq", "list").stdout
    assert "invalid_email" in table
    assert "STRING_TOO_LONG" in table
