"""The three shapes in which Salesforce refuses something.

Exception
├── ApiError      a whole request:   HTTP status + [{"message", "errorCode", "fields"?}]
├── RecordError   a single record:   [{"statusCode", "message", "fields"}] in collections, else as an ApiError
└── OAuthError    a token request:   HTTP 400 + {"error", "error_description"}
"""

from collections.abc import Sequence
from dataclasses import dataclass

from .messages import JsonObject, JsonValue

# A record error answered on its own (not in a collection) is a 400, save these.
_RECORD_ERROR_STATUS = {"ENTITY_IS_DELETED": 404, "NOT_FOUND": 404}


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with one record. `fields` are API names, possibly none."""

    code: str
    message: str
    fields: tuple[str, ...] = ()

    def in_collection(self) -> JsonObject:
        return {"statusCode": self.code, "message": self.message, "fields": list(self.fields)}

    def alone(self) -> JsonObject:
        body: JsonObject = {"message": self.message, "errorCode": self.code}
        # Recorded answers for an unknown column carry no `fields`, all other record errors do.
        return body if self.code == "INVALID_FIELD" else {**body, "fields": list(self.fields)}


class RecordError(Exception):
    """Raised while a record is judged; holds everything found wrong at that stage."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(", ".join(problem.code for problem in problems))
        self.problems = problems

    @property
    def status(self) -> int:
        return _RECORD_ERROR_STATUS.get(self.problems[0].code, 400)

    def body(self) -> JsonValue:
        return [problem.alone() for problem in self.problems]


class ApiError(Exception):
    """Refuses the whole request with one error."""

    def __init__(self, status: int, code: str, message: str, fields: Sequence[str] | None = None) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = message
        self.fields = fields

    def body(self) -> JsonValue:
        error: JsonObject = {"message": self.message, "errorCode": self.code}
        return [error if self.fields is None else {**error, "fields": list(self.fields)}]


class OAuthError(Exception):
    """Refuses a token request; the token endpoint has its own body shape."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(error)
        self.error = error
        self.description = description


def not_found() -> ApiError:
    return ApiError(404, "NOT_FOUND", "The requested resource does not exist")
