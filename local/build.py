"""`sam build`, if anything that goes into it has changed since the last one: `python -m local.build`."""

import sys

from rich.console import Console

from local import deployment
from local.progress import Progress, StepFailedError


def main() -> int:
    progress = Progress(Console(stderr=True))
    try:
        with progress.step("sam build"):
            deployment.ensure_built(deployment.PROJECT / ".local")
    except StepFailedError as error:
        progress.failed(error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
