"""`sam build` and `sam deploy` of the real template, to the emulator.

The build stands in .local/build and is done again only when something that goes into it has changed.
"""

import fcntl
import hashlib
import os
import platform
import sys
import sysconfig
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from local import aws
from local.processes import Child
from local.progress import StepFailedError

PROJECT = Path(__file__).parent.parent
BUILD_FOLDER = PROJECT / ".local" / "build"
STAMP = BUILD_FOLDER / "built-from"
BUILT_FROM = (
    "template.yaml",
    "samconfig.toml",
    "requirements/local.txt",  # the version of SAM itself
    "scripts/precompile_layers.py",
    "dependencies",
    "functions",
    "shared",
)
SECONDS_TO_BUILD = 600
SECONDS_TO_COMPILE = 120
SECONDS_TO_DEPLOY = 300
SECONDS_TO_WAIT_FOR_OTHERS = SECONDS_TO_BUILD + SECONDS_TO_DEPLOY


@contextmanager
def build_lock(when_waiting: Callable[[], object] = lambda: None) -> Iterator[None]:
    """Held from before the build until after the deploy: `make run` and the tests share one build folder.

    Raises StepFailedError when another process does not let go of it.
    """
    BUILD_FOLDER.mkdir(parents=True, exist_ok=True)
    with (BUILD_FOLDER / "lock").open("w") as lock:
        if not _locked(lock):
            when_waiting()
            deadline = time.monotonic() + SECONDS_TO_WAIT_FOR_OTHERS
            while not _locked(lock):
                if time.monotonic() > deadline:
                    raise StepFailedError("sam build", "another build of this project does not come to an end")
                time.sleep(0.2)
        yield


def _locked(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def fingerprint(root: Path = PROJECT, sources: Iterable[str] = BUILT_FROM) -> str:
    """Changes when a file that goes into the build changes, comes or goes."""
    digest = hashlib.sha256()
    for path in sorted(file for source in sources for file in _files(root / source)):
        digest.update(str(path.relative_to(root)).encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    return [file for file in path.rglob("*") if file.is_file() and "__pycache__" not in file.parts]


def is_built() -> bool:
    template = BUILD_FOLDER / "out" / "template.yaml"
    return template.exists() and STAMP.exists() and STAMP.read_text() == fingerprint()


def start_build(folder: Path) -> Child:
    """`folder` takes the log. Call `finish_build` to wait for it."""
    STAMP.unlink(missing_ok=True)
    command = [
        *("sam", "build", "--cached", "--parallel"),
        *("--template-file", str(PROJECT / "template.yaml")),
        *("--build-dir", str(BUILD_FOLDER / "out"), "--cache-dir", str(BUILD_FOLDER / "cache")),
        *("--base-dir", str(PROJECT)),
        *("--parameter-overrides", f"Architecture={architecture()}"),
    ]
    return Child.start(
        "sam build", command, env=_environment("http://127.0.0.1"), cwd=PROJECT, log=folder / "sam-build.log"
    )


def finish_build(build: Child, source: str) -> None:
    """`source` is the fingerprint from before the build: a file that changed meanwhile makes it stale."""
    build.wait(SECONDS_TO_BUILD)
    # In a process of its own, since it starts workers: seconds that every cold start gives back.
    command = [sys.executable, "-m", "scripts.precompile_layers", "--build-dir", str(BUILD_FOLDER / "out")]
    log = build.log.with_name("precompile.log")
    with Child.start("byte code of the layers", command, env=dict(os.environ), cwd=PROJECT, log=log) as child:
        child.wait(SECONDS_TO_BUILD)
    STAMP.write_text(source)


def ensure_built(folder: Path) -> None:
    """`folder` takes the log. Raises StepFailedError."""
    with build_lock():
        source = fingerprint()
        if not is_built():
            with start_build(folder) as build:
                finish_build(build, source)


def deploy(stack_name: str, endpoint_url: str, parameters: Mapping[str, str], folder: Path) -> dict[str, str]:
    """The stack's outputs. Raises StepFailedError."""
    command = [
        *("sam", "deploy", "--stack-name", stack_name, "--region", aws.REGION),
        *("--template-file", str(BUILD_FOLDER / "out" / "template.yaml")),
        *("--resolve-s3", "--capabilities", "CAPABILITY_IAM"),
        *("--no-confirm-changeset", "--no-fail-on-empty-changeset", "--no-progressbar"),
        *("--parameter-overrides", *(f"{name}={value}" for name, value in parameters.items())),
    ]
    log = folder / "sam-deploy.log"
    with Child.start("sam deploy", command, env=_environment(endpoint_url), cwd=folder, log=log) as child:
        child.wait(SECONDS_TO_DEPLOY)
    return outputs(stack_name, endpoint_url)


def outputs(stack_name: str, endpoint_url: str) -> dict[str, str]:
    cloudformation = aws.client("cloudformation", endpoint_url)
    stack = cloudformation.describe_stacks(StackName=stack_name)["Stacks"][0]
    if not stack["StackStatus"].endswith("_COMPLETE") or "ROLLBACK" in stack["StackStatus"]:
        raise StepFailedError("sam deploy", f"the stack is {stack['StackStatus']}")
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}


def architecture() -> str:
    """Lambda's name for this machine's processor; the emulator runs the functions on it."""
    return "arm64" if platform.machine().lower() in {"arm64", "aarch64"} else "x86_64"


def _environment(endpoint_url: str) -> dict[str, str]:
    """SAM looks for the functions' Python on PATH, and asks it for pip."""
    env = aws.environment(endpoint_url)
    return env | {
        "PATH": os.pathsep.join([sysconfig.get_path("scripts"), env["PATH"]]),
        "SAM_CLI_TELEMETRY": "0",
        "SAM_CLI_POLL_DELAY": "0.2",  # seconds; the emulator is done long before SAM's own 5
    }
