"""The photos that a list names, one path a line."""

import os
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from stat import S_ISDIR, S_ISREG

from colorize_cli.errors import DecodeError, PhotoError, PlanError
from colorize_cli.files.disk import status_of
from colorize_cli.files.source import FileSource, Found

__all__ = ["listed_photos", "paths_in"]


def paths_in(data: bytes, *, null: bool) -> list[str]:
    """The paths in a list, in their order, without empty ones.

    Args:
        data: The list, in whatever encoding the disk uses for names.
        null: Whether a NUL ends each path, as in `find -print0`; else a line end does,
            and names that contain one cannot be listed.

    Raises:
        PlanError: If there are NULs that are not looked for, which no name holds.
    """
    if not null and b"\0" in data:
        raise PlanError("--files-from: paths end with a NUL in this list; add --null")
    ends = b"\0" if null else b"\n"
    entries = data.split(ends)
    if not null:
        entries = [entry.removesuffix(b"\r") for entry in entries]
    return [os.fsdecode(entry) for entry in entries if entry]


def listed_photos(paths: Iterable[str], root: Path | None) -> Found:
    """The files that a list names, in its order, each once, and what is none.

    Args:
        paths: Relative to `root`, or absolute.
        root: The folder whose tree is mirrored; nothing outside of it is read. None for
            the current folder; then absolute paths are mirrored from `/` on.
    """
    photos: dict[str, FileSource] = {}
    problems: list[PhotoError] = []
    for path in dict.fromkeys(paths):
        place = Path(root or "", path)
        name = name_under(root, path)
        if name is None:
            where = root or "the current folder"
            problems.append(DecodeError(path, f"is listed, but leads out of {where}"))
        elif reason := unfit(place):
            problems.append(DecodeError(place, reason))
        else:
            photos.setdefault(name, FileSource(place, name))
    return Found([*photos.values()], problems)


def name_under(root: Path | None, path: str) -> str | None:
    """The place of a listed file under `root`, POSIX style; None if it has none."""
    if Path(path).is_absolute():
        top = Path(root.absolute() if root else Path(path).anchor)
        name = os.path.relpath(os.path.normpath(path), os.path.normpath(top))
    else:
        name = os.path.normpath(path)
    place = PurePosixPath(Path(name).as_posix())
    return None if ".." in place.parts or not place.parts else str(place)


def unfit(path: Path) -> str:
    """Why a listed path cannot be a photo; empty if it can."""
    status = status_of(path)
    if status is None:
        return "is listed, but is not there, or may not be read"
    if S_ISDIR(status.st_mode):
        return "is listed, but is a folder; list its files, or name it as SRC"
    return "" if S_ISREG(status.st_mode) else "is listed, but is no file"
