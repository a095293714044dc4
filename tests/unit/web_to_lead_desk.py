"""Forms that take Web-to-Lead pages, and posts as such pages send them."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from shared.form.definition import FORMS_FOLDER, Form, parse_form
from tests.unit.intake_desk import BROWSER, URLENCODED, Answered, Intake, event

OID = "00D000000000062"
PATH = "/servlet/servlet.WebToLead"
SECTION = f"""
[web_to_lead]
org_id = "{OID}"
date_order = "dmy"
[web_to_lead.fields]
"00N000000000001" = "product"
"00N000000000002" = "extras"
"00N000000000003EAA" = "number"
"00N000000000004" = "consent"
"00N000000000005" = "timing"
"00N000000000006" = "utm_source"
"""
HONEST: Mapping[str, str | Sequence[str]] = {
    "oid": OID,
    "retURL": "https://www.flexfit-fietsen.example/nl/offerte-bedankt",
    "first_name": "Sanne",
    "last_name": "de Vries",
    "email": "sanne@example.com",
    "company": "Bakkerij De Vries",
    "00N000000000001": "cargo-bike",
    "00N000000000002": ["service", "branding"],
    "00N000000000003": "3",
    "00N000000000004": "1",
    "00N000000000005": "now",
    "submit": "Submit Query",
}


def form_with(section: str = SECTION, form_id: str = "quote") -> Form:
    text = (FORMS_FOLDER / f"{form_id}.toml").read_text("utf-8")
    return parse_form(text + section, name=f"{form_id}.toml")


def intake_with(*forms: Form) -> Intake:
    return Intake(forms={form.id: form for form in forms or (form_with(),)})


def posted(
    intake: Intake,
    fields: Mapping[str, str | Sequence[str]] | bytes = HONEST,
    *,
    query: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    method: str = "POST",
) -> Answered:
    body = fields if isinstance(fields, bytes) else urlencode(fields, doseq=True).encode()
    happening = event(method, PATH, headers={**BROWSER, "Content-Type": URLENCODED, **(headers or {})}, body=body)
    return intake.hears({**happening, "queryStringParameters": dict(query) if query else None})
