"""What the intake needs from outside."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shared.errors import FormToLeadError
from shared.form.definition import Form
from shared.form.spam_section import Captcha
from shared.intake.receiving import Queue, Rows
from shared.intake.suspecting import Guards, Memory
from shared.observability import count, log
from shared.spam.captcha_answer import Verdict


def _none() -> None:
    """There is nothing newer than what is known."""


@dataclass(frozen=True)
class Dependencies:
    """What the routes need from outside; tests hand in fakes."""

    ledger: Rows
    queue: Queue
    secret: Callable[[], bytes]
    """The key of person keys."""
    intake_secrets: Callable[[], Mapping[str, Any]]
    """What operators gave the intake to keep: keys of servers that post signed, secrets of captchas."""
    forms: Mapping[str, Form]
    extra_origins: tuple[str, ...]
    now: Callable[[], datetime]
    spam_memory: Memory | None = None
    newer_intake_secrets: Callable[[], Mapping[str, Any] | None] = _none
    """What is kept now, for whom the known ones did not serve; None where that is no other. Never raises."""
    captcha_endpoints: Mapping[str, str] = field(default_factory=dict)
    """Other addresses than the providers' own, for tests; by provider."""

    def guards(self) -> Guards:
        return Guards(self.spam_memory, self._verify)

    def _verify(
        self, captcha: Captcha, token: str, *, hosts: frozenset[str], sender_ip: str, attempt_id: str
    ) -> Verdict:
        # Imported here: its HTTP client is dear, and most forms have no captcha.
        from shared.captcha.siteverify import siteverify  # noqa: PLC0415

        secret = self._captcha_secret(captcha.provider)
        if not secret:
            return Verdict.UNVERIFIED
        return siteverify(
            captcha,
            token,
            secret=secret,
            newer_secret=lambda: self._newer_captcha_secret(captcha.provider, refused=secret),
            hosts=hosts,
            sender_ip=sender_ip,
            attempt_id=attempt_id,
            endpoints=self.captcha_endpoints,
        )

    def _captcha_secret(self, provider: str) -> str:
        """'' where operators gave none, or it can't be read: ours to mend, and no reason to send a visitor away."""
        try:
            held = self.intake_secrets().get("captcha")
        except FormToLeadError as error:
            log("captcha_secret_unavailable", level="error", error=error.code)
            held = None
        return _secret_of(provider, held) or self._newer_captcha_secret(provider)

    def _newer_captcha_secret(self, provider: str, refused: str = "") -> str:
        """Operators hear of it where there is none but the one that the provider refused."""
        held = self.newer_intake_secrets() or {}
        secret = _secret_of(provider, held.get("captcha"))
        if secret and secret != refused:
            return secret
        log("captcha_secret_missing", level="error", source=provider)
        count("CaptchaSecretMissing")
        return ""


def _secret_of(provider: str, held: object) -> str:
    secret = held.get(provider) if isinstance(held, Mapping) else None
    return secret if isinstance(secret, str) else ""
