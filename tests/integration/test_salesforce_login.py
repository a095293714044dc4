"""Logging in over real TLS: both ways, token kept, refusals bounded, a mended secret taken up by itself."""

import contextlib
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from shared.errors import ConfigurationError, TransientError
from shared.salesforce.login import _audience
from tests.integration.salesforce_desk import OrgControl, a_lead, look_up

HOUR = 3600
USERNAME = "form.integratie@example.com"


@pytest.fixture(scope="module")
def keys() -> tuple[str, str]:
    """Private and public, in PEM form."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return private.decode(), public.decode()


@pytest.fixture
def jwt_org(org: OrgControl, keys: tuple[str, str]) -> OrgControl:
    org.ask("POST", "public_key", {"pem": keys[1]})
    del org.secret.content["client_secret"]
    org.secret.content |= {"username": USERNAME, "private_key": keys[0]}
    return org


def test_a_secret_with_a_private_key_logs_in_by_jwt(jwt_org: OrgControl) -> None:
    [written] = jwt_org.crm.upsert_leads([a_lead()])
    assert written.record_id.startswith("00Q")
    assert jwt_org.logins() == 1


@pytest.mark.parametrize(
    ("host", "audience"),
    [
        ("acme.my.salesforce.com", "https://login.salesforce.com"),
        ("acme--uat.sandbox.my.salesforce.com", "https://test.salesforce.com"),
        ("test.salesforce.com", "https://test.salesforce.com"),
        ("sandbox-bikes.my.salesforce.com", "https://login.salesforce.com"),
    ],
)
def test_the_audience_follows_the_kind_of_org(host: str, audience: str) -> None:
    assert _audience(host) == audience


def test_the_secret_may_name_the_audience(jwt_org: OrgControl) -> None:
    jwt_org.secret.content["audience"] = "https://elsewhere.example.com"
    with pytest.raises(ConfigurationError, match="login:invalid_grant"):
        jwt_org.crm.look_up(look_up())
    jwt_org.secret.content["audience"] = jwt_org.url
    jwt_org.crm.look_up(look_up())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"private_key": "no key at all"}, "private_key is not an RSA key in PEM form"),
        ({"username": ""}, "the Salesforce secret has no username"),
        ({"client_secret": "x"}, "the secret has client_secret and private_key: keep one of the two"),
        ({"private_key": ""}, "the Salesforce secret has no client_secret or username and private_key"),
        ({"login_url": "http://localhost"}, "login_url must be like https://acme.my.salesforce.com"),
        ({"login_url": "https://[acme"}, "login_url must be like https://acme.my.salesforce.com"),
        ({"login_url": f"https://{'a' * 70}.example.com"}, "login_url must be like https://acme.my.salesforce.com"),
        ({"login_url": "https://me:secret@localhost"}, "login_url must be like https://acme.my.salesforce.com"),
    ],
)
def test_a_secret_that_can_not_work_says_what_is_wrong(jwt_org: OrgControl, change: dict[str, str], said: str) -> None:
    jwt_org.secret.content |= change
    with pytest.raises(ConfigurationError) as caught:
        jwt_org.crm.look_up(look_up())
    assert str(caught.value) == said
    assert jwt_org.logins() == 0


def test_a_public_key_is_no_private_key(jwt_org: OrgControl, keys: tuple[str, str]) -> None:
    jwt_org.secret.content["private_key"] = keys[1]
    with pytest.raises(ConfigurationError, match="private_key is not an RSA key in PEM form"):
        jwt_org.crm.look_up(look_up())


@pytest.mark.parametrize(
    ("app", "code"),
    [
        ({"installed": False}, "login:app_not_found"),
        ({"org_active": False}, "login:inactive_org"),
        ({"approved_users": []}, None),
    ],
)
def test_what_an_admin_must_mend_is_a_configuration_error(
    jwt_org: OrgControl, app: dict[str, Any], code: str | None
) -> None:
    jwt_org.ask("POST", "app", app)
    with pytest.raises(ConfigurationError) as caught:
        jwt_org.crm.look_up(look_up())
    assert caught.value.code == code or (code is None and caught.value.code.startswith("login:"))


def test_no_error_and_no_log_holds_the_private_key(jwt_org: OrgControl, capsys: pytest.CaptureFixture[str]) -> None:
    jwt_org.secret.content["private_key"] = "-----BEGIN PRIVATE KEY-----\ncanary\n-----END PRIVATE KEY-----"
    with pytest.raises(ConfigurationError) as caught:
        jwt_org.crm.look_up(look_up())
    printed = capsys.readouterr()
    assert "canary" not in printed.out + printed.err + repr(caught.value) + str(caught.value.__cause__)


def test_the_token_is_kept_between_invocations(org: OrgControl) -> None:
    for _ in range(3):
        org.crm.look_up(look_up())
    assert (org.logins(), org.api_calls()) == (1, 3)


def test_a_token_that_ended_costs_one_login_and_one_call_more(org: OrgControl) -> None:
    org.crm.look_up(look_up())
    org.ask("POST", "expire_tokens")
    org.crm.look_up(look_up())
    assert (org.logins(), org.api_calls()) == (2, 3)


def test_a_session_that_is_refused_for_ever_costs_few_logins_a_day(org: OrgControl) -> None:
    """A batch every minute, for a day: five logins in the first hour, then one an hour."""
    org.faults({"fault": "unauthorized_forever"})
    codes = set()
    for _ in range(24 * 60):
        with pytest.raises(ConfigurationError) as caught:
            org.crm.look_up(look_up())
        codes.add(caught.value.code)
        org.clock[0] += 60
    assert codes == {"session_refused", "login_paused"}
    assert org.logins() == 4 + 23
    org.faults()
    org.clock[0] += HOUR
    org.crm.look_up(look_up())


def test_a_wrong_secret_is_tried_seldom_and_another_one_at_once(org: OrgControl) -> None:
    right = org.secret.content["client_secret"]
    org.secret.content["client_secret"] = "wrong"
    for _ in range(60):
        with pytest.raises(ConfigurationError):
            org.crm.look_up(look_up())
        org.clock[0] += 60
    assert org.logins() == 4
    org.secret.content["client_secret"] = right
    org.crm.look_up(look_up())
    assert org.logins() == 5


def test_pauses_start_small_again_an_hour_after_the_last_refusal(org: OrgControl) -> None:
    for _ in range(3):
        org.faults({"fault": "unauthorized", "times": 1})
        with pytest.raises(ConfigurationError, match="a new login gave"):
            org.crm.look_up(look_up())
        org.clock[0] += 61
        org.crm.look_up(look_up())
        org.clock[0] += HOUR
        org.ask("POST", "expire_tokens")
        org.crm = org.another_instance()


def test_writes_that_are_refused_for_ever_cost_few_logins_though_look_ups_are_answered(org: OrgControl) -> None:
    org.faults({"fault": "unauthorized", "times": 1_000_000, "path": "composite/sobjects"})
    for _ in range(120):
        with contextlib.suppress(ConfigurationError):
            org.crm.look_up(look_up())
            org.crm.upsert_leads([a_lead()])
        org.clock[0] += 60
    assert org.logins() <= 12


def test_too_many_logins_are_a_wait_and_not_a_configuration_error(org: OrgControl) -> None:
    org.ask("POST", "behaviour", {"logins_per_hour": 1})
    org.crm.look_up(look_up())
    org.ask("POST", "expire_tokens")
    for _ in range(3):
        with pytest.raises(TransientError):
            org.crm.look_up(look_up())
    assert org.logins() == 2


@pytest.mark.parametrize("fault", [{"fault": "unavailable_html"}, {"fault": "drop"}])
def test_a_login_that_time_mends_is_tried_again_at_the_next_call(org: OrgControl, fault: dict[str, Any]) -> None:
    org.faults({**fault, "times": 1, "path": "/services/oauth2/token"})
    with pytest.raises(TransientError, match="login:"):
        org.crm.look_up(look_up())
    org.crm.look_up(look_up())


def test_a_second_instance_logs_in_for_itself(org: OrgControl) -> None:
    org.crm.look_up(look_up())
    org.another_instance().look_up(look_up())
    assert org.logins() == 2
