"""A statement whose shape was met before is compiled to the same plan as one that is met first."""

from datetime import UTC, datetime

import pytest

from local.salesforce_org.errors import ApiError
from local.salesforce_org.query import prepared
from local.salesforce_org.query.plan import compile_query
from local.salesforce_org.query.prepared import plan_of
from local.salesforce_org.schema.access import Access

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


def _with(statement: str, literal: str) -> str:
    return statement.replace("?", literal)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("SELECT Id FROM Lead WHERE LastName = 'De Vries'", "SELECT Id FROM Lead WHERE LastName = 'O\\'Brien'"),
        ("SELECT Id FROM Lead WHERE City = 'b' OR Name = 'a'", "SELECT Id FROM Lead WHERE City = '' OR Name = 'C'"),
        ("SELECT Id FROM Lead WHERE Email IN ('a', 'b')", "SELECT Id FROM Lead WHERE Email IN ('c', 'd', 'e')"),
        ("SELECT Id FROM Lead WHERE Email IN ('a', 'b')", "SELECT Id FROM Lead WHERE Email IN ('', 'D')"),
        ("SELECT Id FROM Lead WHERE Email LIKE 'a%'", "SELECT Id FROM Lead WHERE Email LIKE '%B\\_c'"),
        ("SELECT Id FROM Lead WHERE Id = '00Q000000000001EAA'", "SELECT Id FROM Lead WHERE Id = '00Q000000000002'"),
        (
            "SELECT Id FROM Lead WHERE CreatedDate > 2026-11-01T00:00:00Z AND City = 'x'",
            "SELECT Id FROM Lead WHERE CreatedDate > 2026-11-09T12:30:00Z AND City = 'yy'",
        ),
        (
            "SELECT Id FROM Account WHERE NumberOfEmployees > 5 AND Name = 'x' ORDER BY Industry LIMIT 3",
            "SELECT Id FROM Account WHERE NumberOfEmployees > 5 AND Name = 'longer' ORDER BY Industry LIMIT 3",
        ),
        (
            "SELECT Id FROM Account WHERE Id IN (SELECT AccountId FROM Contact WHERE LastName = 'a') AND Name = 'b'",
            "SELECT Id FROM Account WHERE Id IN (SELECT AccountId FROM Contact WHERE LastName = 'cc') AND Name = 'ddd'",
        ),
    ],
)  # fmt: skip
def test_the_plan_is_the_same_as_without_what_was_met_before(first: str, second: str) -> None:
    prepared._prepared.clear()
    for text in (first, second, first):
        assert plan_of(text, NOW) == compile_query(text, NOW)


def test_a_day_is_that_of_the_question() -> None:
    for day in (1, 2):
        now, text = NOW.replace(day=day), "SELECT Id FROM Lead WHERE CreatedDate = TODAY AND City = 'x'"
        assert plan_of(text, now) == compile_query(text, now)


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        (
            "SELECT Id FROM Lead WHERE Name = 'x' AND Id = '00Q000000000001EAA'",
            "SELECT Id FROM Lead WHERE Name = 'xx' AND Id = 'no'",
        ),
        ("SELECT Id FROM Lead WHERE City = 'x'", "SELECT Id FROM Lead WHERE City = '\\q'"),
        ("SELECT Id FROM Lead WHERE City LIKE 'x'", "SELECT Id FROM Lead WHERE City LIKE '\\q'"),
        ("SELECT Id FROM Lead WHERE City LIKE 'x'", "SELECT Id FROM Lead WHERE City LIKE ''"),
        ("SELECT Id FROM Lead WHERE City = 'x'", _with("SELECT Id FROM Lead WHERE City = '?'", "x" * 4_001)),
        ("SELECT Id FROM Lead WHERE City IN ('x')", _with("SELECT Id FROM Lead WHERE City IN ('?')", "x" * 100_000)),
        (
            "SELECT Id FROM Lead WHERE CreatedDate > 2026-11-01T00:00:00Z",
            "SELECT Id FROM Lead WHERE CreatedDate > 2026-13-01T00:00:00Z",
        ),
    ],
)  # fmt: skip
def test_a_literal_that_does_not_fit_is_refused_in_the_same_words(good: str, bad: str) -> None:
    plan_of(good, NOW)
    with pytest.raises(ApiError) as expected:
        compile_query(bad, NOW)
    with pytest.raises(ApiError) as found:
        plan_of(bad, NOW)
    assert found.value.body() == expected.value.body()


def test_what_is_hidden_since_is_refused() -> None:
    text, access = "SELECT Id FROM Lead WHERE City = 'x' AND ConvertedContact.Email = 'y'", Access()

    def plan() -> object:
        return plan_of(text, NOW, visible=lambda sobject: access.seen(sobject, address_codes=False))

    assert plan() == plan()
    access.hidden.add("Contact.Email")
    with pytest.raises(ApiError) as refused:
        plan()
    assert "No such column 'Email'" in str(refused.value.body())
