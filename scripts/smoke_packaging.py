"""Imports every handler from what `sam build` made: the function's folder and its two layers, nothing else.

A dependency that is missing from the layers goes unnoticed on the local stack, whose functions can see the packages of
the emulator. Here Python runs isolated (-I) and without site-packages (-S): only the standard library is left.

The build must be for this machine's architecture.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.sam_template import PROJECT, Template, load

BUILD = PROJECT / ".aws-sam" / "build"
SECONDS = 60

_IMPORT = """
import importlib, json, sys
handler, *sys.path[:0] = sys.argv[1:]
module, _, function = handler.rpartition(".")
assert callable(getattr(importlib.import_module(module), function)), handler
print(json.dumps(sorted(sys.modules)))
"""


@dataclass(frozen=True)
class Package:
    """A function as Lambda sees it: `folders` in the order of its import path."""

    function: str
    handler: str
    folders: tuple[Path, ...]


class NotPackagedError(Exception):
    """A handler cannot be imported from its package alone."""


def packages(build: Path = BUILD) -> list[Package]:
    template = load(build / "template.yaml")
    return [
        Package(name, resource["Properties"]["Handler"], _folders(build, template, resource["Properties"]))
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::Serverless::Function"
    ]


def _folders(build: Path, template: Template, function: Mapping[str, Any]) -> tuple[Path, ...]:
    """The function's own folder wins, then the layers; Lambda looks in a layer's `python` folder."""
    layers = function.get("Layers") or template["Globals"]["Function"]["Layers"]
    contents = [template["Resources"][layer["Ref"]]["Properties"]["ContentUri"] for layer in layers]
    return (build / function["CodeUri"], *(build / content / "python" for content in contents))


def import_handler(package: Package) -> set[str]:
    """Names of all modules that importing it loads. Raises NotPackagedError."""
    for folder in package.folders:
        if not folder.is_dir():
            raise NotPackagedError(f"{package.function}: {folder} is missing; run `sam build` first")
    command = [sys.executable, "-I", "-S", "-B", "-c", _IMPORT, package.handler, *map(str, package.folders)]
    # An empty environment: reading settings or building clients at import would fail here, as it should.
    result = subprocess.run(  # noqa: S603 (our own command)
        command, capture_output=True, text=True, check=False, timeout=SECONDS, env={}
    )
    if result.returncode:
        raise NotPackagedError(f"{package.function}: {result.stderr.strip().splitlines()[-1]}\n{result.stderr}")
    return set(json.loads(result.stdout.splitlines()[-1]))


def unzipped_size(package: Package) -> int:
    """Bytes of the function and its layers together; Lambda's limit is 250 MB."""
    return sum(path.stat().st_size for folder in package.folders for path in folder.rglob("*") if path.is_file())


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Imports every handler from its package alone.")
    parser.add_argument("--build-dir", type=Path, default=BUILD, help="what `sam build` made (default: .aws-sam/build)")
    try:
        for package in packages(parser.parse_args(arguments).build_dir):
            modules = import_handler(package)
            size = unzipped_size(package) / 1_000_000
            print(f"{package.function}: {package.handler} imported, {len(modules)} modules, {size:.0f} MB")
    except (NotPackagedError, FileNotFoundError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
