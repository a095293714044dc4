"""Every code that Salesforce documents for what we call has one fate, and no other."""

import itertools

import pytest

from shared.errors import BudgetError, ConfigurationError, FormToLeadError, PermanentError, TransientError
from shared.salesforce.codes import CONFIGURATION, PERMANENT, TRANSIENT, error_for, error_in

FATES: list[tuple[str, type[FormToLeadError]]] = [
    ("ALL_OR_NONE_OPERATION_ROLLED_BACK", TransientError),
    ("API_DISABLED_FOR_ORG", ConfigurationError),
    ("CANNOT_UPDATE_CONVERTED_LEAD", TransientError),
    ("DUPLICATES_DETECTED", PermanentError),
    ("DUPLICATE_VALUE", TransientError),
    ("ENTITY_IS_DELETED", TransientError),
    ("FIELD_CUSTOM_VALIDATION_EXCEPTION", PermanentError),
    ("FIELD_INTEGRITY_EXCEPTION", PermanentError),
    ("INSUFFICIENT_ACCESS_APEX", ConfigurationError),
    ("INSUFFICIENT_ACCESS_OR_READONLY", ConfigurationError),
    ("INVALID_EMAIL_ADDRESS", PermanentError),
    ("INVALID_FIELD", ConfigurationError),
    ("INVALID_FIELD_FOR_INSERT_UPDATE", ConfigurationError),
    ("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", PermanentError),
    ("INVALID_SESSION_ID", ConfigurationError),
    ("INVALID_TYPE", ConfigurationError),
    ("MALFORMED_QUERY", ConfigurationError),
    ("ORG_IN_MAINTENANCE", TransientError),
    ("ORG_LOCKED", ConfigurationError),
    ("PROCESSING_HALTED", TransientError),
    ("QUERY_TIMEOUT", TransientError),
    ("REQUEST_LIMIT_EXCEEDED", BudgetError),
    ("REQUIRED_FIELD_MISSING", PermanentError),
    ("SERVER_UNAVAILABLE", TransientError),
    ("STRING_TOO_LONG", PermanentError),
    ("TXN_SECURITY_RUNTIME_EXCEPTION", ConfigurationError),
    ("UNABLE_TO_LOCK_ROW", TransientError),
    ("app_not_found", ConfigurationError),
    ("inactive_org", ConfigurationError),
    ("inactive_user", ConfigurationError),
    ("invalid_app_access", ConfigurationError),
    ("invalid_client", ConfigurationError),
    ("invalid_client_id", ConfigurationError),
    ("invalid_grant", ConfigurationError),
    ("rate_limit_exceeded", TransientError),
    ("unsupported_grant_type", ConfigurationError),
]


@pytest.mark.parametrize(("code", "fate"), FATES)
def test_each_code_has_its_fate(code: str, fate: type[FormToLeadError]) -> None:
    assert type(error_for(code)) is fate


def test_no_code_has_two_fates() -> None:
    for one, other in itertools.combinations((PERMANENT, TRANSIENT, CONFIGURATION), 2):
        assert not one & other


def test_an_unknown_code_is_permanent_keeps_its_text_and_is_counted(capsys: pytest.CaptureFixture[str]) -> None:
    error = error_for("BRAND_NEW", "said Salesforce", ["City"])
    assert isinstance(error, PermanentError)
    assert (error.code, error.detail, error.fields) == ("BRAND_NEW", "said Salesforce", ("City",))
    assert "UnknownSalesforceError" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("body", "status", "fate"),
    [
        ("<html>busy</html>", 503, TransientError),
        ("", 500, TransientError),
        ("<html>", 403, ConfigurationError),
        ([], 401, ConfigurationError),
        ([{"errorCode": "STRING_TOO_LONG", "message": "x", "fields": ["City"]}], 400, PermanentError),
        ([{"statusCode": "UNABLE_TO_LOCK_ROW", "message": "x", "fields": []}], 400, TransientError),
        ({"error": "invalid_client", "error_description": "x"}, 400, ConfigurationError),
        ([{"errorCode": "BRAND_NEW", "message": "x"}], 400, PermanentError),
        ([{"errorCode": "BRAND_NEW", "message": "x"}], 500, TransientError),
        ({"error": "Bad Gateway"}, 502, TransientError),
        ({"error": "Not Found"}, 404, ConfigurationError),
        ([{"errorCode": "SERVER_UNAVAILABLE", "message": "x"}], 503, TransientError),
        ([{"errorCode": "API_DISABLED_FOR_ORG", "message": "x"}], 403, ConfigurationError),
    ],
)
def test_every_shape_of_answer_is_read(body: object, status: int, fate: type[FormToLeadError]) -> None:
    """REST, collections, OAuth and load balancers each say it their own way."""
    assert type(error_in(body, status)) is fate
