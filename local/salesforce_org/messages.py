"""Types that several modules of the stand-in share."""

from collections.abc import Mapping
from dataclasses import dataclass, field

type JsonValue = bool | int | float | str | list[JsonValue] | dict[str, JsonValue] | None
type JsonObject = dict[str, JsonValue]
type Scalar = bool | int | float | str | None
type Row = dict[str, Scalar]


@dataclass(frozen=True)
class Request:
    """An HTTP request without the socket. `target` is the raw path and query; header names are lower case."""

    method: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def query_string(self) -> str:
        return self.target.partition("?")[2]


@dataclass(frozen=True)
class Response:
    """An HTTP answer. `body` is sent as JSON, or as it stands when it is bytes.

    `drop` means: hang up unanswered; `truncate`: hang up halfway through the body.
    """

    status: int
    body: JsonValue | bytes = None
    headers: Mapping[str, str] = field(default_factory=dict)
    drop: bool = False
    truncate: bool = False
