"""Duplicate rules in the Salesforce stand-in: which saves they refuse, on every path, and in which words."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from local.salesforce_org import Org, Request, Response
from local.salesforce_org.duplicates.duplicate_rules import STANDARD_RULES, SaveOptions, save_options
from local.salesforce_org.errors import RecordError
from local.salesforce_org.schema.fields import SOBJECTS

HEADER = "sforce-duplicate-rule-header"
MESSAGE = "You're creating a duplicate record. We recommend you use an existing record instead."
LEAD_RULE, CONTACT_RULE = "Standard_Lead_Duplicate_Rule", "Standard_Contact_Duplicate_Rule"
LEADS_LIKE_CONTACTS = "Standard_Rule_for_Leads_with_Duplicate_Contacts"
CONTACTS_LIKE_LEADS = "Standard_Rule_for_Contacts_with_Duplicate_Leads"
PERSON = {"FirstName": "Sanne", "LastName": "de Vries", "Email": "sanne.devries@example.com"}
LEAD = PERSON | {"Company": "De Vries Catering"}
STRANGER = {"FirstName": "Joris", "LastName": "Nieuwland", "Company": "Nieuwland", "Email": "joris@example.com"}


@pytest.fixture
def org() -> Iterator[Org]:
    """Holds Sanne de Vries as a Lead, and people that are nothing like her."""
    with Org(":memory:") as org:
        org.seed()
        yield org


def rules(org: Org, *given: Mapping[str, Any]) -> Response:
    return org.handle(Request("POST", "/_org/duplicate_rules", {}, json.dumps(given).encode()))


def activate(org: Org, mode: str, name: str = LEAD_RULE, **more: Any) -> None:
    answer = rules(org, {"name": name, "active": True, "on_create": mode, "on_update": mode, **more})
    assert answer.status == 200, answer.body


def sanne(org: Org) -> str:
    return next(str(row["Id"]) for row in org.rows("Lead") if row["Email"] == PERSON["Email"])


def refusal(response: Response) -> dict[str, Any]:
    assert response.status == 400, response.body
    body: Any = response.body
    assert len(body) == 1
    return dict(body[0])


def matched_ids(response: Response) -> list[str]:
    records = refusal(response)["duplicateResut"]["matchResults"][0]["matchRecords"]
    return [record["record"]["Id"] for record in records]


def names(org: Org, sobject: str = "Lead") -> list[object]:
    return [row["Name"] for row in org.rows(sobject)]


# Every way to save one record that is like Sanne. Each answers (saved?, the errors of the record).
type Outcome = tuple[bool, list[dict[str, Any]]]
type Path = Callable[[Org, dict[str, str]], Outcome]


def alone(response: Response) -> Outcome:
    body: Any = response.body
    return response.status < 300, body if response.status >= 300 else []


def in_collection(response: Response) -> Outcome:
    assert response.status == 200
    body: Any = response.body
    return body[0]["success"], body[0]["errors"]


def in_composite(org: Org, headers: dict[str, str], method: str, url: str, body: object) -> Any:
    part = {"method": method, "url": f"/services/data/v60.0/{url}", "referenceId": "a", "body": body}
    answer: Any = org.call("POST", "composite", {"compositeRequest": [part | {"httpHeaders": headers}]}).body
    result = answer["compositeResponse"][0]
    return Response(result["httpStatusCode"], result["body"])


def stranger(org: Org, **more: str) -> str:
    return org.add("Lead", {**STRANGER, **more})


def post(org: Org, headers: dict[str, str]) -> Outcome:
    return alone(org.call("POST", "sobjects/Lead", LEAD, headers))


def patch(org: Org, headers: dict[str, str]) -> Outcome:
    return alone(org.call("PATCH", f"sobjects/Lead/{stranger(org)}", PERSON, headers))


def upsert_new(org: Org, headers: dict[str, str]) -> Outcome:
    return alone(org.call("PATCH", "sobjects/Lead/Submission_Id__c/new", LEAD, headers))


def upsert_old(org: Org, headers: dict[str, str]) -> Outcome:
    stranger(org, Submission_Id__c="old")
    return alone(org.call("PATCH", "sobjects/Lead/Submission_Id__c/old", LEAD, headers))


def collection(org: Org, headers: dict[str, str]) -> Outcome:
    record = {"attributes": {"type": "Lead"}, **LEAD}
    return in_collection(org.call("POST", "composite/sobjects", {"records": [record]}, headers))


def collection_update(org: Org, headers: dict[str, str]) -> Outcome:
    record = {"attributes": {"type": "Lead"}, "Id": stranger(org), **LEAD}
    return in_collection(org.call("PATCH", "composite/sobjects", {"records": [record]}, headers))


def collection_upsert_new(org: Org, headers: dict[str, str]) -> Outcome:
    record = {"attributes": {"type": "Lead"}, "Submission_Id__c": "new", **LEAD}
    path = "composite/sobjects/Lead/Submission_Id__c"
    return in_collection(org.call("PATCH", path, {"records": [record]}, headers))


def collection_upsert_old(org: Org, headers: dict[str, str]) -> Outcome:
    stranger(org, Submission_Id__c="new")
    return collection_upsert_new(org, headers)


def composite_post(org: Org, headers: dict[str, str]) -> Outcome:
    return alone(in_composite(org, headers, "POST", "sobjects/Lead", LEAD))


def composite_patch(org: Org, headers: dict[str, str]) -> Outcome:
    return alone(in_composite(org, headers, "PATCH", f"sobjects/Lead/{stranger(org)}", PERSON))


def composite_collection(org: Org, headers: dict[str, str]) -> Outcome:
    record = {"attributes": {"type": "Lead"}, **LEAD}
    return in_collection(in_composite(org, headers, "POST", "composite/sobjects", {"records": [record]}))


SINGLE: list[Path] = [post, patch, upsert_new, upsert_old, composite_post, composite_patch]
COLLECTIONS: list[Path] = [
    collection,
    collection_update,
    collection_upsert_new,
    collection_upsert_old,
    composite_collection,
]


def test_all_standard_rules_are_there_and_inactive(org: Org) -> None:
    listed: Any = org.handle(Request("GET", "/_org/duplicate_rules")).body
    assert [(rule["name"], rule["sobject"], rule["matches"], rule["active"]) for rule in listed] == [
        (LEAD_RULE, "Lead", "Lead", False),
        (CONTACT_RULE, "Contact", "Contact", False),
        (LEADS_LIKE_CONTACTS, "Lead", "Contact", False),
        (CONTACTS_LIKE_LEADS, "Contact", "Lead", False),
    ]
    assert org.call("POST", "sobjects/Lead", LEAD).status == 201


@pytest.mark.parametrize("path", SINGLE + COLLECTIONS)
@pytest.mark.parametrize(
    ("mode", "header", "saved"),
    [
        ("allow", None, True),
        ("alert", None, False),
        ("alert", "allowSave=false", False),
        ("alert", "allowSave=true", True),
        ("block", None, False),
        ("block", "allowSave=true", False),
    ],
)
def test_rule_and_header_decide_on_every_path(org: Org, path: Path, mode: str, header: str | None, saved: bool) -> None:
    activate(org, mode)
    done, errors = path(org, {} if header is None else {HEADER: header})
    assert done is saved
    code = "statusCode" if path in COLLECTIONS else "errorCode"
    assert [(error[code], error["message"]) for error in errors] == (
        [] if saved else [("DUPLICATES_DETECTED", MESSAGE)]
    )
    assert names(org).count("Sanne de Vries") == (2 if saved else 1)


@pytest.mark.parametrize("path", SINGLE)
@pytest.mark.parametrize("mode", ["alert", "block"])
@pytest.mark.parametrize("key", ["duplicateResut", "duplicateResult"])
def test_a_single_save_tells_the_duplicates_as_recorded(org: Org, path: Path, mode: str, key: Any) -> None:
    activate(org, mode)
    org.behaviour.duplicate_result_key = key
    _, errors = path(org, {})
    version = "60" if path in {composite_post, composite_patch} else "68"
    assert errors == [
        {
            key: {
                "allowSave": mode == "alert",
                "duplicateRule": LEAD_RULE,
                "duplicateRuleEntityType": "Lead",
                "errorMessage": MESSAGE,
                "matchResults": [
                    {
                        "entityType": "Lead",
                        "errors": [],
                        "matchEngine": "FuzzyMatchEngine",
                        "matchRecords": [
                            {
                                "additionalInformation": [],
                                "fieldDiffs": [],
                                "matchConfidence": 100.0,
                                "record": {
                                    "attributes": {
                                        "type": "Lead",
                                        "url": f"/services/data/v{version}.0/sobjects/Lead/{sanne(org)}",
                                    },
                                    "Id": sanne(org),
                                },
                            }
                        ],
                        "rule": "Standard_Lead_Match_Rule_v1_0",
                        "size": 1,
                        "success": True,
                    }
                ],
            },
            "errorCode": "DUPLICATES_DETECTED",
            "message": MESSAGE,
        }
    ]


@pytest.mark.parametrize("path", COLLECTIONS)
def test_a_collection_s_error_has_no_room_for_the_duplicates(org: Org, path: Path) -> None:
    activate(org, "alert")
    _, errors = path(org, {HEADER: "includeRecordDetails=true"})
    assert errors == [{"statusCode": "DUPLICATES_DETECTED", "message": MESSAGE, "fields": []}]


def test_record_details_come_when_the_header_asks_for_them(org: Org) -> None:
    activate(org, "block")
    response = org.call("POST", "sobjects/Lead", LEAD, {HEADER: "includeRecordDetails=true"})
    record = refusal(response)["duplicateResut"]["matchResults"][0]["matchRecords"][0]["record"]
    shown: Any = org.call("GET", f"sobjects/Lead/{sanne(org)}").body
    assert record == shown
    assert record["Company"] == "De Vries Catering"


def test_only_the_sub_request_s_own_headers_count_in_a_composite(org: Org) -> None:
    """A guess: that sub-requests take over other headers of the outer request, but not this one, is from memory."""
    activate(org, "alert")
    part = {"method": "POST", "url": "/services/data/v60.0/sobjects/Lead", "referenceId": "a", "body": LEAD}
    parts = [part, part | {"referenceId": "b", "httpHeaders": {"Sforce-Duplicate-Rule-Header": "allowSave=true"}}, part]
    parts[2] = part | {"referenceId": "c"}
    answer: Any = org.call("POST", "composite", {"compositeRequest": parts}, {HEADER: "allowSave=true"}).body
    assert [each["httpStatusCode"] for each in answer["compositeResponse"]] == [400, 201, 400]


@pytest.mark.parametrize(
    ("header", "options"),
    [
        ("allowSave=true; includeRecordDetails=true; runAsCurrentUser=true", SaveOptions(True, True, "/b")),
        ("allowSave=true", SaveOptions(True, False, "/b")),
        (" ALLOWSAVE = TRUE ,includerecorddetails=True", SaveOptions(True, True, "/b")),
        ("allowSave=true;", SaveOptions(True, False, "/b")),
        ("includeRecordDetails=true", SaveOptions(False, True, "/b")),
        ("allowSave=false", SaveOptions(False, False, "/b")),
        ("", SaveOptions(False, False, "/b")),
        ("allowSave", SaveOptions(False, False, "/b")),
        ("allowSave=yes", SaveOptions(False, False, "/b")),
        ("true", SaveOptions(False, False, "/b")),
        ("allowSave: true", SaveOptions(False, False, "/b")),
        (";;=,=", SaveOptions(False, False, "/b")),
    ],
)
def test_the_header_is_read_leniently_and_ignored_when_odd(header: str, options: SaveOptions) -> None:
    assert save_options(header, 52, "/b") == options


@pytest.mark.parametrize(("version", "status"), [(51, 400), (52, 201), (68, 201)])
def test_the_header_counts_from_version_52_on(org: Org, version: int, status: int) -> None:
    activate(org, "alert")
    part = {"method": "POST", "url": f"/services/data/v{version}.0/sobjects/Lead", "referenceId": "a", "body": LEAD}
    part |= {"httpHeaders": {HEADER: "allowSave=true"}}
    answer: Any = org.call("POST", "composite", {"compositeRequest": [part]}).body
    assert answer["compositeResponse"][0]["httpStatusCode"] == status


def test_a_header_counts_for_its_own_call_only(org: Org) -> None:
    activate(org, "alert")
    assert org.call("POST", "sobjects/Lead", LEAD, {HEADER: "allowSave=true"}).status == 201
    assert len(matched_ids(org.call("POST", "sobjects/Lead", LEAD))) == 2


def test_creating_and_updating_have_actions_of_their_own(org: Org) -> None:
    rules(org, {"name": LEAD_RULE, "active": True, "on_create": "block", "on_update": "allow"})
    assert [path(org, {})[0] for path in (post, patch, upsert_new, upsert_old)] == [False, True, False, True]
    rules(org, {"name": LEAD_RULE, "active": True, "on_create": "allow", "on_update": "block"})
    assert [path(org, {})[0] for path in (post, patch)] == [True, False]


def test_a_rule_that_is_off_does_nothing(org: Org) -> None:
    rules(org, {"name": LEAD_RULE, "active": False, "on_create": "block", "on_update": "block"})
    assert post(org, {}) == (True, [])


def test_who_is_unlike_everyone_is_saved(org: Org) -> None:
    activate(org, "block")
    assert org.call("POST", "sobjects/Lead", STRANGER).status == 201
    same_address = STRANGER | {"FirstName": "Ans", "LastName": "Bos", "Company": "Bos"}
    assert org.call("POST", "sobjects/Lead", same_address).status == 201, "an e-mail address alone is no match"


def test_a_record_is_no_duplicate_of_itself(org: Org) -> None:
    activate(org, "block")
    assert org.call("PATCH", f"sobjects/Lead/{sanne(org)}", {"Email": "other@example.com"}).status == 204


def test_an_update_counts_only_when_it_changes_a_field_that_is_compared(org: Org) -> None:
    twin = org.add("Lead", {**LEAD})
    activate(org, "block")
    for harmless in ({"Description": "x", "MobilePhone": "1"}, PERSON, {"Company": LEAD["Company"]}):
        assert org.call("PATCH", f"sobjects/Lead/{twin}", harmless).status == 204, harmless
    assert matched_ids(org.call("PATCH", f"sobjects/Lead/{twin}", {"City": "Zeist"})) == [sanne(org)]
    assert org.rows("Lead")[-1]["City"] is None, "a refused update changes nothing"


def test_a_rule_for_leads_leaves_contacts_alone(org: Org) -> None:
    rules(org, CUSTOM, {"name": LEAD_RULE, "active": True, "on_create": "block"})
    assert org.call("POST", "sobjects/Contact", PERSON).status == 201
    assert org.call("POST", "sobjects/Task", {"Subject": "x", "WhoId": sanne(org)}).status == 201


def test_deleted_and_converted_leads_are_no_duplicates(org: Org) -> None:
    activate(org, "block")
    lotte = {"FirstName": "Lotte", "LastName": "Visser", "Company": "X", "Email": "lotte.visser@example.net"}
    assert org.call("POST", "sobjects/Lead", lotte).status == 201
    assert org.call("DELETE", f"sobjects/Lead/{sanne(org)}").status == 204
    assert post(org, {}) == (True, [])


def test_all_duplicates_are_told_the_oldest_first(org: Org) -> None:
    robins = [str(row["Id"]) for row in org.rows("Lead") if row["LastName"] == "Smit"]
    activate(org, "block")
    robin = {"FirstName": "Robin", "LastName": "Smit", "Company": "Smit", "Email": "robin.smit@example.com"}
    response = org.call("POST", "sobjects/Lead", robin)
    assert matched_ids(response) == robins
    assert refusal(response)["duplicateResut"]["matchResults"][0]["size"] == 2


def test_no_more_than_a_hundred_duplicates_are_told(org: Org) -> None:
    for _ in range(101):
        org.add("Lead", {**STRANGER})
    activate(org, "alert")
    assert len(matched_ids(org.call("POST", "sobjects/Lead", STRANGER))) == 100


def test_records_of_one_call_are_compared_with_the_stored_ones_only(org: Org) -> None:
    activate(org, "block")
    new = {"attributes": {"type": "Lead"}, **STRANGER}
    results: Any = org.call("POST", "composite/sobjects", {"records": [new, new]}).body
    assert [result["success"] for result in results] == [True, True]
    results = org.call("POST", "composite/sobjects", {"records": [new]}).body
    assert [result["success"] for result in results] == [False]


def test_a_save_outside_a_call_is_compared_with_everything_so_far(org: Org) -> None:
    """Such as those that another API than REST makes."""
    activate(org, "alert")
    org.call("POST", "sobjects/Lead", LEAD, {HEADER: "allowSave=true"})
    org._records.create(SOBJECTS["Lead"], {**STRANGER})
    with pytest.raises(RecordError, match="DUPLICATES_DETECTED"):
        org._records.create(SOBJECTS["Lead"], {**STRANGER})


def test_all_or_none_undoes_the_records_beside_a_duplicate(org: Org) -> None:
    activate(org, "block")
    records = [{"attributes": {"type": "Lead"}, **each} for each in (STRANGER, LEAD)]
    results: Any = org.call("POST", "composite/sobjects", {"allOrNone": True, "records": records}).body
    assert [result["errors"][0]["statusCode"] for result in results] == [
        "ALL_OR_NONE_OPERATION_ROLLED_BACK",
        "DUPLICATES_DETECTED",
    ]
    assert "Joris Nieuwland" not in names(org)


@pytest.mark.parametrize(
    ("rule", "sobject", "kind", "matching_rule"),
    [
        (CONTACT_RULE, "Contact", "Contact", "Standard_Contact_Match_Rule_v1_1"),
        (LEADS_LIKE_CONTACTS, "Lead", "Contact", "Standard_Contact_Match_Rule_v1_1"),
        (CONTACTS_LIKE_LEADS, "Contact", "Lead", "Standard_Lead_Match_Rule_v1_0"),
    ],
)
def test_leads_and_contacts_are_compared_with_each_other(
    org: Org, rule: str, sobject: str, kind: str, matching_rule: str
) -> None:
    anna = {"FirstName": "Anna", "LastName": "de Boer", "Email": "anna.deboer@example.com"}
    org.add("Lead", {**anna, "Company": "Y"})
    activate(org, "alert", rule)
    response = org.call("POST", f"sobjects/{sobject}", anna | ({"Company": "X"} if sobject == "Lead" else {}))
    result = refusal(response)["duplicateResut"]
    found = result["matchResults"][0]
    assert (result["duplicateRule"], result["duplicateRuleEntityType"]) == (rule, sobject)
    assert (found["entityType"], found["rule"]) == (kind, matching_rule)
    assert found["matchRecords"][0]["record"]["attributes"]["type"] == kind
    assert matched_ids(response) == [row["Id"] for row in org.rows(kind) if row["LastName"] == "de Boer"]


def test_a_contact_s_company_is_its_account(org: Org) -> None:
    activate(org, "block", LEADS_LIKE_CONTACTS)
    fatima = next(row for row in org.rows("Contact") if row["LastName"] == "El Amrani")
    org.change("Contact", str(fatima["Id"]), {"Title": "Manager"})
    lead = {"FirstName": "Fatima", "LastName": "El Amrani", "Title": "Manager"}
    assert org.call("POST", "sobjects/Lead", lead | {"Company": "Elders"}).status == 201
    assert matched_ids(org.call("POST", "sobjects/Lead", lead | {"Company": "Zorggroep De Linde BV"})) == [fatima["Id"]]


CUSTOM = {"name": "Same_Email", "sobject": "Lead", "matches": "Lead", "fields": ["Email"], "on_create": "block"}


def test_a_custom_rule_compares_its_fields_exactly(org: Org) -> None:
    assert rules(org, CUSTOM).status == 200
    response = org.call("POST", "sobjects/Lead", STRANGER | {"Email": "Sanne.deVries@example.com"})
    result = refusal(response)["duplicateResut"]
    assert (result["allowSave"], result["duplicateRule"]) == (False, "Same_Email")
    assert result["matchResults"][0]["matchEngine"] == "ExactMatchEngine"
    assert matched_ids(response) == [sanne(org)]
    assert org.call("POST", "sobjects/Lead", STRANGER).status == 201


def test_a_custom_rule_wants_all_its_fields_and_no_blanks(org: Org) -> None:
    rules(org, CUSTOM | {"fields": ["Email", "City"]})
    assert org.call("POST", "sobjects/Lead", LEAD).status == 201, "neither of the two has a city"
    org.change("Lead", sanne(org), {"City": "Zeist"})
    assert org.call("POST", "sobjects/Lead", LEAD | {"City": "Utrecht"}).status == 201
    assert refusal(org.call("POST", "sobjects/Lead", LEAD | {"City": "zeist"}))


def test_a_custom_rule_may_cross_objects(org: Org) -> None:
    rules(org, CUSTOM | {"matches": "Contact"})
    assert post(org, {}) == (True, [])
    lead = STRANGER | {"Email": "anna.deboer@example.com"}
    assert refusal(org.call("POST", "sobjects/Lead", lead))["duplicateResut"]["matchResults"][0]["entityType"] == (
        "Contact"
    )


def test_of_several_rules_a_block_rule_is_told_first(org: Org) -> None:
    both = {"active": True, "message": "Use one of these records?"}
    rules(org, {"name": LEAD_RULE, "on_create": "alert", **both}, CUSTOM)
    refused = refusal(org.call("POST", "sobjects/Lead", LEAD))["duplicateResut"]
    assert refused["duplicateRule"] == "Same_Email"
    refused = refusal(org.call("POST", "sobjects/Lead", LEAD, {HEADER: "allowSave=true"}))["duplicateResut"]
    assert refused["duplicateRule"] == "Same_Email"
    rules(org, {"name": LEAD_RULE, "on_create": "alert", **both}, CUSTOM | {"on_create": "alert"})
    refused = refusal(org.call("POST", "sobjects/Lead", LEAD))
    assert refused["duplicateResut"]["duplicateRule"] == LEAD_RULE
    assert refused["message"] == refused["duplicateResut"]["errorMessage"] == "Use one of these records?"


def test_what_else_is_wrong_with_a_record_comes_first(org: Org) -> None:
    """Validation rules run before duplicate rules, and unique fields are checked after them."""
    activate(org, "block")
    org.change("Lead", sanne(org), {"Submission_Id__c": "taken"})
    assert refusal(org.call("POST", "sobjects/Lead", PERSON))["errorCode"] == "REQUIRED_FIELD_MISSING"
    banned = PERSON | {"Company": "Verboden BV"}
    assert refusal(org.call("POST", "sobjects/Lead", banned))["errorCode"] == "FIELD_CUSTOM_VALIDATION_EXCEPTION"
    taken = LEAD | {"Submission_Id__c": "taken"}
    assert refusal(org.call("POST", "sobjects/Lead", taken))["errorCode"] == "DUPLICATES_DETECTED"


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"name": ""},
        {"name": "Unknown", "active": True},
        {"name": LEAD_RULE, "activ": True},
        {"name": LEAD_RULE, "active": "yes"},
        {"name": LEAD_RULE, "message": None},
        {"name": LEAD_RULE, "on_create": "warn"},
        {"name": LEAD_RULE, "matches": "Contact"},
        CUSTOM | {"fields": []},
        CUSTOM | {"fields": ["Nope"]},
        CUSTOM | {"fields": ["Company"], "matches": "Contact"},
        CUSTOM | {"sobject": "Task"},
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_and_changes_nothing(org: Org, given: dict[str, Any]) -> None:
    activate(org, "block")
    before = list(org.duplicate_rules)
    assert refusal(rules(org, given))["errorCode"] == "BAD_RULE"
    assert org.duplicate_rules == before


def test_a_post_replaces_all_rules_and_what_is_listed_can_be_posted_again(org: Org) -> None:
    activate(org, "block", message="m")
    listed: Any = rules(org, CUSTOM, {"name": CONTACT_RULE, "active": True}).body
    assert [(rule["name"], rule["active"]) for rule in listed] == [
        (LEAD_RULE, False),
        (CONTACT_RULE, True),
        (LEADS_LIKE_CONTACTS, False),
        (CONTACTS_LIKE_LEADS, False),
        ("Same_Email", True),
    ]
    assert rules(org, *listed).body == listed
    assert rules(org).status == 200
    assert org.duplicate_rules == list(STANDARD_RULES)


def test_a_reset_leaves_the_standard_rules_inactive(org: Org) -> None:
    rules(org, CUSTOM, {"name": LEAD_RULE, "active": True})
    org.reset()
    assert org.duplicate_rules == list(STANDARD_RULES)


def predupe(org: Org, fields: object, name: str = "Lead") -> Response:
    return org.call("POST", "ui-api/predupe", {"apiName": name, "fields": fields})


def test_duplicates_can_be_asked_for_without_saving(org: Org) -> None:
    activate(org, "alert")
    response = predupe(org, LEAD)
    assert response.status == 200
    assert response.body == {
        "allowSave": True,
        "duplicateError": True,
        "duplicateRules": [LEAD_RULE],
        "matches": [
            {
                "duplicateResultInfos": {
                    LEAD_RULE: {
                        "allowSave": True,
                        "matchResultInfo": {"recordIds": [sanne(org)], "rule": "Standard_Lead_Match_Rule_v1_0"},
                        "rule": LEAD_RULE,
                    }
                },
                "objectApiName": "Lead",
                "recordIds": [sanne(org)],
            }
        ],
    }
    assert names(org).count("Sanne de Vries") == 1


def test_asking_tells_a_block_rule_and_the_absence_of_duplicates(org: Org) -> None:
    activate(org, "block")
    blocked: Any = predupe(org, PERSON).body
    assert (blocked["allowSave"], blocked["duplicateError"]) == (False, True)
    none = {"allowSave": True, "duplicateError": False, "duplicateRules": [], "matches": []}
    assert predupe(org, STRANGER).body == none
    assert predupe(org, {"Email": PERSON["Email"]}).body == none, "an e-mail address alone is no match"
    rules(org)
    assert predupe(org, LEAD).body == none


def test_asking_needs_an_object_and_fields_that_exist(org: Org) -> None:
    assert predupe(org, {"Nope": "x"}).status == 400
    org.access.hidden.add("Lead.Title")
    assert predupe(org, {"LastName": "A", "Title": "x"}).status == 400, "a hidden field"
    assert predupe(org, None).status == 400
    assert predupe(org, {}, "Nope").status == 404
    assert org.call("GET", "ui-api/predupe").status == 405
    part = {"method": "POST", "url": "/services/data/v49.0/ui-api/predupe", "referenceId": "a", "body": {}}
    answer: Any = org.call("POST", "composite", {"compositeRequest": [part]}).body
    assert answer["compositeResponse"][0]["httpStatusCode"] == 404
