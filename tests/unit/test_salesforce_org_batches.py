"""Trees of records and batches of calls in the Salesforce stand-in."""

from collections.abc import Iterator
from typing import Any

import pytest

from local.salesforce_org import Org, Response


@pytest.fixture
def org() -> Iterator[Org]:
    """An org that holds its set-up and no people."""
    with Org(":memory:") as org:
        yield org


def leaf(reference: str | None, **fields: Any) -> dict[str, Any]:
    attributes = {"type": "Lead"} | ({} if reference is None else {"referenceId": reference})
    return {"attributes": attributes, "LastName": "X", "Company": "Y"} | fields


def tree(org: Org, *records: object) -> Response:
    return org.call("POST", "composite/tree/Lead", {"records": list(records)})


def batch(org: Org, *parts: object, **more: Any) -> Response:
    return org.call("POST", "composite/batch", {"batchRequests": list(parts)} | more)


def test_a_tree_tells_the_id_of_each_record_by_its_reference(org: Org) -> None:
    response: Any = tree(org, leaf("a"), leaf("b"))
    ids = [each["Id"] for each in org.rows("Lead")]
    assert response.status == 201
    assert response.body == {
        "hasErrors": False,
        "results": [{"referenceId": "a", "id": ids[0]}, {"referenceId": "b", "id": ids[1]}],
    }


def test_one_bad_record_keeps_the_whole_tree_out_and_is_named_alone(org: Org) -> None:
    response = tree(org, leaf("a"), leaf("b", Company=None, Email="x"), leaf("c", Email="x", City="y" * 41))
    assert response.status == 400
    assert response.body == {
        "hasErrors": True,
        "results": [
            {
                "referenceId": "b",
                "errors": [
                    {
                        "statusCode": "REQUIRED_FIELD_MISSING",
                        "message": "Required fields are missing: [Company]",
                        "fields": ["Company"],
                    }
                ],
            },
            {
                "referenceId": "c",
                "errors": [
                    {
                        "statusCode": "INVALID_EMAIL_ADDRESS",
                        "message": "Email: invalid email address: x",
                        "fields": ["Email"],
                    },
                    {
                        "statusCode": "STRING_TOO_LONG",
                        "message": f"City: data value too large: {'y' * 41} (max length=40)",
                        "fields": ["City"],
                    },
                ],
            },
        ],
    }
    assert org.rows("Lead") == []


def test_a_tree_takes_two_hundred_records(org: Org) -> None:
    assert tree(org, *(leaf(f"r{number}") for number in range(200))).status == 201
    refused: Any = tree(org, *(leaf(f"r{number}") for number in range(201)))
    assert (refused.status, refused.body[0]["errorCode"]) == (400, "EXCEEDED_ID_LIMIT")
    assert len(org.rows("Lead")) == 200


@pytest.mark.parametrize(
    "records",
    [
        [],
        ["x"],
        [leaf(None)],
        [leaf("")],
        [leaf("a"), leaf("a")],
        [{"LastName": "X", "Company": "Y"}],
        [leaf("a") | {"attributes": {"type": "Task", "referenceId": "a"}}],
        [leaf("a", Id="00QFx0000000001")],
    ],
)
def test_a_tree_that_makes_no_sense_is_refused(org: Org, records: list[object]) -> None:
    assert tree(org, *records).status == 400
    assert org.rows("Lead") == []


def test_a_tree_of_a_read_only_object_is_refused(org: Org) -> None:
    assert org.call("POST", "composite/tree/User", {"records": [leaf("a")]}).status == 400
    assert org.call("GET", "composite/tree/Lead").status == 405


def test_the_parts_of_a_batch_answer_one_by_one(org: Org) -> None:
    new = {"method": "POST", "url": "v68.0/sobjects/Lead", "richInput": {"LastName": "X", "Company": "Y"}}
    bad = {"method": "POST", "url": "v68.0/sobjects/Lead", "richInput": {"LastName": "X"}}
    read = {"method": "GET", "url": "v68.0/query?q=SELECT Id FROM Lead"}
    response: Any = batch(org, new, bad, read)
    lead = org.rows("Lead")[0]["Id"]
    assert response.status == 200
    assert response.body["hasErrors"] is True
    assert [each["statusCode"] for each in response.body["results"]] == [201, 400, 200]
    assert response.body["results"][0]["result"] == {"id": lead, "success": True, "errors": []}
    assert response.body["results"][1]["result"][0]["errorCode"] == "REQUIRED_FIELD_MISSING"
    assert response.body["results"][2]["result"]["records"][0]["Id"] == lead
    patched: Any = batch(org, {"method": "PATCH", "url": f"v68.0/sobjects/Lead/{lead}", "richInput": {"Title": "Chef"}})
    assert patched.body == {"hasErrors": False, "results": [{"statusCode": 204, "result": None}]}
    assert org.rows("Lead")[0]["Title"] == "Chef"


def test_a_batch_that_halts_on_error_keeps_what_was_done(org: Org) -> None:
    new = {
        "method": "POST",
        "url": "/services/data/v68.0/sobjects/Lead",
        "richInput": {"LastName": "X", "Company": "Y"},
    }
    bad = {"method": "GET", "url": "v68.0/sobjects/Nope"}
    response: Any = batch(org, new, bad, new, haltOnError=True)
    assert [each["statusCode"] for each in response.body["results"]] == [201, 404, 412]
    assert response.body["results"][2]["result"] == [
        {"errorCode": "BATCH_PROCESSING_HALTED", "message": "Batch processing halted per request"}
    ]
    assert len(org.rows("Lead")) == 1
    assert len(org.calls) == 1


@pytest.mark.parametrize(
    "parts",
    [
        [],
        ["x"],
        [{"method": "GET"}],
        [{"method": "BREW", "url": "v68.0/limits"}],
        [{"method": "GET", "url": "v68.0/limits"}] * 26,
    ],
)
def test_batch_limits_hold(org: Org, parts: list[object]) -> None:
    assert batch(org, *parts).status == 400
    assert batch(org, {"method": "GET", "url": "v68.0/limits"}, haltOnError="yes").status == 400


@pytest.mark.parametrize("inner", ["composite", "composite/batch", "composite/tree/Lead"])
def test_calls_of_many_are_not_put_into_each_other(org: Org, inner: str) -> None:
    part = {"method": "POST", "url": f"v68.0/{inner}", "richInput": {"records": [leaf("a")]}}
    response: Any = batch(org, part)
    assert response.body["results"][0]["statusCode"] == 400
    assert org.rows("Lead") == []
