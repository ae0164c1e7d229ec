"""Finding the photos in a folder."""

import errno
import os
from collections import deque
from pathlib import Path
from typing import Literal

from colorize_cli.codec.formats import READABLE_SUFFIXES
from colorize_cli.errors import DecodeError, PhotoError
from colorize_cli.files.disk import identity, read_reason

__all__ = ["photos_under"]

Kind = Literal["folder", "link", "photo"]
# Why a link leads to nothing, besides that nothing is there.
NOWHERE = {errno.ELOOP, errno.ENAMETOOLONG, errno.ENOTDIR}


def photos_under(root: Path, out: Path | None) -> tuple[list[Path], list[PhotoError]]:
    """Every file with a readable suffix in a tree, hidden ones left out.

    Links to folders are followed, but no folder is entered twice, and real folders come
    first, so that a loop ends and a photo is found at its own place.

    Args:
        root: A folder.
        out: The folder of results, which is not entered; None if they go elsewhere.

    Returns:
        The photos, unsorted, and what could not be read.
    """
    photos: list[Path] = []
    problems: list[PhotoError] = []
    entered = {identity(out)} - {None} if out else set()
    folders, links = deque([root]), deque[Path]()
    lists = {"folder": folders, "link": links, "photo": photos}
    while folders or links:
        folder = folders.popleft() if folders else links.popleft()
        found = identity(folder)
        if found in entered:
            continue
        if found is not None:
            entered.add(found)
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    path = folder / entry.name
                    kind = kind_of(entry, path)
                    if isinstance(kind, PhotoError):
                        problems.append(kind)
                    elif kind is not None:
                        lists[kind].append(path)
        except OSError as error:
            reason = f"the folder cannot be read ({error.strerror})"
            problems.append(DecodeError(folder, reason))
    return photos, problems


def kind_of(entry: "os.DirEntry[str]", path: Path) -> Kind | PhotoError | None:
    """What an entry of a folder is; None if nothing that matters.

    Of a link, what it leads to counts. An entry that cannot be looked at is a problem,
    whatever its suffix: it may be a folder full of photos.
    """
    if entry.name.startswith("."):
        return None
    is_photo = path.suffix.lower() in READABLE_SUFFIXES
    try:
        if entry.is_dir():
            return "link" if entry.is_symlink() else "folder"
        if is_photo and entry.is_file():
            return "photo"
    except OSError as error:
        if error.errno not in NOWHERE:
            return DecodeError(path, read_reason(error))
    is_dead_link = is_photo and entry.is_symlink()
    return DecodeError(path, "is a link to nothing") if is_dead_link else None
