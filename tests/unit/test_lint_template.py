"""The template's lint: nothing meant goes without a reason, nothing found goes unseen."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from scripts.lint_template import (
    EVERYTHING_ON,
    Explained,
    Finding,
    LinterFailedError,
    checkov_findings,
    compare,
    explained,
    with_defaults,
)
from scripts.sam_template import expand
from tests.unit.template_loading import expanded, written

FOUND = Finding("CKV_AWS_1", "Table", "Ensure that it is encrypted")


def report(*, passed: int = 1, parsing_errors: int = 0, failed: list[dict[str, str]] | None = None) -> str:
    """Checkov's JSON output, as far as it is read."""
    summary: dict[str, Any] = {"passed": passed, "parsing_errors": parsing_errors}
    return json.dumps({"summary": summary, "results": {"failed_checks": failed or []}})


def test_each_exception_has_a_reason_in_a_whole_sentence() -> None:
    for one in explained():
        assert len(one.reason) > 40, one.check
        assert one.reason.endswith("."), one.check


def test_no_two_exceptions_have_the_same_reason() -> None:
    """A copied reason is one that nobody thought about."""
    assert max(Counter(one.reason for one in explained()).values()) == 1


def test_each_exception_names_resources_that_there_are() -> None:
    """An exception holds for the resources it names, so a new resource must be thought about anew."""
    for one in explained():
        assert one.resources, one.check
        assert set(one.resources) <= set(expanded()["Resources"]), one.check


def test_an_exception_without_a_reason_can_not_be_read(tmp_path: Path) -> None:
    path = tmp_path / "exceptions.toml"
    path.write_text('[CKV_AWS_1]\nresources = ["Table"]\n', encoding="utf-8")
    with pytest.raises(KeyError, match="reason"):
        explained(path)


def test_a_finding_without_an_exception_is_told() -> None:
    assert compare([FOUND], []) == ["CKV_AWS_1 Table: Ensure that it is encrypted"]


def test_a_finding_with_an_exception_is_not_told() -> None:
    assert compare([FOUND], [Explained("CKV_AWS_1", "why", ("Table",))]) == []


def test_an_exception_for_another_resource_does_not_count() -> None:
    meant = [Explained("CKV_AWS_1", "why", ("Other",))]
    assert "CKV_AWS_1 Table: Ensure that it is encrypted" in compare([FOUND], meant)


def test_an_exception_that_is_no_longer_needed_is_told() -> None:
    (line,) = compare([], [Explained("CKV_AWS_1", "why", ("Table",))])
    assert line.startswith("CKV_AWS_1 Table: this exception is no longer needed")


def test_checkovs_findings_are_read_by_check_and_logical_id() -> None:
    failed = [{"check_id": "CKV_AWS_1", "resource": "AWS::DynamoDB::Table.Table", "check_name": FOUND.title}]
    assert checkov_findings(report(failed=failed)) == [FOUND]


@pytest.mark.parametrize(
    "output",
    [
        "",
        "Traceback (most recent call last):",
        "[]",
        '{"passed": 0, "failed": 0}',
        report(passed=0),
        report(parsing_errors=1),
    ],
)
def test_checkov_that_looked_at_nothing_is_a_failure_and_not_a_clean_bill(output: str) -> None:
    with pytest.raises(LinterFailedError):
        checkov_findings(output, "what went wrong")


def test_everything_optional_can_be_switched_on_by_parameters_that_there_are() -> None:
    changed = with_defaults(expanded(), EVERYTHING_ON)
    conditions = {resource.get("Condition") for resource in changed["Resources"].values()} - {None}
    assert conditions == {"WafIsWanted", "AccessLogIsWanted", "AlarmEmailIsGiven"}
    assert {name: changed["Parameters"][name]["Default"] for name in EVERYTHING_ON} == EVERYTHING_ON


def test_a_misspelt_parameter_is_not_passed_over() -> None:
    with pytest.raises(KeyError):
        with_defaults(expanded(), {"EnableWolf": "true"})


def test_expanding_leaves_the_template_as_it_was_written() -> None:
    before = json.dumps(written(), default=str)
    expand(written())
    assert json.dumps(written(), default=str) == before
