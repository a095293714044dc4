"""The version that is stored with each rejection is the project's own."""

import tomllib
from pathlib import Path

from shared.version import CODE_VERSION

ROOT = Path(__file__).parents[2]


def test_the_version_in_the_code_is_the_project_s() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["version"] == CODE_VERSION
