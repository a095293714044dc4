"""The secret adapter: read seldom, never printed, kept while Secrets Manager is away."""

import json

import pytest
from mypy_boto3_secretsmanager import SecretsManagerClient

from shared.aws.secrets import MAX_AGE, Secret, person_key
from shared.errors import ConfigurationError, TransientError


@pytest.fixture
def clock() -> list[float]:
    return [0.0]


@pytest.fixture
def arn(secretsmanager: SecretsManagerClient) -> str:
    return secretsmanager.create_secret(Name="s", SecretString=json.dumps({"person_key": "k" * 64}))["ARN"]


def change(client: SecretsManagerClient, arn: str, text: str) -> None:
    client.put_secret_value(SecretId=arn, SecretString=text)


def test_a_secret_is_read_again_after_five_minutes(
    secretsmanager: SecretsManagerClient, arn: str, clock: list[float]
) -> None:
    secret = Secret(secretsmanager, arn, clock=lambda: clock[0])
    assert secret.values() == {"person_key": "k" * 64}
    change(secretsmanager, arn, '{"person_key": "new"}')
    clock[0] = MAX_AGE - 1
    assert secret.values() == {"person_key": "k" * 64}
    clock[0] = MAX_AGE
    assert secret.values() == {"person_key": "new"}


def test_the_last_known_values_serve_while_secrets_manager_is_away(
    secretsmanager: SecretsManagerClient, arn: str, clock: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = Secret(secretsmanager, arn, clock=lambda: clock[0])
    secret.values()
    clock[0] = MAX_AGE

    def away() -> dict[str, str]:
        raise TransientError("secretsmanager:ThrottlingException")

    monkeypatch.setattr(secret, "_read", away)
    assert secret.values() == {"person_key": "k" * 64}


@pytest.mark.parametrize("text", ["not json", "[]", "3"])
def test_a_value_that_is_no_object_is_a_configuration_error(
    secretsmanager: SecretsManagerClient, arn: str, text: str
) -> None:
    change(secretsmanager, arn, text)
    with pytest.raises(ConfigurationError, match="JSON object"):
        Secret(secretsmanager, arn).values()


def test_a_secret_without_a_value_yet_is_a_configuration_error(secretsmanager: SecretsManagerClient) -> None:
    arn = secretsmanager.create_secret(Name="empty")["ARN"]
    with pytest.raises(ConfigurationError):
        Secret(secretsmanager, arn).values()


@pytest.mark.parametrize("text", ['{"person_key": "short"}', "{}", '{"person_key": 5}'])
def test_a_person_key_must_be_long_enough(secretsmanager: SecretsManagerClient, arn: str, text: str) -> None:
    change(secretsmanager, arn, text)
    with pytest.raises(ConfigurationError, match="32 characters"):
        person_key(Secret(secretsmanager, arn))()


def test_a_secret_does_not_print_its_values(secretsmanager: SecretsManagerClient, arn: str) -> None:
    secret = Secret(secretsmanager, arn)
    secret.values()
    assert "kkk" not in repr(secret) + str(secret)
