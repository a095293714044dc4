"""What is loaded: the product, and beside it on the same emulator what it is compared with."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError, WaiterError

from local.progress import StepFailedError
from local.stack import Stack, local_api_url

BARE, CALLS, PRODUCT = "bare function", "two AWS calls", "form-to-lead"
STACK_NAME: Final = "load"
TEMPLATE: Final = Path(__file__).with_name("bare.yaml")


@dataclass(frozen=True, slots=True)
class Target:
    """`url` is what a form's id is added to."""

    name: str
    url: str


def targets(stack: Stack) -> list[Target]:
    """Deploys the baselines. Raises StepFailedError."""
    api_url = _deploy(stack)
    return [
        Target(BARE, f"{api_url}/bare/"),
        Target(CALLS, f"{api_url}/calls/"),
        Target(PRODUCT, f"{stack.addresses.api_url}/forms/"),
    ]


def _deploy(stack: Stack) -> str:
    """Where its API is."""
    cloudformation = stack.client("cloudformation")
    try:
        cloudformation.create_stack(
            StackName=STACK_NAME,
            TemplateBody=TEMPLATE.read_text("utf-8"),
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        )
        cloudformation.get_waiter("stack_create_complete").wait(StackName=STACK_NAME, WaiterConfig={"Delay": 1})
        [made] = cloudformation.describe_stacks(StackName=STACK_NAME)["Stacks"]
    except (ClientError, BotoCoreError, WaiterError) as error:
        raise StepFailedError("deploy of the bare functions", f"the emulator refuses ({error})") from None
    [api_url] = [output["OutputValue"] for output in made["Outputs"] if output["OutputKey"] == "ApiUrl"]
    return local_api_url(api_url, int(stack.addresses.aws_endpoint_url.rpartition(":")[2]))
