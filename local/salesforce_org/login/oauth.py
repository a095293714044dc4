"""POST /services/oauth2/token (client credentials, in the form or by HTTP Basic; JWT bearer) and .../revoke.

As in a real org the answer has no expires_in and no refresh_token: a client learns that its session ended from a 401.
"""

import base64
import binascii
import hashlib
import hmac
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, unquote_plus

from local.salesforce_org.control.behaviour import Behaviour
from local.salesforce_org.errors import OAuthError
from local.salesforce_org.messages import JsonObject, Request, Response, Row

from . import jwt_bearer
from .connected_app import ConnectedApp
from .sessions import Sessions

_NO_STORE = {"Cache-Control": "no-cache, no-store"}
_HOUR = timedelta(hours=1)


@dataclass
class Logins:
    """`user_named` finds a user of the org by user name, whatever its case."""

    app: ConnectedApp
    sessions: Sessions
    behaviour: Behaviour
    user_named: Callable[[str], Row | None]
    now: Callable[[], datetime]
    _recent: dict[str, deque[datetime]] = field(default_factory=lambda: defaultdict(deque))

    def forget(self) -> None:
        """Nobody has logged in lately."""
        self._recent.clear()

    def token(self, request: Request, instance_url: str) -> Response:
        if request.method != "POST":
            return _refused(OAuthError("invalid_request", "must use HTTP POST"), 405)
        try:
            return Response(200, self._granted(request, instance_url), _NO_STORE)
        except OAuthError as error:
            return _refused(error)

    def revoke(self, request: Request) -> Response:
        """Ends the session of `token`, from the form or from the query. The description is a guess."""
        if request.method not in {"GET", "POST"}:
            return _refused(OAuthError("invalid_request", "must use HTTP GET or POST"), 405)
        given = dict(parse_qsl(request.query_string)) | (_form(request) if request.method == "POST" else {})
        token = given.get("token", "")
        if self.sessions.user_of(token) is None:
            return _refused(OAuthError("invalid_token", "invalid token"))
        self.sessions.end(token)
        return Response(200)

    def _granted(self, request: Request, instance_url: str) -> JsonObject:
        form = _form(request)
        match form.get("grant_type"):
            case "client_credentials":
                user = self._client_credentials_user(request, form)
            case jwt_bearer.GRANT:
                user = self._assertion_user(form, instance_url)
            case _:
                raise OAuthError("unsupported_grant_type", "grant type not supported")
        self._check_active(user)
        self._count(str(user["Id"]))
        answer = self._answer(user, instance_url)
        if form["grant_type"] == jwt_bearer.GRANT:
            # Not documented either way; a client must do without them.
            del answer["signature"], answer["issued_at"]
        return answer

    def _client_credentials_user(self, request: Request, form: dict[str, str]) -> Row:
        client_id, client_secret = _basic(request.headers.get("authorization", "")) or (
            form.get("client_id", ""),
            form.get("client_secret", ""),
        )
        if not hmac.compare_digest(client_id.encode(), self.app.client_id.encode()):
            raise OAuthError("invalid_client_id", "client identifier invalid")
        if not self.app.policy.installed:
            raise jwt_bearer.app_not_found()
        if not hmac.compare_digest(client_secret.encode(), self.app.client_secret.encode()):
            raise OAuthError("invalid_client", "invalid client credentials")
        name = self.app.policy.client_credentials_user
        user = self.user_named(name) if name is not None else None
        if user is None:
            raise OAuthError("invalid_grant", "no client credentials user enabled")
        return user

    def _assertion_user(self, form: dict[str, str], instance_url: str) -> Row:
        assertion = form.get("assertion", "")
        if not assertion:
            raise OAuthError("invalid_request", "missing required parameter: assertion")  # the wording is a guess
        audiences = (*jwt_bearer.LOGIN_HOSTS, instance_url)
        return jwt_bearer.user_of_assertion(assertion, self.app, audiences, self.now(), self.user_named)

    def _check_active(self, user: Row) -> None:
        """The codes are documented, the descriptions are a guess."""
        if not self.app.policy.org_active:
            raise OAuthError("inactive_org", "organization is inactive")
        if not user["IsActive"]:
            raise OAuthError("inactive_user", "user is inactive")

    def _count(self, user_id: str) -> None:
        """Refused logins do not count here; that they don't in a real org, and the description, are guesses."""
        recent, moment = self._recent[user_id], self.now()
        while recent and moment - recent[0] >= _HOUR:
            recent.popleft()
        if len(recent) >= self.behaviour.logins_per_hour:
            raise OAuthError("rate_limit_exceeded", "login rate exceeded")
        recent.append(moment)

    def _answer(self, user: Row, instance_url: str) -> JsonObject:
        token = self.sessions.open(str(user["Id"]))
        identity = f"{instance_url}/id/{self.sessions.organization_id}/{user['Id']}"
        issued_at = str(int(self.now().timestamp() * 1000))
        signed = hmac.new(self.app.client_secret.encode(), (identity + issued_at).encode(), hashlib.sha256)
        return {
            "access_token": token,
            "signature": base64.b64encode(signed.digest()).decode(),
            "scope": "api",
            "instance_url": instance_url,
            "id": identity,
            "token_type": "Bearer",
            "issued_at": issued_at,
        }


def _refused(error: OAuthError, status: int = 400) -> Response:
    return Response(status, {"error": error.error, "error_description": error.description}, _NO_STORE)


def _form(request: Request) -> dict[str, str]:
    """Nothing of a body of another type is read: a real org then misses the grant type, too."""
    if not request.headers.get("content-type", "").lower().startswith("application/x-www-form-urlencoded"):
        return {}
    return dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))


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
