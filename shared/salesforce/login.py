"""Logging in: OAuth client credentials or JWT bearer, by what the secret holds; never more often than is good.

A wrong secret, tried for ever, locks the integration user out. So a refusal is followed by longer and longer
pauses; only another secret is tried at once.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import jwt
import requests

from shared.aws.secrets import Secret
from shared.errors import ConfigurationError, FormToLeadError, TransientError
from shared.observability import count, log
from shared.salesforce.codes import error_in

_PAUSES: Final = (60.0, 300.0, 900.0, 3600.0)
"""Seconds after the first, second, ... refusal in a row: four logins in the first hour, then one an hour."""
_JWT_GRANT: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_JWT_LIFE: Final = 180
"""Seconds. Salesforce takes an `exp` some minutes ahead at most."""
_SECRET_PROBLEM: Final = "salesforce_secret"  # noqa: S105 (an error code)

type Token = Mapping[str, str]
"""The answer of a login: `access_token` and `instance_url`."""
type Timeouts = tuple[float, float]
"""Seconds to connect and to wait for an answer."""


class Login:
    """Gives tokens. `clock` counts seconds for the pauses."""

    def __init__(self, secret: Secret, clock: Callable[[], float]) -> None:
        self._secret = secret
        self._clock = clock
        self._refusals = 0
        self._refused_at = self._paused_until = float("-inf")
        self._refused_secret: Mapping[str, Any] | None = None
        self._why: FormToLeadError | None = None

    def token(self, timeouts: Timeouts) -> Token:
        """Logs in. Raises ConfigurationError or TransientError, neither of which ever quotes the secret."""
        secret = self._secret.values()
        if self._clock() < self._paused_until and secret == self._refused_secret:
            kind = TransientError if isinstance(self._why, TransientError) else ConfigurationError
            raise kind("login_paused", "the last logins were refused; waiting before the next")
        count("SalesforceLogins")
        try:
            return _token(secret, timeouts)
        except ConfigurationError as error:
            self._pause(secret, error)
            raise
        except TransientError as error:
            if error.code == "login:rate_limit_exceeded":
                self._pause(secret, error)
            raise

    def session_refused(self) -> ConfigurationError:
        """To be raised where Salesforce refuses a session that it has just given."""
        error = ConfigurationError("session_refused", "a new login gave a session that Salesforce refuses")
        self._pause(self._secret.values(), error)
        return error

    def session_accepted(self) -> None:
        """A call was answered. Only an hour after the last refusal all is mended: other calls may be refused still."""
        if self._clock() - self._refused_at > _PAUSES[-1]:
            self._refusals = 0

    def _pause(self, secret: Mapping[str, Any], error: FormToLeadError) -> None:
        pause = _PAUSES[min(self._refusals, len(_PAUSES) - 1)]
        self._refusals += 1
        self._refused_at = self._clock()
        self._paused_until = self._refused_at + pause
        self._refused_secret = dict(secret)
        self._why = error
        count("SalesforceLoginRefused")
        log("login_refused", level="error", error=error.code, delay=int(pause))


def _token(secret: Mapping[str, Any], timeouts: Timeouts) -> Token:
    grant = _grant(secret)
    url = f"https://{_host(secret)}/services/oauth2/token"
    try:
        # Without a session: the cookies and the connection of a login are of no use to the calls. Without redirects:
        # they would take the secret elsewhere.
        answer = requests.post(url, data=grant, timeout=timeouts, allow_redirects=False)
    except (requests.exceptions.InvalidURL, ValueError):
        raise _wrong_address() from None
    except requests.RequestException as error:
        raise TransientError(f"login:{type(error).__name__}") from None
    try:
        body = answer.json() if "json" in answer.headers.get("Content-Type", "") else None
    except ValueError:
        body = None
    if answer.status_code != 200 or not isinstance(body, dict):
        refusal = error_in(body, answer.status_code)
        busy = answer.status_code in {408, 429} or answer.status_code >= 500 or refusal.code == "rate_limit_exceeded"
        # Whatever else a login refuses, a wrong address included, is ours to mend and never the submission's fault.
        raise (TransientError if busy else ConfigurationError)(f"login:{refusal.code}")
    if not body.get("access_token") or not body.get("instance_url"):
        raise TransientError("login:unexpected_answer")
    return body


def _host(secret: Mapping[str, Any]) -> str:
    try:
        parts = urlsplit(str(secret.get("login_url") or ""))
    except ValueError:
        raise _wrong_address() from None
    if parts.scheme != "https" or not parts.netloc or "@" in parts.netloc:
        raise _wrong_address()
    return parts.netloc


def _wrong_address() -> ConfigurationError:
    return ConfigurationError(_SECRET_PROBLEM, "login_url must be like https://acme.my.salesforce.com")


def _grant(secret: Mapping[str, Any]) -> dict[str, str]:
    """The form to post: the secret says by what it holds which way to log in."""
    host = _host(secret)
    client_id = _needed(secret, "client_id")
    if secret.get("private_key") and secret.get("client_secret"):
        raise ConfigurationError(_SECRET_PROBLEM, "the secret has client_secret and private_key: keep one of the two")
    if not secret.get("private_key"):
        return {
            "grant_type": "client_credentials",
            "client_id": client_id,
            "client_secret": _needed(secret, "client_secret", "or username and private_key"),
        }
    claims = {
        "iss": client_id,
        "sub": _needed(secret, "username"),
        "aud": str(secret.get("audience") or _audience(host)),
        "exp": int(time.time()) + _JWT_LIFE,
    }
    try:
        assertion = jwt.encode(claims, str(secret["private_key"]), algorithm="RS256")
    except Exception:  # noqa: BLE001 (each kind of wrong key fails in its own way; their texts may quote it)
        raise ConfigurationError(_SECRET_PROBLEM, "private_key is not an RSA key in PEM form") from None
    return {"grant_type": _JWT_GRANT, "assertion": assertion}


def _needed(secret: Mapping[str, Any], name: str, instead: str = "") -> str:
    if not (value := secret.get(name)):
        raise ConfigurationError(_SECRET_PROBLEM, f"the Salesforce secret has no {name} {instead}".rstrip())
    return str(value)


def _audience(host: str) -> str:
    """Whom the assertion is for: Salesforce's login host of the kind of org, not the org itself."""
    is_sandbox = host == "test.salesforce.com" or ".sandbox.my.salesforce" in host
    return "https://test.salesforce.com" if is_sandbox else "https://login.salesforce.com"
