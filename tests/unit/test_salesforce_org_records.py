# ruff: noqa: S608 - SOQL pasted together on purpose
"""Single records in the Salesforce stand-in: what is refused and in which words, upserts, deletes, describes."""

import sqlite3
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from local.salesforce_org import Org, Request, Response
from local.salesforce_org.records.validation import ValidationRule

KEY = "0b0f6a0e-1111-4222-8333-444455556666"
LEAD: dict[str, Any] = {"LastName": "de Vries", "Company": "Catering"}


@pytest.fixture
def org() -> Iterator[Org]:
    with Org(":memory:") as org:
        org.seed()
        yield org


def create(org: Org, sobject: str = "Lead", **fields: Any) -> Response:
    return org.call("POST", f"sobjects/{sobject}/", fields)


def created_id(org: Org, sobject: str = "Lead", **fields: Any) -> str:
    response = create(org, sobject, **fields)
    assert response.status == 201, response.body
    assert isinstance(response.body, dict)
    return str(response.body["id"])


def error(response: Response) -> dict[str, Any]:
    """The only error of a refusal."""
    assert isinstance(response.body, list)
    assert len(response.body) == 1
    only: Any = response.body[0]
    return dict(only)


def of(org: Org, sobject: str, name: str) -> str:
    return next(str(row["Id"]) for row in org.rows(sobject) if row["Name"] == name)


def test_a_lead_is_created_with_the_org_s_defaults(org: Org) -> None:
    response = create(org, **LEAD, FirstName=" Sanne ", Phone="")
    assert response.status == 201
    assert isinstance(response.body, dict)
    record_id = str(response.body["id"])
    assert response.body == {"id": record_id, "success": True, "errors": []}
    assert response.headers["Location"] == f"/services/data/v68.0/sobjects/Lead/{record_id}"
    lead: Any = org.call("GET", f"sobjects/Lead/{record_id}").body
    assert lead["attributes"] == {"type": "Lead", "url": f"/services/data/v68.0/sobjects/Lead/{record_id}"}
    assert (lead["Name"], lead["Status"], lead["IsConverted"]) == ("Sanne de Vries", "Open - Not Contacted", False)
    assert lead["OwnerId"] == of(org, "User", "Form Integratie")
    assert lead["Phone"] is None, "an empty text is stored as a blank"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"Company": None}, ("REQUIRED_FIELD_MISSING", "Required fields are missing: [Company]", ["Company"])),
        ({"LastName": "  "}, ("REQUIRED_FIELD_MISSING", "Required fields are missing: [LastName]", ["LastName"])),
        (
            {"FirstName": "x" * 41},
            ("STRING_TOO_LONG", f"First Name: data value too large: {'x' * 41} (max length=40)", ["FirstName"]),
        ),
        ({"Email": "jan@"}, ("INVALID_EMAIL_ADDRESS", "Email: invalid email address: jan@", ["Email"])),
        ({"Email": "a@b"}, ("INVALID_EMAIL_ADDRESS", "Email: invalid email address: a@b", ["Email"])),
        (
            {"GeocodeAccuracy": "Moon"},
            (
                "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
                "Geocode Accuracy: bad value for restricted picklist field: Moon",
                ["GeocodeAccuracy"],
            ),
        ),
        (
            {"NumberOfEmployees": 10**8},
            (
                "NUMBER_OUTSIDE_VALID_RANGE",
                "Employees: value outside of valid range on numeric field: 100000000",
                ["NumberOfEmployees"],
            ),
        ),
        (
            {"OwnerId": "nope"},
            ("MALFORMED_ID", "Owner ID: id value of incorrect type: nope", ["OwnerId"]),
        ),
        (
            {"OwnerId": "005Fx0000009999"},
            ("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", []),
        ),
        (
            {"Company": "verboden bv"},
            ("FIELD_CUSTOM_VALIDATION_EXCEPTION", "Company is on the do-not-serve list.", ["Company"]),
        ),
        (
            {"Name": "x"},
            (
                "INVALID_FIELD_FOR_INSERT_UPDATE",
                (
                    "Unable to create/update fields: Name. Please check the security settings of this field "
                    "and verify that it is read/write for your profile or permission set."
                ),
                ["Name"],
            ),
        ),
    ],
)
def test_refusals_come_in_the_org_s_words(
    org: Org, fields: dict[str, Any], expected: tuple[str, str, list[str]]
) -> None:
    before = len(org.rows("Lead"))
    response = create(org, **LEAD | fields)
    refused = error(response)
    assert response.status == 400
    assert (refused["errorCode"], refused["message"], refused["fields"]) == expected
    assert len(org.rows("Lead")) == before


def test_all_bad_values_are_told_at_once(org: Org) -> None:
    response = create(org, **LEAD, Email="x", City="y" * 41)
    body: Any = response.body
    assert [each["errorCode"] for each in body] == ["INVALID_EMAIL_ADDRESS", "STRING_TOO_LONG"]


def test_an_unknown_field_has_no_fields_in_its_error(org: Org) -> None:
    """As recorded: the error names the column in its message only."""
    assert error(create(org, **LEAD, Nope__c="x")) == {
        "message": "No such column 'Nope__c' on sobject of type Lead",
        "errorCode": "INVALID_FIELD",
    }


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("IsUnreadByOwner", "yes"),
        ("NumberOfEmployees", "many"),
        ("NumberOfEmployees", 1.5),
        ("NumberOfEmployees", 1e400),
        ("AnnualRevenue", True),
        ("Submitted_At__c", "2026-02-30T10:00:00Z"),
        ("Submitted_At__c", "2026-01-01T10:00:00"),
        ("Submitted_At__c", 1767261600),
        ("Description", ["a"]),
        ("Description", 5),
    ],
)
def test_json_of_the_wrong_type_is_a_parser_error(org: Org, field: str, value: object) -> None:
    refused = error(create(org, **LEAD | {field: value}))
    assert refused["errorCode"] == "JSON_PARSER_ERROR"


def test_date_times_are_kept_in_utc_and_whole_seconds(org: Org) -> None:
    record_id = created_id(org, **LEAD, Submitted_At__c="2026-07-01T12:00:00.987+02:00")
    records: list[Any] = org.query(f"SELECT Submitted_At__c FROM Lead WHERE Id = '{record_id}'")
    assert records[0]["Submitted_At__c"] == "2026-07-01T10:00:00.000+0000"


def test_field_and_object_names_ignore_case(org: Org) -> None:
    record_id = created_id(org, "lead", lastname="x", COMPANY="y")
    assert org.call("GET", f"sobjects/LEAD/{record_id}?fields=lastname").status == 200


def test_unrestricted_picklists_take_anything(org: Org) -> None:
    """As in the recorded describe: LeadSource and Status are not restricted."""
    assert create(org, **LEAD, LeadSource="Carrier pigeon").status == 201


def test_an_update_changes_only_what_it_names(org: Org) -> None:
    record_id = created_id(org, **LEAD, City="Utrecht", Phone="030 1234567")
    assert org.call("PATCH", f"sobjects/Lead/{record_id}", {"Phone": None, "Title": "Chef"}).status == 204
    lead: Any = org.call("GET", f"sobjects/Lead/{record_id}?fields=City,Phone,Title").body
    assert (lead["City"], lead["Phone"], lead["Title"]) == ("Utrecht", None, "Chef")


def test_a_required_field_cannot_be_blanked(org: Org) -> None:
    record_id = created_id(org, **LEAD)
    assert (
        error(org.call("PATCH", f"sobjects/Lead/{record_id}", {"Company": ""}))["errorCode"] == "REQUIRED_FIELD_MISSING"
    )


@pytest.mark.parametrize("name", ["Status", "OwnerId", "LastName"])
def test_what_every_lead_has_cannot_be_blanked(org: Org, name: str) -> None:
    record_id = created_id(org, **LEAD)
    refused = error(org.call("PATCH", f"sobjects/Lead/{record_id}", {name: None}))
    assert (refused["errorCode"], refused["fields"]) == ("REQUIRED_FIELD_MISSING", [name])


def test_a_null_leaves_a_default_alone_when_a_record_is_made(org: Org) -> None:
    record_id = created_id(org, **LEAD, Status=None, OwnerId=None, DoNotCall=None)
    lead: Any = org.call("GET", f"sobjects/Lead/{record_id}").body
    assert (lead["Status"], lead["DoNotCall"]) == ("Open - Not Contacted", False)
    assert lead["OwnerId"] == of(org, "User", "Form Integratie")


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("Website", "x" * 256, "STRING_TOO_LONG"),
        ("Phone", "1" * 41, "STRING_TOO_LONG"),
        ("Email", "a" * 70 + "@example.com", "STRING_TOO_LONG"),
        ("Email", "a b@example.com", "INVALID_EMAIL_ADDRESS"),
        ("Email", "a@-example.com", "INVALID_EMAIL_ADDRESS"),
        ("Street", "x" * 256, "STRING_TOO_LONG"),
        ("AnnualRevenue", 10**18, "NUMBER_OUTSIDE_VALID_RANGE"),
        ("DoNotCall", "true", "JSON_PARSER_ERROR"),
        ("DoNotCall", 1, "JSON_PARSER_ERROR"),
        ("AnnualRevenue", "1e3", "JSON_PARSER_ERROR"),
        ("AnnualRevenue", "", "JSON_PARSER_ERROR"),
        ("AnnualRevenue", "1" + "0" * 18, "NUMBER_OUTSIDE_VALID_RANGE"),
        ("NumberOfEmployees", "forty", "JSON_PARSER_ERROR"),
        ("NumberOfEmployees", "10.5", "JSON_PARSER_ERROR"),
        ("NumberOfEmployees", " 10", "JSON_PARSER_ERROR"),
        ("NumberOfEmployees", "\u0661", "JSON_PARSER_ERROR"),
        ("OwnerId", {"Name": "x"}, "JSON_PARSER_ERROR"),
        ("IndividualId", "003Fx0000000001", "FIELD_INTEGRITY_EXCEPTION"),
    ],
)
def test_each_type_has_its_own_limits(org: Org, field: str, value: object, code: str) -> None:
    assert error(create(org, **LEAD | {field: value}))["errorCode"] == code


def test_a_number_may_come_as_text(org: Org) -> None:
    record_id = created_id(org, **LEAD, NumberOfEmployees="10000", AnnualRevenue="-12.5")
    lead: Any = org.call("GET", f"sobjects/Lead/{record_id}").body
    assert (lead["NumberOfEmployees"], lead["AnnualRevenue"]) == (10_000, -12.5)
    assert isinstance(lead["NumberOfEmployees"], int)


def test_a_refused_text_is_told_as_it_came(org: Org) -> None:
    message = error(create(org, **LEAD, NumberOfEmployees="1.5"))["message"]
    assert message.startswith("Cannot deserialize instance of int from VALUE_STRING value 1.5 or request may")


def test_a_date_is_a_day_without_a_time(org: Org) -> None:
    for wrong in ("2026-13-01", "2026-02-30", "01-02-2026", "2026-02-01T00:00:00Z", 20260201):
        assert error(create(org, "Task", Subject="x", ActivityDate=wrong))["errorCode"] == "JSON_PARSER_ERROR"
    assert create(org, "Task", Subject="x", ActivityDate="2026-02-28").status == 201


def test_ids_belong_in_the_url(org: Org) -> None:
    record_id = created_id(org, **LEAD)
    refused = error(org.call("PATCH", f"sobjects/Lead/{record_id}", {"Id": record_id, "Title": "x"}))
    assert refused == {
        "message": "The Id field should not be specified in the sobject data.",
        "errorCode": "INVALID_FIELD",
    }
    by_key = org.call("PATCH", f"sobjects/Lead/Submission_Id__c/{KEY}", LEAD | {"Submission_Id__c": KEY})
    assert error(by_key)["message"] == "The Submission_Id__c field should not be specified in the sobject data."


def test_a_converted_lead_takes_no_updates(org: Org) -> None:
    converted = next(row for row in org.rows("Lead") if row["IsConverted"])
    refused = error(org.call("PATCH", f"sobjects/Lead/{converted['Id']}", {"Phone": "1"}))
    assert refused == {
        "message": "cannot reference converted lead",
        "errorCode": "CANNOT_UPDATE_CONVERTED_LEAD",
        "fields": [],
    }


def test_a_deleted_record_is_gone_with_404(org: Org) -> None:
    record_id = created_id(org, **LEAD)
    assert org.call("DELETE", f"sobjects/Lead/{record_id}").status == 204
    for method, body in (("GET", None), ("PATCH", {"Title": "x"}), ("DELETE", None)):
        response = org.call(method, f"sobjects/Lead/{record_id}", body)
        assert response.status == 404
        assert error(response) == {"message": "entity is deleted", "errorCode": "ENTITY_IS_DELETED", "fields": []}


def test_what_never_existed_is_not_found(org: Org) -> None:
    response = org.call("GET", "sobjects/Lead/00QFx0000099999")
    assert (response.status, error(response)["errorCode"]) == (404, "NOT_FOUND")
    assert org.call("GET", "sobjects/Nope").status == 404
    assert org.call("GET", "sobjects/Lead/Nope__c/x").status == 404


def test_an_upsert_by_external_id_creates_once_and_then_updates(org: Org) -> None:
    path = f"sobjects/Lead/Submission_Id__c/{KEY}"
    first = org.call("PATCH", path, LEAD)
    second = org.call("PATCH", path.replace(KEY, KEY.upper()), LEAD | {"City": "Zeist"})
    assert isinstance(first.body, dict)
    record_id = first.body["id"]
    assert (first.status, first.body["created"]) == (201, True)
    assert (second.status, second.body) == (200, {"id": record_id, "success": True, "errors": [], "created": False})
    lead: Any = org.call("GET", path).body
    assert (lead["Id"], lead["City"], lead["Submission_Id__c"]) == (record_id, "Zeist", KEY)


def test_an_upsert_that_may_only_update_creates_nothing(org: Org) -> None:
    response = org.call("PATCH", f"sobjects/Lead/Submission_Id__c/{KEY}?updateOnly=true", LEAD)
    assert response.status == 404
    assert org.call("GET", f"sobjects/Lead/Submission_Id__c/{KEY}").status == 404


def test_an_upsert_that_may_only_update_changes_what_is_there(org: Org) -> None:
    path = f"sobjects/Lead/Submission_Id__c/{KEY}"
    record_id = created_id(org, **LEAD, Submission_Id__c=KEY)
    response = org.call("PATCH", f"{path}?updateOnly=true", {"City": "Zeist"})
    assert (response.status, response.body) == (200, {"id": record_id, "success": True, "errors": [], "created": False})
    changed: Any = org.call("GET", f"sobjects/Lead/{record_id}").body
    assert changed["City"] == "Zeist"


def test_an_upsert_with_several_matches_lists_them(org: Org) -> None:
    """Email has idLookup but is not unique: two Robins answer to it."""
    response = org.call("PATCH", "sobjects/Lead/Email/robin.smit%40example.com", {"Title": "x"})
    assert response.status == 300
    assert isinstance(response.body, list)
    assert len(response.body) == 2
    assert str(response.body[0]).startswith("/services/data/v68.0/sobjects/Lead/00Q")


def test_an_upsert_by_a_field_that_finds_nobody_is_not_found(org: Org) -> None:
    response = org.call("PATCH", "sobjects/Lead/City/Utrecht", LEAD)
    assert response.status == 404
    assert error(response)["message"] == "Provided external ID field does not exist or is not accessible: City"


@pytest.mark.parametrize("key", ["a/b", "a b", "a+b", "50%", "é"])
def test_external_ids_are_read_from_the_url_as_escaped(org: Org, key: str) -> None:
    assert org.call("PATCH", f"sobjects/Lead/Submission_Id__c/{quote(key, safe='')}", LEAD).status == 201
    assert [row["Submission_Id__c"] for row in org.rows("Lead") if row["Submission_Id__c"]] == [key]


def test_older_versions_say_nothing_about_created(org: Org) -> None:
    headers = {"authorization": f"Bearer {org.sessions.open()}", "content-type": "application/json"}
    target = f"/services/data/v45.0/sobjects/Lead/Submission_Id__c/{KEY}"
    first = org.handle(Request("PATCH", target, headers, b'{"LastName": "x", "Company": "y"}'))
    second = org.handle(Request("PATCH", target, headers, b'{"City": "Zeist"}'))
    assert isinstance(first.body, dict)
    assert "created" not in first.body
    assert (second.status, second.body) == (204, None)


def test_a_second_record_with_the_same_external_id_is_a_duplicate_value(org: Org) -> None:
    record_id = created_id(org, **LEAD, Submission_Id__c=KEY)
    assert error(create(org, **LEAD, Submission_Id__c=KEY.upper())) == {
        "message": f"duplicate value found: Submission_Id__c duplicates value on record with id: {record_id}",
        "errorCode": "DUPLICATE_VALUE",
        "fields": [],
    }


def test_a_deleted_record_frees_its_external_id(org: Org) -> None:
    record_id = created_id(org, **LEAD, Submission_Id__c=KEY)
    org.call("DELETE", f"sobjects/Lead/{record_id}")
    assert org.call("PATCH", f"sobjects/Lead/Submission_Id__c/{KEY}", LEAD).status == 201


def test_validation_rules_hold_on_updates_too_and_can_be_changed(org: Org) -> None:
    record_id = created_id(org, **LEAD)
    path = f"sobjects/Lead/{record_id}"
    assert (
        error(org.call("PATCH", path, {"Company": "Verboden BV"}))["errorCode"] == "FIELD_CUSTOM_VALIDATION_EXCEPTION"
    )
    org.rules[:] = [ValidationRule("Lead", "City", "Atlantis", "No such city.")]
    assert org.call("PATCH", path, {"Company": "Verboden BV"}).status == 204
    assert error(org.call("PATCH", path, {"City": "atlantis"}))["message"] == "No such city."


def test_a_task_belongs_to_a_person_and_closes_with_its_status(org: Org) -> None:
    anna = of(org, "Contact", "Anna de Boer")
    record_id = created_id(org, "Task", WhoId=anna[:15], Subject="Call", Priority="High", Status="Completed")
    task: Any = org.call("GET", f"sobjects/Task/{record_id}").body
    assert (task["WhoId"], task["IsClosed"], task["IsHighPriority"]) == (anna, True, True)
    assert task["AccountId"] == of(org, "Account", "Gemeente Utrecht")
    assert (task["Priority"], task["OwnerId"]) == ("High", of(org, "User", "Form Integratie"))


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"WhoId": ("Account", "Gemeente Utrecht")}, "FIELD_INTEGRITY_EXCEPTION"),
        ({"WhoId": ("Lead", "Lotte Visser")}, "CANNOT_UPDATE_CONVERTED_LEAD"),
        (
            {"WhoId": ("Lead", "Sanne de Vries"), "WhatId": ("Account", "Gemeente Utrecht")},
            "FIELD_INTEGRITY_EXCEPTION",
        ),
        ({"OwnerId": ("Group", "Website Leads")}, "FIELD_INTEGRITY_EXCEPTION"),
        ({"OwnerId": ("User", "Noor Vertrokken")}, "INACTIVE_OWNER_OR_USER"),
    ],
)
def test_a_task_is_not_hung_on_what_cannot_carry_it(org: Org, fields: dict[str, tuple[str, str]], code: str) -> None:
    """A converted Lead, the wrong kind of record, a queue for Leads only, a user who left."""
    given = {name: of(org, *target) for name, target in fields.items()}
    assert error(create(org, "Task", Subject="x", **given))["errorCode"] == code


def test_a_queue_may_own_a_lead(org: Org) -> None:
    assert create(org, **LEAD, OwnerId=of(org, "Group", "Website Leads")).status == 201


def test_a_lookup_may_name_its_record_by_external_id(org: Org) -> None:
    lead = created_id(org, **LEAD, Submission_Id__c=KEY)
    who = {"attributes": {"type": "Lead"}, "Submission_Id__c": KEY}
    task = created_id(org, "Task", Subject="x", Who=who)
    assert next(row["WhoId"] for row in org.rows("Task") if row["Id"] == task) == lead
    refused = error(create(org, "Task", Subject="x", Who=who | {"Submission_Id__c": "other"}))
    assert refused["errorCode"] == "INVALID_FIELD"
    assert "Foreign key external ID: other not found" in refused["message"]


def test_users_are_read_only(org: Org) -> None:
    assert create(org, "User", LastName="x").status == 400


def test_the_describe_tells_what_the_checks_enforce(org: Org) -> None:
    described: Any = org.call("GET", "sobjects/Lead/describe").body
    fields = {field["name"]: field for field in described["fields"]}
    assert (described["name"], described["keyPrefix"]) == ("Lead", "00Q")
    assert fields["LastName"]["length"] == 80
    assert not fields["LastName"]["nillable"]
    assert not fields["Description"]["filterable"]
    assert fields["Email"]["idLookup"]
    assert not fields["Email"]["externalId"]
    key = fields["Submission_Id__c"]
    assert (key["externalId"], key["unique"], key["caseSensitive"], key["length"]) == (True, True, False, 36)
    assert [value["value"] for value in fields["Status"]["picklistValues"] if value["defaultValue"]] == [
        "Open - Not Contacted"
    ]
    assert not fields["LeadSource"]["restrictedPicklist"]
    assert fields["OwnerId"]["referenceTo"] == ["Group", "User"]


def test_what_is_set_up_survives_reopening_the_database(tmp_path: Any) -> None:
    database = tmp_path / "org.sqlite"
    with Org(database) as org:
        org.seed()
        record_id = created_id(org, **LEAD, Submission_Id__c=KEY)
        people = len(org.rows("Contact"))
    with Org(database) as org:
        org.seed()
        assert len(org.rows("Contact")) == people
        assert error(create(org, **LEAD, Submission_Id__c=KEY))["message"].endswith(record_id)


def test_a_database_of_an_older_stand_in_starts_again(tmp_path: Any) -> None:
    """Its tables have other columns; its records are throw-away."""
    database = tmp_path / "org.sqlite"
    with sqlite3.connect(database) as connection:
        connection.execute("CREATE TABLE Lead (Id TEXT PRIMARY KEY, LastName TEXT)")
        connection.execute("INSERT INTO Lead VALUES ('00QFx0000000001MAA', 'x')")
    connection.close()
    with Org(database) as org:
        assert org.rows("Lead") == []
        assert create(org, **LEAD).status == 201


def test_a_reset_brings_the_seeded_start_back(org: Org) -> None:
    before = [row["Id"] for row in org.rows("Lead")]
    created_id(org, **LEAD)
    org.rules.clear()
    org.reset()
    assert [row["Id"] for row in org.rows("Lead")] == before
    assert error(create(org, **LEAD | {"Company": "Verboden BV"}))["errorCode"] == "FIELD_CUSTOM_VALIDATION_EXCEPTION"
