"""Orders to the stack's functions: operators have rights to call them, and to nothing behind them."""

import json
from collections.abc import Mapping
from typing import Any

from ops.stack import DeployedStack, output


def answer_of(stack: DeployedStack, name: str, order: Mapping[str, Any]) -> Any:
    """`name` is the stack's output with the function's name. None where the function failed.

    Raises OpsError, ClientError and BotoCoreError.
    """
    answer = stack.client("lambda").invoke(
        FunctionName=output(stack, name),
        InvocationType="RequestResponse",
        Payload=json.dumps(order).encode(),
    )
    # A failed function's payload quotes what it was working on: only its log says more.
    payload = b"" if answer.get("FunctionError") else answer["Payload"].read()
    try:
        return json.loads(payload)
    except ValueError:
        return None
