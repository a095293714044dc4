"""The permission set that this project deploys, as rows of the org: read from the metadata itself."""

from functools import cache
from pathlib import Path
from xml.etree import ElementTree as ET

from local.salesforce_org.messages import Row
from local.salesforce_org.records.saving import Records
from local.salesforce_org.schema.fields import SOBJECTS

_METADATA = Path(__file__).parents[3] / "salesforce" / "force-app" / "main" / "default" / "permissionsets"
_NAME = "Form_To_Lead_Integration"
_SPACE = "{http://soap.sforce.com/2006/04/metadata}"


@cache
def _metadata() -> ET.Element:
    return ET.parse(_METADATA / f"{_NAME}.permissionset-meta.xml").getroot()  # noqa: S314 - our own file


def add_permission_set(records: Records) -> None:
    """The set, its field permissions, and its assignment to the integration user."""
    root = _metadata()
    values: Row = {
        "Name": _NAME,
        "Label": root.findtext(f"{_SPACE}label"),
        "Description": root.findtext(f"{_SPACE}description"),
        "Type": "Regular",
        "IsCustom": True,
    }
    for permission in root.findall(f"{_SPACE}userPermissions"):
        name = f"Permissions{permission.findtext(f'{_SPACE}name')}"
        values[name] = permission.findtext(f"{_SPACE}enabled") == "true"
    parent = records.insert_as_system(SOBJECTS["PermissionSet"], values)
    for permission in root.findall(f"{_SPACE}fieldPermissions"):
        field = permission.findtext(f"{_SPACE}field") or ""
        records.insert_as_system(
            SOBJECTS["FieldPermissions"],
            {
                "ParentId": parent,
                "SobjectType": field.partition(".")[0],
                "Field": field,
                "PermissionsRead": permission.findtext(f"{_SPACE}readable") == "true",
                "PermissionsEdit": permission.findtext(f"{_SPACE}editable") == "true",
            },
        )
    records.insert_as_system(
        SOBJECTS["PermissionSetAssignment"],
        {"PermissionSetId": parent, "AssigneeId": records.user_id, "IsActive": True},
    )
