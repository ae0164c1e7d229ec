"""Opening the destination that a command line names."""

import sys
from pathlib import Path
from stat import S_ISDIR

from colorize_cli.errors import PlanError
from colorize_cli.files.archives import archive_kind
from colorize_cli.files.archives.destination import ArchiveDestination
from colorize_cli.files.destination import Destination, FolderDestination
from colorize_cli.files.disk import status_of
from colorize_cli.files.remote.url import is_url
from colorize_cli.files.streams import STREAM, StreamDestination

__all__ = ["open_destination"]


def open_destination(out: Path | str) -> Destination:
    """The destination of that name; nothing is made or changed yet.

    Args:
        out: A folder, a file with the suffix of an archive, the URL of a prefix in an
            object store, or `-` for standard output.

    Raises:
        PlanError: If no results can go there.
    """
    if out == STREAM:
        # None where the shell has closed it, as `>&-` does.
        if sys.stdout is None:
            raise PlanError("-o -: stdout is closed; add > photo.jpg")
        return StreamDestination(sys.stdout.buffer)
    if is_url(out):
        # Behind an extra, and slow to import.
        from colorize_cli.files.remote.destination import RemoteDestination

        return RemoteDestination(str(out))
    path = Path(out)
    kind, status = archive_kind(path), status_of(path)
    if kind is None or (status is not None and S_ISDIR(status.st_mode)):
        return FolderDestination(path)
    return ArchiveDestination(path, kind)
