"""Finding the photos that a command line names."""

import sys
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from stat import S_ISDIR, S_ISREG

from colorize_cli.errors import DecodeError, PhotoError, PlanError
from colorize_cli.files.archives import (
    Handles,
    archive_kind,
    archive_members,
    archive_stem,
)
from colorize_cli.files.archives.destination import ArchiveDestination
from colorize_cli.files.destination import Destination, FolderDestination
from colorize_cli.files.disk import Identity, identity, is_file, status_of
from colorize_cli.files.listing import listed_photos
from colorize_cli.files.remote.url import is_url, shown
from colorize_cli.files.source import FileSource, Found
from colorize_cli.files.streams import STREAM, StreamSource
from colorize_cli.files.walk import photos_under

__all__ = ["gather"]


def gather(
    places: Sequence[Path | str],
    destination: Destination,
    listed: Sequence[str] | None = None,
) -> Found:
    """Find the photos.

    Args:
        places: Files, folders, archives and URLs; or `-` alone, standard input.
        destination: If it is a folder in one of the places, it is not looked into.
            The photos of an archive go to a folder called like it, those of one archive
            that becomes another keep their places.
        listed: The photos by name, with at most one place, the folder they are in.

    Returns:
        First what is on a disk, sorted by path, then archives, then URLs; a list in its
        own order.

    Raises:
        PlanError: If the places cannot be what they are named as.
    """
    out = destination.root if isinstance(destination, FolderDestination) else None
    if listed is not None:
        return from_list(listed, places, out)
    if STREAM in places:
        return Found([from_stdin(places)])
    found = Found()
    named = list(dict.fromkeys(places))
    paths = [Path(place) for place in named if not is_url(place)]
    archives = [path for path in paths if archive_kind(path) and is_file(path)]
    found.add(from_disk([path for path in paths if path not in archives], out))
    handles = Handles()
    for path in archives:
        found.add(from_archive(path, destination, handles, is_alone=len(named) == 1))
    for url in filter(is_url, named):
        found.add(from_url(str(url), destination))
    return found


def from_stdin(places: Sequence[Path | str]) -> StreamSource:
    """The photo that is piped in."""
    if len(places) > 1:
        raise PlanError("-: a photo from stdin is colorized by itself; name no others")
    # None where the shell has closed it, as `<&-` does.
    if sys.stdin is None:
        raise PlanError("-: stdin is closed; add < photo.jpg")
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
    return listed_photos(listed, root)


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
    return Found([*photos], problems)


def from_archive(
    path: Path, destination: Destination, handles: Handles, *, is_alone: bool
) -> Found:
    """The photos in an archive, and what is refused of it."""
    folder = PurePosixPath(archive_stem(path))
    if isinstance(destination, ArchiveDestination):
        refuse_in_place(path, destination.path)
        folder = PurePosixPath() if is_alone else folder
    return archive_members(path, folder, handles)


def from_url(url: str, destination: Destination) -> Found:
    """The photos behind a URL."""
    from colorize_cli.files.remote.source import remote_photos  # behind an extra

    if shown(url) == str(destination):
        raise in_place(destination)
    return remote_photos(url, out=str(destination))


def refuse_in_place(root: Path, out: Path | None) -> None:
    """Raise if results would go into the very folder or archive of the photos."""
    if out is not None and identity(root) == identity(out):
        raise in_place(out)


def in_place(out: object) -> PlanError:
    """Why results cannot go there."""
    return PlanError(
        f"{out}: is also where the photos are; results are never written over sources, "
        "choose another place with -o"
    )
