# ruff: noqa: S608 - SOQL pasted together on purpose
"""Multi-select picklists in the SOQL of the Salesforce stand-in."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType

import pytest

from local.salesforce_org.errors import ApiError
from local.salesforce_org.query.plan import compile_query, fold
from local.salesforce_org.schema.fields import SObject, parse_field

ROWS = {"1": "A", "2": "A;B", "3": "A;B;C", "4": "C", "5": "AB;CD", "6": None}


def with_interests(sobject: SObject) -> SObject:
    field = parse_field("Choices__c | multipicklist:4099 | ncuf | Choices", "Lead")
    return replace(sobject, fields=MappingProxyType({**sobject.fields, field.name: field}))


@pytest.fixture
def database() -> Iterator[sqlite3.Connection]:
    with sqlite3.connect(":memory:") as connection:
        connection.create_function("fold", 1, fold, deterministic=True)
        connection.execute('CREATE TABLE "Lead" ("Id" TEXT, "IsDeleted" INTEGER, "Choices__c" TEXT)')
        connection.executemany('INSERT INTO "Lead" VALUES (?, 0, ?)', ROWS.items())
        yield connection
    connection.close()


def found(database: sqlite3.Connection, condition: str) -> str:
    soql = f"SELECT Id FROM Lead WHERE Choices__c {condition}"
    plan = compile_query(soql, datetime(2026, 1, 1, tzinfo=UTC), visible=with_interests)
    return "".join(row[0] for row in database.execute(plan.sql, plan.parameters))


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("INCLUDES ('A')", "123"),
        ("INCLUDES ('a')", "123"),
        ("INCLUDES ('A;B')", "23"),
        ("INCLUDES ('B;A')", "23"),
        ("INCLUDES ('A;B', 'C')", "234"),
        ("includes ('CD','D')", "5"),
        ("EXCLUDES ('A')", "456"),
        ("EXCLUDES ('A;B', 'C')", "156"),
        ("= 'A;B'", "2"),
        ("= 'b;a'", "2"),
        ("= 'A'", "1"),
        ("!= 'A'", "23456"),
        ("= null", "6"),
        ("!= ''", "12345"),
    ],
)
def test_a_semicolon_means_both_and_a_comma_means_either(
    database: sqlite3.Connection, condition: str, expected: str
) -> None:
    assert found(database, condition) == expected


@pytest.mark.parametrize(
    ("soql", "code"),
    [
        ("SELECT Id FROM Lead WHERE Choices__c LIKE 'A%'", "INVALID_QUERY_FILTER_OPERATOR"),
        ("SELECT Id FROM Lead WHERE Choices__c > 'A'", "INVALID_QUERY_FILTER_OPERATOR"),
        ("SELECT Id FROM Lead WHERE City INCLUDES ('A')", "INVALID_QUERY_FILTER_OPERATOR"),
        ("SELECT Id FROM Lead WHERE Choices__c INCLUDES (3)", "INVALID_FIELD"),
        ("SELECT Id FROM Lead ORDER BY Choices__c", "INVALID_FIELD"),
        ("SELECT Id FROM Lead WHERE Choices__c IN ('A')", "STAND_IN_LIMIT"),
        ("SELECT Id FROM Lead WHERE Choices__c INCLUDES ('A', null)", "STAND_IN_LIMIT"),
        ("SELECT Id FROM Lead WHERE Choices__c INCLUDES (';')", "STAND_IN_LIMIT"),
    ],
)
def test_other_uses_are_refused(soql: str, code: str) -> None:
    with pytest.raises(ApiError) as caught:
        compile_query(soql, datetime(2026, 1, 1, tzinfo=UTC), visible=with_interests)
    assert caught.value.code == code
