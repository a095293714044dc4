"""POST /services/oauth2/token: client credentials, in the form or by HTTP Basic.

As in a real org the answer has no expires_in and no refresh_token: a client learns that its session ended from a 401.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import parse_qsl, unquote_plus

from .errors import OAuthError
from .messages import JsonObject, Request

TOKEN_PATH = "/services/oauth2/token"  # noqa: S105 - a path, not a password


@dataclass
class Sessions:
    """The one connected app and the access tokens given out. Tokens live until they are ended or the process does."""

    client_id: str
    client_secret: str
    organization_id: str
    user_id: str
    now: Callable[[], datetime]
    _tokens: set[str] = field(default_factory=set)

    def token_for(self, request: Request, instance_url: str) -> JsonObject:
        """The body of a successful answer. Raises OAuthError."""
        form = dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))
        if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            form = {}
        grant = form.get("grant_type")
        if grant != "client_credentials":
            raise OAuthError("unsupported_grant_type", "grant type not supported")
        client_id, client_secret = _basic(request.headers.get("authorization", "")) or (
            form.get("client_id", ""),
            form.get("client_secret", ""),
        )
        if not hmac.compare_digest(client_id.encode(), self.client_id.encode()):
            raise OAuthError("invalid_client_id", "client identifier invalid")
        if not hmac.compare_digest(client_secret.encode(), self.client_secret.encode()):
            raise OAuthError("invalid_client", "invalid client credentials")
        return self._answer(instance_url)

    def _answer(self, instance_url: str) -> JsonObject:
        token = self.open()
        identity = f"{instance_url}/id/{self.organization_id}/{self.user_id}"
        issued_at = str(int(self.now().timestamp() * 1000))
        signed = hmac.new(self.client_secret.encode(), (identity + issued_at).encode(), hashlib.sha256)
        return {
            "access_token": token,
            "signature": base64.b64encode(signed.digest()).decode(),
            "scope": "api",
            "instance_url": instance_url,
            "id": identity,
            "token_type": "Bearer",
            "issued_at": issued_at,
        }

    def open(self) -> str:
        """A new access token."""
        token = f"{self.organization_id[:15]}!AQ{secrets.token_urlsafe(48)}"
        self._tokens.add(token)
        return token

    def knows(self, authorization: str) -> bool:
        """Whether an Authorization header carries a live token."""
        return _bearer(authorization) in self._tokens

    def end(self, authorization: str) -> None:
        self._tokens.discard(_bearer(authorization))

    def end_all(self) -> None:
        self._tokens.clear()


def _bearer(authorization: str) -> str:
    scheme, _, token = authorization.partition(" ")
    return token.strip() if scheme.lower() in {"bearer", "oauth"} else ""


def _basic(authorization: str) -> tuple[str, str] | None:
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, separator, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise OAuthError("invalid_client_id", "client identifier invalid") from None
    # RFC 6749 has both halves form-encoded before they are joined.
    return (unquote_plus(user), unquote_plus(password)) if separator else ("", "")
