"""Runs the emulator with one improvement: a layer is unpacked once, not once for each worker of a function.

Each worker would unpack 6,000 files in the emulator's own process, 4 s of its time: twenty visitors at the same moment
would wait for a minute. AWS unpacks layers before a function ever runs, so nothing is made easier for the functions.
"""

import hashlib
import shutil
import sys
import threading
import zipfile
from pathlib import Path
from typing import Any

from ministack.app import main
from ministack.core import lambda_runtime

_lock = threading.Lock()


class SharedLayer(zipfile.ZipFile):
    """A zip file whose content lies in one folder, named after its hash; `extractall` to a layer's folder links there.

    Anything else, such as a function's own code, is unpacked as ever.
    """

    def namelist(self) -> list[str]:
        """Nothing to look at one by one when it is linked: `extract` itself keeps names inside the folder."""
        return [] if self._is_layer() else super().namelist()

    def extractall(self, path: Any = None, *arguments: Any, **options: Any) -> None:
        if path is None or not self._is_layer():
            super().extractall(path, *arguments, **options)
            return
        target = Path(path)
        target.rmdir()
        target.symlink_to(self._unpacked(target.parent.parent / "layers"), target_is_directory=True)

    def _is_layer(self) -> bool:
        return self.filename is not None and Path(self.filename).name.startswith("layer_")

    def _unpacked(self, shared: Path) -> Path:
        folder = shared / hashlib.sha256(Path(str(self.filename)).read_bytes()).hexdigest()
        with _lock:
            if not folder.exists():
                unfinished = folder.with_suffix(".unfinished")
                shutil.rmtree(unfinished, ignore_errors=True)
                super().extractall(unfinished, super().namelist())
                unfinished.rename(folder)
        return folder


class _ZipfileWithSharedLayers:
    """Stands in for the module `zipfile` where workers are made."""

    ZipFile = SharedLayer

    def __getattr__(self, name: str) -> Any:
        return getattr(zipfile, name)


if __name__ == "__main__":
    lambda_runtime.zipfile = _ZipfileWithSharedLayers()
    sys.exit(main())
