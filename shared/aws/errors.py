"""What AWS says, as one of our three kinds of failure. One table; whatever is not in it is worth a retry.

A code that we don't know must not reject a submission: AWS being unwell is never the visitor's fault.
"""

from typing import Final

from botocore.exceptions import BotoCoreError, ClientError

from shared.errors import ConfigurationError, TransientError

CONFIGURATION_CODES: Final = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "AuthFailure",
        "AWS.SimpleQueueService.NonExistentQueue",
        "DecryptionFailure",
        "ExpiredTokenException",
        "InvalidClientTokenId",
        "KmsAccessDenied",
        "KMSAccessDeniedException",
        "KMSDisabledException",
        "KMSNotFoundException",
        "QueueDoesNotExist",
        "ResourceNotFoundException",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
        "ValidationException",
    }
)


def failure(error: ClientError | BotoCoreError, service: str) -> ConfigurationError | TransientError:
    """`service` becomes part of the code. The error's own text stays out: it can quote what was written."""
    if isinstance(error, ClientError):
        code = str(error.response.get("Error", {}).get("Code", "unknown"))
        kind = ConfigurationError if code in CONFIGURATION_CODES else TransientError
        return kind(f"{service}:{code}")
    return TransientError(f"{service}:{type(error).__name__}")
