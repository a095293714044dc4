"""Writes shared/spam/data/disposable_domains.txt from the package disposable-email-domains (MIT).

    pip download --no-deps disposable-email-domains
    python scripts/disposable_domains.py disposable_email_domains-*.whl

The list ships as a file: a text is read in a millisecond, at the first submission, and the functions get no dependency
more. Domains at which people have a mailbox for life (data/free_mail_domains.txt of the matcher) are left out.
"""

import ast
import sys
import zipfile
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
TARGET: Final = ROOT / "shared" / "spam" / "data" / "disposable_domains.txt"
FREE_MAIL: Final = ROOT / "shared" / "matching" / "data" / "free_mail_domains.txt"


def domains_in(source: str) -> set[str]:
    """The set that the package's module assigns to `blocklist`. The module is read, never run."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "blocklist":
            return set(ast.literal_eval(node.value))
    raise SystemExit("There is no `blocklist` in the package: has it changed its shape?")


def main(wheel: str) -> None:
    with zipfile.ZipFile(wheel) as archive:
        domains = domains_in(archive.read("disposable_email_domains/__init__.py").decode("utf-8"))
    kept = sorted(domains - set(FREE_MAIL.read_text("utf-8").split()))
    TARGET.write_text("\n".join(kept) + "\n", "utf-8")
    print(f"{len(kept)} domains, {len(domains) - len(kept)} left out because people have real mailboxes there")


if __name__ == "__main__":
    main(sys.argv[1])
