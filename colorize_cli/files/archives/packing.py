"""Making one archive of a folder of results, together with what it held before."""

import lzma
import shutil
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from colorize_cli.errors import PlanError
from colorize_cli.files.archives.kinds import ArchiveKind
from colorize_cli.files.disk import read_reason

__all__ = ["member_names", "names_in", "pack", "read_one"]

# What the standard library raises at damaged files.
DAMAGE = (
    zipfile.BadZipFile,
    tarfile.TarError,
    EOFError,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    ValueError,
    RuntimeError,
)


def member_names(path: Path, kind: ArchiveKind) -> set[str]:
    """The names of all files in an archive of results.

    Raises:
        PlanError: If it is no such archive.
    """
    with refusing_damage(path):
        if kind == "zip":
            with zipfile.ZipFile(path) as archive:
                return {name for name in archive.namelist() if not name.endswith("/")}
        with tarfile.open(path, "r:*") as tar:
            return {info.name for info in tar if info.isreg()}


def read_one(path: Path, kind: ArchiveKind, name: str) -> bytes | None:
    """One file of an archive of results; None if it is not there.

    Raises:
        PlanError: If the archive cannot be read.
    """
    with refusing_damage(path), suppress(KeyError):
        if kind == "zip":
            with zipfile.ZipFile(path) as archive:
                return archive.read(name)
        with tarfile.open(path, "r:*") as tar:
            found = tar.extractfile(name)
            return found.read() if found else None
    return None


@contextmanager
def refusing_damage(path: Path) -> Iterator[None]:
    """Turn what is wrong with an archive into one sentence."""
    try:
        yield
    except DAMAGE as error:
        reason = f"is no archive of this kind, or damaged ({error}); name another -o"
        raise PlanError(f"{path}: {reason}") from error
    except OSError as error:
        raise PlanError(f"{path}: {read_reason(error)}") from error


def names_in(folder: Path) -> list[str]:
    """The places of all results in a folder, sorted; drafts are none."""
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(".colorize-")
    )


def pack(folder: Path, old: Path, kind: ArchiveKind, file: IO[bytes]) -> None:
    """Write an archive of the files in a folder.

    Args:
        folder: Its whole tree is packed, sorted by name.
        old: An archive of the same kind, if it exists; its files are taken over, but
            for those that the folder has as well.
        kind: Of archive.
        file: Where to write.

    Raises:
        OSError: If that is not possible.
    """
    names = names_in(folder)
    if kind == "zip":
        pack_zip(folder, names, old, file)
    else:
        pack_tar(folder, names, old, kind, file)


def pack_zip(folder: Path, names: list[str], old: Path, file: IO[bytes]) -> None:
    """The same for zip files; pictures are compressed already, so they are stored."""
    taken = frozenset(names)
    with zipfile.ZipFile(file, "w", strict_timestamps=False) as archive:
        if old.exists():
            with zipfile.ZipFile(old) as before:
                for info in before.infolist():
                    if info.filename in taken or info.filename.endswith("/"):
                        continue
                    with before.open(info) as source, archive.open(info, "w") as target:
                        shutil.copyfileobj(source, target)
        for name in names:
            archive.write(folder / name, name)


def pack_tar(
    folder: Path, names: list[str], old: Path, kind: ArchiveKind, file: IO[bytes]
) -> None:
    """The same for tar files; owners are left out, they say nothing elsewhere."""
    taken = frozenset(names)
    mode: Any = f"w:{kind.removeprefix('tar').removeprefix(':')}"
    with tarfile.open(fileobj=file, mode=mode, format=tarfile.PAX_FORMAT) as archive:
        if old.exists():
            with tarfile.open(old, "r:*") as before:
                for info in before:
                    if info.isreg() and info.name not in taken:
                        archive.addfile(info, before.extractfile(info))
        for name in names:
            archive.add(folder / name, name, filter=anonymous)


def anonymous(info: tarfile.TarInfo) -> tarfile.TarInfo:
    """The same file, without its owner."""
    info.uid = info.gid = 0
    info.uname = info.gname = ""
    return info
