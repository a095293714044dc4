"""SOSL and parameterized search of the Salesforce stand-in: what is found, and what is refused."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from local.salesforce_org import Org, Request, Response

START = datetime(2026, 1, 1, tzinfo=UTC)
LEADS: tuple[dict[str, Any], ...] = (
    {"FirstName": "Anna", "LastName": "Boer", "Company": "Bakkerij Jansen", "Email": "anna@bakkerij.example"},
    {"FirstName": "Bob", "LastName": "Jansen", "Company": "Boer & Zn", "Email": "bob.jansen@example.com"},
    {"FirstName": "Carla", "LastName": "Johnson", "Company": "Fiets", "Phone": "+31 (20) 123-4567"},
    {"FirstName": "Dirk", "LastName": "O'Neil", "Company": "What? Why!", "Title": "Anna says hi", "IsConverted": True},
)


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def org(clock: Clock) -> Iterator[Org]:
    with Org(":memory:", now=clock) as org:
        for lead in LEADS:
            org.add("Lead", {"Status": "Open - Not Contacted"} | lead)
        account = org.add("Account", {"Name": "Gemeente Utrecht"})
        org.add("Contact", {"LastName": "Jansen", "Email": "bob.jansen@example.com", "AccountId": account})
        yield org


def search(org: Org, sosl: str) -> Response:
    return org.call("GET", f"search/?q={quote(sosl, safe='')}")


def found(org: Org, sosl: str) -> list[Any]:
    response: Any = search(org, sosl)
    assert response.status == 200, response.body
    assert set(response.body) == {"searchRecords"}
    records: list[Any] = response.body["searchRecords"]
    return records


def initials(org: Org, term: str, group: str = "ALL") -> str:
    records = found(org, f"FIND {{{term}}} IN {group} FIELDS RETURNING Lead(FirstName)")
    return "".join(record["FirstName"][0] for record in records)


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        ("anna", "AD"),
        ("ANNA", "AD"),
        ("ann", ""),
        ("ann*", "AD"),
        ("an?a", "AD"),
        ("jo*son", "C"),
        ("anna boer", "A"),
        ("anna AND boer", "A"),
        ("boer OR johnson", "ABC"),
        ("boer or johnson", "ABC"),
        ("boer AND NOT bakkerij", "B"),
        ('"anna boer"', "A"),
        ('"boer anna"', ""),
        ('"anna says"', "D"),
        ("carla OR boer AND jansen", "ABC"),
        ("(carla OR boer) AND jansen", "AB"),
        ("carla OR (boer AND (NOTHING OR bob))", "BC"),
        ("O\\'Neil", "D"),
        ("What\\? Why\\!", "D"),
        ("anna@bakkerij.example", "A"),
        ("bob.jansen@example.com", "B"),
        ("bob@example.com", ""),
        ('"and" OR carla', "C"),
        ("find", ""),
    ],
)
def test_words_and_operators_find_whole_words_in_any_field(org: Org, term: str, expected: str) -> None:
    """Parentheses first, then AND and AND NOT, then OR; words side by side must all be there."""
    assert initials(org, term) == expected


@pytest.mark.parametrize(
    ("group", "term", "expected"),
    [
        ("EMAIL", "anna", "A"),
        ("EMAIL", "bob.jansen@example.com", "B"),
        ("NAME", "jansen", "AB"),
        ("NAME", "hi", ""),
        ("name", "boer", "AB"),
        ("PHONE", "31201234567", "C"),
        ("PHONE", "\\+31 20 1234567", ""),
        ("PHONE", '"\\+31 20 1234567"', "C"),
        ("PHONE", "3120*", "C"),
        ("PHONE", "4567", "C"),
        ("PHONE", "anna", ""),
        ("ALL", "31201234567", "C"),
    ],
)
def test_a_group_limits_the_fields_that_are_searched(org: Org, group: str, term: str, expected: str) -> None:
    """In phone fields the digits count, however they are written."""
    assert initials(org, term, group) == expected


def test_a_contact_is_found_by_the_name_of_its_account(org: Org) -> None:
    assert [each["LastName"] for each in found(org, "FIND {utrecht} IN NAME FIELDS RETURNING Contact(LastName)")] == [
        "Jansen"
    ]


def test_returning_names_objects_fields_conditions_and_order(org: Org) -> None:
    records = found(
        org,
        "FIND {jansen} IN ALL FIELDS RETURNING Lead(Id, LastName WHERE IsConverted = false ORDER BY LastName DESC "
        "LIMIT 1), Contact(Account.Name), Account",
    )
    assert [record["attributes"]["type"] for record in records] == ["Lead", "Contact"]
    lead, contact = records
    assert set(lead) == {"attributes", "Id", "LastName"}
    assert lead["LastName"] == "Jansen"
    assert lead["attributes"]["url"].endswith(f"/sobjects/Lead/{lead['Id']}")
    assert set(contact) == {"attributes", "Account"}
    assert contact["Account"]["Name"] == "Gemeente Utrecht"


def test_without_fields_there_is_the_id_and_without_returning_everything_is_searched(org: Org) -> None:
    records = found(org, "FIND {bob.jansen@example.com} IN EMAIL FIELDS")
    assert [record["attributes"]["type"] for record in records] == ["Lead", "Contact"]
    assert all(set(record) == {"attributes", "Id"} for record in records)
    assert found(org, "FIND {jansen} RETURNING Contact") == [records[1]]


def test_conditions_and_paging_apply_to_what_was_found(org: Org) -> None:
    def leads(rest: str) -> list[str]:
        return [each["FirstName"] for each in found(org, f"FIND {{boer OR johnson}} RETURNING Lead(FirstName {rest})")]

    assert leads("WHERE Company != 'Fiets'") == ["Anna", "Bob"]
    assert leads("ORDER BY FirstName DESC") == ["Carla", "Bob", "Anna"]
    assert leads("ORDER BY FirstName LIMIT 1 OFFSET 1") == ["Bob"]
    assert [len(found(org, f"FIND {{boer}} RETURNING Lead LIMIT {limit}")) for limit in (1, 2, 3)] == [1, 2, 2]


def test_deleted_records_are_not_found(org: Org) -> None:
    (record,) = found(org, "FIND {carla} RETURNING Lead(Id)")
    assert org.call("DELETE", f"sobjects/Lead/{record['Id']}").status == 204
    assert found(org, "FIND {carla} RETURNING Lead(Id)") == []


def test_words_of_a_hidden_field_are_not_found(org: Org) -> None:
    assert (initials(org, "says"), initials(org, "bakkerij", "EMAIL")) == ("D", "A")
    org.access.hidden.update({"Lead.Title", "Lead.Email"})
    assert (initials(org, "says"), initials(org, "bakkerij", "EMAIL")) == ("", "")
    found_by_form: Any = org.call("GET", "parameterizedSearch?q=says&sobject=Lead").body
    assert found_by_form == {"searchRecords": []}


def test_one_object_without_a_filter_answers_250_rows_at_most(org: Org) -> None:
    for _ in range(300):
        org.add("Lead", {"LastName": "Crowd", "Company": "x"})
    assert len(found(org, "FIND {crowd} RETURNING Lead(Id)")) == 250
    assert len(found(org, "FIND {crowd} RETURNING Lead(Id WHERE LastName = 'crowd')")) == 300
    assert len(found(org, "FIND {crowd} RETURNING Lead(Id), Contact(Id)")) == 250


def test_the_index_may_be_behind_the_records(org: Org, clock: Clock) -> None:
    """Why a search is no way to see whether somebody is there already: the lead exists, and is not found."""
    org.behaviour.search_lag_seconds = 60
    clock.now += timedelta(seconds=61)
    assert org.call("POST", "sobjects/Lead", {"LastName": "Fresh", "Company": "x"}).status == 201
    assert org.query("SELECT Id FROM Lead WHERE LastName = 'Fresh'") != []
    assert found(org, "FIND {fresh} RETURNING Lead") == []
    assert initials(org, "carla") == "C"
    clock.now += timedelta(seconds=60)
    assert len(found(org, "FIND {fresh} RETURNING Lead")) == 1


@pytest.mark.parametrize(
    "sosl",
    [
        "",
        "FIND",
        "FIND anna",
        "FIND 'anna' RETURNING Lead",
        "FIND {anna RETURNING Lead",
        'FIND {"anna} RETURNING Lead',
        "FIND {anna AND} RETURNING Lead",
        "FIND {OR anna} RETURNING Lead",
        "FIND {NOT anna} RETURNING Lead",
        "FIND {(anna} RETURNING Lead",
        "FIND {anna)} RETURNING Lead",
        "FIND {() anna} RETURNING Lead",
        "FIND {AND} RETURNING Lead",
        *(f"FIND {{anna{sign}boer}} RETURNING Lead" for sign in "&|![]^~:'+-{}"),
        'FIND {"why?"} RETURNING Lead',
        "FIND {an\\na} RETURNING Lead",
        "FIND {anna} IN Accounts",
        "FIND {anna} IN SOME FIELDS",
        "FIND {anna} RETURNING",
        "FIND {anna} RETURNING Lead()",
        "FIND {anna} RETURNING Lead(WHERE Name = 'x')",
        "FIND {anna} RETURNING Lead(LIMIT 5)",
        "FIND {anna} RETURNING Lead(Id LIMIT 5 WHERE Name = 'x')",
        "FIND {anna} RETURNING Lead(Id",
        "FIND {anna} RETURNING Lead, Lead",
        "FIND {anna} RETURNING Lead(Id OFFSET 1), Contact",
        "FIND {anna} RETURNING Lead(Id OFFSET 2001)",
        "FIND {anna} RETURNING Lead LIMIT 2001",
        "FIND {anna} LIMIT 5 RETURNING Lead",
        "FIND {anna} RETURNING Lead(Id WHERE City = 'a' AND City = 'b' OR City = 'c')",
        f"FIND {{anna}} RETURNING Lead(Id WHERE City = 'x'){' ' * 100_000}",
    ],
)
def test_a_malformed_search_is_refused(org: Org, sosl: str) -> None:
    response: Any = search(org, sosl)
    assert (response.status, response.body[0]["errorCode"]) == (400, "MALFORMED_SEARCH")


@pytest.mark.parametrize("term", ["a", " a ", "a*", '"a"', "*", ""])
def test_a_term_of_one_character_is_refused(org: Org, term: str) -> None:
    response: Any = search(org, f"FIND {{{term}}} RETURNING Lead")
    assert (response.status, response.body[0]["errorCode"]) == (400, "INVALID_SEARCH")
    assert response.body[0]["message"] == f"search term must be longer than one character: {term.strip()}"


@pytest.mark.parametrize(
    ("sosl", "code", "column"),
    [
        ("FIND {anna} RETURNING XYZZY", "INVALID_TYPE", 23),
        ("FIND {anna} RETURNING Lead(Nope)", "INVALID_FIELD", 28),
        ("FIND {anna} RETURNING Lead(Id WHERE Description = 'x')", "INVALID_FIELD", 37),
        ("FIND {anna} RETURNING Lead(Id WHERE City = 'x' AND)", "MALFORMED_SEARCH", 51),
    ],
)
def test_objects_and_fields_are_judged_as_in_soql(org: Org, sosl: str, code: str, column: int) -> None:
    response: Any = search(org, sosl)
    assert (response.status, response.body[0]["errorCode"]) == (400, code)
    assert f"^\nERROR at Row:1:Column:{column}\n" in response.body[0]["message"]


@pytest.mark.parametrize(
    "sosl",
    [
        "FIND {*anna}",
        "FIND {\\+\\+\\+}",
        "FIND {anna AND NOT bob AND carla}",
        "FIND {anna AND NOT bob AND NOT carla}",
        f"FIND {{{'anna ' * 1_000}}}",
        "FIND {anna} IN SIDEBAR FIELDS",
        "FIND {anna} RETURNING LeadStatus",
        "FIND {anna} RETURNING Lead WITH HIGHLIGHT",
        "FIND {anna} RETURNING Lead(Id USING ListView=Recent)",
        "FIND {anna} RETURNING Lead UPDATE TRACKING",
        "FIND {jansen} RETURNING Lead, Contact LIMIT 1",
    ],
)
def test_what_the_stand_in_cannot_search_is_named_as_its_limit(org: Org, sosl: str) -> None:
    response: Any = search(org, sosl)
    assert (response.status, response.body[0]["errorCode"]) == (501, "STAND_IN_LIMIT")


def test_a_term_beyond_reason_finds_nothing(org: Org) -> None:
    assert found(org, f"FIND {{{'anna ' * 2_001}}}") == []


def test_old_versions_answer_a_bare_list(org: Org) -> None:
    headers = {"authorization": f"Bearer {org.sessions.open()}"}
    target = f"/services/data/v36.0/search?{urlencode({'q': 'FIND {carla} RETURNING Lead(LastName)'})}"
    response: Any = org.handle(Request("GET", target, headers))
    assert [record["LastName"] for record in response.body] == ["Johnson"]


def test_a_parameterized_search_says_the_same_in_the_url(org: Org) -> None:
    def get(**parameters: Any) -> Any:
        response = org.call("GET", f"parameterizedSearch/?{urlencode(parameters, doseq=True)}")
        assert response.status == 200, response.body
        assert isinstance(response.body, dict)
        return response.body["searchRecords"]

    records = get(q="jansen", sobject="Lead", **{"Lead.fields": "id,lastname", "Lead.limit": "1"})
    assert [set(record) for record in records] == [{"attributes", "Id", "LastName"}]
    assert [record["attributes"]["type"] for record in get(q="jansen", sobject=["Contact", "Lead"])] == [
        "Contact",
        "Lead",
        "Lead",
    ]
    assert len(get(q="jansen", sobject="Lead", defaultLimit="1")) == 1
    assert [set(each) for each in get(q="utrecht")] == [{"attributes", "Id"}]
    assert get(q="hi", sobject="Lead", **{"in": "NAME"}) == []


def test_a_parameterized_search_says_the_same_in_a_body(org: Org) -> None:
    def post(body: Any) -> Any:
        response = org.call("POST", "parameterizedSearch", body)
        assert response.status == 200, response.body
        assert isinstance(response.body, dict)
        return response.body["searchRecords"]

    body = {
        "q": "jansen",
        "fields": ["Id", "LastName"],
        "sobjects": [{"name": "Lead", "fields": ["FirstName"], "limit": 1}, {"name": "Contact"}],
        "in": "ALL",
    }
    assert [set(record) - {"attributes"} for record in post(body)] == [{"FirstName"}, {"Id", "LastName"}]
    assert [each["FirstName"] for each in post(body | {"in": "EMAIL"}) if "FirstName" in each] == ["Bob"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"q": "a"}, "INVALID_SEARCH"),
        ({}, "INVALID_SEARCH"),
        ({"q": "anna} RETURNING Lead(Id"}, "MALFORMED_SEARCH"),
        ({"q": "anna", "in": "SOME"}, "MALFORMED_SEARCH"),
        ({"q": "anna", "sobjects": [{"name": "Lead(Id), Contact"}]}, "MALFORMED_SEARCH"),
        ({"q": "anna", "sobjects": [{"name": "Lead", "fields": ["Id) , Contact(Id"]}]}, "MALFORMED_SEARCH"),
        ({"q": "anna", "sobjects": [{"name": "Lead", "limit": "many"}]}, "MALFORMED_SEARCH"),
        ({"q": "anna", "sobjects": [{"name": "XYZZY"}]}, "INVALID_TYPE"),
        ({"q": "anna", "sobjects": ["Lead"]}, "JSON_PARSER_ERROR"),
        ({"q": "anna", "fields": "Id", "sobjects": [{"name": "Lead"}]}, "JSON_PARSER_ERROR"),
        (["anna"], "JSON_PARSER_ERROR"),
    ],
)
def test_a_wrong_parameterized_search_is_refused(org: Org, body: object, code: str) -> None:
    response: Any = org.call("POST", "parameterizedSearch", body)
    assert (response.status, response.body[0]["errorCode"]) == (400, code)


def test_a_parameter_that_is_not_built_is_named(org: Org) -> None:
    response: Any = org.call("GET", "parameterizedSearch?q=anna&spellCorrection=false")
    assert (response.status, response.body[0]["errorCode"]) == (501, "STAND_IN_LIMIT")
    assert "spellCorrection" in response.body[0]["message"]
