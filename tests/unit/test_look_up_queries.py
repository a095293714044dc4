"""The look-up's SOQL: what it asks for, what it makes of hostile text, and how long it gets."""

from typing import Any

import pytest

from local.salesforce_org.query.soql import parse
from shared.crm import GENERIC_AFTER
from shared.leads.candidates import Prepared, look_up_for
from shared.leads.match_keys import MATCH_KEY_LENGTHS
from shared.leads.planning import prepare
from shared.salesforce import queries
from shared.salesforce.asking import MOST_QUERIES
from tests.builders import NOW, a_submission, contact_form

HOSTILE = "O'Brien%_\\"
LONGEST_STATEMENT = 100_000
"""Characters, by Salesforce's documentation of SOQL; in a composite's body no shorter limit of addresses counts."""
LONGEST_OF_OURS = 85_000
EITHER_NAME = "(FirstName IN ('sanne','de vries') OR LastName IN ('sanne','de vries'))"


def prepared(**fields: Any) -> Prepared:
    form = contact_form()
    submission = a_submission(**fields)
    made = prepare(submission, form, NOW)
    assert isinstance(made, Prepared)
    return made


def with_values(**values: Any) -> Prepared:
    """As a form with these fields would have it; the contact form has no address and no mobile number."""
    one = prepared()
    form = one.form
    fields = {field.lead_field: field for field in form.fields}
    made = []
    for number, (lead_field, _) in enumerate(values.items()):
        like = fields.get(lead_field, fields["Company"])
        made.append(like.model_copy(update={"name": f"f{number}", "lead_field": lead_field}))
    sent = {f"f{number}": value for number, value in enumerate(values.values())}
    return Prepared(one.submission, form.model_copy(update={"fields": tuple(made)}), sent)


def asked(*batch: Prepared) -> dict[str, str]:
    return {name: soql for name, (_, soql) in queries.look_up(look_up_for(batch)).items()}


SANNE = {
    "FirstName": "Sanne",
    "LastName": "de Vries",
    "Email": "sanne@example.com",
    "Phone": "+31612345678",
    "Company": "FlexFit B.V.",
    "PostalCode": "1234 AB",
}


@pytest.mark.parametrize(
    ("on_leads", "on_contacts"),
    [
        ("Email IN ('sanne@example.com')", "Email IN ('sanne@example.com')"),
        ("Email LIKE 'sanne+%@example.com'", "Email LIKE 'sanne+%@example.com'"),
        ("MobilePhone IN ('+31612345678'", "HomePhone IN ('+31612345678'"),
        (
            "(FirstName IN ('sanne') AND LastName IN ('de vries'))",
            "(FirstName IN ('de vries') AND LastName IN ('sanne'))",
        ),
        (
            f"({EITHER_NAME} AND PostalCode IN ('1234 ab','1234ab'))",
            f"({EITHER_NAME} AND MailingPostalCode IN ('1234 ab','1234ab'))",
        ),
        (
            f"({EITHER_NAME} AND Company LIKE 'flexf%')",
            f"({EITHER_NAME} AND Account.Name LIKE 'flexf%')",
        ),
    ],
)
def test_each_key_is_asked_for_on_leads_and_on_contacts(on_leads: str, on_contacts: str) -> None:
    found = asked(with_values(**SANNE))
    assert on_leads in found["leads"]
    assert on_contacts in found["contacts"]


def test_who_has_only_a_last_name_and_an_address_is_not_asked_for_by_name_alone() -> None:
    found = asked(with_values(LastName="de Vries", Email="sanne@example.com"))
    assert "LastName IN" not in found["leads"]


def test_who_has_no_key_at_all_is_not_looked_for() -> None:
    assert set(asked(with_values(LastName="de Vries"))) == {"own_leads", "own_tasks"}


@pytest.mark.parametrize("field", ["FirstName", "LastName", "Company", "PostalCode"])
def test_hostile_text_stays_inside_its_quotes(field: str) -> None:
    for soql in asked(with_values(**{**SANNE, field: HOSTILE})).values():
        parse(soql)
    if field == "Company":
        assert "LIKE 'o\\'bri%'" in soql
    else:
        assert "o\\'brien%_\\\\" in soql


def test_wildcards_at_the_start_of_a_company_are_text() -> None:
    found = asked(with_values(LastName="x", Company="%_\\'a"))
    assert "Company LIKE '\\%\\_\\\\\\'a%'" in found["leads"]
    parse(found["leads"])


def worst_case(number: int) -> Prepared:
    """As long as the fields are, in letters that have most other spellings and need most escaping."""
    digit = str(number)
    return with_values(
        FirstName=("é'ö-ü" * 8)[:39] + digit,
        LastName=("é'ö-ü" * 16)[:79] + digit,
        Email=f"{'x.' * 30}{digit}+{'t' * 5}@googlemail.com"[:80],
        Phone=f"+3161234560{digit}",
        MobilePhone=f"+4930901820{digit}{digit}{digit}",
        Company="é''öü" * 51,
        PostalCode="1234 AB" + digit * 13,
    )


def test_ten_people_with_the_longest_fields_that_there_are_fit_into_one_question() -> None:
    found = asked(*(worst_case(number) for number in range(10)))
    assert len(found) <= MOST_QUERIES
    assert max(len(soql) for soql in found.values()) < LONGEST_OF_OURS < LONGEST_STATEMENT
    for soql in found.values():
        parse(soql)


def test_key_by_key_each_question_has_one_kind_of_key_and_one_row_too_many() -> None:
    what = look_up_for([with_values(**SANNE)])
    found = queries.key_by_key(what)
    kinds = {(kind, "") for kind in ("email", "full_name", "name_and_postcode", "name_and_company")}
    assert set(found) == {*kinds, ("phone", "+31612345678")}
    for leads, contacts in found.values():
        assert leads.endswith(f"LIMIT {GENERIC_AFTER + 1}")
        assert contacts.endswith(f"LIMIT {GENERIC_AFTER + 1}")
    assert [kind for (kind, _), (leads, _) in found.items() if "Email IN" in leads] == ["email"]


def test_key_by_key_each_number_is_a_question_of_its_own() -> None:
    numbers = {"Phone": "+31309876543", "MobilePhone": "+31612345678"}
    found = queries.key_by_key(look_up_for([with_values(**SANNE | numbers)]), match_keys=True)
    for one, other in (list(numbers.values()), list(reversed(numbers.values()))):
        for soql in found["phone", one]:
            parse(soql)
            assert one in soql
            assert one[-4:] in soql
            assert other[-7:] not in soql.replace(" ", "").replace("-", "")


# --- match keys --------------------------------------------------------------------------------------------------


def asked_by_keys(*batch: Prepared) -> dict[str, str]:
    return {name: soql for name, (_, soql) in queries.look_up(look_up_for(batch), match_keys=True).items()}


def test_match_keys_are_asked_for_only_where_the_org_has_them() -> None:
    plain = "".join(asked(with_values(**SANNE)).values())
    assert not [name for name in MATCH_KEY_LENGTHS if name in plain]
    for soql in (asked_by_keys(with_values(**SANNE))[name] for name in ("leads", "contacts")):
        assert "Match_Email__c IN ('sanne@example.com')" in soql
        assert "Match_Phone__c IN ('+31612345678')" in soql
        assert "Match_Mobile__c IN ('+31612345678')" in soql
        assert "Match_Name__c IN ('de sanne vries')" in soql
        parse(soql)


def test_who_has_no_match_key_yet_is_found_as_before() -> None:
    """Somebody whom sales made by hand after the backfill, or a Contact that the API user may not edit."""
    found = asked_by_keys(with_values(**SANNE))
    for field in ("Phone", "MobilePhone"):
        assert f"{field} IN ('+31612345678','+31 6 12345678'" in found["leads"]
        assert f"{field} IN ('+31612345678','+31 6 12345678'" in found["contacts"]
    people = [worst_case(number) for number in range(10)]
    assert max(map(len, asked_by_keys(*people).values())) < LONGEST_OF_OURS


def test_with_match_keys_too_it_goes_key_by_key() -> None:
    found = queries.key_by_key(look_up_for([with_values(**SANNE)]), match_keys=True)
    assert "Match_Email__c" in found["email", ""][0]
    assert "Match_Phone__c" in found["phone", "+31612345678"][1]
    assert "Match_Name__c" in found["full_name", ""][0]
