"""Finding the photos in a folder."""

import os
from collections import deque
from pathlib import Path

from colorize_cli.codec.formats import READABLE_SUFFIXES
from colorize_cli.errors import DecodeError, PhotoError
from colorize_cli.files.disk import identity

__all__ = ["photos_under"]


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
                    if entry.name.startswith("."):
                        continue
                    if path.is_dir():
                        (links if entry.is_symlink() else folders).append(path)
                    elif path.suffix.lower() in READABLE_SUFFIXES:
                        if path.is_file():
                            photos.append(path)
                        elif entry.is_symlink():
                            problems.append(DecodeError(path, "is a link to nothing"))
        except OSError as error:
            reason = f"the folder cannot be read ({error.strerror})"
            problems.append(DecodeError(folder, reason))
    return photos, problems
