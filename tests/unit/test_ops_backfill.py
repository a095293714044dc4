"""The backfill command's loop over pages: what it asks, what it adds up, and how it ends."""

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from ops.errors import ExitCode
from ops.operations.backfill import Report, backfill


def page(after: str = "", **changes: Any) -> dict[str, Any]:
    return {"left": None, "filled": 2, "same": 0, "refused": {}, "after": after, "error": "", **changes}


@dataclass
class FakeStack:
    """Answers with one page after another."""

    pages: list[Any]
    orders: list[dict[str, Any]] = field(default_factory=list)
    outputs: Mapping[str, str] = field(default_factory=lambda: {"BackfillFunctionName": "backfill"})

    def client(self, service: str) -> Any:
        assert service == "lambda"
        return self

    def invoke(self, *, FunctionName: str, InvocationType: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803 (boto3's names)
        assert (FunctionName, InvocationType) == ("backfill", "RequestResponse")
        self.orders.append(json.loads(Payload))
        answer = self.pages.pop(0)
        if answer is None:
            return {"FunctionError": "Unhandled"}
        return {"Payload": io.BytesIO(json.dumps(answer).encode())}


def run(stack: FakeStack, *, stop_after: int = 99) -> tuple[Report, list[tuple[str, int, int]]]:
    told: list[tuple[str, int, int]] = []
    report = backfill(
        stack,
        country="",
        everything=False,
        stopped=lambda: len(stack.orders) >= stop_after,
        advance=lambda *progress: told.append(progress),
    )
    return report, told


def test_each_page_begins_where_the_one_before_ended_and_progress_is_told() -> None:
    stack = FakeStack([page("00Q2", left=3), page(same=1, filled=0), page(left=2, refused={"LOCKED": 1}, filled=1)])
    report, told = run(stack)
    assert [(order["kind"], order["after"]) for order in stack.orders] == [
        ("Lead", ""), ("Lead", "00Q2"), ("Contact", ""),
    ]  # fmt: skip
    assert told == [("Lead", 2, 3), ("Lead", 1, 3), ("Contact", 2, 2)]
    assert [(one.kind, one.filled, one.same, dict(one.refused)) for one in report.kinds] == [
        ("Lead", 2, 1, {}), ("Contact", 1, 0, {"LOCKED": 1}),
    ]  # fmt: skip
    assert (report.trouble, report.refused) == (None, 1)


@pytest.mark.parametrize("stop_after", [1, 2])
def test_ctrl_c_ends_it_behind_the_page_under_way(stop_after: int) -> None:
    stack = FakeStack([page("00Q2"), page(), page()])
    report, _ = run(stack, stop_after=stop_after)
    assert len(stack.orders) == stop_after
    assert "Stopped" in str(report.trouble)
    assert report.trouble
    assert report.trouble.exit_code is ExitCode.REFUSED


def test_ctrl_c_during_the_very_last_page_stops_nothing() -> None:
    report, _ = run(FakeStack([page(), page()]), stop_after=2)
    assert report.trouble is None


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (None, "Its log says where"),
        ("nonsense", "Its log says where"),
        ({"error": "http_503"}, "http_503"),
        (page("00Q1", error="ReadTimeout"), "ReadTimeout"),
        (page(error="INVALID_FIELD"), "lacks a match key field"),
        ({"error": "api_limit_pause"}, "run short"),
    ],
)
def test_what_goes_wrong_ends_it_and_what_was_done_before_stays_told(answer: Any, says: str) -> None:
    report, _ = run(FakeStack([page("00Q2"), answer]))
    assert says in str(report.trouble)
    assert report.trouble
    assert report.trouble.exit_code is ExitCode.UNREACHABLE
    assert report.kinds[0].filled >= 2
    assert len(report.kinds) == 1
