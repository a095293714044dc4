"""Reads template.yaml and expands it to plain CloudFormation, offline and without credentials.

Linters and tests see little in a SAM template: roles, permissions, event sources and stages only come into being when
SAM expands it. This is the same library that AWS and the SAM command line use for that.
"""

import copy
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

type Template = dict[str, Any]

PROJECT = Path(__file__).resolve().parent.parent
TEMPLATE = PROJECT / "template.yaml"
REGION = "eu-west-1"  # any region will do: nothing in the template differs by region

# It would say on stderr that a feature flag of AWS's own service is not set here.
logging.getLogger("samtranslator").addHandler(logging.NullHandler())

_CODE_PROPERTY = {"AWS::Serverless::Function": "CodeUri", "AWS::Serverless::LayerVersion": "ContentUri"}


class _NoManagedPolicies:
    """Stands where SAM would look AWS-managed policies up in IAM; the template attaches none."""

    def load(self) -> dict[str, str]:
        return {}


def load(path: Path = TEMPLATE) -> Template:
    """The SAM template as written, with short intrinsics (`!Ref x`) in their long form (`{"Ref": "x"}`)."""
    template: Template = yaml_parse(path.read_text(encoding="utf-8"))
    return template


def expand(template: Template) -> Template:
    """What CloudFormation is given. Leaves `template` alone; raises samtranslator's InvalidDocumentException."""
    with _region():
        expanded: Template = transform(_as_if_uploaded(template), {}, _NoManagedPolicies())
    return expanded


def _as_if_uploaded(template: Template) -> Template:
    uploaded = copy.deepcopy(template)
    for resource in uploaded["Resources"].values():
        code_property = _CODE_PROPERTY.get(resource["Type"])
        if code_property:
            resource["Properties"][code_property] = "s3://bucket/key"
    return uploaded


@contextmanager
def _region() -> Iterator[None]:
    """SAM asks boto3 for the region and fails without one."""
    before = os.environ.get("AWS_DEFAULT_REGION")
    os.environ["AWS_DEFAULT_REGION"] = before or REGION
    try:
        yield
    finally:
        if before is None:
            del os.environ["AWS_DEFAULT_REGION"]
