"""A layer is unpacked once, however many workers a function has; all else is unpacked as ever."""

import zipfile
from pathlib import Path

import pytest

from local.emulator_process import SharedLayer


def zipped(path: Path, **files: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            # A date of its own, or two archives of the same files differ by when they were written.
            archive.writestr(zipfile.ZipInfo(f"python/{name}.py"), text)
    return path


def unpacked(scratch: Path, worker: str, name: str, **files: str) -> Path:
    """As the emulator does it: the zip file and an empty folder beside it."""
    archive = zipped(scratch / worker / f"{name}.zip", **files)
    folder = scratch / worker / name
    folder.mkdir()
    with SharedLayer(archive) as opened:
        assert all((folder / each).resolve().is_relative_to(folder) for each in opened.namelist())
        opened.extractall(folder)
    return folder


def test_workers_of_the_same_layer_share_its_files(tmp_path: Path) -> None:
    first, second = (unpacked(tmp_path, worker, "layer_0", shared="NAME = 1") for worker in ("one", "two"))
    assert (first / "python" / "shared.py").read_text() == "NAME = 1"
    assert first.resolve() == second.resolve()


def test_layers_that_differ_in_anything_do_not_mix(tmp_path: Path) -> None:
    """A changed layer has another hash, so a deploy of new code never meets the old files."""
    old = unpacked(tmp_path, "one", "layer_0", shared="NAME = 1")
    new = unpacked(tmp_path, "two", "layer_0", shared="NAME = 2")
    assert [(each / "python" / "shared.py").read_text() for each in (old, new)] == ["NAME = 1", "NAME = 2"]


def test_a_functions_own_code_is_its_own(tmp_path: Path) -> None:
    folders = [unpacked(tmp_path, worker, "code", app="x") for worker in ("one", "two")]
    assert not any(folder.is_symlink() for folder in folders)
    assert not (tmp_path / "layers").exists()


def test_an_unpacking_that_was_broken_off_is_done_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(Path, "rename", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
        with pytest.raises(OSError, match="disk full"):
            unpacked(tmp_path, "one", "layer_0", shared="NAME = 1")
    assert (unpacked(tmp_path, "two", "layer_0", shared="NAME = 1") / "python" / "shared.py").exists()
