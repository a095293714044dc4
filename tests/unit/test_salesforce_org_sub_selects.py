# ruff: noqa: S608 - SOQL pasted together on purpose
"""`Id IN (SELECT ...)` in the SOQL of the Salesforce stand-in."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from local.salesforce_org import Org
from local.salesforce_org.errors import ApiError
from local.salesforce_org.query.plan import compile_query

NOT_NESTED = (
    "Semi join sub-selects are only allowed at the top level WHERE expressions and not in nested WHERE expressions."
)
LEFT_OPERAND = "The left operand field in the where expression for outer query should be an id field, cannot use: "
OTHER_TYPE = (
    "The selected field 'OwnerId' in the subquery and the left operand field in the where expression in the "
    "outer query 'Id' should point to the same object type"
)


@pytest.fixture
def org() -> Iterator[Org]:
    with Org(":memory:") as org:
        yield org


def refusal(soql: str) -> ApiError:
    with pytest.raises(ApiError) as caught:
        compile_query(soql, datetime(2026, 1, 1, tzinfo=UTC))
    return caught.value


@pytest.mark.parametrize(
    ("soql", "message"),
    [
        (
            "SELECT Id FROM Account WHERE Name = 'x' OR Id IN (SELECT AccountId FROM Contact)",
            "Semi join sub-selects are not allowed with the 'OR' operator",
        ),
        (
            "SELECT Id FROM Account WHERE Name = 'x' AND (Site = 'y' OR Id IN (SELECT AccountId FROM Contact))",
            NOT_NESTED,
        ),
        (
            "SELECT Id FROM Account WHERE NOT Id IN (SELECT AccountId FROM Contact)",
            NOT_NESTED,
        ),
        (
            "SELECT Id FROM Account WHERE Id IN (SELECT AccountId FROM Contact WHERE OwnerId IN (SELECT Id FROM User))",
            "Nesting of semi join sub-selects is not supported",
        ),
        (
            "SELECT Id FROM Account WHERE Id IN (SELECT ParentId FROM Account)",
            "The inner and outer selects should not be on the same object type",
        ),
        (
            "SELECT Id FROM Account WHERE Name IN (SELECT AccountId FROM Contact)",
            LEFT_OPERAND + "'Name'",
        ),
        (
            "SELECT Id FROM Contact WHERE Account.Id IN (SELECT ConvertedAccountId FROM Lead)",
            LEFT_OPERAND + "'Account.Id'",
        ),
        (
            "SELECT Id FROM Account WHERE Id IN (SELECT Name FROM Contact)",
            "Semi join sub-selects can only query id fields, cannot use: 'Name'",
        ),
        (
            "SELECT Id FROM Lead WHERE Id IN (SELECT WhoId FROM Task)",
            "Entity 'Task' is not supported for semi join inner selects",
        ),
        (
            "SELECT Id FROM Account WHERE Id IN (SELECT OwnerId FROM Contact)",
            OTHER_TYPE,
        ),
        (
            "SELECT Id FROM Account WHERE Id IN (SELECT AccountId FROM Contact LIMIT 5)",
            "Semi join sub-selects must select one field, without COUNT, ORDER BY, LIMIT or OFFSET",
        ),
        (
            "SELECT Id FROM Account WHERE Id IN (SELECT Account.Id FROM Contact)",
            "The inner select field cannot traverse relationships",
        ),
        (
            "SELECT Id FROM Account WHERE " + " AND ".join(["Id IN (SELECT AccountId FROM Contact)"] * 3),
            "Maximum 2 semi join sub-selects are allowed. Number specified was: 3",
        ),
    ],
)
def test_sub_selects_are_held_to_the_documented_restrictions(soql: str, message: str) -> None:
    error = refusal(soql)
    assert (error.status, error.code) == (400, "MALFORMED_QUERY")
    assert error.message.splitlines()[-1] == message


def test_sub_selects_join_by_id(org: Org) -> None:
    """An id that no row of the sub-select holds is outside of it, blanks in the sub-select or not."""
    account = org.add("Account", {"Name": "Gemeente Utrecht"})
    linked = org.add("Contact", {"LastName": "With", "AccountId": account})
    org.add("Contact", {"LastName": "Without"})
    org.add("Account", {"Name": "Alone"})

    def accounts(where: str) -> list[str]:
        records: list[Any] = org.query(f"SELECT Name FROM Account WHERE {where} ORDER BY Name")
        return [record["Name"] for record in records]

    assert accounts("Id IN (SELECT AccountId FROM Contact)") == ["Gemeente Utrecht"]
    assert accounts("Id IN (SELECT AccountId FROM Contact WHERE LastName = 'without')") == []
    assert accounts("Name != 'x' AND (Id NOT IN (SELECT AccountId FROM Contact))") == ["Alone"]
    assert accounts("Name LIKE 'a%' AND Id NOT IN (SELECT AccountId FROM Contact c WHERE c.LastName != 'x')") == [
        "Alone"
    ]
    contacts: list[Any] = org.query(
        "SELECT LastName FROM Contact WHERE AccountId IN (SELECT Id FROM Account WHERE Name LIKE 'gem%')"
    )
    assert [contact["LastName"] for contact in contacts] == ["With"]
    org.change("Contact", linked, {"IsDeleted": True})
    assert accounts("Id IN (SELECT AccountId FROM Contact)") == []
