"""All tests, in two runs at the same time: those on the deployed stack wait for it most of their time.

Each prints a report of its own, the one on the deployed stack last. Exit code: 0 only if both are green.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
DEPLOYED: Final = ("tests/end_to_end",)
ALL_ELSE: Final = ("tests/unit", "tests/contract", "tests/integration", "tests/browser")


def main() -> int:
    with tempfile.TemporaryFile("w+") as report:
        deployed = subprocess.Popen(  # noqa: S603 (our own tests)
            _pytest(DEPLOYED), cwd=ROOT, stdout=report, stderr=subprocess.STDOUT, text=True
        )
        try:
            code = subprocess.run(_pytest(ALL_ELSE), cwd=ROOT, check=False).returncode  # noqa: S603
            _wait(deployed)
        except KeyboardInterrupt:
            # The terminal has told both; the stack's run takes a moment to end its processes.
            deployed.wait(60)
            return 130
        finally:
            if deployed.poll() is None:
                deployed.kill()
        report.seek(0)
        sys.stdout.write(report.read())
    return code or deployed.returncode


def _pytest(folders: tuple[str, ...]) -> list[str]:
    return [sys.executable, "-m", "pytest", *folders]


def _wait(deployed: "subprocess.Popen[str]") -> None:
    """Says so now and then: nothing else moves meanwhile."""
    started = time.monotonic()
    while deployed.poll() is None:
        try:
            deployed.wait(30)
        except subprocess.TimeoutExpired:
            waited = time.monotonic() - started
            sys.stdout.write(f"waiting for the tests on the deployed stack ({waited:.0f} s)\n")
            sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
