"""Byte code in the layers: used whatever became of the sources' times, and the same wherever it was built."""

import subprocess
import sys
from pathlib import Path

import pytest

from scripts.precompile_layers import precompile


def layer_in(build: Path) -> Path:
    package = build / "SomeLayer" / "python" / "package"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("NAME = 'compiled'\n", encoding="utf-8")
    return package


def run(build: Path, code: str) -> str:
    """What an isolated Python with only the layer on its path prints."""
    command = [sys.executable, "-I", "-S", "-B", "-c", f"import sys; sys.path.insert(0, sys.argv[1]); {code}"]
    layer = build / "SomeLayer" / "python"
    result = subprocess.run([*command, str(layer)], capture_output=True, text=True, check=True)  # noqa: S603 (ours)
    return result.stdout.strip()


def test_byte_code_is_used_whatever_became_of_the_sources_times(tmp_path: Path) -> None:
    """Zip files lose them, and the usual byte code would then be stale. A changed source shows which of both runs."""
    package = layer_in(tmp_path)
    precompile(tmp_path)
    (package / "__init__.py").write_text("NAME = 'source'\n", encoding="utf-8")
    assert run(tmp_path, "import package; print(package.NAME)") == "compiled"


def test_byte_code_is_the_same_wherever_it_was_built(tmp_path: Path) -> None:
    """Else every deploy from another folder would send the layers anew."""
    compiled = []
    for build in (tmp_path / "here", tmp_path / "there"):
        layer_in(build)
        precompile(build)
        compiled += [path.read_bytes() for path in build.rglob("*.pyc")]
    assert len(compiled) == 2
    assert compiled[0] == compiled[1]


def test_a_source_for_another_python_stops_nothing(tmp_path: Path) -> None:
    (layer_in(tmp_path) / "old.py").write_text("print 'hello'\n", encoding="utf-8")
    precompile(tmp_path)
    assert [path.name.partition(".")[0] for path in tmp_path.rglob("*.pyc")] == ["__init__"]


def test_a_build_without_layers_is_an_error_and_not_a_success(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="run `sam build` first"):
        precompile(tmp_path)
