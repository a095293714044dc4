"""How to reach the emulated AWS: never the machine's own profile, never the real thing."""

import os
from collections.abc import Mapping
from typing import Any

import boto3
from botocore.config import Config

from local.processes import LOOPBACK

REGION = "eu-west-1"
ACCESS_KEY = "test"  # the emulator's root credentials
SECRET_KEY = "test"  # noqa: S105 opens nothing but the emulator


def environment(endpoint_url: str, inherited: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The environment for commands that talk to AWS, with every AWS setting of the user's taken out."""
    kept = {name: value for name, value in inherited.items() if not name.startswith(("AWS_", "SAM_CLI_"))}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)  # SAM would compile its 950 modules anew each time: 3 s
    # A company proxy must not be asked for what listens on loopback.
    no_proxy = ",".join(filter(None, [kept.get("NO_PROXY") or kept.get("no_proxy"), LOOPBACK, "localhost"]))
    return kept | {
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "AWS_ENDPOINT_URL": endpoint_url,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": no_proxy,
        "no_proxy": no_proxy,
    }


def client(service: str, endpoint_url: str, region: str = REGION) -> Any:
    """A boto3 client (boto3 makes their types at run time), with the emulator's root credentials."""
    make: Any = boto3.client  # mypy would try each of 400 overloads, for seconds: none takes a name it doesn't know
    return make(
        service,
        endpoint_url=endpoint_url,
        region_name=region,
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=SECRET_KEY,
        config=Config(retries={"total_max_attempts": 3}, connect_timeout=5, read_timeout=30, proxies={}),
    )
