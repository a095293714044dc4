"""The match keys that an admin may deploy agree with what the product writes, and stand apart from what it needs."""

import pytest

from local.salesforce_org.schema.fields import SOBJECTS
from shared.leads.match_keys import MATCH_KEY_LENGTHS
from tests.unit.test_salesforce_metadata import PROJECT, Field, children, flag, parse, read_field, text

SOURCE = PROJECT / "match-keys" / "main" / "default"
PERMISSION_SET = SOURCE / "permissionsets" / "Form_To_Lead_Match_Keys.permissionset-meta.xml"
on_both = pytest.mark.parametrize("name", ["Lead", "Contact"])


@on_both
def test_the_org_gets_exactly_the_match_keys_that_the_product_writes(name: str) -> None:
    """As External Ids, which Salesforce indexes; not unique, since two people may share a phone."""
    fields = {
        path.name.removesuffix(".field-meta.xml"): read_field(path)
        for path in (SOURCE / "objects" / name / "fields").iterdir()
    }
    assert fields == {
        field: Field("Text", length, external_id=True, unique=False, case_sensitive=False)
        for field, length in MATCH_KEY_LENGTHS.items()
    }


@on_both
def test_every_match_key_explains_itself_and_has_a_dutch_label_and_help(name: str) -> None:
    folder = PROJECT / "match-keys-translations" / "objectTranslations" / f"{name}-nl_NL"
    for field in MATCH_KEY_LENGTHS:
        root = parse(SOURCE / "objects" / name / "fields" / f"{field}.field-meta.xml")
        assert text(root, "required") == "false"
        assert 0 < len(text(root, "label") or "") <= 40
        assert 20 < len(text(root, "description") or "") <= 1000
        assert 20 < len(text(root, "inlineHelpText") or "") <= 510
        translation = parse(folder / f"{field}.fieldTranslation-meta.xml")
        assert text(translation, "name") == field
        assert 0 < len(text(translation, "label") or "") <= 40
        assert 0 < len(text(translation, "help") or "") <= 510
    assert len(list(folder.glob("*.fieldTranslation-meta.xml"))) == len(MATCH_KEY_LENGTHS)


def test_the_permission_set_for_match_keys_opens_those_fields_and_no_other() -> None:
    entries = children(parse(PERMISSION_SET), "fieldPermissions")
    assert all(flag(one, "readable") and flag(one, "editable") for one in entries)
    assert sorted(text(one, "field") or "" for one in entries) == sorted(
        f"{name}.{field}" for name in ("Lead", "Contact") for field in MATCH_KEY_LENGTHS
    )


def test_the_permission_set_for_match_keys_lets_nobody_create_delete_or_see_more() -> None:
    root = parse(PERMISSION_SET)
    rights = {
        text(entry, "object"): sorted(right.tag.rpartition("}")[2] for right in entry if right.text == "true")
        for entry in children(root, "objectPermissions")
    }
    both = ["allowEdit", "allowRead"]
    assert rights == {"Account": ["allowRead"], "Contact": both, "Lead": both}
    assert children(root, "userPermissions") == []
    assert children(root, "license") == []


@on_both
def test_the_org_stand_in_has_the_same_match_keys(name: str) -> None:
    there = SOBJECTS[name].fields
    assert {field: there[field].length for field in MATCH_KEY_LENGTHS} == MATCH_KEY_LENGTHS
