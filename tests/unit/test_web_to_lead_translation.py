"""What each name of a Web-to-Lead page becomes in a form, and how its answers are read."""

from pathlib import Path

import pytest

from shared.form.definition import Form, parse_form
from shared.form.web_to_lead import CAPTCHA, SETTINGS, STANDARD
from shared.intake.web_to_lead import target, translated
from tests.unit.web_to_lead_desk import SECTION, form_with

MIGRATING = (Path(__file__).parents[2] / "docs" / "migrating-from-web-to-lead.md").read_text("utf-8")
SMALL = """
id = "small"
version = "1"
title = {{ en = "Small" }}
languages = ["en"]
country = "US"
[website]
origins = ["https://www.example.com"]
thank_you_page = {{ en = "/" }}
[lead]
defaults = {{ LastName = "x", Company = "x" }}
[existing]
task_subject = "x"
[web_to_lead]
org_id = "00D000000000062"
{about}
"""


def small(*fields: tuple[str, str, str], about: str = "") -> Form:
    """Each field: name, type, Lead field."""
    blocks = [
        f'[[fields]]\nname = "{name}"\ntype = "{kind}"\nlabel = {{ en = "{name}" }}\nmax_length = 2\n'
        f'lead_field = "{lead_field}"\n'
        for name, kind, lead_field in fields
    ]
    return parse_form(SMALL.format(about=about) + "\n".join(blocks), name="small.toml")


@pytest.mark.parametrize(
    ("order", "typed", "read"),
    [
        ("dmy", "30-11-2026", "2026-11-30"),
        ("dmy", " 3/4/26 ", "2026-04-03"),
        ("dmy", "30.11.2026.", "2026-11-30"),
        ("dmy", "30 11 2026", "2026-11-30"),
        ("mdy", "11/30/2026", "2026-11-30"),
        ("mdy", "3/4/2026", "2026-03-04"),
        ("ymd", "26-11-30", "2026-11-30"),
        ("dmy", "2026-11-30", "2026-11-30"),
        ("mdy", "2026/11/3", "2026-11-03"),
        ("dmy", "11/30/2026", "11/30/2026"),
        ("dmy", "31-2-2026", "31-2-2026"),
        ("dmy", "tomorrow", "tomorrow"),
        ("dmy", "1-1-126", "1-1-126"),
        ("dmy", "٣-٤-٢٠٢٦", "٣-٤-٢٠٢٦"),
        ("dmy", "0-0-0", "0-0-0"),
        ("dmy", "", ""),
    ],
)
def test_a_date_is_read_in_the_form_s_order_and_what_is_none_stays_for_the_rules_to_judge(
    order: str, typed: str, read: str
) -> None:
    about = f'date_order = "{order}"\n[web_to_lead.fields]\n"00N000000000001" = "day"'
    form = small(("day", "date", "Day__c"), about=about)
    assert translated(form, {"00N000000000001": typed}).sent == {"day": read}


def test_without_an_order_no_date_is_guessed() -> None:
    form = small(("day", "date", "Day__c"))
    assert translated(form, {"day": "3/4/2026"}).sent == {"day": "3/4/2026"}


@pytest.mark.parametrize(
    ("fields", "name", "ours"),
    [
        ([("surname", "name", "LastName")], "last_name", "surname"),
        ([("site", "text", "Website")], "url", "site"),
        ([("site", "text", "Website")], "URL", "site"),
        ([("land", "country", "Country")], "country_code", "land"),
        ([("land", "country", "CountryCode")], "country", "land"),
        ([("message", "textarea", "Description")], "description", "message"),
        ([("message", "textarea", "Description"), ("size", "text", "Description")], "description", "message"),
        ([("a", "textarea", "Description"), ("description", "textarea", "Description")], "description", "description"),
        ([("a", "textarea", "Description"), ("b", "textarea", "Description")], "description", None),
        ([("size", "text", "Description")], "description", None),
        ([("size", "text", "Size__c")], "size", "size"),
        ([("size", "text", "Size__c")], "Size__c", None),
        ([("size", "text", "Size__c")], "submission_key", "submission_key"),
        ([("form", "text", "Size__c")], "form", None),
    ],
)
def test_a_standard_name_goes_to_the_field_that_writes_its_lead_field(
    fields: list[tuple[str, str, str]], name: str, ours: str | None
) -> None:
    assert target(small(*fields), name) == ours


def test_the_form_s_map_comes_before_what_a_name_stands_for() -> None:
    form = form_with(SECTION + 'company = "message"\n')
    assert target(form, "company") == "message"
    assert target(form, "description") == "message"


def test_two_names_for_one_question_are_both_kept_unless_one_is_empty() -> None:
    form = small(("site", "text", "Website"))
    assert translated(form, {"url": "", "URL": "b"}).sent == {"site": "b"}
    assert translated(form, {"url": "a", "URL": "b"}).sent == {"site": ["a", "b"]}


def test_each_name_is_either_read_or_given_by_the_form_or_ignored() -> None:
    form = form_with()
    read = translated(form, {"oid": "x", "last_name": "a", "lead_source": "b", "OwnerId": "c", "recordType": "d"})
    assert (dict(read.read), read.by_form, read.ignored) == (
        {"last_name": "last_name"},
        ("lead_source",),
        ("OwnerId", "recordType"),
    )


def test_the_migration_page_explains_every_name_that_is_understood() -> None:
    assert {name for name in (*STANDARD, *SETTINGS, CAPTCHA) if f"`{name}`" not in MIGRATING} == set()
    pairs = [
        (f"`{name}` | `{lead_fields[0]}`", name) for name, lead_fields in STANDARD.items() if name.lower() != "url"
    ]
    assert [name for pair, name in pairs if pair not in MIGRATING] == []
