"""Five pages with the markup that Salesforce documents: posted unchanged but for `action`, each becomes a Lead."""

from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from ops.web_to_lead.importing import Imported, Wish, action_for, import_page
from shared.form.definition import Form, parse_form
from shared.submission import State
from tests.builders import Desk
from tests.unit.intake_desk import URLENCODED, Answered, Intake, event

PAGES = Path(__file__).parents[1] / "fixtures" / "web_to_lead"

FILLED_IN: dict[str, dict[str, Any]] = {
    "contact": {
        "first_name": "Amelia", "last_name": "Clarke", "email": "amelia@example.com", "company": "",
        "URL": "https://clarke.example", "description": "Do you ship\nto Leeds?", "lead_source": "Phone Inquiry",
        "00N5g00000Aaa01": ">= 1,000", "00N5g00000Aaa02": "1", "submit": "Submit Query",
    },
    "quote": {
        "first_name": "Chloé", "last_name": "VAN DER BERG", "email": "chloe@example.com", "mobile": "06-12345678",
        "company": "Café Één", "00N5g00000Bbb01": ["Bakfietsen", "Één-op-één advies"],
        "00N5g00000Bbb02": "Twee maten,\nliefst snel.", "00N5g00000Bbb03": "Blauw", "submit": "Versturen",
    },
    "event": {
        "first_name": "Wout", "last_name": "Peeters", "email": "wout@example.com", "phone": "0470 12 34 56",
        "00N5g00000Ccc01": "5/12/2026", "00N5g00000Ccc02": "5-12-2026 10:30", "00N5g00000Ccc03": "4",
    },
    "newsletter": {
        "last_name": "Okafor", "email": "okafor@example.com", "00N5g00000Ddd01": "spring", "emailOptOut": "1",
        "g-recaptcha-response": "03AGdBq", "submit": "Submit",
    },
    "dealer": {
        "salutation": "Ms.", "first_name": "Dana", "last_name": "Whitfield", "title": "Owner",
        "company": "Whitfield LLC",
        "email": "dana@example.com", "fax": "555 0100", "street": "1 Main Street\nSuite 2", "city": "Albany",
        "state_code": "NY", "zip": "12207", "country_code": "US", "industry": "Retail", "rating": "",
        "revenue": "250000", "employees": "12", "00N5g00000Eee01": ["City", "E-bike"], "00N5g00000Eee02": "3/4/2019",
        "00N5g00000Eee03": "Kim",
    },
}  # fmt: skip
"""What a visitor's browser posts beside the hidden fields."""

LEADS: dict[str, dict[str, Any]] = {
    "contact": {
        "FirstName": "Amelia", "LastName": "Clarke", "Email": "amelia@example.com", "Company": "[not provided]",
        "Website": "https://clarke.example", "Description": "Description:\nDo you ship\nto Leeds?",
        "LeadSource": "Phone Inquiry", "Budget__c": ">= 1,000", "Terms_read__c": True,
    },
    "quote": {
        "FirstName": "Chloé", "LastName": "van der Berg", "Email": "chloe@example.com", "MobilePhone": "+31612345678",
        "Company": "Café Één", "LeadSource": "Web", "Interesses__c": "Bakfietsen;Één-op-één advies",
        "Toelichting__c": "Twee maten,\nliefst snel.", "Kleur__c": "Blauw",
    },
    "event": {
        "FirstName": "Wout", "LastName": "Peeters", "Email": "wout@example.com", "Phone": "+32470123456",
        "Company": "[not provided]", "RecordTypeId": "012000000000001", "Actie__c": "Testdag 2026",
        "Gewenste_dag__c": "2026-12-05", "Description": "Aankomst: 5-12-2026 10:30", "Aantal_personen__c": "4",
    },
    "newsletter": {
        "LastName": "Okafor", "Email": "okafor@example.com", "Company": "Private person", "HasOptedOutOfEmail": True,
        "UTM_Campaign__c": "spring",
    },
    "dealer": {
        "Salutation": "Ms.", "FirstName": "Dana", "LastName": "Whitfield", "Title": "Owner", "Company": "Whitfield LLC",
        "Email": "dana@example.com", "Fax": "555 0100", "Street": "1 Main Street\nSuite 2", "City": "Albany",
        "StateCode": "NY", "PostalCode": "12207", "CountryCode": "US", "Industry": "Retail", "AnnualRevenue": 250000,
        "NumberOfEmployees": 12, "Brands__c": "City;E-bike", "Shop_opened__c": "2019-03-04", "X2nd_contact__c": "Kim",
    },
}  # fmt: skip
NEXT_PAGES = {
    "contact": "https://www.flexfit-bikes.example/en/thanks?from=contact&receipt=",
    "quote": "https://www.flexfit-fietsen.example/nl/offerte-bedankt?receipt=",
    "event": "https://www.flexfit-fietsen.example/nl/tot-ziens?receipt=",
    "newsletter": "https://www.flexfit-bikes.example/en/subscribed?receipt=",
    "dealer": "https://www.flexfit-bikes.example/en/dealer-thanks?receipt=",
}
OURS = {"Id", "OwnerId", "Submission_Id__c"}
ENCODINGS = {"quote": "cp1252"}


class Hidden(HTMLParser):
    """The hidden fields of the Web-to-Lead form, read apart from the product's own reader."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.pairs: list[tuple[str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "input" and (given.get("type") or "").lower() == "hidden":
            self.pairs.append((given["name"] or "", given.get("value") or ""))


def imported(name: str) -> Imported:
    return import_page(PAGES / f"{name}.html", Wish())


def form_of(page: Imported) -> Form:
    return parse_form(page.text, name=f"{page.draft.form_id}.toml")


def posted(name: str, intake: Intake, page: Imported) -> Answered:
    """As a browser would, to the address that the import names."""
    encoding = ENCODINGS.get(name, "utf-8")
    hidden = Hidden((PAGES / f"{name}.html").read_text(encoding)).pairs
    fields = {**dict(hidden), **FILLED_IN[name]}
    address = urlsplit(action_for(page.draft))
    happening = event(
        path=address.path,
        headers={"Content-Type": URLENCODED, "Accept": "text/html", "Origin": page.draft.origins[0]},
        body=urlencode(fields, doseq=True, encoding=encoding).encode(),
    )
    return intake.hears({**happening, "queryStringParameters": dict(parse_qsl(address.query))})


@pytest.mark.parametrize("name", LEADS)
def test_a_page_posted_unchanged_but_for_its_action_becomes_the_right_lead(name: str) -> None:
    page = imported(name)
    intake = Intake(forms={name: form_of(page)})
    answered = posted(name, intake, page)
    assert answered.status == 303
    assert answered.headers["Location"].startswith(NEXT_PAGES[name])
    desk = Desk(forms=intake.forms)
    desk.process(intake.row)
    assert desk.state(intake.row) is State.CREATED
    [lead] = desk.crm.leads.values()
    assert {key: value for key, value in lead.items() if key not in OURS} == LEADS[name]


@pytest.mark.parametrize("name", LEADS)
def test_it_also_finds_its_form_among_those_of_all_other_pages(name: str) -> None:
    pages = {one: imported(one) for one in LEADS}
    intake = Intake(forms={one: form_of(page) for one, page in pages.items()})
    posted(name, intake, pages[name])
    assert intake.row.form_id == name


def test_who_came_by_a_page_with_a_campaign_joins_it() -> None:
    page = imported("event")
    intake = Intake(forms={"event": form_of(page)})
    posted("event", intake, page)
    desk = Desk(forms=intake.forms)
    desk.process(intake.row)
    [member] = desk.crm.members
    assert (member.campaign, member.status) == ("701000000000001", "Responded")


def test_the_captcha_s_token_reaches_no_lead_and_no_stored_field() -> None:
    page = imported("newsletter")
    intake = Intake(forms={"newsletter": form_of(page)})
    posted("newsletter", intake, page)
    assert "03AGdBq" not in intake.row.model_dump_json()


def test_debugging_lines_in_comments_are_not_read() -> None:
    assert "debug" not in imported("contact").text
    assert "owner@example.com" not in imported("contact").text
