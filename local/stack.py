"""The local stack in one piece: org stand-in, emulator with the deployed template, website."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from local import aws, deployment, emulator
from local.intake_keys import INTAKE_SECRET
from local.processes import Child, free_port
from local.progress import Progress
from local.salesforce_org import Org, RunningOrg, serve
from local.website.server import Website

STACK_NAME = "form-to-lead"


@dataclass(frozen=True)
class Addresses:
    """Where everything is: the content of .local/stack.json."""

    api_url: str
    website_url: str
    salesforce_url: str
    aws_endpoint_url: str
    region: str
    stack_name: str

    def write(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self), indent=2) + "\n")


@dataclass(frozen=True)
class Stack:
    """A running stack. `outputs` are those of template.yaml, `ca_file` has signed the org's certificate."""

    addresses: Addresses
    outputs: dict[str, str]
    ca_file: Path

    def client(self, service: str) -> Any:
        """A boto3 client with the emulator's root credentials."""
        return aws.client(service, self.addresses.aws_endpoint_url, self.addresses.region)


@contextmanager
def running(folder: Path, progress: Progress, stack_name: str = STACK_NAME) -> Iterator[Stack]:
    """Brings everything up and takes it down again, also when it fails half way.

    `folder` takes logs, certificates and scratch files. Raises StepFailedError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as to_close:
        with progress.step("Salesforce org stand-in"):
            org = _start_org(folder, to_close)
        port = free_port()
        started = to_close.enter_context(emulator.starting(port, folder, org.ca_file))
        website = to_close.enter_context(Website())
        outputs = _build_and_deploy(stack_name, website.url, started, port, folder=folder, progress=progress)
        with progress.step("Secrets and website"):
            addresses = _addresses(outputs, website, org, port, stack_name)
            stack = Stack(addresses, outputs, org.ca_file)
            _put_salesforce_secret(stack, org)
            _put_intake_secret(stack)
            website.start(addresses.api_url)
        yield stack


def _start_org(folder: Path, to_close: ExitStack) -> RunningOrg:
    org = to_close.enter_context(Org(":memory:"))
    org.seed()
    return to_close.enter_context(serve(org, folder / "certs"))


def _build_and_deploy(
    stack_name: str, website_url: str, started: Child, port: int, *, folder: Path, progress: Progress
) -> dict[str, str]:
    """The emulator comes up while SAM builds."""
    with (
        deployment.build_lock(lambda: progress.say("Another build is going on; waiting for it to end.")),
        ExitStack() as to_close,
    ):
        source = deployment.fingerprint()
        build = None if deployment.is_built() else to_close.enter_context(deployment.start_build(folder))
        with progress.step("AWS emulator, IAM enforced"):
            emulator.wait(started, port)
        with progress.step("sam build" if build else "sam build (nothing changed since the last one)"):
            if build:
                deployment.finish_build(build, source)
        with progress.step("sam deploy"):
            parameters = {
                "Architecture": deployment.architecture(),
                "ExtraOrigins": website_url,
                "ProcessorMaxConcurrency": "3",  # each is a process that starts cold; two cores are enough for three
                "DeletionProtection": "false",
            }
            return deployment.deploy(stack_name, emulator.url(port), parameters, folder)


def _addresses(outputs: dict[str, str], website: Website, org: RunningOrg, port: int, stack_name: str) -> Addresses:
    return Addresses(
        api_url=local_api_url(outputs["ApiUrl"], port),
        website_url=website.url,
        salesforce_url=org.url,
        aws_endpoint_url=emulator.url(port),
        region=aws.REGION,
        stack_name=stack_name,
    )


def local_api_url(output: str, port: int) -> str:
    """From https://<api id>.execute-api.<region>.<domain>/<stage> to the form that resolves everywhere."""
    host_and_stage = output.rstrip("/").partition("://")[2]
    host, _, stage = host_and_stage.partition("/")
    return f"{emulator.url(port)}/restapis/{host.partition('.')[0]}/{stage}/_user_request_"


def _put_salesforce_secret(stack: Stack, org: RunningOrg) -> None:
    stack.client("secretsmanager").put_secret_value(
        SecretId=stack.outputs["SalesforceSecretArn"],
        SecretString=json.dumps({"login_url": org.url, "client_id": org.client_id, "client_secret": org.client_secret}),
    )


def _put_intake_secret(stack: Stack) -> None:
    stack.client("secretsmanager").put_secret_value(
        SecretId=stack.outputs["IntakeSecretArn"], SecretString=json.dumps(INTAKE_SECRET)
    )
