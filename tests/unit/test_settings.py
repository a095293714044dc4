"""Each function reads its own variables and says which are missing."""

import pytest

from shared.errors import ConfigurationError
from shared.settings import (
    BackfillSettings,
    FormsCheckSettings,
    IntakeSettings,
    MatchSettings,
    PrivacySettings,
    ProcessorSettings,
    ReplaySettings,
    RequeueSettings,
)

INTAKE = {
    "SUBMISSIONS_TABLE": "t",
    "SUBMISSION_QUEUE_URL": "q",
    "PERSON_KEY_SECRET_ARN": "s",
    "INTAKE_SECRET_ARN": "i",
    "SPAM_MEMORY_TABLE": "m",
}
EVERY = (
    IntakeSettings,
    ProcessorSettings,
    ReplaySettings,
    MatchSettings,
    RequeueSettings,
    FormsCheckSettings,
    BackfillSettings,
    PrivacySettings,
)


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for model in EVERY:
        for name in model.model_fields:
            monkeypatch.delenv(name.upper(), raising=False)


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in INTAKE.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("SALESFORCE_SECRET_ARN", "not ours")
    settings = IntakeSettings.load()
    assert settings.model_dump() == {
        "submissions_table": "t", "submission_queue_url": "q", "person_key_secret_arn": "s", "intake_secret_arn": "i",
        "spam_memory_table": "m", "extra_origins": (), "captcha_endpoints": {},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("written", "origins"),
    [
        ("", ()),
        ("http://localhost:8080", ("http://localhost:8080",)),
        (" http://a.example , https://b.example,", ("http://a.example", "https://b.example")),
    ],
)
def test_extra_origins_are_separated_by_commas(
    written: str, origins: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {**INTAKE, "EXTRA_ORIGINS": written}.items():
        monkeypatch.setenv(name, value)
    assert IntakeSettings.load().extra_origins == origins


@pytest.mark.parametrize(
    ("model", "names"),
    [
        (
            IntakeSettings,
            "INTAKE_SECRET_ARN, PERSON_KEY_SECRET_ARN, SPAM_MEMORY_TABLE, SUBMISSIONS_TABLE, SUBMISSION_QUEUE_URL",
        ),
        (
            ProcessorSettings,
            "DEAD_LETTER_QUEUE_URL, PERSON_KEY_SECRET_ARN, PERSON_LOCKS_TABLE, .*, SUBMISSIONS_TABLE, .*_URL",
        ),
        (
            ReplaySettings,
            "DEAD_LETTER_QUEUE_URL, PERSON_KEY_SECRET_ARN, SPAM_MEMORY_TABLE, SUBMISSIONS_TABLE, SUBMISSION_QUEUE_URL",
        ),
        (RequeueSettings, "SUBMISSIONS_TABLE, SUBMISSION_QUEUE_URL"),
        (FormsCheckSettings, "SALESFORCE_SECRET_ARN"),
        (BackfillSettings, "SALESFORCE_SECRET_ARN"),
        (MatchSettings, "SALESFORCE_SECRET_ARN, SUBMISSIONS_TABLE"),
        (PrivacySettings, r"DEAD_LETTER_QUEUE_URL, PERSON_KEY_SECRET_ARN, PERSON_LOCKS_TABLE, .*, SUBMISSIONS_TABLE"),
    ],
)
def test_all_missing_variables_are_named_at_once(model: type[IntakeSettings], names: str) -> None:
    with pytest.raises(ConfigurationError, match=f": {names}$"):
        model.load()


def test_only_who_asks_the_org_knows_where_the_salesforce_secret_is() -> None:
    """A function that doesn't need a secret has no right to it and no name for it."""
    assert [model for model in EVERY if "salesforce_secret_arn" in model.model_fields] == [
        ProcessorSettings,
        MatchSettings,
        FormsCheckSettings,
        BackfillSettings,
        PrivacySettings,
    ]


@pytest.mark.parametrize(("written", "used"), [("yes", True), ("no", False)])
def test_match_keys_are_used_where_the_stack_says_yes(
    written: str, used: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SALESFORCE_SECRET_ARN", "s")
    assert FormsCheckSettings.load().match_keys is False
    monkeypatch.setenv("MATCH_KEYS", written)
    assert FormsCheckSettings.load().match_keys is used


def test_a_captcha_s_endpoint_can_be_another_in_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    written = " turnstile=http://localhost:1/a?x=1 , hcaptcha=https://b.example,"
    for name, value in {**INTAKE, "CAPTCHA_ENDPOINTS": written}.items():
        monkeypatch.setenv(name, value)
    expected = {"turnstile": "http://localhost:1/a?x=1", "hcaptcha": "https://b.example"}
    assert IntakeSettings.load().captcha_endpoints == expected


@pytest.mark.parametrize("written", ["turnstile", "turnstile=", "turnstile=file:///etc/passwd"])
def test_a_captcha_s_endpoint_must_be_an_address_of_the_web(written: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**INTAKE, "CAPTCHA_ENDPOINTS": written}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError, match="CAPTCHA_ENDPOINTS"):
        IntakeSettings.load()
