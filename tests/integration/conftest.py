"""AWS in this process, by moto: one fresh account a test. Salesforce by the org stand-in, over TLS."""

from collections.abc import Iterator
from functools import cache

import boto3
import botocore.session
import pytest
from botocore.loaders import create_loader
from moto import mock_aws
from mypy_boto3_dynamodb import DynamoDBClient
from mypy_boto3_secretsmanager import SecretsManagerClient
from mypy_boto3_sqs import SQSClient

from local.salesforce_org import Org, RunningOrg, serve
from tests.integration.real_desk import RealDesk
from tests.integration.salesforce_desk import FixedSecret, OrgControl


@pytest.fixture(scope="session", autouse=True)
def service_descriptions() -> Iterator[None]:
    """Read once: moto gives each test a boto3 session of its own, and each would read megabytes of JSON anew."""
    with pytest.MonkeyPatch.context() as patches:
        patches.setattr(botocore.session, "create_loader", cache(create_loader))
        yield


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield


@pytest.fixture
def dynamodb(aws: None) -> DynamoDBClient:
    client = boto3.client("dynamodb")
    client.create_table(
        TableName="Submissions",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            {"AttributeName": name, "AttributeType": "S"} for name in ("submission_id", "state", "received_at")
        ],
        KeySchema=[{"AttributeName": "submission_id", "KeyType": "HASH"}],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by_state",
                "KeySchema": [
                    {"AttributeName": "state", "KeyType": "HASH"},
                    {"AttributeName": "received_at", "KeyType": "RANGE"},
                ],
                "Projection": {
                    "ProjectionType": "INCLUDE",
                    "NonKeyAttributes": [
                        "form_id", "due_at", "reason", "replay_count", "requeue_count", "person_keys",
                    ],
                },
            }
        ],
    )  # fmt: skip
    client.create_table(
        TableName="PersonLocks",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "lock_key", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "lock_key", "KeyType": "HASH"}],
    )
    client.create_table(
        TableName="SpamMemory",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "entry", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "entry", "KeyType": "HASH"}],
    )
    return client


@pytest.fixture
def sqs(aws: None) -> SQSClient:
    return boto3.client("sqs")


@pytest.fixture
def secretsmanager(aws: None) -> SecretsManagerClient:
    return boto3.client("secretsmanager")


@pytest.fixture(scope="session")
def running_org(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningOrg]:
    with Org(":memory:") as org:
        org.seed()
        with serve(org, tmp_path_factory.mktemp("certs")) as running:
            yield running


@pytest.fixture
def org(running_org: RunningOrg, monkeypatch: pytest.MonkeyPatch) -> OrgControl:
    """As seeded, with nothing left of the test before."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(running_org.ca_file))
    secret = {
        "login_url": running_org.url,
        "client_id": running_org.client_id,
        "client_secret": running_org.client_secret,
    }
    return OrgControl(running_org, FixedSecret(secret))


@pytest.fixture
def desk(org: OrgControl) -> RealDesk:
    return RealDesk(org=org)
