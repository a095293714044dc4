"""`[web_to_lead]` of a form file is checked when it is read, and its mistakes are named."""

import pytest

from shared.form.definition import FormError
from shared.form.lead_fields import is_writable
from shared.form.web_to_lead import STANDARD
from tests.unit.web_to_lead_desk import OID, form_with


def section(text: str) -> str:
    return f'\n[web_to_lead]\norg_id = "{OID}"\n{text}'


def test_a_form_without_the_section_takes_no_page() -> None:
    assert form_with("").web_to_lead is None


@pytest.mark.parametrize("org_id", ["00D000000000062", "00D000000000062EAA"])
def test_an_org_id_has_15_or_18_characters(org_id: str) -> None:
    found = form_with(f'\n[web_to_lead]\norg_id = "{org_id}"').web_to_lead
    assert found is not None
    assert found.org_id == org_id


@pytest.mark.parametrize(
    "org_id",
    ["", "00D00000000006", "00D0000000000621", "00D000000000062EAB", "005000000000062", "https://x", "00D-00000000062"],
)
def test_anything_else_is_no_org_id(org_id: str) -> None:
    with pytest.raises(FormError, match=r"web_to_lead\.org_id: must be the org's id, 15 or 18 characters"):
        form_with(f'\n[web_to_lead]\norg_id = "{org_id}"')


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[web_to_lead.fields]\nfrist_name = "first_name"', "frist_name is no name of a Web-to-Lead page"),
        ('[web_to_lead.fields]\n"00N00000000001" = "product"', "00N00000000001 is no name of a Web-to-Lead page"),
        ('[web_to_lead.fields]\nOwnerId = "first_name"', "OwnerId is no name of a Web-to-Lead page"),
        (
            '[web_to_lead.fields]\n"00N000000000001" = "produkt"',
            "web_to_lead.fields.00N000000000001 names produkt, which is no field of this form",
        ),
        (
            '[web_to_lead.fields]\n"00N000000000001" = "product"\n"00N000000000001EAA" = "extras"',
            "one custom field is there twice",
        ),
        ('match = { oid = "x" }', "match can't go by oid"),
        ('match = { debug = "1" }', "match can't go by debug"),
        ('date_order = "dutch"', "web_to_lead.date_order"),
        ("debugg = true", "web_to_lead.debugg"),
        ('campaigns = ["Spring"]', "web_to_lead.campaigns.0"),
        ('campaigns = ["701"]', "web_to_lead.campaigns.0"),
        ('campaigns = [""]', "web_to_lead.campaigns.0"),
    ],
)
def test_a_mistake_is_named_with_what_would_be_right(text: str, said: str) -> None:
    with pytest.raises(FormError) as caught:
        form_with(section(text))
    assert said in str(caught.value)


def test_a_page_may_fill_in_the_consent_and_the_hidden_fields_of_every_form() -> None:
    form = form_with(section('[web_to_lead.fields]\n"00N000000000001" = "consent"\n"00N000000000002" = "gclid"'))
    assert form.web_to_lead is not None


def test_every_standard_name_stands_for_lead_fields_that_a_form_may_write() -> None:
    assert [name for names in STANDARD.values() for name in names if not is_writable(name)] == []
