#!/bin/sh
# Compiles requirements/*.in into exact pins. dependencies/requirements.txt, what ships, sets the tone for the rest.
#
#   sh local/compile_requirements.sh [--upgrade]
set -eu
cd "$(dirname "$0")/../requirements"

uv=uv
uv --version >/dev/null 2>&1 || uv=$(ls ../.local/uv-*/bin/uv)
for name in local dev bench checkov; do
    "$uv" pip compile --quiet "$@" --python-version 3.13 --universal --no-annotate --no-header \
        --no-emit-index-url --no-emit-find-links "$name.in" -o "$name.txt"
done
