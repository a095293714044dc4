"""Compiles the layers that `sam build` made to byte code, between `sam build` and `sam deploy`.

SAM packs sources only, and a layer cannot be written to in Lambda, so without this every cold start compiles boto3,
pydantic and the rest anew: importing boto3 and making two clients took three times as long.
"""

import argparse
import compileall
import os
import py_compile
import sys
from pathlib import Path

from scripts.sam_template import PROJECT

BUILD = PROJECT / ".aws-sam" / "build"


def precompile(build: Path) -> None:
    """Raises FileNotFoundError when there is no layer to compile."""
    layers = sorted(build.glob("*Layer"))
    if not layers:
        raise FileNotFoundError(f"no layers in {build}; run `sam build` first")
    for layer in layers:
        compileall.compile_dir(
            layer,
            quiet=2,  # a package may carry sources for other Pythons; what is needed and broken fails on import
            workers=0,  # as many as there are processors
            # Zip files lose the sources' times, by which byte code is otherwise found stale.
            invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
            # Where Lambda has the file, so that byte code is the same wherever it was built.
            stripdir=os.fspath(layer),
            prependdir="/opt",
        )


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Compiles the built layers to byte code.")
    parser.add_argument("--build-dir", type=Path, default=BUILD, help="what `sam build` made (default: .aws-sam/build)")
    try:
        precompile(parser.parse_args(arguments).build_dir)
    except FileNotFoundError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
