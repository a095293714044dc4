# ruff: noqa: S608 - SOQL pasted together on purpose
"""SOQL of the Salesforce stand-in: what it parses, what it finds, how it refuses."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from local.salesforce_org import Org
from local.salesforce_org.errors import ApiError
from local.salesforce_org.query.plan import compile_query
from local.salesforce_org.schema.countries import CODE_FIELDS
from local.salesforce_org.schema.fields import SOBJECTS

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LEADS: tuple[dict[str, Any], ...] = (
    {"LastName": "Alpha", "Company": "One", "Email": "a@example.com", "City": "Utrecht", "NumberOfEmployees": 5},
    {"LastName": "Beta", "Company": "One", "Email": None, "City": "Zeist", "NumberOfEmployees": 50},
    {"LastName": "Gamma_x", "Company": "Two", "Email": "g@example.com", "City": None, "NumberOfEmployees": None},
    {"LastName": "Délta%", "Company": "O'Neil \\ Sons", "Email": "d@example.com", "City": "utrecht"},
)


@pytest.fixture
def org() -> Iterator[Org]:
    """Four leads, made a day apart from 1 to 4 January 2026, and a contact without and one with an account."""
    with Org(":memory:", now=lambda: NOW) as org:
        for day, lead in enumerate(LEADS, start=1):
            org.add(
                "Lead", {"Status": "Open - Not Contacted", "CreatedDate": f"2026-01-0{day}T12:00:00.000+0000"} | lead
            )
        account = org.add("Account", {"Name": "Gemeente Utrecht"})
        org.add("Contact", {"LastName": "With", "AccountId": account})
        org.add("Contact", {"LastName": "Without"})
        yield org


def found(org: Org, where: str, sobject: str = "Lead", order: str = "") -> list[str]:
    records: list[Any] = org.query(f"SELECT LastName FROM {sobject} WHERE {where} {order}")
    return [record["LastName"][0] if sobject == "Lead" else record["LastName"] for record in records]


def refusal(soql: str) -> ApiError:
    with pytest.raises(ApiError) as caught:
        compile_query(soql, NOW)
    return caught.value


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("Company = 'one'", "AB"),
        ("Company != 'One'", "GD"),
        ("City = 'UTRECHT'", "AD"),
        ("City != 'Utrecht'", "BG"),
        ("City = null", "G"),
        ("City != null", "ABD"),
        ("City = ''", "G"),
        ("NumberOfEmployees < 10", "A"),
        ("NumberOfEmployees >= 5", "AB"),
        ("NOT NumberOfEmployees < 10", "BGD"),
        ("City IN ('zeist', null)", "BG"),
        ("City NOT IN ('zeist')", "AGD"),
        ("City NOT IN ('zeist', null)", "AD"),
        ("(Company = 'One' AND City = 'Zeist') OR LastName = 'Gamma_x'", "BG"),
        ("Company = 'One' AND (City = 'Zeist' OR LastName = 'Gamma_x')", "B"),
        ("Company = 'One' AND (NOT City = 'Zeist')", "A"),
        ("Company = 'Two' OR City = 'Zeist' OR LastName = 'Alpha'", "ABG"),
        ("NOT (Company = 'One' OR Company = 'Two')", "D"),
        ("IsConverted = FALSE", "ABGD"),
        ("IsConverted != false", ""),
        ("CreatedDate > 2026-01-02T12:00:00Z", "GD"),
        ("CreatedDate >= 2026-01-02T13:00:00+01:00 AND CreatedDate < 2026-01-04T00:00:00Z", "BG"),
        ("Lead.Company = 'Two'", "G"),
    ],
)
def test_conditions_find_what_the_real_org_finds(org: Org, where: str, expected: str) -> None:
    """Case never counts; `= null` and `!=` find blanks; an order comparison with a blank is false."""
    assert "".join(found(org, where)) == expected


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("LastName LIKE 'al%'", "A"),
        ("LastName LIKE '%A'", "AB"),
        ("LastName LIKE '_eta'", "B"),
        ("LastName LIKE 'Gamma\\_x'", "G"),
        ("LastName LIKE 'Gam%\\_%'", "G"),
        ("LastName LIKE '%\\%'", "D"),
        ("LastName LIKE 'd\\u00c9lta_'", "D"),
        ("LastName LIKE 'Alph'", ""),
        ("City LIKE '%'", "ABD"),
        ("(NOT City LIKE 'u%')", "BG"),
        ("Company = 'O\\'Neil \\\\ Sons'", "D"),
        ("Company LIKE 'o\\'neil \\\\ s%'", "D"),
        ("Company LIKE '.*'", ""),
    ],
)
def test_like_and_escapes_read_as_documented(org: Org, where: str, expected: str) -> None:
    """% is any text, _ one character, both escaped by a backslash; nothing else is a pattern."""
    assert "".join(found(org, where)) == expected


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("ORDER BY City", "GADB"),
        ("ORDER BY City DESC", "GBAD"),
        ("ORDER BY City NULLS LAST", "ADBG"),
        ("ORDER BY City DESC NULLS LAST, LastName DESC", "BDAG"),
        ("ORDER BY LastName LIMIT 2", "AB"),
        ("ORDER BY LastName LIMIT 2 OFFSET 1", "BD"),
        ("LIMIT 0", ""),
    ],
)
def test_ordering_puts_blanks_first_unless_told_otherwise(org: Org, order: str, expected: str) -> None:
    assert "".join(found(org, "IsDeleted = false", order=order)) == expected


def test_relationships_reach_the_parent_and_are_null_without_one(org: Org) -> None:
    records: list[Any] = org.query("SELECT LastName, Account.Name, Owner.Name FROM Contact ORDER BY LastName")
    assert records[0]["Account"]["Name"] == "Gemeente Utrecht"
    assert records[0]["Account"]["attributes"]["type"] == "Account"
    assert records[0]["Owner"]["Name"] == "Form Integratie"
    assert records[1]["Account"] is None


def test_conditions_on_a_parent_treat_a_missing_parent_as_blank(org: Org) -> None:
    assert found(org, "Account.Name = 'gemeente utrecht'", "Contact") == ["With"]
    assert found(org, "Account.Name = null", "Contact") == ["Without"]
    assert found(org, "Account.Name != 'Gemeente Utrecht'", "Contact") == ["Without"]
    assert found(org, "c.Account.Name LIKE 'gem%'", "Contact c") == ["With"]


def test_a_lookup_to_several_objects_answers_as_name(org: Org) -> None:
    """Lead.Owner may be a user or a queue: the real org answers with type Name and the URL of what it is."""
    records: list[Any] = org.query("SELECT Owner.Name, Owner.Type FROM Lead LIMIT 1")
    owner = records[0]["Owner"]
    assert owner["attributes"]["type"] == "Name"
    assert "/sobjects/User/005" in owner["attributes"]["url"]
    assert (owner["Name"], owner["Type"]) == ("Form Integratie", "User")


def test_count_answers_a_total_without_records(org: Org) -> None:
    response = org.call("GET", "query?q=SELECT+COUNT()+FROM+Lead+WHERE+Company+=+'One'")
    assert response.body == {"totalSize": 2, "done": True, "records": []}


def test_ids_of_fifteen_characters_match(org: Org) -> None:
    records: list[Any] = org.query("SELECT Id FROM Lead WHERE LastName = 'Alpha'")
    assert found(org, f"Id = '{records[0]['Id'][:15]}'") == ["A"]
    assert found(org, f"Id IN ('{records[0]['Id']}')") == ["A"]


def test_compound_addresses_are_objects_of_their_parts(org: Org) -> None:
    records: list[Any] = org.query("SELECT Address FROM Lead ORDER BY LastName LIMIT 1")
    assert records[0]["Address"]["city"] == "Utrecht"
    assert set(records[0]["Address"]) >= {"street", "postalCode", "country"}


@pytest.mark.parametrize(
    ("soql", "token", "column"),
    [
        ("SELECT Id FROM Lead WHERE City = 'a' AND City = 'b' OR City = 'c'", "OR", 53),
        ("SELECT Id FROM Lead WHERE City = 'a' OR City = 'b' AND City = 'c'", "AND", 52),
        ("SELECT Id FROM Lead WHERE City = 'a' AND NOT City = 'b'", "NOT", 42),
        ("SELECT Id FROM Lead WHERE NOT City = 'a' AND City = 'b'", "AND", 42),
        ("SELECT Id FROM Lead WHERE City IN ()", ")", 36),
        ("SELECT Id FROM Lead WHERE City = 'a", "'", 34),
        ('SELECT Id FROM Lead WHERE City = "a"', '"', 34),
        ("SELECT Id FROM Lead WHERE City == 'a'", "=", 33),
        ("SELECT Id FROM Lead WHERE", "<EOF>", 26),
        ("SELECT * FROM Lead", "*", 8),
        ("SELECT Id, FROM Lead", "FROM", 12),
        ("SELECT Id FROM Lead; DROP TABLE Lead", ";", 20),
        ("SELECT Id FROM Lead LIMIT -1", "-", 27),
        ("SELECT Id FROM Lead WHERE City = 'a\nb'", "'", 34),
        ("SELECT Id FROM Lead WHERE CreatedDate > 2026-01-02T12:00:00 01:00", "T12", 51),
    ],
)
def test_malformed_queries_are_refused_at_the_token(soql: str, token: str, column: int) -> None:
    """AND with OR wants parentheses, NOT stands alone or in parentheses: a kinder parser would hide a real refusal."""
    error = refusal(soql)
    assert (error.status, error.code) == (400, "MALFORMED_QUERY")
    assert f"ERROR at Row:1:Column:{column}\n" in error.message
    assert error.message.splitlines()[-1].startswith(f"unexpected token: '{token}")


def test_what_does_not_begin_as_a_query_is_refused_without_its_place() -> None:
    error = refusal("SELEC Id FROM Lead")
    assert (error.code, error.message) == ("MALFORMED_QUERY", "unexpected token: 'SELEC'")


def test_the_caret_stands_under_the_culprit() -> None:
    """The form of recorded answers: an empty line, the statement, the caret, row and column, the reason."""
    error = refusal("select count() from XYZZY")
    assert error.code == "INVALID_TYPE"
    assert error.message == (
        "\nselect count() from XYZZY\n                    ^\nERROR at Row:1:Column:21\n"
        "sObject type 'XYZZY' is not supported. If you are attempting to use a custom object, be sure to append the "
        "'__c' after the entity name. Please reference your WSDL or the describe call for the appropriate names."
    )


def test_long_lines_are_cut_at_a_word_before_the_caret() -> None:
    error = refusal("SELECT Id,Name,BillingCity,IsDeleted FROM Accout")
    assert error.message.startswith(
        f"\nName,BillingCity,IsDeleted FROM Accout\n{' ' * 32}^\nERROR at Row:1:Column:43\n"
    )


def test_rows_count_from_the_line_breaks() -> None:
    error = refusal("SELECT Id\nFROM Lead\nWHERE Nope = 'x'")
    assert error.message.startswith("\nWHERE Nope = 'x'\n      ^\nERROR at Row:3:Column:7\nNo such column 'Nope'")


@pytest.mark.parametrize(
    ("soql", "reason"),
    [
        ("SELECT Nope FROM Lead", "No such column 'Nope' on entity 'Lead'."),
        ("SELECT Account.Nope FROM Contact", "No such column 'Nope' on entity 'Account'."),
        ("SELECT Nope.Name FROM Lead", "Didn't understand relationship 'Nope' in field path."),
        ("SELECT Id, Id FROM Lead", "duplicate field selected: Id"),
        ("SELECT Id FROM Lead WHERE Description = 'x'", "field 'Description' can not be filtered in a query call"),
        ("SELECT Id FROM Lead WHERE Description LIKE '%x%'", "field 'Description' can not be filtered in a query call"),
        ("SELECT Id FROM Lead ORDER BY Description", "field 'Description' can not be sorted in a query call"),
        ("SELECT Id FROM Lead WHERE City = 3", "field 'City' must be of type string and should be enclosed in quotes"),
        (
            "SELECT Id FROM Lead WHERE IsConverted = 'false'",
            "must be of type boolean and should not be enclosed in quotes",
        ),
        ("SELECT Id FROM Lead WHERE CreatedDate > '2026-01-01'", "must be of type dateTime and should not be enclosed"),
        ("SELECT Id FROM Lead WHERE CreatedDate > 2026-01-01", "must be of type dateTime and should not be enclosed"),
        (
            "SELECT Id FROM Lead WHERE NumberOfEmployees = '3'",
            "must be of type int and should not be enclosed in quotes",
        ),
    ],
)
def test_fields_are_judged_by_the_describe(soql: str, reason: str) -> None:
    error = refusal(soql)
    assert (error.status, error.code) == (400, "INVALID_FIELD")
    assert reason in error.message


@pytest.mark.parametrize("text", ["a\\b", "a\\d", "a\\_b", "a\\%", "\\u00g1"])
def test_a_backslash_escapes_only_what_is_listed(text: str) -> None:
    """`\\_` and `\\%` belong to LIKE; `\\b` is a listed escape, the others here are not."""
    soql = f"SELECT Id FROM Lead WHERE City = '{text}'"
    if text == "a\\b":
        assert compile_query(soql, NOW).parameters == ("a\b",)
    else:
        assert refusal(soql).code == "MALFORMED_QUERY"


@pytest.mark.parametrize(
    ("soql", "code"),
    [
        ("SELECT Id FROM Lead WHERE Id = 'nope'", "INVALID_QUERY_FILTER_OPERATOR"),
        ("SELECT Id FROM Lead WHERE OwnerId LIKE '005%'", "INVALID_QUERY_FILTER_OPERATOR"),
        ("SELECT Id FROM Lead WHERE IsConverted > false", "INVALID_QUERY_FILTER_OPERATOR"),
        ("SELECT Id FROM Lead OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE"),
        ("SELECT Id FROM Lead WHERE City = 'x'" + " " * 100_000, "MALFORMED_QUERY"),
        (f"SELECT Id FROM Lead WHERE City = '{'x' * 4_001}'", "MALFORMED_QUERY"),
    ],
)
def test_documented_limits_hold(soql: str, code: str) -> None:
    assert refusal(soql).code == code


@pytest.mark.parametrize(
    "soql",
    [
        "SELECT City FROM Lead GROUP BY City",
        "SELECT MAX(CreatedDate) FROM Lead",
        "SELECT Id, (SELECT Id FROM Contacts) FROM Account",
        "SELECT COUNT(Id) FROM Lead",
        "SELECT Id FROM Lead WHERE CALENDAR_YEAR(CreatedDate) = 2026",
        "SELECT TYPEOF Owner WHEN User THEN Email END FROM Lead",
        "SELECT Id FROM Lead USING SCOPE mine",
        "SELECT Id FROM Lead WHERE City = 'x' WITH USER_MODE",
        "SELECT Id FROM Lead FOR VIEW",
        "SELECT Id FROM Lead LIMIT 5 UPDATE TRACKING",
        "SELECT Id FROM Lead WHERE CreatedDate = THIS_WEEK",
        "SELECT Id FROM Lead WHERE CreatedDate = LAST_N_FISCAL_YEARS:2",
        "SELECT Id FROM Lead WHERE CreatedDate = LAST_N_YEARS:2",
        "SELECT Id FROM Lead WHERE CreatedDate = LAST_N_DAYS:0",
        "SELECT Id FROM Lead WHERE CreatedDate > LAST_N_DAYS:3",
        "SELECT Id FROM Lead WHERE CreatedDate IN (TODAY, YESTERDAY)",
        "SELECT Id FROM Lead WHERE NumberOfEmployees > null",
        "SELECT Id FROM Lead WHERE City <> 'x'",
        "SELECT Id FROM Lead WHERE City LIKE ''",
        "SELECT Id FROM Lead WHERE CreatedDate > 2026-01-01T00:00:00.0001Z",
        "SELECT Id FROM Contact WHERE AccountId NOT IN (SELECT ConvertedAccountId FROM Lead)",
        "SELECT FIELDS(ALL) FROM Lead WHERE Id = '00Q000000000001'",
        "SELECT Id FROM Lead FOR UPDATE",
    ],
)
def test_valid_soql_that_is_not_built_is_named_as_such(soql: str) -> None:
    """A limit of the stand-in must not look like a mistake in the query."""
    error = refusal(soql)
    assert (error.status, error.code) == (501, "STAND_IN_LIMIT")


def test_a_checkbox_is_never_blank(org: Org) -> None:
    """As documented: null stands for false, also where there is no parent to have the checkbox."""
    assert "".join(found(org, "IsConverted = null")) == "ABGD"
    assert found(org, "IsConverted != null") == []
    assert found(org, "Account.IsDeleted = false", "Contact") == ["With", "Without"]
    assert found(org, "Account.IsDeleted != true", "Contact") == ["With", "Without"]


def test_picklists_sort_as_they_were_set_up(org: Org) -> None:
    for name, rating in (("Q", "Cold"), ("R", "Hot"), ("S", "Warm"), ("T", None), ("U", "Unheard of")):
        org.add("Lead", {"LastName": name, "Company": "Ratings", "Rating": rating})
    assert found(org, "Company = 'Ratings'", order="ORDER BY Rating") == ["T", "R", "S", "Q", "U"]
    assert found(org, "Company = 'Ratings'", order="ORDER BY Rating DESC NULLS LAST") == ["U", "Q", "S", "R", "T"]


def test_fields_all_is_every_field_of_at_most_200_rows(org: Org) -> None:
    every: list[Any] = org.query("SELECT FIELDS(ALL) FROM Lead LIMIT 200")
    custom: list[Any] = org.query("SELECT fields(custom) FROM Lead LIMIT 1")
    standard: list[Any] = org.query("SELECT FIELDS(STANDARD), Form__c FROM Lead")
    # The codes belong to orgs with lists of states and countries, which this one is not.
    assert set(every[0]) == {"attributes", *SOBJECTS["Lead"].fields} - CODE_FIELDS
    assert set(custom[0]) == {"attributes", *(name for name in SOBJECTS["Lead"].fields if name.endswith("__c"))}
    assert set(standard[0]) == (set(every[0]) - set(custom[0])) | {"attributes", "Form__c"}
    for soql in ("SELECT FIELDS(ALL) FROM Lead", "SELECT FIELDS(CUSTOM) FROM Lead LIMIT 201"):
        assert refusal(soql).message.endswith("The SOQL FIELDS function must have a LIMIT of at most 200")
    error = refusal("SELECT Id, FIELDS(ALL) FROM Lead LIMIT 200")
    assert (error.code, error.message) == ("INVALID_FIELD", "duplicate field selected: Id")


def test_milliseconds_of_a_literal_count(org: Org) -> None:
    assert "".join(found(org, "CreatedDate >= 2026-01-03T12:00:00.000Z")) == "GD"
    assert "".join(found(org, "CreatedDate >= 2026-01-03T12:00:00.001Z")) == "D"


@pytest.mark.parametrize(
    ("soql", "message"),
    [
        ("SELECT Id FROM Lead WHERE City = :city", "Bind variables only allowed in Apex code"),
        ("SELECT Id FROM Lead ALL ROWS", "ALL ROWS not allowed in this context"),
        ("SELECT COUNT() FROM Lead ORDER BY Id", "COUNT() cannot be used with ORDER BY"),
        ("SELECT Id FROM Lead WHERE ConvertedDate = 2026-02-30", "Invalid date: 2026-02-30"),
        ("SELECT Id FROM Lead WHERE ConvertedDate = 1699-12-31", "Invalid date: 1699-12-31"),
        ("SELECT Id FROM Lead WHERE CreatedDate = 2026-02-01T25:00:00Z", "Invalid date time: 2026-02-01T25:00:00Z"),
        ("SELECT Id FROM Lead WHERE City = Utrecht", "unexpected token: 'Utrecht'"),
        ("SELECT Id FROM Lead group", "unexpected token: 'group'"),
    ],
)
def test_some_refusals_have_words_of_their_own(soql: str, message: str) -> None:
    error = refusal(soql)
    assert (error.status, error.code) == (400, "MALFORMED_QUERY")
    assert error.message.splitlines()[-1] == message


def test_a_long_chain_of_conditions_is_no_trouble(org: Org) -> None:
    """Two thousand ORs: deeper than the database's own limit on nesting."""
    where = " OR ".join(f"City = 'x{number}'" for number in range(2_000)) + " OR City = 'Zeist'"
    assert found(org, where) == ["B"]


def test_nesting_beyond_reason_is_refused() -> None:
    depth = 5_000
    error = refusal(f"SELECT Id FROM Lead WHERE {'NOT (' * depth}City = 'x'{')' * depth}")
    assert error.code == "QUERY_TOO_COMPLICATED"


def test_literals_never_reach_the_sql_text() -> None:
    plan = compile_query("SELECT Id FROM Lead WHERE City = 'x\\' OR 1=1 --' AND LastName IN ('a', 'b')", NOW)
    assert plan.parameters == ("x' or 1=1 --", "a", "b")
    assert "1=1" not in plan.sql


def test_deleted_records_show_up_in_query_all_only(org: Org) -> None:
    gone: Sequence[Any] = org.query("SELECT Id FROM Lead WHERE LastName = 'Beta'")
    assert org.call("DELETE", f"sobjects/Lead/{gone[0]['Id']}").status == 204
    assert found(org, "LastName = 'Beta'") == []
    response = org.call("GET", "queryAll?q=SELECT+Id,IsDeleted+FROM+Lead+WHERE+LastName='Beta'")
    assert isinstance(response.body, dict)
    assert response.body["totalSize"] == 1
