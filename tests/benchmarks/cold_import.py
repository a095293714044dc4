"""Cold start: importing the intake's module against importing boto3 and creating the two clients that it uses."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.paired import Ratio, compare

LIMIT = 1.5
_ROOT = Path(__file__).parents[2]
_INTAKE = "import functions.intake.app"
_BASELINE = "import boto3; boto3.client('dynamodb'); boto3.client('sqs')"


def measure(rounds: int = 11) -> Ratio:
    with tempfile.TemporaryDirectory() as bytecode:
        # Lambda's layers carry compiled files; compiling is not what a cold start pays for.
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": bytecode, "AWS_DEFAULT_REGION": "eu-west-1"}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)

        def run(code: str) -> float:
            started = time.perf_counter()
            subprocess.run([sys.executable, "-c", code], cwd=_ROOT, env=environment, check=True)  # noqa: S603
            return time.perf_counter() - started

        return compare(
            "cold import of the intake",
            lambda: run(_INTAKE),
            "import boto3, create two clients",
            lambda: run(_BASELINE),
            rounds=rounds,
            limit=LIMIT,
        )
