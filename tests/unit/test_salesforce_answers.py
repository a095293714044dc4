"""Every shape in which Salesforce says what became of a record."""

from typing import Any

import pytest

from shared.errors import PermanentError, TransientError, UnknownOutcomeError
from shared.salesforce import answers


def single(status: int, body: Any) -> dict[str, Any]:
    return {"httpStatusCode": status, "body": body}


@pytest.mark.parametrize("status", [200, 201])
def test_a_single_upsert_tells_the_id(status: int) -> None:
    assert answers.of_single_upsert(single(status, {"id": "00Q1", "success": True})).record_id == "00Q1"


def test_an_older_org_says_204_and_the_next_look_up_finds_the_id() -> None:
    assert isinstance(answers.of_single_upsert(single(204, None)).error, TransientError)


def test_a_key_that_several_leads_have_is_no_lead() -> None:
    written = answers.of_single_upsert(single(300, ["/services/data/v62.0/sobjects/Lead/00Q1"]))
    assert isinstance(written.error, PermanentError)
    assert (written.error.code, written.record_id) == ("DUPLICATE_EXTERNAL_ID", "")


def duplicate(*records: tuple[str, float], key: str = "duplicateResut") -> list[dict[str, Any]]:
    found = [{"matchConfidence": confidence, "record": {"Id": record_id}} for record_id, confidence in records]
    return [
        {"errorCode": "DUPLICATES_DETECTED", key: {"duplicateRule": "R", "matchResults": [{"matchRecords": found}]}}
    ]


@pytest.mark.parametrize("key", ["duplicateResut", "duplicateResult"])
def test_whom_a_rule_found_is_told_best_first(key: str) -> None:
    matches = answers.of_single_upsert(single(400, duplicate(("00Q1", 80), ("00Q2", 95), key=key))).matches
    assert [(match.record_id, match.confidence, match.rule) for match in matches] == [
        ("00Q2", 95, "R"),
        ("00Q1", 80, "R"),
    ]


@pytest.mark.parametrize(
    "body",
    [[], None, [{"errorCode": "DUPLICATES_DETECTED"}], [{"duplicateResut": None}],
     [{"duplicateResut": {"matchResults": None}}], ["text"],
     [{"duplicateResut": {"matchResults": [{"matchRecords": [None]}]}}],
     [{"duplicateResut": {"matchResults": [{"matchRecords": None}, {"matchRecords": [{"record": None}, {}]}]}}]],
)  # fmt: skip
def test_a_rule_that_tells_of_nobody_has_no_matches(body: Any) -> None:
    assert answers.matches_in(body) == ()


@pytest.mark.parametrize("answer", [[], [{"success": True, "id": "1"}] * 2, None, {}])
def test_results_that_are_not_one_for_each_record_are_no_results(answer: Any) -> None:
    with pytest.raises(UnknownOutcomeError):
        answers.of_collection(answer, 1)
    with pytest.raises(UnknownOutcomeError):
        answers.of_composite({"compositeResponse": answer}, 1)
