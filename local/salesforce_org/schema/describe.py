"""The describe answers, with the keys of recorded ones. What a key says is derived from the field tables."""

from collections.abc import Sequence

from local.salesforce_org.messages import JsonObject, JsonValue
from local.salesforce_org.query.plan import ADDRESS_PARTS
from local.salesforce_org.records.references import CHILD_RELATIONSHIPS

from .fields import ID_TYPES, SOBJECTS, TEXT_TYPES, Field, SObject
from .picklists import Choice

MASTER_RECORD_TYPE_ID = "012000000000000AAA"
_SOAP_TYPES = {
    "id": "tns:ID",
    "reference": "tns:ID",
    "boolean": "xsd:boolean",
    "int": "xsd:int",
    "double": "xsd:double",
    "currency": "xsd:double",
    "date": "xsd:date",
    "datetime": "xsd:dateTime",
    "address": "urn:address",
}
_NAME_PARTS = frozenset({"LastName", "FirstName", "Salutation"})
_NOT_GROUPABLE = frozenset({"double", "currency", "datetime", "address", "multipicklist"})
# A multi-select picklist tells in `precision` how many of its lines a page shows.
_VISIBLE_LINES = 4


def describe_field(sobject: SObject, field: Field) -> JsonObject:
    is_text = field.type in TEXT_TYPES
    is_person = "LastName" in sobject.fields
    polymorphic = len(field.references) > 1
    compound_name = "Name" if is_person and field.name in _NAME_PARTS else _address_of(sobject, field)
    controller = "CountryCode" if field.name == "StateCode" else None
    return {
        "aggregatable": field.filterable and field.type not in {"boolean", "address"},
        "aiPredictionField": False,
        "autoNumber": False,
        "byteLength": field.length * 3 if is_text else field.length if field.type in ID_TYPES else 0,
        "calculated": False,
        "calculatedFormula": None,
        "cascadeDelete": False,
        "caseSensitive": False,
        "compoundFieldName": compound_name,
        "controllerName": controller,
        "createable": field.createable,
        "custom": field.custom,
        "defaultValue": field.default if field.type != "boolean" else False,
        "defaultValueFormula": None,
        "defaultedOnCreate": field.defaulted,
        "dependentPicklist": controller is not None,
        "deprecatedAndHidden": False,
        "digits": field.length if field.type == "int" else 0,
        "displayLocationInDecimal": False,
        "encrypted": False,
        "externalId": "x" in field.flags,
        "extraTypeInfo": _extra_type(field, is_person=is_person),
        "filterable": field.filterable,
        "filteredLookupInfo": None,
        "formulaTreatNullNumberAsZero": False,
        "groupable": field.filterable and field.type not in _NOT_GROUPABLE,
        "highScaleNumber": False,
        "htmlFormatted": False,
        "idLookup": "l" in field.flags,
        "inlineHelpText": None,
        "label": field.label,
        "length": field.length if is_text or field.type in ID_TYPES else 0,
        "mask": None,
        "maskType": None,
        "name": field.name,
        "nameField": field.name == "Name",
        "namePointing": polymorphic,
        "nillable": field.nillable,
        "permissionable": _permissionable(field, compound_name),
        "picklistValues": [_choice(field, choice) for choice in field.choices],
        "polymorphicForeignKey": polymorphic,
        "precision": _VISIBLE_LINES if field.type == "multipicklist" else field.precision,
        "queryByDistance": field.compound,
        "referenceTargetField": None,
        "referenceTo": list(field.references),
        "relationshipName": field.relationship,
        "relationshipOrder": None,
        "restrictedDelete": False,
        "restrictedPicklist": field.restricted,
        "scale": field.scale,
        "searchPrefilterable": field.type == "reference" and field.nillable and field.name != "MasterRecordId",
        "soapType": _SOAP_TYPES.get(field.type, "xsd:string"),
        "sortable": field.sortable,
        "type": field.type,
        "unique": field.unique,
        "updateable": field.updateable,
        "writeRequiresMasterRead": False,
    }


def summary(sobject: SObject, base: str) -> JsonObject:
    """An object as the list of all objects shows it."""
    place = f"{base}/sobjects/{sobject.name}"
    return {
        "activateable": False,
        "associateEntityType": None,
        "associateParentEntity": None,
        "createable": sobject.writable,
        "custom": False,
        "customSetting": False,
        "deepCloneable": False,
        "deletable": sobject.writable,
        "deprecatedAndHidden": False,
        "feedEnabled": False,
        "hasSubtypes": False,
        "isInterface": False,
        "isSubtype": False,
        "keyPrefix": sobject.prefix,
        "label": sobject.label,
        "labelPlural": sobject.plural,
        "layoutable": sobject.writable,
        "mergeable": sobject.name in {"Lead", "Contact", "Account"},
        "mruEnabled": sobject.writable,
        "name": sobject.name,
        "queryable": True,
        "replicateable": sobject.writable,
        "retrieveable": True,
        "searchable": sobject.writable,
        "triggerable": sobject.writable,
        "undeletable": sobject.writable,
        "updateable": sobject.writable,
        "urls": {"sobject": place, "describe": f"{place}/describe", "rowTemplate": f"{place}/{{ID}}"},
    }


def describe(sobject: SObject, base: str, record_types: Sequence[JsonObject]) -> JsonObject:
    """`record_types` are rows of RecordType, without the one called Master."""
    described: list[JsonValue] = [describe_field(sobject, field) for field in sobject.fields.values()]
    infos: list[JsonValue] = [_record_type(sobject, base, row) for row in record_types]
    return summary(sobject, base) | {
        "actionOverrides": [],
        "childRelationships": _children(sobject),
        "compactLayoutable": sobject.writable,
        "defaultImplementation": None,
        "extendedBy": None,
        "extendsInterfaces": None,
        "fields": described,
        "implementedBy": None,
        "implementsInterfaces": None,
        "listviewable": None,
        "lookupLayoutable": None,
        "namedLayoutInfos": [],
        "networkScopeFieldName": None,
        "recordTypeInfos": [*infos, _record_type(sobject, base, None)],
        "searchLayoutable": sobject.writable,
        "sobjectDescribeOption": "FULL",
        "supportedScopes": [{"label": f"All {sobject.plural.lower()}", "name": "everything"}],
    }


def _address_of(sobject: SObject, field: Field) -> str | None:
    """The compound address that a field is a part of."""
    for part in (*ADDRESS_PARTS, "CountryCode", "StateCode"):
        name = field.name.removesuffix(part) + "Address"
        if field.name.endswith(part) and name in sobject.fields and sobject.fields[name].compound:
            return name
    return None


def _extra_type(field: Field, *, is_person: bool) -> str | None:
    if is_person and field.name in _NAME_PARTS | {"Name"}:
        return "personname"
    if field.name == "PhotoUrl":
        return "imageurl"
    return "plaintextarea" if field.type == "textarea" else None


def _permissionable(field: Field, compound_name: str | None) -> bool:
    """Whether a permission set can hide the field; those that every user sees are known from the recorded describe."""
    if field.custom or field.compound or field.name in {"HasOptedOutOfEmail", "HasOptedOutOfFax", "DoNotCall"}:
        return True
    always = field.name in {"IndividualId", "RecordTypeId", "EmailBouncedReason", "EmailBouncedDate"}
    return field.nillable and field.createable and field.updateable and compound_name != "Name" and not always


def _choice(field: Field, choice: Choice) -> JsonObject:
    return {
        "active": choice.active,
        "defaultValue": choice.value == field.default,
        "label": choice.label,
        "validFor": choice.valid_for,
        "value": choice.value,
    }


def _children(sobject: SObject) -> list[JsonValue]:
    return [
        {
            "cascadeDelete": f"{child.name}.{field.name}" in CHILD_RELATIONSHIPS,
            "childSObject": child.name,
            "deprecatedAndHidden": False,
            "field": field.name,
            "junctionIdListNames": [],
            "junctionReferenceTo": [],
            "relationshipName": CHILD_RELATIONSHIPS.get(f"{child.name}.{field.name}"),
            "restrictedDelete": False,
        }
        for child in SOBJECTS.values()
        for field in child.fields.values()
        if sobject.name in field.references
    ]


def _record_type(sobject: SObject, base: str, row: JsonObject | None) -> JsonObject:
    """Without a row: Master, which stands for `no record type` and is this user's default."""
    record_id = MASTER_RECORD_TYPE_ID if row is None else str(row["Id"])
    return {
        "active": row is None or row["IsActive"],
        "available": row is None or row["IsActive"],
        "defaultRecordTypeMapping": row is None,
        "developerName": "Master" if row is None else row["DeveloperName"],
        "master": row is None,
        "name": "Master" if row is None else row["Name"],
        "recordTypeId": record_id,
        "urls": {"layout": f"{base}/sobjects/{sobject.name}/describe/layouts/{record_id}"},
    }
