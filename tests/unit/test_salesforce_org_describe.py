"""The describe answers of the Salesforce stand-in have the keys and the habits of recorded ones."""

from collections.abc import Iterator
from typing import Any

import pytest

from local.salesforce_org import Org
from tests.unit.org_calls import described, described_fields

# The keys of every field in a recorded describe of Lead (API 59.0).
FIELD_KEYS = {
    *("aggregatable", "aiPredictionField", "autoNumber", "byteLength", "calculated", "calculatedFormula"),
    *("cascadeDelete", "caseSensitive", "compoundFieldName", "controllerName", "createable", "custom"),
    *("defaultValue", "defaultValueFormula", "defaultedOnCreate", "dependentPicklist", "deprecatedAndHidden"),
    *("digits", "displayLocationInDecimal", "encrypted", "externalId", "extraTypeInfo", "filterable"),
    *("filteredLookupInfo", "formulaTreatNullNumberAsZero", "groupable", "highScaleNumber", "htmlFormatted"),
    *("idLookup", "inlineHelpText", "label", "length", "mask", "maskType", "name", "nameField", "namePointing"),
    *("nillable", "permissionable", "picklistValues", "polymorphicForeignKey", "precision", "queryByDistance"),
    *("referenceTargetField", "referenceTo", "relationshipName", "relationshipOrder", "restrictedDelete"),
    *("restrictedPicklist", "scale", "searchPrefilterable", "soapType", "sortable", "type", "unique", "updateable"),
    "writeRequiresMasterRead",
}
OBJECT_KEYS = {
    *("actionOverrides", "activateable", "associateEntityType", "associateParentEntity", "childRelationships"),
    *("compactLayoutable", "createable", "custom", "customSetting", "deepCloneable", "defaultImplementation"),
    *("deletable", "deprecatedAndHidden", "extendedBy", "extendsInterfaces", "feedEnabled", "fields", "hasSubtypes"),
    *("implementedBy", "implementsInterfaces", "isInterface", "isSubtype", "keyPrefix", "label", "labelPlural"),
    *("layoutable", "listviewable", "lookupLayoutable", "mergeable", "mruEnabled", "name", "namedLayoutInfos"),
    *("networkScopeFieldName", "queryable", "recordTypeInfos", "replicateable", "retrieveable", "searchLayoutable"),
    *("searchable", "sobjectDescribeOption", "supportedScopes", "triggerable", "undeletable", "updateable", "urls"),
}


@pytest.fixture
def org() -> Iterator[Org]:
    with Org(":memory:") as org:
        org.seed()
        yield org


def test_a_describe_has_exactly_the_recorded_keys(org: Org) -> None:
    answer = described(org)
    assert set(answer) == OBJECT_KEYS
    assert {frozenset(field) for field in answer["fields"]} == {frozenset(FIELD_KEYS)}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("LastName", {"compoundFieldName": "Name", "extraTypeInfo": "personname", "permissionable": False}),
        ("Street", {"compoundFieldName": "Address", "extraTypeInfo": "plaintextarea", "permissionable": True}),
        ("GeocodeAccuracy", {"compoundFieldName": "Address", "restrictedPicklist": True}),
        ("Address", {"aggregatable": False, "queryByDistance": True, "sortable": False, "groupable": False}),
        ("Description", {"aggregatable": False, "filterable": False, "groupable": False, "byteLength": 96_000}),
        ("OwnerId", {"namePointing": True, "polymorphicForeignKey": True, "permissionable": False, "byteLength": 18}),
        ("IsConverted", {"aggregatable": False, "defaultValue": False, "permissionable": False, "groupable": True}),
        ("NumberOfEmployees", {"digits": 8, "length": 0, "byteLength": 0, "precision": 0, "groupable": True}),
        ("AnnualRevenue", {"precision": 18, "scale": 0, "groupable": False, "soapType": "xsd:double"}),
        ("CreatedDate", {"groupable": False, "defaultedOnCreate": True, "permissionable": False}),
        ("IndividualId", {"searchPrefilterable": True, "permissionable": False}),
        ("MasterRecordId", {"searchPrefilterable": False, "namePointing": False}),
        ("Company", {"permissionable": False, "nillable": False, "compoundFieldName": None}),
        ("PhotoUrl", {"extraTypeInfo": "imageurl"}),
        ("Name", {"nameField": True, "createable": False, "compoundFieldName": None}),
        ("Form__c", {"custom": True, "permissionable": True}),
    ],
)
def test_fields_are_described_as_recorded(org: Org, name: str, expected: dict[str, Any]) -> None:
    field = described_fields(org)[name]
    assert {key: field[key] for key in expected} == expected


def test_children_are_told_with_the_names_that_queries_use(org: Org) -> None:
    children = {(each["childSObject"], each["field"]): each for each in described(org)["childRelationships"]}
    task = children["Task", "WhoId"]
    assert (task["relationshipName"], task["cascadeDelete"]) == ("Tasks", True)
    assert children["CampaignMember", "LeadId"]["relationshipName"] == "CampaignMembers"
    assert children["CampaignMember", "LeadOrContactId"]["relationshipName"] is None
    assert ("Contact", "AccountId") not in children


def test_record_types_are_told_with_master_beside_them(org: Org) -> None:
    infos = {info["developerName"]: info for info in described(org)["recordTypeInfos"]}
    assert {name: (info["active"], info["available"], info["master"]) for name, info in infos.items()} == {
        "Website": (True, True, False),
        "Showroom": (True, True, False),
        "Beurs": (False, False, False),
        "Master": (True, True, True),
    }
    assert infos["Master"]["recordTypeId"] == "012000000000000AAA"
    assert [name for name, info in infos.items() if info["defaultRecordTypeMapping"]] == ["Master"]
    website = infos["Website"]["recordTypeId"]
    layout = f"/services/data/v68.0/sobjects/Lead/describe/layouts/{website}"
    assert (website[:3], infos["Website"]["name"], infos["Website"]["urls"]) == ("012", "Website", {"layout": layout})


def test_an_object_without_record_types_has_master_alone(org: Org) -> None:
    assert [info["name"] for info in described(org, "Contact")["recordTypeInfos"]] == ["Master"]


def test_every_object_is_listed_with_its_prefix(org: Org) -> None:
    every: Any = org.call("GET", "sobjects").body
    prefixes = {each["name"]: each["keyPrefix"] for each in every["sobjects"]}
    assert prefixes["RecordType"] == "012"
    assert (prefixes["Campaign"], prefixes["CampaignMember"], prefixes["CampaignMemberStatus"]) == ("701", "00v", "01Y")
    assert (prefixes["PermissionSet"], prefixes["PermissionSetAssignment"]) == ("0PS", "0Pa")
    assert prefixes["AssignmentRule"] == "01Q"
    for name in prefixes:
        assert org.call("GET", f"sobjects/{name}/describe").status == 200
        assert org.query(f"SELECT Id FROM {name}") is not None  # noqa: S608 - names of the org's own objects
