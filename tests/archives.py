"""What an archive of results and a folder hold."""

import tarfile
import zipfile
from pathlib import Path

__all__ = ["held", "names"]


def held(path: Path) -> dict[str, bytes]:
    """What an archive holds, in its order, by the standard library's readers."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            assert archive.testzip() is None
            return {name: archive.read(name) for name in archive.namelist()}
    with tarfile.open(path) as archive:
        return {info.name: archive.extractfile(info).read() for info in archive}


def names(folder: Path) -> list[str]:
    """What a folder holds, hidden files too."""
    return sorted(path.name for path in folder.iterdir())
