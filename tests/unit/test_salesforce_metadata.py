"""The metadata that an admin deploys into an org agrees with what the product writes there."""

import json
import re
import tomllib
from pathlib import Path
from typing import Final, NamedTuple
from xml.etree import ElementTree as ET

import pytest

from shared.form.lead_fields import EVIDENCE_ROOM, LOOKED_UP_ON_CONTACTS, LOOKED_UP_ON_LEADS, OTHER_FIELDS, TEXT_LENGTHS

ROOT: Final = Path(__file__).resolve().parents[2]
PROJECT: Final = ROOT / "salesforce"
SOURCE: Final = PROJECT / "force-app" / "main" / "default"
TRANSLATIONS: Final = PROJECT / "translations" / "objectTranslations" / "Lead-nl_NL"
PERMISSION_SET: Final = SOURCE / "permissionsets" / "Form_To_Lead_Integration.permissionset-meta.xml"
NAMESPACE: Final = "http://soap.sforce.com/2006/04/metadata"
ALL_XML: Final = sorted(PROJECT.rglob("*.xml"))
ROOT_ELEMENTS: Final = {
    ".field-meta.xml": "CustomField",
    ".fieldTranslation-meta.xml": "CustomFieldTranslation",
    ".objectTranslation-meta.xml": "CustomObjectTranslation",
    ".permissionset-meta.xml": "PermissionSet",
}


class Field(NamedTuple):
    """A custom field as the org will have it; `length` in characters, None where the type has none."""

    type: str
    length: int | None = None
    external_id: bool = False
    unique: bool = False
    case_sensitive: bool | None = None


EXPECTED_FIELDS: Final = {
    "Activity.Submission_Id__c": Field("Text", 36),
    "Lead.Submission_Id__c": Field("Text", 36, external_id=True, unique=True, case_sensitive=False),
    "Lead.Form__c": Field("Text", 80),
    "Lead.Form_Version__c": Field("Text", 20),
    "Lead.Page_URL__c": Field("Text", 255),
    "Lead.Referrer__c": Field("Text", 255),
    "Lead.UTM_Source__c": Field("Text", 255),
    "Lead.UTM_Medium__c": Field("Text", 255),
    "Lead.UTM_Campaign__c": Field("Text", 255),
    "Lead.UTM_Term__c": Field("Text", 255),
    "Lead.UTM_Content__c": Field("Text", 255),
    "Lead.Click_Id__c": Field("Text", 255),
    "Lead.Language__c": Field("Text", 5),
    "Lead.Consent_Text_Version__c": Field("Text", 40),
    "Lead.Consent_Given_At__c": Field("DateTime"),
    "Lead.Submitted_At__c": Field("DateTime"),
    "Lead.Possible_Duplicate_Of__c": Field("Text", 18),
    "Lead.Match_Evidence__c": Field("LongTextArea", EVIDENCE_ROOM),
}
FORMULAS: Final = {"Lead.Possible_Duplicate_Link__c": Field("Text")}
"""For people: nobody can write them, and the integration user need not see them."""
# Object -> what is granted on it. All other rights, and all other objects, are refused.
EXPECTED_OBJECT_RIGHTS: Final = {
    "Account": {"allowRead"},
    "Contact": {"allowRead", "viewAllRecords"},
    "Lead": {"allowRead", "allowCreate", "allowEdit", "viewAllRecords"},
}
# `permissionable: false` in a real describe: naming one of these in a permission set fails the deploy.
ALWAYS_VISIBLE: Final = {
    "Lead": {
        "Company",
        "ConvertedContactId",
        "FirstName",
        "IsConverted",
        "LastName",
        "Name",
        "OwnerId",
        "Salutation",
        "Status",
    },
    "Contact": {"FirstName", "LastName", "Name", "OwnerId", "Salutation"},
    "Task": {"OwnerId", "Priority", "Status", "Subject"},
    "Event": {"OwnerId", "Subject"},
}
ADDRESS_PARTS: Final = {"Street", "City", "State", "PostalCode", "Country", "CountryCode", "StateCode"}


def parse(path: Path) -> ET.Element:
    return ET.parse(path).getroot()  # noqa: S314 - our own files, not something from outside


def text(element: ET.Element, name: str) -> str | None:
    return element.findtext(f"{{{NAMESPACE}}}{name}")


def children(element: ET.Element, name: str) -> list[ET.Element]:
    return element.findall(f"{{{NAMESPACE}}}{name}")


def flag(element: ET.Element, name: str) -> bool:
    """An absent element counts as false, as it does for Salesforce; anything but true or false raises."""
    return {"true": True, "false": False, None: False}[text(element, name)]


def read_field(path: Path) -> Field:
    root = parse(path)
    length = text(root, "length")
    case_sensitive = None if text(root, "caseSensitive") is None else flag(root, "caseSensitive")
    return Field(
        type=text(root, "type") or "",
        length=None if length is None else int(length),
        external_id=flag(root, "externalId"),
        unique=flag(root, "unique"),
        case_sensitive=case_sensitive,
    )


def field_files() -> dict[str, Path]:
    """`Lead.Form__c` -> its file."""
    return {
        f"{path.parents[1].name}.{path.name.removesuffix('.field-meta.xml')}": path
        for path in SOURCE.glob("objects/*/fields/*")
    }


def field_rights() -> dict[str, bool]:
    """Field -> whether it may be edited too; every field in it may be read."""
    entries = children(parse(PERMISSION_SET), "fieldPermissions")
    assert all(flag(entry, "readable") for entry in entries)
    return {text(entry, "field") or "": flag(entry, "editable") for entry in entries}


def object_rights() -> dict[str, set[str]]:
    return {
        text(entry, "object") or "": {
            right.tag.removeprefix(f"{{{NAMESPACE}}}") for right in entry if right.text == "true"
        }
        for entry in children(parse(PERMISSION_SET), "objectPermissions")
    }


def relative(path: Path) -> str:
    return str(path.relative_to(PROJECT))


@pytest.mark.parametrize("path", ALL_XML, ids=relative)
def test_every_file_is_well_formed_and_in_the_metadata_namespace(path: Path) -> None:
    """The suffix of a file tells which root element Salesforce expects in it."""
    suffix = next(suffix for suffix in ROOT_ELEMENTS if path.name.endswith(suffix))

    root = parse(path)

    assert root.tag == f"{{{NAMESPACE}}}{ROOT_ELEMENTS[suffix]}"
    assert all(element.tag.startswith(f"{{{NAMESPACE}}}") for element in root.iter())


def test_the_org_gets_exactly_the_custom_fields_that_the_product_writes() -> None:
    """Names, types and lengths: a missing field is INVALID_FIELD, a short one STRING_TOO_LONG."""
    assert {name: read_field(path) for name, path in field_files().items()} == EXPECTED_FIELDS | FORMULAS


def test_the_formulas_use_only_fields_that_the_deploy_makes() -> None:
    for name in FORMULAS:
        formula = text(parse(field_files()[name]), "formula") or ""
        used = set(re.findall(r"\w+__c", formula))
        assert used
        assert {f"Lead.{one}" for one in used} <= set(EXPECTED_FIELDS)


@pytest.mark.parametrize(("name", "path"), field_files().items())
def test_every_custom_field_explains_itself_to_admins_and_to_sales(name: str, path: Path) -> None:
    """Salesforce's limits: label 40 characters, description 1,000, inline help 510. Never required: a Lead
    that a person makes by hand has none of these values."""
    root = parse(path)

    assert text(root, "fullName") == name.partition(".")[2]
    assert 0 < len(text(root, "label") or "") <= 40
    assert 20 < len(text(root, "description") or "") <= 1000
    assert 20 < len(text(root, "inlineHelpText") or "") <= 510
    assert text(root, "required") == "false"


@pytest.mark.parametrize("name", EXPECTED_FIELDS)
def test_the_permission_set_lets_the_integration_user_write_every_custom_field(name: str) -> None:
    """A field of Activity is granted on Task and on Event, because a missing one takes the other away."""
    object_name, _, field = name.partition(".")
    granted_on = ["Task", "Event"] if object_name == "Activity" else [object_name]

    rights = field_rights()

    assert all(rights.get(f"{each}.{field}") for each in granted_on)


def test_the_permission_set_lets_the_integration_user_write_every_lead_field_that_a_form_may_write() -> None:
    """Salesforce grants the parts of an address together, as Lead.Address."""
    writable = {*TEXT_LENGTHS, *OTHER_FIELDS} - ALWAYS_VISIBLE["Lead"]
    needed = {"Address" if field in ADDRESS_PARTS else field for field in writable}
    custom = {name.partition(".")[2] for name in EXPECTED_FIELDS if name.startswith("Lead.")}

    granted = {
        name.partition(".")[2] for name, editable in field_rights().items() if name.startswith("Lead.") and editable
    }

    assert granted == needed | custom


SYSTEM_FIELDS: Final = {"Id", "LastModifiedDate"}


@pytest.mark.parametrize(("name", "looked_up"), [("Lead", LOOKED_UP_ON_LEADS), ("Contact", LOOKED_UP_ON_CONTACTS)])
def test_the_permission_set_shows_every_field_that_known_people_are_found_by(
    name: str, looked_up: tuple[str, ...]
) -> None:
    """One that is hidden refuses the whole look-up, and then nobody is processed."""
    address = {"Lead": "", "Contact": "Mailing"}[name]
    parts = {address + part for part in ADDRESS_PARTS}
    needed = {f"{address}Address" if field in parts else field for field in looked_up}

    granted = {field.partition(".")[2] for field in field_rights() if field.startswith(f"{name}.")}

    assert needed - ALWAYS_VISIBLE[name] - SYSTEM_FIELDS <= granted


def test_the_permission_set_names_no_field_that_salesforce_always_shows() -> None:
    """The deploy of the whole set fails on the first of them."""
    always_visible = {f"{name}.{field}" for name, fields in ALWAYS_VISIBLE.items() for field in fields}

    assert not always_visible & set(field_rights())


def test_the_permission_set_names_no_field_and_no_object_twice() -> None:
    """Salesforce takes the last one without a word."""
    root = parse(PERMISSION_SET)

    fields = [text(entry, "field") for entry in children(root, "fieldPermissions")]
    objects = [text(entry, "object") for entry in children(root, "objectPermissions")]

    assert len(fields) == len(set(fields))
    assert len(objects) == len(set(objects))


def test_the_task_fields_are_granted_on_events_too() -> None:
    """Task and Event share one setting, and a missing row counts as no access. ActivityDate is Task's own."""
    rights = field_rights()

    tasks = {name.partition(".")[2] for name in rights if name.startswith("Task.")}
    events = {name.partition(".")[2] for name in rights if name.startswith("Event.")}

    assert tasks - {"ActivityDate"} == events


def test_contacts_can_be_read_but_not_changed() -> None:
    """Nothing here ever changes a Contact from a form."""
    contact_fields = {name: edit for name, edit in field_rights().items() if name.startswith("Contact.")}

    assert contact_fields
    assert not any(contact_fields.values())


def test_the_permission_set_grants_the_object_rights_that_are_needed_and_no_other() -> None:
    """Task stands in no objectPermissions: Salesforce steers it by user permissions."""
    assert object_rights() == EXPECTED_OBJECT_RIGHTS


def test_the_permission_set_never_grants_delete_or_modify_all() -> None:
    rights = set().union(*object_rights().values())

    assert not rights & {"allowDelete", "modifyAllRecords"}


def test_the_permission_set_grants_three_user_permissions_and_no_view_or_modify_all_data() -> None:
    entries = children(parse(PERMISSION_SET), "userPermissions")

    granted = {text(entry, "name") for entry in entries if flag(entry, "enabled")}

    assert not granted & {"ViewAllData", "ModifyAllData"}
    assert granted == {"ActivitiesAccess", "ApiEnabled", "EditTask"}


def test_the_permission_set_is_bound_to_no_licence() -> None:
    """With a licence in it, it could not be assigned to users of both licences that the guide names."""
    assert children(parse(PERMISSION_SET), "license") == []


def test_every_lead_field_has_a_dutch_label_and_help() -> None:
    translations = {
        path.name.removesuffix(".fieldTranslation-meta.xml"): parse(path)
        for path in TRANSLATIONS.glob("*.fieldTranslation-meta.xml")
    }

    assert {f"Lead.{name}" for name in translations} == {
        name for name in EXPECTED_FIELDS | FORMULAS if name.startswith("Lead.")
    }
    for name, root in translations.items():
        assert text(root, "name") == name
        assert 0 < len(text(root, "label") or "") <= 40
        assert 0 < len(text(root, "help") or "") <= 510


def test_the_project_deploys_force_app_by_default_and_its_folders_exist() -> None:
    """Translations stand apart, because an org without the Translation Workbench refuses them."""
    project = json.loads((PROJECT / "sfdx-project.json").read_text(encoding="utf-8"))

    folders = {entry["path"]: entry.get("default", False) for entry in project["packageDirectories"]}

    assert folders == {
        "force-app": True, "translations": False, "match-keys": False, "match-keys-translations": False,
    }  # fmt: skip
    assert all((PROJECT / folder).is_dir() for folder in folders)
    assert float(project["sourceApiVersion"]) >= 62


def test_the_admin_guide_names_every_picklist_value_that_a_form_writes() -> None:
    """An org that restricts a picklist rejects a value it does not know, so the admin must know them all."""
    guide = (PROJECT / "README.md").read_text(encoding="utf-8")
    picklists = {"LeadSource", "Rating", "Industry", "Salutation", "Status"}
    forms = [tomllib.loads(path.read_text(encoding="utf-8")) for path in (ROOT / "shared" / "forms").glob("*.toml")]

    written = {
        (field, value)
        for form in forms
        for field, value in {**form["lead"].get("defaults", {}), **form["lead"].get("fixed", {})}.items()
        if field in picklists
    }

    assert ("LeadSource", "Web") in written
    assert [pair for pair in sorted(written) if f"`{pair[0]}` = `{pair[1]}`" not in guide] == []


@pytest.mark.parametrize("name", ["Merging", "Erasing"])
def test_who_may_merge_or_erase_may_delete_leads_and_nothing_more(name: str) -> None:
    """Sets of their own: an org in which nobody does so through us gives this right to no program."""
    root = parse(PERMISSION_SET.with_name(f"Form_To_Lead_{name}.permissionset-meta.xml"))
    assert not children(root, "fieldPermissions") + children(root, "userPermissions") + children(root, "license")
    [lead] = children(root, "objectPermissions")
    granted = {right.tag.removeprefix(f"{{{NAMESPACE}}}") for right in lead if right.text == "true"}
    assert (text(lead, "object"), granted) == ("Lead", {"allowRead", "allowEdit", "allowDelete"})
