"""One settings model for each function, with only its own variables; all come from template.yaml."""

import os
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from shared.errors import ConfigurationError
from shared.form.definition import as_origin


def _words(value: object) -> object:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


class _FromEnvironment(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    @classmethod
    def load(cls) -> Self:
        """Raises ConfigurationError, naming every variable that is missing."""
        values = {name: os.environ[name.upper()] for name in cls.model_fields if name.upper() in os.environ}
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            names = ", ".join(sorted({str(fault["loc"][0]).upper() for fault in error.errors()}))
            raise ConfigurationError("settings", f"missing or wrong environment variables: {names}") from None


def _origins(value: object) -> object:
    words = _words(value)
    if isinstance(words, tuple):
        for word in words:
            as_origin(str(word))
    return words


def _endpoints(value: object) -> object:
    """`hcaptcha=http://localhost:8300/siteverify, turnstile=...`"""
    pairs = [word.partition("=") for word in value.split(",") if word.strip()] if isinstance(value, str) else []
    for _, _, url in pairs:
        if urlsplit(url.strip()).scheme not in {"http", "https"}:
            raise ValueError("a captcha's endpoint must be an address that begins with https://")
    return {name.strip(): url.strip() for name, _, url in pairs} if isinstance(value, str) else value


class IntakeSettings(_FromEnvironment):
    submissions_table: str
    submission_queue_url: str
    person_key_secret_arn: str
    intake_secret_arn: str
    spam_memory_table: str
    extra_origins: Annotated[tuple[str, ...], BeforeValidator(_origins)] = ()
    captcha_endpoints: Annotated[dict[str, str], BeforeValidator(_endpoints)] = Field(default_factory=dict)


class ProcessorSettings(_FromEnvironment):
    submissions_table: str
    person_locks_table: str
    submission_queue_url: str
    dead_letter_queue_url: str
    person_key_secret_arn: str
    salesforce_secret_arn: str
    api_reserve_percent: Annotated[float, Field(ge=0, lt=100)] = 10
    match_keys: bool = False


class ReplaySettings(_FromEnvironment):
    submissions_table: str
    submission_queue_url: str
    dead_letter_queue_url: str
    person_key_secret_arn: str
    spam_memory_table: str


class RequeueSettings(_FromEnvironment):
    submissions_table: str
    submission_queue_url: str


class FormsCheckSettings(_FromEnvironment):
    salesforce_secret_arn: str
    match_keys: bool = False


class BackfillSettings(_FromEnvironment):
    salesforce_secret_arn: str
    api_reserve_percent: Annotated[float, Field(ge=0, lt=100)] = 10


class MatchSettings(_FromEnvironment):
    submissions_table: str
    salesforce_secret_arn: str


class PrivacySettings(_FromEnvironment):
    submissions_table: str
    person_locks_table: str
    dead_letter_queue_url: str
    person_key_secret_arn: str
    salesforce_secret_arn: str
    spam_memory_table: str
