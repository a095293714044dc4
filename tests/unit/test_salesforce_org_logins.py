"""JWT logins, sessions that end, revocation and identity in the Salesforce stand-in."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import NameOID

from local.salesforce_org import Org, Request, Response

FORM = {"content-type": "application/x-www-form-urlencoded"}
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
INTEGRATION, SALES, GONE = "form.integratie@example.com", "eva.sales@example.com", "noor.vertrokken@example.com"
BAD_ASSERTION = ("invalid_grant", "invalid assertion")
NOT_APPROVED = ("invalid_grant", "user hasn't approved this consumer")


class Clock:
    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def go_on(self, **how_far: float) -> None:
        self.moment += timedelta(**how_far)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def org(clock: Clock, key: rsa.RSAPrivateKey) -> Iterator[Org]:
    with Org(":memory:", now=clock) as org:
        org.seed()
        org.app.upload(public_pem(key))
        yield org


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65_537, 2_048)


def public_pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def private_pem(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def post(org: Org, path: str, **form: str) -> Any:
    return org.handle(Request("POST", f"/services/oauth2/{path}", FORM, urlencode(form).encode()))


def claims(org: Org, **changes: object) -> dict[str, object]:
    usual = {
        "iss": org.client_id,
        "sub": INTEGRATION,
        "aud": "https://login.salesforce.com",
        "exp": int(org._now().timestamp()) + 180,
    }
    return {name: value for name, value in (usual | changes).items() if value is not None}


def by_jwt(org: Org, key: rsa.RSAPrivateKey, **changes: object) -> Any:
    return post(org, "token", grant_type=JWT_BEARER, assertion=jwt.encode(claims(org, **changes), key, "RS256"))


def by_secret(org: Org) -> Any:
    form = {"grant_type": "client_credentials", "client_id": org.client_id}
    return post(org, "token", **form, client_secret=org.client_secret)


def refusal(response: Any) -> tuple[str, str]:
    assert response.status == 400
    assert set(response.body) == {"error", "error_description"}
    return response.body["error"], response.body["error_description"]


def get(org: Org, path: str, token: str | None) -> Any:
    headers = {} if token is None else {"authorization": f"Bearer {token}"}
    return org.handle(Request("GET", path, headers))


def is_open(org: Org, token: str) -> bool:
    response = get(org, "/services/data/v62.0/limits", token)
    if response.status == 401:
        assert response.body == [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}]
    return bool(response.status == 200)


def control(org: Org, method: str, path: str, body: object = None) -> Response:
    return org.handle(Request(method, f"/_org/{path}", {}, b"" if body is None else json.dumps(body).encode()))


# --- the JWT bearer grant ---------------------------------------------------------------------------------


def test_a_signed_assertion_opens_a_session(org: Org, key: rsa.RSAPrivateKey) -> None:
    response = by_jwt(org, key)
    assert response.status == 200
    assert set(response.body) == {"access_token", "scope", "instance_url", "id", "token_type"}
    assert is_open(org, response.body["access_token"])


@pytest.mark.parametrize("audience", ["https://login.salesforce.com", "https://test.salesforce.com", "the org's own"])
def test_an_assertion_may_name_each_login_host_and_the_org(org: Org, key: rsa.RSAPrivateKey, audience: str) -> None:
    named = org.instance_url if audience == "the org's own" else audience
    assert by_jwt(org, key, aud=named).status == 200


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"aud": "https://login.example.com"}, ("invalid_grant", "audience is invalid")),
        ({"aud": "https://login.salesforce.com/"}, ("invalid_grant", "audience is invalid")),
        ({"aud": ["https://login.salesforce.com"]}, ("invalid_grant", "audience is invalid")),
        ({"aud": None}, ("invalid_grant", "audience is invalid")),
        ({"iss": "someone else"}, ("invalid_client_id", "client identifier invalid")),
        ({"iss": None}, ("invalid_client_id", "client identifier invalid")),
        ({"sub": "nobody@example.com"}, NOT_APPROVED),
        ({"sub": None}, NOT_APPROVED),
        ({"sub": SALES}, ("invalid_app_access", "user is not admin approved to access this app")),
        ({"exp": None}, BAD_ASSERTION),
        ({"exp": ""}, BAD_ASSERTION),
        ({"exp": "soon"}, BAD_ASSERTION),
        ({"exp": True}, BAD_ASSERTION),
        ({"exp": float("nan")}, ("invalid_grant", "expired authorization code")),
        ({"exp": "9" * 400}, BAD_ASSERTION),
    ],
)
def test_an_assertion_with_a_wrong_claim_is_refused(
    org: Org, key: rsa.RSAPrivateKey, changes: dict[str, object], expected: tuple[str, str]
) -> None:
    assert refusal(by_jwt(org, key, **changes)) == expected


@pytest.mark.parametrize(
    ("ahead", "expected"),
    [
        (-60, ("invalid_grant", "expired authorization code")),
        (0, ("invalid_grant", "expired authorization code")),
        (1, None),
        (300, None),
        (330, None),
        (331, BAD_ASSERTION),
        (86_400, BAD_ASSERTION),
    ],
)
def test_an_assertion_holds_for_minutes_only(
    org: Org, key: rsa.RSAPrivateKey, ahead: int, expected: tuple[str, str] | None
) -> None:
    now = int(org._now().timestamp())
    for written in (now + ahead, str(now + ahead), float(now + ahead)):
        response = by_jwt(org, key, exp=written)
        if expected is None:
            assert response.status == 200
        else:
            assert refusal(response) == expected


def test_only_the_uploaded_key_signs(org: Org, key: rsa.RSAPrivateKey) -> None:
    other = rsa.generate_private_key(65_537, 2_048)
    assert refusal(by_jwt(org, other)) == BAD_ASSERTION
    assert control(org, "DELETE", "public_key").body == {"pem": None}
    assert refusal(by_jwt(org, key)) == BAD_ASSERTION
    assert control(org, "POST", "public_key", {"pem": public_pem(other)}).status == 200
    assert by_jwt(org, other).status == 200
    assert refusal(by_jwt(org, key)) == BAD_ASSERTION


def test_a_changed_assertion_is_refused(org: Org, key: rsa.RSAPrivateKey) -> None:
    """Someone who may log in as one user must not become another by rewriting the middle part."""
    header, _, signature = jwt.encode(claims(org), key, "RS256").split(".")
    _, stolen, _ = jwt.encode(claims(org, exp=int(org._now().timestamp()) + 181), key, "RS256").split(".")
    forged = f"{header}.{stolen}.{signature}"
    assert refusal(post(org, "token", grant_type=JWT_BEARER, assertion=forged)) == BAD_ASSERTION


def test_only_rs256_is_taken(org: Org, key: rsa.RSAPrivateKey) -> None:
    unsigned = jwt.encode(claims(org), "", "none")
    shared_secret = jwt.encode(claims(org), org.client_secret + "-long-enough", "HS256")
    longer_hash = jwt.encode(claims(org), key, "RS512")
    for assertion in (unsigned, shared_secret, longer_hash, "a.b.c", "nonsense"):
        assert refusal(post(org, "token", grant_type=JWT_BEARER, assertion=assertion)) == BAD_ASSERTION


def test_the_public_key_is_no_shared_secret(org: Org, key: rsa.RSAPrivateKey) -> None:
    """The classic confusion: HS256 with the public key, that everybody has, as the secret."""

    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    signed = f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{part(claims(org))}"
    mac = hmac.new(public_pem(key).encode(), signed.encode(), hashlib.sha256).digest()
    forged = f"{signed}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"
    assert refusal(post(org, "token", grant_type=JWT_BEARER, assertion=forged)) == BAD_ASSERTION


def test_a_missing_assertion_is_named(org: Org) -> None:
    error, description = refusal(post(org, "token", grant_type=JWT_BEARER))
    assert error == "invalid_request"
    assert "assertion" in description


def test_users_are_approved_by_the_admin_or_by_themselves(org: Org, key: rsa.RSAPrivateKey) -> None:
    assert control(org, "POST", "app", {"admin_approval": False}).status == 200
    assert refusal(by_jwt(org, key, sub=SALES)) == NOT_APPROVED
    control(org, "POST", "app", {"approved_users": [INTEGRATION, SALES]})
    assert by_jwt(org, key, sub=SALES.upper()).status == 200


def test_a_jwt_session_acts_as_its_user(org: Org, key: rsa.RSAPrivateKey) -> None:
    control(org, "POST", "app", {"approved_users": [SALES]})
    opened = by_jwt(org, key, sub=SALES).body
    headers = {"authorization": f"Bearer {opened['access_token']}", "content-type": "application/json"}
    lead = b'{"LastName": "X", "Company": "Y"}'
    assert org.handle(Request("POST", "/services/data/v62.0/sobjects/Lead", headers, lead)).status == 201
    eva = opened["id"].rpartition("/")[2]
    assert org.rows("Lead")[-1]["CreatedById"] == org.rows("Lead")[-1]["OwnerId"] == eva
    org.add("Lead", {"LastName": "X", "Company": "Y"})
    assert org.rows("Lead")[-1]["CreatedById"] == org.sessions.user_id, "only that call was Eva's"


# --- what an administrator can change for every login -----------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "error"),
    [({"installed": False}, "app_not_found"), ({"org_active": False}, "inactive_org")],
)
def test_an_app_or_org_that_is_off_lets_nobody_in(
    org: Org, key: rsa.RSAPrivateKey, changes: dict[str, object], error: str
) -> None:
    assert control(org, "POST", "app", changes).status == 200
    assert refusal(by_jwt(org, key))[0] == error
    assert refusal(by_secret(org))[0] == error
    org.reset()
    assert by_jwt(org, key).status == by_secret(org).status == 200, "the key stays when the org is reset"


def test_inactive_users_are_turned_away(org: Org, key: rsa.RSAPrivateKey) -> None:
    control(org, "POST", "app", {"approved_users": [GONE], "client_credentials_user": GONE})
    assert refusal(by_jwt(org, key, sub=GONE))[0] == "inactive_user"
    assert refusal(by_secret(org))[0] == "inactive_user"


def test_client_credentials_need_a_user_to_run_as(org: Org) -> None:
    control(org, "POST", "app", {"client_credentials_user": None})
    assert refusal(by_secret(org)) == ("invalid_grant", "no client credentials user enabled")
    control(org, "POST", "app", {"client_credentials_user": SALES})
    assert by_secret(org).body["id"] != f"{org.instance_url}/id/{org.sessions.organization_id}/{org.sessions.user_id}"


@pytest.mark.parametrize("given", [{"approved_users": SALES}, {"installed": 1}, {"nope": True}, []])
def test_a_wrong_app_setting_is_refused(org: Org, given: object) -> None:
    before = control(org, "GET", "app").body
    assert control(org, "POST", "app", given).status == 400
    assert control(org, "GET", "app").body == before


def test_too_many_logins_of_one_user_in_an_hour_are_refused(org: Org, key: rsa.RSAPrivateKey, clock: Clock) -> None:
    org.behaviour.change({"logins_per_hour": 2})
    control(org, "POST", "app", {"approved_users": [INTEGRATION, SALES]})
    assert by_secret(org).status == 200
    clock.go_on(minutes=30)
    assert by_jwt(org, key).status == 200
    assert refusal(by_secret(org))[0] == refusal(by_jwt(org, key))[0] == "rate_limit_exceeded"
    assert by_jwt(org, key, sub=SALES).status == 200, "others are not concerned"
    clock.go_on(minutes=30)
    assert by_secret(org).status == 200, "the first login is an hour ago"
    assert refusal(by_secret(org))[0] == "rate_limit_exceeded"


# --- the uploaded key -------------------------------------------------------------------------------------


def test_a_certificate_can_be_uploaded_as_in_a_real_org(org: Org) -> None:
    key = rsa.generate_private_key(65_537, 2_048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "form-to-lead")])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2036, 1, 1, tzinfo=UTC))
        .sign(key, hashes.SHA256())
    )
    uploaded = control(org, "POST", "public_key", {"pem": certificate.public_bytes(Encoding.PEM).decode()})
    assert uploaded.body == control(org, "GET", "public_key").body == {"pem": public_pem(key)}
    assert by_jwt(org, key).status == 200


def test_what_is_no_rsa_public_key_is_refused(org: Org, key: rsa.RSAPrivateKey) -> None:
    elliptic = public_pem(ec.generate_private_key(ec.SECP256R1()))
    small = public_pem(rsa.generate_private_key(65_537, 1_024))  # noqa: S505 - it is what is refused
    for pem in ("", "ü", "-----BEGIN CERTIFICATE-----", elliptic, small, private_pem(key).decode()):
        assert control(org, "POST", "public_key", {"pem": pem}).status == 400
    bodies: tuple[object, ...] = ({}, {"key": "x"}, {"pem": 1}, [])
    for body in bodies:
        assert control(org, "POST", "public_key", body).status == 400
    assert org.app.public_key == public_pem(key)


# --- sessions ---------------------------------------------------------------------------------------------


def test_a_session_ends_when_it_was_idle_for_too_long(org: Org, clock: Clock) -> None:
    org.behaviour.change({"session_seconds": 900})
    token = by_secret(org).body["access_token"]
    for _ in range(3):
        clock.go_on(seconds=899)
        assert is_open(org, token), "each use starts the time anew"
    clock.go_on(seconds=900)
    assert not is_open(org, token)
    org.behaviour.reset()
    assert not is_open(org, token), "what ended stays ended"


def test_without_a_limit_a_session_lasts(org: Org, clock: Clock) -> None:
    token = by_secret(org).body["access_token"]
    clock.go_on(days=30)
    assert is_open(org, token)


def test_both_names_of_the_scheme_are_taken(org: Org) -> None:
    token = by_secret(org).body["access_token"]
    for scheme, status in (("Bearer", 200), ("bearer", 200), ("OAuth", 200), ("Token", 401), ("Basic", 401)):
        headers = {"authorization": f"{scheme} {token}"}
        assert org.handle(Request("GET", "/services/data/v62.0/limits", headers)).status == status


def test_a_revoked_session_is_over(org: Org) -> None:
    first, second, third = (by_secret(org).body["access_token"] for _ in range(3))
    assert post(org, "revoke", token=first).status == 200
    assert not is_open(org, first)
    query = urlencode({"token": second})
    assert org.handle(Request("GET", f"/services/oauth2/revoke?{query}")).status == 200
    assert not is_open(org, second)
    assert is_open(org, third)


def test_what_opens_nothing_cannot_be_revoked(org: Org) -> None:
    token = by_secret(org).body["access_token"]
    post(org, "revoke", token=token)
    assert refusal(post(org, "revoke", token=token))[0] == "invalid_token"
    assert refusal(post(org, "revoke"))[0] == "invalid_token"
    assert org.handle(Request("DELETE", "/services/oauth2/revoke")).status == 405


# --- identity ---------------------------------------------------------------------------------------------


def test_userinfo_names_the_session_s_user(org: Org) -> None:
    opened = by_secret(org).body
    shown = get(org, "/services/oauth2/userinfo", opened["access_token"])
    assert shown.status == 200
    assert shown.body["sub"] == opened["id"]
    assert shown.body["preferred_username"] == INTEGRATION
    assert shown.body["organization_id"] == org.sessions.organization_id
    assert shown.body["urls"]["custom_domain"] == org.instance_url


def test_the_identity_url_of_a_login_can_be_read(org: Org) -> None:
    opened = by_secret(org).body
    path = opened["id"].removeprefix(org.instance_url)
    shown = get(org, path, opened["access_token"])
    assert (shown.status, shown.body["id"], shown.body["username"]) == (200, opened["id"], INTEGRATION)
    short = get(org, f"/id/{path.split('/')[2][:15]}/{path.split('/')[3][:15]}/", opened["access_token"])
    assert short.body == shown.body


def test_identity_refusals_are_one_word(org: Org) -> None:
    token = by_secret(org).body["access_token"]
    organization = org.sessions.organization_id
    inactive = next(str(row["Id"]) for row in org.rows("User") if not row["IsActive"])
    for path, given, status, word in (
        ("/services/oauth2/userinfo", None, 403, b"Missing_OAuth_Token"),
        ("/services/oauth2/userinfo", "nope", 403, b"Bad_OAuth_Token"),
        (f"/id/{organization}/{org.sessions.user_id}", "nope", 403, b"Bad_OAuth_Token"),
        (f"/id/00DFx0000000009MAA/{org.sessions.user_id}", token, 403, b"Wrong_Org"),
        (f"/id/{organization}/005Fx00000000zzMAA", token, 404, b"Bad_Id"),
        (f"/id/{organization}", token, 404, b"Bad_Id"),
        (f"/id/{organization}/{inactive}", token, 403, b"Inactive"),
    ):
        response = get(org, path, given)
        assert (response.status, response.body) == (status, word)


def test_logins_and_identity_cost_no_api_calls(org: Org, key: rsa.RSAPrivateKey) -> None:
    token = by_jwt(org, key).body["access_token"]
    get(org, "/services/oauth2/userinfo", token)
    post(org, "revoke", token=token)
    get(org, "/services/data", None)
    assert org.quota.used == 0
