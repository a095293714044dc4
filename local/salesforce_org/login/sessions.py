"""Access tokens and whose they are. A client learns that its session ended from a 401, never from an expiry date."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from local.salesforce_org.control.behaviour import Behaviour


@dataclass
class _Session:
    user_id: str
    last_used: datetime


@dataclass
class Sessions:
    """Tokens live until they are ended, were idle for `behaviour.session_seconds`, or the process ends.

    `user_id` is who `open` logs in when it is not told. A real org notes the use of a session only once half of its
    time-out has passed; here every use counts.
    """

    organization_id: str
    user_id: str
    now: Callable[[], datetime]
    behaviour: Behaviour = field(default_factory=Behaviour)
    _open: dict[str, _Session] = field(default_factory=dict)

    def open(self, user_id: str | None = None) -> str:
        """A new access token."""
        token = f"{self.organization_id[:15]}!AQ{secrets.token_urlsafe(48)}"
        self._open[token] = _Session(user_id or self.user_id, self.now())
        return token

    def user_of(self, token: str) -> str | None:
        """The user of a live session, which this counts as a use of; None when the token opens nothing."""
        session = self._open.get(token)
        if session is None:
            return None
        moment, longest = self.now(), self.behaviour.session_seconds
        if longest is not None and (moment - session.last_used).total_seconds() >= longest:
            del self._open[token]
            return None
        session.last_used = moment
        return session.user_id

    def end(self, token: str) -> None:
        self._open.pop(token, None)

    def end_all(self) -> None:
        self._open.clear()


def bearer_token(authorization: str) -> str:
    """The token of an Authorization header; both scheme names are in use."""
    scheme, _, token = authorization.partition(" ")
    return token.strip() if scheme.lower() in {"bearer", "oauth"} else ""
