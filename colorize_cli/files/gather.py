"""Finding the photos that a command line names."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISDIR, S_ISREG

from colorize_cli.errors import DecodeError, PhotoError, PlanError
from colorize_cli.files.destination import Destination, FolderDestination
from colorize_cli.files.disk import Identity, identity, status_of
from colorize_cli.files.listing import listed_photos
from colorize_cli.files.source import FileSource, Source
from colorize_cli.files.streams import STREAM, StreamSource
from colorize_cli.files.walk import photos_under

__all__ = ["Found", "gather"]


@dataclass(frozen=True, slots=True)
class Found:
    """What there is to read.

    Attributes:
        photos: Those on a disk sorted by path.
        problems: What is known to be unreadable.
    """

    photos: Sequence[Source]
    problems: Sequence[PhotoError] = ()


def gather(
    places: Sequence[Path | str],
    destination: Destination,
    listed: Sequence[str] | None = None,
) -> Found:
    """Find the photos.

    Args:
        places: Files and folders; or `-` alone, which is standard input.
        destination: If it is a folder in one of the places, it is not looked into.
        listed: The photos by name, with at most one place, the folder they are in.

    Raises:
        PlanError: If the places cannot be what they are named as.
    """
    out = destination.root if isinstance(destination, FolderDestination) else None
    if listed is not None:
        return from_list(listed, places, out)
    if STREAM in places:
        return Found([from_stdin(places)])
    return from_disk([Path(place) for place in dict.fromkeys(places)], out)


def from_stdin(places: Sequence[Path | str]) -> StreamSource:
    """The photo that is piped in."""
    if len(places) > 1:
        raise PlanError("-: a photo from stdin is colorized by itself; name no others")
    if sys.stdin.isatty():
        raise PlanError("-: nothing is piped in; add < photo.jpg")
    return StreamSource(sys.stdin.buffer.read())


def from_list(
    listed: Sequence[str], places: Sequence[Path | str], out: Path | None
) -> Found:
    """The photos of a list."""
    root = Path(places[0]) if places else None
    status = status_of(root) if root else None
    if len(places) > 1 or (root and not (status and S_ISDIR(status.st_mode))):
        raise PlanError("--files-from: takes one SRC at most, the folder of the photos")
    refuse_in_place(root or Path(), out)
    photos, problems = listed_photos(listed, root)
    return Found(photos, problems)


def from_disk(places: Sequence[Path], out: Path | None) -> Found:
    """The photos in files and folders."""
    photos: list[FileSource] = []
    problems: list[PhotoError] = []
    walked: set[Identity | None] = set()
    for place in places:
        status = status_of(place)
        if status is None:
            problems.append(DecodeError(place, "is not there, or may not be read"))
        elif S_ISREG(status.st_mode):
            photos.append(FileSource(place, place.name))
        elif S_ISDIR(status.st_mode):
            refuse_in_place(place, out)
            if identity(place) in walked:
                continue
            walked.add(identity(place))
            found, unreadable = photos_under(place, out)
            photos += [
                FileSource(path, path.relative_to(place).as_posix()) for path in found
            ]
            problems += unreadable
        else:
            problems.append(DecodeError(place, "is neither a file nor a folder"))
    photos.sort(key=lambda photo: photo.path)
    return Found(photos, problems)


def refuse_in_place(root: Path, out: Path | None) -> None:
    """Raise if results would go into the very folder of the photos."""
    if out is not None and identity(root) == identity(out):
        raise PlanError(
            f"{out}: is also the folder of the photos; results are never written over "
            "sources, choose another folder with -o"
        )
