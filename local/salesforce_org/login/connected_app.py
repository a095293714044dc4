"""The one app that may log in: its credentials, its uploaded key and what the administrator allows it.

| key of /_org/app | default | otherwise |
|---|---|---|
| installed | true | `app_not_found` |
| org_active | true | `inactive_org` |
| client_credentials_user | the integration user's name | null: "no client credentials user enabled" |
| approved_users | that name alone | others get no JWT session |
| admin_approval | true: `invalid_app_access` for those others | false: "user hasn't approved this consumer" |
"""

from dataclasses import dataclass, field
from typing import ClassVar

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from local.salesforce_org.control.knobs import Allowed, Knobs, is_flag
from local.salesforce_org.control.seed import INTEGRATION_USER_NAME
from local.salesforce_org.errors import ApiError
from local.salesforce_org.messages import JsonValue

SMALLEST_KEY = 2_048  # bits


def _are_names(value: JsonValue) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


@dataclass
class AppPolicy(Knobs):
    allowed: ClassVar[Allowed] = {
        "installed": ("true or false", is_flag),
        "org_active": ("true or false", is_flag),
        "admin_approval": ("true or false", is_flag),
        "approved_users": ("a list of user names", _are_names),
        "client_credentials_user": ("a user name, or null", lambda value: value is None or isinstance(value, str)),
    }

    installed: bool = True
    org_active: bool = True
    admin_approval: bool = True
    approved_users: list[str] = field(default_factory=lambda: [INTEGRATION_USER_NAME])
    client_credentials_user: str | None = INTEGRATION_USER_NAME

    def approves(self, user_name: str) -> bool:
        return user_name.lower() in {each.lower() for each in self.approved_users}


@dataclass
class ConnectedApp:
    """`public_key` is the PEM that JWT assertions are checked against; without one they are all refused."""

    client_id: str
    client_secret: str
    public_key: str | None = None
    policy: AppPolicy = field(default_factory=AppPolicy)

    def upload(self, pem: str) -> None:
        """A certificate, as a real org wants it, or a bare public key. Raises ApiError 400."""
        self.public_key = _checked_key(pem)


def _checked_key(pem: str) -> str:
    try:
        content = pem.encode("ascii")
        is_certificate = b"BEGIN CERTIFICATE" in content
        certified = x509.load_pem_x509_certificate(content).public_key() if is_certificate else None
        key = certified or load_pem_public_key(content)
    except ValueError as error:
        raise ApiError(400, "BAD_KEY", "pem must be a certificate or a public key in PEM") from error
    if not isinstance(key, RSAPublicKey) or key.key_size < SMALLEST_KEY:
        raise ApiError(400, "BAD_KEY", f"the key must be RSA of {SMALLEST_KEY} bits or more")
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
