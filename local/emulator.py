"""The AWS emulator: one process, everything in memory, IAM policies enforced."""

import shutil
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from local import aws
from local.processes import LOOPBACK, Child

SECONDS_TO_START = 60


@contextmanager
def starting(port: int, folder: Path, ca_file: Path) -> Iterator[Child]:
    """`folder` takes its log and its scratch files; functions trust what `ca_file` has signed."""
    scratch = scratch_folder(folder)
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    command = [sys.executable, "-P", str(Path(__file__).with_name("emulator_process.py"))]
    env = _environment(port, scratch, ca_file)
    try:
        with Child.start("AWS emulator", command, env=env, cwd=scratch, log=folder / "emulator.log") as child:
            yield child
    finally:
        shutil.rmtree(scratch, ignore_errors=True)  # 100 MB


def scratch_folder(folder: Path) -> Path:
    """Where the emulator unpacks functions and layers while it runs."""
    return folder / "emulator"


def _environment(port: int, scratch: Path, ca_file: Path) -> dict[str, str]:
    env = aws.environment(url(port))
    env.pop("PYTHONPATH", None)  # functions must find their code in their layers, not in this project
    return env | {
        "AUTH": "true",
        "BIND_HOST": LOOPBACK,
        "GATEWAY_PORT": str(port),
        "MINISTACK_REGION": aws.REGION,
        "PERSIST_STATE": "0",
        "IOT_MTLS_ENABLED": "0",  # these two would open ports of their own
        "SFTP_ENABLED": "0",
        "LAMBDA_EXECUTOR": "local",
        "DOCKER_HOST": f"unix://{scratch}/no-docker",  # never look at the user's containers
        "TMPDIR": str(scratch),
        "REQUESTS_CA_BUNDLE": str(ca_file),  # a function inherits the emulator's environment
        "PYTHONUNBUFFERED": "1",
    }


def url(port: int) -> str:
    return f"http://{LOOPBACK}:{port}"


def wait(child: Child, port: int) -> None:
    """Returns when it answers; its CloudFormation goes on loading while SAM zips, which saves 4 s."""
    child.wait_until(lambda: answers(f"{url(port)}/_ministack/health"), SECONDS_TO_START)
    threading.Thread(target=_load_cloudformation, args=(port,), daemon=True).start()


def _load_cloudformation(port: int) -> None:
    with suppress(BotoCoreError, ClientError):  # a warm-up: who needs the answer will ask again
        aws.client("cloudformation", url(port)).list_stacks()


def answers(address: str) -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(address, timeout=2) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, TimeoutError, ConnectionError):
        return False
