"""Every Salesforce error code that we know, and what it means for a submission. Pure: no library in sight.

Sources: the SOAP StatusCode and ExceptionCode enums, the REST error pages, and recorded answers. A code that is
not here is treated as permanent, with its text kept in the row, and counted: better one named rejection
that an operator looks at than a submission that waits for ever.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from shared.errors import BudgetError, ConfigurationError, FormToLeadError, PermanentError, TransientError
from shared.form.lead_fields import SUBMISSION_ID_FIELD
from shared.observability import count

PERMANENT: Final = frozenset(
    {
        "BAD_CUSTOM_ENTITY_PARENT_DOMAIN",
        "CIRCULAR_DEPENDENCY",
        "DEPENDENCY_EXISTS",
        "DUPLICATES_DETECTED",  # for a new Lead it is an outcome: see carrying_out.py
        "DUPLICATE_EXTERNAL_ID",
        "FIELD_CUSTOM_VALIDATION_EXCEPTION",
        "FIELD_FILTER_VALIDATION_EXCEPTION",
        "FIELD_INTEGRITY_EXCEPTION",
        "FILTERED_LOOKUP_LIMIT_EXCEEDED",
        "INVALID_EMAIL_ADDRESS",
        "INVALID_FIELD_FOR_INSERT_UPDATE_VALUE",
        "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
        "INVALID_TYPE_ON_FIELD_IN_RECORD",
        "JSON_PARSER_ERROR",
        "MERGE_FAILED",  # only of a merge that an operator asked for
        "NUMBER_OUTSIDE_VALID_RANGE",
        "NUMERIC_VALUE_OUT_OF_RANGE",
        "REQUIRED_FIELD_MISSING",
        "STRING_TOO_LONG",
    }
)
"""About this submission's data: an operator mends it."""

TRANSIENT: Final = frozenset(
    {
        "ALL_OR_NONE_OPERATION_ROLLED_BACK",
        "APEX_ERROR",
        "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",  # a trigger failed; triggers get mended or get a quieter moment
        "CANNOT_UPDATE_CONVERTED_LEAD",  # converted since the look-up: the next one finds its Contact
        "DELETE_FAILED",
        "DUPLICATE_VALUE",  # our own key: a run that was cut off wrote it, the next look-up finds it
        "ENTITY_IS_DELETED",  # deleted or merged since the look-up
        "ENTITY_IS_LOCKED",
        "EXCEEDED_QUOTA",
        "INACTIVE_OWNER_OR_USER",  # the next try leaves the Task with the API user
        "NOT_FOUND",  # of a record that the look-up saw a moment ago
        "ORG_IN_MAINTENANCE",
        "INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE",
        "PROCESSING_HALTED",
        "QUERY_TIMEOUT",
        "REQUEST_RUNNING_TOO_LONG",
        "SERVER_UNAVAILABLE",
        "STORAGE_LIMIT_EXCEEDED",
        "TOO_MANY_APEX_REQUESTS",
        "TXN_SECURITY_METERING_ERROR",
        "UNABLE_TO_LOCK_ROW",
        "UNKNOWN_EXCEPTION",
        "rate_limit_exceeded",
    }
)

CONFIGURATION: Final = frozenset(
    {
        "API_CURRENTLY_DISABLED",
        "API_DISABLED_FOR_ORG",
        "CANNOT_EXECUTE_FLOW_TRIGGER",
        "INSUFFICIENT_ACCESS",
        "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY",
        "INSUFFICIENT_ACCESS_OR_READONLY",
        "INVALID_CROSS_REFERENCE_KEY",  # an owner, campaign or record type of the form file is not in the org
        "INVALID_FIELD",
        "INVALID_FIELD_FOR_INSERT_UPDATE",
        "INVALID_ID_FIELD",
        "INVALID_SESSION_ID",
        "INVALID_TYPE",
        "MALFORMED_ID",
        "MALFORMED_QUERY",
        "MISSING_OAUTH_TOKEN",
        "METHOD_NOT_ALLOWED",
        "EXCEEDED_ID_LIMIT",
        "INVALID_QUERY_FILTER_OPERATOR",
        "INVALID_QUERY_LOCATOR",
        "LIMIT_EXCEEDED",
        "OPERATION_TOO_LARGE",
        "QUERY_TOO_COMPLICATED",
        "ORG_LOCKED",
        "PASSWORD_LOCKOUT",
        "TXN_SECURITY_NO_ACCESS",
        "UNSUPPORTED_API_VERSION",
        "URL_NOT_RESET",
        "app_not_found",
        "inactive_org",
        "inactive_user",
        "invalid_app_access",
        "invalid_client",
        "invalid_client_id",
        "invalid_grant",
        "invalid_request",
        "unauthorized_client",
        "unsupported_grant_type",
    }
)
"""For us or the org's admin to mend: no submission is rejected because of it."""


CONFIGURATION_FAMILIES: Final = ("INSUFFICIENT_ACCESS", "TXN_SECURITY_")
"""Salesforce adds members to these: they are always about the API user's rights."""

BUDGET: Final = "REQUEST_LIMIT_EXCEEDED"
"""The org's daily calls are used up, or too many run at the same moment: both pass by themselves."""

_DUPLICATE_OF: Final = re.compile(r"duplicate value found: (\w+) duplicates value")
"""Names the unique field, or says `<unknown>`."""

OF_ONE_RECORD: Final = frozenset(
    {
        "EXCEEDED_ID_LIMIT",
        "INVALID_FIELD",
        "INVALID_FIELD_FOR_INSERT_UPDATE",
        "INVALID_TYPE",
        "LIMIT_EXCEEDED",
        "MALFORMED_ID",
        "MALFORMED_QUERY",
        "OPERATION_TOO_LARGE",
        "QUERY_TOO_COMPLICATED",
    }
)
"""Codes that refuse a whole call because of one form's field, one record's id, or all of them together."""

ABOUT_A_RECORD: Final = frozenset({"ENTITY_IS_DELETED", "NOT_FOUND"})

_CODE: Final = re.compile(r"\w{1,80}", re.ASCII)
"""What a code looks like. A proxy's free text may quote the visitor, and codes go to logs."""


def error_for(code: str, message: str = "", fields: Sequence[str] = ()) -> FormToLeadError:
    """`message` is Salesforce's own text: it may quote what was sent, so it travels as `detail`."""
    if code == BUDGET:
        return BudgetError(code, detail=message)
    if code == "DUPLICATE_VALUE" and (field := _DUPLICATE_OF.search(message)) and field[1] != SUBMISSION_ID_FIELD:
        # A unique field of the org's own: no look-up of ours will find what it is a duplicate of.
        return PermanentError(code, detail=message, fields=(field[1],))
    if code in TRANSIENT:
        return TransientError(code, detail=message)
    if code in CONFIGURATION or code.startswith(CONFIGURATION_FAMILIES):
        return ConfigurationError(code, detail=message)
    if code not in PERMANENT:
        count("UnknownSalesforceError")
    return PermanentError(code or "unknown", detail=message, fields=tuple(fields))


def _is_known(code: str) -> bool:
    return code in {BUDGET, *PERMANENT, *TRANSIENT, *CONFIGURATION} or code.startswith(CONFIGURATION_FAMILIES)


def error_in(body: Any, status: int) -> FormToLeadError:
    """From the body of a failed call, a subrequest or one record of a collection.

    REST says `errorCode`, collections say `statusCode`, OAuth says `error`; a load balancer says HTML.
    """
    first = body[0] if isinstance(body, list) and body else body
    if isinstance(first, Mapping):
        code = first.get("errorCode") or first.get("statusCode") or first.get("error")
        # Only a 400 is about what was sent. Else a code that we don't know is the word of a gateway.
        if isinstance(code, str) and _CODE.fullmatch(code) and (status == 400 or _is_known(code)):
            message = first.get("message") or first.get("error_description") or ""
            return error_for(code, str(message), [str(name) for name in first.get("fields") or ()])
    if status in {401, 403, 404, 405, 410}:
        return ConfigurationError(f"http_{status}")
    # Anything else without a code came from a proxy or a server that is unwell.
    return TransientError(f"http_{status}")
