"""Scenarios: the requests in events/request_*.json, what is expected of each, and what was seen."""

import base64
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

EVENTS_FOLDER = Path(__file__).parent.parent / "events"

type Outcome = Literal["created", "updated", "attached", "held", "rejected", "quarantined", "discarded", "received"]


class ScenarioError(Exception):
    """A scenario file is wrong. The message names the file, the key and what is wrong."""


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Part(_Strict):
    """A file in a multipart body, as text or, for any bytes, as base64."""

    filename: str
    content_type: str = "application/octet-stream"
    text: str = ""
    base64: str = ""

    @property
    def content(self) -> bytes:
        return base64.b64decode(self.base64) if self.base64 else self.text.encode()


class Webhook(_Strict):
    """The source of the form that sends the request; it is signed, or gets its token, when it is sent."""

    source: str
    id: str = ""


class Request(_Strict):
    """One HTTP request with at most one body. Placeholders are filled in when it is sent."""

    method: str = "POST"
    path: str
    headers: dict[str, str] = {}
    json_body: Any = Field(default=None, alias="json")
    form: dict[str, str | list[str]] | None = None
    multipart: dict[str, str | list[str] | Part] | None = None
    text: str | None = None
    base64: str | None = None
    webhook: Webhook | None = None

    @model_validator(mode="after")
    def _one_body(self) -> Self:
        if len(self.bodies) > 1:
            raise ValueError(f"has more than one body: {', '.join(self.bodies)}")
        if not self.path.startswith("/"):
            raise ValueError("path must start with /")
        return self

    @property
    def bodies(self) -> tuple[str, ...]:
        names = {"json_body": "json", "form": "form", "multipart": "multipart", "text": "text", "base64": "base64"}
        return tuple(name for key, name in names.items() if key in self.model_fields_set)


class OperatorCall(_Strict):
    """What an operator does with the submission of the latest request before it."""

    command: Literal["edit", "replay", "discard"]
    set: dict[str, str | list[str]] = {}
    why: str = "done by a scenario"

    @model_validator(mode="after")
    def _edits_something(self) -> Self:
        if (self.command == "edit") != bool(self.set):
            raise ValueError("`set` belongs to the command edit, which needs it")
        return self


class Expected(_Strict):
    """`outcome` null: nothing is stored. What is left out is not looked at.

    `code` and `errors` (each `<field>.<code>`) are those of a problem+json; `location` is how the redirect's
    address starts, after the website's origin; `result` is the operator's answer; `lead` holds some of the
    fields of the record in the org.
    """

    status: int | None = None
    outcome: Outcome | None = None
    reason: str | None = None
    code: str | None = None
    errors: list[str] | None = None
    location: str | None = None
    same_receipt: bool | None = None
    result: str | None = None
    lead: dict[str, Any] | None = None


class Step(_Strict):
    request: Request | None = None
    operator: OperatorCall | None = None
    expect: Expected

    @model_validator(mode="after")
    def _one_action(self) -> Self:
        if (self.request is None) == (self.operator is None):
            raise ValueError("has either `request` or `operator`")
        if self.request is not None and self.expect.status is None:
            raise ValueError("a request expects a `status`")
        return self


class Scenario(_Strict):
    """`name` is the file's name without its ending; `why` says what the scenario is there to show."""

    name: str
    title: Annotated[str, Field(min_length=1)]
    why: Annotated[str, Field(min_length=1)]
    steps: Annotated[tuple[Step, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _starts_with_a_request(self) -> Self:
        if self.steps[0].request is None:
            raise ValueError("the first step must be a request: an operator needs a submission")
        return self


def load_scenario(path: Path) -> Scenario:
    """Raises ScenarioError, with every fault that was found."""
    try:
        scenario = _File.model_validate_json(path.read_bytes())
        return Scenario(name=path.stem, **{key: getattr(scenario, key) for key in ("title", "why", "steps")})
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(map(str, fault['loc'])) or 'the file'}: {fault['msg'].removeprefix('Value error, ')}"
            for fault in error.errors()
        )
        raise ScenarioError(f"{path.name}: {faults}") from None


def load_scenarios(folder: Path = EVENTS_FOLDER) -> list[Scenario]:
    """In the order of their file names. Raises ScenarioError."""
    scenarios = [load_scenario(path) for path in sorted(folder.glob("request_*.json"))]
    if not scenarios:
        raise ScenarioError(f"there is no scenario (request_*.json) in {folder.name}/")
    return scenarios


class _File(_Strict):
    title: str
    why: str
    steps: tuple[Step, ...]


def fill_in(value: Any, values: dict[str, str]) -> Any:
    """Replaces `{name}` in every text inside `value`, keys included, where `name` is one of `values`."""
    match value:
        case str():
            for name, replacement in values.items():
                value = value.replace(f"{{{name}}}", replacement)
            return value
        case list():
            return [fill_in(one, values) for one in value]
        case dict():
            return {fill_in(key, values): fill_in(one, values) for key, one in value.items()}
        case _:
            return value


class Seen(_Strict):
    """What became of one step. `record` is the Lead or Contact in the org, with all its fields."""

    status: int | None = None
    code: str = ""
    errors: list[str] = []
    location: str = ""
    receipt: str = ""
    same_receipt: bool = False
    result: str = ""
    outcome: str | None = None
    reason: str = ""
    because: str = ""
    record_type: str = ""
    record: dict[str, Any] | None = None


def differences(expected: Expected, seen: Seen) -> tuple[str, ...]:
    """One sentence for each thing that is not as expected; none when all is."""
    found: list[str] = []
    if expected.outcome != seen.outcome:
        found.append(f"{seen.outcome or 'nothing stored'} instead of {expected.outcome or 'nothing stored'}")
    for name in ("status", "reason", "code", "errors", "same_receipt", "result"):
        wanted, actual = getattr(expected, name), getattr(seen, name)
        if wanted is not None and wanted != actual:
            found.append(f"{name} {actual!r} instead of {wanted!r}")
    if expected.location is not None and not seen.location.startswith(expected.location):
        found.append(f"sent on to {seen.location!r} instead of {expected.location!r}")
    for name, value in (expected.lead or {}).items():
        if (actual := (seen.record or {}).get(name)) != value:
            found.append(f"{name} {actual!r} instead of {value!r}")
    return tuple(found)


class Result(_Strict):
    """A step with what was seen of it; `number` counts from 1 within its scenario."""

    scenario: Scenario
    number: int
    sent: str
    seen: Seen
    differences: tuple[str, ...]

    @property
    def step(self) -> Step:
        return self.scenario.steps[self.number - 1]


def all_as_expected(results: Iterable[Result]) -> bool:
    return not any(result.differences for result in results)
