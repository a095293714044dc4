"""The secret adapter: read seldom, never printed, kept while Secrets Manager is away."""

import json

import pytest
from mypy_boto3_secretsmanager import SecretsManagerClient

from shared.aws.secrets import MAX_AGE, SECONDS_BETWEEN, Secret, person_key
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


def test_what_was_refused_is_read_again_at_once_and_then_not_for_half_a_minute(
    secretsmanager: SecretsManagerClient, arn: str, clock: list[float]
) -> None:
    """Whoever sends wrong signatures must not make us call Secrets Manager with each."""
    secret = Secret(secretsmanager, arn, clock=lambda: clock[0])
    secret.values()
    change(secretsmanager, arn, '{"person_key": "new"}')
    assert secret.newer() == {"person_key": "new"}
    assert secret.values() == {"person_key": "new"}
    change(secretsmanager, arn, '{"person_key": "newer"}')
    clock[0] = SECONDS_BETWEEN - 1
    assert secret.newer() is None
    clock[0] = SECONDS_BETWEEN
    assert secret.newer() == {"person_key": "newer"}
    clock[0] = 2 * SECONDS_BETWEEN
    assert secret.newer() is None, "it is the same as before"


def test_what_was_read_again_counts_as_read(
    secretsmanager: SecretsManagerClient, arn: str, clock: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = Secret(secretsmanager, arn, clock=lambda: clock[0])
    secret.values()
    clock[0] = 200
    secret.newer()
    monkeypatch.setattr(secret, "_read", lambda: pytest.fail("read once more"))
    clock[0] = 200 + MAX_AGE - 1
    assert secret.values() == {"person_key": "k" * 64}


@pytest.mark.parametrize("text", ["not json", ""])
def test_a_secret_that_can_not_be_read_again_leaves_the_known_one_and_is_not_asked_for_at_each_post(
    text: str, secretsmanager: SecretsManagerClient, arn: str, clock: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = Secret(secretsmanager, arn, clock=lambda: clock[0])
    secret.values()
    if text:
        change(secretsmanager, arn, text)
    else:
        secretsmanager.delete_secret(SecretId=arn, ForceDeleteWithoutRecovery=True)
    assert secret.newer() is None
    assert secret.values() == {"person_key": "k" * 64}
    monkeypatch.setattr(secret, "_read", lambda: pytest.fail("asked for again"))
    assert secret.newer() is None


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
