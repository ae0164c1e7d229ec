"""Opening an archive of either kind."""

from pathlib import Path, PurePosixPath

from colorize_cli.errors import DecodeError
from colorize_cli.files.archives.handles import Handles
from colorize_cli.files.archives.kinds import archive_kind
from colorize_cli.files.archives.tars import tar_members
from colorize_cli.files.archives.zips import zip_members
from colorize_cli.files.source import Found

__all__ = ["archive_members"]


def archive_members(path: Path, folder: PurePosixPath, handles: Handles) -> Found:
    """The photos in an archive and what was refused, which may be all of it.

    Args:
        path: The archive, of a kind that its name says.
        folder: Goes before the place in the archive to make a source's name.
        handles: Lends the archive when its photos are read.
    """
    kind = archive_kind(path)
    if kind is None:
        raise ValueError(f"{path}: not called an archive")
    try:
        if kind == "zip":
            return zip_members(path, folder, handles)
        return tar_members(path, kind, folder, handles)
    except DecodeError as error:
        return Found(problems=[error])
