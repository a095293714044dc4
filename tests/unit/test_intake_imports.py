"""A visitor waits for a cold start, so the intake imports no more than it needs."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def modules() -> set[str]:
    """All modules of a fresh process after the import of the handler; without any setting or credential."""
    code = "import functions.intake.app, sys; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env={}, capture_output=True, text=True, check=True)  # noqa: S603
    return set(ran.stdout.split())


@pytest.mark.parametrize(
    "dear", ["simple_salesforce", "requests", "phonenumbers", "email_validator", "zeep", "lxml", "dns"]
)
def test_the_intake_does_not_import(dear: str, modules: set[str]) -> None:
    assert dear not in modules


def test_the_intake_imports_nothing_of_the_processor(modules: set[str]) -> None:
    assert not {"shared.leads.processing", "shared.leads.planning", "shared.salesforce", "shared.matching"} & modules


def test_a_post_loads_nothing_of_pages_and_schemas(modules: set[str]) -> None:
    only_for_readers = {"functions.intake.pages", "shared.html", "shared.form.page_texts", "shared.intake.json_schema"}
    assert {name for name in modules if name.startswith(tuple(only_for_readers))} == set()


def test_the_intake_imports_what_servers_send_only_when_one_does(modules: set[str]) -> None:
    assert not {name for name in modules if name.startswith(("shared.webhooks", "functions.intake.webhooks"))}


def test_the_captchas_are_imported_when_a_form_asks_for_one(modules: set[str]) -> None:
    assert not {"shared.captcha", "shared.captcha.siteverify"} & modules


def test_the_intake_s_own_modules_are_there(modules: set[str]) -> None:
    """Else the tests above would pass on nothing."""
    assert {"functions.intake.routes", "shared.intake.receiving", "boto3"} <= modules
