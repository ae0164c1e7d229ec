"""Making one archive of a folder of results, together with what it held before."""

import os
import shutil
import tarfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import IO, Any

from colorize_cli.errors import PlanError
from colorize_cli.files.archives.damage import DAMAGE
from colorize_cli.files.archives.kinds import ArchiveKind
from colorize_cli.files.disk import read_reason

__all__ = ["member_names", "names_in", "pack", "read_one"]


def member_names(path: Path, kind: ArchiveKind) -> dict[str, str]:
    """What an archive of results holds: everything but folders, so links as well.

    Returns:
        The names by place: what is called `./a.jpg` is at `a.jpg`. Empty if there is no
        such file.

    Raises:
        PlanError: If it is no such archive.
    """
    names: list[str] = []
    with refusing_damage(path), suppress(FileNotFoundError):
        if kind == "zip":
            with zipfile.ZipFile(path) as archive:
                names = [n for n in archive.namelist() if not n.endswith("/")]
        else:
            with tarfile.open(path, "r:*") as tar:
                names = [info.name for info in tar if not info.isdir()]
    return {place_of(name): name for name in names}


def place_of(name: str) -> str:
    """Where a member ends up when it is unpacked."""
    return str(PurePosixPath(name))


def read_one(path: Path, kind: ArchiveKind, name: str) -> bytes | None:
    """One file of an archive of results; None if it is not there, or is no file.

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
        old: An archive of the same kind, if it exists; what it holds is taken over, but
            for that in whose place the folder has something.
        kind: Of archive.
        file: Where to write.

    Raises:
        OSError: If that is not possible.
        DAMAGE: If `old` is damaged.
    """
    names = names_in(folder)
    if kind == "zip":
        pack_zip(folder, names, old, file)
    else:
        pack_tar(folder, names, old, kind, file)


def pack_zip(folder: Path, names: list[str], old: Path, file: IO[bytes]) -> None:
    """The same for zip files; pictures are compressed already, so they are stored."""
    with zipfile.ZipFile(file, "w", strict_timestamps=False) as archive:
        if old.exists():
            with zipfile.ZipFile(old) as before:
                take_over_zip(before, archive, frozenset(names))
        for name in names:
            archive.write(folder / name, name)


def take_over_zip(
    before: zipfile.ZipFile, archive: zipfile.ZipFile, taken: frozenset[str]
) -> None:
    """Copy what is in no place that is taken."""
    archive.comment = before.comment
    # Of members with one name the last counts.
    latest = {info.filename: info for info in before.infolist()}
    for info in latest.values():
        if place_of(info.filename) not in taken:
            with before.open(info) as source, archive.open(info, "w") as target:
                shutil.copyfileobj(source, target)


def pack_tar(
    folder: Path, names: list[str], old: Path, kind: ArchiveKind, file: IO[bytes]
) -> None:
    """The same for tar files; owners are left out, they say nothing elsewhere."""
    mode: Any = f"w:{kind.removeprefix('tar').removeprefix(':')}"
    with tarfile.open(fileobj=file, mode=mode, format=tarfile.PAX_FORMAT) as archive:
        if old.exists():
            with tarfile.open(old, "r:*") as before:
                take_over_tar(before, archive, frozenset(names))
        for name in names:
            archive.add(folder / name, name, filter=anonymous)


def take_over_tar(
    before: tarfile.TarFile, archive: tarfile.TarFile, taken: frozenset[str]
) -> None:
    """Copy what is in no place that is taken, whatever it is: files, links, devices."""
    for info in before:
        if place_of(info.name) in taken:
            continue
        is_second_name = info.islnk() and place_of(info.linkname) in taken
        if info.issparse() or is_second_name:
            archive.addfile(*as_plain_file(before, info))
        elif info.isreg() or info.type not in tarfile.SUPPORTED_TYPES:
            archive.addfile(info, before.extractfile(info))
        else:
            archive.addfile(info)


def as_plain_file(
    before: tarfile.TarFile, info: tarfile.TarInfo
) -> tuple[tarfile.TarInfo, IO[bytes] | None]:
    """What a member is when it is unpacked, with its data.

    That is for files with holes, which tarfile reads but does not write, and for a hard
    link to a place that is given to another file.
    """
    with suppress(KeyError):  # a link to nothing stays one
        data = before.extractfile(info)
        if data is not None:
            size_bytes = data.seek(0, os.SEEK_END)
            data.seek(0)
            # The extended headers say where the holes are, or where the link leads.
            plain = info.replace(linkname="", deep=False)
            plain.type, plain.size, plain.pax_headers = tarfile.REGTYPE, size_bytes, {}
            return plain, data
    return info, None


def anonymous(info: tarfile.TarInfo) -> tarfile.TarInfo:
    """The same file, without its owner."""
    info.uid = info.gid = 0
    info.uname = info.gname = ""
    return info
