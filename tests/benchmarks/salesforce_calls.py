"""Salesforce API calls for one batch, counted by the org stand-in. Logins are not API calls and happen once."""

import os
import tempfile
from pathlib import Path
from typing import Any

from local.salesforce_org import Org, serve
from shared.form.definition import forms
from shared.leads.dependencies import Dependencies
from shared.leads.processing import process
from shared.salesforce.crm import SalesforceCrm
from tests.builders import NOW, SECRET, a_submission, message_for
from tests.fakes.stores import FakeDeadLetters, FakeLedger, FakeLocks

BATCHES: dict[str, list[dict[str, Any]]] = {
    "1 new person": [{}],
    "1 known person": [{"email": "sanne.devries@example.com"}],
    "1 perhaps known person": [{"email": "sanne.devries@example.com", "first_name": "Willem"}],
    "10 new people": [{"email": f"new{number}@example.com"} for number in range(10)],
    "10 mixed: new, Lead, Contact, the same twice": [
        *({"email": f"new{number}@example.com"} for number in range(6)),
        {"email": "sanne.devries@example.com", "phone": "0612345678"},
        {"email": "anna.deboer@example.com"},
        {"email": "twice@example.com"},
        {"email": "twice@example.com"},
    ],
}


def measure() -> dict[str, int]:
    """API calls by batch."""
    with tempfile.TemporaryDirectory() as certs, Org(":memory:") as org, serve(org, Path(certs)) as running:
        os.environ["REQUESTS_CA_BUNDLE"] = str(running.ca_file)
        secret = {"login_url": running.url, "client_id": running.client_id, "client_secret": running.client_secret}
        crm = SalesforceCrm(_Fixed(secret))  # type: ignore[arg-type]  # as much of a Secret as is used
        counted: dict[str, int] = {}
        for name, people in BATCHES.items():
            org.reset()
            org.calls.clear()
            rows = [a_submission(**fields) for fields in people]
            ledger = FakeLedger({row.submission_id: row for row in rows})
            outside = (ledger, FakeDeadLetters(), FakeLocks(), crm, forms())
            dependencies = Dependencies(*outside, now=lambda: NOW, secret=lambda: SECRET)
            assert process([message_for(row) for row in rows], dependencies, run_id="bench") == []
            counted[name] = sum("oauth2" not in str(call["path"]) for call in org.calls)
        return counted


class _Fixed:
    def __init__(self, content: dict[str, str]) -> None:
        self._content = content

    def values(self) -> dict[str, str]:
        return self._content
