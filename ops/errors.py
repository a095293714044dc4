"""What an operator reads when something does not work: one line, no traceback, and an exit code for scripts.

AWS errors quote requests and ARNs; what is printed here is our own sentence with the error's code.
"""

from enum import IntEnum
from typing import Final

from botocore import exceptions
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConfigNotFound,
    ConfigParseError,
    CredentialRetrievalError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
    ReadTimeoutError,
    SSOError,
    TokenRetrievalError,
)

from shared.errors import ConfigurationError, FormToLeadError


class ExitCode(IntEnum):
    DONE = 0
    REFUSED = 1
    USAGE = 2
    UNREACHABLE = 3


class OpsError(Exception):
    """The message is for the operator's screen: it never holds field values."""

    def __init__(self, message: str, exit_code: ExitCode = ExitCode.REFUSED) -> None:
        super().__init__(message)
        self.exit_code = exit_code


def usage(message: str) -> OpsError:
    return OpsError(message, ExitCode.USAGE)


def unreachable(message: str) -> OpsError:
    return OpsError(message, ExitCode.UNREACHABLE)


type Failure = OpsError | FormToLeadError | ClientError | BotoCoreError
FAILURES: Final = (OpsError, FormToLeadError, ClientError, BotoCoreError)
"""All that may come out of ops/operations.py and ops/stack.py."""

_DENIED: Final = frozenset(
    {"AccessDenied", "AccessDeniedException", "KMSAccessDeniedException", "UnauthorizedOperation"}
)
_NOT_ACCEPTED: Final = frozenset(
    {
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
_GONE: Final = frozenset({"AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist", "ResourceNotFoundException"})
_LIBRARY: Final[tuple[tuple[type[BotoCoreError], str], ...]] = (
    (
        NoCredentialsError,
        "There are no AWS credentials. Give --profile, or log in (aws sso login), or use --local for the local stack.",
    ),
    (PartialCredentialsError, "The AWS credentials are not complete: the key id or the secret key is missing."),
    (ProfileNotFound, "There is no such AWS profile. `aws configure list-profiles` lists those that there are."),
    (NoRegionError, "No AWS region is known. Give --region, or set AWS_REGION."),
    (SSOError, "The AWS login has ended. Log in again (aws sso login)."),
    (TokenRetrievalError, "The AWS login has ended. Log in again (aws sso login)."),
    (CredentialRetrievalError, "The AWS credentials can't be read. Log in again, or look at the profile's settings."),
    (ConfigParseError, "The AWS configuration file can't be read. Look at ~/.aws/config and ~/.aws/credentials."),
    (ConfigNotFound, "The AWS configuration file can't be found. Look at AWS_CONFIG_FILE."),
    (
        ReadTimeoutError,
        "AWS did not answer in time. What was asked may have been done: look, then give the same command again.",
    ),
)


def in_words(error: Failure) -> OpsError:
    match error:
        case OpsError():
            return error
        case FormToLeadError(code=code):
            service, _, aws_code = code.partition(":")
            return _answered(service, aws_code, configuration=isinstance(error, ConfigurationError))
        case ClientError(operation_name=operation):
            return _answered(operation, str(error.response.get("Error", {}).get("Code", "")))
        case _:
            return _not_sent(type(error))


def _answered(what: str, code: str, *, configuration: bool = False) -> OpsError:
    # The adapters in shared/ give errors of the library by name, as if AWS had said them.
    kind = getattr(exceptions, code, None)
    if isinstance(kind, type) and issubclass(kind, BotoCoreError):
        return _not_sent(kind)
    if code in _DENIED:
        return unreachable(f"Access denied ({what}). docs/command-line.md lists the rights that an operator needs.")
    if code in _NOT_ACCEPTED:
        return unreachable(f"AWS does not accept these credentials ({code}). Log in again.")
    if code in _GONE:
        return unreachable(f"The stack names something that is not there any more ({what}: {code}).")
    if configuration:
        return unreachable(f"AWS refuses this ({what}: {code}).")
    return OpsError(f"AWS could not do this now ({what}: {code}). Give the same command again in a moment.")


def _not_sent(kind: type[BotoCoreError]) -> OpsError:
    for known, sentence in _LIBRARY:
        if issubclass(kind, known):
            return unreachable(sentence)
    return unreachable(f"AWS can't be reached ({kind.__name__}). With --local: is `make run` still running?")
