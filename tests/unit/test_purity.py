"""What the architecture promises, read from the source: pure rules, one door to each system, no SOQL by hand."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PURE = [
    "crm", "deadline", "errors", "form", "form.check", "form.definition", "form.field", "form.fit",
    "form.captcha_widget", "form.hosted", "form.lead_fields", "form.org_shape", "form.org_types", "form.page_texts",
    "form.spam_section", "form.texts", "form.web_to_lead", "html", "intake", "intake.form_start", "intake.json_schema",
    "intake.limits",
    "intake.person_keys", "intake.return_page", "intake.validation", "intake.web_to_lead", "leads", "leads.candidates",
    "leads.generic_keys", "leads.holding", "leads.lead", "leads.lead_changes", "leads.match_keys",
    "leads.own_records", "leads.plans", "leads.results", "leads.retrying", "matching",
    "matching.compare", "matching.config", "matching.deciding", "matching.decision", "matching.edits",
    "matching.facts", "matching.guards", "matching.keys", "matching.name_levels", "matching.names",
    "matching.person", "matching.streets", "matching.word_files", "matching.word_lists", "matching.wording",
    "operations", "privacy", "privacy.audit", "privacy.org_records", "privacy.subject", "privacy.tombstone",
    "record_ids", "rejection", "review", "review.merging", "spam", "spam.captcha_answer", "spam.disposable",
    "spam.foreign_script", "spam.honeypot", "spam.judging", "spam.links", "spam.lists", "spam.offers",
    "spam.random_letters", "spam.repeats", "spam.repetition", "spam.signs", "spam.time_trap", "submission",
    "values", "values.cleaning",
    "values.countries", "values.email_address", "values.looks", "values.numbers", "values.phone",
    "values.spellings", "version",
    "form.sources", "webhooks", "webhooks.elementor", "webhooks.fitting", "webhooks.gravity_forms", "webhooks.jotform",
    "webhooks.proving", "webhooks.readers", "webhooks.reading", "webhooks.signed", "webhooks.signing",
    "webhooks.ticking", "webhooks.typeform", "webhooks.verifying", "webhooks.webflow",
]  # fmt: skip
"""What Leads are and the rules about them."""
USE_CASES = [
    "intake.receiving", "intake.suspecting", "leads.campaigns", "leads.carrying_out", "leads.dependencies",
    "leads.finishing", "leads.held_keys", "leads.keys_today", "leads.planning", "leads.processing",
    "leads.written_before", "operations.quarantine", "operations.replaying", "operations.requeueing", "privacy.erasing",
    "privacy.in_org", "privacy.retention", "review.held_pairs", "review.reviewing", "salesforce.budget",
    "salesforce.codes", "salesforce.soap",
]  # fmt: skip
"""They take what they need as parameters. Beyond the rules, they may count and log."""
OUTSIDE = {"boto3", "botocore", "simple_salesforce", "requests", "urllib3", "socket", "http", "os", "subprocess"}
PRODUCT = sorted([*(ROOT / "shared").rglob("*.py"), *(ROOT / "functions").rglob("*.py")])
ENTRY_POINTS = sorted((ROOT / "functions").glob("*/app.py"))


def module_path(name: str) -> Path:
    path = ROOT / "shared" / Path(*name.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), filename=str(path))


def imported(path: Path) -> set[str]:
    """Whole dotted names, wherever in the file the import stands, also under TYPE_CHECKING."""
    names: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return names


def top_level(names: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in names}


def test_every_module_of_shared_is_a_rule_a_use_case_or_an_adapter() -> None:
    """A new module has to be put in its place here."""
    adapters = {
        "aws", "aws.clients", "aws.errors", "aws.lead_queue", "aws.ledger", "aws.person_locks", "aws.person_rows",
        "aws.secrets", "aws.spam_memory", "captcha", "captcha.siteverify", "observability", "salesforce",
        "salesforce.answers", "salesforce.asking", "salesforce.backfill",
        "salesforce.connection", "salesforce.crm", "salesforce.describe", "salesforce.login", "salesforce.names",
        "salesforce.people", "salesforce.person_records", "salesforce.queries", "settings",
    }  # fmt: skip
    there = {
        ".".join(path.relative_to(ROOT / "shared").with_suffix("").parts) for path in (ROOT / "shared").rglob("*.py")
    }
    there = {name.removesuffix(".__init__") for name in there} - {"__init__"}
    assert there == {*PURE, *USE_CASES, *adapters}


@pytest.mark.parametrize("name", [*PURE, *USE_CASES])
def test_rules_and_use_cases_import_nothing_of_the_outside(name: str) -> None:
    assert top_level(imported(module_path(name))) & OUTSIDE == set()


@pytest.mark.parametrize("name", PURE)
def test_rules_neither_log_nor_count_nor_read_settings(name: str) -> None:
    assert imported(module_path(name)) & {"shared.observability", "shared.settings", "shared.aws.secrets"} == set()


def test_rules_bring_nothing_of_the_outside_along() -> None:
    """Not through any other module either: they run where there is no AWS and no Salesforce library."""
    code = f"import sys, {', '.join(f'shared.{name}' for name in PURE)}; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
    assert {"boto3", "botocore", "simple_salesforce", "requests"} & set(ran.stdout.split()) == set()


def test_only_the_salesforce_adapter_knows_simple_salesforce() -> None:
    folders = {path.parent.name for path in PRODUCT if "simple_salesforce" in top_level(imported(path))}
    assert folders == {"salesforce"}


def test_only_the_settings_read_the_environment() -> None:
    readers = {path.name for path in PRODUCT if {"environ", "getenv"} & set(names_in(tree(path)))}
    assert readers == {"settings.py"}


def names_in(node: ast.AST) -> Iterator[str]:
    for child in ast.walk(node):
        if isinstance(child, ast.Attribute):
            yield child.attr
        elif isinstance(child, ast.Name):
            yield child.id


def test_only_entry_points_make_aws_clients() -> None:
    """And only adapters know botocore's errors."""
    makers = [path for path in PRODUCT if "boto3" in imported(path)]
    assert makers == ENTRY_POINTS


def test_shared_imports_nothing_of_the_functions() -> None:
    assert not [path for path in (ROOT / "shared").rglob("*.py") if "functions" in top_level(imported(path))]


def test_no_function_imports_another() -> None:
    for path in (ROOT / "functions").rglob("*.py"):
        own = f"functions.{path.relative_to(ROOT / 'functions').parts[0]}"
        others = {name for name in imported(path) if name.startswith("functions.") and not name.startswith(own)}
        assert others == set(), path


@pytest.mark.parametrize("path", ENTRY_POINTS, ids=lambda path: path.parent.name)
def test_an_entry_point_is_short(path: Path) -> None:
    """Decorators, parse, one call, map the result: what is longer is a rule in the wrong place."""
    assert len([line for line in path.read_text("utf-8").splitlines() if line.strip()]) <= 90


@pytest.mark.parametrize("path", ENTRY_POINTS, ids=lambda path: path.parent.name)
def test_an_entry_point_does_no_work_when_it_is_imported(path: Path) -> None:
    """Clients are made at the first event: an import must never fail for want of a setting."""
    for statement in tree(path).body:
        if not isinstance(statement, ast.FunctionDef | ast.ClassDef):
            assert not {"client", "resource", "load", "Session"} & set(names_in(statement)), ast.unparse(statement)


# --- SOQL --------------------------------------------------------------------------------------------------------


def queries_by_hand(source: ast.AST) -> list[str]:
    """Texts that start as a SOQL or SOSL query and are anything but the whole first argument of format_soql."""
    calls = [node for node in ast.walk(source) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    formatted = {id(call.args[0]) for call in calls if ast.unparse(call.func) == "format_soql" and call.args}
    return [
        text for node, text in texts_in(source) if text.lstrip().upper().startswith(QUERY) and node not in formatted
    ]


QUERY = ("SELECT ", "FIND ")


def texts_in(source: ast.AST) -> Iterator[tuple[int, str]]:
    """With the identity of the node that each is; an f-string's pieces are nodes of their own."""
    for node in ast.walk(source):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield id(node), node.value


def test_every_query_goes_through_format_soql() -> None:
    assert {path.name: queries_by_hand(tree(path)) for path in PRODUCT if queries_by_hand(tree(path))} == {}


def test_the_product_has_queries_to_guard() -> None:
    """Else the test above would pass on nothing."""
    calls = [name for path in PRODUCT for name in names_in(tree(path)) if name == "format_soql"]
    assert len(calls) >= 4


@pytest.mark.parametrize(
    "code",
    [
        "f\"SELECT Id FROM Lead WHERE Email = '{email}'\"",
        '"SELECT Id FROM Lead WHERE Email = \'" + email',
        "\"SELECT Id FROM Lead WHERE Email = '%s'\" % email",
        "\"select Id from Lead where Email = '{}'\".format(email)",
        "format_soql(f\"SELECT Id FROM Lead WHERE Email = '{email}'\")",
        'format_soql("SELECT Id FROM Lead WHERE Email = \'" + email)',
        "query = 'SELECT Id FROM Lead'",
        "'FIND {' + text + '} IN EMAIL FIELDS'",
    ],
)
def test_a_query_by_hand_would_be_seen(code: str) -> None:
    assert queries_by_hand(ast.parse(code)) != []


def test_a_formatted_query_is_none_by_hand() -> None:
    assert queries_by_hand(ast.parse("format_soql('SELECT Id FROM Lead WHERE Email = {}', email)")) == []


# --- people ------------------------------------------------------------------------------------------------------


def test_nothing_is_logged_but_by_way_of_the_allow_list() -> None:
    """`print` and loggers of one's own would take any text, an exception's among them."""
    loggers = {"print", "Logger", "getLogger", "print_exc", "format_exc", "Tracer"}
    assert {path.name for path in PRODUCT if loggers & set(names_in(tree(path)))} == {"observability.py"}
