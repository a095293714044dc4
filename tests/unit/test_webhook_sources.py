"""A form file says which sources may post and what their answers are called; what can't work is told at once."""

import re

import pytest

from shared.form.definition import FormError, forms
from shared.form.sources import Kind, Scheme, Source
from tests.unit.test_form_files import a_form

SHOP = '\n[sources.shop]\nkind = "signed"\n'
TOOL = '\n[sources.tool]\nkind = "jotform"\n[sources.tool.fields]\nname = "last_name"\n'


def test_a_form_has_no_sources_unless_it_says_so() -> None:
    assert a_form().sources == {}
    assert set(a_form(more=SHOP + TOOL).sources) == {"shop", "tool"}


@pytest.mark.parametrize(
    ("about", "told"),
    [
        ('[sources.shop]\nkind = "zapier"', "sources.shop.kind: Input should be 'signed', 'gravity-forms'"),
        ("[sources.shop]", "sources.shop.kind: Field required"),
        ('[sources.Shop]\nkind = "signed"', "String should match pattern"),
        ('[sources.form]\nkind = "signed"', "a source can't be called form"),
        ('[sources.shop]\nkind = "signed"\nkey = "whsec_x"', "sources.shop.key: Extra inputs are not permitted"),
        ('[sources.shop]\nkind = "signed"\nauth = "none"', "sources.shop.auth: Input should be 'signature' or 'token'"),
        ('[sources.tool]\nkind = "typeform"', "sources.tool needs fields"),
        (
            '[sources.tool]\nkind = "typeform"\nfields = { x = "surname" }',
            "sources.tool fills surname, which is no field",
        ),
        ('[sources.tool]\nkind = "typeform"\nfields = { x = "OwnerId" }', "String should match pattern"),
        (
            '[sources.tool]\nkind = "typeform"\nfields = { x = "contact_me_by_fax_only" }',
            "which is no field of the form",
        ),
        ('[sources.shop]\nkind = "signed"\nvalues = { surname = { a = "b" } }', "sources.shop fills surname"),
        (TOOL + '[sources.tool.values]\nlang = { a = "nl" }', "sources.tool.values has lang, which nothing fills"),
    ],
)
def test_what_is_wrong_is_named(about: str, told: str) -> None:
    with pytest.raises(FormError, match=re.escape(told)):
        a_form(more=f"\n{about}\n")


def test_fields_that_every_form_understands_can_be_filled() -> None:
    form = a_form(more=TOOL.replace('name = "last_name"', 'name = "last_name"\npage = "page_url"'))
    assert form.sources["tool"].fields["page"] == "page_url"


@pytest.mark.parametrize("kind", list(Kind))
def test_a_source_proves_itself_as_well_as_it_can(kind: Kind) -> None:
    own = {Kind.SIGNED: Scheme.STANDARD, Kind.TYPEFORM: Scheme.TYPEFORM, Kind.WEBFLOW: Scheme.WEBFLOW}
    assert Source(kind=kind).scheme is own.get(kind, Scheme.TOKEN)
    assert Source(kind=kind, auth="token").scheme is Scheme.TOKEN
    assert Source(kind=kind, auth="signature").scheme is own.get(kind, Scheme.STANDARD)


def test_only_the_contact_form_of_the_examples_takes_webhooks() -> None:
    assert {form.id for form in forms().values() if form.sources} == {"contact"}
