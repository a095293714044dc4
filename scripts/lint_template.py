"""Lints template.yaml and what it expands to: cfn-lint on both, checkov on the expansion.

Works offline and without credentials. The expansion is linted twice: with the parameters' defaults, and with every
optional part switched on, since checkov leaves out resources whose condition is false.

Exit code 0 when there is nothing to say, 1 when there are findings, 2 when a linter itself failed.
"""

import argparse
import copy
import json
import os
import subprocess
import sys
import sysconfig
import tempfile
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.sam_template import TEMPLATE, Template, expand, load

EXCEPTIONS = Path(__file__).with_name("checkov_exceptions.toml")

EVERYTHING_ON = {"EnableWaf": "true", "EnableAccessLog": "true", "AlarmEmail": "someone@example.com"}


class LinterFailedError(Exception):
    """A linter could not do its work, which must never read as "nothing found"."""


@dataclass(frozen=True, order=True)
class Finding:
    check: str
    resource: str
    title: str = ""

    @property
    def key(self) -> tuple[str, str]:
        return self.check, self.resource


@dataclass(frozen=True)
class Explained:
    """A finding of one check that is meant, on the resources named."""

    check: str
    reason: str
    resources: tuple[str, ...]


def explained(path: Path = EXCEPTIONS) -> list[Explained]:
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    return [Explained(check, table["reason"], tuple(table["resources"])) for check, table in tables.items()]


def compare(found: Iterable[Finding], meant: Iterable[Explained]) -> list[str]:
    """One line for each finding without a reason, and for each reason without its finding."""
    findings = {finding.key: finding for finding in found}
    expected = {(one.check, resource) for one in meant for resource in one.resources}
    unexplained = [finding for key, finding in sorted(findings.items()) if key not in expected]
    stale = sorted(expected - findings.keys())
    return [f"{one.check} {one.resource}: {one.title}" for one in unexplained] + [
        f"{check} {resource}: this exception is no longer needed; take it out" for check, resource in stale
    ]


def with_defaults(template: Template, values: dict[str, str]) -> Template:
    """A copy whose parameters have other defaults. A name that is no parameter raises KeyError."""
    changed = copy.deepcopy(template)
    for name, value in values.items():
        changed["Parameters"][name]["Default"] = value
    return changed


def write_expansions(folder: Path) -> list[Path]:
    expanded = expand(load())
    expansions = {"defaults.json": expanded, "everything.json": with_defaults(expanded, EVERYTHING_ON)}
    for name, template in expansions.items():
        (folder / name).write_text(json.dumps(template, indent=1), encoding="utf-8")
    return [folder / name for name in expansions]


def cfn_lint(paths: Iterable[Path]) -> list[str]:
    executable = Path(sysconfig.get_path("scripts")) / "cfn-lint"
    command = [str(executable), "--format", "parseable", *map(str, paths)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 (our own command)
    lines = result.stdout.splitlines()
    if result.returncode and not lines:
        raise LinterFailedError(f"cfn-lint: {result.stderr.strip()}")
    return lines


def checkov(executable: str, folder: Path) -> list[Finding]:
    command = [
        *(executable, "--directory", str(folder), "--framework", "cloudformation"),
        *("--skip-download", "--compact", "--quiet", "--output", "json"),
    ]
    try:
        result = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 (our own command)
    except OSError as error:
        raise LinterFailedError(f"checkov: {executable}: {error.strerror}") from None
    return checkov_findings(result.stdout, result.stderr)


def checkov_findings(stdout: str, stderr: str = "") -> list[Finding]:
    """Raises LinterFailedError when checkov has not really looked at both expansions."""
    try:
        report: dict[str, Any] = json.loads(stdout)
        summary, failed = report["summary"], report["results"]["failed_checks"]
    except (ValueError, KeyError, TypeError):
        raise LinterFailedError(f"checkov: {stderr.strip() or stdout.strip() or 'no output'}") from None
    if summary["parsing_errors"] or not summary["passed"]:
        raise LinterFailedError(f"checkov read nothing: {summary}")
    return [Finding(one["check_id"], one["resource"].rpartition(".")[2], one["check_name"]) for one in failed]


def lint(checkov_executable: str) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        expansions = write_expansions(Path(folder))
        lines = cfn_lint([TEMPLATE, *expansions])
        return lines + compare(checkov(checkov_executable, Path(folder)), explained())


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Lints template.yaml and its expansion.")
    parser.add_argument(
        "--checkov",
        default=os.environ.get("CHECKOV", "checkov"),
        help="path of the checkov executable (default: $CHECKOV, else the one on PATH)",
    )
    try:
        findings = lint(parser.parse_args(arguments).checkov)
    except LinterFailedError as error:
        print(error, file=sys.stderr)
        return 2
    for line in findings:
        print(line)
    print(f"template: {len(findings)} findings" if findings else "template: no unexplained findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
