"""Many records in one call, and several calls in one, in the Salesforce stand-in."""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from local.salesforce_org import Org, Response

BASE = "/services/data/v68.0"
BY_KEY = "composite/sobjects/Lead/Submission_Id__c"


@pytest.fixture
def org() -> Iterator[Org]:
    """An org that holds its set-up and no people."""
    with Org(":memory:") as org:
        yield org


def lead(key: str | None = None, **fields: Any) -> dict[str, Any]:
    keyed = {} if key is None else {"Submission_Id__c": key}
    return {"attributes": {"type": "Lead"}, "LastName": "X", "Company": "Y"} | keyed | fields


def many(org: Org, method: str, resource: str, records: Sequence[object], *, all_or_none: bool = False) -> list[Any]:
    response = org.call(method, resource, {"allOrNone": all_or_none, "records": list(records)})
    assert response.status == 200, response.body
    assert isinstance(response.body, list)
    return response.body


def codes(results: Sequence[Any]) -> list[str]:
    return ["ok" if result["success"] else result["errors"][0]["statusCode"] for result in results]


def error_code(response: Response) -> str:
    body: Any = response.body
    return str(body[0]["errorCode"])


def test_each_record_gets_its_own_result_in_order(org: Org) -> None:
    """Failed records have no id, and their errors say statusCode where single calls say errorCode."""
    results = many(org, "POST", "composite/sobjects", [lead(), lead(Company=None), lead(Nope="x"), lead()])
    assert codes(results) == ["ok", "REQUIRED_FIELD_MISSING", "INVALID_FIELD", "ok"]
    assert results[1] == {
        "success": False,
        "errors": [
            {
                "statusCode": "REQUIRED_FIELD_MISSING",
                "message": "Required fields are missing: [Company]",
                "fields": ["Company"],
            }
        ],
    }
    assert results[2]["errors"][0]["fields"] == []
    assert results[0]["errors"] == []
    assert len(org.rows("Lead")) == 2


def test_all_or_none_undoes_everything_and_still_names_the_culprit(org: Org) -> None:
    results = many(org, "POST", "composite/sobjects", [lead(), lead(Company=None), lead()], all_or_none=True)
    rolled_back = "ALL_OR_NONE_OPERATION_ROLLED_BACK"
    assert codes(results) == [rolled_back, "REQUIRED_FIELD_MISSING", rolled_back]
    assert all("id" not in result for result in results)
    assert org.rows("Lead") == []


def test_upserts_tell_created_from_changed(org: Org) -> None:
    first = many(org, "PATCH", BY_KEY, [lead("a"), lead("b")])
    second = many(org, "PATCH", BY_KEY, [lead("B", City="Zeist"), lead("c")])
    assert [result["created"] for result in first + second] == [True, True, False, True]
    assert second[0]["id"] == first[1]["id"]
    assert [row["City"] for row in org.rows("Lead")] == [None, "Zeist", None]


def test_the_same_key_twice_in_one_upsert_fails_all_its_records(org: Org) -> None:
    results = many(org, "PATCH", BY_KEY, [lead("a"), lead("b"), lead("A")])
    assert codes(results) == ["DUPLICATE_VALUE", "ok", "DUPLICATE_VALUE"]
    assert results[0]["errors"][0] == {
        "statusCode": "DUPLICATE_VALUE",
        "message": "Duplicate external id specified: a",
        "fields": ["Submission_Id__c"],
    }
    assert len(org.rows("Lead")) == 1


def test_an_upsert_without_its_key_is_refused(org: Org) -> None:
    assert codes(many(org, "PATCH", BY_KEY, [lead(), lead("")])) == ["MISSING_ARGUMENT"] * 2


def test_an_upsert_key_that_fits_several_records_names_them(org: Org) -> None:
    ids = [org.add("Lead", {"LastName": "X", "Company": "Y", "Email": "same@example.com"}) for _ in range(2)]
    results = many(org, "PATCH", "composite/sobjects/Lead/Email", [lead(Email="same@example.com")])
    assert codes(results) == ["DUPLICATE_EXTERNAL_ID"]
    assert all(each in results[0]["errors"][0]["message"] for each in ids)


def test_updates_go_by_id(org: Org) -> None:
    ids = [result["id"] for result in many(org, "POST", "composite/sobjects", [lead(), lead(), lead()])]
    change = {"attributes": {"type": "Lead"}, "City": "Zeist"}
    results = many(
        org,
        "PATCH",
        "composite/sobjects",
        [change | {"id": ids[0]}, change, change | {"Id": ids[1]}, change | {"Id": ids[1]}, change | {"Id": "003x"}],
    )
    assert codes(results) == ["ok", "MISSING_ARGUMENT", "DUPLICATE_VALUE", "DUPLICATE_VALUE", "MALFORMED_ID"]
    assert results[1]["errors"][0]["message"] == "Id not specified in an update call"
    assert results[4]["errors"][0]["message"] == "Lead ID: id value of incorrect type: 003x"
    assert [row["City"] for row in org.rows("Lead")] == ["Zeist", None, None]


def test_types_may_mix_in_ten_runs_at_most(org: Org) -> None:
    task = {"attributes": {"type": "Task"}, "Subject": "x"}
    assert codes(many(org, "POST", "composite/sobjects", [lead(), task] * 5)) == ["ok"] * 10
    too_many = org.call("POST", "composite/sobjects", {"records": [lead(), task] * 5 + [lead()]})
    assert (too_many.status, error_code(too_many)) == (400, "LIMIT_EXCEEDED")


@pytest.mark.parametrize(
    ("records", "code"),
    [
        ([], "REQUIRED_FIELD_MISSING"),
        ([lead()] * 201, "EXCEEDED_ID_LIMIT"),
        ([{"LastName": "X"}], "INVALID_TYPE"),
        ([lead(), lead(IsUnreadByOwner="no")], "JSON_PARSER_ERROR"),
        (["x"], "JSON_PARSER_ERROR"),
    ],
)
def test_a_call_that_makes_no_sense_is_refused_whole(org: Org, records: list[object], code: str) -> None:
    response = org.call("POST", "composite/sobjects", {"records": records})
    assert (response.status, error_code(response)) == (400, code)
    assert org.rows("Lead") == []


def test_two_hundred_records_fit(org: Org) -> None:
    assert codes(many(org, "PATCH", BY_KEY, [lead(str(number)) for number in range(200)])) == ["ok"] * 200


def test_deletes_and_reads_take_lists_of_ids(org: Org) -> None:
    ids = [result["id"] for result in many(org, "POST", "composite/sobjects", [lead(), lead()])]
    assert org.call("DELETE", f"composite/sobjects?ids={ids[0]},{ids[0][:15]}x").body == [
        {"id": ids[0], "success": True, "errors": []},
        {
            "success": False,
            "errors": [{"statusCode": "MALFORMED_ID", "message": f"malformed id {ids[0][:15]}x", "fields": []}],
        },
    ]
    read: Any = org.call("GET", f"composite/sobjects/Lead?ids={ids[0]},{ids[1]}&fields=LastName").body
    assert read[0] is None
    assert (read[1]["Id"], read[1]["LastName"]) == (ids[1], "X")


def composite(org: Org, *subrequests: dict[str, Any], all_or_none: bool = False) -> list[Any]:
    response = org.call("POST", "composite", {"allOrNone": all_or_none, "compositeRequest": list(subrequests)})
    assert response.status == 200, response.body
    assert isinstance(response.body, dict)
    answers: Any = response.body["compositeResponse"]
    return list(answers)


def sub(reference: str, method: str, url: str, body: object = None) -> dict[str, Any]:
    subrequest = {"referenceId": reference, "method": method, "url": f"{BASE}/{url}"}
    return subrequest if body is None else {**subrequest, "body": body}


def test_later_parts_use_what_earlier_ones_answered(org: Org) -> None:
    answers = composite(
        org,
        sub("lead", "PATCH", "sobjects/Lead/Submission_Id__c/k", {"LastName": "X", "Company": "Y"}),
        sub("task", "POST", "sobjects/Task", {"WhoId": "@{lead.id}", "Subject": "Call @{lead.id}"}),
        sub("found", "GET", "query?q=SELECT Id, Who.Name FROM Task WHERE Id = '@{task.id}'"),
        sub("again", "PATCH", "sobjects/Lead/@{lead.id}", {"Title": "Task @{found.records[0].Id}"}),
    )
    lead_id, task_id = answers[0]["body"]["id"], answers[1]["body"]["id"]
    assert [answer["httpStatusCode"] for answer in answers] == [201, 201, 200, 204]
    assert [answer["referenceId"] for answer in answers] == ["lead", "task", "found", "again"]
    assert answers[0]["httpHeaders"] == {"Location": f"{BASE}/sobjects/Lead/{lead_id}"}
    assert answers[2]["body"]["records"][0]["Who"]["Name"] == "X"
    assert answers[3]["body"] is None
    assert org.rows("Lead")[0]["Title"] == f"Task {task_id}"


def test_a_failed_part_halts_only_what_leans_on_it(org: Org) -> None:
    answers = composite(
        org,
        sub("lead", "POST", "sobjects/Lead", {"LastName": "X"}),
        sub("task", "POST", "sobjects/Task", {"WhoId": "@{lead.id}"}),
        sub("other", "POST", "sobjects/Lead", {"LastName": "X", "Company": "Y"}),
    )
    assert [answer["httpStatusCode"] for answer in answers] == [400, 400, 201]
    assert answers[0]["body"][0]["errorCode"] == "REQUIRED_FIELD_MISSING"
    assert answers[1]["body"][0]["errorCode"] == "PROCESSING_HALTED"
    assert "Invalid reference specified. No value for lead.id found in lead" in answers[1]["body"][0]["message"]
    assert len(org.rows("Lead")) == 1


def test_all_or_none_halts_and_undoes_all_parts(org: Org) -> None:
    answers = composite(
        org,
        sub("one", "POST", "sobjects/Lead", {"LastName": "X", "Company": "Y"}),
        sub("two", "POST", "sobjects/Lead", {"LastName": "X"}),
        sub("three", "POST", "sobjects/Lead", {"LastName": "X", "Company": "Y"}),
        all_or_none=True,
    )
    assert [answer["body"][0]["errorCode"] for answer in answers] == [
        "PROCESSING_HALTED",
        "REQUIRED_FIELD_MISSING",
        "PROCESSING_HALTED",
    ]
    assert answers[0]["body"][0]["message"] == (
        "The transaction was rolled back since another operation in the same transaction failed."
    )
    assert org.rows("Lead") == []


def test_a_wrong_part_answers_as_recorded(org: Org) -> None:
    """The body of a recorded answer for an object that does not exist."""
    assert composite(org, sub("a", "GET", "sobjects/Foo")) == [
        {
            "body": [{"errorCode": "NOT_FOUND", "message": "The requested resource does not exist"}],
            "httpHeaders": {},
            "httpStatusCode": 404,
            "referenceId": "a",
        }
    ]


def test_a_composite_call_counts_once(org: Org) -> None:
    composite(org, *(sub(f"q{number}", "GET", "query?q=SELECT Id FROM Lead") for number in range(5)))
    assert [call["path"] for call in org.calls] == [f"{BASE}/composite"]
    limits: Any = org.call("GET", "limits")
    assert limits.headers["Sforce-Limit-Info"] == "api-usage=2/100000"
    assert limits.body["DailyApiRequests"] == {"Max": 100_000, "Remaining": 99_998}


@pytest.mark.parametrize(
    "subrequests",
    [
        [],
        [sub(f"r{number}", "GET", "limits") for number in range(26)],
        [sub(f"r{number}", "GET", "query?q=SELECT Id FROM Lead") for number in range(6)],
        [sub(f"r{number}", "PATCH", BY_KEY, {"records": []}) for number in range(6)],
        [sub("same", "GET", "limits"), sub("same", "GET", "limits")],
        [sub("1st", "GET", "limits")],
        [{"method": "GET", "url": f"{BASE}/limits"}],
        [{"method": "GET", "url": "https://elsewhere.example/", "referenceId": "a"}],
    ],
)
def test_composite_limits_hold(org: Org, subrequests: list[object]) -> None:
    """25 parts, 5 of them queries or collections; unique reference ids; URLs of this org."""
    assert org.call("POST", "composite", {"compositeRequest": subrequests}).status == 400


def test_an_unescaped_percent_in_a_part_s_url_is_refused(org: Org) -> None:
    answers = composite(org, sub("q", "GET", "query?q=SELECT Id FROM Lead WHERE Name LIKE 'a%'"))
    assert answers[0]["httpStatusCode"] == 400


def test_long_results_come_in_pages(org: Org) -> None:
    for start in range(0, 450, 150):
        many(org, "PATCH", BY_KEY, [lead(str(start + number)) for number in range(150)])
    page: Any = org.call("GET", "query?q=SELECT+Id+FROM+Lead", headers={"sforce-query-options": "batchSize=200"}).body
    assert (page["totalSize"], page["done"], len(page["records"])) == (450, False, 200)
    ids = [record["Id"] for record in page["records"]]
    while not page["done"]:
        rest = page["nextRecordsUrl"].removeprefix(f"{BASE}/")
        page = org.call("GET", rest, headers={"sforce-query-options": "batchSize=200"}).body
        ids += [record["Id"] for record in page["records"]]
    assert ids == [row["Id"] for row in org.rows("Lead")]
    small: Any = org.call("GET", "query?q=SELECT+Id+FROM+Lead", headers={"sforce-query-options": "batchSize=50"}).body
    assert len(small["records"]) == 200, "the smallest page"
    assert error_code(org.call("GET", "query/01gFx0000000999-200")) == "INVALID_QUERY_LOCATOR"
