"""Reads answers/*.toml: what a real org answered to a request, and how to bring the stand-in to the same question.

Each file is a list of `[[answer]]`:

| key | |
|---|---|
| name | a sentence, unique over all files |
| source | where the real answer is: repository and path, or document |
| certainty | "recorded" (of a real org), "documented" (by Salesforce), "code" (what other programs expect) |
| version | of the API, default 60; a path that does not begin with / is below /services/data/v<version>.0 |
| rows | records to store beforehand: {object, values, as?, times?}; `as` names the id of the (last) one |
| control | control calls beforehand: {path, method?, body?}, see local/salesforce_org/control/endpoints.py |
| before | API calls before that: {method, path, body?, headers?, keep?}; keep = {name = "a.0.b"} names parts of it |
| request | {method, path, body?, form?, headers?, login?, assertion?}; login = false sends no Authorization, \
assertion = the claims of a JWT login |
| status, headers | expected; header values are shapes |
| body, text | what is expected: a shape as JSON text, see shapes.py; or the shape of a body that is not JSON |

`<name>` in any text is replaced by what was named: ids, kept parts, and `<url>`, `<client_id>`, `<client_secret>`
and `<base>` (/services/data/v60.0).
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ANSWERS = Path(__file__).parent / "answers"
CERTAINTIES = ("recorded", "documented", "code")


@dataclass(frozen=True)
class Call:
    """One HTTP request. `body` is JSON text, `keep` names parts of the answer by their dotted path."""

    method: str
    path: str
    body: str | None = None
    form: Mapping[str, str] | None = None
    assertion: Mapping[str, str] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    login: bool = True
    keep: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Rows:
    object: str
    values: Mapping[str, Any]
    name: str = ""
    times: int = 1


@dataclass(frozen=True)
class Answer:
    area: str
    name: str
    source: str
    certainty: str
    request: Call
    status: int
    body: str | None
    text: str | None
    headers: Mapping[str, str]
    version: int
    rows: tuple[Rows, ...]
    control: tuple[Call, ...]
    before: tuple[Call, ...]


def filled(text: str, names: Mapping[str, str]) -> str:
    for name, value in names.items():
        text = text.replace(f"<{name}>", value)
    return text


def load() -> list[Answer]:
    """All of them, by area. A key that nothing here knows is a TypeError."""
    found = []
    for path in sorted(ANSWERS.glob("*.toml")):
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        found += [_answer(path.stem, **each) for each in content["answer"]]
    return found


def _answer(
    area: str,
    *,
    name: str,
    source: str,
    certainty: str,
    request: Mapping[str, Any],
    status: int,
    body: str | None = None,
    text: str | None = None,
    headers: Mapping[str, str] | None = None,
    version: int = 60,
    rows: list[dict[str, Any]] | None = None,
    control: list[dict[str, Any]] | None = None,
    before: list[dict[str, Any]] | None = None,
) -> Answer:
    return Answer(
        area=area,
        name=name,
        source=source,
        certainty=certainty,
        request=Call(**request),
        status=status,
        body=body,
        text=text,
        headers=headers or {},
        version=version,
        rows=tuple(Rows(name=each.pop("as", ""), **each) for each in rows or ()),
        control=tuple(Call(**{"method": "POST", **each, "path": f"/_org/{each['path']}"}) for each in control or ()),
        before=tuple(Call(**each) for each in before or ()),
    )
