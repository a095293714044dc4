"""The set-up script says in one clear line what is missing, and does nothing when nothing has changed."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent.parent
TOOLS = ("sh", "dirname", "cat", "cksum", "mkdir", "rm")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of what the script needs, and a `bin` with the few tools that every machine has."""
    for name in ("local/setup.sh", "requirements/local.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(PROJECT / name, tmp_path / name)
    (tmp_path / "bin").mkdir()
    for tool in TOOLS:
        found = shutil.which(tool)
        assert found is not None
        (tmp_path / "bin" / tool).symlink_to(found)
    return tmp_path


def tool(project: Path, name: str, script: str) -> None:
    path = project / "bin" / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def set_up(project: Path) -> subprocess.CompletedProcess[str]:
    env = {"PATH": str(project / "bin"), "HOME": str(project), "PYENV_ROOT": str(project / "pyenv")}
    command = [str(project / "bin" / "sh"), "local/setup.sh", "local"]
    return subprocess.run(command, cwd=project, env=env, capture_output=True, text=True, check=False)  # noqa: S603 (ours)


def test_without_python_3_13_and_without_a_way_to_get_it_one_line_says_so(project: Path) -> None:
    tool(project, "uv", '[ "$1" = --version ] || exit 2')
    done = set_up(project)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("setup: Python 3.13 is not on this machine and could not be fetched")
    assert done.stdout == ""


def test_a_python_3_13_that_does_not_really_run_is_passed_over(project: Path) -> None:
    """pyenv's shim is on PATH whether its version is chosen or not."""
    tool(project, "uv", '[ "$1" = --version ] || { echo "uv $*"; exit 2; }')
    tool(project, "python3.13", 'echo "pyenv: python3.13: command not found" >&2; exit 127')
    assert "--python 3.13 .venv" in set_up(project).stderr


def test_pyenv_s_python_is_found_without_its_shims(project: Path) -> None:
    tool(project, "uv", '[ "$1" = --version ] || { echo "uv $*"; exit 2; }')
    folder = project / "pyenv" / "versions" / "3.13.0" / "bin"
    folder.mkdir(parents=True)
    (folder / "python3.13").write_text("#!/bin/sh\necho /the/real/python3.13\n")
    (folder / "python3.13").chmod(0o755)
    assert "--python /the/real/python3.13 .venv" in set_up(project).stderr


def test_a_second_run_does_nothing(project: Path) -> None:
    """Else each `make` would wait for an installer that finds nothing to do."""
    tool(
        project,
        "uv",
        'echo "uv $*" >> uv.log\n[ "$1" != venv ] || { mkdir -p .venv/bin; cp bin/works .venv/bin/python; }',
    )
    tool(project, "works", "exit 0")
    (project / "bin" / "cp").symlink_to(shutil.which("cp") or os.devnull)
    assert set_up(project).returncode == 0
    log = (project / "uv.log").read_text()
    assert "pip install" in log
    assert set_up(project).returncode == 0
    assert (project / "uv.log").read_text() == log
    (project / "requirements" / "local.txt").write_text("changed==1\n")
    assert set_up(project).returncode == 0
    assert (project / "uv.log").read_text() != log
