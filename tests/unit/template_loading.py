"""template.yaml, as written and as expanded, read once for all tests; and the ways in which tests look into it."""

import json
import re
from functools import cache
from typing import Any

from scripts.sam_template import Template, expand, load

type Resource = dict[str, Any]
type Statement = dict[str, Any]


@cache
def written() -> Template:
    return load()


@cache
def expanded() -> Template:
    return expand(load())


def resource(logical_id: str) -> Resource:
    found: Resource = expanded()["Resources"][logical_id]
    return found


def properties(logical_id: str) -> dict[str, Any]:
    found: dict[str, Any] = resource(logical_id)["Properties"]
    return found


def of_type(resource_type: str) -> dict[str, Resource]:
    """By logical id; fails when there is none, so that no test passes for want of anything to look at."""
    found = {name: one for name, one in expanded()["Resources"].items() if one["Type"] == resource_type}
    assert found, f"the template has no {resource_type}"
    return found


def only(resource_type: str) -> Resource:
    (found,) = of_type(resource_type).values()
    return found


def value(node: Any) -> Any:
    """What a reference to a parameter stands for by default; anything else as it is."""
    if isinstance(node, dict) and node.get("Ref") in expanded()["Parameters"]:
        return expanded()["Parameters"][node["Ref"]]["Default"]
    return node


def target(node: Any) -> str:
    """The logical id that a Ref, a GetAtt or a one-reference Sub points at; '' for anything else."""
    match node:
        case {"Ref": str(name)} | {"Fn::GetAtt": [str(name), str()]}:
            return name
        case {"Fn::Sub": str(text)}:
            names = {name.partition(".")[0] for name in re.findall(r"\$\{([^}]+)\}", text)}
            return names.pop() if len(names) == 1 else ""
    return ""


def statements(role: Resource) -> list[Statement]:
    return [
        statement for policy in role["Properties"]["Policies"] for statement in policy["PolicyDocument"]["Statement"]
    ]


def as_list(node: Any) -> list[Any]:
    return node if isinstance(node, list) else [node]


def texts(node: Any) -> list[str]:
    """Every string anywhere in it, keys left out."""
    if isinstance(node, dict):
        return [text for child in node.values() for text in texts(child)]
    if isinstance(node, list):
        return [text for child in node for text in texts(child)]
    return [node] if isinstance(node, str) else []


def dashboard() -> dict[str, Any]:
    """The body with its references as plain words."""
    body = only("AWS::CloudWatch::Dashboard")["Properties"]["DashboardBody"]["Fn::Sub"]
    parsed: dict[str, Any] = json.loads(re.sub(r"\$\{[^}]+\}", "x", body))
    return parsed
