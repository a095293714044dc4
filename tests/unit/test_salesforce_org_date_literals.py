# ruff: noqa: S608 - SOQL pasted together on purpose
"""TODAY, LAST_N_DAYS:n and their like in the SOQL of the Salesforce stand-in."""

from datetime import UTC, datetime
from typing import Any

import pytest

from local.salesforce_org import Org


@pytest.mark.parametrize(
    ("condition", "days"),
    [
        ("= TODAY", "5 "),
        ("= today", "5 "),
        ("= YESTERDAY", "4 "),
        ("= TOMORROW", "6 "),
        ("< TODAY", "1 2 3 4 "),
        ("<= TODAY", "1 2 3 4 5 "),
        ("> TODAY", "6 7 "),
        (">= TODAY", "5 6 7 "),
        ("!= TODAY", "1 2 3 4 6 7 - "),
        ("= LAST_N_DAYS:2", "3 4 5 "),
        ("< LAST_N_DAYS:2", "1 2 "),
        (">= LAST_N_DAYS:2", "3 4 5 6 7 "),
        ("= NEXT_N_DAYS:1", "6 "),
        ("= N_DAYS_AGO:3", "2 "),
        ("= THIS_MONTH", "3 4 5 6 "),
        ("= LAST_MONTH", "1 2 "),
        ("= NEXT_MONTH", "7 "),
        ("= THIS_QUARTER", "3 4 5 6 7 "),
        ("= LAST_QUARTER", "1 2 "),
        ("= THIS_YEAR", "3 4 5 6 7 "),
        ("= LAST_YEAR", "1 2 "),
        ("= N_YEARS_AGO:1", "1 2 "),
        ("= NEXT_N_MONTHS:2", "7 "),
        ("= LAST_N_MONTHS:1", "1 2 "),
        ("= N_MONTHS_AGO:1", "1 2 "),
        ("= LAST_90_DAYS", "1 2 3 4 5 "),
        ("= NEXT_90_DAYS", "6 7 "),
    ],
)
@pytest.mark.parametrize("field", ["ConvertedDate", "Submitted_At__c"])
def test_date_literals_are_stretches_of_the_users_days(field: str, condition: str, days: str) -> None:
    """It is 00:30 on 3 January in Amsterdam, so 2 January in UTC; each lead stands at noon of another day."""
    with Org(":memory:", now=lambda: datetime(2026, 1, 2, 23, 30, tzinfo=UTC)) as org:
        dates = ["2025-12-30", "2025-12-31", "2026-01-01", "2026-01-02", "2026-01-03", "2026-01-04", "2026-02-01", None]
        for name, day in zip("1234567-", dates, strict=True):
            # The one of today stands in its first half hour, the last moment that LAST_N_DAYS reaches.
            time = "T23:15:00.000+0000" if name == "5" else "T12:00:00.000+0000"
            moment = "2026-01-02" if name == "5" and field != "ConvertedDate" else day
            value = moment and (day if field == "ConvertedDate" else f"{moment}{time}")
            org.add("Lead", {"LastName": name, "Company": "x", field: value})
        records: list[Any] = org.query(f"SELECT LastName FROM Lead WHERE {field} {condition} ORDER BY LastName")
        assert sorted(record["LastName"] for record in records) == sorted(days.split())
