"""The JWT bearer grant: an assertion signed by the app's private key stands for a user of the org.

The errors are documented. Their descriptions were gathered from public code and forum posts, none from a recorded
answer; where not even that exists, a comment calls it a guess.
"""

from collections.abc import Callable
from datetime import datetime

import jwt

from local.salesforce_org.errors import OAuthError
from local.salesforce_org.messages import Row

from .connected_app import ConnectedApp

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
LOGIN_HOSTS = ("https://login.salesforce.com", "https://test.salesforce.com")
LONGEST_AHEAD, CLOCK_SKEW = 300, 30  # seconds that `exp` may lie ahead; how exact a real org is, is not known


def user_of_assertion(
    assertion: str,
    app: ConnectedApp,
    audiences: tuple[str, ...],
    now: datetime,
    user_named: Callable[[str], Row | None],
) -> Row:
    """The active user that an assertion logs in. Raises OAuthError."""
    claims = _unverified(assertion)
    if claims.get("iss") != app.client_id:
        raise OAuthError("invalid_client_id", "client identifier invalid")
    if not app.policy.installed:
        raise app_not_found()
    _verify_signature(assertion, app.public_key)
    if claims.get("aud") not in audiences:
        # A list of audiences is refused too; whether a real org takes one is a guess.
        raise OAuthError("invalid_grant", "audience is invalid")
    _check_expiry(claims.get("exp"), now)
    name = claims.get("sub")
    user = user_named(name) if isinstance(name, str) else None
    if user is None or not isinstance(name, str):
        # Reported of users that the org does not have.
        raise OAuthError("invalid_grant", "user hasn't approved this consumer")
    if not app.policy.approves(name):
        if app.policy.admin_approval:
            raise OAuthError("invalid_app_access", "user is not admin approved to access this app")
        raise OAuthError("invalid_grant", "user hasn't approved this consumer")
    return user


def app_not_found() -> OAuthError:
    return OAuthError("app_not_found", "External client app is not installed in this org")


def _unverified(assertion: str) -> dict[str, object]:
    try:
        claims: dict[str, object] = jwt.decode(assertion, options={"verify_signature": False})
    except jwt.PyJWTError:
        raise _invalid_assertion() from None
    return claims


def _verify_signature(assertion: str, public_key: str | None) -> None:
    if public_key is None:
        raise _invalid_assertion()  # a guess: the org's answer for an app without a certificate is not public
    try:
        # The signature alone: claims are judged by the org's clock, and with the org's own refusals.
        jwt.PyJWS().decode(assertion, public_key, algorithms=["RS256"])
    except jwt.PyJWTError:
        raise _invalid_assertion() from None


def _check_expiry(value: object, now: datetime) -> None:
    """`exp` in seconds, as a number or as a text of one: simple-salesforce sends a text."""
    text = str(value) if isinstance(value, int | str) else ""
    # PyJWT and others write whole seconds; a fraction is legal in a JWT.
    seconds = value if isinstance(value, float) else int(text) if text.isdecimal() and len(text) < 16 else None
    if seconds is None:
        raise _invalid_assertion()
    ahead = seconds - now.timestamp()
    if not ahead > 0:  # nor is NaN ahead
        raise OAuthError("invalid_grant", "expired authorization code")  # odd, but reported of assertions
    if ahead > LONGEST_AHEAD + CLOCK_SKEW:
        raise _invalid_assertion()  # the limit is documented, this answer is a guess


def _invalid_assertion() -> OAuthError:
    return OAuthError("invalid_grant", "invalid assertion")
