"""The load run's pure parts: when requests go out, what their answers come to, and what is wrong afterwards."""

import math
import re
import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from unittest.mock import Mock

import boto3
import pytest
from samtranslator.yaml_helper import yaml_parse

from shared.submission import Change, Outcome, State, Submission
from tests.benchmarks.load import __main__ as command
from tests.benchmarks.load.checking import Found, faults, refusals
from tests.benchmarks.load.client import Answer, Request, drive, receipt_in
from tests.benchmarks.load.crowd import MOST, Crowd, at_once, steady
from tests.benchmarks.load.loading import settling, until_settled
from tests.benchmarks.load.measures import Measured, Settling, Spread, measured, percentile, ratios
from tests.benchmarks.load.tables import all_tables, spread
from tests.benchmarks.load.targets import BARE, CALLS, PRODUCT, TEMPLATE
from tests.benchmarks.matching.page import with_tables
from tests.builders import NOW, a_submission
from tests.simulation.people import Person

BRAM = Person(1, "Bram", "Oosterkamp", "p1@kanarie.example", "bram@werk.kanarie.example", "0612345678")
NOOR = Person(2, "Noor", "Westerma", "p2@kanarie.example")


class Clock:
    """Time passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.time = 1000.0

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds


# ---- the client ----


def drive_with(clock: Clock, moments: list[float], post: Callable[[Request], tuple[int, str]]) -> list[Answer]:
    requests = [Request(at, "contact", "") for at in moments]
    return list(drive(requests, post, now=clock.now, sleep=clock.sleep))


def test_requests_go_out_when_they_were_planned_whatever_became_of_those_before() -> None:
    clock = Clock()
    answers = drive_with(clock, steady(4, 1), lambda _: (503, ""))
    assert [answer.planned for answer in answers] == [1000.0, 1000.25, 1000.5, 1000.75]
    assert [answer.number for answer in answers] == [0, 1, 2, 3]
    assert clock.time == 1000.75


def test_a_request_that_goes_out_late_is_timed_from_when_it_was_due() -> None:
    clock = Clock()

    def held_up(_: float) -> None:
        clock.time += 3

    [_, late] = list(
        drive(
            [Request(0, "contact", ""), Request(1, "contact", "")], lambda _: (202, "r"), now=clock.now, sleep=held_up
        )
    )
    assert (late.planned, late.seconds) == (1001.0, 2.0)


def test_a_connection_that_breaks_is_an_answer_that_never_came() -> None:
    def broken(_: Request) -> tuple[int, str]:
        raise ConnectionResetError

    [answer] = drive_with(Clock(), [0.0], broken)
    assert (answer.status, answer.receipt, answer.accepted) == (0, "", False)


@pytest.mark.parametrize(("body", "receipt"), [(b'{"receipt": "r"}', "r"), (b"<html>", ""), (b"[]", ""), (b"{}", "")])
def test_a_receipt_is_read_from_an_answer_that_has_one(body: bytes, receipt: str) -> None:
    assert receipt_in(body) == receipt


def test_an_acknowledgement_without_a_receipt_is_none() -> None:
    assert not Answer(0, 0.0, 0.1, 202).accepted
    assert not Answer(0, 0.0, 0.1, 422, "r").accepted


# ---- what is compared with ----


@pytest.mark.parametrize(("function", "calls"), [("BareFunction", []), ("CallsFunction", ["put_item", "send_message"])])
def test_a_baseline_makes_its_calls_and_no_other_gives_a_receipt_and_prints_a_line(
    function: str, calls: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The emulator takes 50 ms longer for a function that prints nothing, and the ratios would flatter us."""
    aws = Mock()
    monkeypatch.setattr(boto3, "client", lambda _: aws)
    monkeypatch.setenv("TABLE", "table")
    monkeypatch.setenv("QUEUE_URL", "https://queue")
    template = yaml_parse(TEMPLATE.read_text("utf-8"))
    module: dict[str, Any] = {}
    exec(template["Resources"][function]["Properties"]["InlineCode"], module)  # noqa: S102 (our own template)
    answer = module["handler"]({"body": "Zm9v"}, None)
    assert (answer["statusCode"], bool(receipt_in(answer["body"].encode()))) == (202, True)
    assert [name for name, _, _ in aws.mock_calls] == calls
    assert capsys.readouterr().out.count("\n") == 1


# ---- the crowd ----


def test_a_seed_gives_each_target_the_same_requests() -> None:
    assert Crowd(1, 50).requests(at_once(50)) == Crowd(1, 50).requests(at_once(50))
    assert Crowd(1, 50).requests(at_once(50)) != Crowd(2, 50).requests(at_once(50))


def test_half_of_a_crowd_is_new_and_the_rest_has_been_here_before() -> None:
    crowd = Crowd(1, 60)
    numbers = [person.number for person, _ in crowd.requests(at_once(40)) + crowd.requests(steady(10, 2))]
    assert len(set(numbers)) == 30
    assert all(number not in numbers[:at] for at, number in enumerate(numbers) if at % 2 == 0)
    assert all(number in numbers[:at] for at, number in enumerate(numbers) if at % 2)


def test_the_largest_crowd_is_one_in_which_nobody_shares_a_name() -> None:
    names = {person.last_name for person, _ in Crowd(1, MOST).requests(at_once(MOST))}
    assert len(names) == MOST // 2


# ---- the figures ----


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [([5, 1, 3], 0.5, 3), ([5, 1, 3], 0.99, 5), (range(1, 201), 0.99, 198), ([7], 0.5, 7), ([1, 2], 0.5, 1)],
)
def test_a_percentile_is_a_value_that_was_measured(values: Iterable[float], share: float, expected: float) -> None:
    assert percentile(list(values), share) == expected


def test_there_is_no_percentile_of_nothing() -> None:
    assert math.isnan(percentile([], 0.5))


def test_what_was_refused_is_counted_by_status_and_not_timed() -> None:
    answers = [Answer(0, 10.0, 0.1, 202, "a"), Answer(1, 10.5, 0.3, 202, "b"), Answer(2, 11.0, 9.0, 503)]
    found = measured(1, "burst", PRODUCT, answers)
    assert (found.sent, found.accepted, found.refused) == (3, 2, {503: 1})
    assert (found.p50, found.p99) == pytest.approx((100, 300))
    assert found.per_second == pytest.approx(2 / 10)


def one(target: str, number: int = 1, **changes: Any) -> Measured:
    return replace(Measured(number, "burst", target, 10, 10, {}, 10.0, 100.0, 200.0), **changes)


def test_a_ratio_is_one_of_the_same_round() -> None:
    """The second round was slow for both, and their ratio is as before."""
    found = [one(BARE), one(PRODUCT, p50=300.0), one(BARE, 2, p50=500.0), one(PRODUCT, 2, p50=1600.0)]
    assert ratios(found, "burst", PRODUCT, BARE)["p50"] == Spread(3.1, 3.0, 3.2)


def test_what_was_not_measured_does_not_spoil_the_spread_of_what_was() -> None:
    assert Spread.of([1.0, math.nan, 3.0]) == Spread(2.0, 1.0, 3.0)
    assert spread(Spread.of([])) == "none"


# ---- what must be true afterwards ----


def a_row(state: State, lead: str = "", seconds: float = 0.0) -> Submission:
    row = a_submission(state=state)
    settled = Change(at=NOW + timedelta(seconds=seconds), from_state="received", to_state=state, by="processor")
    outcome = Outcome(record_id=lead, record_type="Lead") if lead else None
    return row.model_copy(update={"outcome": outcome, "history": (*row.history, settled)})


def a_fine_run() -> tuple[Found, list[Submission]]:
    """Bram was created and came again, Noor was rejected."""
    rows = [a_row(State.CREATED, "00Q1"), a_row(State.UPDATED, "00Q1"), a_row(State.REJECTED)]
    created, updated, rejected = rows
    found = Found(
        sent={created.submission_id: BRAM, updated.submission_id: BRAM, rejected.submission_id: NOOR},
        rows={row.submission_id: row for row in rows},
        listed=[row.submission_id for row in rows],
        leads=[{"Id": "00Q1", "Email": "Bram@werk.kanarie.example", "LastName": "Oosterkamp"}],
        tasks=[{"Submission_Id__c": updated.submission_id}, {"Submission_Id__c": None}],
    )
    return found, rows


def test_nothing_is_wrong_with_a_run_in_which_all_is_settled() -> None:
    assert faults(a_fine_run()[0]) == []


def changed(found: Found, row: Submission) -> Found:
    return replace(found, rows={**found.rows, row.submission_id: row})


def test_a_receipt_without_a_row_is_lost() -> None:
    found, [created, *_] = a_fine_run()
    rows = {one: row for one, row in found.rows.items() if one != created.submission_id}
    assert faults(replace(found, rows=rows)) == [f"lost: {created.submission_id} was acknowledged and has no row"]


def test_a_row_that_is_still_received_is_not_settled() -> None:
    found, [*_, rejected] = a_fine_run()
    waiting = rejected.model_copy(update={"state": State.RECEIVED, "attempts": 2, "last_error": "http_503"})
    assert faults(changed(found, waiting)) == [
        f"not settled: {rejected.submission_id}, after 2 tries, last error http_503"
    ]


def test_a_state_that_nothing_here_leads_to_is_told() -> None:
    found, [*_, rejected] = a_fine_run()
    held = rejected.model_copy(update={"state": State.HELD})
    assert faults(changed(found, held)) == [f"{rejected.submission_id} is held, which nothing here should be"]


def test_a_row_is_listed_in_exactly_one_state() -> None:
    found, [created, *_] = a_fine_run()
    twice = replace(found, listed=[*found.listed, created.submission_id])
    assert faults(twice) == [f"{created.submission_id} is listed in 2 states"]


def test_a_person_with_a_lead_at_each_address_was_created_twice() -> None:
    found, _ = a_fine_run()
    second = {"Id": "00Q2", "Email": BRAM.email, "LastName": BRAM.last_name}
    assert faults(replace(found, leads=[*found.leads, second])) == ["created twice: person 1 has 2 Leads"]


def test_whoever_was_created_has_a_lead() -> None:
    found, [created, updated, _] = a_fine_run()
    assert faults(replace(found, leads=[])) == [
        "person 1 has no Lead",
        f"{created.submission_id} is created, and its Lead is not there",
        f"{updated.submission_id} is updated, and its Lead is not there",
    ]


def test_whoever_was_only_rejected_has_no_lead() -> None:
    found, _ = a_fine_run()
    lead = {"Id": "00Q2", "Email": NOOR.email, "LastName": NOOR.last_name}
    assert faults(replace(found, leads=[*found.leads, lead])) == [
        "person 2 has a Lead, though nothing of them may be one"
    ]


def test_what_stands_on_the_lead_of_another_was_merged_wrongly() -> None:
    found, [created, updated, _] = a_fine_run()
    lead = {**found.leads[0], "LastName": "Westerma"}
    assert faults(replace(found, leads=[lead])) == [
        f"merged wrongly: {one.submission_id} stands on the Lead of another person" for one in (created, updated)
    ]


def test_an_update_is_noted_once_and_a_creation_never() -> None:
    found, [created, updated, _] = a_fine_run()
    tasks = [{"Submission_Id__c": created.submission_id}]
    assert faults(replace(found, tasks=tasks)) == [
        f"{created.submission_id} is created, and was noted 1 times",
        f"{updated.submission_id} is updated, and was noted 0 times",
    ]


def test_whatever_was_refused_is_told() -> None:
    refused = one(PRODUCT, accepted=7, refused={503: 2, 0: 1})
    assert list(refusals([one(BARE), refused])) == [
        "refused: form-to-lead, burst, round 1: 1 of 10 got no answer",
        "refused: form-to-lead, burst, round 1: 2 of 10 got status 503",
    ]


# ---- waiting until it is settled ----


def test_only_what_is_not_settled_is_looked_at_again() -> None:
    asked: list[list[str]] = []
    answers = iter([{"a": a_row(State.CREATED), "b": a_row(State.RECEIVED)}, {"b": a_row(State.UPDATED)}])

    def rows_of(receipts: Iterable[str]) -> dict[str, Submission]:
        asked.append(list(receipts))
        return next(answers)

    clock = Clock()
    rows = until_settled(["a", "b"], rows_of, 60, now=clock.now, sleep=clock.sleep)
    assert asked == [["a", "b"], ["b"]]
    assert {row.state for row in rows.values()} == {State.CREATED, State.UPDATED}


def test_waiting_ends_and_says_what_it_waited_for() -> None:
    clock = Clock()
    rows = until_settled(["a", "b"], lambda _: {"a": a_row(State.RECEIVED)}, 60, now=clock.now, sleep=clock.sleep)
    assert set(rows) == {"a"}
    assert 1060 <= clock.time <= 1062


def test_settling_lasts_from_the_last_receipt_to_the_last_row() -> None:
    began = NOW.timestamp()
    answers = [Answer(0, began, 1.0, 202, "a"), Answer(1, began + 1, 1.0, 202, "b"), Answer(2, began + 9, 1.0, 503)]
    rows = [a_row(State.CREATED, "00Q1", 3.0), a_row(State.UPDATED, "00Q1", 4.5), a_row(State.RECEIVED, seconds=99)]
    assert settling(answers, rows, calls=5) == Settling({"created": 1, "updated": 1}, seconds=2.5, calls=5)
    assert settling([], [], calls=0).seconds == 0


# ---- the page and the command ----


def a_run() -> list[Measured]:
    settled = Settling({"rejected": 1, "created": 5, "updated": 4}, seconds=1.5, calls=12)
    return [one(BARE), one(CALLS, p50=120.0), one(PRODUCT, p50=180.0, settling=settled)]


def test_the_tables_show_ratios_totals_and_calls_per_lead() -> None:
    tables = all_tables(a_run(), "python -m x", ["lost: r"])
    assert tables["run"].rows == (("`python -m x`", "10", "10", "10", "1"),)
    assert ("burst", PRODUCT, CALLS, "1.00", "1.50", "1.00") in tables["ratios"].rows
    assert tables["settled"].rows == (("burst", "10", "10", "created 5, updated 4, rejected 1", "1.5", "2.40"),)
    assert ("burst", CALLS, "10", "0", "10.0", "120", "200") in tables["figures"].rows


def test_the_page_has_a_section_for_each_table_and_no_other() -> None:
    page = command.PAGE.read_text("utf-8")
    tables = all_tables(a_run(), "python -m x", [])
    assert sorted(re.findall(r"<!-- bench:(\w+) -->", page)) == sorted(tables)
    assert "| burst | form-to-lead | two AWS calls | 1.00 | 1.50 | 1.00 |" in with_tables(page, tables)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["--rate", "51"], "at most 50"),
        (["--rate", "0"], "above 0"),
        (["--burst", "101"], "--burst 1 to 100"),
        (["--rounds", "0"], "--rounds must be 1 or more"),
        (["--seconds", "0"], "long enough for one request"),
        (["--rounds", "50"], "there are people for 3,000"),
    ],
)
def test_a_load_that_cannot_be_is_refused_with_what_could(
    given: list[str], told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["load", *given])
    with pytest.raises(SystemExit, match="2"):
        command.main()
    assert told in capsys.readouterr().err
