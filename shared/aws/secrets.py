"""AWS Secrets Manager: one secret for each function, kept for five minutes at most, read again when what it holds is
refused, and never logged."""

import json
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from shared.aws.errors import failure
from shared.errors import ConfigurationError, TransientError
from shared.observability import log

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

MAX_AGE: Final = 300.0
"""Seconds. A secret that was taken away is of no use after this at the latest."""
SECONDS_BETWEEN: Final = 30.0
"""Between two readings that a refusal asks for: anybody can send what is refused."""


class Secret:
    def __init__(
        self,
        client: "SecretsManagerClient",
        arn: str,
        *,
        max_age: float = MAX_AGE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`max_age` in seconds; infinite for what never changes."""
        self._client = client
        self._arn = arn
        self._max_age = max_age
        self._clock = clock
        self._values: dict[str, Any] = {}
        self._read_at = float("-inf")
        self._asked_again_at = float("-inf")

    def __repr__(self) -> str:
        return f"Secret({self._arn})"

    def values(self) -> dict[str, Any]:
        """The secret's JSON object. Keeps the last known values while Secrets Manager can't be reached.

        Raises ConfigurationError where there is no readable secret, TransientError where a retry may help.
        """
        if self._clock() - self._read_at < self._max_age:
            return self._values
        try:
            self._values = self._read()
        except TransientError:
            if not self._values:
                raise
        self._read_at = self._clock()
        return self._values

    def newer(self) -> dict[str, Any] | None:
        """What the secret holds now, for whom the known values did not serve. Never raises.

        None where it holds the same, can't be read, or was read for this reason less than 30 seconds ago.
        """
        now = self._clock()
        if now - self._asked_again_at < SECONDS_BETWEEN:
            return None
        self._asked_again_at = now
        try:
            values = self._read()
        except (TransientError, ConfigurationError) as error:
            log("secret_not_read_again", level="warning", error=error.code)
            return None
        known, self._values, self._read_at = self._values, values, now
        return values if values != known else None

    def _read(self) -> dict[str, Any]:
        try:
            text = self._client.get_secret_value(SecretId=self._arn)["SecretString"]
        except (ClientError, BotoCoreError) as error:
            raise failure(error, "secretsmanager") from None
        try:
            values = json.loads(text)
        except ValueError:
            values = None
        if not isinstance(values, dict):
            raise ConfigurationError("secret_not_json", "the secret's value must be a JSON object")
        return values


def person_key(secret: Secret) -> Callable[[], bytes]:
    """The key of all person keys of a stack; it must never change, or one person gets two keys."""

    def read() -> bytes:
        key = secret.values().get("person_key", "")
        if not isinstance(key, str) or len(key) < 32:
            raise ConfigurationError("person_key", "the secret needs a person_key of 32 characters or more")
        return key.encode()

    return read
